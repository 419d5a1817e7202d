"""An article's subtree without what no reader came for: scripts, buttons, hidden and decorative elements. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from lxml import etree

from scraper.parse.page import is_inside
from scraper.parse.tree import Element, drop, text_of

_NEVER_CONTENT = frozenset({
    "style", "link", "meta", "base", "title", "head", "template", "button", "select", "textarea", "dialog", "nav",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_SUSPECT_TAGS = (*_NEVER_CONTENT, "script", "input", "svg", "noscript", etree.Comment, etree.ProcessingInstruction)
_MAY_BE_HIDDEN = etree.XPath(".//*[@hidden or @style]")


def clean(article: Element, chrome: Iterable[Element] = ()) -> None:
    """Remove, in place, what is no content; ``chrome`` is what a platform or theme adds, inside the article or not.

    Formulas kept in ``<script type="math/tex">`` and ticks of task lists stay. What is removed leaves the text
    that follows it where it was.
    """
    hidden = cast("list[Element]", _MAY_BE_HIDDEN(article))
    noise = [node for node in (*article.iterdescendants(*_SUSPECT_TAGS), *hidden) if _is_noise(node)]
    for element in dict.fromkeys((*noise, *(one for one in chrome if is_inside(one, (article,))))):
        drop(element)
    _lift_headings(article)


def _lift_headings(article: Element) -> None:
    """Move a heading out of a table of one row, to before it: the table is only there for the layout."""
    for heading in list(article.iterdescendants("h1", "h2", "h3", "h4", "h5", "h6")):
        table = next(heading.iterancestors("table"), None)
        if table is None or article not in table.iterancestors():
            continue
        cell = heading.getparent()
        if cell is not None and len(list(table.iterdescendants("tr"))) == 1:
            cell.text = (cell.text or "") + (heading.tail or "")
            heading.tail = None
            table.addprevious(heading)


def _is_noise(element: Element) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in _NEVER_CONTENT:
        return True
    if tag == "script":
        return "math/" not in (element.get("type") or "")
    if tag == "input":
        return (element.get("type") or "").lower() != "checkbox"
    if tag == "svg":
        labels = element.iter("text", "foreignobject", "foreignObject")
        return not any(text_of(label) for label in labels)
    if tag == "noscript":
        previous = element.getprevious()
        return previous is not None and previous.tag == "img"
    return _is_hidden(element)


def _is_hidden(element: Element) -> bool:
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    style = element.get("style")
    return style is not None and _HIDDEN.search(style) is not None
