"""What a crawl would ask for and why: lists are asked, nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from scraper.archive import frontier
from scraper.archive.frontier import Target
from scraper.archive.store import Archive
from scraper.crawl.crawler import LISTED_KINDS
from scraper.crawl.discover import Discoverer
from scraper.crawl.ledger import Ledger
from scraper.crawl.seeds import Seed
from scraper.fetch.client import Fetcher
from scraper.settings import Settings


@dataclass(frozen=True, slots=True)
class Planned:
    """An address that a crawl would ask for now, or would not (``due`` is false), and the reason."""

    url: str
    why: str
    due: bool = True


async def plan(
    seeds: Sequence[Seed], archive: Archive, settings: Settings, now: Callable[[], datetime], *, every_due: bool
) -> tuple[list[Planned], list[str]]:
    """Return what a crawl of the seeds would do, in its order, and what could not be found out."""
    ledger = Ledger(archive, 0, now)
    planned: dict[str, Planned] = {}
    troubles: list[str] = []
    if every_due:
        with archive.read() as connection:
            for due in frontier.due(connection, now()):
                planned[due.key] = Planned(due.url, "due again" if due.post_id else "found before, not yet read")
    async with Fetcher(settings, ledger, now=now) as fetcher:
        discoverer = Discoverer(fetcher, ledger, now, settings)
        for seed in seeds:
            if seed.kind not in LISTED_KINDS:
                planned.setdefault(seed.target().key, Planned(seed.url, "named as a seed"))
                continue
            found = await discoverer.discover(seed, note=False)
            if found.reason:
                troubles.append(f"{seed.url}: {found.reason}")
            with archive.read() as connection:
                for key, target in found.targets.items():
                    row = frontier.find(connection, key)
                    planned.setdefault(key, _judge(target, row, now(), full=settings.full))
    return list(planned.values()), troubles


def _judge(target: Target, row: dict[str, object] | None, now: datetime, *, full: bool) -> Planned:
    if row is None:
        return Planned(target.url, f"new, found by {target.way}")
    if full:
        return Planned(target.url, "--full")
    if row["state"] == "skipped" and row["listed"] == target.listed:
        return Planned(target.url, f"passed over: {row['reason']}", due=False)
    if row["listed"] and row["listed"] != target.listed:
        return Planned(target.url, "its list entry changed")
    due_at = row["due_at"]
    if isinstance(due_at, datetime) and due_at > now:
        return Planned(target.url, f"not due before {due_at:%Y-%m-%dT%H:%M:%SZ}", due=False)
    return Planned(target.url, f"{row['state']}: {row['reason']}" if row["reason"] else "due again")
