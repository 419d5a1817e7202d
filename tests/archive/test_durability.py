"""What an archive withstands: kills, torn logs, several at once, full and read-only disks, files that are none."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from scraper.archive import Archive, posts
from scraper.errors import ArchiveError
from scraper.models import Post
from tests.archive.conftest import NOW
from tests.bench.kill import kill_crawls
from tests.blog import Blog, serve

KILLS = int(os.environ.get("SCRAPER_KILLS", "6"))
"""The issue asks for 100: `python -m tests.bench.kill`, or this variable."""


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve(Blog(count=20)) as blog:
        yield blog


def crawl(blog: Blog, path: Path, *more: str) -> subprocess.Popen[str]:
    host = blog.base.removeprefix("http://")
    command = [sys.executable, "-m", "scraper", "crawl", blog.author, "--site", "csdn", "--allow-host", host]
    return subprocess.Popen([*command, "--db", str(path), "--quiet", *more], stderr=subprocess.PIPE, text=True)


def save(archive: Archive, post: Post, number: int) -> None:
    with archive.write() as connection:
        one = replace(post, native_id=str(number), url="", text=f"第 {number} 篇" + "正文。" * 300)
        posts.save(connection, one, lineage="live", now=NOW)


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO post_fts (post_fts) VALUES ('integrity-check')")
        connection.rollback()
        whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return whole and not connection.execute("PRAGMA foreign_key_check").fetchall()


def test_crawls_killed_at_any_moment_lose_nothing_and_go_on_to_the_same_records(tmp_path: Path) -> None:
    with serve(Blog(count=30)) as blog:
        tally = kill_crawls(blog, tmp_path, KILLS)
    assert tally.kills == KILLS
    assert tally.well, tally.table() + "\n".join(tally.unsound)


def test_a_torn_or_damaged_log_opens_as_an_earlier_state(path: Path, post: Post) -> None:
    chance = random.Random(51)
    with Archive(path, write=True) as archive:
        for number in range(1, 9):
            save(archive, post, number)
        main, log = path.read_bytes(), path.with_name("archive.db-wal").read_bytes()
    seen = set()
    for number in range(24):
        copy = path.parent / f"torn-{number}" / "archive.db"
        copy.parent.mkdir()
        copy.write_bytes(main)
        torn = bytearray(log[: chance.randrange(len(log))] if number % 2 else log)
        if not number % 2:
            at = chance.randrange(len(torn))
            torn[at] ^= 1 << chance.randrange(8)
        copy.with_name("archive.db-wal").write_bytes(torn)
        with Archive(copy) as reader:
            held = sorted(int(record["native_id"]) for record in reader.posts())
        assert held == list(range(1, len(held) + 1))
        assert is_sound(copy)
        with Archive(copy, write=True) as archive:
            save(archive, post, 99)
        assert is_sound(copy)
        seen.add(len(held))
    assert len(seen) > 3


def test_of_five_crawls_at_once_one_works_and_the_others_say_who(blog: Blog, path: Path) -> None:
    crawls = [crawl(blog, path, "--delay", "0.05") for _ in range(5)]
    said = [(process.communicate()[1], process.returncode) for process in crawls]
    assert sorted(code for _, code in said) == [0, 3, 3, 3, 3]
    (worker,) = [process for process in crawls if process.returncode == 0]
    for line, code in said:
        if code == 3:
            assert re.search(rf"another run holds it: crawl, pid {worker.pid}, since 20\d\d-", line), line
            assert line.count("\n") == 1
    assert max(blog.served.values()) == 1
    assert is_sound(path)


def test_readers_see_no_lock_while_a_crawl_writes_and_the_log_is_small_after(blog: Blog, path: Path) -> None:
    Archive(path, write=True).close()
    process = crawl(blog, path, "--delay", "0.05")
    read = 0
    with Archive(path) as long, long.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM posts")) == 0
        while process.poll() is None:
            with Archive(path) as reader:
                assert len(reader.search("昇思").hits) <= 20
                read += 1
        assert connection.scalar(text("SELECT count(*) FROM posts")) == 0
    assert (process.communicate()[1], process.returncode) == ("", 0)
    assert read > 3
    with Archive(path, write=True) as archive:
        assert len(list(archive.posts())) == 20
    log = path.with_name("archive.db-wal")
    assert not log.exists() or log.stat().st_size == 0


def test_a_signal_ends_a_crawl_soon_though_a_reader_does_not_end(blog: Blog, path: Path) -> None:
    Archive(path, write=True).close()
    with Archive(path) as reader, reader.read() as connection:
        connection.execute(text("SELECT count(*) FROM posts"))
        process = crawl(blog, path, "--delay", "0.1")
        while sum(blog.served.values()) < 5:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.01)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 143
        assert time.monotonic() - began < 8
        process.communicate()
    assert is_sound(path)


def test_a_writer_waits_for_another_program_and_says_so_if_that_does_not_end(path: Path, post: Post) -> None:
    Archive(path, write=True).close()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Archive(path, write=True, wait_s=0.2) as archive, pytest.raises(ArchiveError, match="keeps writing to it"):
            save(archive, post, 1)
        with Archive(path, write=True) as archive:
            release = threading.Timer(0.3, other.execute, ["COMMIT"])
            release.start()
            save(archive, post, 1)
            release.join()
            assert len(list(archive.posts())) == 1


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False)
    if not done or done.returncode:
        pytest.skip("cannot mount a tmpfs here: a full and a read-only disk are not tried")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_on_a_full_disk_what_was_stored_is_safe_and_the_crawl_says_so(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "2m") as disk, serve(Blog(count=30)) as blog:
        for number in range(1, 31):
            noise = random.Random(number).randbytes(60_000).hex()
            blog.edits[number] = f"<p>第 {number} 篇 {noise}</p>"
        process = crawl(blog, disk / "archive.db", "--delay", "0")
        said = process.communicate()[1]
        assert process.returncode == 4
        assert "the disk is full" in said
        assert "Traceback" not in said
        (disk / "archive.db.lock").unlink()
        shutil.copytree(disk, tmp_path / "copy")
    assert is_sound(tmp_path / "copy" / "archive.db")


def test_a_read_only_disk_is_read_and_a_writer_told(blog: Blog, tmp_path: Path, post: Post) -> None:
    with mounted(tmp_path / "disk", "4m") as disk:
        path = disk / "archive.db"
        with Archive(path, write=True) as archive:
            save(archive, post, 1)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with Archive(path) as reader:
            assert len(reader.search("正文").hits) == 1
        before = path.read_bytes()
        process = crawl(blog, path)
        said = process.communicate()[1]
        assert (process.returncode, said.count("\n")) == (4, 1)
        assert str(path) in said
        assert path.read_bytes() == before
    assert not blog.served
