from __future__ import annotations

import pytest

from scraper.parse.formulas import display_formula, inline_formula
from scraper.parse.markdown import to_markdown

FLAT = (
    "<span class='katex'><span class='katex-mathml'>\n x\n\n 2\n\n {}\n\n</span>"
    "<span class='katex-html'>x2</span></span>"
)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("求<span class='katex--inline'>" + FLAT.format("x^2 &#61; 4") + "</span>。", "求$x^2 = 4$。"),
        ("<p>a<span class='katex--display'>" + FLAT.format("\\begin{aligned}\n a\n\\end{aligned}") + "</span></p>",
         "a\n\n$$\n\\begin{aligned}\na\n\\end{aligned}\n$$"),
        ("<span class='katex'><math><annotation encoding='application/x-tex'>a_1</annotation></math></span>", "$a_1$"),
        ("<span class='katex'><span class='katex-html'>x2</span></span>", "$x2$"),
        ("<span class='MathJax_Preview'>x</span><span class='MathJax'>x</span><script type='math/tex'>x^2</script>",
         "$x^2$"),
        ("<div class='MathJax_Display'><span class='MathJax'>x</span></div>"
         "<script type='math/tex; mode=display'>% <![CDATA[\na<b %]]></script>", "$$\na<b\n$$"),
        ("<span class='MathJax'><math alttext='y'></math></span>", "$y$"),
        ("<math><mi>a</mi>\n<mo>b</mo></math>", "$a b$"),
        ("<mjx-container display='true'><math><annotation encoding='application/x-tex'>q</annotation></math>"
         "</mjx-container><mjx-container></mjx-container>", "$$\nq\n$$"),
        ("<span class='ztext-math' data-tex='a'>x</span> <span data-tex='b\\\\'>x</span>", "$a$\n\n$$\nb\\\\\n$$"),
        ("<img class='mathcode' src='https://latex.csdn.net/eq?x%5E2'>", "$x^2$"),
        ("<img src='https://www.zhihu.com/equation?tex=a%2Bb' alt='' eeimg='1'>", "$a+b$"),
        ("<img src='https://www.zhihu.com/logo.png'><img class='mathcode' src='//e.com/x'>",
         "![](https://www.zhihu.com/logo.png)![](https://e.com/x)"),
        ("<img src='x' alt='z^2' eeimg='2'>", "$$\nz^2\n$$"),
        ("<span class='math inline'>\\(a_b\\)</span> <span class='math display'>\\[c\\]</span>",
         "$a_b$\n\n$$\nc\n$$"),
        ("<span class='math'>无</span><script type='text/x'>y</script>", "无"),
        ("<h2>式<span class='katex--display'>" + FLAT.format("x^2") + "</span></h2>", "## 式$x^2$"),
        ("<table><tr><th><span class='katex'>" + FLAT.format("\\|a|") + "</span></th></tr><tr><td>b</td></tr></table>",
         "| $\\Vert a\\|$ |\n| --- |\n| b |"),
    ],
)  # fmt: skip
def test_each_rendering_gives_its_source_once(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


def test_a_formula_cannot_hold_a_tag() -> None:
    assert to_markdown("<span data-tex='a&lt;b, c&lt;script>d'></span>") == "$a<b, c< script>d$"
    assert to_markdown("<span data-tex='a\n&lt;div b\\\\'></span>") == "$$\na\n< div b\\\\\n$$"


def test_a_formula_whose_lines_read_as_markdown_stands_on_one_line() -> None:
    assert display_formula("a\n- b\n\nc") == "$$\na - b c\n$$"
    assert display_formula("- a") == "$$- a$$"
    assert display_formula("a % note\n+ b") == "$$\na % note\n+ b\n$$"
    assert inline_formula("a\n b") == "$a b$"
