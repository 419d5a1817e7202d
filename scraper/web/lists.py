"""The pages that list: authors, columns, tags, years, gone posts, and the log of runs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from scraper.archive import runs
from scraper.web import queries
from scraper.web.changes import list_changes
from scraper.web.context import NotFound, Visit
from scraper.web.downloads import row_id
from scraper.web.question import BadRequest

TAG_KINDS = ("tag", "category", "keyword")


def authors(request: Request) -> Response:
    """List the authors."""
    visit = Visit(request)
    with visit.reader.read() as connection:
        return visit.page("authors.html", rows=queries.list_authors(connection))


def tags(request: Request) -> Response:
    """List tags, categories and keywords by how many posts have them."""
    visit = Visit(request)
    kind = request.query_params.get("kind", "")
    if kind and kind not in TAG_KINDS:
        raise BadRequest(f"kind: one of {', '.join(TAG_KINDS)} is expected")
    with visit.reader.read() as connection:
        rows = queries.list_tags(connection, kind)
    return visit.page("tags.html", rows=rows, kind=kind, kinds=TAG_KINDS)


def years(request: Request) -> Response:
    """List the years with their posts by month."""
    visit = Visit(request)
    with visit.reader.read() as connection:
        rows = queries.list_years(connection, visit.reader.zone_modifier)
    most = max((count for row in rows for count in row["months"]), default=1)
    return visit.page("years.html", rows=rows, most=most)


def columns(request: Request) -> Response:
    """List the columns."""
    visit = Visit(request)
    with visit.reader.read() as connection:
        return visit.page("columns.html", rows=queries.list_columns(connection))


def column(request: Request) -> Response:
    """List the posts of a column in its order."""
    visit, column_id = Visit(request), row_id(request)
    with visit.reader.read() as connection:
        found = queries.find_column(connection, column_id)
        if found is None:
            raise NotFound
        return visit.page("column.html", column=found, rows=queries.posts_of_column(connection, column_id))


def gone(request: Request) -> Response:
    """List the posts that their sites no longer serve, the latest first."""
    visit = Visit(request)
    with visit.reader.read() as connection:
        found = list_changes(connection, kinds=("gone",), after=request.query_params.get("after", ""))
    return visit.page("gone.html", rows=found.rows, after=found.after)


def run_list(request: Request) -> Response:
    """List the latest runs."""
    visit = Visit(request)
    with visit.reader.read() as connection:
        rows = runs.recent(connection, 100)
        return visit.page("runs.html", rows=rows, running=queries.running(connection))


def run(request: Request) -> Response:
    """Show a run and what failed in it."""
    visit = Visit(request)
    with visit.reader.read() as connection:
        found = queries.find_run(connection, row_id(request))
        if found is None:
            raise NotFound
        running = queries.running(connection) if found["outcome"] == "running" else None
    return visit.page("run.html", run=found, running=running)
