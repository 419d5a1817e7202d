"""Feeds and sitemaps are known by their root, whatever stands before it, and name pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.parse.feeds import is_feed, read_feed


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
