"""What bytes are, whose reader takes them, and that nothing but ParseError comes out of any."""

from __future__ import annotations

import time
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scraper
from scraper.errors import ParseError
from scraper.models import Parsed
from scraper.read import identify, parse

POST = "https://blog.csdn.net/u_1/article/details/139172010"
PAGES = sorted((Path(__file__).parent / "sites" / "csdn").glob("*.html"))
PROSE = "<p>一段足够长的正文，里面有逗号，也有句号。还有第二句，说的是同一件事。</p>" * 12


def test_parse_is_a_public_name() -> None:
    assert scraper.parse is parse


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, b"PK\x03\x04" + bytes(200)])
def test_bytes_that_are_no_text_raise(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse(body, POST)


@pytest.mark.parametrize("body", [b"", b"   \n", b"\xef\xbb\xbf\n"])
def test_nothing_is_empty(body: bytes) -> None:
    assert parse(body, POST).verdict == "empty"


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>',
        b'<?xml version="1.0"?><!-- made by x --><?xml-stylesheet href="a.xsl"?>\n<feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>',
        b"<sitemapindex/>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    ],
)
def test_feeds_and_sitemaps_are_told_from_pages(body: bytes) -> None:
    parsed = parse(body, "https://example.com/x")
    assert (parsed.verdict, parsed.post) == ("feed", None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"User-agent: *\nDisallow: /css/\n", "text/plain"),
        (b"https://example.com/1\nand a line of words\n", ""),
        (b'{"err_no": 0, "data": []}', "application/json"),
        (b"{not json", "application/json"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n<html><body>" + PROSE.encode(), ""),
        (b"<!-- only a comment -->", "text/html"),
    ],
)
def test_what_is_no_page_is_other(body: bytes, content_type: str) -> None:
    assert parse(body, "https://example.com/x", content_type=content_type).verdict == "other"


def test_a_markdown_file_is_known_by_name_label_or_fence() -> None:
    text = "---\ntitle: 一篇\n---\n\n正文 <div>不是网页</div>\n"
    for url, content_type, name in (
        ("", "", "notes/a.md"),
        ("https://example.com/a.markdown", "text/plain", ""),
        ("https://example.com/a", "text/markdown; charset=utf-8", ""),
        ("", "", "notes/a.txt"),
    ):
        post = parse(text.encode(), url, content_type=content_type, name=name).post
        assert post is not None
        assert post.title == "一篇"
        assert "正文" in post.markdown


def test_a_text_file_without_a_post_is_other() -> None:
    assert parse(b"---\n---\n", "", name="a.md").verdict in ("other", "article")


def test_a_mirror_has_the_identity_of_the_post_it_names() -> None:
    post = parse(f"---\ntitle: t\nurl: {POST}?spm=1\n---\n\n正文\n".encode(), "", name="a.md").post
    assert post is not None
    assert (post.site, post.native_id, post.url) == ("csdn", "139172010", POST)


def test_only_posts_of_platforms_are_identified() -> None:
    found = identify(POST)
    assert found is not None
    assert (found[0], found[1].native_id) == ("csdn", "139172010")
    assert identify("https://blog.csdn.net/u_1") is None
    assert identify("https://example.com/1") is None


def test_a_page_of_no_platform_is_named_by_its_address_or_file() -> None:
    html = f"<html lang=zh-CN><title>题目 - 站</title><body><h1>题目</h1><div class=post-content>{PROSE}</div>".encode()
    post = parse(html, "https://blog.example.org/p/1/?utm_source=x#a").post
    assert post is not None
    assert (post.site, post.native_id, post.title) == ("blog.example.org", "blog.example.org/p/1", "题目")
    post = parse(html, "", name="saved/a.html").post
    assert post is not None
    assert (post.site, post.native_id, post.url) == ("file", "saved/a.html", "")


def test_the_label_of_a_page_does_not_make_it_one() -> None:
    page = PAGES[0].read_bytes()
    assert parse(page, "", content_type="text/plain").verdict == "article"
    assert parse(b"\n\n  " + page, "", content_type="").verdict == "article"


def test_an_address_saved_by_a_browser_is_believed_only_for_a_post() -> None:
    comment = "<!-- saved from url=(0030)https://wrong.example/page -->"
    html = f"{comment}<html><title>题目</title><body><h1>题目</h1><article>{PROSE}</article>"
    post = parse(html.encode(), "", name="a.html").post
    assert post is not None
    assert (post.site, post.native_id) == ("file", "a.html")


def test_a_page_of_another_site_under_a_platforms_address_is_read_as_what_it_is() -> None:
    html = f"<title>题目</title><body><h1>题目</h1><article>{PROSE}</article>"
    post = parse(html.encode(), POST).post
    assert post is not None
    assert post.parser.startswith("generic/")
    assert any("under an address of csdn" in warning for warning in post.warnings)
    assert parse(f"{html}<a href=https://blog.csdn.net/a>CSDN</a>".encode(), POST).verdict == "article"
    served = f"<script src=https://g.csdnimg.cn/x.js></script><title>题目</title><div>{PROSE}</div>"
    assert parse(served.encode(), POST).verdict == "other"


def test_a_forced_reader_keeps_the_address_at_which_a_page_says_it_lives() -> None:
    mirror = "https://mirror.example/5"
    html = PAGES[-1].read_text("utf-8").replace("<meta charset", f"<link rel=canonical href={mirror}><meta charset")
    post = parse(html.encode(), mirror, site="csdn").post
    assert post is not None
    assert post.url == mirror


def test_a_feed_of_a_platform_or_a_list_in_json_is_read_by_its_host() -> None:
    api = "https://blog.csdn.net/community/home-api/v1/get-business-list"
    body = b'{"code": 200, "data": {"list": [{"url": "https://blog.csdn.net/u/article/details/1"}], "total": 1}}'
    for url in (api, ""):
        assert parse(body, url).links[0].native_id == "1"
    assert parse(body, "https://example.com/", site="csdn").verdict == "listing"
    assert parse(b'{"code": 200}', api).verdict == "other"


def test_the_same_bytes_give_the_same_answer() -> None:
    for page in PAGES:
        body = page.read_bytes()
        assert parse(body, POST) == parse(body, POST)


def test_an_article_of_any_depth_keeps_its_text() -> None:
    for depth in (300, 900, 3_000, 100_000):
        html = (
            "<h1 class=title-article>深</h1>csdn<div id=content_views>"
            + "<div>" * depth
            + "最里面"
            + "</div>" * depth
            + "<p>后面</p></div>"
        )
        post = parse(html.encode(), POST).post
        assert post is not None
        assert "最里面" in post.text
        assert "后面" in post.text
        assert bool(post.warnings) == (depth > 2_000)


def test_a_page_with_a_very_long_text_or_many_nodes_is_read_in_bounded_time() -> None:
    start = time.process_time()
    for inside in ("中" * 4_000_000, "<b>x</b>" * 60_000, "<p>" + "x" * 11_000_000):
        post = parse(f"<h1 class=title-article>t</h1>csdn<div id=content_views>{inside}</div>".encode(), POST).post
        assert post is not None
        assert len(post.text) > 50_000
    assert time.process_time() - start < 20


def survives(body: bytes, url: str) -> Parsed | None:
    try:
        return parse(body, url, name="x.html")
    except ParseError:
        return None


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", POST, "https://example.com/a.md", "https://blog.csdn.net/u_1"]))
def test_any_bytes_are_read_or_refused(body: bytes, url: str) -> None:
    survives(body, url)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_mutation_of_a_page_is_read(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(PAGES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 200))
        body[at : at + length] = data.draw(st.binary(max_size=30))
    survives(bytes(body), data.draw(st.sampled_from(["", POST])))


def test_every_page_of_the_corpus_is_read(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "csdn-html").glob("*.html")):
        post = parse(path.read_bytes(), "", name=path.name).post
        assert post is not None
        assert post.title
        assert post.parser == "csdn/2"


@pytest.mark.parametrize(
    "wrap", ["{}", "<html><head></head><body>{}</body></html>", "<!doctype html><title>x</title>{}"]
)
def test_a_page_that_is_shown_as_text_is_read_from_its_source(wrap: str) -> None:
    page = PAGES[0].read_text("utf-8")
    shown = f'<pre style="white-space: pre-wrap">{escape(page)}</pre>'
    assert parse(wrap.format(shown).encode(), POST) == parse(page.encode(), POST)


def test_a_feed_or_json_that_a_browser_saved_as_text_is_what_it_is() -> None:
    feed = "<rss><channel><item><title>甲</title><link>https://ping.example/1</link></item></channel></rss>"
    saved = f"<html><body><pre>{escape(feed)}</pre><div class=json-formatter-container></div></body></html>"
    assert parse(saved.encode(), "https://ping.example/rss.xml").verdict == "feed"
    answer = '<html><body><pre>{"code": 1}</pre></body></html>'
    assert parse(answer.encode(), "https://ping.example/api").reason == "JSON that is no list of a known platform"


@pytest.mark.parametrize(
    "page",
    [
        f"<body><p>源码：</p><pre>{escape('<html><body>' + PROSE)}</pre>",
        f"<body><pre>{escape(PROSE)}</pre>",
        f"<body><pre>{escape('<html><body><pre>' + escape('<html>' + PROSE) + '</pre>')}</pre>",
    ],
    ids=["beside a text", "a piece of a page", "twice"],
)
def test_other_pages_with_source_in_them_show_it_as_code(page: str) -> None:
    found = parse(f"<title>题</title>{page}".encode(), "https://ping.example/p/1")
    assert found.post is None or len(found.post.code_blocks) == 1
