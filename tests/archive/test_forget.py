from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from scraper.archive import Archive, frontier, posts, runs
from scraper.archive.check import check
from scraper.archive.forget import Wish, forget, read_wish
from scraper.archive.frontier import Target
from scraper.models import Image, Post
from tests.archive.conftest import NOW
from tests.archive.pages import page, store

SECRET = "不该留下的一句话secretphrase"


def secret_page(number: int) -> bytes:
    return page(number).replace(b"</article>", SECRET.encode() + b"</article>")


def files(path: Path) -> bytes:
    """All that is on the disk of the archive, its log included."""
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def traces(path: Path) -> list[str]:
    held = files(path)
    words = [SECRET, "题目里的秘密", "secretphrase", "picture-of-it", "秘密标签", "不该"]
    return [word for word in words if word.encode() in held]


@pytest.fixture
def secret(post: Post) -> Post:
    return replace(
        post,
        title="题目里的秘密",
        text=SECRET,
        markdown=SECRET,
        tags=("秘密标签",),
        images=(Image("https://i/picture-of-it"),),
    )


def wish(archive: Archive, name: str) -> Wish:
    with archive.read() as connection:
        found = read_wish(connection, name)
    assert found is not None
    return found


def test_no_byte_of_a_forgotten_post_stays_and_the_others_are_whole(path: Path, post: Post, secret: Post) -> None:
    with Archive(path, write=True) as archive:
        # Its page is the dictionary of those that follow.
        post_id = store(archive, secret, NOW, secret_page(1), number=1)
        for number in range(2, 8):
            store(archive, post, NOW, page(number), number=number)
        with archive.write() as connection:
            edited = replace(secret, native_id="1001", markdown="又改过", text="又改过", tags=())
            posts.save(connection, edited, lineage="live", now=NOW + timedelta(days=1))
            posts.save(connection, replace(secret, native_id="1001"), lineage="live", now=NOW + timedelta(days=2))
            runs.log_failure(
                connection, runs.start(connection, "crawl", {}, NOW), url=secret.url, reason=SECRET, now=NOW
            )
            target = Target("csdn/1001", secret.url, "blog.csdn.net", "csdn", "api", "题目里的秘密|")
            frontier.find_or_add(connection, target, NOW)
        assert set(traces(path)) >= {SECRET, "题目里的秘密", "不该"}
        done = forget(archive, wish(archive, "csdn/1001"), NOW)
        assert (done.posts, done.overwritten) == (1, True)
        assert traces(path) == []
        assert all(found.ok and not found.number for found in check(archive, deep=True))
        assert archive.get(f"#{post_id}") is None
        assert len(list(archive.posts())) == 6
        with archive.read() as connection:
            assert frontier.is_forgotten(connection, "csdn", "1001")
            assert connection.scalar(text("SELECT count(*) FROM frontier")) == 0
            bodies = [
                archive.blobs.get(connection, blob_id) for blob_id in connection.scalars(text("SELECT id FROM blobs"))
            ]
    assert sorted(bodies) == sorted(page(number) for number in range(2, 8))
    assert traces(path) == []


@pytest.mark.parametrize("name", ["csdn/he", "he的名字", "https://blog.csdn.net/he", "https://he.blog.csdn.net/"])
def test_an_author_is_forgotten_with_all_posts_and_the_source(path: Path, post: Post, secret: Post, name: str) -> None:
    with Archive(path, write=True) as archive:
        store(archive, post, NOW, page(1), number=1)
        for number in (2, 3):
            store(archive, secret, NOW, secret_page(number), author="he", number=number)
        with archive.write() as connection:
            seed = {"kind": "author", "site": "csdn", "native_id": "he", "match": "", "now": NOW}
            frontier.add_source(connection, "https://blog.csdn.net/he", **seed)  # type: ignore[arg-type]
            unread = Target(
                "csdn/1009", "https://blog.csdn.net/he/article/details/1009", "blog.csdn.net", "csdn", "api"
            )
            frontier.find_or_add(connection, unread, NOW, source_id=1)
        assert forget(archive, wish(archive, name), NOW).posts == 2
        assert [record["native_id"] for record in archive.posts()] == ["1001"]
        with archive.read() as connection:
            assert frontier.list_sources(connection) == []
            assert frontier.is_forgotten(connection, "csdn", "5000", "he")
            assert frontier.is_forgotten(connection, "csdn", "1009")
            assert connection.scalar(text("SELECT count(*) FROM authors")) == 1
        assert all(found.ok for found in check(archive))
    assert traces(path) == []
    assert b"blog.csdn.net/he" not in files(path)


def test_what_other_posts_share_stays(archive: Archive, post: Post, secret: Post) -> None:
    shared = Image("https://i/shared")
    own = Image("https://i/own")
    store(archive, replace(secret, images=(shared, own)), NOW, page(1), number=1)
    store(archive, replace(post, images=(shared,)), NOW, page(1), number=2)
    with archive.write() as connection:
        for name in ("shared", "own"):
            blob_id = archive.blobs.put(connection, name.encode() * 500, family="", now=NOW)
            row = {"url": f"https://i/{name}", "blob": blob_id}
            connection.execute(text("INSERT INTO assets (url, state, blob_id) VALUES (:url, 'ok', :blob)"), row)
    forget(archive, wish(archive, "1001"), NOW)
    with archive.read() as connection:
        assert connection.scalars(text("SELECT url FROM assets")).all() == ["https://i/shared"]
        assert connection.scalar(text("SELECT count(*) FROM blobs")) == 2
        record = archive.get("1002")
        assert record is not None
        assert record["snapshot_sha256"]


def test_what_names_nothing_or_several_authors_is_no_wish(archive: Archive, post: Post) -> None:
    store(archive, post, NOW, page(1), number=1)
    store(archive, replace(post, site="juejin"), NOW, page(2), number=2)
    with archive.read() as connection:
        for name in ("nobody", "csdn/nobody", "https://blog.csdn.net/nobody", "lin的名字"):
            assert read_wish(connection, name) is None


def test_a_reader_that_keeps_old_pages_is_told_of(path: Path, secret: Post) -> None:
    with Archive(path, write=True) as archive, Archive(path) as reader:
        store(archive, secret, NOW, page(1))
        with reader.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM posts")) == 1
            assert not forget(archive, wish(archive, "1001"), NOW).overwritten
            assert connection.scalar(text("SELECT title FROM records")) == secret.title
    assert traces(path) == []
