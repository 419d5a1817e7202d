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
    """A page of results: records without their long texts, each with its snippet; ``total`` of all pages."""

    hits: tuple[search.Hit, ...]
    total: int
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
    query = parse_query(question.q)
    found, rank = search.matching(query, question.filters(facets.zone), facets.zone)
    sort = question.sort or "relevance"
    if rank is None and sort == "relevance":
        sort = "newest"
    ids: Sequence[int] | None = None
    if sort == "relevance":
        ranked = _rank(connection, query, question, found.with_only_columns(rank, posts.c.id))
        ids = [post_id for _, post_id in ranked]
        page = _best(ranked, question.after, question.before, size)
    else:
        page = keyset.fetch(
            connection, *_ordered(found, sort), after=question.after, before=question.before, size=size
        )  # fmt: skip
        if question.q or question.narrowed:
            ids = connection.scalars(found).all()
    counted = facets.count(connection, ids, stamp)
    total = facets.total if ids is None else len(ids)
    hits = tuple(_hit(connection, row[1], query) for row in page.rows)
    return Found(hits, total, counted, page.before, page.after, sort)


def select_found(question: Question, zone: tzinfo) -> Select[Any]:
    """Return the SELECT of the ids of all posts that the question asks for."""
    found: Select[Any] = search.matching(parse_query(question.q), question.filters(zone), zone)[0]
    return found


def asks_nothing(question: Question) -> bool:
    """Tell whether there are words in the question of which none can be searched."""
    query = parse_query(question.q)
    return bool(question.q) and not (query.terms or query.filters or query.excluded)


def _rank(
    connection: Connection, query: Query, question: Question, found: Select[Any]
) -> list[tuple[float, int]]:  # fmt: skip
    """Return rank and id of all posts found; by the index alone where it can answer, in half the time."""
    literal = any(term.recheck or not term.phrase for term in (*query.terms, *query.excluded))
    if literal or query.filters or question.narrowed:
        rows = connection.execute(found)
    else:
        rows = connection.execute(_BY_INDEX, {"match": query.match(), "weight": search.TITLE_WEIGHT})
    return [(row[0], row[1]) for row in rows]


_BY_INDEX = text("SELECT bm25(post_fts, :weight, 1.0), rowid FROM post_fts WHERE post_fts MATCH :match")


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


def _hit(connection: Connection, post_id: int, query: Query) -> search.Hit:
    record = records.record(connection, post_id)
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
