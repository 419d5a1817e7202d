"""Files in and out: import, export."""

from __future__ import annotations

from pathlib import Path

import click

from scraper.cli.options import archive_option, filter_options, one_line, quiet_option, read_filters
from scraper.settings import current_time


@click.command("import", epilog="Example: scraper import saved-pages/ blog/source/_posts/")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@archive_option
@quiet_option
def import_command(paths: tuple[Path, ...], db: Path, quiet: bool, verbose: int) -> int:
    """Store the posts of files and folders: saved pages, and Markdown with or without front matter."""
    from scraper.archive import Archive
    from scraper.import_files import find_files, import_files

    files = find_files(paths)
    with Archive(db, write=True, command="import") as archive:
        report = import_files(files, archive, current_time())
    for path, reason in report.failures:
        click.echo(f"scraper: {one_line(path)}: {one_line(reason)}", err=True)
    if not quiet or report.failures:
        said = ", ".join(f"{name} {number}" for name, number in report.counts.items() if number)
        click.echo(f"{db}: files {len(files)}, {said}", err=True)
    return report.exit_code


@click.command("export", epilog="Example: scraper export my-blog --format markdown --author USER")
@click.argument("folder", type=click.Path(path_type=Path))
@archive_option
@click.option(
    "--format", "form", type=click.Choice(["markdown", "jsonl", "csv"]), default="markdown", show_default=True
)
@filter_options
@quiet_option
def export_command(folder: Path, db: Path, form: str, quiet: bool, verbose: int, **filters: str) -> None:
    """Write posts into FOLDER, one file a post for markdown, one file in all for jsonl and csv.

    `scraper import` reads Markdown exports back to equal records.
    """
    from importlib import import_module

    from scraper.archive import Archive

    writer = import_module(f"scraper.export.{form}")
    with Archive(db) as archive:
        number = writer.write(archive.posts(**read_filters(**filters)), folder)
    if not quiet:
        click.echo(f"{folder}: {number} posts", err=True)
