"""HTML of any depth and size comes to a tree without a silent loss."""

from __future__ import annotations

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


@pytest.mark.parametrize("tag", ["div", "ul", "span", "blockquote"])
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
    assert (tree.text_content() or "")[-8:] == "endafter"


@pytest.mark.parametrize("html", ["", "   ", "<!-- only a comment -->"])
def test_nothing_has_no_tree(html: str) -> None:
    assert parse_html(html) == (None, ())


def test_labels_inside_the_text_do_not_decide_its_encoding() -> None:
    assert text('<meta charset="gb2312"><p>镕') == "镕"
    assert text('<?xml version="1.0" encoding="gbk"?><p>镕') == "镕"


def test_what_no_encoding_can_hold_is_replaced() -> None:
    assert text("<p>a\ud800b") == "a?b"


def test_white_space_of_all_kinds_is_one_blank_and_zero_width_characters_are_none() -> None:
    assert collapse("\u3000已于\xa0\n2022\u200b-05\ufeff ") == "已于 2022-05"
