"""An article's subtree without what no reader came for: scripts, buttons, hidden and decorative elements. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml.html import HtmlElement

_NEVER_CONTENT = frozenset({
    "style", "link", "meta", "base", "title", "head", "template", "button", "select", "textarea", "dialog", "nav",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)


def clean(article: HtmlElement, is_chrome: Callable[[HtmlElement], bool] | None = None) -> None:
    """Remove, in place, what is no content; ``is_chrome`` names what a platform or theme adds.

    Formulas kept in ``<script type="math/tex">`` and ticks of task lists stay. What is removed leaves the text
    that follows it where it was.
    """
    for element in list(article.iterdescendants()):
        if not isinstance(element.tag, str) or _is_noise(element) or (is_chrome and is_chrome(element)):
            element.drop_tree()
    _lift_headings(article)


def _lift_headings(article: HtmlElement) -> None:
    """Move a heading out of a table of one row, to before it: the table is only there for the layout."""
    for heading in list(article.iterdescendants("h1", "h2", "h3", "h4", "h5", "h6")):
        table = next(heading.iterancestors("table"), None)
        if table is None or article not in table.iterancestors():
            continue
        if len(list(table.iterdescendants("tr"))) == 1:
            heading.getparent().text = (heading.getparent().text or "") + (heading.tail or "")
            heading.tail = None
            table.addprevious(heading)


def _is_noise(element: HtmlElement) -> bool:
    tag = element.tag
    if tag in _NEVER_CONTENT:
        return True
    if tag == "script":
        return "math/" not in (element.get("type") or "")
    if tag == "input":
        return (element.get("type") or "").lower() != "checkbox"
    if tag == "svg":
        labels = element.iter("text", "foreignobject", "foreignObject")
        return not any("".join(label.itertext()).strip() for label in labels)
    if tag == "noscript":
        previous = element.getprevious()
        return previous is not None and previous.tag == "img"
    return _is_hidden(element)


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    style = element.get("style")
    return style is not None and _HIDDEN.search(style) is not None
