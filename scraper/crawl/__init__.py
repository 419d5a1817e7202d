"""The pipeline: seeds to frontier to fetch to read to archive. The only place where these meet."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from scraper import sites
from scraper.archive import frontier, runs
from scraper.archive.store import Archive
from scraper.crawl.crashes import settle
from scraper.crawl.crawler import Crawler
from scraper.crawl.ledger import Failure, Ledger
from scraper.crawl.seeds import Seed, read_seed
from scraper.errors import UsageError
from scraper.fetch.client import Fetcher
from scraper.settings import Settings, current_time

DONE, FAILED, REFUSED = 0, 1, 5


@dataclass(frozen=True, slots=True)
class Report:
    """How a run went: its counts, what failed, the exit code by DESIGN 4 and the run's id in the archive."""

    run_id: int
    counts: dict[str, int]
    failures: tuple[Failure, ...]
    exit_code: int
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """What can be seen of a run while it goes on: its counts, and how many addresses wait at each host."""

    counts: Mapping[str, int]
    waiting: Callable[[], Mapping[str, int]]


def crawl(
    seeds: Sequence[str], archive: Archive, settings: Settings | None = None, now: datetime | None = None
) -> Report:
    """Crawl the seeds, or every source of the archive where there are none, and store what is new or changed.

    ``archive`` is opened for writing; ``now`` is the run's present moment (aware), by default the clock's.

    Raises:
        UsageError: a seed is no address, or there is neither seed nor source.
        ArchiveError: the archive refused; what was stored before is safe.
        KeyboardInterrupt: stopped from outside; what was read is stored.
    """
    return asyncio.run(run(seeds, archive, settings or Settings(), clock_from(now or current_time())))


def clock_from(moment: datetime) -> Callable[[], datetime]:
    """Return a clock that starts at the moment and goes on steadily, whatever the machine's clock does."""
    began = time.monotonic()
    return lambda: moment + timedelta(seconds=time.monotonic() - began)


async def run(
    seeds: Sequence[str],
    archive: Archive,
    settings: Settings,
    now: Callable[[], datetime],
    watcher: Callable[[Watch], Coroutine[None, None, None]] | None = None,
) -> Report:
    """Do what :func:`crawl` does, on a running loop and with a clock; ``watcher`` runs beside it."""
    work = seeds_of(seeds, archive, settings)
    settings = by_seed(settings)
    with archive.write() as connection:
        run_id = runs.start(connection, "crawl", _told(seeds, settings), now())
    ledger = Ledger(archive, run_id, now)
    settle(ledger)
    beside = [asyncio.create_task(ledger.flush_every_second())]
    outcome, exit_code, stopped = "crashed", FAILED, ""
    try:
        async with Fetcher(settings, ledger, now=now, log=ledger.record, delay_for=delay_of) as fetcher:
            crawler = Crawler(archive, settings, ledger, fetcher, now, every_due=not seeds)
            if watcher is not None:
                beside.append(asyncio.create_task(watcher(Watch(ledger.counts, crawler.waiting_by_host))))
            await crawler.crawl(work)
            stopped = crawler.stopped
        exit_code = _exit_code(ledger)
        outcome = {DONE: "done", FAILED: "failed", REFUSED: "refused"}[exit_code]
    except asyncio.CancelledError as interruption:
        outcome, exit_code = "interrupted", 143 if interruption.args == (signal.SIGTERM,) else 130
        raise
    finally:
        for task in beside:
            task.cancel()
        ledger.flush()
        with archive.write() as connection:
            runs.finish(connection, run_id, outcome=outcome, exit_code=exit_code, counts=dict(ledger.counts), now=now())
    archive.tidy(now())
    return Report(run_id, dict(ledger.counts), tuple(ledger.failures), exit_code, stopped)


def delay_of(host: str) -> float:
    """Return the seconds that the host's platform wants between requests; for an unknown host, one."""
    for site in sites.all_sites():
        if any(pattern.fullmatch(host) for pattern in site.hosts):
            return site.delay_s
    return 1.0


def seeds_of(texts: Sequence[str], archive: Archive, settings: Settings) -> list[Seed]:
    """Return the seeds that are named, or else the sources of the archive.

    Raises:
        UsageError: one is no address, or there is neither.
    """
    seeds = [read_seed(text, settings.site) for text in texts] or _sources(archive)
    if not seeds:
        raise UsageError("nothing to crawl: name a seed, or keep one for every night with `scraper add SEED`")
    return seeds


def by_seed(settings: Settings) -> Settings:
    """Return the settings with what they say of sources under the address that a source is kept by.

    Raises:
        UsageError: a source's name is no address.
    """
    return replace(settings, sources={read_seed(name).url: rules for name, rules in settings.sources.items()})


def _sources(archive: Archive) -> list[Seed]:
    with archive.read() as connection:
        rows = frontier.list_sources(connection)
    # A source of a platform's mirror was named with its site; one on the platform itself needs no telling.
    seeds = [(read_seed(row["seed"], "" if sites.find(row["seed"]) else row["site"]), row) for row in rows]
    return [replace(seed, source_id=row["id"], match=row["match"]) for seed, row in seeds]


def _told(seeds: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Return what the run was told, without secrets, for its log."""
    return {"seeds": list(seeds)} | settings.public()


def _exit_code(ledger: Ledger) -> int:
    if not ledger.failures:
        return DONE
    nothing_fetched = not ledger.counts["fetched"] and not ledger.counts["unchanged"]
    return REFUSED if nothing_fetched and all(failure.refused for failure in ledger.failures) else FAILED
