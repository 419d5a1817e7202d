"""A blog's feeds are those its pages announce, else those that generators write."""

from __future__ import annotations

from scraper.models import Parsed
from scraper.parse.discovery import blog_requests
from scraper.read import parse


def test_a_page_announces_its_feeds_without_those_of_comments_and_other_languages() -> None:
    html = """<title>t</title><link rel=alternate type=application/atom+xml href=/atom.xml title=Blog>
    <link rel="alternate nofollow" type=application/rss+xml href=https://b.cn/rss.xml>
    <link rel=alternate type=application/rss+xml href=/comments/feed/><link rel=alternate type=application/rss+xml
    href=/f2 title="甲 » 评论Feed"><link rel=alternate hreflang=en href=/en/>
    <link rel=alternate type=application/json href=/feed.json title=x>
    <link rel=alternate type=application/json href=/wp/v2>
    <link rel=alternate type=application/rss+xml href="mailto:x"><h1>甲</h1>"""
    parsed = parse(html.encode(), "https://a.cn/blog/")
    assert parsed.feeds == ("https://a.cn/atom.xml", "https://b.cn/rss.xml", "https://a.cn/feed.json")


def test_announced_feeds_are_asked_first_and_then_none_is_guessed() -> None:
    page = Parsed("listing", feeds=("https://a.cn/atom.xml", "https://a.cn/rss.xml"))
    asked = [(one.way, one.url) for one in blog_requests("https://a.cn/", page)]
    assert asked == [
        ("feed", "https://a.cn/atom.xml"),
        ("feed 2", "https://a.cn/rss.xml"),
        ("sitemap.xml", "https://a.cn/sitemap.xml"),
        ("archives", "https://a.cn/archives/"),
    ]


def test_without_any_the_usual_places_below_the_blogs_folder_are_asked_each_once() -> None:
    requests = blog_requests("https://a.github.io/blog/index.html")
    assert requests[0].url == "https://a.github.io/blog/sitemap.xml"
    assert {"atom.xml", "rss.xml", "index.xml", "feed.xml", "feed", "archives"} <= {one.way for one in requests}
    assert len({one.url for one in requests}) == len({one.way for one in requests}) == len(requests)
    assert blog_requests("https://a.cn")[0].url == "https://a.cn/sitemap.xml"
    assert blog_requests("no address") == ()
