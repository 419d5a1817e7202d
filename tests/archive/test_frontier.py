from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from scraper.archive import Archive, frontier, posts
from scraper.archive.frontier import Target
from scraper.archive.schema import forgotten
from scraper.models import HostState, Post
from tests.archive.conftest import NOW

TARGET = Target("csdn/1001", "https://blog.csdn.net/lin/article/details/1001", "blog.csdn.net", "csdn", "api", "题目|")


def add(archive: Archive, target: Target = TARGET, days: float = 0, source_id: int | None = None) -> bool:
    with archive.write() as connection:
        return frontier.find_or_add(connection, target, NOW + timedelta(days=days), source_id=source_id)


def due(archive: Archive, days: float = 0) -> list[str]:
    with archive.read() as connection:
        return [row.key for row in frontier.due(connection, NOW + timedelta(days=days))]


def read(archive: Archive, days: float, *, changed: bool) -> None:
    with archive.write() as connection:
        row_id = connection.scalar(text("SELECT id FROM frontier"))
        assert row_id is not None
        frontier.done(connection, row_id, NOW + timedelta(days=days), changed=changed, etag='"a"')


def test_a_new_address_is_due_at_once_and_only_once(archive: Archive) -> None:
    assert add(archive)
    assert add(archive)
    assert due(archive) == ["csdn/1001"]


def test_an_unchanged_post_is_due_again_after_1_3_7_21_and_60_days_from_its_last_change(archive: Archive) -> None:
    add(archive)
    read(archive, 0, changed=True)
    moments = []
    day = 0.0
    for _ in range(7):
        day = next(d / 2 for d in range(int(day * 2) + 1, 800) if due(archive, d / 2))
        moments.append(day)
        read(archive, day, changed=False)
    assert moments == [1, 3, 7, 21, 60, 120, 180]


def test_a_changed_post_starts_again_with_a_day(archive: Archive) -> None:
    add(archive)
    read(archive, 0, changed=True)
    read(archive, 30, changed=True)
    assert due(archive, 30.9) == []
    assert due(archive, 31) == ["csdn/1001"]


def test_an_unchanged_list_makes_nothing_due_and_a_changed_entry_its_post(archive: Archive) -> None:
    add(archive)
    read(archive, 0, changed=True)
    assert not add(archive, TARGET, days=0.5)
    assert due(archive, 0.5) == []
    assert add(archive, replace(TARGET, listed="新题目|"), days=0.5)
    assert due(archive, 0.5) == ["csdn/1001"]


def test_the_first_list_that_names_a_post_found_by_hand_makes_it_not_due(archive: Archive) -> None:
    add(archive, replace(TARGET, listed="", way="seed"))
    read(archive, 0, changed=True)
    assert not add(archive, TARGET, days=0.5)


def test_a_failed_address_is_tried_again_later_and_later(archive: Archive) -> None:
    add(archive)
    waits = []
    moment = NOW
    for _ in range(7):
        with archive.write() as connection:
            row_id = connection.scalar(text("SELECT id FROM frontier"))
            assert row_id is not None
            frontier.failed(connection, row_id, moment, "timeout")
            due_at = frontier.due(connection, NOW + timedelta(days=365))[0]
            assert due_at.attempts == len(waits) + 1
            next_at = connection.execute(text("SELECT due_at FROM frontier")).scalar_one()
        from datetime import datetime

        waits.append((datetime.fromisoformat(next_at) - moment).total_seconds() / 3600)
    assert waits == [12, 24, 48, 96, 168, 168, 168]


def test_the_longest_overdue_comes_first(archive: Archive) -> None:
    add(archive, replace(TARGET, key="csdn/2"), days=1)
    add(archive, replace(TARGET, key="csdn/1"), days=0)
    assert due(archive, 2) == ["csdn/1", "csdn/2"]


def test_only_the_named_addresses_are_taken(archive: Archive) -> None:
    add(archive)
    add(archive, replace(TARGET, key="csdn/2"))
    with archive.read() as connection:
        assert [row.key for row in frontier.due(connection, NOW, keys=["csdn/2", "csdn/3"])] == ["csdn/2"]


def test_a_forgotten_post_is_never_due(archive: Archive) -> None:
    add(archive)
    with archive.write() as connection:
        connection.execute(insert(forgotten).values(site="csdn", native_id="1001", at=NOW))
        connection.execute(insert(forgotten).values(site="csdn", author_id="wu", at=NOW))
    assert due(archive) == []
    with archive.read() as connection:
        assert frontier.is_forgotten(connection, "csdn", "1001")
        assert frontier.is_forgotten(connection, "csdn", "5", "wu")
        assert not frontier.is_forgotten(connection, "csdn", "5", "lin")
        assert not frontier.is_forgotten(connection, "csdn", "5")


def test_an_address_of_a_post_that_is_held_already_knows_it(archive: Archive, post: Post) -> None:
    with archive.write() as connection:
        saved = posts.save(connection, post, lineage="file", now=NOW)
    add(archive)
    with archive.read() as connection:
        assert frontier.due(connection, NOW)[0].post_id == saved.post_id


def test_sources_are_kept_once_and_count_their_posts(archive: Archive, post: Post) -> None:
    seed = "https://blog.csdn.net/lin"
    with archive.write() as connection:
        kept = {"kind": "author", "site": "csdn", "native_id": "lin", "now": NOW}
        assert frontier.add_source(connection, seed, match="", **kept)  # type: ignore[arg-type]
        assert not frontier.add_source(connection, seed, match="大模型", **kept)  # type: ignore[arg-type]
    add(archive, source_id=1)
    with archive.write() as connection:
        saved = posts.save(connection, post, lineage="live", now=NOW)
        frontier.done(connection, 1, NOW, changed=True, post_id=saved.post_id)
        frontier.note_source_run(connection, 1, run_at=NOW, total=2, found=1, reason="1 of 2 posts found")
        (source,) = frontier.list_sources(connection)
    assert (source["seed"], source["match"], source["posts"], source["total"]) == (seed, "大模型", 1, 2)
    with archive.write() as connection:
        assert frontier.remove_source(connection, seed)
        assert not frontier.remove_source(connection, seed)
        assert connection.scalar(text("SELECT count(*) FROM source_posts")) == 0
    assert len(list(archive.posts())) == 1


def test_what_is_known_of_a_host_outlives_the_run(archive: Archive) -> None:
    state = HostState("h", "User-agent: *", 200, NOW, 2.5, NOW + timedelta(hours=1), "Retry-After", 3)
    with archive.write() as connection:
        assert frontier.load_host(connection, "h") == HostState("h")
        frontier.save_host(connection, state)
        frontier.save_host(connection, replace(state, failures=4))
        assert frontier.load_host(connection, "h") == replace(state, failures=4)
        assert "robots_body" not in frontier.list_hosts(connection)[0]


def test_counts_say_what_stands_where(archive: Archive) -> None:
    add(archive)
    add(archive, replace(TARGET, key="csdn/2"))
    read(archive, 0, changed=True)
    with archive.read() as connection:
        assert frontier.counts(connection, NOW) == pytest.approx({"due": 1, "done": 1, "due_now": 1, "posts": 0})
