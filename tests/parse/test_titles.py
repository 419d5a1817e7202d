"""The title of an article is told from the names of its site, its sections and its neighbours."""

from __future__ import annotations

import pytest

from scraper.parse.titles import without_site
from scraper.read import parse

BODY = "<p>正文的一段，写得足够长，有逗号，有句号，谁看了都知道这是文章，不是导航。</p>" * 6


def title(head: str, before: str) -> str:
    post = parse(f"<head>{head}</head><body>{before}<div>{BODY}</div></body>".encode(), "https://a.org/p/1").post
    assert post is not None
    return post.title


@pytest.mark.parametrize(
    ("head", "before", "expected"),
    [
        ("<title>学会放手 « 某某的博客</title>", "<h1><a href=/>某某的博客</a></h1><h2>学会放手</h2>", "学会放手"),
        ("<title>某某的博客 - 学会放手</title>", "<h1><a href=/>某某的博客</a></h1><h2>学会放手</h2>", "学会放手"),
        ("<title>学会放手_某某_新浪博客</title>", "<h1>某某的博客</h1>", "学会放手"),
        ("<title>首页</title>", "<h1>某某</h1><h1 class=entry-title>学会放手 ¶</h1>", "学会放手"),
        (
            "<title>某某</title><meta property=og:title content=学会放手>",
            "<a href=https://a.org/><h1>某某</h1></a>",
            "学会放手",
        ),
        (
            "<title>某某</title><script type=application/ld+json>"
            '{"@type": "BlogPosting", "headline": "学会放手"}</script>',
            "",
            "学会放手",
        ),
        ("<meta property='dc:title og:title' content=学会放手>", "", "学会放手"),
        ("<meta property=og:site_name content=某某><title>某某 | 学会放手</title>", "", "学会放手"),
        ("", "<h1>学会放手</h1>", "学会放手"),
        ("<title>C++</title>", "<h1>导航</h1>", "C++"),
    ],
)
def test_the_title_is_the_articles(head: str, before: str, expected: str) -> None:
    assert title(head, before) == expected


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("Mozilla - Wikipedia", "Mozilla - Wikipedia"),
        ("How to sleep well - Health", "How to sleep well"),
        ("How to sleep well | Body | Health", "How to sleep well"),
        ("well-known names", "well-known names"),
        ("", ""),
    ],
)
def test_the_sites_name_is_the_shorter_part_at_the_end(full: str, expected: str) -> None:
    assert without_site(full) == expected
