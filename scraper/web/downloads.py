"""Bytes out of the archive: images, snapshots, and searches as files. None of it can act in the reader's origin."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from scraper.archive import records
from scraper.archive.blobs import Blobs
from scraper.archive.schema import posts, revisions
from scraper.export import csv as csv_export
from scraper.export import jsonl, markdown
from scraper.web import queries
from scraper.web.context import NotFound, Visit
from scraper.web.question import Question, read_question
from scraper.web.search import select_found

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
_SHOWN = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/x-icon", "image/svg+xml",
})  # fmt: skip


def image(request: Request) -> Response:
    """Answer with an archived image; one of a type that browsers do not show is a download."""
    sha256 = request.path_params["sha256"]
    with Visit(request).reader.read() as connection:
        found = queries.find_image(connection, sha256) if re.fullmatch("[0-9a-f]{64}", sha256) else None
        if found is None:
            raise NotFound
        body = Blobs().get(connection, found[0])
    shown = found[1] in _SHOWN
    headers = {
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{sha256[:24]}"',
    }
    if not shown or found[1] == "image/svg+xml":
        headers["Content-Disposition"] = "attachment"
    return Response(body, 200, headers, found[1] if shown else "application/octet-stream")


def snapshot(request: Request) -> Response:
    """Answer with the bytes that a revision was read from, as a file to keep."""
    post_id, revision = row_id(request), request.query_params.get("revision", "")
    with Visit(request).reader.read() as connection:
        record = record_or_404(connection, post_id)
        number = int(revision) if re.fullmatch("[0-9]{1,9}", revision) else record["revision"]
        held = records.snapshot_of(connection, post_id, number)
        if held is None:
            raise NotFound
        body = Blobs().get(connection, held.blob_id)
    suffix = ".md" if "markdown" in held.content_type or held.url.endswith((".md", ".markdown")) else ".html"
    name = f"{record['site']}-{record['native_id']}-r{number}"
    return attachment(body, "application/octet-stream", re.sub(r"[^\w.-]+", "-", name)[-100:] + suffix)


def post_markdown(request: Request) -> Response:
    """Answer with a post as the Markdown file that an export of it is."""
    with Visit(request).reader.read() as connection:
        record = record_or_404(connection, row_id(request))
    name = markdown.file_name(record["id"], record["title"])
    return attachment(markdown.document(record).encode(), "text/markdown; charset=utf-8", name)


def search_jsonl(request: Request) -> Response:
    """Answer with all records of a search as JSON Lines."""
    question = read_question(request.query_params)
    lines = (jsonl.line(record) + "\n" for record in _records(request, question))
    return _stream(lines, "application/jsonl; charset=utf-8", "records.jsonl")


def search_csv(request: Request) -> Response:
    """Answer with all records of a search as CSV, without their long texts."""
    question = read_question(request.query_params)
    return _stream(_csv(_records(request, question)), "text/csv; charset=utf-8", "records.csv")


def robots(_: Request) -> Response:
    """Ask crawlers to stay away."""
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


def _records(request: Request, question: Question) -> Iterator[dict[str, Any]]:
    """Yield the records found, newest publication first, from one state of the archive."""
    reader = Visit(request).reader
    with reader.read() as connection:
        newest = revisions.c.published_at.desc(), posts.c.id.desc()
        for post_id in connection.scalars(select_found(question, reader.zone).order_by(*newest)).all():
            yield records.record(connection, post_id)


def _csv(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    yield "\ufeff"
    for count, record in enumerate(found):
        del record["markdown"], record["text"]
        if not count:
            writer.writerow(record)
        writer.writerow(map(csv_export.cell, record.values()))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _stream(lines: Iterator[str], media_type: str, name: str) -> Response:
    return StreamingResponse(lines, 200, _as_file(name), media_type)


def attachment(body: bytes, media_type: str, name: str) -> Response:
    """Return bytes as a download that nothing in the reader's origin can run."""
    return Response(body, 200, _as_file(name) | {"Content-Security-Policy": SANDBOX}, media_type)


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def row_id(request: Request, name: str = "id") -> int:
    """Return the id in the path.

    Raises:
        NotFound: it is longer than any that a database gives.
    """
    text = str(request.path_params[name])
    if not re.fullmatch("[0-9]{1,18}", text):
        raise NotFound
    return int(text)


def record_or_404(connection: Any, post_id: int) -> dict[str, Any]:
    """Return the record of a post.

    Raises:
        NotFound: the archive holds no such post.
    """
    if records.find(connection, f"#{post_id}") is None:
        raise NotFound
    return records.record(connection, post_id)
