"""reparse: the stored snapshots read again with the present reader."""

from __future__ import annotations

from pathlib import Path

import click

from scraper.cli.options import archive_option, filter_options, one_line, quiet_option, read_filters
from scraper.settings import current_time


@click.command("reparse", epilog="Example: scraper reparse --site csdn --parser csdn/1 --dry-run")
@archive_option
@filter_options
@click.option("--parser", default="", metavar="SITE/VERSION", help="Only posts that this reader read last.")
@click.option("--dry-run", is_flag=True, help="Show what would differ, store nothing.")
@quiet_option
def reparse_command(db: Path, parser: str, dry_run: bool, quiet: bool, verbose: int, **filters: str) -> int:
    """Read the stored snapshots again, on all cores and without the network.

    Where a better reader gives another title, text, kind, tags, categories or date, a revision of origin "reparse" is
    added; `changes` leaves these out.
    """
    from scraper.archive import Archive
    from scraper.archive.records import Filters
    from scraper.reparse import reparse

    chosen = Filters(**read_filters(**filters))
    with Archive(db, write=not dry_run, command="reparse") as archive:
        report = reparse(archive, chosen, current_time(), parser=parser, dry_run=dry_run, show=_show)
    for key, reason in report.failures:
        click.echo(f"scraper: {one_line(key)}: {one_line(reason)}", err=True)
    if not quiet or report.failures:
        said = ", ".join(f"{name} {number}" for name, number in report.counts.items() if number)
        click.echo(f"{db}: {said or 'no snapshots'}", err=True)
    return report.exit_code


def _show(line: str) -> None:
    click.echo("".join(c if c.isprintable() or c == "\t" else " " for c in line))
