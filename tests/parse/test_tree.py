"""HTML of any depth and size comes to a tree without a silent loss."""

from __future__ import annotations

import time

import pytest

from scraper.parse.tree import MAX_DEPTH, collapse, parse_html, text_of


def text(html: str) -> str:
    tree, _ = parse_html(html)
    assert tree is not None
    return text_of(tree)


@pytest.mark.parametrize("depth", [10, 300, 900, 2_000])
def test_a_page_within_the_parsers_depth_keeps_its_markup(depth: int) -> None:
    tree, warnings = parse_html("<div>" * depth + "deep" + "</div>" * depth + "<p>after")
    assert tree is not None
    assert warnings == ()
    assert text_of(tree) == "deepafter"
    assert len(list(tree.iter("div"))) == depth


@pytest.mark.parametrize("tag", ["div", "ul", "span", "blockquote", "dd", "h3", "b", "pre"])
def test_deeper_markup_is_flattened_with_a_warning_and_all_its_text(tag: str) -> None:
    depth = 100_000
    html = f"<body>{f'<{tag}>' * depth}deep<img src=a.png>{f'</{tag}>' * depth}<p>after</p>"
    tree, (warning,) = parse_html(html)
    assert tree is not None
    assert text_of(tree).split() in (["deep", "after"], ["deepafter"])
    assert len(list(tree.iter("img"))) == 1
    assert f"deeper than {MAX_DEPTH}" in warning
    assert int(warning.split()[0]) >= depth - MAX_DEPTH


def test_comments_scripts_and_open_items_do_not_count_as_depth() -> None:
    html = "<!-- <div> -->" + "<div>" * 3_000 + "<script>'<div>' < 1</script><ul>" + "<li>x" * 20 + "<!-- <b> -->end"
    tree, warnings = parse_html(html)
    assert tree is not None
    assert len(warnings) == 1
    assert text_of(tree).endswith("xend")
    assert [script.text for script in tree.iter("script")] == ["'<div>' < 1"]


def test_an_unclosed_script_or_comment_in_a_deep_page_ends_it() -> None:
    for tail in ("<script>never closed", "<!-- never closed", "<b", "</", "<"):
        tree, warnings = parse_html("<div>" * 3_000 + "deep" + tail)
        assert tree is not None
        assert warnings
        assert "deep" in text_of(tree)


def test_a_text_of_more_than_ten_megabytes_is_kept() -> None:
    tree, warnings = parse_html("<p>" + "中a " * 3_000_000 + "end</p><p>after")
    assert tree is not None
    assert warnings == ()
    assert str(tree.xpath("string()"))[-8:] == "endafter"


@pytest.mark.parametrize("html", ["", "   ", "<!-- only a comment -->"])
def test_nothing_has_no_tree(html: str) -> None:
    assert parse_html(html) == (None, ())


def test_labels_inside_the_text_do_not_decide_its_encoding() -> None:
    assert text('<meta charset="gb2312"><p>镕') == "镕"
    assert text('<?xml version="1.0" encoding="gbk"?><p>镕') == "镕"


def test_what_no_encoding_can_hold_is_replaced() -> None:
    assert text("<p>a\ud800b") == "a?b"


@pytest.mark.parametrize(
    "bad",
    ["\x01", "\x0c", "\uffff", "&#1;", "&#x1;", "&#8", "&#00012;", "&#x1F;", "&#xFFFE;", "&#0;", f"&#{'0' * 99}1;"],
)
def test_a_tree_holds_no_character_that_it_could_not_be_changed_with(bad: str) -> None:
    tree, _ = parse_html(f"<p>a{bad}<b>x</b>{bad}中&#x1F4A9;&#13;&#9;&#xff0c;&#1")
    assert tree is not None
    for element in tree.iter():
        element.text, element.tail = element.text, element.tail
    assert text_of(tree).replace("\ufffd", "") == "ax中💩 ，"


def test_a_letter_ends_a_decimal_reference() -> None:
    assert text("<p>&#1charset&#12a&#104a&#x68g") == "charsetahahg"


def test_a_comment_has_no_text() -> None:
    tree, _ = parse_html("<p>a<!-- b -->c</p>")
    assert tree is not None
    assert [text_of(node) for node in tree.iter()][-2:] == ["ac", ""]
    assert text_of(None) == ""


def test_white_space_of_all_kinds_is_one_blank_and_zero_width_characters_are_none() -> None:
    assert collapse("\u3000已于\xa0\n2022\u200b-05\ufeff ") == "已于 2022-05"


def test_a_paragraph_inside_a_heading_does_not_end_it() -> None:
    tree, _ = parse_html("<h3>\n<p><b>题</b>目</p>\n<p>二</p></h3><p>正文</p><h2>后</h2>")
    assert tree is not None
    assert [(heading.tag, text_of(heading)) for heading in tree.iter("h2", "h3")] == [("h3", "题目 二"), ("h2", "后")]
    assert [text_of(paragraph) for paragraph in tree.iter("p")] == ["题目", "二", "正文"]


def test_a_heading_that_is_never_closed_swallows_nothing() -> None:
    tree, _ = parse_html("<h3><p>一</p><h2><p>二</p></h2><p>三</p>")
    assert tree is not None
    assert [text_of(paragraph) for paragraph in tree.iter("p")] == ["一", "二", "三"]
    assert [text_of(heading) for heading in tree.iter("h2", "h3")] == ["", "二"]


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        *((mark, "p") for mark in ("b", "i", "u", "s", "tt", "small", "big", "strike", "B", "h1", "H6")),
        *((mark, "center") for mark in ("b", "i", "font")),
        *(("pre", inner) for inner in ("ul", "table", "form", "dl", "UL")),
        *(("h2", inner) for inner in ("table", "form", "li")),
        ("a", "table"),
    ],
)
def test_an_element_ends_where_its_end_tag_is(outer: str, inner: str) -> None:
    tree, warnings = parse_html(f"<div><{outer} class=o>x<{inner} class=i>y</{inner}>z</{outer}>after</div>")
    assert tree is not None
    assert warnings == ()
    (kept,) = tree.iterfind(".//*[@class='o']")
    assert (kept.tag, text_of(kept)) == (outer.lower(), "xyz")
    assert [inside.tag for inside in kept.iterfind(".//*[@class='i']")] == [inner.lower()]
    assert text_of(tree) == "xyzafter"


def test_marks_around_marks_around_a_paragraph_stay() -> None:
    tree, _ = parse_html("<b>一<i><p>二</p></i></b><p>三</p><b>四</b>")
    assert tree is not None
    assert [(one.tag, text_of(one)) for one in tree.iter("b", "i")] == [("b", "一二"), ("i", "二"), ("b", "四")]


def test_scripts_and_stray_end_tags_rename_nothing() -> None:
    tree, _ = parse_html("<script>'<b><p></b>'</script></b><b>一<p>二<i>三</b>四</i><!-- <b><p></b> --></pre>")
    assert tree is not None
    assert "".join(tree.itertext(with_tail=True)).replace("'<b><p></b>'", "").replace(" <b><p></b> ", "") == "一二三四"
    assert all("-" not in element.tag for element in tree.iter() if isinstance(element.tag, str))


@pytest.mark.parametrize(
    "piece", ["<b>x<p>y</p></b>", "<b><p></b>", "</b><pre>", "<pre><ul></pre>", "<pre><span>", "<pre><span></pre>"]
)
def test_many_misplaced_elements_take_linear_time(piece: str) -> None:
    def cost(count: int) -> float:
        start = time.process_time()
        parse_html(piece * count)
        return time.process_time() - start

    cost(100)
    assert cost(8_000) < 12 * max(cost(2_000), 0.005)


@pytest.mark.parametrize("piece", ["<h1 ", "<h1>", "<h1><b>", "<h1><p>", "<h1><p></h1>"])
def test_many_headings_take_linear_time(piece: str) -> None:
    tree, _ = parse_html(piece * 20_000 + "end")
    assert tree is None or "end" in text_of(tree) or piece == "<h1 "


@pytest.mark.parametrize(
    "span",
    [
        '<span class="token keyword">', '<span class="hljs-built_in">', '<span class="kn">', '<span class="line">',
        '<span style="color: rgba(0, 0, 255, 1)">', "<span>",
    ],
)  # fmt: skip
def test_the_coloured_words_of_a_block_of_code_are_no_elements(span: str) -> None:
    tree, _ = parse_html(f'<p>a</p><pre class="x"><code class="language-py">{span}if</span> b &lt; c<br></code></pre>')
    assert tree is not None
    assert [element.tag for element in tree.find(".//pre").iter()] == ["pre", "code", "br"]
    assert text_of(tree) == "aif b < c"


@pytest.mark.parametrize(
    "inside",
    [
        '<span class="token lineno">1</span>if', '<span class="ln">1</span>if', '<span class="hljs-ln-n">1</span>',
        '<span class="k">if', "<span>if</span><div>b</div>", '<span class="k" hidden>if</span>',
        '<span style="color:red;display:none">if</span>', '<span class="k">a</span><span class="copy">b</span>',
    ],
)  # fmt: skip
def test_a_block_of_code_with_anything_but_coloured_words_is_left_as_it_is(inside: str) -> None:
    tree, _ = parse_html(f"<pre>{inside}</pre>")
    assert tree is not None
    assert tree.find(".//span") is not None
