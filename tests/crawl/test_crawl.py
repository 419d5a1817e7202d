from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from scraper.archive import Archive, frontier, runs
from scraper.crawl import crawl
from scraper.errors import UsageError
from scraper.settings import Settings
from tests.blog import CHALLENGE, LOGIN, Blog
from tests.crawl.conftest import NOW, Crawl


def pages(blog: Blog) -> int:
    return sum(number for path, number in blog.served.items() if "/article/details/" in path)


def records(archive: Archive) -> dict[str, dict[str, object]]:
    return {record["native_id"]: record for record in archive.posts()}


def test_an_author_is_crawled_whole(blog: Blog, archive: Archive, run: Crawl) -> None:
    report = run()
    assert report.exit_code == 0
    assert (report.counts["found"], report.counts["new"]) == (5, 5)
    held = records(archive)
    assert set(held) == {"1001", "1002", "1003", "1004", "1005"}
    first = held["1001"]
    assert first["title"] == "星火笔记 1"
    assert (first["site"], first["author"], first["author_id"], first["kind"]) == ("csdn", "林一", "lin", "original")
    assert (first["published_at"], first["updated_at"]) == ("2024-01-30T08:00:00Z", "2024-02-01T00:00:00Z")
    assert (first["tags"], first["read_count"], first["origin"]) == (["人工智能"], 10, "live")
    assert "昇思 MindSpore AI框架 笔记1" in str(first["markdown"])
    assert "猜你喜欢" not in str(first["text"])


def test_what_was_served_is_kept_byte_for_byte(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    with archive.read() as connection:
        newest = "SELECT f.blob_id FROM posts p JOIN fetches f ON f.id = p.fetch_id WHERE p.native_id = '1001'"
        blob_id = connection.scalar(text(newest))
        assert blob_id is not None
        assert archive.blobs.get(connection, blob_id) == blog.page(1)


def test_robots_comes_first_and_once_and_we_say_who_we_are(blog: Blog, run: Crawl) -> None:
    run(contact="me@example.org")
    assert next(iter(blog.served)) == "/robots.txt"
    assert blog.served["/robots.txt"] == 1
    assert blog.agents == {"scraper/0.1.0 (+me@example.org)"}


def test_a_list_that_shows_nothing_new_costs_only_the_list(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    before = records(archive)
    report = run(days=0.5)
    assert report.exit_code == 0
    assert blog.served == {"/community/home-api/v1/get-business-list": 1}
    assert records(archive) == before


def test_a_list_is_paged_to_its_total(blog: Blog, archive: Archive, run: Crawl) -> None:
    blog.count = 230
    assert run(max_posts=1).counts["found"] == 230
    assert blog.served["/community/home-api/v1/get-business-list"] == 3


def test_a_new_post_is_the_only_one_asked_for(blog: Blog, run: Crawl) -> None:
    run()
    blog.count = 6
    report = run(days=0.5)
    assert (report.counts["new"], pages(blog)) == (1, 1)


def test_a_post_whose_list_entry_changed_is_read_again_and_revised(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    blog.titles[2] = "星火笔记二，改"
    report = run(days=0.5)
    assert (report.counts["changed"], pages(blog)) == (1, 1)
    assert (records(archive)["1002"]["title"], records(archive)["1002"]["revision"]) == ("星火笔记二，改", 2)


def test_an_edit_is_seen_when_the_post_is_due_and_noise_is_no_edit(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    blog.edits[1] = "<p>改写过的正文。</p>"
    blog.noise = 7
    report = run(days=1.1)
    assert (report.counts["changed"], report.counts["unchanged"], pages(blog)) == (1, 4, 5)
    held = records(archive)
    assert (held["1001"]["revision"], held["1002"]["revision"]) == (2, 1)
    assert held["1002"]["read_count"] == 27


def test_an_unchanged_page_is_answered_without_its_body(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    report = run(days=1.1)
    assert (report.counts["unchanged"], report.counts.get("fetched", 0), pages(blog)) == (5, 0, 5)
    with archive.read() as connection:
        outcomes = connection.execute(text("SELECT outcome, count(*) FROM fetch_log WHERE kind = 'page' GROUP BY 1"))
        assert dict(tuple(row) for row in outcomes) == {"ok": 5, "not_modified": 5}


def test_a_single_post_is_looked_at_whenever_it_is_named(blog: Blog, archive: Archive, run: Crawl) -> None:
    assert run(blog.post(3)).counts["new"] == 1
    assert pages(blog) == 1
    run(blog.post(3), days=0.1)
    assert pages(blog) == 1
    assert set(records(archive)) == {"1003"}


def test_full_asks_for_everything(blog: Blog, run: Crawl) -> None:
    run()
    run(days=0.1, full=True)
    assert pages(blog) == 5


def test_sources_are_what_a_crawl_without_seeds_asks(blog: Blog, archive: Archive, run: Crawl) -> None:
    with archive.write() as connection:
        kept = {"kind": "author", "site": "csdn", "native_id": "lin", "match": "", "now": NOW}
        frontier.add_source(connection, blog.author, **kept)  # type: ignore[arg-type]
    report = run(sources=True, site="")
    assert report.counts["new"] == 5
    with archive.read() as connection:
        (source,) = frontier.list_sources(connection)
    assert (source["posts"], source["total"], source["found"], source["way"]) == (5, 5, 5, "api")
    assert source["ok_at"] is not None
    run(sources=True, site="", days=1.1)
    assert pages(blog) == 5


def test_without_seed_and_source_there_is_nothing_to_do(run: Crawl) -> None:
    with pytest.raises(UsageError, match="nothing to crawl"):
        run(sources=True)


def test_fewer_posts_than_the_site_counts_is_a_failure_that_says_how_many(
    blog: Blog, archive: Archive, run: Crawl
) -> None:
    blog.listed_total = 8
    report = run()
    assert report.exit_code == 1
    assert "5 of 8 posts found, 3 missing" in report.failures[0].reason
    assert len(records(archive)) == 5


def test_a_budget_ends_a_run_and_the_next_goes_on(blog: Blog, archive: Archive, run: Crawl) -> None:
    report = run(max_posts=2)
    assert (report.stopped, len(records(archive))) == ("--max-posts 2", 2)
    run(days=0.1)
    assert (pages(blog), len(records(archive))) == (3, 5)


def test_budgets_of_time_and_bytes_end_a_run(blog: Blog, archive: Archive, run: Crawl) -> None:
    assert run(max_time_s=0.0).stopped == "--max-time 0s"
    assert records(archive) == {}
    assert run(days=1, max_bytes=1).stopped == "--max-bytes 1"


def test_a_page_that_fails_is_named_and_the_others_are_kept(blog: Blog, archive: Archive, run: Crawl) -> None:
    blog.answers["/lin/article/details/1002"] = (403, {}, b"no")
    report = run()
    assert report.exit_code == 1
    assert [failure.url for failure in report.failures] == [blog.post(2)]
    assert set(records(archive)) == {"1001", "1003", "1004", "1005"}
    with archive.read() as connection:
        assert [failure["url"] for failure in runs.recent(connection)[0]["failures"]] == [blog.post(2)]


def test_an_empty_answer_is_no_article_and_changes_nothing(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    before = records(archive)
    for number in range(1, 6):
        blog.answers[f"/lin/article/details/{1000 + number}"] = (200, {"Content-Type": "text/html"}, b"")
    assert run(days=1.1).exit_code == 1
    assert records(archive) == before


@pytest.mark.parametrize("wall", [CHALLENGE, LOGIN])
def test_a_site_that_refuses_us_is_exit_5_and_is_left_alone(
    blog: Blog, archive: Archive, run: Crawl, wall: str
) -> None:
    for number in range(1, 6):
        blog.answers[f"/lin/article/details/{1000 + number}"] = (200, {"Content-Type": "text/html"}, wall.encode())
    report = run(*[blog.post(number) for number in range(1, 6)])
    assert records(archive) == {}
    assert pages(blog) < 5
    assert all(failure.refused for failure in report.failures)
    again = run(*[blog.post(number) for number in range(1, 6)], days=0.001)
    assert (again.exit_code, sum(blog.served.values())) == (5, 0)


def test_a_challenge_deletes_nothing(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    before = records(archive)
    for number in range(1, 6):
        blog.answers[f"/lin/article/details/{1000 + number}"] = (200, {}, CHALLENGE.encode())
    for days in (1.1, 3, 5):
        run(days=days)
    assert records(archive) == before


def test_a_post_that_is_404_twice_a_day_apart_becomes_a_tombstone(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    blog.removed.add(2)
    run(days=1.1)
    assert records(archive)["1002"]["status"] == "live"
    report = run(days=2.2)
    assert report.counts["gone"] == 1
    gone = records(archive)["1002"]
    assert (gone["status"], gone["text"] != "") == ("gone", True)
    assert [record["status"] for record in records(archive).values()].count("live") == 4


def test_a_seed_that_does_not_exist_is_named(blog: Blog, run: Crawl) -> None:
    report = run(f"{blog.base}/lin/article/details/1999")
    assert report.exit_code == 1
    assert "does not exist" in report.failures[0].reason


def test_an_outage_deletes_nothing(blog: Blog, archive: Archive, run: Crawl) -> None:
    run()
    before = records(archive)
    for path in [
        "/community/home-api/v1/get-business-list",
        *[f"/lin/article/details/{1000 + n}" for n in range(1, 6)],
    ]:
        blog.answers[path] = (404 if "api" in path else 410, {}, b"")
    blog.answers["/robots.txt"] = (404, {}, b"")
    report = run(days=1.1)
    assert report.exit_code == 1
    assert {key: record["status"] for key, record in records(archive).items()} == dict.fromkeys(before, "live")


def test_robots_rules_are_kept(blog: Blog, archive: Archive, run: Crawl) -> None:
    blog.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /lin/article/details/1002\n")
    report = run()
    assert "/lin/article/details/1002" not in blog.served
    assert len(records(archive)) == 4
    assert "robots" in report.failures[0].reason


def test_another_post_in_place_of_the_one_asked_is_not_stored(blog: Blog, archive: Archive, run: Crawl) -> None:
    blog.answers["/lin/article/details/1002"] = (200, {"Content-Type": "text/html"}, blog.page(3))
    report = run(blog.post(2))
    assert records(archive) == {}
    assert "another post was served" in report.failures[0].reason


def test_a_fault_of_the_reader_is_logged_whole_and_stops_nothing(
    archive: Archive, run: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scraper import read as reading

    read = reading.parse

    def faulty(body: bytes, url: str, **options: str) -> object:
        if url.endswith("1002"):
            raise IndexError("a fault")
        return read(body, url, **options)

    monkeypatch.setattr(reading, "parse", faulty)  # no page is known to break the reader; this stands for one
    report = run()
    assert report.exit_code == 1
    assert len(records(archive)) == 4
    with archive.read() as connection:
        (failure,) = runs.recent(connection)[0]["failures"]
    assert "IndexError: a fault" in failure["reason"]
    assert "Traceback" in failure["traceback"]


def test_the_run_log_keeps_no_secret(blog: Blog, archive: Archive, settings: Settings) -> None:
    secret = replace(settings, cookies={"blog.csdn.net": "UserToken=s3cret"}, proxy="")
    crawl([blog.post(1)], archive, secret, now=NOW)
    with archive.read() as connection:
        told = connection.scalar(text("SELECT settings FROM run_log"))
    assert told is not None
    assert "s3cret" not in told
    assert blog.post(1) in told


def test_a_copy_under_another_canonical_address_is_a_mirrors(blog: Blog, archive: Archive, run: Crawl) -> None:
    body = blog.page(1).replace(
        f'href="{blog.post(1)}"'.encode(), b'href="https://blog.csdn.net/lin/article/details/1001"'
    )
    blog.answers["/lin/article/details/1001"] = (200, {"Content-Type": "text/html"}, body)
    run(blog.post(1))
    record = records(archive)["1001"]
    assert (record["origin"], record["site"], record["url"]) == (
        "mirror",
        "csdn",
        "https://blog.csdn.net/lin/article/details/1001",
    )
