"""The log: runs, every HTTP exchange, and what failed; and the snapshots that the exchanges brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, not_, or_, select, update

from scraper.archive import blobs
from scraper.archive.schema import failures, fetches, posts, revisions, runs
from scraper.archive.statements import insert_row, insert_rows
from scraper.settings import VERSION

FETCH_LOG_DAYS = 90


def start(connection: Connection, command: str, settings: Mapping[str, Any], now: datetime) -> int:
    """Open a run and return its id; runs that never ended are marked as crashed."""
    connection.execute(update(runs).where(runs.c.outcome == "running").values(outcome="crashed", finished_at=now))
    row = {"command": command, "version": VERSION, "settings": dict(settings), "started_at": now, "counts": {}}
    return insert_row(connection, runs, **row, outcome="running")


def finish(
    connection: Connection, run_id: int, *, outcome: str, exit_code: int, counts: Mapping[str, int], now: datetime
) -> None:
    """Close a run with what it did."""
    values = {"outcome": outcome, "exit_code": exit_code, "counts": dict(counts), "finished_at": now}
    connection.execute(update(runs).where(runs.c.id == run_id).values(**values))


def log_failure(
    connection: Connection, run_id: int, *, url: str, reason: str, now: datetime, traceback: str = ""
) -> None:
    """Note what could not be done, and the traceback of what nobody expected."""
    row = {"run_id": run_id, "at": now, "url": url, "reason": reason, "traceback": traceback}
    connection.execute(insert(failures).values(**row))


def log_fetch(connection: Connection, run_id: int | None, row: Mapping[str, Any]) -> int:
    """Note one exchange, keys as the columns of ``fetches``, and return its id."""
    return insert_row(connection, fetches, run_id=run_id, **row)


def log_fetches(connection: Connection, run_id: int | None, rows: list[Mapping[str, Any]]) -> None:
    """Note several exchanges at once."""
    insert_rows(connection, fetches, [{"run_id": run_id, **row} for row in rows])


def fetches_of(connection: Connection, url: str, *, limit: int) -> list[dict[str, Any]]:
    """Return the newest exchanges of an address, newest first."""
    wanted = (fetches.c.at, fetches.c.status, fetches.c.outcome, fetches.c.reason, fetches.c.size_bytes)
    query = select(*wanted).where(fetches.c.url == url).order_by(fetches.c.id.desc()).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def prune_fetches(connection: Connection, now: datetime, *, days: int = FETCH_LOG_DAYS) -> int:
    """Forget old exchanges that no revision and no post rests on, with their snapshots, and return how many."""
    rests = or_(exists().where(revisions.c.fetch_id == fetches.c.id), exists().where(posts.c.fetch_id == fetches.c.id))
    old = and_(fetches.c.at < now - timedelta(days=days), not_(rests))
    held = connection.scalars(select(fetches.c.blob_id).where(old, fetches.c.blob_id.is_not(None))).all()
    gone = connection.execute(delete(fetches).where(old)).rowcount
    for blob_id in set(held):
        blobs.drop_unused(connection, blob_id)
    return int(gone)


def recent(connection: Connection, limit: int = 20) -> list[dict[str, Any]]:
    """Return the newest runs, newest first, each with its failures."""
    rows = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit)).all()
    return [dict(row._mapping) | {"failures": failures_of(connection, row.id)} for row in rows]


def failures_of(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """Return what failed in a run, in order."""
    query = select(failures.c.at, failures.c.url, failures.c.reason, failures.c.traceback)
    return [
        dict(row._mapping)
        for row in connection.execute(query.where(failures.c.run_id == run_id).order_by(failures.c.id))
    ]


def last_finished(connection: Connection, command: str) -> dict[str, Any] | None:
    """Return the newest run of a command that ended by itself, or None."""
    query = select(runs).where(runs.c.command == command, or_(runs.c.outcome == "done", runs.c.outcome == "failed"))
    row = connection.execute(query.order_by(runs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else dict(row._mapping)
