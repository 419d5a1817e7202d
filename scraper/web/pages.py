"""The pages about posts: home, search, a post, its revisions and what changed between them."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from scraper.archive import frontier, records
from scraper.archive.schema import format_moment
from scraper.settings import current_time
from scraper.web import queries, search
from scraper.web.changes import KINDS, count_by_day, list_changes
from scraper.web.context import NotFound, Reader, Visit
from scraper.web.differences import compare
from scraper.web.downloads import record_or_404, row_id
from scraper.web.facets import FACETS
from scraper.web.plot import plots
from scraper.web.question import SORTS, BadRequest, read_question
from scraper.web.render import Page, addresses, render

DAYS_AT_HOME = 7
ROWS_A_DAY = 8


def home(request: Request) -> Response:
    """Show what is new, changed and gone, day by day, and how the sources do."""
    visit = Visit(request)
    reader = visit.reader
    with reader.read() as connection:
        return visit.page(
            "home.html",
            totals=queries.totals(connection),
            days=_days(connection, reader),
            sources=[source | {"health": _health(source)} for source in frontier.list_sources(connection)],
            paused=[host for host in frontier.list_hosts(connection) if _is_paused(host)],
            running=queries.running(connection),
        )


def _days(connection: Connection, reader: Reader) -> list[dict[str, Any]]:
    """Return the latest days on which something happened, with a few posts of each kind and how many there were."""
    rows = list_changes(connection, size=400).rows
    days = [(day, list(happened)) for day, happened in groupby(rows, key=lambda row: reader.day(row["at"]))]
    days = days[:DAYS_AT_HOME]
    if not days:
        return []
    since = datetime.fromisoformat(days[-1][0]).replace(tzinfo=reader.zone)
    counted = count_by_day(connection, format_moment(since), reader.zone_modifier)
    return [
        {
            "day": day,
            "kinds": [
                {"kind": kind, "rows": shown[:ROWS_A_DAY], "count": counted.get(day, {}).get(kind, len(shown))}
                for kind in KINDS
                if (shown := [row for row in happened if row["kind"] == kind])
            ],
        }
        for day, happened in days
    ]


def _health(source: dict[str, Any]) -> str:
    """Return how a source does: never run, ok, incomplete, or failed."""
    if source["run_at"] is None:
        return "never"
    if source["ok_at"] == source["run_at"]:
        return "ok"
    return "failed" if source["ok_at"] is None or source["reason"] else "incomplete"


def _is_paused(host: dict[str, Any]) -> bool:
    return host["paused_until"] is not None and host["paused_until"] > current_time()


def changes(request: Request) -> Response:
    """List what happened to posts, newest first."""
    visit = Visit(request)
    kind = request.query_params.get("kind", "")
    if kind and kind not in KINDS:
        raise BadRequest(f"kind: one of {', '.join(KINDS)} is expected")
    with visit.reader.read() as connection:
        kinds = (kind,) if kind else KINDS
        found = list_changes(connection, kinds=kinds, after=request.query_params.get("after", ""))
    days = [(day, list(rows)) for day, rows in groupby(found.rows, key=lambda row: visit.reader.day(row["at"]))]
    return visit.page("changes.html", days=days, kind=kind, kinds=KINDS, after=found.after)


def search_page(request: Request) -> Response:
    """Show a page of posts that match, and what narrows them."""
    visit = Visit(request)
    question = read_question(request.query_params)
    reader = visit.reader
    with reader.read() as connection:
        direct = records.find(connection, question.q) if question.q.startswith(("http://", "https://")) else None
        unsearchable = search.asks_nothing(question)
        found = None if unsearchable else search.find(connection, question, reader.facets, reader.stamp())
        direct_record = None if direct is None else records.record(connection, direct)
    return visit.page(
        "search.html", question=question, found=found, q=question.q, facet_names=FACETS, sorts=SORTS,
        direct=direct_record,
    )  # fmt: skip


def post(request: Request) -> Response:
    """Show a post, or one of its older revisions."""
    visit, post_id = Visit(request), row_id(request)
    with visit.reader.read() as connection:
        record = record_or_404(connection, post_id)
        history = records.history(connection, post_id)
        number = row_id(request, "number") if "number" in request.path_params else record["revision"]
        shown = next((row for row in history if row["revision"] == number), None)
        texts = records.texts(connection, post_id, number)
        if shown is None or texts is None:
            raise NotFound
        before, after = queries.neighbours(connection, post_id)
        return visit.page(
            "post.html",
            record=record | {"title": shown["title"]},
            shown=shown,
            is_current=number == record["revision"],
            body=_render(visit, connection, post_id, shown["title"], texts[0]),
            history=history[::-1],
            details=queries.details_of_post(connection, post_id),
            columns=queries.columns_of_post(connection, post_id),
            before=before,
            after=after,
            plots=plots(queries.rows_of_post(connection, "record_metrics", post_id)),
        )


def _render(visit: Visit, connection: Connection, post_id: int, title: str, markdown: str) -> Page:
    digests = queries.images_of_post(connection, post_id)
    images = {url: f"/images/{sha256}" for url, sha256 in digests.items()}
    held = queries.posts_at(connection, addresses(markdown), but=post_id)
    return render(markdown, title=title, images=images, posts=held, missing=visit.say("missing_image"))


def diff(request: Request) -> Response:
    """Show what changed between two revisions of a post, the last two unless they are named."""
    visit, post_id = Visit(request), row_id(request)
    with visit.reader.read() as connection:
        record = record_or_404(connection, post_id)
        history = records.history(connection, post_id)
        numbers = [row["revision"] for row in history]
        new = _number(request, "to", numbers, numbers[-1])
        old = _number(request, "from", numbers, max((n for n in numbers if n < new), default=new))
        texts = [records.texts(connection, post_id, number) or ("", "") for number in (old, new)]
    by_number = {row["revision"]: row for row in history}
    return visit.page(
        "diff.html", record=record, history=history, old=by_number[old], new=by_number[new],
        lines=compare(texts[0][0], texts[1][0]),
    )  # fmt: skip


def _number(request: Request, name: str, numbers: list[int], default: int) -> int:
    given = request.query_params.get(name, "")
    if not given:
        return default
    if given not in map(str, numbers):
        raise BadRequest(f"{name}: no revision of this post")
    return int(given)
