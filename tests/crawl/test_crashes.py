"""Pages that break the reader: what happens is driven through the archive, where a crash leaves its traces."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive import Archive, frontier, run_log, set_aside
from scraper.crawl import crawl
from scraper.crawl.crashes import note_crash
from scraper.crawl.ledger import Ledger
from scraper.settings import Settings
from tests.blog import Blog
from tests.crawl.conftest import NOW, Crawl


def break_reader(archive: Archive, url: str, run_id: int) -> None:
    """Leave what a reader leaves that failed on a page in a run."""
    ledger = Ledger(archive, run_id, lambda: NOW)
    with archive.read() as connection:
        row = frontier.find(connection, "csdn/1003")
    assert row is not None
    note_crash(ledger, row["id"], url, "the reader failed: ValueError: x", "Traceback …")
    ledger.flush()


def state_of(archive: Archive, key: str) -> tuple[str, str]:
    with archive.read() as connection:
        row = frontier.find(connection, key)
    assert row is not None
    return row["state"], row["reason"]


def test_a_page_that_breaks_the_reader_is_set_aside_in_the_third_run(archive: Archive, run: Crawl, blog: Blog) -> None:
    for days, state in ((0, "failed"), (1, "failed"), (2, "skipped")):
        report = run(days=days, full=True)
        break_reader(archive, blog.post(3), report.run_id)
        assert state_of(archive, "csdn/1003")[0] == state
    assert state_of(archive, "csdn/1003")[1].startswith("set aside by version ")
    with archive.read() as connection:
        assert [page["url"] for page in run_log.set_aside(connection)] == [blog.post(3)]
        (*_, last) = run_log.failures_of(connection, report.run_id)
    assert last[1].endswith("set aside after 3 runs, until a newer version comes")
    run(days=3, full=True)
    assert blog.served["/lin/article/details/1003"] == 0
    assert blog.served["/lin/article/details/1002"] == 1


def test_twice_in_one_run_counts_once(archive: Archive, run: Crawl, blog: Blog) -> None:
    report = run()
    for _ in range(4):
        break_reader(archive, blog.post(3), report.run_id)
    assert state_of(archive, "csdn/1003")[0] == "failed"


def test_a_newer_version_asks_again(archive: Archive, run: Crawl, blog: Blog) -> None:
    run()
    with archive.write() as connection:
        row = frontier.find(connection, "csdn/1003")
        assert row is not None
        frontier.failed(connection, row["id"], NOW, "set aside by version 0.0.1: broken", state="skipped")
    report = run(days=1)
    assert blog.served["/lin/article/details/1003"] == 1
    assert state_of(archive, "csdn/1003") == ("done", "")
    assert report.exit_code == 0


@pytest.fixture
def dying(tmp_path: Path, blog: Blog) -> Settings:
    return Settings(delay_s=0, allow_hosts=(blog.base.removeprefix("http://"),), site="csdn")


def test_a_page_at_which_runs_die_comes_last_and_is_set_aside_after_the_third(
    tmp_path: Path, blog: Blog, dying: Settings
) -> None:
    path = tmp_path / "dying.db"
    for night in range(4):
        with Archive(path, write=True, command="crawl") as archive:
            report = crawl([blog.author], archive, dying, now=NOW)
            with archive.read() as connection:
                row = frontier.find(connection, "csdn/1003")
        assert row is not None
        assert (row["state"], report.exit_code) == (("done", 0) if night < 3 else ("skipped", 1))
        # What a process that is killed while it reads leaves behind: its note in the lock's file.
        path.with_name("dying.db.lock").write_text('{"pid": 1, "reading": "csdn/1003"}')
    assert report.failures[0].reason.startswith("the reader failed: the run died while reading this page; set aside")
    with closing(sqlite3.connect(path)) as connection:
        logged = connection.execute("SELECT run_id, traceback <> '' FROM failures ORDER BY id").fetchall()
    assert logged == [(1, 1), (2, 1), (3, 1), (4, 0)]


def test_a_run_that_ends_leaves_no_page_behind(archive: Archive, run: Crawl) -> None:
    run()
    lock = archive.path.with_name("archive.db.lock")
    assert '"reading": ""' in lock.read_text()
    assert archive.left_reading == ""


@pytest.mark.parametrize("note", ["", "[]", "{", '{"reading": "csdn/unknown"}', "\x00\xff"])
def test_a_note_that_says_nothing_harms_nothing(tmp_path: Path, blog: Blog, dying: Settings, note: str) -> None:
    (tmp_path / "a.db.lock").write_text(note, "latin-1")
    with Archive(tmp_path / "a.db", write=True) as archive:
        assert crawl([blog.post(1)], archive, dying, now=NOW).exit_code == 0


def test_only_crashes_of_this_version_count(archive: Archive, run: Crawl, blog: Blog) -> None:
    report = run()
    break_reader(archive, blog.post(3), report.run_id)
    with archive.write() as connection:
        assert set_aside.crashes(connection, blog.post(3)) == 1
        connection.exec_driver_sql("UPDATE runs SET version = '0.0.1'")
        assert set_aside.crashes(connection, blog.post(3)) == 0
