from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.blog import Blog, serve

STABLE = (
    "site, native_id, url, title, author, author_id, kind, published_at, updated_at, categories, tags, markdown, text,"
    " read_count, status, origin, revision, revisions, snapshot_sha256"
)
POSTS = 60


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve(Blog(count=POSTS)) as blog:
        yield blog


def command(blog: Blog, path: Path, *more: str) -> list[str]:
    host = blog.base.removeprefix("http://")
    return [sys.executable, "-m", "scraper", "crawl", blog.author, "--site", "csdn", "--allow-host", host,
            "--db", str(path), *more]  # fmt: skip


def start(blog: Blog, path: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(command(blog, path, *more), stderr=subprocess.PIPE, text=True)


def wait_until_served(blog: Blog, number: int) -> None:
    deadline = time.monotonic() + 20
    while sum(blog.served.values()) < number:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def stored(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {STABLE} FROM records ORDER BY native_id").fetchall()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_crawl_cleanly_with_what_was_read(blog: Blog, tmp_path: Path, number: int, code: int) -> None:
    path = tmp_path / "archive.db"
    process = start(blog, path, "--delay", "0.05")
    wait_until_served(blog, 8)
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=10)
    assert time.monotonic() - began < 8
    assert process.returncode == code
    assert said == "scraper: interrupted: what was read is stored; run the same command to go on\n"
    assert len(stored(path)) >= 3
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT outcome, exit_code FROM runs").fetchall() == [("interrupted", code)]
