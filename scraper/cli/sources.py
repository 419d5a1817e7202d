"""The seeds that are kept for every night: add, remove, sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import archive_option, expand_seeds, json_option, local_time, one_line, print_json
from scraper.errors import UsageError
from scraper.settings import current_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scraper.crawl.seeds import Seed


@click.command("add", epilog='Example: scraper add https://blog.csdn.net/USER --match "星火 13B"')
@click.argument("seed")
@archive_option
@click.option("--site", default="", help="Read the seed as this platform's, whatever its host.")
@click.option("--match", default="", metavar="QUERY", help="Keep only posts that hold this, as `search` has it.")
def add_command(seed: str, db: Path, site: str, match: str) -> None:
    """Keep a SEED: `scraper crawl` without seeds asks it every time.

    With --match it is a topic: of what the seed leads to, only posts that match are kept. Adding a seed again
    changes its --match. A file that lists addresses (OPML, bookmarks, one a line) adds each of them.
    """
    from scraper.archive import Archive, frontier
    from scraper.crawl.seeds import read_seed

    reads = [read_seed(one, site) for one in expand_seeds([seed])]
    with Archive(db, write=True, command="add") as archive, archive.write() as connection:
        for read in reads:
            new = frontier.add_source(
                connection, read.url, kind=read.kind, site=site or read.site, native_id=read.native_id,
                match=match, now=current_time(),
            )  # fmt: skip
            click.echo(f"{'kept' if new else 'kept already'}: {read.url} ({read.kind})", err=True)
            for what, url in _suggest(connection, read):
                click.echo(f"the {what} of this post: scraper add {url}", err=True)


def _suggest(connection: Connection, seed: Seed) -> list[tuple[str, str]]:
    """Return what else a person who keeps one post may want: its author's other posts, and its columns."""
    from scraper.archive import records
    from scraper.crawl.seeds import read_seed

    if seed.kind != "post" or seed.platform is None or seed.address is None:
        return []
    found = [("author", f"{seed.platform.home}/{seed.address.author_id}")] if seed.address.author_id else []
    post_id = records.by_key(connection, seed.site, seed.native_id)
    if post_id is not None:
        author = records.record(connection, post_id)["author_id"]
        found = [("author", f"{seed.platform.home}/{author}")] if author else found
        found += [("column", url) for url in records.columns_of(connection, post_id)]
    return [(what, url) for what, url in found if read_seed(url).kind == what]


@click.command("remove", epilog="Example: scraper remove https://blog.csdn.net/USER")
@click.argument("seed")
@archive_option
def remove_command(seed: str, db: Path) -> None:
    """Stop keeping a SEED; the posts that it brought stay."""
    from scraper.archive import Archive, frontier
    from scraper.crawl.seeds import read_seed

    with Archive(db, write=True, command="remove") as archive, archive.write() as connection:
        if not (frontier.remove_source(connection, seed) or frontier.remove_source(connection, read_seed(seed).url)):
            raise UsageError(f"{seed}: not among the sources; `scraper sources` lists them")
    click.echo(f"removed: {seed}", err=True)


@click.command("sources", epilog="Example: scraper sources --json")
@archive_option
@json_option
def sources_command(db: Path, as_json: bool) -> None:
    """List the seeds that are asked every time, and how each did last."""
    from scraper.archive import Archive, frontier

    with Archive(db) as archive, archive.read() as connection:
        rows = frontier.list_sources(connection)
    for row in rows:
        if as_json:
            print_json(row)
            continue
        total = "?" if row["total"] is None else row["total"]
        well = f"well at {local_time(row['ok_at'])}" if row["ok_at"] else "not yet crawled"
        topic = f"  matching {one_line(row['match'])!r}" if row["match"] else ""
        click.echo(
            f"{row['seed']}  {row['kind']}  {row['posts']} of {total} posts  {one_line(row['reason']) or well}{topic}"
        )
