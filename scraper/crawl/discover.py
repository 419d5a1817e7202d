"""Find an author's or column's posts: ask its list by the best way that answers, page by page, to the site's total."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from scraper.archive import frontier
from scraper.archive.frontier import Target
from scraper.crawl.ledger import Ledger
from scraper.crawl.seeds import Seed
from scraper.errors import ParseError
from scraper.fetch import outcome as fetched
from scraper.fetch.client import Fetcher
from scraper.models import Parsed
from scraper.parse.encoding import decode
from scraper.parse.feeds import read_feed, sitemaps_in
from scraper.parse.site import ListRequest
from scraper.settings import Settings
from scraper.urls import host_of

MAX_PAGES = 300
"""A list that has not ended by then is endless: at 20 to 100 posts a page no author comes near."""

MAX_SITEMAPS = 50
SHRUNK = 0.8
"""Fewer than this share of what the last run found is more than a few deleted posts."""

MIN_FOR_SHRUNK = 5


@dataclass
class Found:
    """What a list gave: targets by key in its order, the site's own count, the way that answered, what went wrong."""

    targets: dict[str, Target] = field(default_factory=dict)
    total: int | None = None
    way: str = ""
    reason: str = ""
    refused: bool = False

    @property
    def complete(self) -> bool:
        """Whether everything was found that the site says is there."""
        return not self.reason


@dataclass(frozen=True)
class Discoverer:
    """Asks lists through the one door and notes what they name in the frontier."""

    fetcher: Fetcher
    ledger: Ledger
    now: Callable[[], datetime]
    settings: Settings

    async def discover(self, seed: Seed, *, note: bool = True) -> Found:
        """Return what the seed's list names; with ``note`` every address is in the frontier when this returns.

        A way that knows no total, such as a feed of the newest posts, is taken for whole only if no better one is
        left to ask.
        """
        found = Found(reason="no way to list it is known")
        tries: list[Found] = []
        for way in [request.way for request in seed.list_requests(1)]:
            tries.append(await self._follow(seed, way))
            found = _merge(tries)
            if found.complete and found.total is not None:
                break
        if not found.targets and seed.kind == "author":
            tries.append(await self._search_sitemaps(seed))
            found = _merge(tries)
        rules = self.settings.rules(host_of(seed.url), seed.url)
        found.targets = {key: target for key, target in found.targets.items() if rules.admits(target.url)}
        if found.complete and rules.min_posts is not None and len(found.targets) < rules.min_posts:
            found.reason = f"only {len(found.targets)} posts found, min_posts is {rules.min_posts}"
        if note:
            self._note(found, seed)
        self.ledger.counts["found"] += len(found.targets)
        return found

    async def _search_sitemaps(self, seed: Seed) -> Found:
        """Look through the sitemaps that robots.txt names, and those they name, for the author's posts."""
        found = Found(way="sitemap")
        waiting = list(await self.fetcher.sitemaps(seed.url))
        asked: set[str] = set()
        while waiting and len(asked) < MAX_SITEMAPS:
            url = waiting.pop(0)
            if url in asked:
                continue
            asked.add(url)
            outcome = await self.fetcher.fetch(url, kind="feed")
            if not isinstance(outcome, fetched.Ok):
                found.reason = found.reason or f"sitemap: {outcome.reason or outcome.name}"
                continue
            text = decode(outcome.snapshot.body, outcome.snapshot.content_type).text
            waiting += sitemaps_in(text, url)
            for entry in read_feed(text, url):
                if seed.wrote(entry) and (target := seed.target_of(entry, "sitemap")) is not None:
                    found.targets.setdefault(target.key, target)
        if not asked:
            found.reason = "sitemap: robots.txt names none"
        return found

    async def _follow(self, seed: Seed, way: str) -> Found:
        """Ask one way for page after page until it says nothing new."""
        found = Found(way=way)
        next_url = ""
        for page in range(1, MAX_PAGES + 1):
            first = next((one for one in seed.list_requests(1 if next_url else page) if one.way == way), None)
            request = replace(first, url=next_url) if first and next_url else first
            parsed = await self._ask(seed, request, found) if request else None
            if parsed is None:
                break
            if parsed.total is not None:
                found.total = parsed.total
            before = len(found.targets)
            for entry in parsed.links:
                target = seed.target_of(entry, way)
                if target is not None:
                    found.targets.setdefault(target.key, target)
            if len(found.targets) == before or (found.total is not None and len(found.targets) >= found.total):
                break
            next_url = parsed.next_url
        else:
            found.reason = f"the list has no end: {MAX_PAGES} pages asked"
        return found

    async def _ask(self, seed: Seed, request: ListRequest, found: Found) -> Parsed | None:
        outcome = await self.fetcher.fetch(request.url, kind="list", headers=request.headers, content=request.content)
        if not isinstance(outcome, fetched.Ok):
            detail = outcome.detail if isinstance(outcome, fetched.Blocked) else ""
            found.reason = f"list by {request.way}: {outcome.reason or outcome.name}" + (
                f": {detail}" if detail else ""
            )
            found.refused = isinstance(outcome, fetched.Blocked | fetched.HostPaused)
            return None
        snapshot = outcome.snapshot
        try:
            parsed = seed.read_list(snapshot)
        except ParseError as error:
            found.reason = f"list by {request.way}: {error}"
            return None
        if parsed.verdict in ("listing", "feed"):
            return parsed
        if found.targets and parsed.verdict in ("other", "empty"):
            return None  # beyond their last page, lists of links have a page without any
        found.reason = f"list by {request.way}: {parsed.verdict}: {parsed.reason}"
        found.refused = parsed.verdict in ("challenge", "login")
        return None

    def _note(self, found: Found, seed: Seed) -> None:
        """Put what was found into the frontier, and how the list did into its source's row."""
        now = self.now()
        with self.ledger.archive.read() as connection:
            last = frontier.last_found(connection, seed.source_id)
        if found.complete and last >= MIN_FOR_SHRUNK and len(found.targets) < SHRUNK * last:
            found.reason = f"only {len(found.targets)} posts found, {last} at the last run"

        def change(connection: Connection) -> None:
            for target in found.targets.values():
                frontier.find_or_add(connection, target, now, source_id=seed.source_id)
            if seed.source_id is not None:
                said: dict[str, Any] = {"run_at": now, "way": found.way}
                if found.targets or found.complete:
                    # A list that could not be had says nothing of how long it is.
                    said |= {"total": found.total, "found": len(found.targets)}
                if found.complete:
                    said["ok_at"] = now
                frontier.note_source_run(connection, seed.source_id, reason=found.reason, **said)

        self.ledger.add(change)
        self.ledger.flush()


def _merge(tries: list[Found]) -> Found:
    """Return what the ways found together, the best first in each doubt, and why it is not all, if it is not.

    A feed of the newest posts counts as all only where every better way answered too.
    """
    targets: dict[str, Target] = {}
    for one in tries:
        for key, target in one.targets.items():
            targets.setdefault(key, target)
    total = max((one.total for one in tries if one.total is not None), default=None)
    best = max(tries, key=lambda one: len(one.targets))
    # What a lesser way could not be asked for is nothing that the best one, read to its end, left out.
    whole = tries[0].complete and tries[0].targets
    trouble = "" if whole else next((one.reason for one in tries if one.reason), "")
    if total is not None and len(targets) < total:
        reason = f"{len(targets)} of {total} posts found, {total - len(targets)} missing"
    elif total is not None:
        reason = ""
    elif targets and trouble:
        reason = f"only what {best.way} names was found: {trouble}"
    else:
        reason = trouble
    refused = not targets and any(one.refused for one in tries)
    return Found(targets, total, best.way, reason, refused)
