"""A monitor on loopback that takes signals: health pings, webhooks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Monitor:
    """What arrived: method, path with query, body. ``status`` is what it answers."""

    base: str = ""
    status: int = 200
    location: str = ""
    taken: list[tuple[str, str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.base.removeprefix("http://")


@contextmanager
def listen() -> Iterator[Monitor]:
    """Take signals on a port of its own."""
    monitor = Monitor()

    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            monitor.taken.append((self.command, self.path, body))
            monitor.headers.append(dict(self.headers))
            self.send_response(monitor.status)
            if monitor.location:
                self.send_header("Location", monitor.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        def do_GET(self) -> None:
            self.take()

        def do_POST(self) -> None:
            self.take()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    monitor.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield monitor
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
