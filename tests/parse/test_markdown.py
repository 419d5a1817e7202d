"""The converter as a whole: what becomes of each kind of element, and what holds for any body."""

from __future__ import annotations

import html as htmllib
import json
import re
from pathlib import Path

import cmarkgfm
import pytest
from bs4 import BeautifulSoup
from cmarkgfm.cmark import Options
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from scraper.models import Body, CodeBlock, Heading, Image, Link
from scraper.parse.encoding import decode
from scraper.parse.markdown import ArticleConverter, convert, to_markdown
from scraper.parse.tree import Element, parse_html

BASE = "https://blog.example.com/u/article/details/1"


def render(markdown: str) -> str:
    extensions = ["table", "strikethrough", "autolink", "tasklist"]
    return cmarkgfm.markdown_to_html_with_extensions(markdown, options=Options.CMARK_OPT_UNSAFE, extensions=extensions)


def words(html: str) -> str:
    return re.sub(r"\s+", "", lxml_html.fragment_fromstring(html, create_parent="div").text_content())


def body_of(html: str) -> Body:
    return convert(lxml_html.fragment_fromstring(html, create_parent="div"), BASE)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>一</p><div>二<p>三</p>四</div>", "一\n\n二\n\n三\n\n四"),
        ("a<br>b<br><br>c<br> <br><br/>d<br>", "a  \nb\n\nc\n\nd"),
        ("<h2><a id='_1'></a>一<br>二 #</h2><h3></h3>", "## 一 二 \\#"),
        ("<h2>题<a class='header-anchor' href='#t'>#</a></h2>", "## 题"),
        ("<h2><a href='#t'>¶</a>题</h2>", "## 题"),
        ("<h1>题<pre>x</pre></h1>", "# 题\n\n```\nx\n```"),
        ("<h1>外<h2>内</h2></h1>", "# 外 内"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb"),
        ("<ul><li><hr></li></ul>", "- ___"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ol start='3'><li>a</li><li>b</li></ol><ol><li>c</li></ol>", "3. a\n4. b\n\n1) c"),
        ("<ol start='9999999999'><li>a</li></ol>", "1. a"),
        ("<ul><li>a<ol start='2'><li>b</li></ol></li></ul>", "- a\n\n  2. b"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n\n- b"),
        ("<ul><li>a</li><ul><li>b</li></ul>x</ul>", "- a\n\n  - b\n\n  x"),
        ("<ul><ul><li>b</li></ul></ul>", "- - b"),
        ("<ul></ul>a", "a"),
        ("<li>a</li><li>b</li>", "a\n\nb"),
        ("<ul><li>[ ] a</li></ul>", "- \\[ ] a"),
        ("<ul><li><input type='checkbox' checked> a</li><li>b <input type='radio'></li></ul>", "- [x] a\n- b"),
        ("<dl><dt>词</dt><dd>义一</dd><dd>义二</dd></dl>", "**词**\n\n- 义一\n- 义二"),
        ("<details><summary>a &lt;b&gt;</summary></details>", "<details>\n<summary>a &lt;b&gt;</summary>\n</details>"),
        ("<details>a</details><summary>b</summary>", "<details>\n\na\n\n</details>\n\nb"),
        ("<p>x<sup>2</sup> H<sub>2</sub>O <kbd>Ctrl</kbd> <u>a</u> <s>b</s></p>",
         "x<sup>2</sup> H<sub>2</sub>O <kbd>Ctrl</kbd> <u>a</u> ~~b~~"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby><q>a</q>", "漢(かん)“a”"),
        ("<p>a\u200bb\ufeff\x07c&nbsp;d\u00ade</p>", "abc de"),
        ("<p>👨\u200d👩</p>", "👨\u200d👩"),
        ("a<!-- x -->b<?pi?>c", "abc"),
        ("a<noscript>x</noscript><button>复制</button><select><option>o</option></select>b", "ab"),
        ("<p><code>a</code><code></code><samp>b\n c</samp></p>", "`ab c`"),
        ("<p><code>a<br>b</code></p>", "`a`  \n`b`"),
        ("<p><code>  a  </code></p>", "`a`"),
        ("<p><code><b>a</b><a href='http://e.com/'>b</a></code></p>", "`a`[`b`](http://e.com/)"),
        ("<code><pre>x</pre></code>", "```\nx\n```"),
        ("<div class='mermaid'>graph TD\nA-->B</div>", "```mermaid\ngraph TD\nA-->B\n```"),
        ("<svg><text>甲</text><text>乙</text></svg>", "- 甲\n- 乙"),
        ("<p>a<svg><text>图标</text></svg></p>", "a"),
        ("<div class='mermaid'><svg><foreignObject><p>甲</p></foreignObject><text>乙</text></svg></div>", "- 甲\n- 乙"),
        ("<p id='main-toc'>目录</p><p id='a-toc'>一</p>b", "b"),
        ("<p>正文<sup class='footnote-ref'><a href='#fn1'>[1]</a></sup><sup>x</sup></p><hr class='footnotes-sep'>"
         "<section class='footnotes'><ol><li id='fn1'><p>注 <a href='#fnref1'>↩</a></p></li></ol></section>",
         "正文[^1]<sup>x</sup>\n\n[^1]: 注"),
    ],
)  # fmt: skip
def test_each_element_becomes_its_markdown(html: str, markdown: str) -> None:
    assert to_markdown(html, BASE) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<b>a</b><b>b</b><strong><b>c</b></strong>", "**abc**"),
        ("<strong><p>a</p><p>b</p></strong>", "**a**\n\n**b**"),
        ("a<b> </b>b<i></i>", "a b"),
        ("a<b> b </b>c", "a **b** c"),
        ("他说<b>“中文”</b>和", "他说“**中文**”和"),
        ("<b>注意：</b>内容", "**注意**：内容"),
        ("<b>注意 ：</b>内容", "**注意** ：内容"),
        ("见<b>“</b>后", "见“后"),
        ("见<b><code>x</code></b>后", "见<strong>`x`</strong>后"),
        ("<i>a<i>b</i></i>", "*ab*"),
        ("<i>a <i>b</i> c</i>", "*a _b_ c*"),
        ("<b>a</b><i>b<b>c</b></i>", "**a**<em>b**c**</em>"),
        ("<b>a<img src='http://e.com/x'></b>", "**a**![](http://e.com/x)"),
        ("<b><a href='http://e.com/'>a</a></b>", "**[a](http://e.com/)**"),
        ("<b>a<a href='http://e.com/'>b</a></b><a href='http://e.com/'>c</a>",
         "**a[b](http://e.com/)**[c](http://e.com/)"),
        ("<b>a<br></b><br>b", "**a**\n\nb"),
        ("<b>~ a</b>", "**\\~ a**"),
        ("<s>a</s>b", "~~a~~b"),
    ],
)  # fmt: skip
def test_marks_are_written_where_they_take(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<a href='x?a=1&amp;b=2'>t</a>", "[t](https://blog.example.com/u/article/details/x?a=1&b=2)"),
        ("<a href='#s'>t</a>", "[t](https://blog.example.com/u/article/details/1#s)"),
        ("<a href='JavaScript:x()'>t</a>", "t"),
        ("<a href='java\nscript:x()'>t</a> <a href=' vbscript:x'>u</a> <a href='data:text/html,x'>v</a>", "t u v"),
        ("<a href=''>t</a><a name='x'>u</a>", "tu"),
        ("<a href='http://e.com/a b(c' title='说\"明'>t</a>", '[t](<http://e.com/a%20b(c> "说\\"明")'),
        ("<a href='http://e.com/中' title='http://e.com/%E4%B8%AD'>t]</a>", "[t\\]](http://e.com/%E4%B8%AD)"),
        ("<a href='http://e.com/a'>http://e.com/a</a>", "http://e.com/a"),
        ("<a href='http://e.com/a'>http://e.com/a</a>中", "<http://e.com/a>中"),
        ("<a href='http://e.com/a'><h3>题</h3><p>文</p></a>", "### [题](http://e.com/a)\n\n[文](http://e.com/a)"),
        ("<a href='http://e.com/a'><img src='/x.png'></a>", "[![](https://blog.example.com/x.png)](http://e.com/a)"),
        ("!<a href='http://e.com/a'>t</a>", "\\![t](http://e.com/a)"),
        ("<a href='mailto:a@b.com'>a@b.com</a>", "a@b.com"),
        ("<a href='http://[bad'>t</a>", "[t](http://%5Bbad)"),
        ("<a href='//e.com/x'>t</a>", "[t](https://e.com/x)"),
    ],
)
def test_links_are_absolute_and_harmless(html: str, markdown: str) -> None:
    assert to_markdown(html, BASE) == markdown


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("<img src='data:image/gif;base64,R0lG' data-src='//e.com/a.png'>", "https://e.com/a.png"),
        ("<img src='/loading.gif' data-lazy-src='b.png'>", "https://blog.example.com/u/article/details/b.png"),
        ("<img data-original-src='https://e.com/c'>", "https://e.com/c"),
        ("<img src='data:image/png;base64,iVBO'>", "data:image/png;base64,iVBO"),
    ],
)
def test_an_image_has_the_first_address_that_is_no_placeholder(html: str, url: str) -> None:
    assert [image.url for image in body_of(html).images] == [url]


def test_a_page_from_disk_has_addresses_too() -> None:
    html = lxml_html.fragment_fromstring("<p><a href='b.html'>t</a><a href='http://[x'>u</a></p>")
    assert convert(html, "file:///home/u/a.html").markdown == "[t](file:///home/u/b.html)[u](http://%5Bx)"
    assert convert(lxml_html.fragment_fromstring("<a href='//[x'>u</a>"), BASE).markdown == "[u](//%5Bx)"


def test_large_embedded_pictures_and_images_without_address_are_left_out_with_a_warning() -> None:
    body = body_of("<img src='data:image/png;base64," + "A" * 5000 + "'><img><img src='javascript:x()'>文")
    assert (body.markdown, body.images) == ("文", ())
    assert len(body.warnings) == 1


def test_a_site_may_rewrite_image_addresses() -> None:
    element = lxml_html.fragment_fromstring("<p><img src='/a.png?x&amp;#61;1' alt='图' title='图'></p>")
    body = convert(element, BASE, lambda url: url.partition("?")[0])
    assert body.images == (Image("https://blog.example.com/a.png", "/a.png?x&#61;1", "图"),)
    assert body.markdown == "![图](https://blog.example.com/a.png)"


def test_an_empty_paragraph_makes_no_loose_list() -> None:
    assert to_markdown("<ul><li></li><li><pre><code>x</code></pre><p><br></p></li></ul>") == "-\n- ```\n  x\n  ```"


def test_bold_around_paragraphs_is_bold_inside_them() -> None:
    assert to_markdown("<b><p>一</p><p>二</p></b><p>三</p>") == "**一**\n\n**二**\n\n三"


def test_the_lists_of_a_body_are_in_reading_order() -> None:
    body = body_of(
        "<h2>一 <b>二</b></h2><p>见 https://e.com/a。<a href='/b'>乙 <b>丙</b></a></p>"
        "<table><tr><th><h4>头</h4></th></tr><tr><td>格</td></tr></table>"
        "<pre><code class='language-go'>\tx\n\n</code></pre><p>末</p>"
    )
    assert body.headings == (Heading(2, "一 二"), Heading(4, "头"))
    assert body.links == (Link("https://e.com/a", "https://e.com/a"), Link("https://blog.example.com/b", "乙 丙"))
    assert body.code_blocks == (CodeBlock("go", "\tx\n"),)
    assert body.text == "一 二\n见 https://e.com/a。乙 丙\n头\n格\n\tx\n\n末"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<iframe src='//player.example.com/v?id=1' title='片'></iframe>", "[片](https://player.example.com/v?id=1)"),
        ("a<video><source src='http://e.com/v.mp4'></video>b", "a\n\nhttp://e.com/v.mp4\n\nb"),
        ("<object><param name='movie' value='http://e.com/v.swf'></object>", "http://e.com/v.swf"),
        ("<object>没有播放器</object>", "没有播放器"),
        ("<iframe></iframe><embed src='javascript:x'>", ""),
        (
            "<div class='csdn-video-box'><iframe src='http://e.com/v'></iframe><p>标题</p></div>",
            "[标题](http://e.com/v)",
        ),
    ],
)
def test_players_become_links(html: str, markdown: str) -> None:
    assert to_markdown(html, BASE) == markdown


def test_markdownify_users_find_the_entry_points_they_know() -> None:
    converter = ArticleConverter(BASE)
    assert converter.convert("<b>a</b>") == "**a**"
    assert converter.convert_soup(BeautifulSoup("<i>a</i>", "html.parser")) == "*a*"


def test_a_page_without_elements_has_no_markdown() -> None:
    assert to_markdown("") == ""


@pytest.mark.parametrize(
    "tags", ["div", "b", "blockquote", "ul li", "table tr td", "details", "h2", "code", "a", "dl dd"]
)
def test_no_depth_loses_text(tags: str) -> None:
    depth = 3000
    nodes = [etree.Element("div")]  # parents are kept until their children are gone: freeing stays linear
    for level in range(depth):
        for tag in tags.split():
            nodes.append(etree.SubElement(nodes[-1], tag))
        nodes[-1].text = f"t{level} "
    body = convert(nodes[0], BASE)
    assert all(f"t{level}" in body.markdown for level in range(depth))
    assert len(body.markdown) < 200 * depth
    if tags in ("blockquote", "ul li", "details", "dl dd"):
        assert body.warnings
    while nodes:
        nodes.pop()


def test_source_deeper_than_the_parser_goes_keeps_its_text() -> None:
    markdown = to_markdown("<div>x" * 20_000 + "底")
    assert markdown.count("x") == 20_000
    assert markdown.endswith("底")


TEXT = "a1bZ 中文字“”（：，。→*_`[]()<>&!#-+.|~\\\n=@:/\"'x$"
LEAF = (
    st.text(TEXT, min_size=1, max_size=10).map(htmllib.escape)
    | st.just("<br>")
    | st.just('<img src="http://e.com/a_b*(c.png" alt="x]*y">')
    | st.text(TEXT.replace("\n", ""), min_size=1, max_size=6).map(lambda text: f"<code>{htmllib.escape(text)}</code>")
)
TAGS = st.sampled_from(["b", "i", "strong", "em", "del", 'a href="http://e.com/p_q(r"', "sup", "mark", "span"])


def element(tag: str, content: list[str]) -> str:
    return f"<{tag}>{''.join(content)}</{tag.split()[0]}>"


INLINE = st.recursive(LEAF, lambda some: st.builds(element, TAGS, st.lists(some, min_size=1, max_size=3)), max_leaves=6)
FLOW = st.lists(INLINE, min_size=1, max_size=3)
CELL = st.lists(INLINE, max_size=2).map(lambda content: element("td", content))
ROW = st.lists(CELL, min_size=2, max_size=2).map(lambda cells: element("tr", cells))
FENCE = st.text("ab `~\n\t#*中", max_size=16).map(lambda text: f"<pre><code>{htmllib.escape(text)}</code></pre>")
SIMPLE = (
    st.builds(element, st.sampled_from(["p", "h1", "h4"]), FLOW)
    | FENCE
    | st.just("<hr>")
    | st.lists(ROW, min_size=2, max_size=3).map(lambda rows: element("table", rows))
)
ITEM = st.lists(SIMPLE | FLOW.map("".join), max_size=2).map(lambda content: element("li", content))
BLOCK = st.recursive(
    SIMPLE,
    lambda some: (
        st.builds(element, st.just("blockquote"), st.lists(some, min_size=1, max_size=2))
        | st.builds(element, st.sampled_from(["ul", "ol", 'ol start="7"']), st.lists(ITEM, min_size=1, max_size=3))
    ),
    max_leaves=4,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BLOCK, min_size=1, max_size=3).map("".join))
def test_no_body_loses_text_and_a_second_pass_changes_nothing(html: str) -> None:
    markdown = to_markdown(html)
    rendered = render(markdown)
    assert words(rendered) == words(html)
    if "<strong>" not in markdown and "<em>" not in markdown and "<del>" not in markdown:  # raw HTML is its own form
        assert to_markdown(rendered) == markdown


CONTAINERS = ("//*[@id='content_views']", "//*[@id='article_content']", "//*[@id='js_content']", "//article", "//body")


@pytest.fixture(scope="module")
def corpus(shared: Path) -> list[tuple[str, Element, Body]]:
    """The articles of real pages, and what they become."""
    found = []
    for page in sorted((shared / "corpus").glob("*-html/*.html")):
        tree, _ = parse_html(decode(page.read_bytes()).text)
        if tree is not None and page.stat().st_size < 500_000:
            article = next(hit[0] for path in CONTAINERS if (hit := tree.xpath(path)))
            found.append((page.name, article, convert(article, BASE)))
    return found


def test_real_bodies_have_no_stray_marks_no_entities_and_few_backslashes(
    corpus: list[tuple[str, Element, Body]],
) -> None:
    escapes = size = 0
    for name, article, body in corpus:
        prose = re.sub(r"(?ms)^[ >]*(```+).*?^[ >]*\1|`[^`\n]*`", "", body.markdown)
        shown = lxml_html.fragment_fromstring(render(body.markdown), create_parent="div")
        for code in shown.xpath(".//code"):
            code.drop_tree()
        source = str(article.xpath("string()"))
        assert shown.text_content().count("**") <= source.count("**"), name
        assert not re.search(r"&#x?[0-9a-fA-F]{4,5};", prose.replace("\\&", "")) or "&#" in source, name
        escapes += len(re.findall(r"\\[!-/:-@\[-`{-~]", body.markdown))
        size += len(body.markdown.encode())
    assert len(corpus) > 50
    assert 1000 * escapes / size <= 1.5


def test_a_second_pass_over_real_bodies_changes_nothing(corpus: list[tuple[str, Element, Body]]) -> None:
    changed = [
        name
        for name, _, body in corpus
        if not re.search(r"\$|<(?:strong|em|del|sup|details)>|\[\^", body.markdown)
        and to_markdown(render(body.markdown), BASE) != body.markdown
    ]
    assert changed == []


def test_the_conformance_cases_hold(shared: Path) -> None:
    wrong = []
    for line in (shared / "cases" / "markdown" / "cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        wanted = [loose(render(markdown)) for markdown in [case["md"], *case.get("alt", [])]]
        if loose(render(to_markdown(case["html"], case["base"]))) not in wanted:
            wrong.append(case["id"])
    assert wrong == []


def loose(html: str) -> str:
    """The HTML without blanks between blocks and without the paragraphs of loose lists."""
    html = re.sub(r"</?p>", "", html) if "<li" in html else html
    blocks = r"p|ul|ol|li|pre|table|thead|tbody|tr|t[hd][^>]*|h\d|blockquote|hr /|br /"
    return re.sub(rf"\s*(</?(?:{blocks})>)\s*", r"\1", html)
