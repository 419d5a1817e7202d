from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from scraper.web.code import highlight
from scraper.web.render import addresses, render

ALLOWED = {
    "html", "body", "a", "blockquote", "br", "code", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", "math", "mrow",
    "mi", "mn", "mo", "mtext", "mfrac", "msub", "msup",
}  # fmt: skip


def body_of(markdown: str, **options: object) -> str:
    return render(markdown, **options).html  # type: ignore[arg-type]


def test_tags_in_a_text_are_text() -> None:
    rendered = body_of('<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> b\n\n<div onclick="x">c</div>')
    assert {element.tag for element in html.fromstring(rendered).iter()} <= ALLOWED
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in rendered
    assert "&lt;img src=x onerror=alert(1)&gt;" in rendered


def test_links_lead_to_the_web_or_nowhere() -> None:
    rendered = body_of(
        "[a](http://x.example/?q=1) [b](javascript:alert) [c](/etc) [d](data:text/html,x) <mailto:a@b.c>"
    )
    assert re.findall(r'href="([^"]*)"', rendered) == ["http://x.example/?q=1", "mailto:a@b.c"]
    assert 'rel="noopener noreferrer nofollow"' in rendered


def test_links_between_archived_posts_stay_in_the_archive() -> None:
    rendered = body_of("[a](https://x.example/1) [b](https://x.example/2)", posts={"https://x.example/1": 7})
    assert '<a class="local" href="/posts/7"' in rendered
    assert 'href="https://x.example/2"' in rendered
    assert addresses("[a](https://x.example/1) ![i](https://x.example/i.png) <https://x.example/2>") == [
        "https://x.example/1",
        "https://x.example/2",
    ]


def test_images_come_from_the_archive_or_are_named_as_missing() -> None:
    rendered = body_of("![甲<b>](https://i/a.png) ![乙](https://i/b.png)", images={"https://i/a.png": "/images/00"})
    assert re.findall(r'src="([^"]*)"', rendered) == ["/images/00"]
    assert 'alt="甲&lt;b&gt;"' in rendered
    assert "image not archived · 乙" in rendered
    linked = body_of("[![甲](https://i/a.png)](https://x.example)")
    assert len(re.findall("<a ", linked)) == 1
    assert "image not archived · 甲" in linked


def test_a_first_heading_that_repeats_the_title_is_left_out_and_others_are_numbered() -> None:
    page = render("# 标题\n\n### 一 `x`\n\n#### 二\n\n### 三", title="标题")
    assert [(anchor.id, anchor.level, anchor.text) for anchor in page.anchors] == [
        ("h-1", 2, "一 x"),
        ("h-2", 3, "二"),
        ("h-3", 2, "三"),
    ]
    assert '<h2 id="h-1">一 <code>x</code></h2>' in page.html
    assert "标题" not in page.html
    assert "标题" in body_of("# 标题", title="别的")


def test_links_within_the_page_find_their_headings() -> None:
    rendered = body_of("[去](#%E4%BA%8C-x) [空](#none)\n\n## 二 x")
    assert 'href="#h-1"' in rendered
    assert 'href="#post"' in rendered


def test_formulas_become_mathml_and_prices_stay_prices() -> None:
    rendered = body_of("$a_1$ 花 $5 和 $6\n\n$$\nx\n- y\n+ z\n$$\n\n$$E=mc^2$$")
    assert rendered.count("<math") == 3
    assert '<div class="formula" tabindex="0"><math display="block">' in rendered
    assert "花 $5 和 $6" in rendered
    assert "<li>" not in rendered


def test_a_formula_that_cannot_be_shown_is_shown_as_its_source() -> None:
    rendered = body_of(r"$\newcommand{\a}{b}\a$" + "\n\n$$\n" + "{" * 200 + "\n$$")
    assert "<math" not in rendered
    assert r'<code class="latex">\newcommand{\a}{b}\a</code>' in rendered
    assert '<div class="latex-block">' in rendered


def test_dollars_that_no_formula_closes_are_text() -> None:
    assert body_of("$$\nx\n\ny") == "<p>$$\nx</p>\n<p>y</p>\n"
    assert body_of("$$a$$b$$").count("<math") == 1
    assert "<math" not in body_of("    $$x$$")


def test_text_cannot_pose_as_the_place_of_a_formula() -> None:
    rendered = body_of('$x$ <span data-formula="0"></span> `<span data-formula="0"></span>`')
    assert rendered.count("<math") == 1


def test_code_keeps_every_character_and_is_coloured_where_the_language_is_known() -> None:
    code = "if a < b && c:\n\n\treturn '</code>'\n"
    for language in ("python", "nonsense", ""):
        rendered = html.fromstring(body_of(f"```{language}\n{code}```"))
        assert rendered.xpath("string(//code)") == code
    assert '<span class="k">' in body_of(f"```python\n{code}```")
    assert "<span" not in highlight("x = 1 " * 20_000, "python")
    assert '<span class="language">c++</span>' in body_of("```c++ title=x\nint a;\n```")
    assert "<pre" in body_of("    indented")


def test_cells_are_aligned_by_class_since_the_policy_allows_no_style() -> None:
    rendered = body_of("| a | b | c |\n|---|:-:|--:|\n| 1 | 2 | 3 |")
    assert "style=" not in rendered
    assert '<td class="align-center">2</td>' in rendered
    assert '<th class="align-right">c</th>' in rendered
    assert "<td>1</td>" in rendered


def test_what_is_nested_too_deep_is_shown_as_it_is_written() -> None:
    assert body_of("> " * 3000 + "<x>").endswith("&gt; &lt;x&gt;</code></pre></div>")
    assert "[" * 3000 in body_of("[" * 3000 + "x")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>\"'&$`[]()!#*_-|:\n /\\=ahrefscipt:javxonl0{}^", max_size=120))
def test_no_text_becomes_anything_active(markdown: str) -> None:
    rendered = body_of(f"{markdown}")
    if not rendered.strip():
        return
    for element in html.fragment_fromstring(rendered, create_parent="div").iter():
        assert element.tag in ALLOWED or element.tag.startswith("m")
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc", "formaction")
            if name == "href":
                assert re.match(r"https?://|mailto:|#h-\d+$|#post$", value, re.IGNORECASE)
