"""What happened to posts, newest first: new in the archive, changed by their authors, gone from their sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    exists,
    func,
    literal,
    null,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from scraper.archive.schema import authors, posts, revisions, sites
from scraper.web.keyset import read_place

KINDS = ("new", "changed", "gone")
_END_OF_TIME = "9999"


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of happenings, each a dict, and the place after them, '' at the end."""

    rows: tuple[dict[str, Any], ...]
    after: str


def list_changes(
    connection: Connection, *, kinds: tuple[str, ...] = KINDS, within: Select[Any] | None = None, after: str = "",
    size: int = 50,
) -> Changes:  # fmt: skip
    """Return happenings of these kinds, newest first, to the posts that ``within`` selects, or to all.

    Raises:
        BadRequest: the place is none.
    """
    at, place = read_place(after, str) or (_END_OF_TIME, 2**60)
    branches = [_branch(kind, at or "", place, within).limit(size + 1) for kind in kinds]
    happened = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    query = (
        select(
            happened, revisions.c.title, posts.c.url, sites.c.name.label("site"), posts.c.native_id, posts.c.status,
            func.coalesce(authors.c.name, "").label("author"), posts.c.description,
            type_coerce(revisions.c.published_at, String).label("published_at"),
        )
        .select_from(
            happened.join(posts, posts.c.id == happened.c.post_id)
            .join(revisions, revisions.c.id == posts.c.revision_id)
            .join(sites, sites.c.id == posts.c.site_id)
            .outerjoin(authors, authors.c.id == posts.c.author_id)
        )
        .order_by(happened.c.at.desc(), happened.c.place.desc())
        .limit(size + 1)
    )  # fmt: skip
    rows = [dict(row._mapping) for row in connection.execute(query)]
    more = len(rows) > size
    return Changes(tuple(rows[:size]), f"{rows[size - 1]['at']}_{rows[size - 1]['place']}" if more else "")


def _branch(kind: str, at: str, place: int, within: Select[Any] | None) -> Select[Any]:
    """Return what happened of one kind, from a place on.

    One number orders the happenings of a moment: three times the id of the row, and the kind's number.
    """
    number = KINDS.index(kind)
    moment, row_id, post_id = {
        "new": (posts.c.first_seen_at, posts.c.id, posts.c.id),
        "changed": (revisions.c.seen_at, revisions.c.id, revisions.c.post_id),
        "gone": (posts.c.gone_at, posts.c.id, posts.c.id),
    }[kind]
    when = type_coerce(moment, String)
    query = select(
        when.label("at"), (row_id * 3 + number).label("place"), literal(kind).label("kind"), post_id.label("post_id"),
        (revisions.c.number if kind == "changed" else type_coerce(null(), Integer)).label("revision"),
    )  # fmt: skip
    query = query.where(tuple_(when, row_id) <= tuple_(literal(at), literal((place - 1 - number) // 3)))
    if kind == "changed":
        query = query.where(_is_change())
    if within is not None:
        query = query.where(post_id.in_(within.correlate(None)))
    return query.order_by(when.desc(), row_id.desc())


def _is_change() -> ColumnElement[bool]:
    """What a better reader changed is none, and no copy of another origin."""
    earlier = revisions.alias()
    before = exists().where(
        earlier.c.post_id == revisions.c.post_id,
        earlier.c.lineage == revisions.c.lineage,
        earlier.c.number < revisions.c.number,
    )
    return (revisions.c.number > 1) & (revisions.c.reparsed == 0) & before


def count_by_day(connection: Connection, since: str, zone: str) -> dict[str, dict[str, int]]:
    """Return how many happenings of each kind each day had since a moment; ``zone`` as SQLite shifts times."""
    days: dict[str, dict[str, int]] = {}
    for kind, moment in (("new", posts.c.first_seen_at), ("changed", revisions.c.seen_at), ("gone", posts.c.gone_at)):
        day = func.date(moment, zone).label("day")
        query = select(day, func.count().label("number")).where(type_coerce(moment, String) >= since).group_by(day)
        if kind == "changed":
            query = query.where(_is_change())
        for row in connection.execute(query):
            days.setdefault(row.day, {})[kind] = row.number
    return days
