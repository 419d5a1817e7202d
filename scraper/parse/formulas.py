"""Formulas as pages show them, back to their LaTeX source. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from scraper.parse.escape import clean_text
from scraper.parse.tree import Element

_DISPLAY = {"katex--display", "katex-display", "MathJax_Display", "MathJax_SVG_Display", "display", "math-display"}
_RENDERED = frozenset({
    "MathJax_Preview", "MathJax", "MathJax_Display", "MathJax_SVG", "MathJax_SVG_Display", "MathJax_CHTML",
    "katex-html", "MJX_Assistive_MathML",
})  # fmt: skip
_KATEX = {"katex", "katex--inline", "katex--display", "katex-display"}
_MARKED = {"math", "arithmatex", "math-inline", "math-display"}
_CLASSES = _RENDERED | _KATEX | _MARKED
_DELIMITERS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$"))
_IMAGE_HOSTS = ("latex.csdn.net", "latex.codecogs.com", "private.codecogs.com", "www.zhihu.com", "math.jianshu.com")
_TAG = re.compile(r"<(?=[A-Za-z/!?][^<>]*>)|^<(?=[A-Za-z/!?])", re.MULTILINE)
_COMMENT = re.compile(r"(?<!\\)%")
_BLOCK_START = re.compile(r"^[ \t]*(?:[-+*>#=|~]|\d+[.)]|$)", re.MULTILINE)

_NO_GLYPH = re.compile(r"[\s\u200b-\u200f\u2061-\u2064\ufeff]+")
_GLYPH = re.compile(r"[^\s\u200b-\u200f\u2061-\u2064\ufeff]")


class Formula(NamedTuple):
    """The LaTeX of a formula, and whether it stands on a line of its own."""

    latex: str
    display: bool


def may_show_formula(element: Element, names: list[str]) -> bool:
    """Tell whether ``read_formula`` is worth asking, by the element's classes and attributes."""
    return not _CLASSES.isdisjoint(names) or element.get("data-tex") is not None


def read_formula(element: Element) -> Formula | None:
    """Return the formula that the element shows, None if it shows none.

    An empty formula stands for what only repeats another: a preview, or a rendering beside its source.
    """
    tag = element.tag
    if tag == "script":
        kind = element.get("type") or ""
        return _formula(element.text or "", "mode=display" in kind) if kind.startswith("math/tex") else None
    if tag == "img":
        return _from_image(element)
    if tag == "math":
        return _formula(_from_mathml(element), element.get("display") == "block")
    if tag == "mjx-container":
        math = next(element.iter("math"), None)
        return _formula(_from_mathml(math) if math is not None else "", element.get("display") == "true")
    if (latex := element.get("data-tex")) is not None:
        return _formula(latex, latex.rstrip().endswith("\\\\") or element.get("data-eeimg") == "2")
    names = (element.get("class") or "").split()
    if not _KATEX.isdisjoint(names):
        return _from_katex(element, names)
    if not _RENDERED.isdisjoint(names):
        return _from_mathjax(element, names)
    if not _MARKED.isdisjoint(names) and not len(element):
        return _from_delimited(element.text or "", names)
    return None


def _formula(latex: str, display: bool) -> Formula:
    latex = clean_text(latex).strip()
    if latex.startswith("% <![CDATA["):  # kramdown
        latex = latex.removeprefix("% <![CDATA[").removesuffix("%]]>").strip()
    return Formula(_TAG.sub("< ", latex), display)  # the blank means nothing in LaTeX, and no reader sees a tag


def _from_image(image: Element) -> Formula | None:
    source = image.get("src") or ""
    host = urlsplit(source).netloc if any(name in source for name in _IMAGE_HOSTS) else ""
    if host not in _IMAGE_HOSTS and "mathcode" not in (image.get("class") or "") and image.get("eeimg") is None:
        return None
    if host == "www.zhihu.com" and "/equation" not in source:
        return None
    query = source.partition("?")[2]
    named = parse_qs(query).get("tex")
    latex = image.get("alt") or (named[0] if named else unquote(query))
    return _formula(latex, image.get("eeimg") == "2") if latex.strip() else None


def _from_mathml(math: Element) -> str:
    for annotation in math.iter("annotation"):
        if "tex" in (annotation.get("encoding") or ""):
            return annotation.text or ""
    return math.get("alttext") or " ".join(str(math.xpath("string()")).split())


def _from_katex(element: Element, names: list[str]) -> Formula:
    """Read KaTeX. CSDN's has lost its MathML tags: the source is the last text in it that is not blank."""
    display = not _DISPLAY.isdisjoint(names)
    for annotation in element.iter("annotation"):
        return _formula(annotation.text or "", display)
    if (mathml := _span(element, "katex-mathml")) is not None:
        text = clean_text(_source_text(mathml))
        source = _last_block(text)
        if len(source.split()) == len(text.split()) and (shown := _span(element, "katex-html")) is not None:
            source = _without_glyphs(source, str(shown.xpath("string()")))
        return _formula(source, display)
    return _formula(str(element.xpath("string()")), display)


def _span(element: Element, name: str) -> Element | None:
    return next((node for node in element.iter("span") if name in (node.get("class") or "").split()), None)


def _without_glyphs(text: str, shown: str) -> str:
    """Return the source where a tool took away the blank line between it and the glyphs that MathML shows.

    The glyphs are those of the drawn formula, in another order where that is built of fractions and roots.
    """
    glyphs = _NO_GLYPH.sub("", shown)
    positions = [match.start() for match in _GLYPH.finditer(text)]
    if len(positions) <= len(glyphs):
        return text
    begin = positions[len(glyphs)]
    return text[begin:] if Counter(_NO_GLYPH.sub("", text[:begin])) == Counter(glyphs) else text


def _source_text(mathml: Element) -> str:
    """Return the text that KaTeX keeps its source in, undoing what MathJax made of it when it ran after KaTeX."""
    script = next(mathml.iter("script"), None)
    if script is not None and (script.get("type") or "").startswith("math/"):
        return script.text or ""
    return str(mathml.xpath("string()"))


def _last_block(text: str) -> str:
    """Return the last lines of the text up to a blank one."""
    lines: list[str] = []
    for line in reversed(text.split("\n")):
        if line.strip():
            lines.append(line.strip())
        elif lines:
            break
    return "\n".join(reversed(lines))


def _from_mathjax(element: Element, names: list[str]) -> Formula:
    """Read a rendering of MathJax 2: nothing, where the script with the source stands beside it."""
    following = element.getnext()
    for _ in range(2):
        if following is None:
            break
        if following.tag == "script" and (following.get("type") or "").startswith("math/"):
            return Formula("", False)
        following = following.getnext()
    math = next(element.iter("math"), element)
    return _formula(_from_mathml(math), not _DISPLAY.isdisjoint(names))


def _from_delimited(text: str, names: list[str]) -> Formula | None:
    text = text.strip()
    for begin, end in _DELIMITERS:
        if text.startswith(begin) and text.endswith(end) and len(text) > len(begin) + len(end):
            display = begin in ("\\[", "$$") or not _DISPLAY.isdisjoint(names)
            return _formula(text[len(begin) : -len(end)], display)
    return None


def inline_formula(latex: str, *, in_cell: bool = False) -> str:
    r"""Return the formula as ``$…$`` on one line; in a table ``\\|`` is written by its name."""
    if in_cell:
        latex = latex.replace("\\|", "\\Vert ")
    return f"${' '.join(latex.split())}$"


def display_formula(latex: str) -> str:
    """Return the formula between lines of ``$$``; on one line where its lines could be read as Markdown."""
    if _BLOCK_START.search(latex) and not _COMMENT.search(latex):
        latex = " ".join(latex.split())
    return f"$${latex}$$" if _BLOCK_START.match(latex) else f"$$\n{latex}\n$$"
