"""Feeds and sitemaps are known by their root, whatever stands before it, and name pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import ParseError
from scraper.parse.feeds import is_feed, read_feed, sitemaps_in
from scraper.read import parse


@pytest.mark.parametrize(
    "text",
    [
        "<rss version='2.0'>",
        "\n <?xml version='1.0'?>\n<!-- a - b -->\n<?xml-stylesheet href='x'?><feed xmlns='http://www.w3.org/2005/Atom'>",
        "<!DOCTYPE rss [<!ENTITY nbsp '&#160;'>]><rdf:RDF xmlns:rdf='x'>",
        "<urlset>",
        "<sitemapindex/>",
        "<search>",
        '{"title": "t", "version": "https://jsonfeed.org/version/1"}',
    ],
)
def test_a_feed_is_known_by_its_root(text: str) -> None:
    assert is_feed(text)


@pytest.mark.parametrize(
    "text", ["", "<html><rss></rss>", "rss", "<!-- <rss> -->", "<!DOCTYPE html><html>", '{"version": "2"}', "<feeder>"]
)
def test_what_only_mentions_one_is_none(text: str) -> None:
    assert not is_feed(text)


def test_items_entries_and_addresses_are_read_in_order() -> None:
    rss = """<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><image><url>https://a.cn/logo.png</url></image>
    <item><title> 一 &amp; 二 </title><link><![CDATA[https://a.cn/1?utm_source=rss]]></link>
    <dc:date>2023-02-28T13:41:39+08:00</dc:date></item>
    <item><guid>/2</guid></item><item><title>no link</title></item></channel></rss>"""
    first, second = read_feed(rss, "https://a.cn/feed")
    assert (first.url, first.title) == ("https://a.cn/1", "一 & 二")
    assert first.published_at == datetime(2023, 2, 28, 5, 41, 39, tzinfo=UTC)
    assert second.url == "https://a.cn/2"


def test_an_atom_entry_has_the_link_to_the_page_and_both_times() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title>
    <link rel="self" href="https://a.cn/api/1"/><link rel="alternate" href="p/1"/>
    <published>2020-01-01T00:00:00Z</published><updated>2020-01-02T00:00:00Z</updated></entry></feed>"""
    (entry,) = read_feed(atom, "https://a.cn/atom.xml")
    assert entry.url == "https://a.cn/p/1"
    assert entry.published_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert entry.updated_at == datetime(2020, 1, 2, tzinfo=UTC)


def test_a_sitemap_names_pages_with_their_last_change() -> None:
    page = "<url><loc> https://a.cn/ </loc><lastmod>2020-01-02</lastmod></url>"
    sitemap = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{page}</urlset>"
    (entry,) = read_feed(sitemap)
    assert entry.url == "https://a.cn/"
    assert entry.updated_at is not None


def test_entities_of_a_feed_open_no_file_and_do_not_grow() -> None:
    bomb = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 9))
    text = (
        f"<!DOCTYPE rss [<!ENTITY e0 'x'>{bomb}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
        "<rss><item><title>&e8;&f;</title><link>https://a.cn/1</link></item></rss>"
    )
    assert all(len(entry.title) < 100 and "root:" not in entry.title for entry in read_feed(text))


@pytest.mark.parametrize("text", ["<rss", "<rss><item><link>https://a.cn/1</link>", ""])
def test_a_cut_feed_gives_what_is_whole(text: str) -> None:
    assert len(read_feed(text)) <= 1


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_text_is_a_feed_or_none(text: str) -> None:
    is_feed(text)
    read_feed(f"<rss>{text}</rss>")


def test_a_dtd_is_left_out_and_the_entities_of_html_are_known_without_one() -> None:
    dtd = "<!DOCTYPE rss [<!ENTITY own 'grown'><!ENTITY lt2 '&#38;#60;'>]>"
    item = "<item><title>一&nbsp;二&own; &copy; &amp;</title><link>https://a.cn/1?a=1&amp;b=2</link></item>"
    (entry,) = read_feed(f"<?xml version='1.0'?>{dtd}<rss><channel>{item}</channel></rss>")
    assert (entry.title, entry.url) == ("一 二 © &", "https://a.cn/1?a=1&b=2")


def test_a_feed_built_on_the_authors_machine_leads_to_where_it_is_served() -> None:
    atom = "<feed><entry><title>t</title><link href='http://localhost:4000/2017/a/?x=1'/></entry></feed>"
    assert [entry.url for entry in read_feed(atom, "https://a.cn/feed.xml")] == ["https://a.cn/2017/a/?x=1"]
    assert [entry.url for entry in read_feed(atom)] == ["http://localhost:4000/2017/a/?x=1"]
    assert [entry.url for entry in read_feed(atom, "http://127.0.0.1:8000/feed.xml")] == [
        "http://localhost:4000/2017/a/?x=1"
    ]


def test_relative_links_go_by_xml_base_and_a_guid_that_is_no_address_is_none() -> None:
    atom = "<feed xml:base='https://a.cn/blog/'><entry xml:base='2020/'><link href='p1'/></entry></feed>"
    assert [entry.url for entry in read_feed(atom, "https://b.cn/x")] == ["https://a.cn/blog/2020/p1"]
    rss = "<rss><item><guid isPermaLink='false'>p2</guid></item><item><guid>https://a.cn/3</guid></item></rss>"
    assert [entry.url for entry in read_feed(rss, "https://a.cn/")] == ["https://a.cn/3"]


def test_a_search_index_of_hexo_names_its_pages() -> None:
    index = "<search><entry><title>甲</title><link href='post/1.html'/><url>post/1.html</url></entry></search>"
    parsed = parse(index.encode(), "https://a.cn/search.xml")
    assert (parsed.verdict, [(entry.url, entry.title) for entry in parsed.links]) == (
        "feed",
        [("https://a.cn/post/1.html", "甲")],
    )


def test_a_json_feed_names_its_items_with_both_times() -> None:
    items = [
        {"id": "1", "url": "/p/1", "title": " 甲 ", "date_published": "2024-01-02T03:04:05+08:00"},
        {"id": "https://a.cn/p/2", "date_modified": "2024-01-03T00:00:00Z"},
        {"id": "x y", "external_url": None},
        "no item",
    ]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items})
    parsed = parse(feed.encode(), "https://a.cn/feed.json", content_type="application/feed+json")
    first, second, *_ = parsed.links
    assert (parsed.verdict, first.url, first.title) == ("feed", "https://a.cn/p/1", "甲")
    assert first.published_at == datetime(2024, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert (second.url, second.published_at, second.updated_at) == (
        "https://a.cn/p/2",
        None,
        datetime(2024, 1, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "text", ['{"version": "https://jsonfeed.org/version/1", "items": 1}', '{"version": "https://jsonfeed.org']
)
def test_a_broken_json_feed_names_nothing(text: str) -> None:
    assert is_feed(text)
    assert read_feed(text) == ()


def test_an_index_of_sitemaps_is_a_listing_of_them() -> None:
    one = "<sitemap><loc>https://a.cn/s1.xml</loc><lastmod>2020-01-02T00:00:00Z</lastmod></sitemap>"
    text = f"<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{one}<sitemap/></sitemapindex>"
    parsed = parse(text.encode(), "https://a.cn/sitemap.xml")
    assert (parsed.verdict, len(parsed.links)) == ("listing", 1)
    assert parsed.links[0].updated_at == datetime(2020, 1, 2, tzinfo=UTC)
    assert sitemaps_in(text) == ("https://a.cn/s1.xml",)
    assert sitemaps_in("<urlset/>") == ()


def test_no_feed_of_the_conformance_suites_breaks_the_reader(shared: Path) -> None:
    files = [path for path in (shared / "cases" / "feeds" / "feedparser").rglob("*") if path.is_file()]
    named = 0
    for path in files:
        try:
            parsed = parse(path.read_bytes(), "https://a.cn/feed")
        except ParseError:
            continue
        assert parsed.post is None or parsed.verdict == "article"
        named += len(parsed.links)
    assert named > 20
    for case in json.loads((shared / "cases" / "feeds" / "jsonfeed_cases.json").read_text("utf-8"))["cases"]:
        assert parse(json.dumps(case["json"]).encode(), "https://a.cn/feed.json").post is None
