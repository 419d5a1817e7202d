"""The few CSS selectors that tables are written in find what CSS says they find."""

from __future__ import annotations

import pytest

from scraper.parse.page import Page, open_page
from scraper.parse.select import first, select, select_all, text, texts

HTML = """<div id=a class="box wide"><p class=x>1 <b class=x>2</b></p><div class=inner>
<p class=y data-n=7 rel="tag me">3</p></div></div><p class=y>4</p><p class=z></p>
<a href="/tags/go/">go</a><meta name=author content=" 阿台 ">"""


def page() -> Page:
    found = open_page(HTML)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ("p", ["1 2", "3", "4", ""]),
        (".x", ["1 2", "2"]),
        ("p.x", ["1 2"]),
        (".box.wide .y", ["3"]),
        (".box > .y", []),
        (".box > .inner > .y", ["3"]),
        ("#a b", ["2"]),
        ("#a > b", []),
        ("[data-n]", ["3"]),
        ("[data-n=7]", ["3"]),
        ("[data-n=8]", []),
        ("p[rel~=tag]", ["3"]),
        ("p[rel~=ta]", []),
        ("a[href*=/tags/]", ["go"]),
        ("a[href^=/tags]", ["go"]),
        ("a[href$=go]", []),
        ("#nowhere | .none | a", ["go"]),
    ],
)
def test_a_selector_finds(selector: str, said: list[str]) -> None:
    assert [" ".join(str(one.xpath("string()")).split()) for one in select(page(), selector)] == said
    body = page().tree
    assert len(select(body, selector)) == len(said)


def test_texts_come_from_the_first_alternative_that_says_anything() -> None:
    assert texts(page(), ".z | meta[name=author]@content | a") == ("阿台",)
    assert texts(page(), ".y") == ("3", "4")
    assert (text(page(), ".z"), texts(page(), ".none")) == ("", ())
    assert text(page(), "a@href") == "/tags/go/"


def test_all_alternatives_are_asked_where_all_are_wanted() -> None:
    assert [one.tag for one in select_all(page(), "b | .none | a")] == ["b", "a"]


def test_an_element_is_not_found_inside_itself() -> None:
    box = first(page(), "#a")
    assert box is not None
    assert first(box, ".box") is None
    assert text(box, ".inner") == "3"


@pytest.mark.parametrize("selector", ["", "a |", "a >", "a:hover", "p[x", "*"])
def test_what_is_no_selector_is_refused(selector: str) -> None:
    with pytest.raises(ValueError, match="no selector"):
        select(page(), selector)
