from __future__ import annotations

import cmarkgfm
import pytest
from lxml import html as lxml_html

from scraper.parse import escape
from scraper.parse.markdown import to_markdown


@pytest.mark.parametrize(
    "text",
    ["a_b_c", "1+1=2", "C++", "3.14", "1*2", "a * b * c", "[1] 注", "[a][b]", "5 < 6 & 7", "~ 10 天", "#标签", "-1",
     "a\\b", "a`b", "x = $y", "2023-01-01", "(a)", "AT&T", "1.安装"],
)  # fmt: skip
def test_what_is_no_markup_stays_bare(text: str) -> None:
    assert to_markdown(f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>") == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("2*3*4", "2\\*3\\*4"), ("__a__", "\\_\\_a\\_\\_"), ("1~2天，3~5天", "1\\~2天，3\\~5天"),
        ("`a` `", "\\`a\\` \\`"),
        ("[x](y)", "\\[x\\](y)"), ("[^1] a", "\\[^1] a"), ("[a]: b", "\\[a]: b"), ("<b>", "\\<b>"),
        ("&nbsp;", "\\&nbsp;"),
        ("a\\*b\\", "a\\\\*b\\"), ("# a", "\\# a"), ("> a", "\\> a"), ("+ a", "\\+ a"),
        ("1. a", "1\\. a"), ("2) a", "2\\) a"),
        ("---", "\\---"), ("* * *", "\\* * *"), ("a\n===", "a\n\\==="), ("a|b\n-|-", "a|b\n\\-|-"), ("~~~", "\\~~~"),
        ("a\n- b", "a\n\\- b"),
    ],
)  # fmt: skip
def test_what_would_be_markup_is_escaped_once(text: str, markdown: str) -> None:
    html = f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>"
    assert to_markdown(html) == markdown
    shown = cmarkgfm.github_flavored_markdown_to_html(markdown)
    assert lxml_html.fromstring(shown).text_content().strip() == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("见https://e.com/a_b*c。", "见<https://e.com/a_b*c>。"),
        ("见 https://e.com/a?b=1, 或", "见 https://e.com/a?b=1, 或"),
        ("(https://e.com/a_(b)) (https://e.com/c)", "(<https://e.com/a_(b)>) (https://e.com/c)"),
        ("https://e.com/u/repoGitee地址：https://e.com/v", "<https://e.com/u/repo>Gitee地址：https://e.com/v"),
        ("www.e.com说明", "[www.e.com](http://www.e.com)说明"),
        ("见www.e.com", "见www.e.com"),
        ("http://a_b.com/", "<http://a_b.com/>"),
        ("https://e.com/?a&copy;b", "[https://e.com/?a\\&copy;b](https://e.com/?a&amp;copy;b)"),
        ("信箱a.b@e.com，", "信箱<a.b@e.com>，"),
        ("a@b", "a@b"),
        ("https://", "https://"),
    ],
)
def test_an_address_in_prose_ends_where_chinese_begins(text: str, markdown: str) -> None:
    html = f"<p>{text.replace('&', '&amp;')}</p>"
    assert to_markdown(html) == markdown
    rendered = cmarkgfm.markdown_to_html_with_extensions(markdown, extensions=["autolink"])
    assert to_markdown(rendered) == markdown


def test_an_address_is_percent_encoded_as_a_reader_would() -> None:
    assert escape.encode_url('http://e.com/中 "[x]%20') == "http://e.com/%E4%B8%AD%20%22%5Bx%5D%20"


def test_a_title_keeps_its_lines_and_cannot_end_early() -> None:
    assert escape.link_target("", 'a"b') == '<> "a\\"b"'
    assert escape.link_target("x(", "a\n# b") == '<x(> "a\n\\# b"'
    assert escape.link_target("(" * 40 + ")" * 40) == "<" + "(" * 40 + ")" * 40 + ">"
