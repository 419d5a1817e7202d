from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.export.markdown import render
from scraper.models import Author, Post
from scraper.parse.encoding import decode
from scraper.parse.front_matter import join
from scraper.parse.post_file import read_post_file
from scraper.parse.site import Address


def identify(url: str) -> tuple[str, Address] | None:
    """Name the posts of a platform at blog.example."""
    start = "https://blog.example/"
    if not url.startswith(start) or "/details/" not in url:
        return None
    author, _, number = url.removeprefix(start).partition("/details/")
    return "platform", Address("post", number, url, author)


def read(text: str, name: str = "posts/a.md", url: str = "") -> Post:
    post = read_post_file(text, name=name, url=url, identify=identify)
    assert post is not None
    return post


def with_keys(body: str = "正文", name: str = "posts/a.md", /, **keys: Any) -> Post:
    return read(join(keys, body), name)


def hexadecimal(url: str) -> str:
    digits = url.encode().hex()
    return f"{digits[:10]}:{digits[10:30]}:{digits[30:]}"


MIRROR = f"""---
arturl_encode: "{hexadecimal("https://blog.example/li/details/42")}"
layout: post
title: "大模型开源-7B-深度适配某某-AI框架"
date: 2025-01-08 16:40:14 +08:00
categories: ['未分类']
tags: ['人工智能']
artid: "42"
image:
  path: https://api.pictures.example/api/bing?rand=sj&artid=42
featuredImage: https://pictures.example/img/rand?artid=42
---

# 大模型“开源-7B” 深度适配某某 AI框架

代码：https://a.example/x社区：https://b.example/y-7BGitee地址：https://c.example/y-7B

******1、******
**********性能领先**********
"""


def test_a_mirror_has_the_identity_title_and_links_of_what_it_copies() -> None:
    post = read(MIRROR)
    assert (post.site, post.native_id, post.url) == ("platform", "42", "https://blog.example/li/details/42")
    assert post.author == Author(id="li")
    assert post.title == "大模型“开源-7B” 深度适配某某 AI框架"
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2025-01-08T16:40:14+08:00"
    assert (post.categories, post.tags, post.cover_url, post.language) == ((), ("人工智能",), "", "zh")
    links = [link.url for link in post.links]
    assert links == ["https://a.example/x", "https://b.example/y-7B", "https://c.example/y-7B"]
    assert post.markdown.endswith("**1、**\n**性能领先**")
    assert not post.headings
    assert post.front_matter["artid"] == "42"
    assert post.parser == "file/1"


def test_the_first_corpus_mirror_is_read_exactly(shared: Path) -> None:
    path = shared / "corpus/front-matter/seed-family--000_095009517c9a4727.md"
    post = read(decode(path.read_bytes()).text)
    assert post.title == "科大讯飞首发开源大模型“星火开源-13B” 深度适配昇思MindSpore AI框架"
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2025-01-08T16:40:14+08:00"
    assert (post.tags, post.categories, len(post.images), post.warnings) == (("人工智能",), (), 4, ())
    links = {link.url for link in post.links}
    assert len(links) == 4
    assert all(link.isascii() and "Gitee" not in link for link in links)
    assert "***" not in post.markdown


def test_every_corpus_file_is_a_post_or_a_scaffold(shared: Path) -> None:
    scaffolds = []
    for path in sorted((shared / "corpus/front-matter").iterdir()):
        post = read_post_file(decode(path.read_bytes()).text, name=path.name, identify=identify)
        if post is None:
            scaffolds.append(path.name)
        else:
            assert post.title
            assert post.markdown == post.markdown.strip("\n")
    assert len(scaffolds) == 3


@pytest.mark.parametrize("key", ["url", "link", "original", "source", "permalink", "canonical", "canonical_url"])
def test_a_key_with_a_platform_s_address_names_the_post(key: str) -> None:
    assert with_keys(**{key: "https://blog.example/li/details/7"}).native_id == "7"


@pytest.mark.parametrize(
    "keys", [{"artid": "42"}, {"url": "/p/1.html"}, {"url": "https://other.example/1"}, {"arturl_encode": "zz"}]
)
def test_other_keys_claim_nothing(keys: dict[str, str]) -> None:
    post = with_keys(**keys)
    assert (post.site, post.native_id, post.url) == ("file", "posts/a.md", "")
    assert post.front_matter == keys


def test_a_file_from_an_address_is_named_by_it() -> None:
    url = "https://raw.example/p/q/a.md"
    post = read("---\ntitle: 甲\ncover: ../c.png\n---\n![图](i.png)", name="", url=url)
    assert (post.site, post.native_id, post.url) == ("raw.example", "raw.example/p/q/a.md", url)
    assert post.markdown == "![图](https://raw.example/p/q/i.png)"
    assert (post.cover_url, post.images[0].url) == ("https://raw.example/p/c.png", "https://raw.example/p/q/i.png")
    platform = read("甲", name="", url="https://blog.example/li/details/7")
    assert (platform.site, platform.native_id) == ("platform", "7")


@pytest.mark.parametrize(
    ("text", "name", "title", "markdown"),
    [
        ("---\ntitle: 甲\n---\n# 乙\n\n丙", "a.md", "甲", "# 乙\n\n丙"),
        ("---\ntitle: 甲-乙\n---\n# 甲（乙）\n\n丙", "a.md", "甲（乙）", "丙"),
        ("---\ntitle: 2024-07-10-甲乙\n---\n# 甲乙\n\n丙", "a.md", "甲乙", "丙"),
        ("---\ntitle: 甲：乙\n---\n甲乙\n===\n\n丙", "a.md", "甲：乙", "丙"),
        ("---\ntitle: 甲\n---\n<!-- x -->\n\n# 甲\n丙", "a.md", "甲", "<!-- x -->\n\n丙"),
        ("# 甲\n\n## 乙\n\n丙", "a.md", "甲", "## 乙\n\n丙"),
        ("# 甲\n\n丙\n\n# 乙", "dir/文件.md", "文件", "# 甲\n\n丙\n\n# 乙"),
        ("# 甲\n\n丙\n\n# 乙", "甲.md", "甲", "丙\n\n# 乙"),
        ("丙\n\n## 乙", "2020-02-28-标题.md", "标题", "丙\n\n## 乙"),
        ("丙", "2020-02-28.md", "2020-02-28", "丙"),
        ("丙", "posts/标题/index.md", "标题", "丙"),
        ("丙\n\n# 乙\n\n# 丁", "", "乙", "丙\n\n# 乙\n\n# 丁"),
        ("# 原创\n：  标题\n\n# 标题\n\n丙", "a.md", "标题", "丙"),
        ("---\ntitle: '{{ title }}'\n---\n丙", "b.md", "b", "丙"),
        ("---\ntitle: [甲]\n---\n丙", "b.md", "b", "丙"),
    ],
)
def test_the_title_is_the_key_s_the_heading_s_or_the_name_s(text: str, name: str, title: str, markdown: str) -> None:
    post = read(text, name)
    assert (post.title, post.markdown) == (title, markdown)


def test_a_title_that_is_no_text_is_named() -> None:
    warning = "front matter: title is no text: the title is the heading or the file's name"
    assert with_keys(title={"a": "1"}).warnings == (warning,)


@pytest.mark.parametrize(
    "text", ["", "---\ndate: 2020-01-01\n---\n", "---\ntitle: {{ title }}\n---\n『』\n", "<!-- x -->"]
)
def test_a_file_with_neither_text_nor_title_is_no_post(text: str) -> None:
    assert read_post_file(text, name="a.md", identify=identify) is None


def test_a_title_alone_is_a_post() -> None:
    assert with_keys("", title="甲").title == "甲"


DAY, NEXT = "2020-01-02T00:00:00+08:00", "2021-01-02T00:00:00+08:00"


@pytest.mark.parametrize(
    ("keys", "name", "published", "updated"),
    [
        ({"date": "2020-01-02 03:04:05"}, "a.md", "2020-01-02T03:04:05+08:00", None),
        ({"pubDate": "2020-01-02", "lastmod": "2021-01-02"}, "a.md", DAY, NEXT),
        ({"publishDate": "2020-01-02", "date": "2021-01-02"}, "a.md", DAY, NEXT),
        ({"published": "true", "created": "2020-01-02"}, "a.md", DAY, None),
        ({"date": "22-09-12 10:47:12 修改"}, "a.md", None, "2022-09-12T10:47:12+08:00"),
        ({"last_update": {"date": "2020-01-02", "author": "li"}}, "a.md", None, DAY),
        ({}, "p/2020-02-28-title.md", "2020-02-28T00:00:00+08:00", None),
        ({"date": "{{ date }}"}, "2020-2-8_title.md", "2020-02-08T00:00:00+08:00", None),
        ({"更新时间": "2021-01-02", "创建时间": "2020-01-02"}, "a.md", DAY, NEXT),
    ],
)
def test_times_come_from_keys_and_names(
    keys: dict[str, Any], name: str, published: str | None, updated: str | None
) -> None:
    post = with_keys("正文", name, **keys)
    times = [moment and moment.isoformat() for moment in (post.published_at, post.updated_at)]
    assert times == [published, updated]


def test_a_date_that_names_no_day_is_kept_as_written() -> None:
    post = with_keys(date="0-10-21 22:38:41 发布")
    assert (post.published_at, post.published_raw) == (None, "0-10-21 22:38:41 发布")


def test_a_commented_date_counts() -> None:
    post = read("正文\n\n<!--more-->\n\n<!-- CreateTime:2023/2/6 17:44:31 -->\n\n继续")
    assert post.published_at is not None
    assert (post.published_at.isoformat(), post.published_raw) == ("2023-02-06T17:44:31+08:00", "2023/2/6 17:44:31")


@pytest.mark.parametrize(
    ("keys", "tags", "categories"),
    [
        ({"tags": ["甲", "乙", "甲"], "categories": ["丙"]}, ("甲", "乙"), ("丙",)),
        ({"tags": "甲, 乙，丙"}, ("甲", "乙", "丙"), ()),
        ({"tags": "dotnet wpf", "category": "Unity Daily"}, ("dotnet", "wpf"), ("Unity Daily",)),
        ({"tags": "Machine Learning", "categories": "技术 生活"}, ("Machine Learning",), ("技术", "生活")),
        ({"tag": "spring boot"}, ("spring boot",), ()),
        ({"categories": [["甲", "乙"], ["丙"]]}, (), ("甲", "乙", "丙")),
        ({"tags": [{"label": "甲", "permalink": "/a"}, {"乙": "1"}]}, ("甲", "乙"), ()),
        ({"taxonomies": {"tags": ["甲"], "categories": ["乙"]}}, ("甲",), ("乙",)),
        ({"tags": ["#甲", "~", "", "null"], "categories": ["未分类", "Uncategorized"]}, ("甲",), ()),
        ({"tags": r"\[甲, [乙](https://a.example)]"}, ("甲", "乙"), ()),
        ({"Tags": ["甲"], "标签": "乙"}, ("甲", "乙"), ()),
        ({"tags": "{{ tags }}", "categories": {}}, (), ()),
    ],
)
def test_tags_and_categories_are_read_in_every_form(
    keys: dict[str, Any], tags: tuple[str, ...], categories: tuple[str, ...]
) -> None:
    post = with_keys(**keys)
    assert (post.tags, post.categories) == (tags, categories)


@pytest.mark.parametrize(
    ("keys", "author"),
    [
        ({"author": "李"}, Author(name="李")),
        ({"author": ["李", "王"]}, Author(name="李, 王")),
        ({"author": {"name": "李", "url": "https://a.example", "id": "li"}}, Author("li", "李", "https://a.example")),
        ({"authors": [{"name": "李", "link": "https://a.example"}, "王"]}, Author("", "李, 王", "https://a.example")),
        ({"author": "李", "author_id": "li"}, Author("li", "李")),
        ({"author": "{{ author }}"}, Author()),
    ],
)
def test_the_author_is_read_in_every_form(keys: dict[str, Any], author: Author) -> None:
    assert with_keys(**keys).author == author


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ({"type": "原创"}, "original"), ({"type": "post"}, ""), ({"kind": "repost"}, "repost"),
        ({"original": "true"}, "original"), ({"original": "false"}, "repost"), ({"repost": "yes"}, "repost"),
        ({"translation": "true"}, "translation"), ({"reprint": "false"}, ""),
        ({"original": "https://other.example/1"}, ""),
    ],
)  # fmt: skip
def test_the_kind_is_what_the_keys_say(keys: dict[str, Any], kind: str) -> None:
    assert with_keys(**keys).kind == kind


@pytest.mark.parametrize(
    ("keys", "cover"),
    [
        ({"cover": "https://a.example/c.png"}, "https://a.example/c.png"),
        ({"header-img": "img/post-bg.jpg"}, "img/post-bg.jpg"),
        ({"image": {"path": "/a.webp", "alt": "图"}}, "/a.webp"),
        ({"cover": "https://a.example/api/image/c.png?x=1"}, "https://a.example/api/image/c.png?x=1"),
        ({"cover": "true"}, ""),
        ({"cover": "https://a.example/random.php", "thumbnail": "/t.png"}, "/t.png"),
        ({"cover": "https://a.example/img/rand?artid=1"}, ""),
        ({"cover": "https://api.a.example/pictures"}, ""),
        ({"cover": "https://a.example/bing/1920"}, ""),
        ({"cover": "https://picsum.photos/200"}, ""),
    ],
)
def test_a_service_for_random_pictures_is_no_cover(keys: dict[str, Any], cover: str) -> None:
    assert with_keys(**keys).cover_url == cover


def test_other_keys_find_their_place() -> None:
    post = with_keys(
        summary="简介", lang="en", keywords="甲，乙; 丙", license="CC BY 4.0", draft="true", permalink="/p/1", x=["y"]
    )
    assert (post.description, post.language, post.license) == ("简介", "en", "CC BY 4.0")
    assert post.keywords == ("甲", "乙", "丙")
    assert post.front_matter["draft"] == "true"
    assert post.front_matter["x"] == ["y"]
    assert with_keys(keywords=["甲"], license="true").keywords == ("甲",)
    assert with_keys(license="true").license == ""


def test_an_html_body_becomes_markdown() -> None:
    body = (
        "<div>\n <h1>\n  甲（乙）\n </h1>\n"
        ' <p>\n  <strong>丙</strong>：<a href="https://a.example">丁</a>\n </p>\n</div>'
    )
    post = with_keys(body, title="甲-乙")
    assert (post.title, post.markdown) == ("甲（乙）", "**丙**：[丁](https://a.example)")
    assert post.links[0].text == "丁"


def test_a_whole_document_as_body_gives_its_article() -> None:
    prose = "<p>" + "这是一篇文章的正文，说的是数据结构与算法。" * 20 + "</p>"
    page = f"<!DOCTYPE html><html><body><nav>导航</nav><article>{prose}</article></body></html>"
    post = with_keys(page, title="甲")
    assert "导航" not in post.markdown
    assert post.markdown.startswith("这是一篇文章")
    short = with_keys("<html><body><p>短</p></body></html>", title="甲")
    assert short.markdown == "短"


def test_markdown_with_some_html_stays_markdown() -> None:
    assert with_keys("<!-- x -->\n\n## 甲\n\n<p>乙</p>", title="丙").markdown == "<!-- x -->\n\n## 甲\n\n乙"
    assert with_keys("<p>甲</p>\n\n后记", title="丙").markdown == "甲\n\n后记"


def test_the_language_is_that_of_the_prose() -> None:
    assert with_keys("一句话\n\n```c\n" + "int main(void);\n" * 50 + "```").language == "zh"
    assert with_keys("int", title="x").language == ""


def test_what_was_mended_is_a_warning_of_the_post() -> None:
    assert read("---\ntitle: a: b\n---\n正文").warnings == ("front matter: not YAML, read as it looks: line 2 title",)


names = st.lists(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8), max_size=3).map(tuple)
line = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=20).map(str.strip)


@given(
    title=line.filter(bool), url=line, author=line, kind=st.sampled_from(["original", "repost", "translation", ""]),
    description=line, categories=names, tags=names, keywords=names, licence=line, body=line,
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_an_export_reads_back_as_the_same_record(
    title: str, url: str, author: str, kind: Any, description: str, categories: Any, tags: Any, keywords: Any,
    licence: str, body: str,
) -> None:  # fmt: skip
    head = "---\ndate: 2020-01-02 03:04:05\nupdated: 2021-01-02\n---\n# 甲\n\n**乙**：[丙](https://a.example)\n\n"
    post = replace(
        read(head + body),
        site="platform", native_id="7", url=url, title=title, author=Author("li", author), kind=kind,
        description=description, categories=categories, tags=tags, keywords=keywords, license=licence,
    )  # fmt: skip
    again = read(render(post, revision=3), "export/1-a.md")
    assert (
        replace(again, published_raw=post.published_raw, updated_raw=post.updated_raw, front_matter=post.front_matter)
        == post
    )


def test_an_edited_export_keeps_the_keys_that_were_added() -> None:
    data = {"title": "甲", "site": "s", "native_id": "1", "mood": "好", "tags": "一", "cover": ["x"]}
    post = read(join(data, "# 甲\n\n乙"))
    assert (post.front_matter, post.tags, post.cover_url, post.markdown) == ({"mood": "好"}, ("一",), "", "# 甲\n\n乙")


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_post_or_none(text: str) -> None:
    read_post_file(f"---\ntitle: {text}\n---\n{text}", name=text, identify=identify)
    read_post_file(text, name="a.md", url="https://a.example/", identify=identify)
