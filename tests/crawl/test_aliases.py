"""A post that has two addresses of which only its page tells that they are one, as articles of WeChat have."""

from __future__ import annotations

import pytest

from scraper.archive import Archive
from tests.blog import Blog
from tests.crawl.conftest import Crawl

SHORT = "/s/AbCdEfGhIjKlMnOpQrSt_w"
PAGE = """<html><body id="activity-detail"><h1 id="activity-name">两个地址的文章</h1><a id="js_name">番茄号</a>
<div id="js_content"><p>正文只有一段，说明同一篇文章的两个地址。</p></div>
<script>var biz = "MzA5OTk5OTk5OQ=="; var mid = "2650000001"; var idx = "1";
var ct = "1700000000";</script></body></html>"""
KEY = "weixin/MzA5OTk5OTk5OQ_2650000001_1"


@pytest.fixture
def article(blog: Blog) -> Blog:
    blog.answers[SHORT] = blog.answers["/s"] = (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode())
    return blog


def test_an_article_named_by_both_its_addresses_is_stored_once(article: Blog, archive: Archive, run: Crawl) -> None:
    long = f"{article.base}/s?__biz=MzA5OTk5OTk5OQ==&mid=2650000001&idx=1"
    first = run(f"{article.base}{SHORT}", site="weixin")
    assert (first.exit_code, first.counts["new"]) == (0, 1)
    second = run(long, f"{article.base}{SHORT}", days=2, site="weixin")
    assert (second.exit_code, second.counts.get("new", 0), second.counts["unchanged"]) == (0, 0, 2)
    (record,) = archive.posts()
    assert f"{record['site']}/{record['native_id']}" == KEY


def test_a_post_is_found_by_the_address_that_its_page_was_read_at(article: Blog, archive: Archive, run: Crawl) -> None:
    run(f"{article.base}{SHORT}", site="weixin")
    names = (KEY, f"weixin{SHORT.removeprefix('/s')}", f"https://mp.weixin.qq.com{SHORT}")
    records = [archive.get(name) for name in names]
    assert [record["url"] if record else "" for record in records] == [records[0]["url"] if records[0] else None] * 3


def test_another_page_than_was_asked_is_still_refused(article: Blog, archive: Archive, run: Crawl) -> None:
    report = run(f"{article.base}/s?__biz=MzA5OTk5OTk5OQ==&mid=2650000001&idx=2", site="weixin")
    assert "another post was served" in report.failures[0].reason
    assert list(archive.posts()) == []
