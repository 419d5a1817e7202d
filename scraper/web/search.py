"""A page of search results: the posts found, with snippets, and how many there are of which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from heapq import nlargest, nsmallest
from typing import Any

from sqlalchemy import Connection, Select, String, text, type_coerce

from scraper.archive import records, search
from scraper.archive.schema import posts, revisions
from scraper.segment import Query, fold, parse_query, snippet
from scraper.web import keyset
from scraper.web.facets import Facet, Facets
from scraper.web.question import Question

MARK = ("\x02", "\x03")
"""Around hits in snippets: control characters, which no snippet holds otherwise."""

PAGE_SIZE = 20
SNIPPET_CHARS = 140
WINDOW_CHARS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results: records without their long texts, each with its snippet.

    ``total`` counts all pages, ``more`` says that there are more than that; ``sort`` is the order they come in:
    by date where too many match to be ranked.
    """

    hits: tuple[search.Hit, ...]
    total: int
    more: bool
    facets: dict[str, tuple[Facet, ...]]
    before: str
    after: str
    sort: str


def find(
    connection: Connection, question: Question, facets: Facets, stamp: object, *, size: int = PAGE_SIZE
) -> Found:  # fmt: skip
    """Return the page of posts that the question asks for; ``stamp`` is whatever changes when the archive does.

    Raises:
        BadRequest: its place is none that this list has.
    """
    query, filters = parse_query(question.q), question.filters(facets.zone)
    named = search.count_named(connection, query)
    ranked = question.sort in ("", "relevance") and not named.too_many
    found, rank = search.matching(query, filters, facets.zone, ranked=ranked)
    ids: Sequence[int] | None = None
    simple = named.by_one_index and not (query.excluded or query.filters or question.narrowed)
    if rank is not None:
        best = _rank(connection, query, None if simple else found.with_only_columns(rank, posts.c.id))
        ids = [post_id for _, post_id in best]
        page = _best(best, question.after, question.before, size)
        sort = "relevance"
    else:
        sort = question.sort if question.sort not in ("", "relevance") else "newest"
        query_and_order = _ordered(found, sort)
        page = keyset.fetch(connection, *query_and_order, after=question.after, before=question.before, size=size)
        if question.q or question.narrowed:
            every = search.named_by_index(query) if simple else found
            ids = connection.scalars(every.limit(search.COUNT_CAP + 1)).all()
    counted = facets.count(connection, ids, stamp)
    total = facets.total if ids is None else min(len(ids), search.COUNT_CAP)
    shown = records.records_of(connection, [row[1] for row in page.rows])
    hits = tuple(_hit(record, query) for record in shown)
    more = ids is not None and len(ids) > search.COUNT_CAP
    return Found(hits, total, more, counted, page.before, page.after, sort)


def select_found(question: Question, zone: tzinfo) -> Select[Any]:
    """Return the SELECT of the ids of all posts that the question asks for."""
    found: Select[Any] = search.matching(parse_query(question.q), question.filters(zone), zone)[0]
    return found


def asks_nothing(question: Question) -> bool:
    """Tell whether there are words in the question of which none can be searched."""
    query = parse_query(question.q)
    return bool(question.q) and not (query.terms or query.filters or query.excluded)


def _rank(connection: Connection, query: Query, found: Select[Any] | None) -> list[tuple[float, int]]:
    """Return rank and id of the posts that ``found`` selects, or for None of all that the index alone finds."""
    if found is None:
        weights = {"title": search.TITLE_WEIGHT, "body": search.BODY_WEIGHT, "names": search.NAMES_WEIGHT}
        rows = connection.execute(_BY_INDEX, {"match": query.match(), **weights})
    else:
        rows = connection.execute(found)
    return [(row[0], row[1]) for row in rows]


_BY_INDEX = text("SELECT bm25(post_fts, :title, :body, :names), rowid FROM post_fts WHERE post_fts MATCH :match")


def _best(ranked: list[tuple[float, int]], after: str, before: str, size: int) -> keyset.Slice:
    """Return a page of the ranked posts, best first, from a place on."""
    where = keyset.read_place(after or before, float)
    if where is not None and before:
        rows = nlargest(size + 1, (row for row in ranked if row < where))[::-1]
        first = keyset.place(rows[1]) if len(rows) > size else ""
        rows = rows[-size:]
        return keyset.Slice(tuple(rows), first, keyset.place(rows[-1]) if rows else "")
    rows = nsmallest(size + 1, ranked if where is None else (row for row in ranked if row > where))
    last = keyset.place(rows[size - 1]) if len(rows) > size else ""
    rows = rows[:size]
    return keyset.Slice(tuple(rows), keyset.place(rows[0]) if rows and where else "", last)


def _ordered(found: Select[Any], sort: str) -> tuple[Select[Any], keyset.Order]:
    if sort == "reads":
        order = keyset.Order(posts.c.read_count, posts.c.id, descending=True, read=keyset.read_count)
    else:
        published = type_coerce(revisions.c.published_at, String)
        order = keyset.Order(published, posts.c.id, descending=sort == "newest", read=str)
    return found.with_only_columns(order.column, order.id), order


def _hit(record: dict[str, Any], query: Query) -> search.Hit:
    del record["markdown"]
    return search.Hit(record, excerpt(record.pop("text"), query))


# The rest of a word that was cut, and marks that ended a sentence.
_BROKEN_START = re.compile(r"…?[A-Za-z0-9_]*[\s,，.。;；:：、!！?？)）”]*")


def excerpt(body: str, query: Query) -> str:
    """Return a snippet from where the text first holds all terms, looking no further: folding a long text is slow."""
    middle = 0
    if query.terms:
        folded = fold(body)
        first = [found.start() for term in query.terms if (found := term.pattern().search(folded))]
        middle = max(first, default=0) * len(body) // max(1, len(folded))
    start, end = max(0, middle - WINDOW_CHARS), middle + WINDOW_CHARS
    cut = snippet(body[start:end], query, SNIPPET_CHARS, mark=MARK)
    if start or cut.startswith("…"):
        cut = "…" + _BROKEN_START.sub("", cut, count=1)
    return cut if end >= len(body) or cut.endswith("…") else f"{cut}…"
