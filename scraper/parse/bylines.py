"""Who wrote an article and when, as a page shows it around the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scraper.parse.dates import parse_date
from scraper.parse.density import Densities, names_of
from scraper.parse.page import Page
from scraper.parse.tree import Element, collapse, text_of

_YEAR = re.compile(r"(?<![0-9])(?:19[6-9]|20)[0-9][0-9](?![0-9])")
_SPEAKING = re.compile(r"(?:19[6-9]|20[0-9])[0-9]|作者|撰文|投稿|[Bb]y[ :]")
_PUBLISHED_WORDS = re.compile(r"发布|发表|首发|创建|刊发|published|posted|created", re.IGNORECASE)
_UPDATED_WORDS = re.compile(r"更新|修改|编辑于|最后|updated|modified|edited|last", re.IGNORECASE)
_TIME_WORDS = re.compile(rf"(?={_PUBLISHED_WORDS.pattern}|{_UPDATED_WORDS.pattern})", re.IGNORECASE)
_BETWEEN = " \t|·,，;；/"
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
_LABEL = 20
_SHORT = 60
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
        _take_said(found, zone.found, zone.found.elements[number])
    return Shown(_by_rank(found.published), _by_rank(found.updated), _by_rank(found.authors))


def _near(zone: Zone) -> Iterator[int]:
    """Yield the places of elements before the first paragraph and after the end."""
    yield from range(max(0, zone.first - _BEFORE), zone.first + 1)
    yield from range(zone.last, min(len(zone.found.elements), zone.last + _AFTER))


def _take_marked(found: _Found, element: Element, rank: int) -> None:
    """Read microdata and ``time``."""
    prop = (element.get("itemprop") or "").split()
    if "datePublished" in prop or "dateCreated" in prop or element.get("pubdate") is not None:
        found.published.append((rank, _time_of(element)))
    elif "dateModified" in prop:
        found.updated.append((rank, _time_of(element)))
    elif element.tag == "time":
        words, said = f"{names_of(element)} {text_of(element)}", _time_of(element)
        for part in _times_in(said) or [said]:
            is_update = _UPDATED_WORDS.search(f"{words} {part}") and not _PUBLISHED_WORDS.search(f"{words} {part}")
            (found.updated if is_update else found.published).append((rank + 1, part))
    elif "author" in prop:
        inner = next((one for one in element.iter() if one.get("itemprop") == "name"), element)
        found.authors.append((rank, inner.get("content") or text_of(inner)))


def _time_of(element: Element) -> str:
    """Return the time that an element tells; in its tooltip where its text is how long ago that was."""
    title = element.get("title") or ""
    tooltip = title if _YEAR.search(title) and parse_date(title) else ""
    return element.get("datetime") or element.get("content") or tooltip or text_of(element)


def _take_said(found: _Found, densities: Densities, element: Element) -> None:
    """Read what stands at the start of an element, with the label before it, after it, and in its tooltip."""
    pieces = ((element.text, element), (element.tail, element.getparent()), (element.get("title"), element))
    for number, (piece, owner) in enumerate(pieces):
        if not piece or len(piece) > _LONGEST or piece.isspace():
            continue
        label = _label_before(densities, element) if number == 0 and len(piece) <= _SHORT else ""
        text = collapse(piece)
        said = f"{label} {text}" if label else text
        if not _SPEAKING.search(said):
            continue
        if match := _AUTHOR_TEXT.search(text) or _AUTHOR_TEXT.search(said):
            found.authors.append((3, match[1] or match[2]))
        is_date = number == 2 or (owner is not None and _DATE_NAMES.search(names_of(owner)) is not None)
        for part in _times_in(text):
            _take_time(found, part, f"{label} {part}", is_date=is_date)


def _times_in(text: str) -> list[str]:
    """Return the parts of a text that each tell a time: "发表于 … 更新于 …" are two."""
    parts = _TIME_WORDS.split(text) if _PUBLISHED_WORDS.search(text) and _UPDATED_WORDS.search(text) else [text]
    return [part.strip(_BETWEEN) for part in parts if _YEAR.search(part) and parse_date(part)]


def _take_time(found: _Found, text: str, said: str, *, is_date: bool) -> None:
    if _UPDATED_WORDS.search(said) and not _PUBLISHED_WORDS.search(said):
        found.updated.append((2, text))
    else:
        found.published.append((2 if _PUBLISHED_WORDS.search(said) else 3 if is_date else 4, text))


def _label_before(densities: Densities, element: Element) -> str:
    """Return the few words that stand right before an element, or before the one that it begins; '' for none."""
    for one in (element, element.getparent()):
        parent = None if one is None else one.getparent()
        if one is None or parent is None:
            return ""
        before = one.getprevious()
        text = (parent.text if before is None else before.tail) or ""
        if before is not None and (not text or text.isspace()):
            number = densities.place.get(before)
            text = text_of(before) if number is not None and densities.weight[number] <= _LONGEST else ""
        if text and not text.isspace():
            return collapse(text) if len(text) <= _LABEL else ""
        if before is not None:
            return ""
    return ""


def _by_rank(found: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(text for _, text in sorted(found, key=lambda pair: pair[0]) if 0 < len(text) <= _LONGEST)
    )
