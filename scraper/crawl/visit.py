"""Visit one address: fetch, read, and what its answer means for the archive."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from scraper import sites
from scraper.archive import assets, blobs, frontier, posts, records, runs
from scraper.archive.frontier import Due
from scraper.archive.records import Lineage
from scraper.crawl.crashes import note_crash
from scraper.crawl.ledger import Ledger
from scraper.crawl.seeds import move
from scraper.crawl.topic import passes
from scraper.errors import ParseError
from scraper.fetch import outcome as fetched
from scraper.fetch.client import Fetcher
from scraper.models import Parsed, Post, Snapshot
from scraper.settings import Settings
from scraper.urls import canonicalise, host_of, url_key

_REFUSALS = ("login", "challenge")
WALLS_BEFORE_REFUSAL = 3
"""One post may be for members only; so many in a row are the site's answer."""


@dataclass(frozen=True)
class Visitor:
    """Visits what is due, one address at a call.

    ``paused`` are the hosts that want to be left alone for longer than this run waits; ``walls`` counts the login
    walls that a host has answered with in a row.
    """

    fetcher: Fetcher
    ledger: Ledger
    now: Callable[[], datetime]
    settings: Settings
    paused: set[str] = field(default_factory=set)
    walls: Counter[str] = field(default_factory=Counter)

    async def visit(self, due: Due, scope: Callable[[str], bool] | None = None) -> Parsed | None:
        """Fetch and read an address and hand the result to the ledger; return what was read, None if nothing was.

        The ledger is told of every end; nothing that one page does stops the run.
        """
        outcome = await self.fetcher.fetch(
            due.url, kind="page", etag=due.etag, last_modified=due.last_modified, scope=scope
        )
        match outcome:
            case fetched.Ok(snapshot=snapshot, moved=moved):
                return self._read(due, snapshot, moved=moved)
            case fetched.NotModified():
                self._unchanged(due)
            case fetched.Gone(status=status):
                self._absent(due, f"HTTP {status}")
            case fetched.HostPaused(reason=reason, until=until):
                self._postpone(due, f"host paused until {until:%Y-%m-%dT%H:%M:%SZ}: {reason}")
            case fetched.Blocked(reason=reason, detail=detail):
                self._fail(due, f"{reason}: {detail}" if detail else reason, refused=True)
            case _:
                self._fail(due, outcome.reason)
        return None

    def _read(self, due: Due, snapshot: Snapshot, *, moved: bool) -> Parsed | None:
        from scraper.read import parse  # slow to import, and most nights bring no page to read

        self.ledger.counts["fetched"] += 1
        forced = due.site if due.site and sites.find(due.url) is None else ""
        archive = self.ledger.archive
        archive.note_reading(due.key)
        try:
            parsed = parse(snapshot.body, snapshot.url, content_type=snapshot.content_type, site=forced)
        except ParseError as error:
            self._fail(due, str(error))
            return None
        except Exception as error:  # noqa: BLE001 - a fault in the reader must not end the night; it is logged whole
            reason = f"the reader failed: {type(error).__name__}: {error}"
            note_crash(self.ledger, due.id, due.url, reason, traceback.format_exc())
            return None
        finally:
            archive.note_reading("")
        if parsed.verdict == "article" and parsed.post is not None:
            self.walls[due.host] = 0
            lineage = lineage_of(parsed.post, snapshot.url, forced=bool(forced))
            self._keep(due, snapshot, parsed.post, lineage, moved=moved)
        elif parsed.verdict == "gone":
            self._absent(due, parsed.reason)
        elif parsed.verdict in _REFUSALS:
            self._refused(due, snapshot, parsed)
        elif due.way != "seed" and not due.site:
            self._pass_over(due, f"not an article: {parsed.reason or parsed.verdict}")
        elif parsed.verdict not in ("listing", "feed"):
            self._fail(due, f"not an article: {parsed.reason or parsed.verdict}")
        return parsed

    def _pass_over(self, due: Due, reason: str) -> None:
        """Leave what a blog's list or sitemap names beside its posts, such as tag pages, and do not ask again."""
        now = self.now()
        self.ledger.counts["passed_over"] += 1
        self.ledger.add(lambda connection: frontier.failed(connection, due.id, now, reason, state="skipped"))

    def _refused(self, due: Due, snapshot: Snapshot, parsed: Parsed) -> None:
        """Note a challenge against the host; a login wall only where nothing else comes any more."""
        self.ledger.counts["fetched"] -= 1  # a refusal in disguise is not what was asked
        self.walls[due.host] += parsed.verdict == "login"
        if parsed.verdict == "challenge" or self.walls[due.host] >= WALLS_BEFORE_REFUSAL:
            self.fetcher.report_block(host_of(snapshot.url), parsed.verdict)
        self._fail(due, f"{parsed.verdict}: {parsed.reason}", refused=True)

    def _keep(self, due: Due, snapshot: Snapshot, post: Post, lineage: Lineage, *, moved: bool) -> None:
        """Store a post with its snapshot, unless it is another one than was asked, unwanted or forgotten."""
        key = f"{post.site}/{post.native_id}"
        if due.site and key != due.key and not moved and not _names_by_alias(due):
            self._fail(due, f"another post was served: {key} in place of {due.key}")
            return
        now, ledger, settings = self.now(), self.ledger, self.settings
        row = ledger.take_record(snapshot.url) or _row_of(snapshot)

        def change(connection: Connection) -> None:
            if frontier.is_forgotten(connection, post.site, post.native_id, post.author.id or post.author.name):
                frontier.failed(connection, due.id, now, "forgotten by wish", state="skipped")
                return
            if due.post_id is None and not _wanted(connection, due, post, settings):
                ledger.counts["passed_over"] += 1
                frontier.failed(connection, due.id, now, "does not match", state="skipped")
                return
            blob_id = ledger.archive.blobs.put(connection, snapshot.body, family=due.host, now=now)
            fetch_id = runs.log_fetch(connection, ledger.run_id, {**row, "blob_id": blob_id})
            better_read = due.post_id is not None and _differs_by_reader(connection, ledger, due.post_id, post, lineage)
            saved = posts.save(
                connection, post, lineage=lineage, now=now, fetch_id=fetch_id, run_id=ledger.run_id,
                reparsed=better_read,
            )  # fmt: skip
            ledger.counts[saved.change] += 1
            if settings.wants_images(due.host, due.source):
                assets.add(connection, (image.url for image in post.images))
            frontier.done(
                connection, due.id, now, changed=saved.change != "unchanged", post_id=saved.post_id,
                etag=snapshot.header("etag"), last_modified=snapshot.header("last-modified"),
                url=canonicalise(snapshot.url) if moved else None,
                revisit_days=settings.revisit_of(due.host, due.source),
            )  # fmt: skip
            if saved.change != "new":
                blobs.drop_superseded(connection, saved.post_id)

        ledger.add(change)

    def _unchanged(self, due: Due) -> None:
        now = self.now()
        self.ledger.counts["unchanged"] += 1
        revisit_days = self.settings.revisit_of(due.host, due.source)

        def change(connection: Connection) -> None:
            frontier.done(connection, due.id, now, changed=False, revisit_days=revisit_days)
            if due.post_id is not None:
                posts.touch(connection, due.post_id, now)

        self.ledger.add(change)

    def _absent(self, due: Due, reason: str) -> None:
        """Count an absence; a post becomes a tombstone at the second, in a run at least a day later."""
        now = self.now()
        ledger = self.ledger

        def change(connection: Connection) -> None:
            buried = due.post_id is not None and posts.note_absence(connection, due.post_id, reason, now)
            ledger.counts["gone"] += buried
            frontier.failed(connection, due.id, now, reason, state="gone" if buried else "failed")

        ledger.add(change)
        if due.post_id is None:
            ledger.fail(due.url, f"does not exist: {reason}")

    def _postpone(self, due: Due, reason: str) -> None:
        """Leave the address due, for a later run, and say so once a host."""
        if due.host not in self.paused:
            self.paused.add(due.host)
            self.ledger.fail(due.url, reason, refused=True)

    def _fail(self, due: Due, reason: str, *, refused: bool = False) -> None:
        now = self.now()
        self.ledger.add(lambda connection: frontier.failed(connection, due.id, now, reason))
        self.ledger.fail(due.url, reason, refused=refused)


def _names_by_alias(due: Due) -> bool:
    """Say whether the address is one that names its post by something else than the post's identity."""
    site = sites.by_name(due.site)
    address = site.address(move(due.url, site.home)) if site else None
    return address is not None and address.alias


def _wanted(connection: Connection, due: Due, post: Post, settings: Settings) -> bool:
    """Say whether some source that led here, or the run's own --match, wants a post of this content."""
    queries = [settings.match] if settings.match else frontier.matches_of(connection, due.id)
    return not queries or any(not query or passes(query, post, settings.zone()) for query in queries)


def _differs_by_reader(connection: Connection, ledger: Ledger, post_id: int, post: Post, lineage: Lineage) -> bool:
    """Say whether the post differs from its last revision only because a newer reader read it.

    It does if the snapshot behind that revision, read again now, gives the same content.
    """
    from scraper.read import parse

    held = records.newest_revision(connection, post_id, lineage)
    if held is None or held.parser == post.parser or held.digest == posts.digest(post) or held.fetch_id is None:
        return False
    snapshot = records.fetch(connection, held.fetch_id)
    if snapshot is None or snapshot.blob_id is None:
        return False
    body = ledger.archive.blobs.get(connection, snapshot.blob_id)
    forced = "" if sites.find(snapshot.url) else post.site
    try:
        before = parse(body, snapshot.url, content_type=snapshot.content_type, site=forced).post
    except ParseError:
        return False
    return before is not None and posts.digest(before) == posts.digest(post)


def lineage_of(post: Post, url: str, *, forced: bool) -> Lineage:
    """Return where a fetched post comes from: its own site, or a mirror that holds a copy of it.

    A page read by its markup alone, or as a platform named by hand, is a mirror's unless its own canonical
    address is the one that was asked.
    """
    claim = sites.find(canonicalise(url) or "")
    if not forced and claim is not None and claim[0].name == post.site:
        return "live"
    return "live" if post.url and url_key(post.url) == url_key(url) else "mirror"


def _row_of(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "at": snapshot.fetched_at, "url": snapshot.url, "kind": "page", "status": snapshot.status,
        "outcome": "ok", "size_bytes": len(snapshot.body), "content_type": snapshot.content_type,
    }  # fmt: skip
