"""The connection under httpx: dials what the guard returned, counts what arrives, keeps no connection.

Because only the dial is replaced, Host, SNI and certificate check stay the name's. Connections are not kept
alive: bytes sent ahead by a server were read as the answer to the next request otherwise (RFC 9112, 9.2).
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ada_url
import httpcore
import httpx

from scraper.errors import ScraperError, UsageError
from scraper.fetch.guard import DEFAULT_PORTS, Guard, Target
from scraper.settings import Settings

# For all interim answers (103) and headers together; h11 itself takes 100 kB of headers.
MAX_HEAD_BYTES = 256 * 1024


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's door to the network: dials the addresses that the guard returns, and nothing else.

    Its connections are broken off after ``MAX_HEAD_BYTES``, until the transport has seen headers and allows a body.
    """

    def __init__(self, guard: Guard, dialler: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._guard = guard
        self._dialler = dialler or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the host that answers.

        Raises:
            OffLimits: the guard refuses.
            httpcore.ConnectError: none answers.
        """
        try:
            addresses = await self._guard.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error
        failure: Exception = httpcore.ConnectError(host)
        for address in addresses[:3]:
            try:
                stream = await self._dialler.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return MeteredStream(stream, MAX_HEAD_BYTES)
        raise failure


class WireLimit(ScraperError):
    """A connection brought more bytes than any answer may have."""


class MeteredStream(httpcore.AsyncNetworkStream):
    """A connection that counts what it receives and breaks off beyond ``limit_bytes``."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, limit_bytes: int, received_bytes: int = 0) -> None:
        self._stream = stream
        self.limit_bytes = limit_bytes
        self.received_bytes = received_bytes

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has arrived.

        Raises:
            WireLimit: more has arrived than is allowed.
        """
        data = await self._stream.read(max_bytes, timeout)
        self.received_bytes += len(data)
        if self.received_bytes > self.limit_bytes:
            raise WireLimit(f"more than {self.limit_bytes} bytes in one answer")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send it."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Return the same connection under TLS, counting on."""
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            # httpcore closes the connection on errors only: a handshake given up at the deadline would leak it.
            await self._stream.aclose()
            raise
        return MeteredStream(stream, self.limit_bytes, self.received_bytes)

    def get_extra_info(self, info: str) -> object:
        """Return what httpcore asks for, and under "received_bytes" what was counted."""
        return self.received_bytes if info == "received_bytes" else self._stream.get_extra_info(info)


class GuardedTransport(httpx.AsyncBaseTransport):
    """What httpx sends requests through. A request's extension "target" is the guard's Target.

    Raises:
        UsageError: the CA bundle of the settings cannot be read.
    """

    def __init__(self, backend: GuardedBackend, settings: Settings) -> None:
        context = _tls_context(settings.ca_bundle)
        pool = httpcore.AsyncConnectionPool if not settings.proxy else partial(_proxy_pool, settings.proxy)
        self._pool: httpcore.AsyncConnectionPool = pool(
            ssl_context=context, max_connections=None, max_keepalive_connections=0, network_backend=backend
        )
        self._max_body_bytes = max(settings.max_page_bytes, settings.max_image_bytes)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request to its target, and return the answer with its body still to be read.

        Location and Set-Cookie are taken out of the headers: httpx parses the first even if it does not follow
        it, and raises, and keeps the second to send it again. Location goes into the extensions.
        """
        target: Target = request.extensions["target"]
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=target.scheme,
                    host=target.hostname.strip("[]"),
                    port=None if target.port == DEFAULT_PORTS[target.scheme] else target.port,
                    target=target.path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": request.extensions["timeout"]},
            )
        )
        stream: MeteredStream = answer.extensions["network_stream"]
        # Chunked transfer costs some bytes more than the body has.
        stream.limit_bytes += 2 * self._max_body_bytes
        locations = [value for name, value in answer.headers if name.lower() == b"location"]
        return httpx.Response(
            answer.status,
            headers=[header for header in answer.headers if header[0].lower() not in (b"location", b"set-cookie")],
            stream=_AnswerStream(answer),
            extensions={"location": locations[0] if locations else b"", "network_stream": stream},
        )

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._pool.aclose()


class _AnswerStream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


@cache
def _tls_context(ca_bundle: str) -> ssl.SSLContext:
    if not ca_bundle:
        return httpx.create_ssl_context(trust_env=False)
    try:
        if Path(ca_bundle).is_dir():
            return ssl.create_default_context(capath=ca_bundle)
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        raise UsageError(f"the CA bundle {ca_bundle!r} cannot be read: {error}") from error


def _proxy_pool(proxy: str, **options: Any) -> httpcore.AsyncConnectionPool:
    url = ada_url.URL(proxy)
    auth = (unquote(url.username), unquote(url.password)) if url.username else None
    return httpcore.AsyncHTTPProxy(f"{url.protocol}//{url.host}", proxy_auth=auth, **options)
