from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from scraper.web.formulas import MAX_CHARS, to_mathml


def test_a_formula_is_written_with_its_characters() -> None:
    assert to_mathml(r"\frac{a}{2} \leq \alpha", display=True) == (
        '<math display="block"><mrow><mfrac><mrow><mi>a</mi></mrow><mrow><mn>2</mn></mrow></mfrac>'
        "<mo>≤</mo><mi>α</mi></mrow></math>"
    )


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;img src=x onerror=alert(1)&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//x)}{x}",
        r'\class{" onload="alert(1)}{x}',
        r'\color{" onclick="alert(1)}x',
        r'\mathop{\hspace{1" onclick="x}}',
    ],
)
def test_nothing_active_comes_out_of_a_formula(latex: str) -> None:
    mathml = to_mathml(latex, display=False)
    if mathml is not None:
        tree = etree.fromstring(mathml)
        names = {name for element in tree.iter() for name in element.attrib}
        assert names <= {"display", "mathvariant", "width", "stretchy", "fence", "form", "displaystyle", "scriptlevel"}
        assert {str(element.tag)[0] for element in tree.iter()} == {"m"}


@pytest.mark.parametrize(
    "latex",
    [
        "a" * (MAX_CHARS + 1),
        "{" * 100 + "x" + "}" * 100,
        r"\sqrt" * 200 + "x",
        r"\left(" * 100 + "x" + r"\right)" * 100,
        "x^" * 100 + "x",
        r"\def\a{\b\b}\a",
        r"\newcommand{\a}{x}\a",
        r"\frac",
        r"\begin{matrix} a & b",
    ],
)
def test_what_is_too_long_too_deep_or_no_latex_is_left_to_the_caller(latex: str) -> None:
    mathml = to_mathml(latex, display=False)
    assert mathml is None or len(latex) < 100


def test_an_ordinary_long_formula_is_not_too_deep() -> None:
    assert to_mathml(r"\alpha + \beta_{i} + x^{2}" * 50, display=False)
    assert to_mathml(r"\begin{matrix}" + r"a_1 & b^2 \\" * 60 + r"\end{matrix}", display=True)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="\\{}^_&$#[]()<>\"'ableftrighsqcdx123 +=-,", max_size=60))
def test_any_formula_gives_well_formed_mathml_or_none(latex: str) -> None:
    mathml = to_mathml(latex, display=False)
    if mathml is not None:
        etree.fromstring(mathml)


def test_time_grows_with_length_and_no_faster_than_its_square() -> None:
    def spent(count: int) -> float:
        began = time.process_time()
        for n in range(3):
            to_mathml("a_{1}+" * count + str(n), display=False)
        return time.process_time() - began

    spent(100)
    assert spent(600) < 40 * max(spent(150), 0.001)
