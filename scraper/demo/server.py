"""The built-in blog, served from loopback as blog.csdn.net serves one."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

USER = "scraper_demo"
LIST_API = "/community/home-api/v1/get-business-list"

MIRROR_PATHS = ("/mirror/900000110.md",)
"""Markdown copies of posts that the blog itself has no more."""

_PAGES = files("scraper.demo") / "pages"
_ORIGINS = (b"http://demo.invalid", b"https://blog.csdn.net")  # stand in the pages for where they are served
_ARTICLE = re.compile(r"(?:/[A-Za-z0-9_.-]{1,64})?/article/details/(\d{1,12})/?")
_LAST_MODIFIED = formatdate(1_741_651_200, usegmt=True)  # later than any post; a wheel's file times say nothing


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address answers."""

    body: bytes
    content_type: str
    status: HTTPStatus = HTTPStatus.OK


@cache
def posts() -> tuple[Mapping[str, Any], ...]:
    """Return the blog's posts, newest first, as the list API gives them."""
    return tuple(json.loads((_PAGES / "posts.json").read_text("utf-8")))


@cache
def _routes() -> Mapping[str, str]:
    """Return the file of every fixed path."""
    routes = {
        "/robots.txt": "robots.txt",
        f"/{USER}": "list.html",
        f"/{USER}/article/list/1": "list.html",
        f"/{USER}/category_900204.html": "column.html",
        f"/{USER}/rss/list": "rss.xml",
        f"/{USER}/rss/map": "rss.xml",
    }
    routes |= {f"/direct/{image.name}": f"images/{image.name}" for image in (_PAGES / "images").iterdir()}
    return routes | {f"/mirror/{file.name}": f"mirror/{file.name}" for file in (_PAGES / "mirror").iterdir()}


def answer(target: str, origin: str) -> Answer:
    """Return what the blog answers to a request's target; ``origin`` is where its images are."""
    parts = urlsplit(target)
    if parts.path == LIST_API:
        return Answer(_list(parse_qs(parts.query)), "application/json;charset=utf-8")
    article = _ARTICLE.fullmatch(parts.path)
    name = f"articles/{article[1]}.html" if article else _routes().get(parts.path.rstrip("/"), "")
    if not name or not (_PAGES / name).is_file():
        return Answer((_PAGES / "gone.html").read_bytes(), "text/html; charset=utf-8", HTTPStatus.NOT_FOUND)
    kind = "text/markdown" if name.endswith(".md") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind.endswith("xml")
    body = (_PAGES / name).read_bytes()
    for stand_in in _ORIGINS if text else ():
        body = body.replace(stand_in, origin.encode())
    return Answer(body, f"{kind}; charset=utf-8" if text else kind)


def _list(query: Mapping[str, list[str]]) -> bytes:
    def number(name: str, default: int) -> int:
        value = query.get(name, [""])[0]
        return int(value) if re.fullmatch("[1-9][0-9]{0,3}", value) else default

    size = min(number("size", 20), 100)
    start = (number("page", 1) - 1) * size
    own = posts() if query.get("username") == [USER] else ()
    data = {"list": own[start : start + size] or None, "total": len(own)}
    return json.dumps({"code": 200, "message": "success", "data": data}, ensure_ascii=False).encode()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, each on a connection of its own."""

    server_version = "demo"
    timeout = 10  # a client that says nothing holds no thread

    def do_GET(self) -> None:
        """Answer by the path, the encodings and the validators of the request."""
        host, port = cast("tuple[str, int]", self.server.server_address)
        found = answer(self.path, f"http://{host}:{port}")
        entity_tag = f'"{hashlib.sha256(found.body).hexdigest()[:16]}"'
        if found.status is HTTPStatus.OK and self._is_current(entity_tag):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self._send_validators(entity_tag)
            self.end_headers()
            return
        body = found.body
        self.send_response(found.status)
        if re.search(r"\bgzip\b", self.headers.get("Accept-Encoding", "")):
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        if found.status is HTTPStatus.OK:
            self._send_validators(entity_tag)
        self.send_header("Content-Type", found.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 -- the name that http.server calls

    def _is_current(self, entity_tag: str) -> bool:
        """Tell whether the client has this answer; its entity tag decides before its date, by RFC 9110 13.2.2."""
        if tags := self.headers.get("If-None-Match"):
            return tags.strip() == "*" or entity_tag in re.findall(r'"[^"]*"', tags)
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return since >= parsedate_to_datetime(_LAST_MODIFIED)
        except (TypeError, ValueError):
            return False

    def _send_validators(self, entity_tag: str) -> None:
        # One resource, two encodings: a weak tag says that they mean the same.
        self.send_header("ETag", f"W/{entity_tag}")
        self.send_header("Last-Modified", _LAST_MODIFIED)
        self.send_header("Vary", "Accept-Encoding")

    def log_message(self, *_: object) -> None:
        """Say nothing: the crawler that asks logs every answer itself."""


@contextmanager
def serve(port: int = 0) -> Iterator[tuple[str, int]]:
    """Serve the blog on a loopback address, giving its host and port, until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", port), _Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield "127.0.0.1", server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
