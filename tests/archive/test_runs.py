from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from scraper.archive import Archive, blobs, posts, runs
from scraper.models import Post
from tests.archive.conftest import NOW


def test_a_run_says_what_it_was_told_did_and_came_to(archive: Archive) -> None:
    with archive.write() as connection:
        run_id = runs.start(connection, "crawl", {"delay_s": 2}, NOW)
        runs.log_failure(connection, run_id, url="https://a.example/", reason="timeout", now=NOW)
        runs.finish(
            connection, run_id, outcome="failed", exit_code=1, counts={"new": 2}, now=NOW + timedelta(seconds=5)
        )
        (run,) = runs.recent(connection)
    assert (run["command"], run["outcome"], run["exit_code"]) == ("crawl", "failed", 1)
    assert (run["settings"], run["counts"]) == ({"delay_s": 2}, {"new": 2})
    assert [(failure["url"], failure["reason"]) for failure in run["failures"]] == [("https://a.example/", "timeout")]


def test_a_run_that_never_ended_is_marked_by_the_next(archive: Archive) -> None:
    with archive.write() as connection:
        runs.start(connection, "crawl", {}, NOW)
        runs.start(connection, "crawl", {}, NOW + timedelta(days=1))
        assert [run["outcome"] for run in runs.recent(connection)] == ["running", "crashed"]


def fetch(archive: Archive, body: bytes, days: int) -> int:
    moment = NOW + timedelta(days=days)
    with archive.write() as connection:
        blob_id = archive.blobs.put(connection, body, family="", now=moment)
        row = {"at": moment, "url": "https://a.example/1", "kind": "page", "outcome": "ok", "blob_id": blob_id}
        return runs.log_fetch(connection, None, row)


def test_the_newest_snapshot_and_those_behind_revisions_are_kept_and_others_go(archive: Archive, post: Post) -> None:
    kept = []
    for day, markdown in enumerate(["一", "一", "一", "二", "二", "二"]):
        fetch_id = fetch(archive, f"page of day {day}".encode() * 50, day)
        with archive.write() as connection:
            now = NOW + timedelta(days=day)
            one = replace(post, markdown=markdown)
            saved = posts.save(connection, one, lineage="live", now=now, fetch_id=fetch_id)
            blobs.drop_superseded(connection, saved.post_id)
    with archive.read() as connection:
        kept = list(connection.scalars(text("SELECT id FROM fetches WHERE blob_id IS NOT NULL ORDER BY id")))
        assert connection.scalar(text("SELECT count(*) FROM blobs")) == 3
    assert kept == [1, 4, 6]


def test_the_fetch_log_is_pruned_by_age_but_never_what_records_rest_on(archive: Archive, post: Post) -> None:
    fetch_id = fetch(archive, b"the page" * 100, 0)
    with archive.write() as connection:
        posts.save(connection, post, lineage="live", now=NOW, fetch_id=fetch_id)
        old = {"at": NOW, "url": "https://a.example/list", "kind": "list", "outcome": "ok"}
        runs.log_fetches(connection, None, [old, old | {"at": NOW + timedelta(days=80)}])
        assert runs.prune_fetches(connection, NOW + timedelta(days=100)) == 1
        assert connection.scalar(text("SELECT count(*) FROM fetches")) == 2
