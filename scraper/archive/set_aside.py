"""Pages that broke the reader: in how many runs, and which are asked again because the reader is a newer one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from scraper.archive.schema import failures, frontier, runs
from scraper.settings import VERSION

PREFIX = "set aside"


def crashes(connection: Connection, url: str) -> int:
    """Return in how many runs of this version an address broke the reader."""
    query = select(func.count(failures.c.run_id.distinct())).join(runs, runs.c.id == failures.c.run_id)
    broke = (failures.c.url == url) & (failures.c.traceback != "") & (runs.c.version == VERSION)
    return connection.scalar(query.where(broke)) or 0


def reason_for(reason: str) -> str:
    """Return what the frontier says of a page that this version sets aside."""
    return f"{PREFIX} by version {VERSION}: {reason}"


def release(connection: Connection, now: datetime) -> int:
    """Make due what another version set aside, and return how many pages that are."""
    others = frontier.c.reason.startswith(PREFIX) & ~frontier.c.reason.startswith(reason_for(""))
    again = update(frontier).where(frontier.c.state == "skipped", others)
    return int(connection.execute(again.values(state="due", due_at=now, attempts=0)).rowcount)
