"""A server on loopback that answers as badly as it is told to, and the stage on which a Fetcher meets it."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from scraper.fetch.client import Fetcher
from scraper.fetch.outcome import FetchRecord
from scraper.models import HostState
from scraper.settings import Settings

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGE = "<html><body><p>正文 of a post</p></body></html>".encode()

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
T = TypeVar("T")


def answer(body: bytes = PAGE, *headers: str, status: int = 200, length: int | None = None) -> bytes:
    """A well-formed answer; ``length`` lies about the body's."""
    lines = [f"HTTP/1.1 {status} Any", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def head(*headers: str, status: int = 200) -> bytes:
    """An answer's beginning without a length: its body ends with the connection."""
    return "\r\n".join([f"HTTP/1.1 {status} Any", *headers]).encode() + b"\r\n\r\n"


def redirect(location: str, status: int = 302) -> bytes:
    return answer(b"", f"Location: {location}", status=status)


def endless(piece: bytes, *, begin: bytes = b"") -> Answer:
    """Sends ``piece`` for ever, as fast as it is taken."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            writer.write(piece)
            await writer.drain()

    return send


def dripping(data: bytes, *, begin: bytes = b"", every_s: float = 0.05) -> Answer:
    """Sends ``data`` byte by byte, over and over."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        while True:
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(every_s)

    return send


def silent(begin: bytes = b"") -> Answer:
    """Sends ``begin`` and then nothing, with the connection open."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        await asyncio.sleep(3600)

    return send


def resetting(begin: bytes = b"") -> Answer:
    """Sends ``begin`` and resets the connection."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(begin)
        await writer.drain()
        await asyncio.sleep(0.02)
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return send


def late(data: bytes, after_s: float) -> Answer:
    async def send(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after_s)
        writer.write(data)

    return send


def zeros(mebibytes: int, *, raw: bool = False) -> bytes:
    """A gzip (or deflate) stream of that many MiB of zeros, made at once: fully flushed blocks can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return (b"" if raw else gzip.compress(b"")[:10]) + block * mebibytes


@dataclass
class Asked:
    """One request as the server saw it; ``at`` is the stage's time."""

    path: str
    headers: dict[str, str]
    at: float


class HostileServer:
    """Answers each path as told: the first answer to the first request, the last one to all further ones."""

    def __init__(self, time: Callable[[], float], tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.port = 0
        self._answers: dict[str, list[Answer]] = {"/robots.txt": [answer(b"", status=404)]}
        self._time = time
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    def on(self, path: str, *answers: Answer) -> None:
        self._answers[path] = list(answers)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        """What was asked, robots.txt left out."""
        return [request.path for request in self.asked if request.path != "/robots.txt"]

    def count(self, path: str) -> int:
        return sum(request.path == path for request in self.asked)

    async def __aenter__(self) -> HostileServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._answer(await reader.readuntil(b"\r\n\r\n"), writer)
                await writer.drain()
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        line, *rest = request.decode("latin-1").strip().split("\r\n")
        path = line.split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest)}
        self.asked.append(Asked(path, headers, self._time()))
        answers = self._answers.get(path, [answer(b"", status=404)])
        chosen = answers[min(self.count(path), len(answers)) - 1]
        if isinstance(chosen, bytes):
            writer.write(chosen)
        else:
            await chosen(writer)


class StillClock:
    """A clock on which waiting takes no time; ``slept`` is every wait that was asked for."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class Memory(dict[str, HostState]):
    """What hosts leave behind, kept between two runs by keeping this."""

    def load(self, host: str) -> HostState:
        return self.get(host, HostState(host))

    def save(self, state: HostState) -> None:
        self[state.host] = state


@dataclass
class Stage:
    """A server, a fetcher that may dial it, and what both leave behind."""

    server: HostileServer
    fetcher: Fetcher
    clock: StillClock
    memory: Memory
    records: list[FetchRecord] = field(default_factory=list)

    async def fetch(self, path: str, **options: Any) -> Any:
        return await self.fetcher.fetch(self.server.url(path), **options)

    @property
    def host(self) -> HostState:
        return self.memory.load(f"127.0.0.1:{self.server.port}")


def play(
    scene: Callable[[Stage], Awaitable[T]],
    *,
    memory: Memory | None = None,
    allow: Iterable[str] = (),
    resolver: Any = None,
    tls: ssl.SSLContext | None = None,
    **settings: Any,
) -> T:
    """Run a scene before a fresh server and fetcher and return what it returns.

    Time stands still but for waits; wall-clock time is START plus the time on the clock. ``allow`` are further
    hosts that may be dialled; there and in settings "{port}" stands for the server's.
    """

    async def run() -> T:
        clock = StillClock()
        kept = Memory() if memory is None else memory
        begun = clock.time
        async with HostileServer(clock.monotonic, tls) as server:
            defaults: dict[str, Any] = {"delay_s": 0.0, "deadline_s": 5.0, "max_page_bytes": 1_000_000}
            allowed = ("127.0.0.1:{port}", *allow)
            filled = {
                key: value.format(port=server.port) if isinstance(value, str) else value
                for key, value in settings.items()
            }
            chosen = Settings(
                **{**defaults, **filled}, allow_hosts=tuple(host.format(port=server.port) for host in allowed)
            )
            records: list[FetchRecord] = []
            options = {"resolver": resolver} if resolver else {}
            async with Fetcher(
                chosen,
                kept,
                now=lambda: START + timedelta(seconds=clock.time - begun),
                log=records.append,
                clock=clock,
                jitter=lambda: 0.0,
                **options,
            ) as fetcher:
                return await scene(Stage(server, fetcher, clock, kept, records))

    return asyncio.run(run())
