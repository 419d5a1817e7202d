"""Lists of CSDN: what is asked, in which order, and what their answers name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scraper.models import Parsed
from scraper.parse.site import Address
from scraper.read import parse
from scraper.sites._csdn_address import address
from scraper.sites._csdn_lists import list_requests, read_list

HOME = "https://blog.csdn.net/zhang_3"
API = (
    "https://blog.csdn.net/community/home-api/v1/get-business-list?page=2&size=100&businessType=blog&orderby="
    "&noMore=false&year=&month=&username=zhang_3"
)


def where(url: str) -> Address:
    found = address(url)
    assert found is not None
    return found


def answer(value: Any, url: str = API) -> Parsed:
    return read_list(json.dumps(value).encode(), url, "application/json;charset=UTF-8")


def item(native_id: int, **more: Any) -> dict[str, Any]:
    url = f"https://blog.csdn.net/zhang_3/article/details/{native_id}?spm=1"
    return {
        "articleId": native_id,
        "title": f" 第 {native_id} 篇 ",
        "url": url,
        "postTime": "2023-02-28 13:41:39",
    } | more


def test_an_authors_posts_are_asked_of_the_api_the_feed_and_the_pages_in_this_order() -> None:
    first, feed, page = list_requests(where(HOME), 1)
    assert (first.way, first.url) == ("api", API.replace("page=2", "page=1"))
    assert dict(first.headers)["Referer"] == HOME
    assert (feed.way, feed.url) == ("rss", "https://rss.csdn.net/zhang_3/rss/map")
    assert (page.way, page.url) == ("list", f"{HOME}/article/list/1")


def test_a_later_page_has_no_feed() -> None:
    assert [(one.way, one.url) for one in list_requests(where(HOME), 2)] == [
        ("api", API),
        ("list", f"{HOME}/article/list/2"),
    ]


@pytest.mark.parametrize(
    ("url", "page", "asked"),
    [
        (f"{HOME}/category_7.html", 1, [f"{HOME}/category_7.html"]),
        (f"{HOME}/category_7.html", 3, [f"{HOME}/category_7_3.html"]),
        (f"{HOME}/article/category/7", 2, [f"{HOME}/article/category/7/2"]),
        (f"{HOME}/rss/list", 1, [f"{HOME}/rss/list"]),
        (f"{HOME}/rss/list", 2, []),
        (f"{HOME}/article/details/1", 1, []),
    ],
)
def test_columns_and_feeds_are_asked_themselves(url: str, page: int, asked: list[str]) -> None:
    assert [request.url for request in list_requests(where(url), page)] == asked


def test_the_api_names_posts_and_their_total() -> None:
    label = item(3, url="https://label.blog.csdn.net/article/details/3")
    parsed = answer({"code": 200, "data": {"list": [item(9), label, item(4, url=""), None, {}], "total": 165}})
    assert (parsed.verdict, parsed.total) == ("listing", 165)
    assert [entry.native_id for entry in parsed.links] == ["9", "3", "4"]
    assert [entry.url for entry in parsed.links] == [
        f"{HOME}/article/details/9",
        "https://label.blog.csdn.net/article/details/3",
        f"{HOME}/article/details/4",
    ]
    assert parsed.links[0].title == "第 9 篇"
    assert parsed.links[0].published_at == datetime(2023, 2, 28, 5, 41, 39, tzinfo=UTC)


@pytest.mark.parametrize("posts", [None, []])
def test_a_list_past_its_end_is_an_empty_list(posts: Any) -> None:
    parsed = answer({"code": 200, "data": {"list": posts, "total": 12}})
    assert (parsed.verdict, parsed.links, parsed.total) == ("listing", (), 12)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ({"code": 400, "message": "请进行安全验证"}, "challenge"),
        ({"code": 521, "msg": "x"}, "challenge"),
        ({"code": 404, "message": "user not found"}, "gone"),
        ({"code": 200, "data": None}, "other"),
        ({"err_no": 0, "data": []}, "other"),
        ([1], "other"),
    ],
)
def test_an_answer_that_is_no_list_says_why(value: Any, verdict: str) -> None:
    parsed = answer(value)
    assert (parsed.verdict, parsed.links) == (verdict, ())
    assert parsed.reason


def test_cut_json_is_no_list() -> None:
    assert read_list(b'{"code": 200, "data": {"list": [', API, "").verdict == "other"


def test_a_page_instead_of_json_is_named() -> None:
    html = "<title>请进行安全验证(Security Verification)</title><body><a href='https://blog.csdn.net/u/article/details/1'>x"
    assert parse(html.encode(), API).verdict == "challenge"
    assert read_list(b"  ", API, "").verdict == "empty"


def listed(items: str, script: str = "", url: str = f"{HOME}/article/list/1") -> Parsed:
    return parse(f"<html><body>{items}<script>{script}</script></body></html>".encode(), url)


def box(native_id: int, user: str = "zhang_3", style: str = "") -> str:
    return (
        f'<div class="article-item-box csdn-tracking-statistics" data-articleid="{native_id}" style="{style}">'
        f'<h4 class=""><a href="https://blog.csdn.net/{user}/article/details/{native_id}">'
        f'<span class="article-type type-1">原创</span>  标题 {native_id} </a></h4>'
        f'<div class="info-box"><span class="date">2019-11-19 17:44:05</span></div></div>'
    )


def test_a_list_page_names_its_authors_posts_and_no_decoy() -> None:
    items = box(82762601, "yoyo", "display: none;") + box(5, "stranger") + box(7) + box(6, "ZHANG_3")
    parsed = listed(items, "var currentPage = 1; var pageSize = 20 ; var listTotal = 131 ;")
    assert (parsed.verdict, parsed.total) == ("listing", 131)
    assert [(entry.native_id, entry.title, entry.position) for entry in parsed.links] == [
        ("7", "标题 7", 1),
        ("6", "标题 6", 2),
    ]
    assert parsed.links[0].published_at == datetime(2019, 11, 19, 9, 44, 5, tzinfo=UTC)


def test_whose_list_it_is_shows_in_its_items_where_the_address_does_not_tell() -> None:
    items = box(1, "stranger") + box(2, "real") + box(3, "real")
    parsed = listed(items, url="https://label.blog.csdn.net/article/list/1")
    assert [entry.native_id for entry in parsed.links] == ["2", "3"]


def test_a_page_of_a_list_without_items_keeps_the_total() -> None:
    parsed = listed("", "var listTotal = 40;")
    assert (parsed.verdict, parsed.links, parsed.total) == ("listing", (), 40)


def test_a_column_page_is_a_list_in_its_order() -> None:
    items = "".join(
        f"<li><a href='{HOME}/article/details/{n}'><div class=column_article_title><h2 class=title>"
        f"<span class='article-type type-1'>原创</span> 第 {n} 课</h2></div>"
        f"<div class=column_article_data><span>2021-02-13 10:31:14</span></div></a></li>"
        for n in (3, 1)
    )
    parsed = listed(f"<ul class=column_article_list>{items}</ul>", url=f"{HOME}/category_7.html")
    assert [(entry.native_id, entry.title) for entry in parsed.links] == [("3", "第 3 课"), ("1", "第 1 课")]


def test_a_saved_list_is_known_by_its_canonical_link() -> None:
    html = f"<link rel=canonical href={HOME}><body>{box(7)}"
    assert parse(html.encode(), "").links[0].native_id == "7"


def test_a_feed_names_the_posts_of_its_platform() -> None:
    feed = f"""<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <rss version="2.0"><channel><title>zhang</title><link>{HOME}</link>
    <item><title><![CDATA[一 & 二]]></title><link>{HOME}/article/details/8?a=1</link>
    <pubDate>Tue, 28 Feb 2023 13:41:39 +0800</pubDate></item>
    <item><title>&x;</title><link>{HOME}/article/details/9</link></item>
    <item><title>elsewhere</title><link>https://example.com/1</link></item><item/></channel></rss>"""
    parsed = parse(feed.encode(), "https://rss.csdn.net/zhang_3/rss/map", content_type="text/xml")
    assert parsed.verdict == "feed"
    assert (parsed.links[0].native_id, parsed.links[0].title) == ("8", "一 & 二")
    assert "root:" not in parsed.links[1].title
    assert len(parsed.links) == 2
    assert parsed.links[0].published_at == datetime(2023, 2, 28, 5, 41, 39, tzinfo=UTC)


def test_a_feed_that_is_cut_at_its_start_names_nothing() -> None:
    assert read_list(b"<rss", "https://rss.csdn.net/u/rss/map", "").links == ()
