"""Which links are an article's tags and categories: by relation, by address, by names, by where they stand."""

from __future__ import annotations

import pytest

from scraper.models import Post
from scraper.read import parse

TEXT = "<p>一段足够长的正文，里面有逗号，也有句号。还有第二句，说的是同一件事，再补一句。</p>" * 8
TAG, CATEGORY = "<a href=/tags/iot/>物联网</a>", "<a href=/categories/garden/>园艺</a>"


def read(before: str = "", after: str = "", *, inside: str = "", beside: str = "") -> Post:
    article = f"<div class=main><h1>给番茄装浇水计</h1>{before}<div class=text>{TEXT}{inside}{TEXT}</div>{after}</div>"
    html = f"<title>给番茄装浇水计</title><body>{article}{beside}"
    post = parse(html.encode(), "https://ping.example/p/9").post
    assert post is not None
    return post


@pytest.mark.parametrize(
    "labels",
    [
        f"<div>{TAG}{CATEGORY}</div>",
        "<ul><li><a href=/tag/iot>#物联网</a></li><li><a href=/category/x/garden.html>园艺</a></li></ul>",
        "<p>标签：<a href='/?tag=iot'>物联网</a> 分类：<a href='/?cat=3'>园艺</a></p>",
        "<div class=post-tags><a href=/x>物联网</a></div><div class=post-category><a href=/y>园艺</a></div>",
        "<a rel=tag href=/x>物联网</a><a rel='category tag' href=/y>园艺</a>",
    ],
    ids=["addresses", "numbered", "queries", "names", "relations"],
)
@pytest.mark.parametrize("place", ["before", "after"])
def test_labels_stand_before_or_after_the_text(labels: str, place: str) -> None:
    post = read(labels) if place == "before" else read(after=labels)
    assert (post.tags, post.categories) == (("物联网",), ("园艺",))


@pytest.mark.parametrize(
    "links",
    [
        f"<aside>{TAG}{CATEGORY}</aside>",
        f"<div class=sidebar><div>{TAG}{CATEGORY}</div></div>",
        f"<div><h3>热门标签</h3><div>{TAG}{CATEGORY}</div></div>",
        f"<div class=related-posts>{TAG}{CATEGORY}</div>",
        "<div class=widget><a rel=tag href=/x>物联网</a></div>",
        f"<div>{TAG.replace('物联网', '更多关于物联网的文章都在这里，一篇也没有漏掉，请慢慢地看，不必着急')}</div>",
    ],
    ids=["aside", "sidebar", "of the site", "related", "relation in a widget", "a sentence"],
)
def test_labels_of_the_site_and_of_other_posts_are_none(links: str) -> None:
    post = read(beside=links)
    assert (post.tags, post.categories) == ((), ())


def test_a_link_in_the_text_is_no_label_unless_its_box_is_called_so() -> None:
    assert read(inside=f"<blockquote>{TAG}</blockquote>").tags == ()
    assert read(inside=f"<div class=tags>{TAG}</div>").tags == ("物联网",)


def test_a_relation_is_believed_before_an_address() -> None:
    assert read(f"{TAG}<a rel=tag href=/x>番茄</a>").tags == ("番茄",)
