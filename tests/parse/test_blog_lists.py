"""Pages that lead to posts are lists, with their posts and the page that goes on; posts are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.models import Parsed
from scraper.read import parse

BLOG = "https://blog.example.org"
SENTENCE = "正文的一句话，写得足够长，足够让人看出这里是文章，而不是导航。"


def read(html: str, url: str = f"{BLOG}/some/page") -> Parsed:
    return parse(f"<title>博客</title><body>{html}</body>".encode(), url)


def names(parsed: Parsed) -> list[tuple[str, str]]:
    assert (parsed.verdict, parsed.post) == ("listing", None)
    return [(entry.url.removeprefix(BLOG), entry.title) for entry in parsed.links]


def test_an_archive_of_next_names_posts_with_their_times_and_the_next_page() -> None:
    items = "".join(
        f"<article><header class=post-header><time datetime='2024-0{n}-02T03:04:05+08:00'>0{n}-02</time>"
        f"<div class=post-title><a class=post-title-link href=/p/{n}/>第 {n} 篇</a></div></header></article>"
        for n in (1, 2)
    )
    parsed = read(
        f"<div class=posts-collapse>{items}</div><a class='extend next' rel=next href=/archives/page/2/#x>&gt;</a>",
        f"{BLOG}/archives/",
    )
    assert names(parsed) == [("/p/1/", "第 1 篇"), ("/p/2/", "第 2 篇")]
    assert [str(entry.published_at)[:16] for entry in parsed.links] == ["2024-01-02 03:04", "2024-02-02 03:04"]
    assert [entry.position for entry in parsed.links] == [1, 2]
    assert parsed.next_url == f"{BLOG}/archives/page/2/"


@pytest.mark.parametrize(
    "html",
    [
        "<div class=article-sort-item><a class=article-sort-item-img href=/p/{n}><img></a>"
        "<a class=article-sort-item-title href=/p/{n}>第 {n} 篇</a></div>",
        "<div id=board{n}></div><div id=board><a class=list-group-item href=/p/{n}><time>01-29</time>"
        "<div class=list-group-item-title>第 {n} 篇</div></a></div>",
        "<article class=media><p class=title><a href=/p/{n}>第 {n} 篇</a></p></article>",
        "<div class=posts-group><div class=post-item><a href=/p/{n}><span class=post-title>第 {n} 篇</span>"
        "<span>Feb 28</span></a></div></div>",
        "<div class=post-preview><h1><a href=/p/{n}>第 {n} 篇</a></h1><p>摘要</p></div>",
        "<div id=__docusaurus><article><header><h2 class=title_f1Hy><a href=/p/{n}>第 {n} 篇</a></h2></header>"
        "<p>正文</p></article>",
        "<article class='type-post'><h1 class=entry-title><a rel=bookmark href=/p/{n}>第 {n} 篇</a></h1></article>",
        "<article class='card post-wrap'><h2 class=title><a href=/p/{n}>第 {n} 篇</a></h2></article>",
    ],
)
def test_lists_of_known_themes_are_known_whatever_their_address(html: str) -> None:
    assert names(read(html.format(n=1) + html.format(n=2)))[:2] == [("/p/1", "第 1 篇"), ("/p/2", "第 2 篇")]


@pytest.mark.parametrize("classes", ["home blog", "archive tag tag-394", "home-template", "archive category"])
def test_wordpress_and_ghost_say_in_the_body_that_it_is_a_list(classes: str) -> None:
    post = f"<h1 class=entry-title><a href=/988>一篇</a></h1><div class=entry-content>{SENTENCE * 9}</div>"
    parsed = parse(f"<body class='{classes}'><article class=type-post>{post}</article>".encode(), f"{BLOG}/x.y")
    assert names(parsed) == [("/988", "一篇")]


@pytest.mark.parametrize(
    "path", ["/tags/go/", "/categories/a/b/", "/page/2", "/blog/page14/", "/archives/2024/12/", "/blog/tags/index.html"]
)
def test_an_address_of_a_list_is_believed(path: str) -> None:
    assert read(f"<article><h1>标签</h1><p>{SENTENCE * 9}</p></article>", BLOG + path).verdict == "listing"


@pytest.mark.parametrize("path", ["/archives/6665", "/archives/2013", "/topics/123", "/blog/wake"])
def test_an_address_that_only_looks_like_one_is_not(path: str) -> None:
    assert read(f"<article><h1>题目</h1><p>{SENTENCE * 9}</p></article>", BLOG + path).verdict == "article"


@pytest.mark.parametrize("path", ["/about/", "/links/index.html", "/blog/friends", "/search.html"])
def test_a_page_about_the_blog_is_no_post(path: str) -> None:
    assert read(f"<article><h1>关于</h1><p>{SENTENCE * 9}</p></article>", BLOG + path).verdict == "other"


def test_the_home_of_documentation_leads_to_its_pages() -> None:
    nav = "<nav class=md-nav><a class=md-nav__link href=a/>甲</a><a class=md-nav__link href=https://x.cn/>外</a></nav>"
    body = f"<article class=md-content__inner><h1>首页</h1><p>{SENTENCE * 9}</p></article>"
    html = f"<link rel=next href=a/><div class=md-container>{nav}<div class=md-content>{body}</div></div>"
    parsed = read(html, f"{BLOG}/")
    assert (names(parsed), parsed.next_url) == ([("/a/", "甲")], "")


def test_a_next_page_is_found_by_its_word_and_never_leads_to_itself() -> None:
    items = "".join(f"<h2><a href=/p/{n}>第 {n} 篇</a></h2>" for n in range(5))
    assert read(f"{items}<a href='?page=2'>下一页</a>").next_url == f"{BLOG}/some/page?page=2"
    assert read(f"{items}<a href='javascript:;'>下一页</a><a href=#x>›</a>").next_url == ""
    assert read(f"{items}<a rel=next href=/some/page>»</a>").next_url == ""


@pytest.mark.parametrize(
    ("file", "home", "count", "more"),
    [
        ("hexo-next8-nicksxs-home.html", "https://nicksxs.me/", 5, True),
        ("hexo-butterfly-eurkon-archives.html", "https://blog.eurkon.com/archives/", 30, True),
        ("hexo-fluid-nieweixing-archives.html", "https://www.niewx.cn/archives/", 10, True),
        ("hugo-hermit-eddycjy-posts.html", "https://eddycjy.com/posts/", 65, False),
        ("jekyll-walterlv-page14.html", "https://blog.walterlv.com/blog/page14/", 30, True),
        ("wordpress-coolshell-home-2018.html", "https://coolshell.cn/", 10, True),
        ("ghost-2019-androidweekly-home.html", "https://androidweekly.io/", 6, True),
        ("built-docusaurus-blog-list.html", "http://example.com/blog", 4, False),
        ("built-hexo-icarus-archives.html", "http://example.com/archives/", 3, False),
    ],
)
def test_real_lists_name_their_posts(shared: Path, file: str, home: str, count: int, more: bool) -> None:
    parsed = parse((shared / "corpus" / "other-listing" / file).read_bytes(), home)
    assert parsed.verdict == "listing"
    assert len(parsed.links) == count
    assert all(entry.title for entry in parsed.links)
    assert bool(parsed.next_url) == more
