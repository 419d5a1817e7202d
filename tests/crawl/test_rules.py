"""What the settings say of one host or one source, and what the archive then says of its sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from scraper.archive import Archive, frontier, run_log
from scraper.crawl import Report, crawl
from scraper.settings import Rules, Settings
from tests.blog import CHALLENGE, Blog
from tests.crawl.conftest import NOW

Night = Callable[..., Report]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def night(archive: Archive, settings: Settings, blog: Blog) -> Night:
    """Crawl the sources with these rules for the author's, ``days`` after the first moment."""

    def night(days: float = 0, *, hosts: dict[str, Rules] | None = None, **rules: object) -> Report:
        blog.served.clear()
        said = {blog.author: Rules(**rules)}  # type: ignore[arg-type]
        told = replace(settings, sources=said, hosts=hosts or {})
        return crawl((), archive, told, now=NOW + timedelta(days=days))

    with archive.write() as connection:
        kept = {"site": "csdn", "match": "", "now": NOW}
        frontier.add_source(connection, blog.author, kind="author", native_id="lin", **kept)  # type: ignore[arg-type]
    return night


def states(archive: Archive) -> list[dict[str, object]]:
    with archive.read() as connection:
        return run_log.source_states(connection)


def visited(blog: Blog) -> list[int]:
    return sorted(int(path[-4:]) for path in blog.served if "/details/" in path)


def test_fewer_posts_than_a_source_should_have_are_a_failure(archive: Archive, night: Night) -> None:
    assert night(min_posts=5).exit_code == 0
    report = night(1, min_posts=6)
    assert (report.exit_code, report.failures[0].reason) == (1, "only 5 posts found, min_posts is 6")
    (source,) = states(archive)
    assert source["last_good_at"] == NOW
    assert run_log.is_well(source, NOW + timedelta(days=1), 26 * 3600)
    assert not run_log.is_well(source, NOW + timedelta(days=2), 26 * 3600)


def test_a_list_that_could_not_be_had_does_not_lower_what_is_expected(
    archive: Archive, night: Night, blog: Blog
) -> None:
    night()
    blog.answers["/community/home-api/v1/get-business-list"] = (404, {}, b"")
    assert night(1).exit_code == 1
    blog.answers.clear()
    blog.removed = {1, 2, 3}
    report = night(2)
    assert "only 2 posts found, 5 at the last run" in [failure.reason for failure in report.failures]


def test_a_source_is_asked_no_more_than_its_budget_and_goes_on_the_next_night(night: Night, blog: Blog) -> None:
    report = night(max_posts=2)
    assert len(visited(blog)) == 2
    assert report.stopped == f"max_posts of {blog.author}"
    first = visited(blog)
    night(0.01, max_posts=2)
    assert not set(first) & set(visited(blog))


def test_a_host_has_a_budget_of_its_own(night: Night, blog: Blog) -> None:
    host = blog.base.removeprefix("http://")
    report = night(hosts={host: Rules(max_posts=3)})
    assert (len(visited(blog)), report.stopped) == (3, f"max_posts of {host}")


def test_a_source_may_be_looked_at_again_at_times_of_its_own(archive: Archive, night: Night, blog: Blog) -> None:
    night(revisit_days=(10,))
    (source,) = states(archive)
    assert source["next_due_at"] == NOW + timedelta(days=10)
    night(9, revisit_days=(10,))
    assert visited(blog) == []
    night(11, revisit_days=(10,))
    assert len(visited(blog)) == 5


def test_what_lies_outside_the_scope_is_not_followed(night: Night, blog: Blog) -> None:
    night(scope=("/lin/article/details/1001", f"{blog.base}/lin/article/details/1002"))
    assert visited(blog) == [1001, 1002]


def test_images_of_one_source_may_be_left_out_or_alone_be_wanted(
    archive: Archive, settings: Settings, blog: Blog, night: Night
) -> None:
    blog.edits[1] = f'<p>图</p><img src="{blog.base}/a.png">'
    blog.answers["/a.png"] = (200, {"Content-Type": "image/png"}, PNG)
    night(images=False)
    assert blog.served["/a.png"] == 0
    only = replace(settings, images=False, sources={blog.author: Rules(images=True)}, full=True)
    blog.edits[1] += "<p>x</p>"
    crawl((), archive, only, now=NOW + timedelta(days=1))
    assert blog.served["/a.png"] == 1


def test_a_source_that_the_settings_name_in_another_form_is_the_same(
    archive: Archive, settings: Settings, blog: Blog, night: Night
) -> None:
    told = replace(settings, sources={f"{blog.author}#top": Rules(max_posts=1)})
    assert crawl((), archive, told, now=NOW).stopped == f"max_posts of {blog.author}"


def test_what_a_source_brought_is_counted_for_its_last_run(archive: Archive, night: Night, blog: Blog) -> None:
    night()
    (source,) = states(archive)
    assert [source[name] for name in ("new", "changed", "gone", "failing", "posts")] == [5, 0, 0, 0, 5]
    blog.count, blog.edits[2] = 6, "<p>edited</p>"
    night(2)
    (source,) = states(archive)
    assert [source[name] for name in ("new", "changed", "gone", "failing", "posts")] == [1, 1, 0, 0, 6]


def test_a_source_whose_posts_are_all_refused_is_not_well_though_its_list_is(
    archive: Archive, night: Night, blog: Blog
) -> None:
    for number in range(1, 6):
        blog.answers[f"/lin/article/details/{1000 + number}"] = (200, {"Content-Type": "text/html"}, CHALLENGE.encode())
    assert night().exit_code == 5
    (source,) = states(archive)
    assert source["last_good_at"] == NOW
    assert source["failing"] > 0
    assert not run_log.is_well(source, NOW, 3600)


def test_a_source_that_is_one_page_is_well_when_it_was_read(archive: Archive, settings: Settings, blog: Blog) -> None:
    with archive.write() as connection:
        frontier.add_source(connection, blog.post(1), kind="post", site="csdn", native_id="1001", match="", now=NOW)
    (before,) = states(archive)
    crawl((), archive, settings, now=NOW)
    (after,) = states(archive)
    assert (before["last_good_at"], after["last_good_at"], after["new"]) == (None, NOW, 1)
    assert not run_log.is_well(before, NOW, 1e9)
    assert run_log.is_well(after, NOW + timedelta(hours=1), 7200)


def test_a_good_run_in_the_future_tells_nothing(archive: Archive, night: Night) -> None:
    night(days=5000)
    (source,) = states(archive)
    assert not run_log.is_well(source, NOW, 26 * 3600)


def test_times_that_a_wrong_clock_left_do_not_keep_posts_from_being_looked_at(night: Night, blog: Blog) -> None:
    night()
    for days in (-3, 14 * 365, -40 * 365):
        assert night(days).exit_code == 0
    blog.edits[3] = "<p>edited</p>"
    assert night(1).counts["changed"] == 1
