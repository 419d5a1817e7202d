from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive import Archive
from scraper.archive.check import check
from scraper.archive.creation import remake
from scraper.models import Post
from tests.archive.conftest import NOW
from tests.archive.pages import page, store


@pytest.fixture
def filled(path: Path, post: Post) -> Path:
    with Archive(path, write=True) as archive:
        for number in range(1, 5):
            store(archive, post, NOW, page(number), number=number)
    return path


def damage(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def wrong(path: Path, *, deep: bool = False) -> dict[str, str]:
    """Return what is wrong: each part's first fault."""
    with Archive(path) as archive:
        return {found.part: found.faults[0] for found in check(archive, deep=deep) if not found.ok}


@pytest.mark.parametrize("deep", [False, True])
def test_a_sound_archive_has_no_faults(filled: Path, deep: bool) -> None:
    before = filled.read_bytes()
    assert wrong(filled, deep=deep) == {}
    assert filled.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "part", "said"),
    [
        ("UPDATE blobs SET data = zeroblob(length(data)) WHERE id = 2", "snapshots", "1002"),
        ("UPDATE blobs SET dict_id = NULL WHERE id = 3", "snapshots", "1003"),
        ("DELETE FROM blobs WHERE id = 4", "keys", "blobs"),
        ("DROP VIEW record_tags", "schema", "view record_tags is missing"),
        ("DROP INDEX ix_posts_author_id", "schema", "index ix_posts_author_id is missing"),
        ("ALTER TABLE tags ADD COLUMN more TEXT", "schema", "table tags is not as"),
        ("DELETE FROM search_state WHERE post_id = 4", "index", "1 posts are not in it"),
        ("UPDATE search_state SET revision_id = 1 WHERE post_id = 2", "index", "post #2"),
        ("INSERT INTO post_fts (rowid, title) VALUES (9, 'x')", "index", "post #9 is in it"),
        ("DELETE FROM revision_texts WHERE revision_id = 2", "posts", "revision 1 of post #2 has no text"),
        ("UPDATE posts SET revision_id = NULL WHERE id = 3", "posts", "post #3 has no current"),
        ("INSERT INTO forgotten (site, native_id, at) VALUES ('csdn', '1001', '2026')", "posts", "to be forgotten"),
    ],
)  # fmt: skip
def test_a_fault_is_found_and_named(filled: Path, statement: str, part: str, said: str) -> None:
    damage(filled, statement)
    assert said in wrong(filled)[part]


@pytest.mark.parametrize(
    ("statements", "part"),
    [
        (["UPDATE revision_texts SET markdown = 'other' WHERE revision_id = 2"], "texts"),
        (["UPDATE revision_texts SET text = 'other words' WHERE revision_id = 2"], "words"),
        (["INSERT INTO char_fts (rowid, chars) VALUES (1, '鑫')"], "words"),
    ],
)  # fmt: skip
def test_a_deep_check_compares_texts_and_words(filled: Path, statements: list[str], part: str) -> None:
    damage(filled, *statements)
    assert wrong(filled) == {}
    assert part in wrong(filled, deep=True)


def test_a_broken_page_is_a_fault_and_no_traceback(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        found = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_posts_author_id'"
        number = connection.execute(found).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    body = bytearray(filled.read_bytes())
    body[size * (number - 1) : size * number] = b"\xff" * size
    filled.write_bytes(body)
    assert "file" in wrong(filled)


def test_what_is_only_spare_is_no_fault(filled: Path) -> None:
    damage(filled, "INSERT INTO tags (name) VALUES ('nobody''s')")
    with Archive(filled) as archive:
        (spare,) = [found for found in check(archive) if found.part == "spare"]
    assert (spare.ok, spare.number, spare.mend) == (True, 1, "`scraper compact` lets go of it")


def test_views_and_indexes_can_be_made_anew(filled: Path) -> None:
    damage(filled, "DROP VIEW record_tags", "DROP INDEX ix_posts_author_id")
    remake(filled)
    assert wrong(filled) == {}


def test_of_many_faults_the_first_are_named_and_all_are_counted(filled: Path) -> None:
    damage(filled, *(f"INSERT INTO post_fts (rowid, title) VALUES ({n}, 'x')" for n in range(100, 150)))
    with Archive(filled) as archive:
        (found,) = [found for found in check(archive) if found.part == "index"]
    assert (len(found.faults), found.number) == (20, 50)
