"""Files that are no usable archive: one line, exit 4, the file as it was, and no request before that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive.test_store import unusable
from tests.blog import Blog
from tests.cli.conftest import Command


@pytest.mark.parametrize("kind", ["text", "short", "foreign", "truncated", "broken", "newer", "folder"])
def test_what_is_no_usable_archive_is_said_before_any_request_is_sent(
    crawl: Command, blog: Blog, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "archive.db"
    unusable(path, kind)
    before = None if kind == "folder" else path.read_bytes()
    ran = crawl(blog.author)
    assert (ran.code, ran.out, ran.err.count("\n")) == (4, "", 1)
    assert ran.err.startswith("scraper: archive.db: ")
    assert not blog.served
    assert before is None or path.read_bytes() == before
