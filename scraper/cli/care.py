"""Care of the archive: check, backup, compact, upgrade, forget."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from scraper.cli.options import archive_option, json_option, one_line, print_json
from scraper.errors import ArchiveError, UsageError
from scraper.settings import current_time


@click.command("check", epilog="Example: scraper check --deep --json")
@archive_option
@click.option("--deep", is_flag=True, help="Also compare every text with its digest, and the search index with it.")
@json_option
def check_command(db: Path, deep: bool, as_json: bool) -> int:
    """Verify the archive: file, schema, keys, every snapshot's digest, search index; say how to mend what is wrong.

    Nothing is written, and a crawl may go on meanwhile. Ends with 4 where something is wrong.
    """
    from scraper.archive import Archive
    from scraper.archive.check import check

    sound = True
    with Archive(db) as archive:
        for finding in check(archive, deep=deep):
            sound = sound and finding.ok
            if as_json:
                print_json({**asdict(finding), "ok": finding.ok})
                continue
            click.echo(f"{finding.part:<10} {_verdict(finding.number, finding.harmless)}")
            for fault in finding.faults:
                click.echo(f"    {one_line(fault)}")
            if finding.mend:
                click.echo(f"    → {finding.mend}")
    if not sound:
        raise ArchiveError(f"{db}: not as it should be")
    return 0


def _verdict(number: int, harmless: bool) -> str:
    if not number:
        return "ok"
    return f"ok, {number} to spare" if harmless else f"{number} fault{'s' * (number != 1)}"


@click.command("backup", epilog="Example: scraper backup /backups/    (a new file in that folder, named by the time)")
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE")
@archive_option
def backup_command(target: Path, db: Path) -> None:
    """Copy the archive to FILE, which must not exist, and check the copy; a crawl may go on meanwhile."""
    from scraper.archive import health
    from scraper.archive.backup import back_up

    _require(db)
    health.inspect(db)
    health.schema_of(db)
    if target.is_dir():
        target /= f"{db.stem}-{current_time():%Y%m%dT%H%M%SZ}{db.suffix}"
    size = back_up(db, target)
    click.echo(f"{target}: {_megabytes(size)}, checked", err=True)


@click.command("compact", epilog="Example: scraper compact")
@archive_option
def compact_command(db: Path) -> None:
    """Make the file small: compress snapshots anew, merge the search index, drop what nothing rests on.

    Needs room for a second copy of the file while it works.
    """
    from scraper.archive import Archive
    from scraper.archive.compact import compact

    _require(db)
    with Archive(db, write=True, command="compact") as archive:
        done = compact(archive, current_time())
    snapshots = f"{_megabytes(done.snapshots_before_bytes)} → {_megabytes(done.snapshots_after_bytes)}"
    click.echo(
        f"{db}: {_megabytes(done.before_bytes)} → {_megabytes(done.after_bytes)} (snapshots {snapshots},"
        f" {done.pruned} log entries pruned)",
        err=True,
    )


@click.command("upgrade", epilog="Example: scraper upgrade")
@archive_option
@click.option("--reindex", is_flag=True, help="Make the search index anew, though it is of this version.")
def upgrade_command(db: Path, reindex: bool) -> None:
    """Bring the archive to this version's schema, views and search index; a checked backup is left beside it."""
    from scraper.archive import Archive, health, index
    from scraper.archive.creation import remake

    _require(db)
    before = health.schema_of(db)
    with Archive(db, write=True, command="upgrade") as archive:
        remake(db)
        if reindex:
            with archive.write() as connection:
                index.empty(connection)
            index.renew(archive)
    copies = sorted(db.absolute().parent.glob(f"{db.name}.before-upgrade-*"))
    kept = f"; the archive as it was: {copies[-1].name}" if before != health.SCHEMA_HEAD and copies else ""
    was = "is of this version" if before == health.SCHEMA_HEAD else f"schema {before} → {health.SCHEMA_HEAD}"
    click.echo(f"{db}: {was}{kept}", err=True)


@click.command("forget", epilog="Example: scraper forget csdn/136070530    scraper forget https://blog.csdn.net/USER")
@click.argument("name", metavar="POST|AUTHOR")
@archive_option
@click.option("--dry-run", is_flag=True, help="Only say which posts that would be.")
def forget_command(name: str, db: Path, dry_run: bool) -> None:
    """Remove a post, or all of an author's, for good: text, revisions, snapshots, images, index and log entries.

    The wish is kept: what is forgotten is not fetched or stored again. AUTHOR is SITE/AUTHOR_ID, a name, or the address
    of the author's page. The whole file is written anew.
    """
    from scraper.archive import Archive
    from scraper.archive.forget import forget, read_wish
    from scraper.archive.records import records_of

    _require(db)
    with Archive(db, write=not dry_run, command="forget") as archive:
        with archive.read() as connection:
            wish = read_wish(connection, name)
            if wish is None:
                raise UsageError(f"{name}: no post and no author here (or several authors of that name)")
            posts = records_of(connection, list(wish.post_ids))
        for post in posts:
            click.echo(f"{post['site']}/{post['native_id']}  {one_line(post['title'])}")
        if dry_run:
            return
        done = forget(archive, wish, current_time())
    click.echo(f"{db}: {done.posts} posts forgotten", err=True)
    if not done.overwritten:
        click.echo(
            f"scraper: {db}: a reader has it open; run `scraper compact` later to overwrite the old pages", err=True
        )


def _require(db: Path) -> None:
    """Refuse to make an archive where there is none: these commands are for one that is there."""
    if not db.exists() or (db.is_file() and not db.stat().st_size):
        raise ArchiveError(f"{db}: no such archive; `scraper crawl` or `scraper import` makes one")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
