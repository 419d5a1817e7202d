"""The article on a page of no known platform is found, with its metadata, and lists are not taken for one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scraper.models import Parsed, Post
from scraper.read import parse

SENTENCE = "正文的一句话，写得足够长，足够让人看出这里是文章，而不是导航。"
PARAGRAPHS = f"<p>{SENTENCE}</p>" * 8
NAVIGATION = "<nav>" + "<a href=/x>栏目</a>" * 30 + "</nav>"
FOOTER = f"<footer class=footer><p>版权所有，{SENTENCE}</p></footer>"


def parsed(html: str, url: str = "https://blog.example.org/2023/post") -> Parsed:
    return parse(html.encode(), url)


def post_of(html: str, url: str = "https://blog.example.org/2023/post") -> Post:
    found = parsed(html, url)
    assert found.post is not None, (found.verdict, found.reason)
    return found.post


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{PARAGRAPHS}</article>",
        f"<div class='post-content e-content'>{PARAGRAPHS}</div>",
        f"<section itemprop=articleBody>{PARAGRAPHS}</section>",
        f"<div class=x1><div class=x2>{PARAGRAPHS}</div></div>",
        f"<div id=main>{(SENTENCE + '<br><br>') * 8}</div>",
        f"<main><pre>{SENTENCE}</pre>{PARAGRAPHS}</main>",
    ],
)
def test_the_body_is_found_with_or_without_a_known_class(body: str) -> None:
    post = post_of(f"<title>题目 - 站点</title><body>{NAVIGATION}<h1>题目</h1>{body}{FOOTER}</body>")
    assert post.text.count(SENTENCE) >= 8
    assert "栏目" not in post.text
    assert "版权所有" not in post.text
    assert post.title == "题目"
    assert post.parser == "generic/2"


def test_metadata_comes_from_json_ld_meta_and_markup() -> None:
    post = post_of(
        f"""<html lang=zh-CN><head><title>题目 | 站点</title><meta name=description content=摘要>
        <meta name=keywords content="a,b"><meta property=og:image content=https://a.cn/c.png>
        <script type="application/ld+json">{{"@type": "BlogPosting", "datePublished": "2023-02-28T13:41:39+08:00",
        "dateModified": "2023-03-01", "author": [{{"name": "阿平"}}]}}</script></head>
        <body><article><a rel=tag href=/t/1># Go</a>{PARAGRAPHS}</article></body>"""
    )
    assert (post.title, post.author.name, post.description) == ("题目", "阿平", "摘要")
    assert post.published_at == datetime(2023, 2, 28, 5, 41, 39, tzinfo=UTC)
    assert post.updated_raw == "2023-03-01"
    assert (post.tags, post.keywords, post.cover_url) == (("Go",), ("a", "b"), "https://a.cn/c.png")
    assert post.language == "zh-CN"


def test_the_shown_time_and_byline_count_where_the_head_says_nothing() -> None:
    post = post_of(
        f"<meta property=og:title content=题目><body><h1>一</h1><h1>二</h1><span class=author>小明</span>"
        f"<time datetime=2020-07-07>7 月 7 日</time><article>{PARAGRAPHS}</article>"
    )
    assert (post.title, post.author.name, post.published_raw, post.language) == ("题目", "小明", "2020-07-07", "zh")


def test_a_page_without_dates_or_names_has_none() -> None:
    post = post_of(f"<title>题目</title><article>{PARAGRAPHS}</article>")
    assert (post.published_at, post.updated_at, post.author.name, post.tags) == (None, None, "", ())


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example.org/archives/",
        "https://blog.example.org/tags/go/",
        "https://blog.example.org/categories/x/page/2",
        "https://blog.example.org/page/3/",
        "https://blog.example.org/blog/tags/index.html",
    ],
)
def test_archive_and_tag_pages_are_lists_by_their_address(url: str) -> None:
    assert parsed(f"<article>{PARAGRAPHS}</article>", url).verdict == "listing"


def test_a_page_of_headings_that_are_links_is_a_list() -> None:
    items = "".join(f"<h2><a href=/p/{n}>第 {n} 篇文章</a></h2><p>{SENTENCE}</p>" for n in range(6))
    assert parsed(f"<title>博客</title>{items}").verdict == "listing"


def test_an_article_whose_headings_link_to_themselves_is_none() -> None:
    items = "".join(f"<h2><a href=#{n}>第 {n} 节</a></h2><p>{SENTENCE}</p>" for n in range(6))
    assert parsed(f"<title>博客</title><article>{items}</article>").verdict == "article"


def test_links_alone_are_no_article() -> None:
    links = f"<ul>{f'<li><a href=/x>{SENTENCE}</a></li>' * 20}</ul>"
    assert parsed(f"<title>友情链接</title>{links}").verdict == "other"


def test_a_frame_around_an_emptied_body_is_no_article() -> None:
    hidden = f"<article><div style='display:none'>{PARAGRAPHS}</div></article>"
    assert parsed(f"<title>题目</title>{hidden}").post is None
