"""What holds for every answer: who may ask, how, and what a browser may do with it.

Host is checked against a list, so that a page of another site cannot reach the reader under a name of its own (DNS
rebinding); only GET and HEAD are answered; the policy lets nothing run or load but the reader's own files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Language, Cookie",
}
"""Set unless an answer says otherwise itself."""


class Guard:
    """Middleware that answers 421 to foreign hosts and 405 to other methods, and completes the headers of the rest."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            return
        refused = self._refusal(scope)

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (refused or self.app)(scope, receive, complete)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        names = Headers(scope=scope).getlist("host")
        if len(names) != 1 or _without_port(names[0]) not in self.hosts:
            text = "This name is not served here; `scraper serve --server-name NAME` adds one.\n"
            return PlainTextResponse(text, 421)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("This is for reading only.\n", 405, {"Allow": "GET, HEAD"})
        return None


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


class EntityTags:
    """Middleware that gives whole answers an ETag and answers 304 where the client has it (RFC 9110 13.1.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer unless the client has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None

        async def tag(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                begun, start = start, None
                if begun["status"] == 200 and not message.get("more_body"):
                    message = _tagged(begun, message, known)
                await send(begun)
            await send(message)

        await self.app(scope, receive, tag)


def _tagged(start: Message, body: Message, known: str) -> Message:
    headers = MutableHeaders(scope=start)
    entity_tag = headers.setdefault("ETag", f'"{hashlib.sha256(body.get("body", b"")).hexdigest()[:24]}"')
    if known.strip() != "*" and entity_tag not in [item.strip().removeprefix("W/") for item in known.split(",")]:
        return body
    start["status"] = 304
    for name in ("Content-Length", "Content-Type"):
        if name in headers:
            del headers[name]
    return {"type": "http.response.body", "body": b""}
