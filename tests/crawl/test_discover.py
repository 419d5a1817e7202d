from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from scraper.archive import Archive, frontier
from scraper.crawl import discover
from scraper.crawl.discover import MAX_PAGES
from tests.blog import CHALLENGE, Blog
from tests.crawl.conftest import NOW, Crawl

API = "/community/home-api/v1/get-business-list"
Answer = tuple[int, dict[str, str], bytes]


def page_of_links(blog: Blog, *numbers: int) -> Answer:
    items = "".join(
        f'<div class="article-item-box csdn-tracking-statistics" data-articleid="{1000 + n}">'
        f'<h4><a href="{blog.post(n)}"><span class="article-type">原创</span>星火笔记 {n}</a></h4></div>'
        for n in numbers
    )
    html = f'<html><script>var username = "lin";</script><body><div class="article-list">{items}</div></body></html>'
    return 200, {"Content-Type": "text/html"}, html.encode()


def feed_of(blog: Blog, *numbers: int) -> Answer:
    items = "".join(f"<item><title>星火笔记 {n}</title><link>{blog.post(n)}</link></item>" for n in numbers)
    return 200, {"Content-Type": "application/xml"}, f"<rss><channel>{items}</channel></rss>".encode()


def ways(archive: Archive) -> dict[str, int]:
    with archive.read() as connection:
        rows = connection.execute(text("SELECT way, count(*) FROM frontier GROUP BY way"))
        return dict(tuple(row) for row in rows)


def test_a_list_that_does_not_answer_gives_way_to_feed_and_pages_and_each_post_says_which_found_it(
    blog: Blog, archive: Archive, run: Crawl
) -> None:
    blog.answers[API] = (500, {}, b"")
    blog.answers["/lin/rss/map"] = feed_of(blog, 5, 4)
    blog.answers["/lin/article/list/1"] = page_of_links(blog, 5, 4, 3)
    blog.answers["/lin/article/list/2"] = page_of_links(blog, 2, 1)
    blog.answers["/lin/article/list/3"] = page_of_links(blog)
    report = run()
    assert report.counts["new"] == 5
    assert ways(archive) == {"rss": 2, "list": 3}
    assert "only what list names was found: list by api" in report.failures[0].reason


def test_an_author_whose_lists_do_not_answer_is_looked_for_in_sitemaps(
    blog: Blog, archive: Archive, run: Crawl
) -> None:
    blog.answers[API] = (404, {}, b"")
    blog.answers["/robots.txt"] = (200, {}, f"User-agent: *\nDisallow:\nSitemap: {blog.base}/index.xml".encode())
    index = f"<sitemapindex><sitemap><loc>{blog.base}/one.xml</loc></sitemap></sitemapindex>"
    others = f"<url><loc>{blog.base}/wu/article/details/1</loc></url><url><loc>{blog.base}/about</loc></url>"
    urls = "".join(f"<url><loc>{blog.post(n)}</loc></url>" for n in (1, 2))
    blog.answers["/index.xml"] = (200, {"Content-Type": "application/xml"}, index.encode())
    blog.answers["/one.xml"] = (200, {"Content-Type": "application/xml"}, f"<urlset>{urls}{others}</urlset>".encode())
    assert run().counts["new"] == 2
    assert ways(archive) == {"sitemap": 2}


def test_a_list_that_repeats_itself_ends(blog: Blog, run: Crawl) -> None:
    body = json.loads(blog.answer(API, {"size": ["5"]})[2])
    body["data"]["total"] = 10_000
    blog.answers[API] = (200, {"Content-Type": "application/json"}, json.dumps(body).encode())
    report = run(max_posts=1)
    assert blog.served[API] == 2
    assert "5 of 10000 posts found, 9995 missing" in report.failures[0].reason


def test_a_page_without_posts_is_the_end_of_a_list_of_links(blog: Blog, run: Crawl) -> None:
    page = "<title>博客</title><p>第 {} 页</p>{}"
    for number, posts in ((1, (1001, 1002)), (2, (1003,)), (3, ())):
        links = "".join(f"<div class=articleCell><a href=/s/blog_3d55a9b7{n}.html>甲</a></div>" for n in posts)
        html = page.format(number, links).replace("<a", "<span class=atc_title><a")
        blog.answers[f"/s/articlelist_1028002233_0_{number}.html"] = (200, {"Content-Type": "text/html"}, html.encode())
    report = run(f"{blog.base}/u/1028002233", site="sina")
    assert report.counts["found"] == 3
    assert not [failure for failure in report.failures if "list by list" in failure.reason]


def test_a_first_page_without_posts_is_a_failure(blog: Blog, run: Crawl) -> None:
    shell = (200, {"Content-Type": "text/html"}, b"<title>x</title><div id=app>loading</div>")
    blog.answers["/s/articlelist_1028002233_0_1.html"] = blog.answers["/rss/1028002233.xml"] = shell
    report = run(f"{blog.base}/u/1028002233", site="sina")
    assert report.exit_code == 1
    assert "list by list: other" in report.failures[0].reason


def test_a_list_that_never_ends_is_left_and_said(blog: Blog, run: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "MAX_PAGES", 4)
    original = blog.answer

    def endless(path: str, query: dict[str, list[str]]) -> Answer:
        if path != API:
            return original(path, query)
        page = int(query["page"][0])
        items = [
            {"articleId": page * 1000 + n, "url": f"{blog.base}/lin/article/details/{page * 1000 + n}"}
            for n in range(3)
        ]
        return 200, {"Content-Type": "application/json"}, json.dumps({"code": 200, "data": {"list": items}}).encode()

    monkeypatch.setattr(blog, "answer", endless)  # the server's own answer, not the crawler's code
    report = run(max_posts=1)
    assert blog.served[API] == 4 < MAX_PAGES
    assert "the list has no end: 4 pages asked" in report.failures[0].reason


def test_a_null_list_and_an_answer_that_is_no_json_are_failures_that_delete_nothing(
    blog: Blog, archive: Archive, run: Crawl
) -> None:
    run()
    for body in (b'{"code":200,"data":{"list":null,"total":5}}', b"<html>502</html>", b'{"code":400,"message":"x"}'):
        blog.answers[API] = (200, {"Content-Type": "application/json"}, body)
        assert run(days=0.2).exit_code in (1, 5)
    assert [record["status"] for record in archive.posts()] == ["live"] * 5


def test_a_challenge_in_place_of_the_list_is_a_refusal(blog: Blog, run: Crawl) -> None:
    for path in (API, "/lin/rss/map", "/lin/article/list/1"):
        blog.answers[path] = (200, {"Content-Type": "text/html"}, CHALLENGE.encode())
    report = run()
    assert report.exit_code == 5
    assert report.failures[0].refused


def test_clearly_fewer_posts_than_last_time_is_a_failure_once(blog: Blog, archive: Archive, run: Crawl) -> None:
    blog.count = 20
    with archive.write() as connection:
        kept = {"kind": "author", "site": "csdn", "native_id": "lin", "match": "", "now": NOW}
        frontier.add_source(connection, blog.author, **kept)  # type: ignore[arg-type]
    assert run(sources=True, site="").exit_code == 0
    blog.removed = set(range(1, 10))
    report = run(sources=True, site="", days=0.2)
    assert report.exit_code == 1
    assert "only 11 posts found, 20 at the last run" in report.failures[0].reason
    assert run(sources=True, site="", days=0.4).exit_code == 0


def test_a_columns_posts_keep_their_order(blog: Blog, archive: Archive, run: Crawl) -> None:
    items = "".join(
        f'<li><a href="{blog.post(n)}"><div class="column_article_title"><h2 class="title">笔记 {n}</h2></div></a></li>'
        for n in (3, 1, 2)
    )
    page = f'<html><body><ul class="column_article_list">{items}</ul></body></html>'
    blog.answers["/lin/category_77.html"] = (200, {"Content-Type": "text/html"}, page.encode())
    report = run(f"{blog.base}/lin/category_77.html")
    assert report.counts["new"] == 3
    with archive.read() as connection:
        rows = connection.execute(
            text(
                "SELECT r.native_id, c.position FROM record_columns c JOIN records r ON r.id = c.record_id"
                " WHERE c.native_id = '77' ORDER BY c.position"
            )
        )
        assert [tuple(row) for row in rows] == [("1003", 1), ("1001", 2), ("1002", 3)]


def test_posts_of_the_list_are_asked_at_one_host_under_one_row_each(blog: Blog, archive: Archive, run: Crawl) -> None:
    variants = [blog.post(1), blog.post(1) + "?spm=1.2", blog.post(1) + "#comments"]
    run(*variants)
    assert blog.served["/lin/article/details/1001"] == 1
    assert len(list(archive.posts())) == 1


def test_a_topic_keeps_only_what_matches(blog: Blog, archive: Archive, run: Crawl) -> None:
    blog.edits[2] = "<p>只谈天气。</p>"
    report = run(match="昇思 -笔记3")
    assert {record["native_id"] for record in archive.posts()} == {"1001", "1004", "1005"}
    assert report.counts["passed_over"] == 2
    assert report.exit_code == 0
    assert run(match="昇思 -笔记3", days=2).counts.get("fetched", 0) == 0


def test_a_source_that_wants_all_takes_what_a_topic_passed_over(blog: Blog, archive: Archive, run: Crawl) -> None:
    run(match="没有的词")
    assert list(archive.posts()) == []
    with archive.write() as connection:
        kept = {"kind": "author", "site": "csdn", "native_id": "lin", "match": "", "now": NOW}
        frontier.add_source(connection, blog.author, **kept)  # type: ignore[arg-type]
    assert run(sources=True, site="", days=0.1).counts["new"] == 5


def test_a_post_passed_over_is_read_again_when_its_list_entry_changes(blog: Blog, archive: Archive, run: Crawl) -> None:
    run(match="新词")
    blog.titles[4] = "新词登场"
    assert run(match="新词", days=0.1).counts["new"] == 1


def test_a_post_that_moved_for_good_is_followed(blog: Blog, archive: Archive, run: Crawl) -> None:
    run(blog.post(1))
    moved = f"{blog.base}/renamed/article/details/1001"
    body = blog.page(1).replace(blog.post(1).encode(), moved.encode())
    blog.answers["/lin/article/details/1001"] = (301, {"Location": moved}, b"")
    blog.answers["/renamed/article/details/1001"] = (200, {"Content-Type": "text/html"}, body)
    assert run(blog.post(1), days=2).exit_code == 0
    (record,) = archive.posts()
    assert record["url"] == moved
    with archive.read() as connection:
        row = frontier.find(connection, "csdn/1001")
    assert row is not None
    assert row["url"] == moved


def test_a_redirect_to_the_home_page_is_not_the_post(blog: Blog, archive: Archive, run: Crawl) -> None:
    blog.answers["/lin/article/details/1001"] = (302, {"Location": f"{blog.base}/lin"}, b"")
    blog.answers["/lin"] = page_of_links(blog, 1, 2)
    report = run(blog.post(1))
    assert report.exit_code == 1
    assert list(archive.posts()) == []


def test_the_merge_of_ways_doubts_a_feed_when_a_better_way_failed() -> None:
    from scraper.archive.frontier import Target
    from scraper.crawl.discover import Found, _merge

    target = Target("csdn/1", "https://blog.csdn.net/lin/article/details/1", "blog.csdn.net")
    feed = Found({"csdn/1": target}, way="rss")
    failed = Found(way="api", reason="list by api: timeout")
    assert _merge([failed, feed]).reason == "only what rss names was found: list by api: timeout"
    assert _merge([feed]).reason == ""
    assert _merge([replace(feed, total=1), failed]).reason == ""
    assert _merge([failed]).refused is False
