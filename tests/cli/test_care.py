from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive import Archive
from scraper.archive.health import SCHEMA_HEAD
from tests.blog import Blog
from tests.cli.conftest import Command


@pytest.fixture
def filled(crawl: Command, blog: Blog) -> None:
    assert crawl(blog.author, "--quiet").code == 0


@pytest.mark.usefixtures("filled")
def test_check_says_that_all_is_well_or_what_is_wrong_and_how_to_mend_it(scraper: Command) -> None:
    ran = scraper("check")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == [
        "file", "schema", "keys", "posts", "snapshots", "index", "spare",
    ]  # fmt: skip
    assert all(json.loads(line)["ok"] for line in scraper("check", "--deep", "--json").out.splitlines())
    with closing(sqlite3.connect("archive.db")) as connection:
        connection.execute("UPDATE blobs SET data = zeroblob(9) WHERE id = 2")
        connection.execute("DELETE FROM search_state WHERE post_id = 5")
        connection.commit()
    ran = scraper("check")
    assert (ran.code, ran.err) == (4, "scraper: archive.db: not as it should be\n")
    assert "snapshots  1 fault\n" in ran.out
    assert "→ `scraper upgrade --reindex`" in ran.out
    failed = [json.loads(line) for line in scraper("check", "--json").out.splitlines()]
    assert {found["part"] for found in failed if not found["ok"]} == {"snapshots", "index"}


@pytest.mark.usefixtures("filled")
def test_upgrade_mends_the_index_and_says_what_it_did(scraper: Command) -> None:
    with closing(sqlite3.connect("archive.db")) as connection:
        connection.execute("UPDATE search_state SET revision_id = 1")
        connection.execute("DROP VIEW record_tags")
        connection.commit()
    assert scraper("upgrade", "--reindex").err == "archive.db: is of this version\n"
    assert scraper("check", "--deep").code == 0


def test_upgrade_brings_an_older_archive_up_and_names_the_backup(scraper: Command, tmp_path: Path) -> None:
    older = Path(__file__).parents[1] / "archive" / "schema_0001.sql"
    with closing(sqlite3.connect(tmp_path / "archive.db")) as connection:
        connection.executescript(older.read_text("utf-8"))
    assert scraper("search", "死锁").code == 4
    assert scraper("backup", "before.db").code == 0
    said = scraper("upgrade").err
    assert said.startswith(
        f"archive.db: schema 0001 → {SCHEMA_HEAD}; the archive as it was: archive.db.before-upgrade-"
    )
    assert "数据库的锁（改）" in scraper("search", "死锁").out


@pytest.mark.usefixtures("filled")
def test_backup_writes_a_checked_copy_and_never_over_a_file(scraper: Command, tmp_path: Path) -> None:
    assert scraper("backup", "copy.db").err.endswith(" MB, checked\n")
    ran = scraper("backup", "copy.db")
    assert (ran.code, ran.err) == (2, "scraper: copy.db: exists; a backup never takes the place of a file\n")
    (tmp_path / "folder").mkdir()
    assert scraper("backup", "folder").code == 0
    (named,) = (tmp_path / "folder").iterdir()
    with Archive(named) as copy:
        assert len(list(copy.posts())) == 5


@pytest.mark.usefixtures("filled")
def test_compact_says_how_large_the_file_was_and_is(scraper: Command) -> None:
    assert " MB → " in scraper("compact").err
    assert scraper("check", "--deep").code == 0


def test_forget_removes_a_post_which_is_not_fetched_again(crawl: Command, scraper: Command, blog: Blog) -> None:
    crawl(blog.author)
    assert scraper("forget", "1003", "--dry-run").out == "csdn/1003  星火笔记 3\n"
    assert scraper("show", "1003").code == 0
    ran = scraper("forget", "1003")
    assert (ran.code, ran.err) == (0, "archive.db: 1 posts forgotten\n")
    assert scraper("show", "1003").code == 2
    blog.served.clear()
    assert crawl(blog.author, "--full").code == 0
    assert blog.served["/lin/article/details/1003"] == 0
    assert scraper("show", "1003").code == 2
    assert scraper("forget", "1003").code == 2


def test_forget_removes_an_author(crawl: Command, scraper: Command, blog: Blog) -> None:
    crawl(blog.author)
    assert len(scraper("forget", "csdn/lin").out.splitlines()) == 5
    assert scraper("search", "昇思").err == "nothing found\n"
    blog.served.clear()
    crawl(blog.author)
    assert scraper("search", "昇思").err == "nothing found\n"
    assert sum("/details/" in path for path in blog.served) == 0


def test_what_is_no_archive_is_not_backed_up(scraper: Command, tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_text("words " * 100)
    ran = scraper("backup", "copy.db")
    assert (ran.code, ran.err.count("\n")) == (4, 1)
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("command", [("compact",), ("upgrade",), ("forget", "1"), ("check",), ("backup", "copy.db")])
def test_care_makes_no_archive_where_there_is_none(scraper: Command, tmp_path: Path, command: tuple[str, ...]) -> None:
    ran = scraper(*command)
    assert (ran.code, len(ran.err.splitlines())) == (4, 1)
    assert "no such archive" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("filled")
def test_long_work_says_on_a_terminal_how_far_it_is(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    reading, writing = os.openpty()
    command = [sys.executable, "-m", "scraper", "upgrade", "--reindex"]
    done = subprocess.run(command, cwd=tmp_path, stderr=writing, check=False)
    os.close(writing)
    said = os.read(reading, 10_000).decode()
    os.close(reading)
    assert done.returncode == 0
    assert "search index: 5 of 5 posts" in said
