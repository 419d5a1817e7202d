"""The archive as JSON, for programs; described by /api/openapi.json. Records have the keys of the view ``records``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scraper.archive import frontier, records, runs
from scraper.archive.schema import format_moment
from scraper.settings import current_time
from scraper.web import queries, search
from scraper.web.changes import KINDS, list_changes
from scraper.web.context import NotFound, Visit
from scraper.web.differences import compare
from scraper.web.downloads import record_or_404, row_id
from scraper.web.openapi import description
from scraper.web.question import BadRequest, read_question

MAX_SIZE = 100


def openapi(_: Request) -> Response:
    """Answer with the description of this interface."""
    return _json(description())


def find(request: Request) -> Response:
    """Answer with a page of the posts that match, and what narrows them."""
    question, size = read_question(request.query_params), _size(request, search.PAGE_SIZE)
    reader = Visit(request).reader
    if search.asks_nothing(question):
        raise BadRequest("q: there is no word here that can be searched for")
    with reader.read() as connection:
        found = search.find(connection, question, reader.facets, reader.stamp(), size=size)
    unmark = str.maketrans(dict.fromkeys(search.MARK, ""))
    return _json({
        "total": found.total,
        "more": found.more,
        "sort": found.sort,
        "posts": [hit.record | {"snippet": hit.snippet.translate(unmark)} for hit in found.hits],
        "facets": {name: [asdict(facet) for facet in facets] for name, facets in found.facets.items()},
        "previous": _next(request, before=found.before),
        "next": _next(request, after=found.after),
    })  # fmt: skip


def _next(request: Request, **place: str) -> str | None:
    """Return the address of another page of the same answer, None where there is none."""
    if not any(place.values()):
        return None
    kept = {key: value for key, value in request.query_params.items() if key not in ("after", "before")}
    return str(request.url.replace(query="").include_query_params(**kept, **place))


def find_post(request: Request) -> Response:
    """Answer with the post that a URL, SITE/NATIVE_ID, #ID or number names."""
    with Visit(request).reader.read() as connection:
        post_id = records.find(connection, request.query_params.get("post", ""))
        if post_id is None:
            raise NotFound
        return _json(_whole(connection, post_id))


def post(request: Request) -> Response:
    """Answer with a post and all that belongs to it."""
    with Visit(request).reader.read() as connection:
        post_id = row_id(request)
        record_or_404(connection, post_id)
        return _json(_whole(connection, post_id))


def _whole(connection: Connection, post_id: int) -> dict[str, Any]:
    parts = {
        "columns": "record_columns",
        "images": "record_images",
        "links": "record_links",
        "metrics": "record_metrics",
    }
    return records.record(connection, post_id) | {
        name: queries.rows_of_post(connection, view, post_id) for name, view in parts.items()
    }


def revisions(request: Request) -> Response:
    """Answer with the revisions of a post, oldest first, without their texts."""
    with Visit(request).reader.read() as connection:
        record = record_or_404(connection, row_id(request))
        history = records.history(connection, record["id"])
    return _json({"revisions": [row | {"current": bool(row["current"])} for row in history]})


def revision(request: Request) -> Response:
    """Answer with one revision of a post and its text."""
    with Visit(request).reader.read() as connection:
        record = record_or_404(connection, row_id(request))
        history, number = records.history(connection, record["id"]), row_id(request, "number")
        texts = records.texts(connection, record["id"], number)
    row = next((row for row in history if row["revision"] == number), None)
    if row is None or texts is None:
        raise NotFound
    return _json(row | {"current": bool(row["current"]), "markdown": texts[0], "text": texts[1]})


def diff(request: Request) -> Response:
    """Answer with what changed from one revision of a post to another."""
    numbers = [request.query_params.get(name, "") for name in ("from", "to")]
    if not all(number.isascii() and number.isdecimal() and len(number) < 10 for number in numbers):
        raise BadRequest("from, to: the numbers of two revisions are expected")
    with Visit(request).reader.read() as connection:
        record = record_or_404(connection, row_id(request))
        old, new = (records.texts(connection, record["id"], int(number)) for number in numbers)
    if old is None or new is None:
        raise NotFound
    lines = [asdict(line) for line in compare(old[0], new[0])]
    return _json({"from": int(numbers[0]), "to": int(numbers[1]), "lines": lines})


def changes(request: Request) -> Response:
    """Answer with what happened to posts, newest first."""
    kind = request.query_params.get("kind", "")
    if kind and kind not in KINDS:
        raise BadRequest(f"kind: one of {', '.join(KINDS)} is expected")
    reader, question = Visit(request).reader, read_question({**request.query_params, "kind": ""})
    within = search.select_found(question, reader.zone) if question.q or question.narrowed else None
    with reader.read() as connection:
        found = list_changes(
            connection, kinds=(kind,) if kind else KINDS, within=within, after=question.after, size=_size(request, 50)
        )  # fmt: skip
    rows = [{key: value for key, value in row.items() if key != "place"} for row in found.rows]
    return _json({"changes": rows, "next": _next(request, after=found.after)})


def authors(request: Request) -> Response:
    """Answer with the authors, those with most posts first."""
    with Visit(request).reader.read() as connection:
        return _json({"authors": queries.list_authors(connection)})


def tags(request: Request) -> Response:
    """Answer with tags, categories and keywords, the commonest first."""
    with Visit(request).reader.read() as connection:
        return _json({"tags": queries.list_tags(connection)})


def columns(request: Request) -> Response:
    """Answer with the columns, those with most posts first."""
    with Visit(request).reader.read() as connection:
        return _json({"columns": queries.list_columns(connection)})


def status(request: Request) -> Response:
    """Answer with how the archive and its sources do, and what a running crawl has done so far."""
    with Visit(request).reader.read() as connection:
        return _json({
            "totals": queries.totals(connection),
            "frontier": frontier.counts(connection, current_time()),
            "sources": frontier.list_sources(connection),
            "running": queries.running(connection),
        })  # fmt: skip


def run_list(request: Request) -> Response:
    """Answer with the latest runs and what failed in each."""
    with Visit(request).reader.read() as connection:
        return _json({"runs": runs.recent(connection, _size(request, 20))})


def _size(request: Request, default: int) -> int:
    text = request.query_params.get("size", str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 0 < int(text) <= MAX_SIZE):
        raise BadRequest(f"size: a number from 1 to {MAX_SIZE} is expected")
    return int(text)


def _json(value: Any) -> Response:
    body = json.dumps(value, ensure_ascii=False, default=format_moment)
    return Response(body, media_type="application/json")


ROUTES = (
    Route("/api/openapi.json", openapi),
    Route("/api/search", find),
    Route("/api/posts", find_post),
    Route("/api/posts/{id}", post),
    Route("/api/posts/{id}/revisions", revisions),
    Route("/api/posts/{id}/revisions/{number}", revision),
    Route("/api/posts/{id}/diff", diff),
    Route("/api/changes", changes),
    Route("/api/authors", authors),
    Route("/api/tags", tags),
    Route("/api/columns", columns),
    Route("/api/status", status),
    Route("/api/runs", run_list),
)
