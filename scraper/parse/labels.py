"""An article's tags, categories and licence among the links of its page, whatever the theme. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from scraper.parse.bylines import Zone
from scraper.parse.density import Densities, names_of, weigh
from scraper.parse.tree import Element, text_of

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
_HEADING = 50.0
"""What the heading of a list weighs at most; a longer text before a link is none."""
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


def read_labels(zone: Zone, title: str, *, tags: bool = True, categories: bool = True) -> Labels:
    """Return what links say by their relation anywhere beside lists, else by address and names around the article.

    Inside the text names alone count: it may lead to a tag's page. What is not asked for is left out.
    """
    found, wanted = zone.found, {"tag": tags, "category": categories}
    related: dict[str, dict[str, None]] = {"tag": {}, "category": {}}
    shown: dict[str, dict[str, None]] = {"tag": {}, "category": {}}
    licenses: list[str] = []
    start, end = _title_place(zone, title) - _BEFORE, zone.last + _AFTER
    first = found.elements[zone.first]
    elsewhere = dict.fromkeys((first, *first.iterancestors()), False)
    for number in found.links:
        link = found.elements[number]
        relation, href = link.get("rel"), link.get("href") or ""
        relations = relation.split() if relation else ()
        if "license" in relations or "creativecommons.org/" in href:
            licenses.append(text_of(link) or href)
            continue
        kind = "category" if "category" in relations else "tag" if "tag" in relations else ""
        where = related if kind else shown
        if not kind and start <= number <= end and (tags or categories):
            kind = _kind(link, "" if zone.first <= number <= zone.last else href)
        text = text_of(link).strip(_LABEL_SIGNS) if kind and wanted[kind] else ""
        if text and weigh(text) <= _LONGEST and not _is_elsewhere(found, link.getparent(), elsewhere):
            where[kind][text] = None
    all_tags, all_categories = (tuple(related[kind] or shown[kind]) for kind in ("tag", "category"))
    return Labels(all_tags, all_categories, next(iter(licenses), ""))


def _title_place(zone: Zone, title: str) -> int:
    """Return where the heading with the title is, else where the text begins."""
    found = zone.found
    places = (number for number in range(zone.first) if found.tags[number] in ("h1", "h2", "h3"))
    return next((number for number in places if text_of(found.elements[number]) == title), zone.first - _BEFORE)


def _kind(link: Element, href: str) -> str:
    """Return whether a link is a tag or a category by its address, else by the names of what it stands in."""
    if _CATEGORY_ADDRESS.search(href):
        return "category"
    if _TAG_ADDRESS.search(href):
        return "tag"
    element: Element | None = link
    for _ in range(_REACH + 1):
        if element is None:
            break
        if (names := names_of(element)) and (kind := _kind_by_names(names)):
            return kind
        element = element.getparent()
    return ""


@lru_cache(maxsize=4096)
def _kind_by_names(names: str) -> str:
    if _TAG_NAMES.search(names):
        return "tag"
    return "category" if _CATEGORY_NAMES.search(names) else ""


def _is_elsewhere(found: Densities, box: Element | None, known: dict[Element, bool]) -> bool:
    """Tell whether a box is in a part of the page that is about other posts; the boxes that hold the text are not."""
    asked: list[Element] = []
    answer = False
    while box is not None:
        if box in known:
            answer = known[box]
            break
        asked.append(box)
        if box.tag in _ELSEWHERE or _ELSEWHERE_NAMES.search(names_of(box)) or _is_under_heading(found, box):
            answer = True
            break
        box = box.getparent()
    known.update(dict.fromkeys(asked, answer))
    return answer


def _is_under_heading(found: Densities, box: Element) -> bool:
    """Tell whether a few words right before a box say that it is about the site."""
    before = box.getprevious()
    number = found.place.get(before) if before is not None else None
    if number is None or found.weight[number] > _HEADING:
        return False
    return _OF_THE_SITE.search(text_of(before)) is not None
