"""A CSDN page as other tools hold it: its record stays what it was, whoever saved, cut, wrapped or sent it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from scraper.errors import ParseError
from scraper.models import Parsed, Post
from scraper.read import parse

FIXTURES = sorted((Path(__file__).parent / "csdn").glob("*.html"))
ADDRESS = "https://blog.csdn.net/somebody/article/details/987654"
BODY = (
    "<div id='content_views' class='htmledit_views'><h2>第一节</h2><p>正文&#xff0c;一段话。</p>"
    "<pre><code class='language-java'>int a;\n  b();</code></pre>"
    "<p><img src='https://img-blog.csdnimg.cn/a.png?x-oss-process=image/watermark,type_x'>"
    "<a href='https://link.csdn.net/?target=https%3A%2F%2Fexample.com%2F'>链接</a></p></div>"
)

_BLANK = re.compile(r"[\s\u200b-\u200f\ufeff\u2060]+")
_TOKEN = re.compile(
    r"<!--.*?-->|<(script|style|pre|textarea|title)\b.*?</\1\s*>|</?[A-Za-z][^<>]*>|<|[^<]+", re.DOTALL | re.IGNORECASE
)


def solid(text: str) -> str:
    return _BLANK.sub("", text)


def formulas(markdown: str) -> list[str]:
    prose = re.sub(r"(?ms)^(```+).*?^\1", "", markdown)
    return [solid(found) for found in re.findall(r"\$\$.+?\$\$|(?<![\\$])\$[^$\n]+\$", prose, re.DOTALL)]


def body_of(post: Post) -> dict[str, Any]:
    return {
        "text": solid(post.text),
        "images": [image.url for image in post.images],
        "links": [link.url for link in post.links],
        "code": [(block.language, block.text.rstrip()) for block in post.code_blocks],
        "formulas": formulas(post.markdown),
    }


def record(post: Post) -> dict[str, Any]:
    head = ("title", "author", "native_id", "published_at", "updated_at", "kind", "tags", "categories", "columns")
    return {name: getattr(post, name) for name in (*head, "metrics", "access")} | body_of(post)


def post_of(page: str | bytes, url: str = "", name: str = "x.html", content_type: str = "") -> Post:
    body = page if isinstance(page, bytes) else page.encode()
    parsed: Parsed = parse(body, url, name=name, content_type=content_type)
    assert parsed.post is not None, (parsed.verdict, parsed.reason)
    return parsed.post


def changed(page: str, change: Callable[[str], str]) -> str:
    """Return the page with each piece between scripts, code and comments changed."""
    return "".join(
        match[0] if match[1] or match[0].startswith("<!--") else change(match[0]) for match in _TOKEN.finditer(page)
    )


# What editors, formatters and parsers do to a source.


def prettified(page: str) -> str:
    return changed(page, lambda piece: f"\n    {piece.strip()}" if piece.strip() else "\n")


def minified(page: str) -> str:
    return changed(page, lambda piece: piece if piece.startswith("<") else re.sub(r"\s+", " ", piece))


def in_capitals(page: str) -> str:
    return re.sub(r"</?[a-zA-Z][a-zA-Z0-9]*(?=[\s/>])", lambda tag: tag[0].upper(), page)


def requoted(page: str) -> str:
    def tag(piece: str) -> str:
        return re.sub(r'="([^"\'<>]*)"', r"='\1'", piece) if piece.startswith("<") else piece

    return changed(page, tag)


def unquoted(page: str) -> str:
    def tag(piece: str) -> str:
        return re.sub(r'="([\w.:-]+)"(?=[\s>])', r"=\1", piece) if piece.startswith("<") else piece

    return changed(page, tag)


def reordered(page: str) -> str:
    tree = html.document_fromstring(page)
    for element in tree.iter():
        if isinstance(element.tag, str):
            attributes = list(element.attrib.items())
            element.attrib.clear()
            element.attrib.update(reversed(attributes))
    return html.tostring(tree, encoding="unicode")


def in_references(page: str) -> str:
    return changed(page, lambda piece: piece.encode("ascii", "xmlcharrefreplace").decode())


def with_coded_equals_signs(page: str) -> str:
    def tag(piece: str) -> str:
        return re.sub(r'src="[^"]*"', lambda src: 'src="' + src[0][5:].replace("=", "&#61;"), piece)

    return changed(page, tag)


def without_optional_end_tags(page: str) -> str:
    return changed(minified(page), lambda piece: re.sub(r"</(?:li|p|td|tr|dd|dt|body|html)\s*>", "", piece))


def with_windows_line_ends(page: str) -> str:
    return "\ufeff" + page.replace("\r\n", "\n").replace("\n", "\r\n")


SOURCES = [
    prettified, minified, in_capitals, requoted, unquoted, reordered, in_references, with_coded_equals_signs,
    without_optional_end_tags, with_windows_line_ends,
]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_how_a_source_is_written_changes_nothing(path: Path, source: Callable[[str], str]) -> None:
    page = path.read_text("utf-8")
    assert record(post_of(source(page), name=path.name)) == record(post_of(page, name=path.name))


def test_how_the_sources_of_real_pages_are_written_changes_nothing(shared: Path) -> None:
    wrong = []
    for number, path in enumerate(sorted((shared / "corpus" / "csdn-html").glob("*.html"))):
        page = path.read_text("utf-8")
        expected = record(post_of(page, name=path.name))
        # Each way on some of the pages, each page in two ways: all of them would take a minute.
        for source in (SOURCES[number % len(SOURCES)], SOURCES[(number * 3 + 1) % len(SOURCES)]):
            got = record(post_of(source(page), name=path.name))
            wrong += [(path.name, source.__name__, key) for key in got if got[key] != expected[key]]
    assert wrong == []


# What savers and exporters keep of a page.


def saved_with_singlefile(page: str) -> str:
    page = re.sub(r"<script\b(?![^>]*math/).*?</script\s*>", "", minified(page), flags=re.DOTALL | re.IGNORECASE)
    page = re.sub(r"<link\b[^>]*stylesheet[^>]*>", "<style>.a{background:url(data:,)}</style>", page)
    tree = html.document_fromstring(page)
    for element in [one for one in tree.iter() if "display: none" in (one.get("style") or "")]:
        element.drop_tree()
    return html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_singlefile_takes_scripts_and_keeps_the_article(path: Path) -> None:
    page = path.read_text("utf-8")
    whole = post_of(page, name=path.name)
    comment = f"<!--\n Page saved with SingleFile \n url: {whole.url or ADDRESS} \n saved date: Tue Nov 26 2024 -->"
    post = post_of(re.sub(r"<html[^>]*>", lambda tag: tag[0] + comment, saved_with_singlefile(page), count=1))
    kept = ("title", "tags", "categories", "kind", "published_at", "access")
    assert {name: getattr(post, name) for name in kept} == {name: getattr(whole, name) for name in kept}
    assert (post.native_id, body_of(post)) == (whole.native_id if whole.url else "987654", body_of(whole))


def element_of(page: str, path: str) -> str:
    found = html.document_fromstring(page).xpath(path)
    return html.tostring(found[0], encoding="unicode", with_tail=False) if found else ""


WRAPPERS = {
    "nothing": "{}",
    "a page with an empty title": "<!DOCTYPE html><html><head><title></title></head><body>{}</body></html>",
    "a mail": "<html><body><table><tr><td><table><tr><td>{}</td></tr></table></td></tr></table></body></html>",
    "a note": '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd">\n'
    "<en-note>{}</en-note>",
    "a chapter": '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head>'
    "<title>T</title></head><body>{}</body></html>",
    "a template": "<html><head><title>导出的标题</title></head><body><h1>导出的标题</h1><p>2021-01-02 03:04</p>{}<hr>"
    "<p>完</p></body></html>",
}


@pytest.mark.parametrize("wrapper", WRAPPERS.values(), ids=list(WRAPPERS))
@pytest.mark.parametrize(
    "part", ["//*[@id='article_content']", "//*[@id='content_views']", "//article", "//*[@class='blog-content-box']"]
)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_an_article_that_was_cut_out_has_the_same_body(path: Path, part: str, wrapper: str) -> None:
    page = path.read_text("utf-8")
    fragment = element_of(page, part)
    if "article_content" not in fragment and "content_views" not in fragment:
        return
    whole = body_of(post_of(page, name=path.name))
    wrapped = wrapper.format(fragment)
    assert body_of(post_of(wrapped)) == whole
    named = post_of(wrapped, ADDRESS)
    assert (named.site, body_of(named)) == ("csdn", whole)


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>题目</h1><blockquote>作者：某某 发布于 2021-01-02 03:04:05<br>"
        f"原文：<a href={ADDRESS}>这里</a></blockquote>{BODY}",
        f"<h1><a href={ADDRESS}>题目</a></h1><p>作者：某某 2021-01-02 03:04:05</p>{BODY}",
        f"<h1>题目</h1><p>作者：某某</p><p>2021-01-02 03:04:05</p>{BODY}<p>来源：{ADDRESS}</p>",
        f"<h1>题目</h1><p>作者：某某 2021-01-02 03:04:05 <a href={ADDRESS}>阅读原文</a></p>{BODY}",
        f"<html data-scrapbook-source='{ADDRESS}?spm=1'><h1>题目</h1><p>作者：某某 2021-01-02 03:04:05</p>{BODY}",
        f"<meta name=savepage-url content='{ADDRESS}'><h1>题目</h1><p>作者：某某 2021-01-02 03:04:05</p>{BODY}",
        f"<base href='{ADDRESS}'><h1>题目</h1><p>作者：某某 2021-01-02 03:04:05</p>{BODY}",
        f"<html><!-- Mirrored from {ADDRESS[8:]} by HTTrack Website Copier/3.x --><h1>题目</h1>"
        f"<p>作者：某某 2021-01-02 03:04:05</p>{BODY}",
        f"<!-- Saved from {ADDRESS} at 2024-11-26 using monolith v2.8.1 --><h1>题目</h1>"
        f"<p>作者：某某 2021-01-02 03:04:05</p>{BODY}",
        f"<div class=reader-header><a class='domain reader-domain' href={ADDRESS}>blog.csdn.net</a><h1>题目</h1>"
        f"<p>作者：某某 2021-01-02 03:04:05</p></div>{BODY}",
    ],
)
def test_what_a_tool_wrote_around_a_body_names_it(page: str) -> None:
    post = post_of(page)
    assert (post.site, post.native_id, post.url) == ("csdn", "987654", ADDRESS)
    assert (post.title, post.author.id, post.author.name) == ("题目", "somebody", "某某")
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2021-01-02T03:04:05+08:00"
    assert [image.url for image in post.images] == ["https://img-blog.csdnimg.cn/a.png"]


def test_several_sources_around_a_body_name_none() -> None:
    other = ADDRESS.replace("987654", "5")
    post = post_of(f"<p>原文：{ADDRESS}</p>{BODY}<p>来源：{other}</p>")
    assert (post.site, post.native_id) == ("file", "x.html")


def test_a_fragment_on_a_mirror_is_a_page_of_that_mirror() -> None:
    post = post_of(BODY, "https://mirror.example/a/1?b=2", name="")
    assert (post.site, post.native_id) == ("mirror.example", "mirror.example/a/1?b=2")


def test_a_copy_in_the_wayback_machine_is_the_post_itself() -> None:
    archive = "https://web.archive.org/web/20200102030405"
    copied = BODY.replace("https://img", "/web/20200102030405im_/https://img").replace(
        "https://link", f"{archive}/https://link"
    )
    post = post_of(f"<link rel=canonical href={archive}/{ADDRESS}><h1>题</h1>{copied}")
    assert (post.site, post.native_id) == ("csdn", "987654")
    assert body_of(post) == body_of(post_of(BODY))


def test_a_page_inside_a_text_box_is_no_article() -> None:
    assert parse(f"<html><body><textarea>{BODY}</textarea></body></html>".encode(), "").post is None


def test_pictures_that_a_browser_saved_beside_the_page_keep_their_file() -> None:
    saved = BODY.replace("https://img-blog.csdnimg.cn/", "./题目-CSDN博客_files/")
    post = post_of(f"<!-- saved from url=(0053){ADDRESS} --><h1>题</h1>{saved}")
    assert [image.original_url for image in post.images] == [
        "./题目-CSDN博客_files/a.png?x-oss-process=image/watermark,type_x"
    ]
    assert post.native_id == "987654"


# How bytes reach us.


@pytest.mark.parametrize(
    ("charset", "label", "content_type"),
    [
        ("gb18030", "gbk", ""),
        ("gb18030", "gb2312", "text/html"),
        ("gb18030", "utf-8", ""),
        ("gb18030", "utf-8", "text/html; charset=GBK"),
        ("utf-8", "gbk", "text/html; charset=gb2312"),
        ("utf-16", "utf-8", ""),
    ],
)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_wrong_label_changes_nothing(path: Path, charset: str, label: str, content_type: str) -> None:
    page = path.read_text("utf-8")
    labelled = re.sub(r"charset=([\"']?)[\w-]+", rf"charset=\1{label}", page, flags=re.IGNORECASE)
    body = labelled.encode(charset, "xmlcharrefreplace")
    assert record(post_of(body, name=path.name, content_type=content_type)) == record(post_of(page, name=path.name))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_page_cut_anywhere_is_read_as_far_as_it_goes(path: Path) -> None:
    page = path.read_bytes()
    whole = post_of(page, name=path.name)
    for end in range(1, len(page), 97):
        post = parse(page[:end], whole.url, name=path.name).post
        if post is None:
            continue
        assert post.native_id == whole.native_id
        assert post.published_at in (None, whole.published_at)
        assert set(post.tags) <= set(whole.tags)
        assert solid(whole.text).replace("<", "").startswith(solid(post.text).replace("<", "")[:-8])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_damage_to_a_page_breaks_its_reading(data: st.DataObject) -> None:
    page = data.draw(st.sampled_from([path.read_bytes() for path in FIXTURES]))
    pieces = st.sampled_from(
        [b"<b><p>", b"</pre>", b"<pre><ul>", b"<!--", b"&#1", b"<table>", b"<div>" * 99, b"\0", b"<base href=x>"]
    )
    for _ in range(data.draw(st.integers(1, 6))):
        begin, end = sorted((data.draw(st.integers(0, len(page))), data.draw(st.integers(0, len(page)))))
        page = page[:begin] + data.draw(pieces) + page[begin + (end - begin) % 300 :]
    with suppress(ParseError):
        parse(page, data.draw(st.sampled_from(["", ADDRESS])), name="x.html")


@pytest.mark.parametrize("tag", ["div", "h3", "b", "pre", "ul", "dd", "blockquote", "table", "font", "article"])
def test_nesting_without_end_loses_no_text(tag: str) -> None:
    deep = f"<{tag}>" * 100_000 + "深处" + f"</{tag}>" * 100_000
    post = post_of(f"<h1>题</h1><div id=content_views class=htmledit_views><p>前</p>{deep}<p>后</p></div>")
    assert solid(post.text).removeprefix("前") == "深处后"
    assert any("flattened" in warning for warning in post.warnings)
