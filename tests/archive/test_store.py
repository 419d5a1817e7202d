from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import text

from scraper.archive import Archive, EmptyArchiveWarning, posts
from scraper.archive.health import SCHEMA_HEAD
from scraper.archive.migrate import config
from scraper.archive.schema import metadata
from scraper.archive.views import VIEWS
from scraper.errors import ArchiveError, ArchiveLocked
from scraper.models import Post
from tests.archive.conftest import NOW


def make(path: Path) -> None:
    Archive(path, write=True).close()


def test_the_migrations_make_the_schema_that_the_code_uses(path: Path) -> None:
    from sqlalchemy import create_engine

    make(path)
    engine = create_engine("sqlite://")
    metadata.create_all(engine)

    def shape(connection: sqlite3.Connection, table: str) -> list[object]:
        described: list[object] = [row[1:] for row in connection.execute(f"PRAGMA table_info({table})")]
        described += sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({table})"))
        described += sorted(row[1:4] for row in connection.execute(f"PRAGMA index_list({table})"))
        return described

    with closing(sqlite3.connect(path)) as migrated, engine.connect() as made:
        wanted = made.connection.dbapi_connection
        assert wanted is not None
        for table in metadata.tables:
            assert shape(migrated, table) == shape(wanted, table), table
        strict = migrated.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict").fetchall()
        assert {name for (name,) in strict} == set(metadata.tables)
        views = migrated.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
        assert {name for (name,) in views} == set(VIEWS)
    engine.dispose()


def test_the_newest_migration_is_the_one_that_opening_expects() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(config()).get_current_head() == SCHEMA_HEAD


def test_pages_that_nothing_uses_any_more_are_given_back_at_the_end_of_a_run(path: Path, post: Post) -> None:
    with Archive(path, write=True) as archive:
        with archive.write() as connection:
            for number in range(60):
                one = replace(post, native_id=f"{number}", text=f"{number} " + "数据" * 2000)
                posts.save(connection, one, lineage="live", now=NOW)
        with archive.write() as connection:
            connection.execute(text("DELETE FROM search_state"))
            connection.execute(text("DELETE FROM posts"))
            full = connection.scalar(text("PRAGMA page_count"))
        archive.tidy(NOW)
        with archive.read() as connection:
            assert connection.scalar(text("PRAGMA freelist_count")) == 0
            assert connection.scalar(text("PRAGMA page_count")) < full / 2


def test_an_archive_keeps_its_promises_to_sqlite(path: Path) -> None:
    with Archive(path, write=True) as archive, archive.read() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in names}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_closing_folds_the_log_into_the_file(path: Path, post: Post) -> None:
    with Archive(path, write=True) as archive, archive.write() as connection:
        posts.save(connection, post, lineage="live", now=NOW)
    log = path.with_name("archive.db-wal")
    assert not log.exists() or log.stat().st_size == 0


def test_a_failed_transaction_leaves_nothing(path: Path, post: Post) -> None:
    with Archive(path, write=True) as archive:
        with suppress(ZeroDivisionError), archive.write() as connection:
            posts.save(connection, post, lineage="live", now=NOW)
            raise ZeroDivisionError
        assert list(archive.posts()) == []


def test_a_reader_cannot_write(path: Path) -> None:
    make(path)
    with Archive(path) as archive, pytest.raises(ArchiveError, match="read-only"), archive.write() as connection:
        connection.execute(text("DELETE FROM posts"))


def test_a_reader_needs_no_lock_and_sees_a_consistent_state_while_a_writer_works(path: Path, post: Post) -> None:
    with Archive(path, write=True) as writer, Archive(path) as reader:
        with writer.write() as connection:
            posts.save(connection, post, lineage="live", now=NOW)
            assert list(reader.posts()) == []
        assert [record["native_id"] for record in reader.posts()] == ["1001"]


def test_opening_an_archive_again_drops_no_lock_of_this_process(path: Path) -> None:
    code = f"from scraper import Archive; Archive({str(path)!r}, write=True).close()"
    make(path)
    with Archive(path) as reader, reader.read() as connection:
        connection.scalar(text("SELECT count(*) FROM posts"))
        Archive(path).close()
        subprocess.run([sys.executable, "-c", code], check=True)
        assert path.with_name("archive.db-wal").exists()  # another process must not take itself for the last
        assert connection.scalar(text("SELECT count(*) FROM posts")) == 0


def test_a_second_writer_is_told_who_holds_the_archive(path: Path) -> None:
    with Archive(path, write=True, command="crawl"):
        with pytest.raises(ArchiveLocked) as caught:
            Archive(path, write=True)
        assert f"crawl, pid {os.getpid()}, since 20" in str(caught.value)
        assert caught.value.exit_code == 3
    make(path)


def test_a_killed_writer_leaves_no_lock(path: Path) -> None:
    code = f"from scraper import Archive; import os; a = Archive({str(path)!r}, write=True); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    make(path)


def _increment(path: str, times: int) -> None:
    from scraper.archive.store import _engine

    engine = _engine(Path(path), write=True)
    for _ in range(times):
        with engine.begin() as connection:
            held = connection.scalar(text("SELECT failures FROM hosts"))
            connection.execute(text("UPDATE hosts SET failures = :n"), {"n": (held or 0) + 1})
    engine.dispose()


def test_a_read_then_a_write_in_four_processes_loses_no_update(path: Path) -> None:
    with Archive(path, write=True) as archive, archive.write() as connection:
        connection.execute(text("INSERT INTO hosts (host, failures) VALUES ('h', 0)"))
    processes = [get_context("spawn").Process(target=_increment, args=(str(path), 25)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    with Archive(path) as reader, reader.read() as connection:
        assert connection.scalar(text("SELECT failures FROM hosts")) == 100


def unusable(path: Path, kind: str) -> None:
    match kind:
        case "text":
            path.write_text("just some words, longer than the header of a database " * 10)
        case "short":
            path.write_bytes(b"SQLite format 3\0")
        case "foreign":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE somebody_elses (x)")
                connection.commit()
        case "truncated":
            make(path)
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "broken":
            make(path)
            body = bytearray(path.read_bytes())
            body[8192 * 2 : 8192 * 9] = b"\xff" * (8192 * 7)
            path.write_bytes(body)
        case "newer":
            make(path)
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("UPDATE alembic_version SET version_num = '9999'")
                connection.commit()
        case "folder":
            path.mkdir()


@pytest.mark.parametrize("kind", ["text", "short", "foreign", "truncated", "broken", "newer", "folder"])
def test_what_is_no_usable_archive_is_refused_and_left_as_it_is(path: Path, kind: str) -> None:
    unusable(path, kind)
    before = None if kind == "folder" else path.read_bytes()
    with pytest.raises(ArchiveError) as caught:
        Archive(path, write=True)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert caught.value.exit_code == 4
    if before is not None:
        assert path.read_bytes() == before


def test_a_missing_archive_is_made_for_a_writer_and_refused_to_a_reader(path: Path) -> None:
    with pytest.raises(ArchiveError, match="no such archive"):
        Archive(path)
    assert not path.exists()
    make(path)
    assert path.exists()


def test_an_archive_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="folder does not exist"):
        Archive(tmp_path / "nowhere" / "archive.db", write=True)


def test_an_empty_file_becomes_an_archive_with_a_warning(path: Path) -> None:
    path.touch()
    with pytest.raises(ArchiveError, match="empty file"):
        Archive(path)
    with pytest.warns(EmptyArchiveWarning):
        make(path)
    Archive(path).close()
