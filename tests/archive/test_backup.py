from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive import Archive, posts
from scraper.archive.backup import back_up
from scraper.errors import ArchiveError, UsageError
from scraper.models import Post
from tests.archive.conftest import NOW


def test_a_backup_holds_what_was_stored_when_it_was_made(archive: Archive, path: Path, post: Post) -> None:
    with archive.write() as connection:
        posts.save(connection, post, lineage="live", now=NOW)
    target = path.with_name("copy.db")
    assert back_up(path, target) == target.stat().st_size
    assert [file.name for file in path.parent.glob("copy*")] == ["copy.db"]
    with Archive(target) as kept:
        assert [record["title"] for record in kept.posts()] == [post.title]
        assert len(kept.search("昇思").hits) == 1


def test_a_backup_is_made_while_another_writes(archive: Archive, path: Path, post: Post) -> None:
    with archive.write() as connection:
        posts.save(connection, post, lineage="live", now=NOW)
        back_up(path, path.with_name("copy.db"))
    with Archive(path.with_name("copy.db")) as kept:
        assert list(kept.posts()) == []


def test_a_backup_never_takes_the_place_of_a_file(archive: Archive, path: Path) -> None:
    for name in ("copy.db", "other.db.part"):
        path.with_name(name).write_text("precious")
    for name in ("copy.db", "other.db"):
        with pytest.raises(UsageError):
            back_up(path, path.with_name(name))
    assert path.with_name("copy.db").read_text() == path.with_name("other.db.part").read_text() == "precious"


def test_a_backup_that_cannot_be_written_is_said(archive: Archive, path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be written"):
        back_up(path, path.parent / "nowhere" / "copy.db")


def test_a_copy_that_is_not_sound_is_not_kept(path: Path, post: Post) -> None:
    with Archive(path, write=True) as archive, archive.write() as connection:
        posts.save(connection, post, lineage="live", now=NOW)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE posts SET revision_id = 99")
        connection.commit()
    with pytest.raises(ArchiveError, match="not sound"):
        back_up(path, path.with_name("copy.db"))
    assert [file.name for file in path.parent.glob("copy*")] == []
