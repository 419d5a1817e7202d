"""crawl, and the seeds that are kept for every night: add, remove, sources."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scraper.cli import Interrupted
from scraper.cli.options import archive_option, json_option, local_time, one_line, print_json, quiet_option
from scraper.errors import UsageError
from scraper.settings import Settings, current_time, from_environment, parse_duration, parse_resolve, parse_size

if TYPE_CHECKING:
    from scraper.crawl import Report


@click.command(
    "crawl",
    epilog="Example: scraper crawl https://blog.csdn.net/USER --delay 3    (no seed: every source kept by `add`)",
)
@click.argument("seeds", nargs=-1, metavar="[SEED]...")
@archive_option
@click.option("--delay", "delay_s", type=click.FloatRange(min=0), help="Seconds between requests to one host.")
@click.option(
    "--concurrency", type=click.IntRange(1, 16), default=1, show_default=True, help="Requests at once, a host."
)
@click.option("--max-posts", type=click.IntRange(min=1), help="Ask for no more posts than this.")
@click.option("--max-time", metavar="SPAN", help="Stop after this long, as 30m.")
@click.option("--max-bytes", metavar="SIZE", help="Stop after this much came over the wire, as 50M.")
@click.option("--full", is_flag=True, help="Ask for all posts, not only those that are due.")
@click.option("--site", default="", help="Read the seed as this platform's, whatever its host.")
@click.option("--allow-host", multiple=True, metavar="HOST:PORT", help="A loopback or private address to dial.")
@click.option("--resolve", multiple=True, metavar="HOST:PORT:ADDRESS", help="Where a host is, as curl has it.")
@quiet_option
def crawl_command(
    seeds: tuple[str, ...], db: Path, max_time: str | None, max_bytes: str | None, resolve: tuple[str, ...],
    allow_host: tuple[str, ...], quiet: bool, verbose: int, **options: Any,
) -> int:  # fmt: skip
    """Fetch posts and store what is new or changed.

    A SEED is the address of a post, an author or a column. What a run leaves undone, the next goes on with.
    """
    if verbose:
        say_what_happens()
    settings = replace(
        from_environment(),
        max_time_s=None if max_time is None else parse_duration(max_time).total_seconds(),
        max_bytes=None if max_bytes is None else parse_size(max_bytes),
        resolve=tuple(map(parse_resolve, resolve)),
        allow_hosts=allow_host,
        **options,
    )
    return crawl_into(db, seeds, settings, quiet=quiet)


def crawl_into(db: Path, seeds: tuple[str, ...], settings: Settings, *, quiet: bool) -> int:
    """Crawl into the archive at a path, say how it went, and return the exit code."""
    from scraper.archive import Archive
    from scraper.crawl import clock_from, run

    for seed in seeds:
        _refuse_file(seed)
    with Archive(db, write=True, command="crawl") as archive:
        report = asyncio.run(_interruptible(run(seeds, archive, settings, clock_from(current_time()))))
    _tell(report, db, quiet=quiet)
    return report.exit_code


def say_what_happens() -> None:
    """Let each address's outcome be a line on stderr."""
    logger = logging.getLogger("scraper")
    logger.addHandler(logging.StreamHandler(sys.stderr))
    logger.setLevel(logging.INFO)


def _refuse_file(seed: str) -> None:
    if "://" not in seed and Path(seed).exists():
        raise UsageError(f"{seed}: a file or folder; use `scraper import {seed}`")


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


def _tell(report: Report, db: Path, *, quiet: bool) -> None:
    counts = report.counts
    for failure in report.failures:
        click.echo(f"scraper: {one_line(failure.url)}: {one_line(failure.reason)}", err=True)
    if report.stopped:
        click.echo(f"scraper: stopped by {report.stopped}; the next run goes on with what is due", err=True)
    if quiet and not report.failures:
        return
    names = ("found", "fetched", "new", "changed", "unchanged", "gone", "failed", "requests")
    said = ", ".join(f"{name} {counts[name]}" for name in names if counts.get(name))
    click.echo(f"{db}: {said or 'nothing was due'}", err=True)


@click.command("add", epilog="Example: scraper add https://blog.csdn.net/USER")
@click.argument("seed")
@archive_option
@click.option("--site", default="", help="Read the seed as this platform's, whatever its host.")
def add_command(seed: str, db: Path, site: str) -> None:
    """Keep a SEED: `scraper crawl` without seeds asks it every time."""
    from scraper.archive import Archive, frontier
    from scraper.crawl.seeds import read_seed

    _refuse_file(seed)
    read = read_seed(seed, site)
    with Archive(db, write=True, command="add") as archive, archive.write() as connection:
        new = frontier.add_source(
            connection, read.url, kind=read.kind, site=site or read.site, native_id=read.native_id,
            match="", now=current_time(),
        )  # fmt: skip
    click.echo(f"{'kept' if new else 'kept already'}: {read.url} ({read.kind})", err=True)


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
    """List the seeds that are asked every time."""
    from scraper.archive import Archive, frontier

    with Archive(db) as archive, archive.read() as connection:
        rows = frontier.list_sources(connection)
    for row in rows:
        if as_json:
            print_json(row)
            continue
        total = "?" if row["total"] is None else row["total"]
        state = one_line(row["reason"]) or (
            f"well at {local_time(row['ok_at'])}" if row["ok_at"] else "not yet crawled"
        )
        click.echo(f"{row['seed']}  {row['kind']}  {row['posts']} of {total} posts  {state}")
