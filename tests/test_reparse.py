from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from scraper.archive import Archive
from scraper.archive.records import Filters
from scraper.crawl import crawl
from scraper.import_files import find_files, import_files
from scraper.parallel import batches, map_jobs
from scraper.reparse import reparse
from scraper.settings import Settings
from tests.blog import Blog, serve
from tests.crawl.conftest import NOW


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive of three crawled posts, of two of which an older reader made less."""
    with Archive(tmp_path / "archive.db", write=True) as archive:
        with serve(Blog(count=3)) as blog:
            settings = Settings(delay_s=0, allow_hosts=(blog.base.removeprefix("http://"),), site="csdn")
            crawl([blog.author], archive, settings, now=NOW)
        with archive.write() as connection:
            for native_id in ("1001", "1002"):
                connection.execute(
                    text(
                        "UPDATE revisions SET title = 'old', digest = 'old', parser = 'csdn/0'"
                        " WHERE post_id = (SELECT id FROM posts WHERE native_id = :id)"
                    ),
                    {"id": native_id},
                )
        yield archive


def state(archive: Archive) -> dict[str, tuple[str, str, int]]:
    return {r["native_id"]: (r["title"], r["origin"], r["revision"]) for r in archive.posts()}


def test_what_a_better_reader_gives_becomes_a_revision_of_its_own_origin(archive: Archive) -> None:
    before = archive.get("1001")
    report = reparse(archive, Filters(), NOW)
    assert report.counts == {"read": 3, "changed": 2, "unchanged": 1, "failed": 0}
    assert report.exit_code == 0
    assert state(archive) == {
        "1001": ("星火笔记 1", "reparse", 2),
        "1002": ("星火笔记 2", "reparse", 2),
        "1003": ("星火笔记 3", "live", 1),
    }
    after = archive.get("1001")
    assert before is not None
    assert after is not None
    assert after["checked_at"] == before["checked_at"]
    assert reparse(archive, Filters(), NOW).counts["unchanged"] == 3
    with archive.read() as connection:
        log = connection.execute(text("SELECT command, outcome FROM run_log ORDER BY id DESC LIMIT 1")).one()
    assert tuple(log) == ("reparse", "done")


def test_it_can_be_limited_by_site_date_and_parser(archive: Archive) -> None:
    assert reparse(archive, Filters(), NOW, parser="csdn/0", dry_run=True, show=lambda line: None).counts["read"] == 2
    assert reparse(archive, Filters(site="juejin"), NOW).counts == {}
    assert reparse(archive, Filters(since=NOW), NOW).counts == {}


def test_a_dry_run_shows_the_differences_and_stores_nothing(archive: Archive) -> None:
    lines: list[str] = []
    held = state(archive)
    report = reparse(archive, Filters(), NOW, dry_run=True, show=lines.append)
    assert report.counts["changed"] == 2
    assert "csdn/1001  星火笔记 1" in lines
    assert "  title: old -> 星火笔记 1" in lines
    assert state(archive) == held


def test_one_bad_snapshot_is_named_and_stops_nothing(archive: Archive) -> None:
    with archive.write() as connection:
        blob = "(SELECT f.blob_id FROM posts p JOIN fetches f ON f.id = p.fetch_id WHERE p.native_id = '1003')"
        connection.execute(text(f"UPDATE blobs SET data = x'00' WHERE id = {blob}"))
    report = reparse(archive, Filters(), NOW)
    assert report.exit_code == 1
    assert re.fullmatch("its snapshot is lost: .*damaged.*", dict(report.failures)["csdn/1003"])
    assert report.counts["changed"] == 2


def test_a_snapshot_that_is_no_article_any_more_changes_nothing(archive: Archive) -> None:
    with archive.write() as connection:
        blob_id = archive.blobs.put(connection, b"<html><body></body></html>", family="", now=NOW)
        connection.execute(text("UPDATE fetches SET blob_id = :id WHERE kind = 'page'"), {"id": blob_id})
    held = state(archive)
    report = reparse(archive, Filters(), NOW)
    assert len(report.failures) == 3
    assert all("no article any more" in reason for _, reason in report.failures)
    assert state(archive) == held


def test_imported_files_are_read_again_too(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text("---\ntitle: 甲\n---\n正文\n", "utf-8")
    with Archive(tmp_path / "files.db", write=True) as archive:
        import_files(find_files([tmp_path / "posts"]), archive, NOW)
        assert reparse(archive, Filters(), NOW).counts == {"read": 1, "unchanged": 1, "failed": 0}


def test_a_crawl_with_a_better_reader_makes_no_edit_of_it(archive: Archive, tmp_path: Path) -> None:
    with archive.read() as connection:
        base = str(connection.scalar(text("SELECT url FROM frontier LIMIT 1"))).partition("/lin")[0]
    with serve(Blog(count=3)) as blog:
        with archive.write() as connection:
            for table in ("frontier", "fetches", "posts"):
                update = f"UPDATE {table} SET url = replace(url, :old, :new)"
                connection.execute(text(update), {"old": base, "new": blog.base})
            host = blog.base.removeprefix("http://")
            connection.execute(text("UPDATE frontier SET host = :host, etag = ''"), {"host": host})
        settings = Settings(delay_s=0, allow_hosts=(host,), site="csdn", full=True)
        blog.edits[2] = "<p>这一篇真的改过。</p>"
        crawl([blog.author], archive, replace(settings), now=NOW)
    origins = {native_id: origin for native_id, (_, origin, _) in state(archive).items()}
    assert origins == {"1001": "reparse", "1002": "live", "1003": "live"}


def double(number: int) -> int:
    return 2 * number


def test_jobs_come_back_in_order_whether_few_or_many() -> None:
    assert list(map_jobs(double, range(5), number=5)) == [0, 2, 4, 6, 8]
    assert list(map_jobs(double, range(200), number=200, cores=2)) == [2 * n for n in range(200)]
    assert [len(batch) for batch in batches(range(120))] == [50, 50, 20]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to a core")
def test_a_process_that_is_bound_to_one_core_starts_no_others() -> None:
    program = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from scraper.parallel import map_jobs;"
        "print(set(map_jobs(lambda job: os.getpid(), range(200), number=200)) == {os.getpid()})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]


def test_a_process_that_reads_loads_no_database_and_one_that_hands_out_work_loads_no_readers() -> None:
    heavy = "{'sqlalchemy', 'httpx', 'alembic'} & set(sys.modules), {'lxml', 'bs4', 'markdownify'} & set(sys.modules)"
    read = f"import sys, scraper.read, scraper.batch_reading; print(*map(len, ({heavy})))"
    handed_out = f"import sys, scraper.reparse, scraper.import_files; print(*map(len, ({heavy})))"
    said = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
        for program in (read, handed_out)
    ]
    assert said == [["0", "3"], ["1", "0"]]
