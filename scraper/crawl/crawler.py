"""Work through seeds and what they lead to: each host at its own pace, several at once, within the run's budgets."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from scraper.archive import assets, frontier, labels
from scraper.archive.assets import Asset
from scraper.archive.frontier import Due
from scraper.archive.store import Archive
from scraper.crawl.blogs import BlogLister
from scraper.crawl.discover import Discoverer, Found
from scraper.crawl.images import ImageFetcher
from scraper.crawl.ledger import Ledger
from scraper.crawl.seeds import Seed
from scraper.crawl.visit import Visitor
from scraper.fetch.client import Fetcher
from scraper.models import Parsed
from scraper.settings import Settings
from scraper.urls import host_of

LISTED_KINDS = ("author", "column", "feed")


@asynccontextmanager
async def _tasks() -> AsyncIterator[asyncio.TaskGroup]:
    """Run tasks together; the first error ends all and is raised as itself, not in a group."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        error: BaseException = errors
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


@dataclass
class Crawler:
    """One run's work; ``every_due`` takes up all that is due in the frontier, not only what the seeds lead to."""

    archive: Archive
    settings: Settings
    ledger: Ledger
    fetcher: Fetcher
    now: Callable[[], datetime]
    every_due: bool
    waiting: dict[str, deque[Due]] = field(default_factory=dict)
    stopped: str = ""
    _taken: set[str] = field(default_factory=set)
    _listed: dict[str, int] = field(default_factory=dict)
    """Sources by the key of the page that they name, which may be a list."""
    _complete: set[str] = field(default_factory=set)
    """Lists that an earlier run read to their end."""
    _columns: list[tuple[Seed, Found]] = field(default_factory=list)
    _visited: int = 0
    _visits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._visitor = Visitor(self.fetcher, self.ledger, self.now, self.settings)
        self._discoverer = Discoverer(self.fetcher, self.ledger, self.now, self.settings)
        self._blogs = BlogLister(self.fetcher, self.ledger, self.now, self.settings)
        self._images = ImageFetcher(self.fetcher, self.ledger, self.now)
        self._began = time.monotonic()

    def waiting_by_host(self) -> dict[str, int]:
        """Return how many addresses wait at each host that is being worked on."""
        return {host: len(waiting) for host, waiting in self.waiting.items()}

    async def crawl(self, seeds: Sequence[Seed]) -> None:
        """Discover and visit, then fetch images; what a budget leaves undone stays due."""
        by_host: dict[str, list[Seed]] = {}
        for seed in seeds:
            by_host.setdefault(host_of(seed.url), []).append(seed)
        async with _tasks() as group:
            for host_seeds in by_host.values():
                group.create_task(self._begin(group, host_seeds))
            if self.every_due:
                self._take(group, None)
        self.ledger.flush()
        self._place_in_columns()
        if self.settings.any_images and not self._spent(posts_too=False):
            await self._fetch_images()

    async def _begin(self, group: asyncio.TaskGroup, seeds: Sequence[Seed]) -> None:
        """Discover what the seeds of one host lead to, one after the other, and take up what is due of it."""
        for seed in seeds:
            keys = await self._list(seed) if seed.kind in LISTED_KINDS else self._name(seed)
            if self.settings.full:
                with self.archive.write() as connection:
                    frontier.make_due(connection, keys, self.now())
            self._take(group, keys)

    async def _list(self, seed: Seed) -> list[str]:
        found = await self._discoverer.discover(seed)
        if found.reason:
            self.ledger.fail(seed.url, found.reason, refused=found.refused)
        if seed.kind == "column":
            self._columns.append((seed, found))
        with self.archive.read() as connection:
            held = frontier.keys_of_author(connection, seed.site, seed.native_id) if seed.kind == "author" else []
        return [*found.targets, *held]

    def _name(self, seed: Seed) -> list[str]:
        """Put a page that was named by itself into the frontier; one named by hand is looked at now."""
        target = seed.target()
        with self.archive.write() as connection:
            frontier.find_or_add(connection, target, self.now(), source_id=seed.source_id)
            row = frontier.find(connection, target.key)
            if seed.source_id is None or (row is not None and row["state"] == "list"):
                frontier.make_due(connection, [target.key], self.now())
            if seed.source_id is not None:
                self._listed[target.key] = seed.source_id
                frontier.note_source_run(connection, seed.source_id, run_at=self.now())
                if frontier.has_run_well(connection, seed.source_id):
                    self._complete.add(target.key)
        return [target.key]

    def _take(self, group: asyncio.TaskGroup, keys: Sequence[str] | None) -> None:
        """Line up what is due, of the given keys or of the whole frontier, and see that each host is worked on."""
        with self.archive.read() as connection:
            rows = frontier.due(connection, self.now(), keys=keys)
        for due in rows:
            if due.key in self._taken:
                continue
            self._taken.add(due.key)
            if due.host not in self.waiting:
                self.waiting[due.host] = deque()
                for _ in range(self.settings.concurrency):
                    group.create_task(self._work_on(group, due.host, self.waiting[due.host]))
            self.waiting[due.host].append(due)

    async def _work_on(self, group: asyncio.TaskGroup, host: str, waiting: deque[Due]) -> None:
        while waiting and host not in self._visitor.paused and not self._spent():
            due = waiting.popleft()
            if not self._allowed(due):
                continue
            self._visited += 1
            parsed = await self._visitor.visit(due)
            if parsed is not None and parsed.verdict in ("listing", "feed") and due.way == "seed":
                await self._follow(group, due, parsed)
        if not waiting and self.waiting.get(host) is waiting:
            del self.waiting[host]

    def _allowed(self, due: Due) -> bool:
        """Count a visit against the budgets of its host and its source, and say whether both have room for it."""
        budgets = {due.host: self.settings.hosts.get(due.host), due.source: self.settings.sources.get(due.source)}
        for name, rules in budgets.items():
            if rules is not None and rules.max_posts is not None and self._visits[name] >= rules.max_posts:
                self.stopped = self.stopped or f"max_posts of {name}"
                return False
        self._visits.update(budgets.keys())
        return True

    async def _follow(self, group: asyncio.TaskGroup, due: Due, parsed: Parsed) -> None:
        """Take up what a list page that was named as a seed leads to on its own host."""
        source_id = self._listed.get(due.key)
        thorough = source_id is None or self.settings.full or due.key not in self._complete
        found = await self._blogs.list_posts(due.url, parsed, source_id, thorough=thorough)
        with self.archive.write() as connection:
            frontier.note_list(connection, due.id, self.now())
            if source_id is not None and found:
                said = {"ok_at": self.now(), "found": len(found), "way": "list", "reason": ""}
                frontier.note_source_run(connection, source_id, **said)
        if not found:
            self.ledger.fail(due.url, f"not an article: {parsed.reason or parsed.verdict}")
        self._take(group, list(found))

    def _place_in_columns(self) -> None:
        """Note the order in which each column lists its posts."""
        with self.archive.write() as connection:
            for seed, found in self._columns:
                url = seed.address.url if seed.address else seed.url
                labels.place_in_column(connection, seed.site, seed.native_id, url, found.targets)

    async def _fetch_images(self) -> None:
        with self.archive.read() as connection:
            wanted = assets.due(connection, self.now())
        by_host: dict[str, list[Asset]] = {}
        for asset in wanted:
            by_host.setdefault(host_of(asset.url), []).append(asset)
        async with _tasks() as group:
            for host_assets in by_host.values():
                group.create_task(self._fetch_images_of(host_assets))

    async def _fetch_images_of(self, host_assets: Sequence[Asset]) -> None:
        for asset in host_assets:
            if self._spent(posts_too=False) or not await self._images.fetch(asset):
                return

    def _spent(self, *, posts_too: bool = True) -> bool:
        """Say whether a budget is used up; what is left stays due for the next run."""
        limits = self.settings
        if posts_too and limits.max_posts is not None and self._visited >= limits.max_posts:
            self.stopped = f"--max-posts {limits.max_posts}"
            return True
        if limits.max_time_s is not None and time.monotonic() - self._began >= limits.max_time_s:
            self.stopped = f"--max-time {limits.max_time_s:g}s"
            return True
        if limits.max_bytes is not None and self.ledger.counts["bytes"] >= limits.max_bytes:
            self.stopped = f"--max-bytes {limits.max_bytes}"
            return True
        return False
