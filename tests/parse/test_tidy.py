from __future__ import annotations

import time
from pathlib import Path

import cmarkgfm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.parse.encoding import decode
from scraper.parse.post_file import read_post_file
from scraper.parse.tidy import tidy


def rendered(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options=1 << 17))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("******一、******\n**************结果**************", "**一、**\n**结果**"),
        ("**********二、******\n******************结论**********************", "**二、**\n**结论**"),
        ("**甲****乙** 丙", "**甲乙** 丙"),
        ("**外 **内** 外**", "**外 内 外**"),
        ("****甲****", "**甲**"),
        ("*****甲*****", "***甲***"),
        ("**跨\n行**", "**跨\n行**"),
        ("> ****甲****\n> **注：**乙", "> **甲**\n> **注**：乙"),
        ("**注意：**这里", "**注意**：这里"),
        ("这里**“注意”**是", "这里“**注意**”是"),
        ("**（一）**甲", "**（一**）甲"),
        ("这是**`x`**的", "这是<strong>`x`</strong>的"),
        ("甲**！**乙", "甲<strong>！</strong>乙"),
        ("|甲|乙|\n|-|-|\n|**注：**一|****二****|", "|甲|乙|\n|-|-|\n|**注**：一|**二**|"),
    ],
)
def test_bold_is_written_once_and_takes(markdown: str, expected: str) -> None:
    assert tidy(markdown) == expected
    assert "**" not in rendered(expected)


@pytest.mark.parametrize(
    "markdown",
    [
        "2 ** 3 ** 4", "密码：****", "a**b**c", "***甲***", r"\**甲：**乙", "f(**kwargs)", "`**甲：**`乙",
        "``a ` **甲：**``乙", "[**甲：**](https://a.example)乙", "$a**b$ 和 $c**d$", "<b title='**甲：**乙'>",
        "**甲*乙*丙**", "    **甲：**乙", "```\n**甲：**乙\n```", "- ~~~\n  ****甲****\n  ~~~",
        "`没有**结尾**", "_甲_ **乙** ***丙***", "**甲** 乙**",
    ],
)  # fmt: skip
def test_asterisks_that_are_right_or_no_bold_stay(markdown: str) -> None:
    assert tidy(markdown) == markdown


@pytest.mark.parametrize(
    ("markdown", "links"),
    [
        ("代码：https://a.example/x主页：https://b.example/z", ["https://a.example/x", "https://b.example/z"]),
        ("https://a.example/x-13BGitee地址：https://b.example", ["https://a.example/x-13B", "https://b.example"]),
        ("https://a.example/xhttps://b.example/y", ["https://a.example/x", "https://b.example/y"]),
        ("（https://a.example/q_r）。", ["https://a.example/q_r"]),
        ("见https://a.example/?u=https://b.example，好", ["https://a.example/?u=https://b.example"]),
        ("**https://a.example**好", ["https://a.example"]),
        ("|甲|\n|-|\n|https://a.example好|", ["https://a.example"]),
    ],
)
def test_a_bare_address_ends_where_chinese_a_label_or_the_next_begins(markdown: str, links: list[str]) -> None:
    html = rendered(tidy(markdown))
    assert [part.partition('"')[0] for part in html.split('href="')[1:]] == links


@pytest.mark.parametrize(
    "markdown",
    ["https://a.example 好", "<https://a.example>好", "[https://a.example](https://a.example)好", "`https://a.example好`",
     '<a href="https://a.example">好</a>', "邮箱 a@b.example 好", "```\nhttps://a.example好\n```"],
)  # fmt: skip
def test_addresses_that_are_apart_stay(markdown: str) -> None:
    assert tidy(markdown) == markdown


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("\ufeff甲\r\n乙\r丙", "甲\n乙\n丙"),
        ("甲\u200b乙\xa0丙\x07", "甲乙 丙"),
        ("甲\u2028乙", "甲\n乙"),
        ("甲\n\n\n\n乙", "甲\n\n乙"),
        ("```\n甲\u200b\xa0\r\n\n\n\n乙\n```\n\n\n丙", "```\n甲\u200b\xa0\n\n\n\n乙\n```\n\n丙"),
        ("##标题\n正文\n###### 六\n#标签", "## 标题\n正文\n###### 六\n#标签"),
        ("##!x", "##!x"),
        ("@[TOC](目录)\n## 甲", "## 甲"),
        ("[toc]\n\n甲", "\n甲"),
        ("{% asset_img 1.png 图一 %}", "![图一](1.png)"),
        ('{% asset_img big a/1.jpg "图 二" %} 后', "![图 二](a/1.jpg) 后"),
        ('{{< figure src="/a.png" alt="图" >}}', "![图](/a.png)"),
        ('{{< figure link="/a" >}}', '{{< figure link="/a" >}}'),
        ("{% raw %}", "{% raw %}"),
        ("甲\n<div><h2>乙</h2><p>丙</p></div>\n\n丁", "甲\n\n## 乙\n\n丙\n\n丁"),
        ("<pre>\na  b\n\nc</pre>\n丁", "```\na  b\n\nc\n```\n\n丁"),
        ('<p align="center"><img src="/a.png" alt="图"></p>', "![图](/a.png)"),
        ("<div>\n\n**甲**\n\n</div>", "<div>\n\n**甲**\n\n</div>"),
        ('<div id="toc"></div>\n\n甲', '<div id="toc"></div>\n\n甲'),
        ("- <p>甲</p>", "- <p>甲</p>"),
        (
            "<details>\n<summary>甲</summary>\n\n乙\n\n</details>",
            "<details>\n<summary>甲</summary>\n\n乙\n\n</details>",
        ),
    ],
)
def test_prose_is_brought_into_one_form(markdown: str, expected: str) -> None:
    assert tidy(markdown) == expected


def test_relative_addresses_become_absolute_where_the_base_is_known() -> None:
    markdown = '[甲](b.html "题") ![乙](img/1(2).png) [丙](</a b>) [丁](#x) [戊](https://c.example/) `[己](f)`'
    assert tidy(markdown, "https://a.example/p/q.md") == (
        '[甲](https://a.example/p/b.html "题") ![乙](https://a.example/p/img/1(2).png) [丙](https://a.example/a%20b) '
        "[丁](#x) [戊](https://c.example/) `[己](f)`"
    )
    assert tidy(markdown) == markdown


def test_the_corpus_needs_it_only_once(shared: Path) -> None:
    for path in sorted((shared / "corpus/front-matter").iterdir()):
        post = read_post_file(decode(path.read_bytes()).text, name=path.name, identify=lambda url: None)
        assert post is None or tidy(post.markdown) == post.markdown, path.name


pieces_of_prose = ["**", "****", "甲", "：", "a", " ", "\n", "`", "[", "](b)", "https://a.b", "。", "*", "\\", "#"]


@given(st.lists(st.sampled_from(pieces_of_prose)))
@settings(max_examples=300, deadline=None)
def test_any_prose_is_tidied_without_losing_a_character(pieces: list[str]) -> None:
    markdown = "".join(pieces)
    kept = str.maketrans("", "", "*<>#/strong \n")
    assert tidy(markdown).translate(kept) == markdown.translate(kept)


@pytest.mark.parametrize(
    "unit", [">", "*", "[", "`", "**a：**b", "<a", "$", "![a](", "https://a.example好", "- ", "{% img "]
)
def test_endless_repetitions_take_linear_time(unit: str) -> None:
    started = time.perf_counter()
    tidy(unit * (20_000 // len(unit)))
    assert time.perf_counter() - started < 3
