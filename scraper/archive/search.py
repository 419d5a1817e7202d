"""Queries answered from the search index, best first, in bounded time however common a word is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Join, Select, and_, func, not_, or_, select, text

from scraper.archive import index, records
from scraper.archive.facets import Facets, count
from scraper.archive.index import char_fts, post_fts
from scraper.archive.records import Filters
from scraper.archive.schema import posts, revision_texts, revisions, search_state
from scraper.errors import UsageError
from scraper.segment import Filter, Query, Term, parse_query, snippet

TITLE_WEIGHT, BODY_WEIGHT, NAMES_WEIGHT = 10.0, 1.0, 5.0
COUNT_CAP = 20_000
"""More posts than this are neither counted nor ranked: ranking reads every one, 20,000 take some 20 ms."""

CHARACTER_CAP = 2_000
"""Posts with a single character are ranked up to here only: it begins thousands of the index's tokens."""

READ_CAP, READ_FOR_COUNT, READ_BATCH = 20_000, 300, 50
"""Texts that are read for symbols, which the index drops: at most, at least for the count of hits, and at a time."""

RECENT, MORE_RECENT = 400, 2_000
"""So many of the newest posts are tried for a word that many have, before all that have it are sorted: more of them
for a word of which all posts can be named, as only these are looked up one by one otherwise."""

FACET_CAP = 10_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = Filters()

_CURRENT = posts.join(revisions, revisions.c.id == posts.c.revision_id)

Order = Literal["relevance", "date"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that matches: its record without the long texts, and where the query stands in its text."""

    record: dict[str, Any]
    snippet: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits, and how many there are in all; ``more`` says that there are more than ``total``.

    ``order`` is the one that they came in, which is by date where too many match to be ranked; ``notes`` say to a
    person what limits the answer. ``facets`` count the matching posts by author, year, tag, site and kind.
    """

    query: Query
    hits: tuple[Hit, ...]
    total: int
    more: bool = False
    order: Order = "relevance"
    notes: tuple[str, ...] = ()
    facets: Facets = field(default_factory=dict)


def find(
    connection: Connection, query_text: str, filters: Filters = ALL, *, limit: int = 20, offset: int = 0,
    sort: str = "relevance", zone: tzinfo = SHANGHAI, mark: tuple[str, str] = ("", ""), facets: bool = False,
) -> SearchResult:  # fmt: skip
    """Return the posts that hold every term of the query and pass its filters and the given ones.

    ``zone`` is where the days of ``before:`` and ``after:`` begin; ``mark`` is put around hits in snippets.

    Raises:
        UsageError: nothing in the query can be searched.
    """
    query = parse_query(query_text)
    if not (query.terms or query.filters or query.excluded):
        raise UsageError(f"{query_text!r}: nothing to search for; give a word, such as 大模型 or C++")
    named = count_named(connection, query)
    found, rank = matching(query, filters, zone, ranked=sort != "date" and not named.too_many)
    simple = named.by_one_index and not query.excluded and filters == ALL and not query.filters
    if simple and rank is not None:
        found = named_by_index(query)
    newest = (revisions.c.published_at.desc(), revisions.c.id.desc())
    ordered = found.order_by(*newest) if rank is None else found.order_by(rank, found.selected_columns[0])
    if any(map(_is_literal, (*query.terms, *query.excluded))):
        candidates = _candidates(connection, query, filters, zone, ranked=rank is not None)
        among, total, more = _read(connection, candidates, query, offset + limit)
        ids = among[offset : offset + limit]
        gave_up = more and total < offset + limit
    else:
        by_date = simple and rank is None and named.number > CHARACTER_CAP
        recent = _recent(connection, query, offset + limit, named.number > COUNT_CAP) if by_date else None
        some = offset + limit if simple else COUNT_CAP + 1
        every = recent or list(connection.scalars(ordered.limit(some)))
        ids, total = every[offset : offset + limit], named.number if simple else len(every)
        total, more = min(total, COUNT_CAP), total > COUNT_CAP
        among, gave_up = list(connection.scalars(found.limit(FACET_CAP))) if facets else [], False
    return SearchResult(
        query,
        tuple(_hit(record, query, mark) for record in records.records_of(connection, ids)),
        total,
        more,
        "date" if rank is None else "relevance",
        tuple(_notes(connection, too_many=named.too_many and sort != "date", gave_up=gave_up)),
        count(connection, among) if facets else {},
    )


def _recent(connection: Connection, query: Query, needed: int, too_many: bool) -> list[int] | None:
    """Return the newest of the posts that one index names if they are among the newest of all, else None.

    Of a word that many posts have, these are soon found, while sorting all that have it takes long.
    """
    newest = (revisions.c.published_at.desc(), revisions.c.id.desc())
    recent = (
        select(posts.c.id, revisions.c.published_at, revisions.c.id.label("revision_id"))
        .select_from(revisions.join(posts, posts.c.revision_id == revisions.c.id))
        .order_by(*newest)
        .limit(RECENT if too_many else MORE_RECENT)
        .cte("recent")
    )
    words, characters = _expressions(query.terms, " AND ")
    named = _named_by(post_fts, words) if words else _named_by(char_fts, characters)
    if too_many:  # an index without details is read from its start for every id that it is asked for
        named = named.where((post_fts.c.rowid if words else char_fts.c.rowid + 0).in_(select(recent.c.id)))
    held = (
        select(recent.c.id)
        .where(recent.c.id.in_(named))
        .order_by(recent.c.published_at.desc(), recent.c.revision_id.desc())
        .limit(needed)
    )
    ids = list(connection.scalars(held))
    return ids if len(ids) == needed else None


def _candidates(
    connection: Connection, query: Query, filters: Filters, zone: tzinfo, *, ranked: bool
) -> list[int]:  # fmt: skip
    """Return, in order, the posts that the index finds for a query of which it drops some."""
    narrowed = tuple(replace(term, recheck=False) for term in query.terms if term.phrase)
    indexed = tuple(term for term in query.excluded if not _is_literal(term))
    found, rank = matching(replace(query, terms=narrowed, excluded=indexed), filters, zone, ranked=ranked)
    newest = (revisions.c.published_at.desc(), revisions.c.id.desc())
    ordered = found.order_by(*newest) if rank is None else found.order_by(rank, posts.c.id)
    return list(connection.scalars(ordered.limit(READ_CAP)))


def _read(
    connection: Connection, candidates: list[int], query: Query, needed: int
) -> tuple[list[int], int, bool]:  # fmt: skip
    """Return those of the candidates whose texts hold what the index drops, how many, and whether there may be more.

    Reading stops when there are enough and some more have been looked through for the count.
    """
    found = select(posts.c.id).select_from(_with_texts(_CURRENT)).where(*_literal(query))
    held: list[int] = []
    for start in range(0, len(candidates), READ_BATCH):
        if len(held) >= needed and start >= READ_FOR_COUNT:
            return held, len(held), True
        batch = candidates[start : start + READ_BATCH]
        passed = set(connection.scalars(found.where(posts.c.id.in_(batch))))
        held += [post_id for post_id in batch if post_id in passed]
    return held, len(held), len(candidates) == READ_CAP


@dataclass(frozen=True, slots=True)
class Named:
    """How many posts the index names for the terms, counted up to the cap and one, and whether to rank them.

    ``by_one_index`` says that they are all that the terms ask for.
    """

    number: int
    too_many: bool
    by_one_index: bool


def count_named(connection: Connection, query: Query) -> Named:
    """Return how many posts the index names for the terms of a query, in bounded time."""
    words, characters = _expressions(query.terms, " AND ")
    number = _size(connection, post_fts, words) if words else _size(connection, char_fts, characters)
    too_many = number > (COUNT_CAP if words else CHARACTER_CAP)
    return Named(number, too_many, bool(words) != bool(characters) and not any(map(_is_literal, query.terms)))


def _expressions(terms: Iterable[Term], operator: str) -> tuple[str, str]:
    """Return what to ask the index of words and that of single characters, '' for nothing."""
    words = dict.fromkeys(term.phrase for term in terms if term.phrase and not term.character)
    characters = dict.fromkeys(f'"{term.character}"' for term in terms if term.character)
    return operator.join(words), operator.join(characters)


def _size(connection: Connection, fts: Any, expression: str) -> int:
    if not expression:
        return 0
    named = select(fts.c.rowid).where(_matches(fts, expression)).limit(COUNT_CAP + 1)
    return connection.scalar(select(func.count()).select_from(named.subquery())) or 0


def _matches(fts: Any, expression: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = fts.c[fts.name].op("MATCH")(expression)
    return condition


def _named_by(fts: Any, expression: str) -> Select[Any]:
    return select(fts.c.rowid).where(_matches(fts, expression))


def named_by_index(query: Query) -> Select[Any]:
    """Return the SELECT of the ids of the posts that the index names, for a query that asks for nothing else."""
    return _named_by(post_fts, query.match())


def matching(
    query: Query, filters: Filters, zone: tzinfo, *, ranked: bool = True
) -> tuple[Any, ColumnElement[float] | None]:
    """Return the SELECT of the matching posts' ids, and what ranks them, None where no term was looked up.

    It selects from posts joined with their current revisions. Without ``ranked`` nothing need be read to rank them.
    """
    joined = _CURRENT
    wanted = [*records.conditions(filters), *_conditions(query.filters, zone), *_unwanted(query)]
    rank: ColumnElement[float] | None = None
    words, characters = _expressions(query.terms, " AND ")
    if ranked and not words and characters:
        words, characters = query.match(), ""
    if words and ranked:
        joined = joined.join(post_fts, post_fts.c.rowid == posts.c.id)
        rank = func.bm25(text("post_fts"), TITLE_WEIGHT, BODY_WEIGHT, NAMES_WEIGHT)
        wanted.append(_matches(post_fts, words))
    elif words:
        wanted.append(posts.c.id.in_(_named_by(post_fts, words)))
    if characters:
        wanted.append(posts.c.id.in_(_named_by(char_fts, characters)))
    literal = _literal(query)
    joined = _with_texts(joined) if literal else joined
    if literal and not (words or characters):
        newest = select(posts.c.id).join(revisions, revisions.c.id == posts.c.revision_id)
        newest = newest.order_by(revisions.c.published_at.desc(), revisions.c.id.desc()).limit(READ_CAP)
        wanted.append(posts.c.id.in_(select(newest.subquery().c.id)))
    return select(posts.c.id).select_from(joined).where(*wanted, *literal), rank


def _with_texts(joined: Join) -> Join:
    joined = joined.join(revision_texts, revision_texts.c.revision_id == revisions.c.id)
    return joined.join(search_state, search_state.c.post_id == posts.c.id)


def _literal(query: Query) -> list[ColumnElement[bool]]:
    """Return the conditions on the texts themselves."""
    held = [_holds(term) for term in query.terms if _is_literal(term)]
    return held + [not_(_holds(term)) for term in query.excluded if _is_literal(term)]


def _unwanted(query: Query) -> Iterator[ColumnElement[bool]]:
    indexed = [term for term in query.excluded if not _is_literal(term)]
    for fts, expression in zip((post_fts, char_fts), _expressions(indexed, " OR "), strict=True):
        if expression:
            yield posts.c.id.not_in(_named_by(fts, expression))


def _is_literal(term: Term) -> bool:
    """Say whether the index drops some of the term, so that what it finds must be read."""
    return term.recheck or not term.phrase


def _holds(term: Term) -> ColumnElement[bool]:
    texts = (revisions.c.title, search_state.c.names, revision_texts.c.text)
    return or_(*(func.holds(text, term.raw) == 1 for text in texts))


def _conditions(wanted: Iterable[Filter], zone: tzinfo) -> list[ColumnElement[bool]]:
    conditions = []
    for one in wanted:
        match one.field:
            case "before":
                some = Filters(until=_day(one.value, zone))
            case "after":
                some = Filters(since=_day(one.value, zone))
            case field_name:
                named: dict[str, Any] = {field_name: one.value}
                some = Filters(**named)
        condition = and_(*records.conditions(some))
        conditions.append(not_(condition) if one.excluded else condition)
    return conditions


def _day(day: str, zone: tzinfo) -> datetime:
    return datetime.combine(datetime.fromisoformat(day).date(), time.min, zone).astimezone(UTC)


def _hit(record: dict[str, Any], query: Query, mark: tuple[str, str]) -> Hit:
    body = record.pop("text")
    del record["markdown"]
    return Hit(record, snippet(body, query, mark=mark))


def _notes(connection: Connection, *, too_many: bool, gave_up: bool) -> Iterator[str]:
    if too_many:
        yield "so many posts match that they come newest first, not best first"
    if gave_up:
        yield f"only the first {READ_CAP} posts were looked through; add a word"
    if not index.is_whole(connection):
        number = index.count_missing(connection)
        yield f"the search index lacks {number} posts, which are not found; `scraper upgrade` renews it"
