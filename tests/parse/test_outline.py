from __future__ import annotations

import time

import pytest

from scraper.models import CodeBlock, Heading, Link
from scraper.parse.outline import outline

POST = """# 标题 `x`

> - 见 [链接](b.html) ![图](i.png) https://a.example中文
>   ```java {1}
>   int x = 1;

| 甲 | 乙 |
|---|---|
| 1 | **2** |

<div><p>网页 <a href="/q">k</a><img src="z.png"></p></div>

公式 $a_b*c*$，价格 $5 和 $6，~~删~~ &amp; <https://d.example>

$$
E = mc^2
$$

    缩进  代码
"""


def test_links_images_code_headings_and_text_are_listed_in_order() -> None:
    found = outline(POST, "https://h.example/p/")
    assert found.markdown == POST
    assert found.links == (
        Link("https://h.example/p/b.html", "链接"),
        Link("https://a.example", "https://a.example"),
        Link("https://h.example/q", "k"),
        Link("https://d.example", "https://d.example"),
    )
    assert [image.url for image in found.images] == ["https://h.example/p/i.png", "https://h.example/p/z.png"]
    assert found.code_blocks == (CodeBlock("java", "int x = 1;"), CodeBlock("", "缩进  代码"))
    assert found.headings == (Heading(1, "标题 x"),)
    assert "甲\t乙\n1\t2\n网页 k\n公式 a_b*c*，价格 $5 和 $6，删 & https://d.example" in found.text
    assert "E = mc^2" in found.text


def test_addresses_stay_as_written_where_no_base_is_known() -> None:
    found = outline("![图](../a%l.png) [x](y?a=%l)")
    assert found.images[0].original_url == "../a%l.png"
    assert "%25" not in found.links[0].url


def test_a_body_without_text_has_an_outline() -> None:
    assert outline("").text == ""
    assert outline("<!-- more -->").markdown == "<!-- more -->"


def test_what_is_nested_too_deep_is_named() -> None:
    found = outline("> " * 200 + "甲")
    assert any("nested deeper" in warning for warning in found.warnings)
    assert not outline("> - > - 甲").warnings


@pytest.mark.parametrize("unit", [">", "> ", "*", "[", "`", "![", "**a", "<b>", "$", "- ", "\\"])
def test_endless_repetitions_take_linear_time(unit: str) -> None:
    started = time.perf_counter()
    outline(unit * (10_000 // len(unit)))
    assert time.perf_counter() - started < 4
