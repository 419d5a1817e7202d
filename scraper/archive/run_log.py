"""What the archive says over several runs: since when something fails, and when each source was last well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from scraper.archive import frontier as frontier_module
from scraper.archive import set_aside as aside
from scraper.archive.schema import failures, frontier, posts, revisions, runs, source_posts, sources

MAX_URLS = 500
"""Variables of one statement; a night with more failures than that has one cause, and these show it."""


@dataclass(frozen=True, slots=True)
class FailingSince:
    """The first failure of an address since it was last well, and in how many runs it has failed."""

    at: datetime
    runs: int


def failing_since(connection: Connection, urls: Iterable[str]) -> dict[str, FailingSince]:
    """Return since when addresses fail: posts since they were last read, sources since they were last complete."""
    wanted = list(dict.fromkeys(urls))[:MAX_URLS]
    well = (
        select(func.max(posts.c.checked_at))
        .join(frontier, frontier.c.post_id == posts.c.id)
        .where(frontier.c.url == failures.c.url)
        .scalar_subquery()
    )
    complete = select(func.max(sources.c.ok_at)).where(sources.c.seed == failures.c.url).scalar_subquery()
    query = (
        select(
            failures.c.url, func.min(failures.c.at).label("at"), func.count(failures.c.run_id.distinct()).label("runs")
        )
        .where(
            failures.c.url.in_(wanted),
            or_(well.is_(None), failures.c.at > well),
            or_(complete.is_(None), failures.c.at > complete),
        )
        .group_by(failures.c.url)
    )
    return {row.url: FailingSince(row.at, row.runs) for row in connection.execute(query)}


def find_run(connection: Connection, run_id: int) -> Row[Any]:
    """Return a run's row."""
    return connection.execute(select(runs).where(runs.c.id == run_id)).one()


def failures_of(connection: Connection, run_id: int) -> list[tuple[str, str]]:
    """Return address and reason of what failed in a run, in order."""
    query = select(failures.c.url, failures.c.reason).where(failures.c.run_id == run_id).order_by(failures.c.id)
    return [(row.url, row.reason) for row in connection.execute(query)]


def last_good(connection: Connection, command: str = "crawl") -> datetime | None:
    """Return when the newest run of a command began that ended with nothing to complain of, None for never."""
    query = select(runs.c.started_at).where(runs.c.command == command, runs.c.outcome == "done")
    return connection.scalar(query.order_by(runs.c.id.desc()).limit(1))


def source_states(connection: Connection) -> list[dict[str, Any]]:
    """Return each source with how it does.

    Beside its own columns: ``posts`` held; ``last_good_at``, when all of it was last had; ``failing``, how many of its
    posts could not be had at its last run, and ``had``, how many could; ``new``, ``changed`` and ``gone`` of its last
    run; ``next_due_at``.
    """
    return [row | _state_of(connection, row) for row in frontier_module.list_sources(connection)]


def _state_of(connection: Connection, source: dict[str, Any]) -> dict[str, Any]:
    linked = and_(source_posts.c.frontier_id == frontier.c.id, source_posts.c.source_id == source["id"])
    rows = frontier.join(source_posts, linked).outerjoin(posts, posts.c.id == frontier.c.post_id)
    read_at, next_due_at = connection.execute(
        select(
            func.max(frontier.c.checked_at).filter(frontier.c.state == "done"),
            func.min(frontier.c.due_at).filter(frontier.c.state != "skipped"),
        ).select_from(rows)
    ).one()
    run_at = source["run_at"] or read_at
    # A source that is a page, not a list, is well when its page was read.
    last_good_at = source["ok_at"] if source["way"] else read_at
    state = {"last_good_at": last_good_at, "next_due_at": next_due_at, "failing": 0, "had": 0}
    if run_at is None:
        return state | {"new": 0, "changed": 0, "gone": 0}
    # Posts are read while the list is still being asked.
    started = select(func.max(runs.c.started_at)).where(runs.c.command == "crawl", runs.c.started_at <= run_at)
    began = connection.scalar(started) or run_at
    since = frontier.c.checked_at >= began
    absent = posts.c.missing_since.is_not(None)
    state["failing"], state["had"] = connection.execute(
        select(
            func.count().filter(frontier.c.state == "failed", since, ~func.coalesce(absent, False)),
            func.count().filter(frontier.c.state.in_(("done", "gone")), since),
        ).select_from(rows)
    ).one()
    changes = rows.join(revisions, revisions.c.post_id == posts.c.id)
    new, changed = connection.execute(
        select(func.count().filter(revisions.c.number == 1), func.count().filter(revisions.c.number > 1))
        .select_from(changes)
        .where(revisions.c.seen_at >= began)
    ).one()
    gone = connection.scalar(select(func.count()).select_from(rows).where(posts.c.gone_at >= began))
    return state | {"new": new, "changed": changed, "gone": gone}


def is_well(source: dict[str, Any], now: datetime, max_age_s: float) -> bool:
    """Say whether a source of :func:`source_states` was crawled well within that time.

    It was not where its list was had and none of its posts could be. A time from the future, which a clock that was
    wrong has left, tells nothing.
    """
    at: datetime | None = source["last_good_at"]
    if at is None or (source["failing"] and not source["had"]):
        return False
    return abs((now - at).total_seconds()) <= max_age_s


def next_due(connection: Connection) -> datetime | None:
    """Return when the next address is due, None where there is none."""
    moment: datetime | None = connection.scalar(
        select(func.min(frontier.c.due_at)).where(frontier.c.state != "skipped")
    )
    return moment


def set_aside(connection: Connection) -> list[dict[str, Any]]:
    """Return the pages that are no longer asked because they broke the reader, each with the reason."""
    query = select(frontier.c.url, frontier.c.reason).where(frontier.c.state == "skipped")
    broken = frontier.c.reason.startswith(aside.PREFIX)
    return [dict(row._mapping) for row in connection.execute(query.where(broken).order_by(frontier.c.id))]
