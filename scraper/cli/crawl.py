"""crawl: fetch what is new or changed."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scraper import logs
from scraper.cli import Interrupted
from scraper.cli.options import (
    archive_option,
    effective_settings,
    expand_seeds,
    one_line,
    quiet_option,
)
from scraper.errors import ArchiveLocked
from scraper.settings import Settings, current_time, parse_duration, parse_resolve, parse_size

if TYPE_CHECKING:
    from scraper.crawl import Report
    from scraper.summary import Summary


@click.command(
    "crawl",
    epilog="Example: scraper crawl https://blog.csdn.net/USER --delay 3    (no seed: every source kept by `add`)",
)
@click.argument("seeds", nargs=-1, metavar="[SEED]...")
@archive_option
@click.option("--delay", "delay_s", type=click.FloatRange(min=0), help="Seconds between requests to one host.")
@click.option("--concurrency", type=click.IntRange(1, 16), help="Requests at once, a host; 1 without it.")
@click.option("--max-posts", type=click.IntRange(min=1), help="Ask for no more posts than this.")
@click.option("--max-time", metavar="SPAN", help="Stop after this long, as 30m.")
@click.option("--max-bytes", metavar="SIZE", help="Stop after this much came over the wire, as 50M.")
@click.option("--full", is_flag=True, default=None, help="Ask for all posts, not only those that are due.")
@click.option("--match", metavar="QUERY", help="Keep only posts that hold this, as `search` has it.")
@click.option("--images/--no-images", default=None, help="Fetch the posts' images too, or not; fetched without it.")
@click.option("--dry-run", is_flag=True, default=None, help="Ask the lists, say what would be fetched and why.")
@click.option("--site", help="Read the seed as this platform's, whatever its host.")
@click.option("--allow-host", multiple=True, metavar="HOST:PORT", help="A loopback or private address to dial.")
@click.option("--resolve", multiple=True, metavar="HOST:PORT:ADDRESS", help="Where a host is, as curl has it.")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How log lines look; text without it.")
@click.option("--log-file", metavar="FILE", help="Write the log here too.")
@quiet_option
def crawl_command(
    seeds: tuple[str, ...], db: Path, max_time: str | None, max_bytes: str | None, resolve: tuple[str, ...],
    allow_host: tuple[str, ...], quiet: bool, verbose: int, **options: Any,
) -> int:  # fmt: skip
    """Fetch posts and store what is new or changed.

    A SEED is the address of a post, an author, a column, a blog's home page, a feed or a sitemap; or a file that
    lists addresses (OPML, bookmarks, one a line). What a run leaves undone, the next goes on with.
    """
    effective = effective_settings()
    settings = effective.with_flags(
        max_time_s=None if max_time is None else parse_duration(max_time).total_seconds(),
        max_bytes=None if max_bytes is None else parse_size(max_bytes),
        resolve=(*effective.settings.resolve, *map(parse_resolve, resolve)) if resolve else None,
        allow_hosts=(*effective.settings.allow_hosts, *allow_host) if allow_host else None,
        **options,
    ).settings
    seeds = expand_seeds(seeds)
    with logs.writing(settings, verbose=verbose):
        if settings.dry_run:
            return plan_for(db, seeds, settings)
        return crawl_into(db, seeds, settings, quiet=quiet)


def plan_for(db: Path, seeds: tuple[str, ...], settings: Settings) -> int:
    """Print what a crawl into the archive would fetch and why; nothing is stored, not even an archive made."""
    from tempfile import TemporaryDirectory

    from scraper.archive import Archive
    from scraper.crawl import by_seed, clock_from, seeds_of
    from scraper.crawl.plan import plan

    with TemporaryDirectory() as folder:
        if not db.exists():
            db = Path(folder) / "archive.db"
            Archive(db, write=True).close()
        with Archive(db) as archive:
            named = seeds_of(seeds, archive, settings)
            clock = clock_from(current_time())
            planned, troubles = asyncio.run(plan(named, archive, by_seed(settings), clock, every_due=not seeds))
    for one in planned:
        click.echo(f"{'fetch' if one.due else 'leave'}  {one.url}  {one_line(one.why)}")
    for trouble in troubles:
        click.echo(f"scraper: {one_line(trouble)}", err=True)
    return 1 if troubles else 0


def crawl_into(db: Path, seeds: tuple[str, ...], settings: Settings, *, quiet: bool) -> int:
    """Crawl into the archive at a path, tell whoever is to know how it went, and return the exit code."""
    from scraper import notify
    from scraper.archive import Archive
    from scraper.cli.progress import show
    from scraper.crawl import clock_from, run
    from scraper.summary import summarise

    watcher = show if not quiet and sys.stderr is not None and sys.stderr.isatty() else None
    clock = clock_from(current_time())
    try:
        with Archive(db, write=True, command="crawl") as archive:
            _warn(notify.started(settings))
            ended = asyncio.run(_interruptible(run(seeds, archive, settings, clock, watcher)))
            with archive.read() as connection:
                summary = summarise(connection, ended.run_id, db, clock())
    except (ArchiveLocked, Interrupted):
        # The run that holds the archive tells how it goes; and whoever ended this one knows.
        raise
    except Exception as error:
        _warn(notify.broke_off(error, db, settings))
        raise
    _warn(notify.ended(summary, settings))
    _tell(summary, ended.stopped, db, settings, quiet=quiet)
    return ended.exit_code


async def _interruptible(work: Coroutine[Any, Any, Report]) -> Report:
    """Run the work so that SIGINT and SIGTERM end it cleanly, after what was read is stored."""
    received: list[int] = []
    task = asyncio.ensure_future(work)

    def stop(number: signal.Signals) -> None:
        received.append(number)
        task.cancel(number)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        raise Interrupted(received[0]) from None


def _tell(summary: Summary, stopped: str, db: Path, settings: Settings, *, quiet: bool) -> None:
    from scraper.summary import counts_line, report

    if summary.exit_code:
        click.echo(report(summary, settings), err=True)
    elif not quiet:
        click.echo(f"{db}: {counts_line(summary.run['counts'])}", err=True)
        if not settings.contact:
            click.echo("scraper: no contact is set, so that sites cannot reach you: `scraper init`", err=True)
    if stopped and not quiet:
        click.echo(f"scraper: stopped by {stopped}; the next run goes on with what is due", err=True)


def _warn(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(f"scraper: warning: {one_line(line)}", err=True)
