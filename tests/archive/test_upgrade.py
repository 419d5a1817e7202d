"""Archives of earlier schemas, kept as the SQL that makes them, opened by this version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive import Archive
from scraper.archive.creation import shape_of
from scraper.archive.health import SCHEMA_HEAD
from scraper.archive.views import VIEWS
from scraper.errors import ArchiveError

OLDER = sorted(Path(__file__).parent.glob("schema_*.sql"))


PARTS = [
    f"SELECT * FROM {view} ORDER BY record_id, position"
    for view in ("record_code", "record_links", "record_images", "record_tags")
]


def schema_of(path: Path) -> str:
    """Return the schema that an archive says it has."""
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.fixture(params=OLDER, ids=[file.stem for file in OLDER])
def older(request: pytest.FixtureRequest, path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(request.param.read_text("utf-8"))
    return path


def test_there_is_an_archive_of_every_schema_before_this_one() -> None:
    assert [file.stem for file in OLDER] == [f"schema_{n:04}" for n in range(1, int(SCHEMA_HEAD))]


def test_an_older_archive_is_brought_up_with_all_that_it_holds(older: Path) -> None:
    with closing(sqlite3.connect(older)) as connection:
        kept = connection.execute("SELECT * FROM records ORDER BY id").fetchall()
        history = connection.execute("SELECT * FROM record_revisions ORDER BY record_id, revision").fetchall()
        parts = [connection.execute(query).fetchall() for query in PARTS]
    with Archive(older, write=True) as archive:
        assert [hit.record["native_id"] for hit in archive.search("死锁").hits] == ["1002"]
        assert len(archive.search("人工智能").hits) == 3
        assert archive.search("死锁").notes == ()
    with closing(sqlite3.connect(older)) as connection:
        assert connection.execute("SELECT * FROM records ORDER BY id").fetchall() == kept
        columns = "SELECT * FROM record_revisions ORDER BY record_id, revision"
        assert connection.execute(columns).fetchall() == history
        assert [connection.execute(query).fetchall() for query in PARTS] == parts
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(SCHEMA_HEAD,)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        views = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
        assert {name for (name,) in views} == set(VIEWS)


def test_an_older_archive_has_in_the_end_the_tables_of_a_new_one(older: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    for path in (older, new):
        Archive(path, write=True).close()
    held, wanted = shape_of(older), shape_of(new)
    assert held.keys() == wanted.keys()
    assert {name for name in held if held[name] != wanted[name]} == set()


def test_before_that_a_copy_is_left_beside_it(older: Path) -> None:
    before, schema = older.read_bytes(), schema_of(older)
    Archive(older, write=True).close()
    (copy,) = older.parent.glob("archive.db.before-upgrade-*[0-9]")
    assert schema_of(copy) == schema < schema_of(older)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (3,)
    assert before != older.read_bytes()


def test_a_reader_of_an_older_archive_says_what_to_do_and_changes_nothing(older: Path) -> None:
    before = older.read_bytes()
    with pytest.raises(ArchiveError, match="run `scraper upgrade` once"):
        Archive(older)
    assert older.read_bytes() == before


def test_a_migration_that_fails_leaves_the_archive_as_it_was(older: Path) -> None:
    schema = schema_of(older)
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("CREATE TABLE old_code_blocks (in_the_way)")
        connection.commit()
    with pytest.raises(ArchiveError, match="could not be migrated"):
        Archive(older, write=True)
    assert schema_of(older) == schema
    with closing(sqlite3.connect(older)) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (3,)


def test_an_archive_whose_first_writer_was_stopped_before_there_was_a_schema_is_finished(path: Path) -> None:
    from scraper.archive.creation import connect

    connection = connect(path)
    started = path.read_bytes()
    connection.close()
    path.write_bytes(started)
    with Archive(path, write=True) as archive:
        assert list(archive.posts()) == []
    assert not list(path.parent.glob("*before-upgrade*"))
