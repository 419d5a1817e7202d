"""Authors, dates, labels and licences come from JSON-LD, meta, microdata and what the page shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scraper.models import Post
from scraper.read import parse

BODY = "<p>正文的一段，写得足够长，有逗号，有句号，谁看了都知道这是文章，不是导航。</p>" * 6


def read(head: str = "", before: str = "", after: str = "") -> Post:
    html = f"<head><title>题目</title>{head}</head><body><h1>题目</h1>{before}<div>{BODY}</div>{after}</body>"
    post = parse(html.encode(), "https://a.org/p/1").post
    assert post is not None
    return post


def linked(data: Any) -> str:
    return f"<script type='application/ld+json'>{json.dumps(data)}</script>"


@pytest.mark.parametrize(
    ("head", "before", "name"),
    [
        (linked({"@type": "NewsArticle", "author": [{"name": "甲"}, {"name": "乙"}]}), "", "甲, 乙"),
        (linked({"@type": "WebPage", "author": "甲"}), "", "甲"),
        ("<meta name=author content='甲,jia@example.org'>", "", "甲"),
        ("<meta property=article:author content=https://a.org/u/1><meta name=dc.creator content=甲>", "", "甲"),
        ("<meta name=author content=admin>", "<span class=post-author>作者：甲</span>", "甲"),
        ("", "<div itemprop=author><meta itemprop=name content=甲></div>", "甲"),
        ("", "<a rel=author href=/u/1>甲</a>", "甲"),
        ("", "<p>作者：甲 来源：某报</p>", "甲"),
        ("", "<p>By Jane Doe on May 1, 2020</p>", "Jane Doe"),
        ("", "<p><span>文章作者:</span><span><a href=/about>甲</a></span></p>", "甲"),
        ("", "<p class=author>甲 发布时间：10-08</p>", "甲"),
        ("", "<span class=byline>Jane Doe Jan 3, 2020 4:05 PM</span>", "Jane Doe"),
        ("<meta name=author content=某站><meta property=og:site_name content=某站>", "<i class=author>甲</i>", "甲"),
        ("<meta name=author content=某站><meta property=og:site_name content=某站>", "", "某站"),
        ("", "", ""),
    ],
)
def test_the_author_is_found(head: str, before: str, name: str) -> None:
    assert read(head, before).author.name == name


def test_the_address_of_an_author_is_kept() -> None:
    data = {"@type": "Article", "author": {"name": "甲", "url": "https://a.org/u/1"}}
    assert read(linked(data)).author.url == "https://a.org/u/1"


@pytest.mark.parametrize(
    ("head", "before", "after", "published", "updated"),
    [
        ("", "<p><i>更新时间：</i><b>2021-02-03</b> <i>发布时间：</i><b>2020-01-02</b></p>", "",
         "2020-01-02", "2021-02-03"),
        ("", "<abbr title='2020年01月02日'>3 年前</abbr>", "", "2020年01月02日", ""),
        ("", "<p><i title='2020-01-02 03:04:05 +0800 CST'>January 2, 2020</i></p>", "",
         "2020-01-02 03:04:05 +0800 CST", ""),
        ("", "<time title='发布于 2020-01-02 | 编辑于 2020-02-03'>3 年前</time>", "",
         "发布于 2020-01-02", "编辑于 2020-02-03"),
        (linked({"@graph": [{"@type": "Article", "datePublished": "2020-01-02", "dateModified": "2020-02-03"}]}),
         "", "", "2020-01-02", "2020-02-03"),
        (linked([{"pubDate": "2020-01-02T10:00:00"}]), "", "", "2020-01-02T10:00:00", ""),
        ("<meta property=article:published_time content=2020-01-02><meta name=lastmod content=2020-02-03>",
         "", "", "2020-01-02", "2020-02-03"),
        ("<meta itemprop=datePublished content=2020-01-02>", "", "", "2020-01-02", ""),
        ("", "<time datetime=2020-01-02>新年</time>", "", "2020-01-02", ""),
        ("", "<time datetime=2020-02-03 class=updated>x</time><time datetime=2020-01-02>y</time>", "",
         "2020-01-02", "2020-02-03"),
        ("", "<p>发布于 2020-01-02 · 更新于 2020-02-03</p>", "", "发布于 2020-01-02", "更新于 2020-02-03"),
        ("", "<p>更新于 2020-02-03</p><p>发表于 2020-01-02</p>", "", "发表于 2020-01-02", "更新于 2020-02-03"),
        ("", "", "<p>posted on January 2, 2020</p>", "posted on January 2, 2020", ""),
        ("", "<i itemprop=dateModified content=2020-02-03></i><i itemprop=datePublished content=2020-01-02></i>", "",
         "2020-01-02", "2020-02-03"),
        ("<meta property=article:modified_time content=2020-02-03>", "", "", "2020-02-03", ""),
        ("<meta name=date content=soon>", "", "", "", ""),
    ],
)  # fmt: skip
def test_dates_are_found(head: str, before: str, after: str, published: str, updated: str) -> None:
    post = read(head, before, after)
    assert (post.published_raw, post.updated_raw) == (published, updated)


def test_a_time_far_from_the_text_counts_only_where_there_is_no_other() -> None:
    far = "<i></i>" * 300 + "<time datetime=2011-11-11>x</time>"
    assert read("", "<p>发布于 2020-01-02</p>", far).published_raw == "发布于 2020-01-02"
    assert read("", "", far).published_raw == "2011-11-11"


def test_labels_come_from_meta_or_from_the_relations_of_links() -> None:
    links = "<a rel='category tag' href=/c>分类</a><a rel=tag href=/t># Go</a><a rel=tag href=/t>Go</a>"
    assert (read("", "", links).categories, read("", "", links).tags) == (("分类",), ("Go",))
    head = "<meta property=article:tag content='Go,Rust'><meta property=article:section content=分区>"
    assert (read(head, "", links).tags, read(head, "", links).categories) == (("Go", "Rust"), ("分区",))
    assert read(linked({"@type": "Article", "articleSection": "分区"})).categories == ("分区",)


def test_licence_cover_language_and_description_are_read() -> None:
    data = {
        "@type": "Article",
        "image": [{"url": "/c.png"}],
        "description": "摘要",
        "inLanguage": "zh-TW",
        "license": "CC",
    }
    post = read(linked(data))
    assert (post.cover_url, post.description, post.language, post.license) == (
        "https://a.org/c.png", "摘要", "zh-TW", "CC",
    )  # fmt: skip
    deed = "<a href=https://creativecommons.org/licenses/by/4.0/>CC BY 4.0</a>"
    assert read("", "", deed).license == "CC BY 4.0"
    assert read("", "", "<a rel=license href=/l></a>").license == "/l"


def test_json_ld_in_a_cdata_section_is_read() -> None:
    data = json.dumps({"@type": "Article", "datePublished": "2020-01-02"})
    for script in (f"<![CDATA[{data}]]>", f"//<![CDATA[\n{data}\n//]]>", f"/*<![CDATA[*/ {data} /*]]>*/"):
        assert read(f"<script type='application/ld+json'>{script}</script>").published_raw == "2020-01-02"
