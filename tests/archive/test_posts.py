from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from scraper.archive import Archive, posts, records
from scraper.models import Author, CodeBlock, Metrics, Post
from tests.archive.conftest import NOW


def save(archive: Archive, post: Post, days: int = 0, **options: object) -> posts.Saved:
    with archive.write() as connection:
        return posts.save(connection, post, now=NOW + timedelta(days=days), **{"lineage": "live", **options})  # type: ignore[arg-type]


def rows(archive: Archive, query: str) -> list[tuple[object, ...]]:
    with archive.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_saved_post_comes_back_in_the_view_records(archive: Archive, post: Post) -> None:
    save(archive, post)
    record = archive.get("csdn/1001")
    assert record is not None
    assert record["title"] == post.title
    assert record["author"] == "林一"
    assert record["author_id"] == "lin"
    assert record["tags"] == ["人工智能", "C++"]
    assert record["categories"] == ["大模型"]
    assert record["published_at"] == "2024-01-30T16:30:00Z"
    assert record["char_count"] == len("昇思MindSporeAI框架inta;")
    assert (record["code_count"], record["image_count"], record["link_count"]) == (1, 1, 1)
    assert (record["read_count"], record["like_count"], record["comment_count"]) == (10, 1, None)
    assert record["front_matter"] == {"layout": "post"}
    assert (record["status"], record["origin"], record["revision"], record["revisions"]) == ("live", "live", 1, 1)


def test_code_is_kept_where_the_text_holds_it_and_whole_where_it_does_not(archive: Archive, post: Post) -> None:
    code = ("锁\n\n锁", "锁", "", "锁 不在", "🔒\0x", "锁")
    text = "锁：\n锁\n\n锁\n锁\n🔒x\n锁"
    save(archive, replace(post, text=text, code_blocks=tuple(CodeBlock("go", one) for one in code)))
    stored = [one.replace("\0", "") for one in code]
    assert [tuple(row) for row in rows(archive, "SELECT position, language, text FROM record_code")] == [
        (position, "go", one) for position, one in enumerate(stored, 1)
    ]
    assert rows(archive, "SELECT text FROM code_blocks WHERE text IS NOT NULL") == [("锁 不在",)]
    edited = replace(post, markdown="改了", text="改了", code_blocks=(CodeBlock("", "了"),))
    save(archive, edited, days=1)
    assert rows(archive, "SELECT language, text FROM record_code") == [("", "了")]


def test_what_a_body_holds_is_in_the_views(archive: Archive, post: Post) -> None:
    saved = save(archive, post)
    assert rows(archive, "SELECT language, text FROM record_code") == [("c++", "int a;")]
    assert rows(archive, "SELECT url, text FROM record_links") == [("https://gitee.com/x", "仓库")]
    assert rows(archive, "SELECT url, alt FROM record_images") == [("https://img.example/a.png", "图")]
    assert rows(archive, "SELECT title, position FROM record_columns") == [("模型专栏", 2)]
    assert rows(archive, "SELECT kind, name FROM record_tags ORDER BY kind, position") == [
        ("category", "大模型"), ("keyword", "13B"), ("tag", "人工智能"), ("tag", "C++"),
    ]  # fmt: skip
    assert rows(archive, "SELECT record_id, read_count FROM record_metrics") == [(saved.post_id, 10)]


def test_the_same_content_makes_no_second_revision(archive: Archive, post: Post) -> None:
    assert save(archive, post).change == "new"
    assert save(archive, post, days=1).change == "unchanged"
    assert rows(archive, "SELECT count(*) FROM record_revisions") == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "另一个题目"},
        {"markdown": "另一段"},
        {"kind": "repost"},
        {"tags": ("别的",)},
        {"categories": ()},
        {"published_at": NOW},
    ],
)
def test_a_change_of_content_makes_a_revision(archive: Archive, post: Post, change: dict[str, object]) -> None:
    save(archive, post)
    saved = save(archive, replace(post, **change), days=1)  # type: ignore[arg-type]
    assert (saved.change, saved.revision) == ("changed", 2)


def test_counters_an_authors_name_and_an_update_time_make_no_revision(archive: Archive, post: Post) -> None:
    save(archive, post)
    later = replace(post, metrics=Metrics(reads=99, likes=1), author=Author("lin", "林二"), updated_at=NOW)
    assert save(archive, later, days=1).change == "unchanged"
    record = archive.get("1001")
    assert record is not None
    assert (record["read_count"], record["author"], record["updated_at"]) == (99, "林二", "2026-11-24T02:00:00Z")
    assert rows(archive, "SELECT read_count FROM record_metrics ORDER BY at") == [(10,), (99,)]


def test_unchanged_counters_make_no_metrics_row(archive: Archive, post: Post) -> None:
    save(archive, post)
    save(archive, post, days=1)
    assert rows(archive, "SELECT count(*) FROM record_metrics") == [(1,)]


def test_a_mirror_never_takes_the_place_of_the_live_post(archive: Archive, post: Post) -> None:
    save(archive, post)
    copy = replace(post, markdown="转录时少了一半", author=Author("mirror", "搬运"))
    assert save(archive, copy, days=1, lineage="mirror").revision == 2
    record = archive.get("1001")
    assert record is not None
    assert (record["markdown"], record["author"], record["origin"]) == (post.markdown, "林一", "live")
    assert save(archive, copy, days=2, lineage="mirror").change == "unchanged"


def test_the_live_post_takes_the_place_of_a_mirrors(archive: Archive, post: Post) -> None:
    save(archive, replace(post, markdown="转录"), lineage="mirror")
    save(archive, post, days=1)
    record = archive.get("1001")
    assert record is not None
    assert (record["markdown"], record["origin"], record["revision"]) == (post.markdown, "live", 2)


def test_a_reparse_is_told_from_an_edit(archive: Archive, post: Post) -> None:
    save(archive, post)
    save(archive, replace(post, markdown="读得更好"), days=1, reparsed=True)
    record = archive.get("1001")
    assert record is not None
    assert record["origin"] == "reparse"
    assert save(archive, replace(post, markdown="读得更好"), days=2).change == "unchanged"


def test_one_absence_is_no_evidence_and_two_a_day_apart_make_a_tombstone(archive: Archive, post: Post) -> None:
    post_id = save(archive, post).post_id
    with archive.write() as connection:
        assert not posts.note_absence(connection, post_id, "HTTP 404", NOW)
        assert not posts.note_absence(connection, post_id, "HTTP 404", NOW + timedelta(hours=23))
        assert posts.note_absence(connection, post_id, "HTTP 404", NOW + timedelta(hours=24))
        assert not posts.note_absence(connection, post_id, "HTTP 404", NOW + timedelta(hours=48))
    record = archive.get("1001")
    assert record is not None
    assert (record["status"], record["gone_at"]) == ("gone", "2026-11-25T02:00:00Z")
    assert record["text"] == post.text


def test_a_post_that_is_served_again_is_alive_again(archive: Archive, post: Post) -> None:
    post_id = save(archive, post).post_id
    with archive.write() as connection:
        posts.note_absence(connection, post_id, "HTTP 404", NOW)
        posts.note_absence(connection, post_id, "HTTP 404", NOW + timedelta(days=1))
    save(archive, post, days=2)
    record = archive.get("1001")
    assert record is not None
    assert (record["status"], record["gone_at"]) == ("live", None)


def test_a_reading_in_between_ends_an_absence(archive: Archive, post: Post) -> None:
    post_id = save(archive, post).post_id
    with archive.write() as connection:
        posts.note_absence(connection, post_id, "HTTP 404", NOW)
        posts.touch(connection, post_id, NOW + timedelta(hours=20))
        assert not posts.note_absence(connection, post_id, "HTTP 404", NOW + timedelta(days=2))


def test_text_that_sqlite_cannot_hold_is_made_such_that_it_can(archive: Archive, post: Post) -> None:
    save(archive, replace(post, text="前\0后\ud800尾", title="题\0目"))
    record = archive.get("1001")
    assert record is not None
    assert record["text"].startswith("前后")
    assert record["text"].endswith("尾")
    assert record["title"] == "题目"


def test_a_post_is_found_by_every_name_it_has(archive: Archive, post: Post) -> None:
    post_id = save(archive, post).post_id
    save(
        archive,
        replace(post, site="blog.example", native_id="blog.example/a", url="https://blog.example/a", title="乙"),
    )
    names = [
        post.url,
        post.url + "?spm=1#x",
        "http://lin.blog.csdn.net/article/details/1001",
        "csdn/1001",
        "1001",
        "#1",
    ]
    with archive.read() as connection:
        assert [records.find(connection, name) for name in names] == [post_id] * len(names)
        assert records.find(connection, "https://blog.example/a") == 2
        assert records.find(connection, "2") == 2
        for nothing in ("csdn/7", "#99", "#x", "https://blog.csdn.net/lin/article/details/7", "nothing", "9" * 40):
            assert records.find(connection, nothing) is None


def test_a_bare_number_that_two_posts_have_as_native_id_is_our_own_id(archive: Archive, post: Post) -> None:
    save(archive, replace(post, native_id="2"))
    other = save(archive, replace(post, site="juejin", native_id="2"))
    with archive.read() as connection:
        assert records.find(connection, "2") == other.post_id


def test_filters_choose_posts(archive: Archive, post: Post) -> None:
    save(archive, post)
    save(
        archive, replace(post, native_id="2", author=Author("he", "何"), tags=("Go",), published_at=None, kind="repost")
    )

    def chosen(**filters: object) -> list[str]:
        return [record["native_id"] for record in archive.posts(**filters)]

    assert chosen() == ["1001", "2"]
    assert chosen(author="何") == chosen(author="he") == chosen(tag="go") == chosen(kind="repost") == ["2"]
    assert chosen(site="csdn", since=NOW) == []
    assert chosen(until=NOW) == ["1001"]
    assert chosen(status="gone") == []


def test_revisions_keep_their_texts_and_their_order(archive: Archive, post: Post) -> None:
    post_id = save(archive, post).post_id
    save(archive, replace(post, markdown="二", text="二"), days=1)
    with archive.read() as connection:
        assert [(row["revision"], row["current"]) for row in records.history(connection, post_id)] == [(1, 0), (2, 1)]
        assert records.texts(connection, post_id, 1) == (post.markdown, post.text)
        assert records.texts(connection, post_id, 3) is None


def test_the_file_opens_in_plain_sqlite(archive: Archive, post: Post, path: Path) -> None:
    import sqlite3
    from contextlib import closing

    save(archive, post)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT title FROM records").fetchall() == [(post.title,)]
        found = "SELECT rowid FROM post_fts WHERE post_fts MATCH '\"昇思\"'"
        assert connection.execute(found).fetchall() == [(1,)]
