"""Questions to the archive: search, show, history."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scraper.cli.options import (
    archive_option,
    filter_options,
    json_option,
    local_time,
    one_line,
    print_json,
    read_filters,
)
from scraper.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scraper.archive import Archive


@click.command("search", epilog='Example: scraper search "昇思 MindSpore" --since 2024-01-01')
@click.argument("query")
@archive_option
@filter_options
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Show this many hits.")
@click.option("--sort", type=click.Choice(["relevance", "date"]), default="relevance", show_default=True)
@click.option("--facets", is_flag=True, help="Also count the posts found by author, year, tag, site and kind.")
@json_option
def search_command(
    query: str, db: Path, limit: int, sort: str, facets: bool, as_json: bool, **filters: str
) -> None:  # fmt: skip
    """Find posts that hold every word of QUERY in title, text, tags or author.

    Words of any length, Chinese or not; "quotes" for a phrase, -word for posts without it, and author:, tag:, site:,
    kind:, before:, after: as filters. With --json, facets are the last line.
    """
    from scraper.archive import Archive

    mark = ("", "") if as_json else ("«", "»")
    with Archive(db) as archive:
        result = archive.search(
            query, limit=limit, sort=sort, facets=facets, mark=mark, **read_filters(**filters)
        )  # fmt: skip
    for hit in result.hits:
        if as_json:
            print_json(hit.record | {"snippet": hit.snippet})
            continue
        print_heading(hit.record)
        click.echo(f"    {one_line(hit.snippet)}")
    total = f"{result.total}{'+' if result.more else ''}"
    if facets and as_json:
        print_json({"facets": result.facets, "total": result.total, "more": result.more, "order": result.order})
    elif facets:
        _print_facets(result.facets)
    if not as_json:
        shown = f"{len(result.hits)} of {total}" if result.total > len(result.hits) else total
        click.echo(f"{shown} found" if result.total else "nothing found", err=True)
    for note in result.notes:
        click.echo(f"scraper: {note}", err=True)


def _print_facets(facets: Mapping[str, Mapping[str, int]]) -> None:
    for name, counts in facets.items():
        if counts:
            click.echo(f"{name}: " + "  ".join(f"{one_line(value)} {number}" for value, number in counts.items()))


def print_heading(record: dict[str, Any]) -> None:
    """Print two lines that say which post this is."""
    day = local_time(record["published_at"], day_only=True) or "undated"
    gone = "  [gone]" if record["status"] == "gone" else ""
    click.echo(f"#{record['id']}  {day}  {one_line(record['title'])}  {one_line(record['author'])}{gone}".rstrip())
    click.echo(f"    {record['url'] or record['site'] + '/' + record['native_id']}")


def find_post(archive: Archive, name: str) -> int:
    """Return the id of the post that the name stands for.

    Raises:
        UsageError: the archive holds no such post.
    """
    from scraper.archive import records

    with archive.read() as connection:
        post_id = records.find(connection, name)
    if post_id is None:
        raise UsageError(f"{name}: no such post here; name a URL, SITE/NATIVE_ID, #ID or number (try `scraper search`)")
    return post_id


@click.command("show", epilog="Example: scraper show 136070530 --format json")
@click.argument("post")
@archive_option
@click.option(
    "--format", "form", default="markdown", show_default=True,
    type=click.Choice(["markdown", "html", "json", "text", "raw"]), help="raw is the page as it was served.",
)  # fmt: skip
@click.option("--revision", type=click.IntRange(min=1), help="Show this revision, not the current one.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def show_command(post: str, db: Path, form: str, revision: int | None, as_json: bool) -> None:
    """Print one post."""
    from scraper.archive import Archive, records

    with Archive(db) as archive:
        post_id = find_post(archive, post)
        with archive.read() as connection:
            record = records.record(connection, post_id)
            number = revision or record["revision"]
            content = records.texts(connection, post_id, number)
            if content is None:
                raise UsageError(f"{post}: has no revision {number}; `scraper history {post}` lists them")
            if form == "raw":
                _print_raw(archive, connection, post, post_id, number)
                return
    markdown, text = content
    record |= {"markdown": markdown, "text": text, "revision": number}
    if as_json or form == "json":
        print_json(record)
    elif form == "text":
        click.echo(text)
    elif form == "html":
        click.echo(_to_html(markdown))
    else:
        print_heading(record)
        click.echo(f"\n{markdown}")


def _print_raw(archive: Archive, connection: Connection, post: str, post_id: int, number: int) -> None:
    from scraper.archive import records

    snapshot = records.snapshot_of(connection, post_id, number)
    if snapshot is None:
        raise UsageError(f"{post}: no snapshot is kept of revision {number}")
    click.echo(archive.blobs.get(connection, snapshot.blob_id), nl=False)


def _to_html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    html: str = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(markdown)
    return html


@click.command("history", epilog="Example: scraper history https://blog.csdn.net/USER/article/details/136070530")
@click.argument("post")
@archive_option
@json_option
def history_command(post: str, db: Path, as_json: bool) -> None:
    """List the revisions of a post, oldest first."""
    from scraper.archive import Archive, records

    with Archive(db) as archive:
        post_id = find_post(archive, post)
        with archive.read() as connection:
            rows = records.history(connection, post_id)
    for row in rows:
        if as_json:
            print_json(row)
            continue
        current = "  current" if row["current"] else ""
        size = f"{row['char_count']} characters"
        click.echo(
            f"{row['revision']:>3}  {local_time(row['seen_at'])}  {row['origin']:<7}  {size:>18}"
            f"  {one_line(row['title'])}{current}"
        )
