from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from scraper.archive import Archive, posts
from tests.cli.conftest import Command
from tests.web.conftest import NOW, a_post


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    with Archive(path, write=True, command="test") as archive, archive.write() as connection:
        posts.save(connection, a_post(1), lineage="live", now=NOW)
    return path


@pytest.fixture
def served(archive: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`scraper serve` as a process of its own, and the address that it told."""
    command = [sys.executable, "-m", "scraper", "serve", "--port", "0", "--server-name", "archive.example"]
    with subprocess.Popen(command, cwd=archive.parent, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/", said)
        yield process, address
        if process.poll() is None:
            process.kill()


def test_the_archive_is_served_on_loopback_until_it_is_interrupted(served: tuple[subprocess.Popen[str], str]) -> None:
    process, address = served
    assert "笔记 1" in httpx.get(f"{address}search", trust_env=False).text
    assert httpx.get(address, headers={"Host": "archive.example"}, trust_env=False).status_code == 200
    assert httpx.get(address, headers={"Host": "other.example"}, trust_env=False).status_code == 421
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


def test_no_archive_is_no_server(scraper: Command) -> None:
    ran = scraper("serve")
    assert ran.code == 4
    assert "no such archive" in ran.err


def test_a_port_that_is_taken_is_named(archive: Path, scraper: Command) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ran = scraper("serve", "--port", str(port))
    assert ran.code == 2
    assert f"127.0.0.1:{port}: cannot listen there" in ran.err


def test_an_address_that_others_reach_is_warned_of(archive: Path, scraper: Command) -> None:
    for host, warned in (("203.0.113.1", True), ("no.such.host.invalid", True), ("2001:db8::1", True)):
        ran = scraper("serve", "--host", host)
        assert ran.code == 2
        assert (f"warning: {host} can be reached by others" in ran.err) is warned
