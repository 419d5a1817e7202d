"""Find the posts of a blog of no known platform: its list pages, the feeds that it announces, its sitemap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from scraper.archive import frontier
from scraper.archive.frontier import Target
from scraper.crawl.ledger import Ledger
from scraper.crawl.seeds import Seed
from scraper.errors import ParseError
from scraper.fetch import outcome as fetched
from scraper.fetch.client import Fetcher
from scraper.models import Parsed
from scraper.parse.blog_lists import may_be_post
from scraper.parse.discovery import blog_requests
from scraper.settings import Settings
from scraper.urls import host_of

MAX_PAGES = 300
"""A list that has not ended by then is endless."""

MAX_SITEMAPS = 50


@dataclass(frozen=True)
class BlogLister:
    """Asks a blog's lists through the one door and notes what they name in the frontier."""

    fetcher: Fetcher
    ledger: Ledger
    now: Callable[[], datetime]
    settings: Settings

    async def list_posts(self, url: str, parsed: Parsed, source_id: int | None, *, thorough: bool) -> dict[str, Target]:
        """Return what a list page at ``url`` (a home page, feed, sitemap) leads to on its own host.

        Pages that continue it are followed; unless ``thorough``, only as far as something is new. A page that has
        no continuation may show the newest posts alone, so feeds and the sitemap are then asked too.
        """
        found = await self._page_on(url, parsed, source_id, "feed" if parsed.verdict == "feed" else "list", thorough)
        if parsed.verdict == "listing" and not parsed.next_url:
            for request in blog_requests(url, parsed):
                more = await self._ask(request.url)
                if more is None:
                    continue
                way = "sitemap" if "sitemap" in request.way else "list" if more.verdict == "listing" else "feed"
                found |= await self._page_on(url, more, source_id, way, thorough)
                if way != "feed" or not thorough:
                    break
        self.ledger.counts["found"] += len(found)
        return found

    async def _page_on(
        self, url: str, parsed: Parsed, source_id: int | None, way: str, thorough: bool
    ) -> dict[str, Target]:
        found: dict[str, Target] = {}
        for _ in range(MAX_PAGES):
            near = self._near(url, [entry.url for entry in parsed.links], way)
            if way == "sitemap" and parsed.verdict == "listing":
                near = await self._open_sitemaps(url, parsed)
            fresh = {key: target for key, target in near.items() if key not in found}
            found |= fresh
            now = self.now()
            with self.ledger.archive.write() as connection:
                known = [frontier.find(connection, key) is not None for key in fresh]
                for target in fresh.values():
                    frontier.find_or_add(connection, target, now, source_id=source_id)
            ends = not fresh or not parsed.next_url or host_of(parsed.next_url) != host_of(url)
            if ends or (all(known) and not thorough):
                break
            continued = await self._ask(parsed.next_url)
            if continued is None:
                self.ledger.fail(parsed.next_url, "the page that continues a list cannot be had")
                break
            parsed = continued
        return found

    async def _open_sitemaps(self, url: str, index: Parsed) -> dict[str, Target]:
        """Return what the sitemaps that an index names lead to."""
        found: dict[str, Target] = {}
        for entry in index.links[:MAX_SITEMAPS]:
            if host_of(entry.url) == host_of(url) and (sitemap := await self._ask(entry.url)) is not None:
                found |= self._near(url, [entry.url for entry in sitemap.links], "sitemap")
        return found

    def _near(self, url: str, addresses: Iterable[str], way: str) -> dict[str, Target]:
        """Return as targets those on the blog's host and in its scope; below its folder, where some are there."""
        seed, rules = Seed(url, "blog"), self.settings.rules(host_of(url), url)
        folder = url.rpartition("/")[0] + "/"
        near: dict[str, Target] = {}
        for address in addresses:
            target = seed.target_of_address(address, way)
            wanted = target is not None and host_of(target.url) == host_of(url) and rules.admits(target.url)
            if target is not None and wanted and (target.site or may_be_post(target.url, url)):
                near[target.key] = replace(target, listed="")
        below = {key: target for key, target in near.items() if target.url.startswith(folder)}
        return below or near

    async def _ask(self, url: str) -> Parsed | None:
        """Return the list that an address answers with, or None where it is none."""
        from scraper.read import parse  # slow to import, and most nights have no such list

        outcome = await self.fetcher.fetch(url, kind="list")
        if not isinstance(outcome, fetched.Ok):
            return None
        snapshot = outcome.snapshot
        try:
            parsed = parse(snapshot.body, snapshot.url, content_type=snapshot.content_type)
        except ParseError:
            return None
        return parsed if parsed.verdict in ("listing", "feed") else None
