"""Files in and out: import, export."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.options import archive_option, filter_options, one_line, quiet_option, read_filters
from scraper.settings import current_time

if TYPE_CHECKING:
    from scraper.archive import Archive
    from scraper.export.markdown import ImagesOf


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
@click.option("--images/--no-images", default=True, show_default=True, help="Put images beside Markdown posts.")
@filter_options
@quiet_option
def export_command(
    folder: Path, db: Path, form: str, images: bool, quiet: bool, verbose: int, **filters: str
) -> None:  # fmt: skip
    """Write posts into FOLDER, one file a post for markdown, one file in all for jsonl and csv.

    `scraper import` reads Markdown exports back to equal records.
    """
    from scraper.archive import Archive
    from scraper.export import WRITERS, markdown

    with Archive(db) as archive:
        records = archive.posts(**read_filters(**filters))
        if form == "markdown" and images:
            number = markdown.write(records, folder, _images_in(archive))
        else:
            number = WRITERS[form](records, folder)
    if not quiet:
        click.echo(f"{folder}: {number} posts", err=True)


def _images_in(archive: Archive) -> ImagesOf:
    """Return what gives the archive's images of a post to the exporter."""
    from scraper.archive import assets
    from scraper.export.markdown import ExportedImage

    def read(blob_id: int) -> bytes:
        with archive.read() as connection:
            return archive.blobs.get(connection, blob_id)

    def images_of(post_id: int) -> list[ExportedImage]:
        with archive.read() as connection:
            stored = assets.of_post(connection, post_id)
        return [ExportedImage(one.url, one.sha256, one.media_type, partial(read, one.blob_id)) for one in stored]

    return images_of
