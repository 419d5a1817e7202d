"""Full-text search: the index fed by our own segmenter, queries answered from it.

The index keeps no text, so taking a post out of it needs exactly what was put in: ``search_state`` says which
revision that was and by which segmenter, and revisions never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, column, delete, func, insert, not_, or_, select, table, text
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive import records
from scraper.archive.records import Filters
from scraper.archive.schema import posts, revision_texts, revisions, search_state
from scraper.errors import UsageError
from scraper.segment import SEGMENTER_VERSION, Filter, Query, Term, parse_query, segment, snippet

TITLE_WEIGHT = 10.0
COUNT_CAP = 10_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = Filters()

_fts = table("post_fts", column("rowid"), column("title"), column("body"), column("rank"), column("post_fts"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that matches: its record without the long texts, and where the query stands in its text."""

    record: dict[str, Any]
    snippet: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best hits and how many there are in all, counted up to ``COUNT_CAP`` and one."""

    query: Query
    hits: tuple[Hit, ...]
    total: int


def replace_post(connection: Connection, post_id: int, revision_id: int, title: str, body: str) -> None:
    """Make the index hold this revision of a post and no other."""
    remove(connection, post_id)
    connection.execute(insert(_fts).values(rowid=post_id, title=segment(title), body=segment(body)))
    state = {"revision_id": revision_id, "segmenter": SEGMENTER_VERSION}
    row = upsert(search_state).values(post_id=post_id, **state)
    connection.execute(row.on_conflict_do_update(index_elements=["post_id"], set_=state))


def remove(connection: Connection, post_id: int) -> None:
    """Take a post out of the index."""
    held = connection.execute(
        select(revisions.c.title, revision_texts.c.text)
        .select_from(search_state)
        .join(revisions, revisions.c.id == search_state.c.revision_id)
        .join(revision_texts, revision_texts.c.revision_id == revisions.c.id)
        .where(search_state.c.post_id == post_id)
    ).one_or_none()
    if held is None:
        return
    old = {"post_fts": "delete", "rowid": post_id, "title": segment(held.title), "body": segment(held.text)}
    connection.execute(insert(_fts).values(**old))
    connection.execute(delete(search_state).where(search_state.c.post_id == post_id))


def find(
    connection: Connection, query_text: str, filters: Filters = ALL, *, limit: int = 20,
    sort: str = "relevance", zone: tzinfo = SHANGHAI, mark: tuple[str, str] = ("", ""),
) -> SearchResult:  # fmt: skip
    """Return the posts that hold every term of the query and pass its filters and the given ones.

    ``zone`` is where the days of ``before:`` and ``after:`` begin; ``mark`` is put around hits in snippets.

    Raises:
        UsageError: nothing in the query can be searched.
    """
    query = parse_query(query_text)
    if not (query.terms or query.filters or query.excluded):
        raise UsageError(f"{query_text!r}: nothing to search for; give a word, such as 大模型 or C++")
    found, rank = matching(query, filters, zone)
    newest = (revisions.c.published_at.desc().nulls_last(), posts.c.id.desc())
    order = newest if sort == "date" or rank is None else (rank, posts.c.id)
    ids = connection.scalars(found.order_by(*order).limit(limit)).all()
    counted = select(func.count()).select_from(found.order_by(None).limit(COUNT_CAP + 1).subquery())
    hits = tuple(_hit(connection, post_id, query, mark) for post_id in ids)
    return SearchResult(query, hits, connection.scalar(counted) or 0)


def matching(query: Query, filters: Filters, zone: tzinfo) -> tuple[Any, ColumnElement[float] | None]:
    """Return the SELECT of the matching posts' ids, and what ranks them, None where no term was looked up."""
    joined = posts.join(revisions, revisions.c.id == posts.c.revision_id)
    rank: ColumnElement[float] | None = None
    wanted = [*records.conditions(filters), *_conditions(query.filters, zone)]
    if match := query.match():
        joined = joined.join(_fts, _fts.c.rowid == posts.c.id)
        rank = func.bm25(text("post_fts"), TITLE_WEIGHT, 1.0)
        wanted.append(_fts.c.post_fts.op("MATCH")(match))
    elif unwanted := query.exclusion():
        wanted.append(posts.c.id.not_in(select(_fts.c.rowid).where(_fts.c.post_fts.op("MATCH")(unwanted))))
    literal = [_holds(term) for term in query.terms if term.recheck or not term.phrase]
    literal += [not_(_holds(term)) for term in query.excluded if term.recheck or not term.phrase]
    if literal:
        joined = joined.join(revision_texts, revision_texts.c.revision_id == revisions.c.id)
    return select(posts.c.id).select_from(joined).where(*wanted, *literal), rank


def _holds(term: Term) -> ColumnElement[bool]:
    pattern = term.like()
    return or_(revisions.c.title.like(pattern, escape="\\"), revision_texts.c.text.like(pattern, escape="\\"))


def _conditions(wanted: Iterable[Filter], zone: tzinfo) -> list[ColumnElement[bool]]:
    conditions = []
    for one in wanted:
        match one.field:
            case "before":
                some = Filters(until=_day(one.value, zone))
            case "after":
                some = Filters(since=_day(one.value, zone))
            case field:
                named: dict[str, Any] = {field: one.value}
                some = Filters(**named)
        condition = and_(*records.conditions(some))
        conditions.append(not_(condition) if one.excluded else condition)
    return conditions


def _day(day: str, zone: tzinfo) -> datetime:
    return datetime.combine(datetime.fromisoformat(day).date(), time.min, zone).astimezone(UTC)


def _hit(connection: Connection, post_id: int, query: Query, mark: tuple[str, str]) -> Hit:
    record = records.record(connection, post_id)
    body = record.pop("text")
    del record["markdown"]
    return Hit(record, snippet(body, query, mark=mark))
