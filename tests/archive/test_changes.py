from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text

from scraper.archive import Archive, posts
from scraper.archive.changes import Change, changes
from scraper.models import Metrics, Post
from tests.archive.conftest import NOW


def save(archive: Archive, post: Post, days: float, **options: object) -> int:
    with archive.write() as connection:
        moment = NOW + timedelta(days=days)
        return posts.save(connection, post, now=moment, **{"lineage": "live", **options}).post_id  # type: ignore[arg-type]


def happened(archive: Archive, since: datetime, until: datetime | None = None) -> list[Change]:
    with archive.read() as connection:
        return list(changes(connection, since, until))


def told(archive: Archive, since: datetime = NOW, until: datetime | None = None) -> list[tuple[str, str, int, str]]:
    return [(one.change, one.native_id, one.revision, one.title) for one in happened(archive, since, until)]


def test_new_edited_and_gone_posts_are_told_newest_first(archive: Archive, post: Post) -> None:
    first = save(archive, post, 0)
    save(archive, replace(post, native_id="2", title="乙"), 1)
    save(archive, replace(post, title="改了"), 2)
    with archive.write() as connection:
        posts.note_absence(connection, first, "HTTP 404", NOW + timedelta(days=3))
        posts.note_absence(connection, first, "HTTP 404", NOW + timedelta(days=4))
    assert told(archive) == [
        ("gone", "1001", 2, "改了"), ("changed", "1001", 2, "改了"), ("new", "2", 1, "乙"), ("new", "1001", 2, "改了"),
    ]  # fmt: skip
    (edit,) = [one for one in happened(archive, NOW) if one.change == "changed"]
    assert (edit.previous_title, edit.at, edit.author) == (post.title, "2026-11-26T02:00:00Z", "林一")


def test_only_what_is_within_the_time_is_told(archive: Archive, post: Post) -> None:
    for day in range(3):
        save(archive, replace(post, native_id=str(day)), day)
    assert [change[1] for change in told(archive, NOW + timedelta(days=1))] == ["2", "1"]
    assert [change[1] for change in told(archive, NOW, NOW + timedelta(days=1))] == ["0"]


def test_what_a_better_reader_or_a_mirrors_copy_changed_is_no_edit(archive: Archive, post: Post) -> None:
    save(archive, post, 0)
    save(archive, replace(post, markdown="读得更好"), 1, reparsed=True)
    save(archive, replace(post, markdown="抄来的"), 2, lineage="mirror")
    assert [change[0] for change in told(archive)] == ["new"]
    save(archive, replace(post, markdown="作者改的"), 3)
    assert [change[0] for change in told(archive)] == ["changed", "new"]


def test_counters_are_kept_over_time(archive: Archive, post: Post) -> None:
    for day, reads in enumerate((10, 10, 25)):
        save(archive, replace(post, metrics=Metrics(reads=reads)), day)
    with archive.read() as connection:
        query = "SELECT at, read_count FROM record_metrics ORDER BY at"
        assert [tuple(row) for row in connection.execute(text(query))] == [
            ("2026-11-24T02:00:00Z", 10), ("2026-11-26T02:00:00Z", 25),
        ]  # fmt: skip


PARAGRAPH = "".join(chr(0x4E00 + n * 7) for n in range(100))
BODY = f"开头说几句话，先介绍一下背景。\n{PARAGRAPH}\n最后总结。"


def reposts(archive: Archive) -> list[tuple[int, int, str]]:
    with archive.read() as connection:
        query = "SELECT record_id, original_id, likeness FROM record_reposts ORDER BY 1, 2"
        return [(row.record_id, row.original_id, row.likeness) for row in connection.execute(text(query))]


def test_reposts_of_a_text_across_sites_are_told_with_the_earliest_as_original(archive: Archive, post: Post) -> None:
    original = replace(post, text=BODY)
    copy = replace(post, site="juejin", text=BODY.replace("，", ", ").replace("\n", "\n\n"), published_at=NOW)
    near = replace(post, site="a.example", text=f"转载自别处\n{PARAGRAPH}", published_at=NOW + timedelta(days=1))
    other = replace(post, site="b.example", text=BODY[::-1])
    for one in (copy, original, near, other):
        save(archive, one, 0)
    assert reposts(archive) == [(1, 2, "same"), (3, 1, "near"), (3, 2, "near")]


def test_short_texts_are_alike_by_chance(archive: Archive, post: Post) -> None:
    for number in range(3):
        save(archive, replace(post, native_id=str(number)), 0)
    assert reposts(archive) == []
