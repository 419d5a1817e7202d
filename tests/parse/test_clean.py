"""What is no content leaves an article; what a reader came for stays."""

from __future__ import annotations

from lxml import html

from scraper.parse.clean import clean


def cleaned(source: str, chrome: str = "") -> str:
    tree = html.fragment_fromstring(f"<div>{source}</div>")
    clean(tree, [element for element in tree.iter() if element.get("class") == chrome] if chrome else ())
    return html.tostring(tree, encoding="unicode").removeprefix("<div>").removesuffix("</div>")


def test_scripts_styles_comments_and_buttons_go_but_the_text_after_them_stays() -> None:
    source = "a<script>x()</script>b<style>p{}</style>c<!-- d -->e<button>f</button>g<nav>h</nav>i<?pi j?>k"
    assert cleaned(source) == "abcegik"


def test_formulas_in_scripts_and_ticks_of_task_lists_stay() -> None:
    source = '<script type="math/tex">x</script><input type="checkbox" checked>'
    assert cleaned(source) == source
    assert cleaned('<input type="text" value="q">') == ""


def test_hidden_elements_go_with_all_that_is_in_them() -> None:
    assert cleaned('a<div style="color:red; DISPLAY: none;"><p hidden>b</p>c</div>d<p hidden="">e</p>') == "ad"
    assert cleaned('<p hidden="until-found">a</p>') == '<p hidden="until-found">a</p>'


def test_pictures_that_say_something_stay() -> None:
    assert cleaned("<svg><path d='M0'/></svg>") == ""
    assert cleaned("<svg><title>icon</title><text> </text></svg>") == ""
    assert "开始" in cleaned("<svg><g><text>开始</text></g></svg>")
    assert "判断" in cleaned("<svg><foreignObject><div>判断</div></foreignObject></svg>")


def test_the_copy_of_an_image_for_browsers_without_scripts_goes() -> None:
    assert cleaned('<img src="a"><noscript><img src="a"></noscript>') == '<img src="a">'
    assert "noscript" in cleaned('<p>x</p><noscript><img src="a"></noscript>')


def test_a_platforms_own_chrome_goes() -> None:
    assert cleaned('<p>a</p><div class="toc"><a>b</a></div>c', chrome="toc") == "<p>a</p>c"


def test_a_heading_in_a_table_of_one_row_stands_before_it() -> None:
    table = "<table><tr><td>a<h3>标题</h3>b</td><td>类型</td></tr></table>"
    assert cleaned(table) == "<h3>标题</h3><table><tr><td>ab</td><td>类型</td></tr></table>"


def test_headings_of_real_tables_and_of_a_table_around_the_article_stay() -> None:
    table = "<table><tr><td><h3>标题</h3></td></tr><tr><td>x</td></tr></table>"
    assert cleaned(table) == table
    tree = html.fragment_fromstring("<table><tr><td id='a'><h3>标题</h3></td></tr></table>")
    article = tree.get_element_by_id("a")
    clean(article)
    assert article.find("h3") is not None
