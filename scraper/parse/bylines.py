"""Who wrote an article and when, as a page shows it around the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from scraper.parse.dates import parse_date
from scraper.parse.density import Densities, names_of
from scraper.parse.page import Page
from scraper.parse.tree import collapse, text_of

_YEAR = re.compile(r"(?<![0-9])(?:19[6-9]|20)[0-9][0-9](?![0-9])")
_SPEAKING = re.compile(r"(?:19[6-9]|20[0-9])[0-9]|作者|撰文|投稿|[Bb]y[ :]")
_PUBLISHED_WORDS = re.compile(r"发布|发表|首发|创建|刊发|published|posted|created", re.IGNORECASE)
_UPDATED_WORDS = re.compile(r"更新|修改|编辑于|最后|updated|modified|edited|last", re.IGNORECASE)
_DATE_NAMES = re.compile(r"date|time|publish|posted|meta|info|byline|stat|source|bottom|发布")
_AUTHOR_NAMES = re.compile(
    r"(?:^|[_-])(?:author|authors|byline|writer|creator|nick-?name|user-?name|article-?author|post-?author|p-author|"
    r"author-?name|autor|fn|profile_nickname)(?=$|[_-])"
)
_AUTHOR_TEXT = re.compile(
    r"(?:^|[\s|·])(?:文章|原文|本文)?(?:作者|撰文|投稿)\s?[:：]\s?([^\s|·:：，,。]{1,30})"
    r"|^(?:[Ww]ritten |[Pp]osted )?[Bb]y:? ([^\d|·]{3,60}?)(?= on | at | in |[|·,]|\d|$)"
)
_LONGEST = 160
_BEFORE, _AFTER = 160, 40
_FAR = 10


@dataclass(frozen=True, slots=True)
class Zone:
    """What stands around an article's text: places in document order of its first paragraph and its end."""

    found: Densities
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of its article's times and author, best first."""

    published: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """What links with a relation name: labels, and the licence's text or else its address."""

    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    license: str = ""


@dataclass(slots=True)
class _Found:
    """What was found so far, each with its rank: lower is better."""

    published: list[tuple[int, str]] = field(default_factory=list)
    updated: list[tuple[int, str]] = field(default_factory=list)
    authors: list[tuple[int, str]] = field(default_factory=list)


def read_shown(page: Page, zone: Zone) -> Shown:
    """Return the dates and names shown near the text; those that markup tells apart are looked for everywhere."""
    found = _Found()
    places = zone.found.place
    near = {number for number in _near(zone) if zone.found.weight[number] <= _LONGEST}
    for number, (tag, element) in enumerate(zip(zone.found.tags, zone.found.elements, strict=True)):
        rank = 0 if number in near else _FAR
        if tag == "time" or element.get("itemprop"):
            _take_marked(found, element, rank)
        elif tag == "a" and "author" in (element.get("rel") or ""):
            found.authors.append((rank + 1, text_of(element)))
    for element in page.index.named(_AUTHOR_NAMES):
        if places.get(element) in near:
            found.authors.append((2, text_of(element)))
    for number in sorted(near):
        _take_said(found, zone.found.elements[number])
    return Shown(_by_rank(found.published), _by_rank(found.updated), _by_rank(found.authors))


def read_related(zone: Zone) -> Related:
    """Return what links say by their relation, wherever they are."""
    tags: dict[str, None] = {}
    categories: dict[str, None] = {}
    licenses: list[str] = []
    for tag, link in zip(zone.found.tags, zone.found.elements, strict=True):
        if tag != "a":
            continue
        relation, href = link.get("rel"), link.get("href") or ""
        relations = relation.split() if relation else ()
        if "license" in relations or "creativecommons.org/" in href:
            licenses.append(text_of(link) or href)
        elif "category" in relations:
            categories[text_of(link)] = None
        elif "tag" in relations:
            tags[text_of(link).lstrip("#").strip()] = None
    return Related(tuple(filter(None, tags)), tuple(filter(None, categories)), next(iter(licenses), ""))


def _near(zone: Zone) -> Iterator[int]:
    """Yield the places of elements before the first paragraph and after the end."""
    yield from range(max(0, zone.first - _BEFORE), zone.first + 1)
    yield from range(zone.last, min(len(zone.found.elements), zone.last + _AFTER))


def _take_marked(found: _Found, element: HtmlElement, rank: int) -> None:
    """Read microdata and ``time``."""
    prop = (element.get("itemprop") or "").split()
    said = element.get("datetime") or element.get("content") or text_of(element)
    if "datePublished" in prop or "dateCreated" in prop or element.get("pubdate") is not None:
        found.published.append((rank, said))
    elif "dateModified" in prop:
        found.updated.append((rank, said))
    elif element.tag == "time":
        words = f"{names_of(element)} {text_of(element)}"
        is_update = _UPDATED_WORDS.search(words) and not _PUBLISHED_WORDS.search(words)
        (found.updated if is_update else found.published).append((rank + 1, said))
    elif "author" in prop:
        inner = next((one for one in element.iter() if one.get("itemprop") == "name"), element)
        found.authors.append((rank, inner.get("content") or text_of(inner)))


def _take_said(found: _Found, element: HtmlElement) -> None:
    """Read what stands at the start of an element and after it."""
    for piece, owner in ((element.text, element), (element.tail, element.getparent())):
        if not piece or len(piece) > _LONGEST or not _SPEAKING.search(piece):
            continue
        text = collapse(piece)
        if match := _AUTHOR_TEXT.search(text):
            found.authors.append((3, match[1] or match[2]))
        if not _YEAR.search(text) or not parse_date(text):
            continue
        if _UPDATED_WORDS.search(text) and not _PUBLISHED_WORDS.search(text):
            found.updated.append((2, text))
        else:
            rank = 2 if _PUBLISHED_WORDS.search(text) else 3 if _DATE_NAMES.search(names_of(owner)) else 4
            found.published.append((rank, text))


def _by_rank(found: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(text for _, text in sorted(found, key=lambda pair: pair[0]) if 0 < len(text) <= _LONGEST)
    )
