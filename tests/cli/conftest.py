"""The command line, run in this process in a folder of its own."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.blog import Blog, serve


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def scraper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    from scraper.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger("scraper"), "handlers", [])

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["scraper", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Ran(int(str(ended.value.code)), printed.out, printed.err)

    return run


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve(Blog()) as blog:
        yield blog


@pytest.fixture
def crawl(scraper: Command, blog: Blog) -> Command:
    """Crawl the blog on loopback."""
    host = blog.base.removeprefix("http://")

    def run(*arguments: str) -> Ran:
        return scraper("crawl", "--site", "csdn", "--allow-host", host, "--delay", "0", *arguments)

    return run
