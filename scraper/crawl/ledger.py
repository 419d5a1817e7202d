"""What a run has done and not yet written: changes wait here and reach the archive together.

A transaction holds up to 50 changes or one second of work, each change whole: a post is never split.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from scraper.archive import frontier, runs
from scraper.archive.store import Archive
from scraper.fetch.outcome import FetchRecord
from scraper.models import HostState

Change = Callable[[Connection], None]

BATCH_CHANGES = 50
BATCH_S = 1.0


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be done: its address, why, and whether the site refused us."""

    url: str
    reason: str
    refused: bool = False


@dataclass
class Ledger:
    """The run's counts and failures, and the changes that wait for the next transaction.

    It is also the crawl's memory of hosts (see fetch.client.HostMemory) and its fetch log.
    """

    archive: Archive
    run_id: int
    now: Callable[[], datetime]
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    _changes: list[Change] = field(default_factory=list)
    _since: float | None = None
    _hosts: dict[str, HostState] = field(default_factory=dict)
    _records: list[FetchRecord] = field(default_factory=list)

    def add(self, change: Change) -> None:
        """Take a change; write all that wait when there are enough or the oldest has waited a second."""
        self._changes.append(change)
        if self._since is None:
            self._since = time.monotonic()
        if len(self._changes) >= BATCH_CHANGES or time.monotonic() - self._since >= BATCH_S:
            self.flush()

    async def flush_every_second(self) -> None:
        """Write what waits even while nothing new comes, for instance while a host wants to be left alone."""
        while True:
            await asyncio.sleep(BATCH_S)
            if self._since is not None and time.monotonic() - self._since >= BATCH_S:
                self.flush()

    def flush(self) -> None:
        """Write all that waits, in one transaction."""
        changes, self._changes, self._since = self._changes, [], None
        records, self._records = self._records, []
        if not changes and not records:
            return
        with self.archive.write() as connection:
            runs.log_fetches(connection, self.run_id, [as_row(record) for record in records])
            for change in changes:
                change(connection)

    def fail(self, url: str, reason: str, *, refused: bool = False, traceback: str = "") -> None:
        """Note a failure in the run's log and for its report."""
        self.counts["failed"] += 1
        self.failures.append(Failure(url, reason, refused))
        now = self.now()
        self.add(lambda c: runs.log_failure(c, self.run_id, url=url, reason=reason, now=now, traceback=traceback))

    def record(self, record: FetchRecord) -> None:
        """Take the log entry of one HTTP exchange."""
        self.counts["requests"] += 1
        self.counts["bytes"] += record.wire_bytes
        self._records.append(record)

    def take_record(self, url: str) -> dict[str, Any] | None:
        """Return the newest entry that waits for this address, so that its snapshot can be stored with it."""
        for at in range(len(self._records) - 1, -1, -1):
            if self._records[at].url == url:
                return as_row(self._records.pop(at))
        return None

    def load(self, host: str) -> HostState:
        """Return what is remembered of a host."""
        if host not in self._hosts:
            with self.archive.read() as connection:
                self._hosts[host] = frontier.load_host(connection, host)
        return self._hosts[host]

    def save(self, state: HostState) -> None:
        """Remember a host, for this run and later ones."""
        self._hosts[state.host] = state
        self.add(lambda connection: frontier.save_host(connection, state))


def as_row(record: FetchRecord) -> dict[str, Any]:
    """Return a log entry as a row of ``fetches``."""
    from scraper.urls import host_of

    said = {name.lower(): value for name, value in record.headers}
    return {
        "at": record.started_at, "url": record.url, "host": host_of(record.url), "kind": record.kind,
        "status": record.status, "outcome": record.outcome, "reason": record.reason, "attempt": record.attempt,
        "elapsed_ms": record.elapsed_ms, "wire_bytes": record.wire_bytes, "size_bytes": record.size_bytes,
        "etag": said.get("etag", ""), "last_modified": said.get("last-modified", ""),
        "content_type": said.get("content-type", ""),
    }  # fmt: skip
