"""The reader's address space, and what it says when something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import tzinfo
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, ExceptionHandler

from scraper.archive import Archive
from scraper.archive.search import SHANGHAI
from scraper.errors import ArchiveError
from scraper.web import api, downloads, feeds, lists, pages
from scraper.web.context import NotFound, Reader, Visit
from scraper.web.guard import EntityTags, Guard
from scraper.web.question import BadRequest

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_STATIC = Path(__file__).parent / "static"
_LOG = logging.getLogger(__name__)

ROUTES = (
    Route("/", pages.home),
    Route("/search", pages.search_page),
    Route("/search.jsonl", downloads.search_jsonl),
    Route("/search.csv", downloads.search_csv),
    Route("/posts/{id}", pages.post),
    Route("/posts/{id}/revisions/{number}", pages.post),
    Route("/posts/{id}/diff", pages.diff),
    Route("/posts/{id}/snapshot", downloads.snapshot),
    Route("/posts/{id}/markdown", downloads.post_markdown),
    Route("/changes", pages.changes),
    Route("/gone", lists.gone),
    Route("/authors", lists.authors),
    Route("/columns", lists.columns),
    Route("/columns/{id}", lists.column),
    Route("/tags", lists.tags),
    Route("/years", lists.years),
    Route("/runs", lists.run_list),
    Route("/runs/{id}", lists.run),
    Route("/images/{sha256}", downloads.image),
    Route("/feeds/{kind}.atom", feeds.feed),
    Route("/opensearch.xml", feeds.opensearch),
    Route("/robots.txt", downloads.robots),
    *api.ROUTES,
    Mount("/static", StaticFiles(directory=_STATIC)),
)


def create_app(
    archive: Archive, *, hosts: Collection[str] = LOOPBACK_NAMES, zone: tzinfo = SHANGHAI
) -> ASGIApp:  # fmt: skip
    """Return the reader of an archive that is open for reading; ``hosts`` are the names it answers to."""
    handlers: dict[type[Exception] | int, ExceptionHandler] = {
        HTTPException: _not_found,
        NotFound: _not_found,
        BadRequest: _bad_request,
        ArchiveError: _failed,
        Exception: _failed,
    }
    app = Starlette(routes=ROUTES, exception_handlers=handlers)
    app.router.redirect_slashes = False  # it would build an address out of what the client sent
    app.state.reader = Reader(archive, zone)
    # Around the whole application, so that its answers to its own errors are guarded too.
    return Guard(EntityTags(app), hosts=hosts)


def _not_found(request: Request, error: Exception) -> Response:
    return _say(request, 404, "not_found", "not_found_text")


def _bad_request(request: Request, error: Exception) -> Response:
    return _say(request, 400, "bad_request", detail=str(error))


def _failed(request: Request, error: Exception) -> Response:
    _LOG.error("url=%s error=%s", request.url.path, error, exc_info=None if isinstance(error, ArchiveError) else error)
    return _say(request, 503 if isinstance(error, ArchiveError) else 500, "failed", "failed_text")


def _say(request: Request, status: int, heading: str, text: str = "", *, detail: str = "") -> Response:
    visit = Visit(request)
    if request.url.path.startswith("/api"):
        return JSONResponse({"error": detail or visit.say(heading)}, status)
    return visit.page("error.html", status=status, heading=heading, text=text, detail=detail)
