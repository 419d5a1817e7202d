"""An article's tags, categories and licence among the links of its page, whatever the theme. Pure."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from lxml.html import HtmlElement

from scraper.parse.bylines import Zone
from scraper.parse.density import names_of, weigh
from scraper.parse.tree import text_of

_TAG_ADDRESS = re.compile(r"/(?:tags?|labels?)/#?[^/?#]+/?$|[?&](?:tag|label)=")
_CATEGORY_ADDRESS = re.compile(r"/(?:categor(?:y|ies)|cates?|cat)/(?:[^?#]+/)?#?[^/?#]+/?$|[?&](?:category|cat)=")
_TAG_NAMES = re.compile(r"(?:^|[\s_-])(?:tags?|keywords?)(?=$|[\s_-])")
_CATEGORY_NAMES = re.compile(r"(?:^|[\s_-])(?:categor(?:y|ies)|cates?|cats?)(?=$|[\s_-])")
_ELSEWHERE_NAMES = re.compile(
    r"(?:^|\s)widget|(?:^|[\s_-])(?:sidebar|side|aside|related\w*|relates|recommend\w*|comments?|breadcrumbs?|menu|navbar|"
    r"sitemap|hot|popular|panel|archive\w*|site-?footer)(?=$|[\s_-])"
)
_OF_THE_SITE = re.compile(
    r"热门|推荐|最新|所有|全部|标签云|\b(?:popular|trending|recent|all|hot|cloud)\b", re.IGNORECASE
)
_HEADING = 20
"""How long the heading of a list may be; a longer text before a link is none."""
_ELSEWHERE = frozenset({"aside", "nav"})
_LABEL_SIGNS = "#＃ \t"
_LONGEST = 75.0
_BEFORE, _AFTER = 15, 60
_REACH = 3


@dataclass(frozen=True, slots=True)
class Labels:
    """What an article is filed under, and its licence's text or else address; nothing where the page does not say."""

    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    license: str = ""


def read_labels(zone: Zone, title: str) -> Labels:
    """Return what links say by their relation anywhere beside lists, else by address and names around the article.

    Inside the text names alone count: it may lead to a tag's page.
    """
    found = zone.found
    related: dict[str, dict[str, None]] = {"tag": {}, "category": {}}
    shown: dict[str, dict[str, None]] = {"tag": {}, "category": {}}
    licenses: list[str] = []
    start, end = _title_place(zone, title) - _BEFORE, zone.last + _AFTER
    holders = {found.elements[zone.first], *found.elements[zone.first].iterancestors()}
    for number, (tag, link) in enumerate(zip(found.tags, found.elements, strict=True)):
        if tag != "a":
            continue
        relation, href = link.get("rel"), link.get("href") or ""
        relations = relation.split() if relation else ()
        if "license" in relations or "creativecommons.org/" in href:
            licenses.append(text_of(link) or href)
            continue
        kind = "category" if "category" in relations else "tag" if "tag" in relations else ""
        where = related if kind else shown
        if not kind and start <= number <= end:
            kind = _kind(link, "" if zone.first <= number <= zone.last else href)
        text = text_of(link).strip(_LABEL_SIGNS) if kind else ""
        if text and weigh(text) <= _LONGEST and not _is_elsewhere(link, holders):
            where[kind][text] = None
    tags, categories = (tuple(related[kind] or shown[kind]) for kind in ("tag", "category"))
    return Labels(tags, categories, next(iter(licenses), ""))


def _title_place(zone: Zone, title: str) -> int:
    """Return where the heading with the title is, else where the text begins."""
    found = zone.found
    places = (number for number in range(zone.first) if found.tags[number] in ("h1", "h2", "h3"))
    return next((number for number in places if text_of(found.elements[number]) == title), zone.first - _BEFORE)


def _kind(link: HtmlElement, href: str) -> str:
    """Return whether a link is a tag or a category by its address, else by the names of what it stands in."""
    if _CATEGORY_ADDRESS.search(href):
        return "category"
    if _TAG_ADDRESS.search(href):
        return "tag"
    around = (link, *(ancestor for ancestor, _ in zip(link.iterancestors(), range(_REACH), strict=False)))
    for element in around:
        names = names_of(element)
        if _TAG_NAMES.search(names):
            return "tag"
        if _CATEGORY_NAMES.search(names):
            return "category"
    return ""


def _is_elsewhere(link: HtmlElement, holders: Container[HtmlElement]) -> bool:
    """Tell whether a link stands in a part of the page, outside those that hold the text, that is about other posts."""
    for ancestor in link.iterancestors():
        if ancestor in holders:
            return False
        if ancestor.tag in _ELSEWHERE or _ELSEWHERE_NAMES.search(names_of(ancestor)):
            return True
        if len(before := text_of(ancestor.getprevious())) <= _HEADING and _OF_THE_SITE.search(before):
            return True
    return False
