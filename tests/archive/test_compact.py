from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from scraper.archive import Archive, runs
from scraper.archive.blobs import MAX_DICTIONARIES
from scraper.archive.check import check
from scraper.archive.compact import compact
from scraper.models import Post
from tests.archive.conftest import NOW
from tests.archive.pages import page, store


def fill(archive: Archive, post: Post) -> dict[int, bytes]:
    """Store pages of five templates in turn, more than a crawl has dictionaries for at a time."""
    bodies = {n: page(n, template=n % 5 if n < 10 else n % 2) for n in range(1, 25)}
    for number, body in bodies.items():
        store(archive, post, NOW, body, number=number)
    return bodies


def test_every_snapshot_is_the_same_and_takes_less(archive: Archive, post: Post) -> None:
    bodies = fill(archive, post)
    done = compact(archive, NOW)
    assert done.snapshots_after_bytes < 0.9 * done.snapshots_before_bytes
    assert done.after_bytes < done.before_bytes
    with archive.read() as connection:
        ids = connection.scalars(text("SELECT id FROM blobs ORDER BY id")).all()
        assert [archive.blobs.get(connection, blob_id) for blob_id in ids] == list(bodies.values())
        assert connection.scalar(text("SELECT count(*) FROM blob_dicts")) <= MAX_DICTIONARIES
        chained = "SELECT count(*) FROM blobs b JOIN blob_dicts d ON d.blob_id = b.id WHERE b.dict_id IS NOT NULL"
        assert connection.scalar(text(chained)) == 0
    assert all(found.ok and not found.number for found in check(archive, deep=True))


def test_doing_it_again_changes_nothing_and_later_pages_use_the_new_dictionary(archive: Archive, post: Post) -> None:
    fill(archive, post)
    once = compact(archive, NOW)
    again = compact(archive, NOW)
    assert again.snapshots_after_bytes == once.snapshots_after_bytes
    store(archive, post, NOW, page(99), number=99)
    with archive.read() as connection:
        assert connection.scalar(text("SELECT size_bytes > 6 * stored_bytes FROM blobs ORDER BY id DESC LIMIT 1"))


def test_old_log_entries_and_what_nothing_names_go(archive: Archive, post: Post) -> None:
    store(archive, post, NOW, page(1))
    with archive.write() as connection:
        blob_id = archive.blobs.put(connection, b"a list" * 100, family="", now=NOW)
        row = {"at": NOW, "url": "https://a.example/", "kind": "list", "outcome": "ok", "blob_id": blob_id}
        runs.log_fetches(connection, None, [row])
        connection.execute(text("INSERT INTO tags (name) VALUES ('of nobody')"))
    done = compact(archive, NOW + timedelta(days=100))
    assert done.pruned == 1
    with archive.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM blobs")) == 1
        assert connection.scalar(text("SELECT count(*) FROM tags WHERE name = 'of nobody'")) == 0


def test_an_empty_archive_can_be_compacted(archive: Archive, path: Path) -> None:
    assert compact(archive, NOW).after_bytes == path.stat().st_size
