"""demo: the built-in blog served, crawled and searched."""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import archive_option
from scraper.cli.query import print_heading
from scraper.errors import UsageError
from scraper.settings import Settings

if TYPE_CHECKING:
    from scraper.archive import Archive

QUERY = "星火 13B"
PORT = 8913
EXAMPLE_SQL = "SELECT title, published_at, read_count FROM records"


@click.command("demo", epilog="Example: scraper demo --db demo.db")
@archive_option
@click.option("-q", "--quiet", is_flag=True, help="Only make the archive.")
def demo_command(db: Path, quiet: bool) -> int:
    """Serve a small CSDN-style blog on loopback, crawl it into the archive and search it.

    It does not mix with an archive that holds other posts.
    """
    from scraper.archive import Archive
    from scraper.crawl import crawl
    from scraper.demo.server import MIRROR_PATHS, USER

    _refuse_to_mix(db, USER)
    with _serve() as (host, port), Archive(db, write=True, command="demo") as archive:
        base = f"http://{host}:{port}"
        if not quiet:
            click.echo(f"A blog is served at {base}/{USER} and crawled into {db}:", err=True)
        settings = Settings(delay_s=0, allow_hosts=(f"{host}:{port}",))
        reports = [
            crawl([f"{base}/{USER}"], archive, replace(settings, site="csdn")),
            crawl([base + path for path in MIRROR_PATHS], archive, settings),
        ]
        failures = [failure for report in reports for failure in report.failures]
        for failure in failures:
            click.echo(f"scraper: {failure.url}: {failure.reason}", err=True)
        if not quiet:
            _show(archive, db)
    return 1 if failures else 0


def _serve() -> AbstractContextManager[tuple[str, int]]:
    """Serve on the same port each time if it is free, so that a second demo finds the same addresses."""
    from scraper.demo.server import serve

    with closing(socket.socket()) as probe:
        free = probe.connect_ex(("127.0.0.1", PORT)) != 0
    return serve(PORT if free else 0)


def _refuse_to_mix(db: Path, user: str) -> None:
    from scraper.archive import Archive

    if not db.exists() or not db.is_file() or db.stat().st_size == 0:
        return
    with Archive(db) as archive:
        if any(record["author_id"] != user for record in archive.posts()):
            raise UsageError(f"{db}: holds other posts; try the demo in another folder or with --db demo.db")


def _show(archive: Archive, db: Path) -> None:
    posts = list(archive.posts())
    click.echo(f"{len(posts)} posts.\n\n$ scraper search {QUERY!r}")
    hits = archive.search(QUERY, mark=("«", "»")).hits
    for hit in hits:
        print_heading(hit.record)
        click.echo(f"    {hit.snippet}")
    if hits:
        name = f"{hits[0].record['site']}/{hits[0].record['native_id']}"
        record = archive.get(name)
        click.echo(f"\n$ scraper show {name}")
        if record is not None:
            print_heading(record)
            click.echo("\n" + "\n".join(record["markdown"].splitlines()[:16]) + "\n…")
    click.echo(
        "\nNow your own blog, into an archive of its own:\n"
        "    scraper crawl https://blog.csdn.net/USER --db my-blog.db\n"
        f"and this one in SQL:\n    sqlite3 {db} '{EXAMPLE_SQL}'"
    )
