"""How much prose each part of a page holds, and how much of it is links. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from lxml import etree

from scraper.parse.tree import Element

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_UNREAD = frozenset({
    "script", "style", "noscript", "template", "svg", "iframe", "button", "select", "option", "textarea", "object",
    "title", "link", "meta", "math", "dialog", "canvas", "datalist",
})  # fmt: skip
CODE = frozenset({"pre", "code", "math", "mjx-container"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CJK = re.compile("[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7a3]")
_PUNCTUATION = re.compile("[，。、；！？,]")
_CHROME_TAGS = frozenset({"nav", "aside", "footer", "form", "menu"})
_CHROME_ROLES = frozenset({
    "navigation", "complementary", "contentinfo", "banner", "search", "dialog", "alertdialog", "alert", "menu",
    "menubar", "toolbar", "tablist", "tooltip",
})  # fmt: skip
_NEVER_EXTRA = frozenset({"body", "html", "main", "article", "a", "br", "p", "b", "strong", "em", "i", "img"})
_CONTROLS = (
    r"breadcrumbs?|crumbs?|licen[cs]e|login|menu\w*|meta-?nav|modal|nav|navbar|navigation|pager|pagination|"
    r"popup|post-?nav\w*|print|"
    r"rating|rss|share\w*|sharing\w*|social\w*|tags?|tag-?cloud|toc|toolbar|tools?|legends?"
)
_FOREIGN = (
    r"ad|ads|advert\w*|banner\w*|bottom-?bar|combx|comments?|comment-?\w+|contact|cookie\w*|consent|copyright\w*|disqus\w*|"
    r"disclaimer|donate|footer\w*|gdpr|masthead|newsletter\w*|outbrain|promo\w*|recirc\w*|"
    r"recommend\w*|related\w*|relate|remark|replies|respond|reward|shop\w*|shoutbox|sidebar\w*|side-?bar|signup|"
    r"skyscraper|sponsor\w*|subscribe\w*|syndication|taboola\w*|teasers?|trending|widget\w*|yom-remote|"
    r"hot-?(?:news|articles?|posts?)|author-?(?:bio|box|info)|about-?author|bio|vcard|"
    r"more-?(?:posts?|articles?|stories|news|from)"
)
_CONTROL_NAMES = re.compile(rf"(?:^|[\s_-])(?:{_CONTROLS})(?=$|[\s_-])")
_FOREIGN_NAMES = re.compile(rf"(?:^|[\s_-])(?:{_FOREIGN})(?=$|[\s_-])")
CONTENT_NAMES = re.compile(
    r"article|body|content|entry|hentry|h-entry|main|page|post|text|blog|story|正文|markdown|detail"
)
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
_MIN_WEIGHT = 25.0
"""What a block must hold to count as a paragraph: 25 letters, or 10 Chinese characters."""
_LONG = 100.0
"""What makes a paragraph a long one, such as teasers, captions and labels are not."""
_MOST = 0.6
"""The share of a page's long paragraphs from which on no name and no tag makes a part of it an extra."""
_NEARLY_ALL = 0.9
_DIALOG = re.compile(r"(?:^|\s)(?:modal|popup|dialog)(?=$|\s)")
"""A box over the page, which may say more than a short article does: rules, reasons for a report."""

_SLUG_MARKS = 3


@dataclass(slots=True)
class Densities:
    """Measures of a page's elements, by their place in document order; sums are over the element's whole subtree.

    ``weight`` is the length of the text, a Chinese character counting as 2.5 letters, ``linked`` that of its links,
    ``marks`` the number of commas and of Chinese stops. ``prose`` is the worth of the element's own text as a
    paragraph; ``links`` are the places of the ``a`` elements. Of ``extra`` elements (navigation, comments,
    advertisements by tag, role or name, unless most of the page's prose is in them) nothing is counted in those
    around them.
    """

    elements: list[Element]
    tags: list[str]
    place: dict[Element, int]
    parents: list[int]
    weight: list[float]
    linked: list[float]
    marks: list[int]
    own: list[float]
    prose: list[float]
    chunks: list[int]
    extra: list[bool]
    links: list[int]
    long: list[float] = field(default_factory=list)

    def link_density(self, number: int) -> float:
        """Return the share of an element's text that is in links, 0 for one without text."""
        return self.linked[number] / self.weight[number] if self.weight[number] else 0.0


def weigh(text: str) -> float:
    """Return the length of a text without needless blanks; a Chinese character says as much as 2.5 letters."""
    text = " ".join(text.split())
    return len(text) if text.isascii() else len(text) + 1.5 * len(_CJK.findall(text))


def names_of(element: Element) -> str:
    """Return an element's classes and id in lower case; an id of many words is a heading's and says nothing."""
    label = element.get("id")
    if not label or label.count("-") + label.count("_") >= _SLUG_MARKS:
        return (element.get("class") or "").lower()
    return f"{element.get('class') or ''} {label}".lower()


def measure(body: Element) -> Densities:
    """Return the measures of an element and all inside it, in two passes over them."""
    found = _count(body)
    _rate(found)
    paragraphs = _find_extras(found)
    found.long = paragraphs
    parents, extra, weight, linked, marks = found.parents, found.extra, found.weight, found.linked, found.marks
    for number in range(len(parents) - 1, 0, -1):
        if not extra[number] and (own := weight[number]):
            parent = parents[number]
            weight[parent] += own
            linked[parent] += linked[number]
            marks[parent] += marks[number]
            paragraphs[parent] += paragraphs[number]
    return found


def _count(body: Element) -> Densities:
    """Give each text to the block that it stands in, which is not the inline element around it."""
    elements = list(body.iter(etree.Element))
    tags = [element.tag for element in elements]
    size = len(elements)
    place = {element: number for number, element in enumerate(elements)}
    parents, blocks, in_link, unread = [0] * size, [0] * size, [False] * size, [False] * size
    weight, linked, marks, chunks = [0.0] * size, [0.0] * size, [0] * size, [0] * size

    def add(text: str, number: int) -> None:
        block = blocks[number]
        length = weigh(text)
        weight[block] += length
        if in_link[number]:
            linked[block] += length
        elif length >= _MIN_WEIGHT:
            chunks[block] += 1
            marks[block] += text.count(",") if text.isascii() else len(_PUNCTUATION.findall(text))

    for number, element in enumerate(elements):
        tag = tags[number]
        parent = 0
        if number:
            parent = parents[number] = place[cast(Element, element.getparent())]
            if unread[parent]:
                unread[number] = True  # its text is no one's
                continue
            text = element.tail
            if text and not text.isspace():
                add(text, parent)
        blocks[number] = number if tag in BLOCKS or not number else blocks[parent]
        in_link[number] = in_link[parent] or (tag == "a" and element.get("href") is not None)
        if tag in _UNREAD:
            unread[number] = True
        elif (text := element.text) and not text.isspace():
            add(text, number)
    links = [number for number, tag in enumerate(tags) if tag == "a"]
    own, prose, extra = list(weight), [0.0] * size, [False] * size
    return Densities(elements, tags, place, parents, weight, linked, marks, own, prose, chunks, extra, links)


def _rate(found: Densities) -> None:
    """Rate each block's own text: a paragraph counts, each comma counts, up to three times a hundred letters count."""
    for number, own in enumerate(found.own):
        if own >= _MIN_WEIGHT and found.tags[number] not in HEADINGS:
            worth = max(1, found.chunks[number]) + found.marks[number] + min(own / 100, 3)
            found.prose[number] = worth * (1 - found.linked[number] / own)


def _find_extras(found: Densities) -> list[float]:
    paragraphs = [
        prose if own >= _LONG and linked < 0.3 * own else 0.0
        for prose, own, linked in zip(found.prose, found.own, found.linked, strict=True)
    ]
    long, prose = list(paragraphs), list(found.prose)
    parents, tags, extra, elements = found.parents, found.tags, found.extra, found.elements
    for number in range(len(long) - 1, 0, -1):
        if worth := prose[number]:
            parent = parents[number]
            prose[parent] += worth
            long[parent] += long[number]
    in_code = [False] * len(long)
    most_long, most_prose = _MOST * long[0], _MOST * prose[0]
    for number in range(1, len(long)):
        parent = parents[number]
        if extra[parent]:
            extra[number] = True
        elif in_code[parent] or tags[parent] in CODE:
            in_code[number] = True
        elif prose[number] <= most_prose or 0 < most_long >= long[number]:
            extra[number] = _is_extra(elements[number], tags[number], long[number] > 0)
        elif prose[number] <= _NEARLY_ALL * prose[0]:
            extra[number] = _DIALOG.search(names_of(elements[number])) is not None
    return paragraphs


def _is_extra(element: Element, tag: str, has_paragraphs: bool) -> bool:
    if tag in _CHROME_TAGS or tag in _UNREAD:
        return True
    if tag in _NEVER_EXTRA or not (attributes := element.items()):
        return False
    if len(attributes) > 1 or attributes[0][0] not in ("class", "id"):  # most elements have no other
        style = element.get("style")
        if style and _HIDDEN.search(style):
            return True
        if element.get("hidden") is not None or element.get("role") in _CHROME_ROLES:
            return True
    if tag in HEADINGS:
        return False
    is_foreign, is_control = _kinds_of(names_of(element))
    return is_foreign or (is_control and not has_paragraphs)


@lru_cache(maxsize=4096)
def _kinds_of(names: str) -> tuple[bool, bool]:
    """Return whether names are those of something foreign to an article, and of something that controls the page."""
    return _FOREIGN_NAMES.search(names) is not None, _CONTROL_NAMES.search(names) is not None
