"""Serve a made blog on loopback, faster than any client asks: by nginx where there is one, else from memory."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.bench.blog_site import API_PATH

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  log_format short '$request_method $request_uri $status $bytes_sent';
  access_log {folder}/access.log short;
  types {{ application/json json; text/plain txt; }}
  default_type 'text/html; charset=utf-8';
  etag on; gzip_static on; sendfile on; keepalive_requests 1000000; tcp_nodelay on;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  server {{
    listen 127.0.0.1:{port} backlog=1024; root {folder}/public;
    location = {api} {{ try_files /api/$arg_page.json =404; }}
  }}
}}
"""


class Traffic:
    """What the server was asked, by its own log."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = log.stat().st_size if log.exists() else 0

    def take(self) -> tuple[Counter[str], int]:
        """Return the requests since the last call, by kind (robots, list, page, page 304, …), and the bytes sent."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            lines = log.read()
        self._read += len(lines)
        asked: Counter[str] = Counter()
        total = 0
        for line in lines.decode().splitlines():
            _, uri, status, size = line.split(" ")
            kind = "robots" if uri == "/robots.txt" else "page" if "/details/" in uri else "list"
            asked[kind if status == "200" else f"{kind} {status}"] += 1
            total += int(size)
        return asked, total


@contextmanager
def serve(folder: Path, port: int) -> Iterator[Traffic]:
    """Serve the blog in the folder while the block runs."""
    folder = folder.absolute()
    (folder / "tmp").mkdir(exist_ok=True)
    (folder / "access.log").write_bytes(b"")
    if _answers(port):
        raise SystemExit(f"127.0.0.1:{port} is in use; name another --port")
    if nginx := shutil.which("nginx"):
        configuration = folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, port=port, api=API_PATH))
        process = subprocess.Popen([nginx, "-c", str(configuration), "-p", str(folder)])
        end = process.terminate
    else:
        served = multiprocessing.get_context("spawn").Process(target=serve_from_memory, args=(folder, port))
        served.start()
        end = served.terminate
    try:
        for _ in range(500):
            if _answers(port):
                break
            time.sleep(0.02)
        yield Traffic(folder / "access.log")
    finally:
        end()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
        return True
    return False


def serve_from_memory(folder: Path, port: int) -> None:
    """Serve the files from memory, each answer made beforehand."""
    answers: dict[str, tuple[bytes, bytes, bytes]] = {}
    for file in (folder / "public").rglob("*.gz"):
        body = file.read_bytes()
        tag = b'"' + hashlib.sha256(body).hexdigest()[:16].encode() + b'"'
        path = "/" + str(file.relative_to(folder / "public")).removesuffix(".gz")
        kind = b"application/json" if path.startswith("/api/") else b"text/html; charset=utf-8"
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Encoding: gzip\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
        )
        answers[path] = (tag, head % (kind, tag, len(body)), body)
    log = (folder / "access.log").open("a", buffering=1)

    class Connection(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport, self.waiting = transport, b""

        def data_received(self, data: bytes) -> None:
            self.waiting += data
            while b"\r\n\r\n" in self.waiting:
                head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
                self.answer(head)

        def answer(self, head: bytes) -> None:
            method, uri, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            parts = urlsplit(uri)
            path = f"/api/{parse_qs(parts.query)['page'][0]}.json" if parts.path == API_PATH else parts.path
            tag, begin, body = answers.get(path, (b"", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b""))
            if tag and tag in head:
                begin, body = b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % tag, b""
            log.write(f"{method} {uri} {begin[9:12].decode()} {len(begin) + len(body)}\n")
            self.transport.write(begin + body)
            if b"connection: close" in head.lower():
                self.transport.close()

    async def forever() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Connection, "127.0.0.1", port, backlog=1024)
        await server.serve_forever()

    asyncio.run(forever())
