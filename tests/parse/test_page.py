"""The head of a page, its scripts and the addresses that savers leave in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.parse.page import (
    Page,
    decode_js,
    find_json_ld,
    open_page,
    script_language,
    script_variables,
    split_list,
)


def opened(html: str, url: str = "") -> Page:
    page = open_page(html, url)
    assert page is not None
    return page


def test_the_head_is_read_once_and_the_first_of_each_wins() -> None:
    meta = opened(
        """<html lang="zh_CN"><title> 标题
        二 </title><meta name=Description content=" a  b "><meta name=description content=second>
        <meta property="og:url" content="https://a.cn/1"><meta property="article:tag" content="x">
        <meta property="article:tag" content="y"><meta name="keywords" content="一，二;三、二"><body>
        <svg><title>icon</title></svg>"""
    ).meta
    assert meta.title == "标题 二"
    assert meta.language == "zh-CN"
    assert meta.meta["description"] == "a b"
    assert meta.article_tags == ("x", "y")
    assert meta.keywords == ("一", "二", "三")
    assert meta.addresses == ("https://a.cn/1",)


def test_the_title_of_a_picture_is_not_the_pages() -> None:
    assert opened("<body><svg><title>icon</title></svg><p>x").meta.title == ""


def test_a_relative_canonical_link_is_resolved_against_the_pages_address() -> None:
    html = '<link rel="canonical nofollow" href="../p/2"><p>x'
    assert opened(html, "https://a.cn/q/1").meta.canonical_url == "https://a.cn/p/2"
    assert opened(html).meta.canonical_url == ""


def test_the_addresses_that_savers_write_are_found() -> None:
    meta = opened(
        "<!DOCTYPE html>\n<!-- saved from url=(0042)https://blog.csdn.net/u/article/details/1 -->\n<html><!--\n"
        " Page saved with SingleFile \n url: https://a.cn/x?y=1 \n saved date: now\n--><body><p>x"
    ).meta
    assert meta.saved_from_url == "https://blog.csdn.net/u/article/details/1"
    assert meta.singlefile_url == "https://a.cn/x?y=1"
    assert meta.addresses == ("https://a.cn/x?y=1",)


def test_json_ld_is_read_from_lists_and_graphs_and_what_is_broken_is_left_out() -> None:
    page = opened(
        """<script type="application/ld+json">{"@graph": [{"@type": ["Article", "Thing"], "name": "a"}, 3]}</script>
        <script type="application/ld+json">[{"@type": "Person"}, null]</script>
        <script type="application/ld+json">{"broken": </script>
        <script type="application/ld+json">"""
        + "[" * 200_000
        + """</script><script type="application/ld+json">"just a string"</script><p>x"""
    )
    assert find_json_ld(page.meta, "Article")["name"] == "a"
    assert find_json_ld(page.meta, "Person") == {"@type": "Person"}
    assert find_json_ld(page.meta, "Recipe") == {}


def test_variables_are_read_from_scripts_only_and_decoded() -> None:
    page = opened(
        r"""<pre>var username = "from code"</pre><script>
        var username =  "a_1"; var title = 'It\'s \u4e2d &amp;\"x\"'; var count = 12; var can = true
        var username = "second"; var other = 1; var open = "never closed
        var empty = "";</script>"""
    )
    assert script_variables(page.tree, ("username", "title", "count", "can", "open", "empty", "absent")) == {
        "username": "a_1",
        "title": 'It\'s 中 &"x"',
        "count": "12",
        "can": "true",
        "empty": "",
    }


def test_javascript_escapes_stand_for_characters() -> None:
    assert decode_js(r"a\nb\x41\u4e2d\/\q\ud800") == "a\nbA中/q?"


def test_lists_are_split_at_commas_of_either_width() -> None:
    assert split_list(" a b,c，d；;c、") == ("a b", "c", "d")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("这是一段中文 with English words", "zh"),
        ("これは日本語のテキストです", "ja"),
        ("이것은 한국어 문장입니다", "ko"),
        ("plain English text", ""),
        ("", ""),
    ],
)
def test_the_script_of_a_text_tells_its_language_where_it_can(text: str, language: str) -> None:
    assert script_language(text) == language


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_is_a_page_or_none(text: str) -> None:
    page = open_page(text, "https://a.cn/")
    assert page is None or page.tree is not None
