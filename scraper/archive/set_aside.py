"""Pages that broke the reader: in how many runs, and which are asked again because the reader is a newer one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from scraper.archive.schema import failures, frontier, runs
from scraper.settings import VERSION

PREFIX = "set aside"


def crashes(connection: Connection, url: str) -> int:
    """Return in how many runs of this version an address broke the reader."""
    query = select(func.count(failures.c.run_id.distinct())).join(runs, runs.c.id == failures.c.run_id)
    broke = (failures.c.url == url) & (failures.c.traceback != "") & (runs.c.version == VERSION)
    return connection.scalar(query.where(broke)) or 0


def log_death(connection: Connection, run_id: int, url: str, reason: str, now: datetime) -> None:
    """Note in the log of the run before this one that it died at an address."""
    died = connection.scalar(select(func.max(runs.c.id)).where(runs.c.id < run_id))
    if died is not None:
        row = {"run_id": died, "at": now, "url": url, "reason": reason, "traceback": "the process ended without a word"}
        connection.execute(insert(failures).values(**row))


def reason_for(reason: str) -> str:
    """Return what the frontier says of a page that this version sets aside."""
    return f"{PREFIX} by version {VERSION}: {reason}"


def release(connection: Connection, now: datetime) -> int:
    """Make due what another version set aside, and return how many pages that are."""
    others = frontier.c.reason.startswith(PREFIX) & ~frontier.c.reason.startswith(reason_for(""))
    again = update(frontier).where(frontier.c.state == "skipped", others)
    return int(connection.execute(again.values(state="due", due_at=now, attempts=0)).rowcount)
