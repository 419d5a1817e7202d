"""The crawl's memory: sources, the addresses they led to, when each is due, and what is known of hosts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive.records import by_key
from scraper.archive.schema import authors, forgotten, frontier, hosts, posts, source_posts, sources
from scraper.archive.statements import Prepared, insert_row, update_row
from scraper.models import HostState

REVISIT_DAYS = (1, 3, 7, 21, 60)
"""A post that stays as it is, is looked at again after these many days; from the last on, every 60."""

FARTHEST_DAYS = 366
"""No visit is put off for longer than this, whatever the settings say."""

RETRY_HOURS = (12, 24, 48, 96, 168)
"""A post that could not be had is tried again after these many hours; from the last on, every week."""

KEYS_AT_ONCE = 500
"""Values of one statement: SQLite may take no more than 999."""

_KNOWN = Prepared(
    select(frontier.c.id, frontier.c.state, frontier.c.due_at, frontier.c.listed).where(
        frontier.c.key == bindparam("wanted")
    )
)
_ROW = Prepared(select(frontier).where(frontier.c.key == bindparam("wanted")))
_CHANGED_AT = Prepared(select(frontier.c.changed_at).where(frontier.c.id == bindparam("row")))
_ATTEMPTS = Prepared(select(frontier.c.attempts).where(frontier.c.id == bindparam("row")))
_MATCHES = Prepared(select(sources.c.match).join(source_posts).where(source_posts.c.frontier_id == bindparam("row")))
_LINK = Prepared(upsert(source_posts).on_conflict_do_nothing(), ("source_id", "frontier_id"))
_of_site = forgotten.c.site == bindparam("site")
_by_id = exists().where(_of_site, forgotten.c.native_id == bindparam("native_id"), bindparam("native_id") != "")
_by_author = exists().where(
    _of_site, forgotten.c.native_id == "", forgotten.c.author_id == bindparam("author_id"), bindparam("author_id") != ""
)
_FORGOTTEN = Prepared(select((_by_id | _by_author).label("is_forgotten")))


@dataclass(frozen=True, slots=True)
class Target:
    """An address worth a request: its key (SITE/NATIVE_ID or canonical address), what found it, what a list said."""

    key: str
    url: str
    host: str
    site: str = ""
    way: str = "seed"
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A frontier row that should be asked now."""

    id: int
    key: str
    url: str
    host: str
    site: str
    way: str
    post_id: int | None
    etag: str
    last_modified: str
    attempts: int
    source: str = ""
    """The seed of a source that it belongs to, '' for none."""


def add_source(
    connection: Connection, seed: str, *, kind: str, site: str, native_id: str, match: str, now: datetime
) -> bool:
    """Keep a seed for every night; return False if it was there (its ``match`` is updated)."""
    known = connection.scalar(select(sources.c.id).where(sources.c.seed == seed))
    if known is not None:
        connection.execute(update(sources).where(sources.c.id == known).values(match=match))
        return False
    row = {"seed": seed, "kind": kind, "site": site, "native_id": native_id, "match": match, "added_at": now}
    connection.execute(insert(sources).values(**row))
    return True


def remove_source(connection: Connection, seed: str) -> bool:
    """Stop keeping a seed; what it brought stays. Return False if it was not there."""
    return bool(connection.execute(delete(sources).where(sources.c.seed == seed)).rowcount)


def list_sources(connection: Connection) -> list[dict[str, Any]]:
    """Return the sources in the order they were added, each with the number of its posts in the archive."""
    held = (
        select(func.count())
        .select_from(source_posts.join(frontier))
        .where(source_posts.c.source_id == sources.c.id, frontier.c.post_id.is_not(None))
        .scalar_subquery()
    )
    rows = connection.execute(select(sources, held.label("posts")).order_by(sources.c.id))
    return [dict(row._mapping) for row in rows]


def last_found(connection: Connection, source_id: int | None) -> int:
    """Return how many posts a source's last run found, 0 where none has run."""
    return connection.scalar(select(sources.c.found).where(sources.c.id == source_id)) or 0


def note_source_run(connection: Connection, source_id: int, **values: Any) -> None:
    """Write how a source's run went: run_at, ok_at, total, found, way, reason."""
    connection.execute(update(sources).where(sources.c.id == source_id).values(**values))


def find_or_add(connection: Connection, target: Target, now: datetime, *, source_id: int | None = None) -> bool:
    """Put an address into the frontier; return whether it is due now.

    A new one is due, and one of which its list now says something else, or that was passed over for a source that
    wants less.
    """
    row = _KNOWN.first(connection, {"wanted": target.key})
    if row is None:
        values = {
            "key": target.key, "url": target.url, "host": target.host, "site": target.site, "state": "due",
            "way": target.way, "listed": target.listed, "found_at": now, "due_at": now,
            "post_id": _post_of(connection, target.key),
        }  # fmt: skip
        frontier_id = insert_row(connection, frontier, **values)
        is_due = True
    else:
        frontier_id = row.id
        relisted = bool(target.listed) and target.listed != row.listed
        # The first list that names a post found by other means changes nothing about it.
        is_due = row.state == "due" or row.due_at <= now or (relisted and bool(row.listed))
        is_due = is_due and (row.state != "skipped" or relisted)
        if relisted:
            values = {"listed": target.listed, "url": target.url, "host": target.host}
            values |= {"due_at": now, "state": "due" if row.state == "skipped" else row.state} if is_due else {}
            update_row(connection, frontier, frontier_id, values)
    is_new = source_id is not None and _link(connection, source_id, frontier_id)
    if is_new and row is not None and row.state == "skipped":
        update_row(connection, frontier, frontier_id, {"state": "due", "due_at": now})
        is_due = True
    return is_due


def _link(connection: Connection, source_id: int, frontier_id: int) -> bool:
    """Note that a source wants an address; return whether that is new."""
    return bool(_LINK.run(connection, {"source_id": source_id, "frontier_id": frontier_id}).rowcount)


def matches_of(connection: Connection, row_id: int) -> list[str]:
    """Return the queries of the sources that want an address; '' is a source that wants everything."""
    return [row.match for row in _MATCHES.all(connection, {"row": row_id})]


def _post_of(connection: Connection, key: str) -> int | None:
    site, _, native_id = key.partition("/")
    return by_key(connection, site, native_id)


def keys_of_author(connection: Connection, site: str, author_id: str) -> list[str]:
    """Return the keys of the held posts of an author: a post that left its list is still to be looked at."""
    written = frontier.join(posts, posts.c.id == frontier.c.post_id).join(authors, authors.c.id == posts.c.author_id)
    query = select(frontier.c.key).select_from(written)
    return list(connection.scalars(query.where(frontier.c.site == site, authors.c.native_id == author_id)))


def make_due(connection: Connection, keys: Iterable[str], now: datetime) -> None:
    """Let addresses be asked in this run though their time has not come."""
    state = case((frontier.c.state == "list", "due"), else_=frontier.c.state)
    for key in keys:
        connection.execute(update(frontier).where(frontier.c.key == key).values(due_at=now, state=state))


def find(connection: Connection, key: str) -> dict[str, Any] | None:
    """Return the frontier row of an address, or None where it is not known."""
    row = _ROW.first(connection, {"wanted": key})
    return None if row is None else row._asdict()


def due(connection: Connection, now: datetime, *, keys: Iterable[str] | None = None) -> list[Due]:
    """Return what should be asked now, longest overdue first; of the given keys only, if given."""
    # A time that no visit is ever put off to was set by a clock that was wrong.
    now_due = or_(frontier.c.due_at <= now, frontier.c.due_at > now + timedelta(days=FARTHEST_DAYS))
    wanting = select(func.min(sources.c.seed)).select_from(sources.join(source_posts))
    source = wanting.where(source_posts.c.frontier_id == frontier.c.id).correlate(frontier).scalar_subquery()
    query = select(frontier, source.label("source")).where(now_due, frontier.c.state.not_in(("skipped", "list")))
    if keys is None:
        rows = list(connection.execute(query))
    else:
        wanted = list(dict.fromkeys(keys))
        chunks = [wanted[start : start + KEYS_AT_ONCE] for start in range(0, len(wanted), KEYS_AT_ONCE)]
        rows = [row for chunk in chunks for row in connection.execute(query.where(frontier.c.key.in_(chunk)))]
    named = select(forgotten.c.site + "/" + forgotten.c.native_id).where(forgotten.c.native_id != "")
    unwanted = set(connection.scalars(named))
    rows.sort(key=lambda row: (row.due_at, row.id))
    return [_due(row) for row in rows if row.key not in unwanted]


def _due(row: Row[Any]) -> Due:
    return Due(
        id=row.id, key=row.key, url=row.url, host=row.host, site=row.site, way=row.way, post_id=row.post_id,
        etag=row.etag, last_modified=row.last_modified, attempts=row.attempts, source=row.source or "",
    )  # fmt: skip


def done(
    connection: Connection, row_id: int, now: datetime, *, changed: bool, post_id: int | None = None,
    etag: str | None = None, last_modified: str | None = None, url: str | None = None, key: str | None = None,
    revisit_days: Sequence[int] = REVISIT_DAYS,
) -> None:  # fmt: skip
    """Note that an address was read; the next visit follows from how long its post has been as it is."""
    changed_at = (None if changed else _CHANGED_AT.scalar(connection, {"row": row_id})) or now
    values: dict[str, Any] = {
        "state": "done", "checked_at": now, "changed_at": changed_at, "attempts": 0, "reason": "",
        "due_at": next_visit(changed_at, now, revisit_days),
    }  # fmt: skip
    more = {"post_id": post_id, "etag": etag, "last_modified": last_modified, "url": url, "key": key}
    values |= {name: value for name, value in more.items() if value is not None}
    update_row(connection, frontier, row_id, values)


def next_visit(changed_at: datetime, now: datetime, revisit_days: Sequence[int] = REVISIT_DAYS) -> datetime:
    """Return when a post is due again that last changed then and was read now."""
    for days in revisit_days:
        moment = changed_at + timedelta(days=days)
        if moment > now:
            return moment
    return now + timedelta(days=revisit_days[-1])


def note_list(connection: Connection, row_id: int, now: datetime) -> None:
    """Note that an address is a list of posts: every run that has it as a seed asks it."""
    values = {"state": "list", "checked_at": now, "due_at": now, "attempts": 0, "reason": ""}
    connection.execute(update(frontier).where(frontier.c.id == row_id).values(**values))


def has_run_well(connection: Connection, source_id: int) -> bool:
    """Say whether a source was ever read to its end."""
    return connection.scalar(select(sources.c.ok_at).where(sources.c.id == source_id)) is not None


def failed(
    connection: Connection, row_id: int, now: datetime, reason: str, *, state: str = "failed",
    retry_at: datetime | None = None,
) -> None:  # fmt: skip
    """Note that an address could not be read and when it is tried again; ``state`` is failed, gone or skipped."""
    attempts = 1 + int(_ATTEMPTS.scalar(connection, {"row": row_id}) or 0)
    hours = RETRY_HOURS[min(attempts, len(RETRY_HOURS)) - 1]
    values = {
        "state": state, "checked_at": now, "attempts": attempts, "reason": reason,
        "due_at": retry_at or now + timedelta(hours=hours),
    }  # fmt: skip
    update_row(connection, frontier, row_id, values)


def is_forgotten(connection: Connection, site: str, native_id: str, author_id: str = "") -> bool:
    """Say whether a person wished this post or author out of the archive for good."""
    return bool(_FORGOTTEN.scalar(connection, {"site": site, "native_id": native_id, "author_id": author_id}))


def load_host(connection: Connection, host: str) -> HostState:
    """Return what is remembered of a host; of a new one, nothing."""
    row = connection.execute(select(hosts).where(hosts.c.host == host)).one_or_none()
    if row is None:
        return HostState(host)
    return HostState(
        host=host, robots_body=row.robots_body, robots_status=row.robots_status, robots_at=row.robots_at,
        delay_s=None if row.delay_ms is None else row.delay_ms / 1000, paused_until=row.paused_until,
        pause_reason=row.pause_reason, failures=row.failures,
    )  # fmt: skip


def save_host(connection: Connection, state: HostState) -> None:
    """Remember a host for the next run."""
    values = {
        "robots_body": state.robots_body, "robots_status": state.robots_status, "robots_at": state.robots_at,
        "delay_ms": None if state.delay_s is None else round(state.delay_s * 1000),
        "paused_until": state.paused_until, "pause_reason": state.pause_reason, "failures": state.failures,
    }  # fmt: skip
    row = upsert(hosts).values(host=state.host, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["host"], set_=values))


def list_hosts(connection: Connection) -> list[dict[str, Any]]:
    """Return hosts by name with what is remembered of them, the text of robots.txt left out."""
    wanted = [column for column in hosts.c if column.name != "robots_body"]
    return [dict(row._mapping) for row in connection.execute(select(*wanted).order_by(hosts.c.host))]


def counts(connection: Connection, now: datetime) -> dict[str, int]:
    """Return how many addresses stand in each state, how many are due, and how many posts there are.

    Those that are done, nearly all, are what is left of the whole: their index would be as long as the frontier.
    """
    other = select(frontier.c.state, func.count()).where(frontier.c.state != text("'done'")).group_by(frontier.c.state)
    held = {str(state): int(number) for state, number in connection.execute(other)}
    done = (connection.scalar(select(func.count()).select_from(frontier)) or 0) - sum(held.values())
    asked = frontier.c.state.not_in(("skipped", "list"))
    overdue = select(func.count()).select_from(frontier).where(frontier.c.due_at <= now, asked)
    stored = connection.scalar(select(func.count()).select_from(posts))
    said = {"due_now": connection.scalar(overdue) or 0, "posts": stored or 0}
    return held | ({"done": done} if done else {}) | said
