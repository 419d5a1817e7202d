from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scraper.archive import Archive, frontier
from scraper.settings import current_time
from tests.blog import CHALLENGE, Blog
from tests.cli.conftest import Command


def test_status_tells_of_each_source_and_host_in_a_line(
    blog: Blog, crawl: Command, scraper: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = blog.base.removeprefix("http://")
    tonight = ("crawl", "--allow-host", host, "--delay", "0", "--quiet")
    scraper("add", blog.author, "--site", "csdn")
    assert f"source {blog.author}: 0 of ? posts, never well yet\n" in scraper("status").out
    monkeypatch.setenv("SCRAPER_NOW", "2026-11-20T02:00:00Z")
    scraper(*tonight)
    said = scraper("status").out
    assert "next due: 2026-11-21 10:00\n" in said
    assert "last run without trouble: 2026-11-20 10:00\n" in said
    assert f"source {blog.author}: 5 of 5 posts, well at 2026-11-20 10:00, new 5, next due 2026-11-21 10:00\n" in said

    monkeypatch.setenv("SCRAPER_NOW", "2026-11-21T02:00:01Z")
    for number in range(1, 6):
        blog.answers[f"/lin/article/details/{1000 + number}"] = (521, {}, CHALLENGE.encode())
    blog.listed_total = 7
    scraper(*tonight)
    said = scraper("status").out
    assert f"host {host}: paused until 2026-11-21 16:00: " in said
    assert re.search(r", failing [1-5], next due ", said)
    assert ": 5 of 7 posts found, 2 missing\n" in said
    assert "crawl  failed (1)  " in scraper("runs", "--limit", "1").out
    assert f"    {blog.author}: 5 of 7 posts found, 2 missing\n" in scraper("runs", "--limit", "1").out


def test_status_names_failing_hosts_and_pages_that_were_set_aside(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.author)
    with Archive("archive.db", write=True) as archive, archive.write() as connection:
        row = frontier.find(connection, "csdn/1003")
        assert row is not None
        frontier.failed(connection, row["id"], current_time(), "set aside by version 0.1.0: x\x1b", state="skipped")
        connection.exec_driver_sql("UPDATE hosts SET failures = 3")
    said = scraper("status").out
    assert f"host {blog.base.removeprefix('http://')}: failing: 3 addresses in a row\n" in said
    assert f"{blog.post(3)}: set aside by version 0.1.0: x \n" in said
    (state,) = map(json.loads, scraper("status", "--json").out.splitlines())
    assert state["set_aside"] == [{"url": blog.post(3), "reason": "set aside by version 0.1.0: x\x1b"}]
    assert state["next_due_at"] > "2026"


def test_a_run_that_did_not_end_has_no_duration(scraper: Command, tmp_path: Path) -> None:
    from scraper.archive import runs

    with Archive(tmp_path / "archive.db", write=True) as archive, archive.write() as connection:
        for _ in range(2):
            runs.start(connection, "crawl", {}, current_time())
    running, crashed = scraper("runs").out.splitlines()
    assert running.endswith("crawl  running")
    assert crashed.endswith("crawl  crashed")
    rows = [json.loads(line) for line in scraper("runs", "--json").out.splitlines()]
    assert [row["duration_s"] for row in rows] == [None, None]
    assert "last run without trouble: never" in scraper("status").out
