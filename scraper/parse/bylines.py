"""Who wrote an article and when, as a page shows it around the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from scraper.parse.dates import parse_date
from scraper.parse.density import Densities, names_of
from scraper.parse.page import Page
from scraper.parse.tree import collapse, text_of

_YEAR = re.compile(r"(?<![0-9])(?:19[6-9]|20)[0-9][0-9](?![0-9])")
_PUBLISHED_WORDS = re.compile(r"发布|发表|首发|创建|刊发|published|posted|created", re.IGNORECASE)
_UPDATED_WORDS = re.compile(r"更新|修改|编辑于|最后|updated|modified|edited|last", re.IGNORECASE)
_DATE_NAMES = re.compile(r"date|time|publish|posted|meta|info|byline|stat|source|bottom|发布")
_AUTHOR_NAMES = re.compile(
    r"(?:^|[\s_-])(?:author|authors|byline|writer|creator|nick-?name|user-?name|article-?author|post-?author|p-author|"
    r"author-?name|autor|fn|profile_nickname)(?=$|[\s_-])"
)
_AUTHOR_TEXT = re.compile(
    r"(?:^|[\s|·])(?:文章|原文|本文)?(?:作者|撰文|投稿)\s?[:：]\s?([^\s|·:：，,。]{1,30})"
    r"|^(?:[Ww]ritten |[Pp]osted )?[Bb]y:? ([^\d|·]{3,60}?)(?= on | at | in |[|·,]|\d|$)"
)
_LONGEST = 160
_AFTER = 60


@dataclass(frozen=True, slots=True)
class Zone:
    """What stands around an article's text: places in document order of its first paragraph and its end."""

    found: Densities
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ShownDates:
    """The dates that a page shows, best first."""

    published: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()


def shown_dates(page: Page, zone: Zone) -> ShownDates:
    """Return the dates shown near the text, those in microdata and ``time`` elements first."""
    published: list[tuple[int, str]] = []
    updated: list[tuple[int, str]] = []
    for order, element in _around(zone):
        prop = element.get("itemprop") or ""
        attribute = element.get("datetime") or element.get("content") or element.get("title") or ""
        if "datePublished" in prop or "dateCreated" in prop or element.get("pubdate") is not None:
            published.append((0, attribute or text_of(element)))
        elif "dateModified" in prop:
            updated.append((0, attribute or text_of(element)))
        elif element.tag == "time":
            said = element.get("datetime") or text_of(element)
            names = f"{names_of(element)} {text_of(element)}"
            (updated if _UPDATED_WORDS.search(names) and not _PUBLISHED_WORDS.search(names) else published).append(
                (1, said)
            )
        elif order is not None:
            for text in _own_texts(element):
                if not _YEAR.search(text) or not parse_date(text):
                    continue
                if _UPDATED_WORDS.search(text) and not _PUBLISHED_WORDS.search(text):
                    updated.append((2, text))
                else:
                    rank = 2 if _PUBLISHED_WORDS.search(text) else 3 if _DATE_NAMES.search(names_of(element)) else 4
                    published.append((rank, text))
    return ShownDates(_by_rank(published), _by_rank(updated))


def shown_author(page: Page, zone: Zone) -> tuple[str, ...]:
    """Return the names of authors shown near the text, best first."""
    found: list[tuple[int, str]] = []
    for order, element in _around(zone):
        prop, rel = element.get("itemprop") or "", (element.get("rel") or "").split()
        if "author" in prop.split():
            inner = next((one for one in element.iter() if (one.get("itemprop") or "") == "name"), element)
            found.append((0, inner.get("content") or text_of(inner)))
        elif "author" in rel:
            found.append((1, text_of(element)))
        elif order is not None and _AUTHOR_NAMES.search(names_of(element)):
            found.append((2, text_of(element)))
        elif order is not None:
            matches = (_AUTHOR_TEXT.search(text) for text in _own_texts(element))
            found += [(3, match[1] or match[2]) for match in matches if match]
    return _by_rank([(rank, name) for rank, name in found if len(name) <= 60])


def _around(zone: Zone) -> Iterator[tuple[int | None, HtmlElement]]:
    """Yield the elements of the page; with a number those near the text, which say things in words too."""
    for number, element in enumerate(zone.found.elements):
        near = number <= zone.first or zone.last <= number <= zone.last + _AFTER
        if not near and not element.attrib:
            continue
        short = zone.found.weight[number] <= _LONGEST
        yield (number if near and short else None), element


def _own_texts(element: HtmlElement) -> Iterator[str]:
    for text in (element.text, *(child.tail for child in element)):
        if text and len(text) <= _LONGEST and (text := collapse(text)):
            yield text


def _by_rank(found: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for _, text in sorted(found, key=lambda pair: pair[0]) if text))
