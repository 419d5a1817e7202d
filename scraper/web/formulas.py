r"""LaTeX to MathML, which browsers show without script or fonts; what cannot be converted is left to the caller.

latex2mathml's own text output undoes the escaping of ``\text{<script>}`` and lets ``\href`` and ``\style`` through, so
only its tree is taken, and written here with the elements and attributes that formulas need.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree.ElementTree import Element

MAX_CHARS = 4000
MAX_DEPTH = 60

_TAGS = frozenset({
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder",
    "mover", "munderover", "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd", "mstyle", "mpadded",
    "mphantom", "menclose", "merror", "mlabeledtr",
})  # fmt: skip
_ATTRIBUTES = frozenset({
    "display", "displaystyle", "scriptlevel", "stretchy", "fence", "form", "separator", "largeop", "movablelimits",
    "minsize", "maxsize", "symmetric", "accent", "accentunder", "linethickness", "mathvariant", "mathsize", "width",
    "height", "depth", "lspace", "rspace", "voffset", "notation", "columnalign", "rowalign", "columnlines", "rowlines",
    "columnspacing", "rowspacing", "columnspan", "rowspan", "side", "frame",
})  # fmt: skip
# Macros can double with each other: a few lines would grow to gigabytes.
_MACRO = re.compile(r"\\(?:[gex]?def|let|(?:re)?newcommand|providecommand|newenvironment)(?![a-zA-Z])")


@lru_cache(maxsize=2000)
def to_mathml(latex: str, *, display: bool) -> str | None:
    """Return the formula as a ``<math>`` element, or None if it is too long, too deep, or no LaTeX that is known."""
    from latex2mathml.converter import Converter

    if len(latex) > MAX_CHARS or _MACRO.search(latex) or _depth(latex) > MAX_DEPTH:
        return None
    try:
        tree = Converter(display="block" if display else "inline").convert_to_element(latex)
    except Exception:  # noqa: BLE001 -- it raises whatever its indexing meets in a formula with a mistake
        return None
    return _write(tree)


def _depth(latex: str) -> int:
    """Return how deep the converter may go: braces, environments, and commands that follow each other directly."""
    deepest = depth = run = end = 0
    for found in re.finditer(r"\\(?:begin|left)(?![a-zA-Z])|\\(?:end|right)(?![a-zA-Z])|\\[a-zA-Z]+\s*|[{}^_]", latex):
        token = found[0]
        if token in ("{", "\\begin", "\\left"):
            depth += 1
        elif token in ("}", "\\end", "\\right"):
            depth -= 1
        run = run + 1 if found.start() == end and token not in ("}", "\\end", "\\right") else 0
        end = found.end()
        deepest = max(deepest, depth + run)
    return deepest


def _write(tree: Element) -> str:
    """Return the element as HTML. Entities in texts stand for characters, as the converter's own output has them."""
    parts: list[str] = []
    todo: list[Element | str] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        tag = node.tag if node.tag in _TAGS else "mrow"
        attributes = "".join(
            f' {name}="{html.escape(html.unescape(value))}"' for name, value in node.items() if name in _ATTRIBUTES
        )
        parts.append(f"<{tag}{attributes}>{html.escape(html.unescape(node.text or ''))}")
        todo.append(f"</{tag}>")
        todo += reversed(node)
    return "".join(parts)
