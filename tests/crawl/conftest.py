"""A blog on loopback, an archive, and a crawl of one into the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.archive import Archive
from scraper.crawl import Report, crawl
from scraper.settings import Settings
from tests.blog import Blog, serve

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

Crawl = Callable[..., Report]


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve(Blog()) as blog:
        yield blog


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db", write=True, command="test") as archive:
        yield archive


@pytest.fixture
def settings(blog: Blog) -> Settings:
    return Settings(delay_s=0, deadline_s=5, allow_hosts=(blog.base.removeprefix("http://"),), site="csdn")


@pytest.fixture
def run(blog: Blog, archive: Archive, settings: Settings) -> Crawl:
    """Crawl the author, or the given seeds, ``days`` after the first moment."""

    def run(*seeds: str, days: float = 0, sources: bool = False, **changed: object) -> Report:
        blog.served.clear()
        named = () if sources else (seeds or (blog.author,))
        return crawl(named, archive, replace(settings, **changed), now=NOW + timedelta(days=days))  # type: ignore[arg-type]

    return run
