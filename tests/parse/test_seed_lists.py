"""Lists of addresses that people keep are read in their order, each address once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scraper.models import Parsed
from scraper.parse.seed_lists import read_seed_list
from scraper.read import parse


def named(parsed: Parsed | None) -> list[tuple[str, str]]:
    assert parsed is not None
    assert parsed.verdict == "listing"
    assert [entry.position for entry in parsed.links] == list(range(1, len(parsed.links) + 1))
    return [(entry.url, entry.title) for entry in parsed.links]


def test_opml_names_feeds_and_else_pages() -> None:
    opml = """<?xml version="1.0"?><!-- mine --><opml version="2.0"><head/><body><outline text="组">
    <outline text="甲" title="甲的博客" type="rss" xmlUrl="https://a.cn/atom.xml" htmlUrl="https://a.cn/"/>
    <outline text="乙" type="link" url="https://b.cn/p?a=1&amp;b=2"/></outline>
    <outline text="甲" xmlUrl="https://a.cn/atom.xml"/><outline text="无"/></body></opml>"""
    assert named(parse(opml.encode(), "")) == [("https://a.cn/atom.xml", "甲的博客"), ("https://b.cn/p?a=1&b=2", "乙")]


def test_bookmarks_of_a_browser_are_named_in_order_through_all_folders() -> None:
    html = """<!DOCTYPE NETSCAPE-Bookmark-file-1><META CHARSET=UTF-8><TITLE>Bookmarks</TITLE><H1>Bookmarks</H1>
    <DL><p><DT><A HREF="https://a.cn/" ADD_DATE="1">甲</A><DT><H3>组</H3><DL><p>
    <DT><A HREF="https://b.cn/1" TAGS="x">乙</A><DT><A HREF="javascript:x">丙</A></DL><p>
    <DT><A HREF="place:sort=8">丁</A></DL>"""
    assert named(parse(html.encode(), "", name="bookmarks.html")) == [("https://a.cn/", "甲"), ("https://b.cn/1", "乙")]


def test_the_bookmarks_of_chrome_are_named_in_order() -> None:
    leaf = {"type": "url", "name": "甲", "url": "https://a.cn/"}
    folder = {"type": "folder", "name": "组", "children": [leaf | {"url": "https://b.cn/1", "name": "乙"}, leaf]}
    other = {"type": "folder", "children": [leaf | {"url": "chrome://settings"}, leaf | {"url": "https://c.cn/"}, None]}
    roots = {"bookmark_bar": {"children": [leaf, folder]}, "other": other, "sync_transaction_version": "1"}
    text = json.dumps({"checksum": "x", "roots": roots, "version": 1})
    assert named(parse(text.encode(), "")) == [
        ("https://a.cn/", "甲"),
        ("https://b.cn/1", "乙"),
        ("https://c.cn/", "甲"),
    ]
    assert named(read_seed_list('{"roots": 1')) == []
    assert named(read_seed_list('{"roots": 1}')) == []


def test_a_plain_list_has_one_address_a_line_and_comments() -> None:
    text = "# 我的清单\nhttps://a.cn/1?utm_source=x\n\n  https://b.cn/ 乙的 博客\r\nhttps://a.cn/1\n"
    assert named(parse(text.encode(), "", name="urls.txt")) == [("https://a.cn/1", ""), ("https://b.cn/", "乙的 博客")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "https://a.cn/1\nwords\n",
        "User-agent: *\n",
        '{"a": 1}',
        "<html><a href=x>",
        "<html><opml>",
    ],
)
def test_any_other_text_is_none(text: str) -> None:
    assert read_seed_list(text) is None


def test_a_post_in_markdown_is_no_list_even_if_it_holds_only_an_address() -> None:
    assert parse(b"---\ntitle: T\n---\nhttps://a.cn/1\n", "").verdict == "article"
    assert parse(b"https://a.cn/1\n", "", name="a.md").verdict == "article"


@pytest.mark.parametrize(
    ("file", "least"),
    [
        ("archives/chrome-Bookmarks-buku.json", 14),
        ("archives/feedvalidator-subscriptionList.opml", 10),
        ("archives/opmlparser-top100.opml", 50),
        ("archives/bookmarks-archivebox-firefox_nested_folders.html", 4),
        ("archives/bookmarks-archivebox-chrome_with_folders.html", 2),
        ("archives/bookmarks-archivebox-safari_reading_list.html", 2),
        ("other-listing/urls-hexo-eurkon-baidu.txt", 88),
    ],
)
def test_real_lists_are_read(shared: Path, file: str, least: int) -> None:
    assert len(named(parse((shared / "corpus" / file).read_bytes(), "", name=file))) >= least
