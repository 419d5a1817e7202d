"""The pipeline: seeds to frontier to fetch to read to archive. The only place where these meet."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scraper import sites
from scraper.archive import frontier, runs
from scraper.archive.frontier import Due
from scraper.archive.store import Archive
from scraper.crawl.discover import Discoverer
from scraper.crawl.ledger import Failure, Ledger
from scraper.crawl.seeds import Seed, read_seed
from scraper.crawl.visit import Visitor
from scraper.errors import UsageError
from scraper.fetch.client import Fetcher
from scraper.models import Parsed
from scraper.settings import Settings, current_time
from scraper.urls import host_of

DONE, FAILED, REFUSED = 0, 1, 5


@dataclass(frozen=True, slots=True)
class Report:
    """How a run went: its counts, what failed, the exit code by DESIGN 4 and the run's id in the archive."""

    run_id: int
    counts: dict[str, int]
    failures: tuple[Failure, ...]
    exit_code: int
    stopped: str = ""


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


async def run(seeds: Sequence[str], archive: Archive, settings: Settings, now: Callable[[], datetime]) -> Report:
    """Do what :func:`crawl` does, on a running loop and with a clock."""
    work = _sources(archive) if not seeds else [(read_seed(text, settings.site), None) for text in seeds]
    if not work:
        raise UsageError("nothing to crawl: name a seed, or keep one for every night with `scraper add SEED`")
    with archive.write() as connection:
        run_id = runs.start(connection, "crawl", _told(seeds, settings), now())
    ledger = Ledger(archive, run_id, now)
    writer = asyncio.create_task(ledger.flush_every_second())
    outcome, exit_code, stopped = "crashed", FAILED, ""
    try:
        async with Fetcher(settings, ledger, now=now, log=ledger.record, delay_for=delay_of) as fetcher:
            crawler = _Crawler(archive, settings, ledger, fetcher, now, every_due=not seeds)
            stopped = await crawler.crawl(work)
        exit_code = _exit_code(ledger)
        outcome = {DONE: "done", FAILED: "failed", REFUSED: "refused"}[exit_code]
    except asyncio.CancelledError as interruption:
        outcome, exit_code = "interrupted", 143 if interruption.args == (signal.SIGTERM,) else 130
        raise
    finally:
        writer.cancel()
        ledger.flush()
        with archive.write() as connection:
            runs.finish(connection, run_id, outcome=outcome, exit_code=exit_code, counts=dict(ledger.counts), now=now())
    return Report(run_id, dict(ledger.counts), tuple(ledger.failures), exit_code, stopped)


def delay_of(host: str) -> float:
    """Return the seconds that the host's platform wants between requests; for an unknown host, one."""
    for site in sites.all_sites():
        if any(pattern.fullmatch(host) for pattern in site.hosts):
            return site.delay_s
    return 1.0


def _sources(archive: Archive) -> list[tuple[Seed, int | None]]:
    with archive.read() as connection:
        rows = frontier.list_sources(connection)
    # A source of a platform's mirror was named with its site; one on the platform itself needs no telling.
    return [(read_seed(row["seed"], "" if sites.find(row["seed"]) else row["site"]), row["id"]) for row in rows]


def _told(seeds: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Return what the run was told, without secrets, for its log."""
    told = {key: value for key, value in asdict(settings).items() if key not in ("cookies", "proxy")}
    return {"seeds": list(seeds)} | told


def _exit_code(ledger: Ledger) -> int:
    if not ledger.failures:
        return DONE
    nothing_fetched = not ledger.counts["fetched"] and not ledger.counts["unchanged"]
    return REFUSED if nothing_fetched and all(failure.refused for failure in ledger.failures) else FAILED


@dataclass
class _Crawler:
    archive: Archive
    settings: Settings
    ledger: Ledger
    fetcher: Fetcher
    now: Callable[[], datetime]
    every_due: bool
    _waiting: dict[str, deque[Due]] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _visited: int = 0
    _stopped: str = ""

    def __post_init__(self) -> None:
        self._visitor = Visitor(self.fetcher, self.ledger, self.now)
        self._discoverer = Discoverer(self.fetcher, self.ledger, self.now)
        self._began = time.monotonic()

    async def crawl(self, work: Sequence[tuple[Seed, int | None]]) -> str:
        """Discover and visit, host by host at once; return which budget ended it, '' for none."""
        by_host: dict[str, list[tuple[Seed, int | None]]] = {}
        for seed, source_id in work:
            by_host.setdefault(host_of(seed.url), []).append((seed, source_id))
        try:
            async with asyncio.TaskGroup() as group:
                for host_work in by_host.values():
                    group.create_task(self._begin(group, host_work))
                if self.every_due:
                    self._take(group, None)
        except* Exception as errors:  # noqa: BLE001 - unpacked: the first error is the one to report
            raise errors.exceptions[0] from None
        return self._stopped

    async def _begin(self, group: asyncio.TaskGroup, work: Sequence[tuple[Seed, int | None]]) -> None:
        """Discover what the seeds of one host lead to, one after the other, and take up what is due of it."""
        for seed, source_id in work:
            if seed.kind in ("author", "column", "feed"):
                found = await self._discoverer.discover(seed, source_id)
                if found.reason:
                    self.ledger.fail(seed.url, found.reason, refused=found.refused)
                with self.archive.read() as connection:
                    held = frontier.keys_of_author(connection, seed.site, seed.native_id)
                keys = [*found.targets, *held]
            else:
                target = seed.target()
                with self.archive.write() as connection:
                    frontier.find_or_add(connection, target, self.now(), source_id=source_id)
                    if source_id is None:
                        frontier.make_due(connection, [target.key], self.now())
                keys = [target.key]
            if self.settings.full:
                with self.archive.write() as connection:
                    frontier.make_due(connection, keys, self.now())
            self._take(group, keys)

    def _take(self, group: asyncio.TaskGroup, keys: Sequence[str] | None) -> None:
        """Line up what is due, of the given keys or of the whole frontier, and see that each host is worked on."""
        with self.archive.read() as connection:
            rows = frontier.due(connection, self.now(), keys=keys)
        for due in rows:
            if due.key in self._taken:
                continue
            self._taken.add(due.key)
            if due.host not in self._waiting:
                self._waiting[due.host] = deque()
                for _ in range(self.settings.concurrency):
                    group.create_task(self._work_on(group, due.host))
            self._waiting[due.host].append(due)

    async def _work_on(self, group: asyncio.TaskGroup, host: str) -> None:
        waiting = self._waiting[host]
        while waiting and host not in self._visitor.paused and not self._spent():
            due = waiting.popleft()
            self._visited += 1
            parsed = await self._visitor.visit(due)
            if parsed is not None and parsed.verdict in ("listing", "feed"):
                self._follow(group, due, parsed)
        if not waiting:
            self._waiting.pop(host, None)

    def _follow(self, group: asyncio.TaskGroup, due: Due, parsed: Parsed) -> None:
        """Take up what a list page that was named as a seed leads to on its own host."""
        seed, now = read_seed(due.url, self.settings.site), self.now()
        targets = [seed.target_of(entry, "list") for entry in parsed.links]
        near = [target for target in targets if target is not None and target.host == due.host]
        with self.archive.write() as connection:
            for target in near:
                frontier.find_or_add(connection, target, now)
            frontier.done(connection, due.id, now, changed=False)
        if not near:
            self.ledger.fail(due.url, f"not an article: {parsed.reason or parsed.verdict}")
        self._take(group, [target.key for target in near])

    def _spent(self) -> bool:
        """Say whether a budget is used up; what is left stays due for the next run."""
        limits = self.settings
        if limits.max_posts is not None and self._visited >= limits.max_posts:
            self._stopped = f"--max-posts {limits.max_posts}"
        elif limits.max_time_s is not None and time.monotonic() - self._began >= limits.max_time_s:
            self._stopped = f"--max-time {limits.max_time_s:g}s"
        elif limits.max_bytes is not None and self.ledger.counts["bytes"] >= limits.max_bytes:
            self._stopped = f"--max-bytes {limits.max_bytes}"
        return bool(self._stopped)
