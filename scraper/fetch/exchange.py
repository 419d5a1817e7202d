"""One HTTP exchange: a request to a checked address, and its complete answer or what went wrong."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from dataclasses import dataclass
from typing import Literal

import httpcore
import httpx

from scraper.fetch.body import BodyDecoder, BodyTooBig, BodyTruncated, UnknownEncoding
from scraper.fetch.guard import OffLimits, Target
from scraper.fetch.outcome import FetchKind
from scraper.fetch.transport import WireLimit

READ_STATUSES = frozenset({200, 203, 204})
_CONNECT_TIMEOUT_S = 10.0
_KEPT_HEADERS = frozenset(
    {
        "cache-control",
        "content-language",
        "content-type",
        "date",
        "etag",
        "last-modified",
        "retry-after",
        "x-robots-tag",
    }
)
_MAX_HEADER_CHARS = 2048

What = Literal["status", "broken", "truncated", "timeout", "too_big", "off_limits", "unreadable"]

_TIMEOUTS = (TimeoutError, httpx.TimeoutException, httpcore.TimeoutException)
_BROKEN = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    ssl.SSLError,
    OSError,
    ValueError,
    zlib.error,
)
_ERRORS = (BodyTooBig, WireLimit, BodyTruncated, UnknownEncoding, OffLimits, *_TIMEOUTS, *_BROKEN)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. The body is read only where the status says that it is what was asked for."""

    status: int
    headers: tuple[tuple[str, str], ...]
    location: bytes
    body: bytes
    wire_bytes: int
    is_challenge: bool

    def header(self, name: str) -> str:
        """Return the header of that lower-case name, or ''."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong; ``status`` where the answer had begun."""

    what: What
    reason: str
    status: int | None = None
    wire_bytes: int = 0


async def exchange(
    client: httpx.AsyncClient,
    target: Target,
    kind: FetchKind,
    headers: dict[str, str],
    *,
    deadline_s: float,
    max_bytes: int,
    content: bytes | None = None,
) -> Answer | Trouble:
    """Ask once and return the answer, or what went wrong; raises nothing that a server or network can cause."""
    status: int | None = None
    wire_bytes = 0
    try:
        async with asyncio.timeout(deadline_s):
            request = client.build_request(
                "GET" if content is None else "POST",
                target.url,
                content=content,
                headers=headers,
                extensions={"target": target},
                timeout=httpx.Timeout(None, connect=min(_CONNECT_TIMEOUT_S, deadline_s)),
            )
            response = await client.send(request, stream=True)
            status = response.status_code
            stream = response.extensions["network_stream"]
            try:
                body = await _read(response, kind, max_bytes) if status in READ_STATUSES else b""
            finally:
                wire_bytes = stream.get_extra_info("received_bytes")
                await response.aclose()
    except _ERRORS as error:
        return _trouble(error, status, wire_bytes, deadline_s)
    return Answer(
        status,
        _kept(response.headers),
        response.extensions["location"],
        body,
        wire_bytes,
        response.headers.get("cf-mitigated", "") == "challenge",
    )


async def _read(response: httpx.Response, kind: FetchKind, max_bytes: int) -> bytes:
    announced = response.headers.get("content-length", "")
    whole = kind != "robots"
    if whole and announced and int(announced) > max_bytes:
        raise BodyTooBig(f"announced as {announced[:20]} bytes, more than {max_bytes}")
    decoder = BodyDecoder(response.headers.get("content-encoding", ""), max_bytes, sniff_gzip=kind != "image")
    try:
        async for piece in response.aiter_raw():
            decoder.feed(piece)
        return decoder.finish()
    except BodyTooBig:
        if whole:
            raise
        # RFC 9309, 2.5: of a robots.txt that is too long the first part counts.
        return decoder.prefix()


def _kept(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name, value[:_MAX_HEADER_CHARS]) for name, value in headers.items() if name.lower() in _KEPT_HEADERS)


def _trouble(error: Exception, status: int | None, wire_bytes: int, deadline_s: float) -> Trouble:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    what: What = "broken" if status is None else "truncated"
    match error:
        case OffLimits():
            what = "off_limits"
        case BodyTooBig() | WireLimit():
            what = "too_big"
        case UnknownEncoding():
            what = "unreadable"
        case TimeoutError():
            what, reason = "timeout", f"no complete answer within {deadline_s:g} s"
        case httpx.TimeoutException() | httpcore.TimeoutException():
            what, reason = "timeout", "no connection in time"
        case _ if _certificate_refused(error):
            what, reason = "unreadable", f"{reason}; SCRAPER_CA_BUNDLE names other authorities"
    return Trouble(what, reason, status, wire_bytes)


def _certificate_refused(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
