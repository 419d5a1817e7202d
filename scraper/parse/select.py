"""Elements by the few CSS selectors that tables of themes and platforms are written in. Pure.

A selector is compounds of ``tag``, ``.class``, ``#id`` and ``[name]``, ``[name=value]`` (also ``~=``, ``*=``, ``^=``,
``$=``; values without quotes, blanks or brackets), joined by blanks (somewhere inside) or `` > `` (directly inside).
Alternatives are separated by ``|``: the first one that finds anything counts. Where texts are asked for, ``@name``
at the end of an alternative asks for that attribute instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import cast

from lxml import etree

from scraper.parse.page import Page
from scraper.parse.tree import Element, collapse, text_of

_COMPOUND = re.compile(r"([a-z][a-z0-9-]*)?((?:[.#][\w-]+|\[[^\[\]\s]+\])*)")
_PART = re.compile(r"[.#][\w-]+|\[[^\[\]]+\]")
_ATTRIBUTE = re.compile(r"\[([\w:-]+)(?:([~*^$]?=)([^\]]+))?\]")


@dataclass(frozen=True, slots=True)
class _Compound:
    """One element's conditions; ``direct`` where the one before it must be the parent."""

    tag: str
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str, str], ...]
    direct: bool

    def matches(self, element: Element) -> bool:
        if self.tag and element.tag != self.tag:
            return False
        if any(element.get("id") != name for name in self.ids):
            return False
        if self.classes and not set(self.classes).issubset((element.get("class") or "").split()):
            return False
        return all(_has(element.get(name), operator, value) for name, operator, value in self.attributes)


@dataclass(frozen=True, slots=True)
class _Alternative:
    compounds: tuple[_Compound, ...]
    attribute: str


def select(where: Page | Element, selector: str) -> list[Element]:
    """Return the elements of a page, or inside an element, that the selector finds, in document order."""
    for alternative in _compile(selector):
        if found := _find(where, alternative.compounds):
            return found
    return []


def select_all(where: Page | Element, selector: str) -> list[Element]:
    """Return what every alternative finds, one after the other."""
    return [element for alternative in _compile(selector) for element in _find(where, alternative.compounds)]


def first(where: Page | Element, selector: str) -> Element | None:
    """Return the first element that the selector finds, or None."""
    return next(iter(select(where, selector)), None)


def texts(where: Page | Element, selector: str) -> tuple[str, ...]:
    """Return what the elements found say, or their attributes, each once; an alternative that says nothing is none."""
    for alternative in _compile(selector):
        found = _find(where, alternative.compounds)
        said = (_said(element, alternative.attribute) for element in found)
        if values := tuple(dict.fromkeys(filter(None, said))):
            return values
    return ()


def text(where: Page | Element, selector: str) -> str:
    """Return what the first element that says anything says, or ''."""
    return next(iter(texts(where, selector)), "")


def _said(element: Element, attribute: str) -> str:
    return collapse(element.get(attribute) or "") if attribute else text_of(element)


def _find(where: Page | Element, compounds: tuple[_Compound, ...]) -> list[Element]:
    last = compounds[-1]
    candidates: Iterable[Element]
    if isinstance(where, Page) and not all(where.index.holds(one.classes, one.ids) for one in compounds):
        return []
    if not isinstance(where, Page):
        candidates = (one for one in where.iter(last.tag or etree.Element) if one is not where)
    elif last.ids:
        candidates = where.index.identified(*last.ids)
    elif last.classes:
        candidates = where.index.classed(last.classes[0])
    else:
        candidates = _inside(where, compounds[:-1], last.tag)
    return [element for element in candidates if _fits(element, compounds)]


def _inside(page: Page, outer: tuple[_Compound, ...], tag: str) -> Iterable[Element]:
    """Return the elements of that tag that can match: those inside the nearest compound with a class or id."""
    anchor = next((one for one in reversed(outer) if one.classes or one.ids), None)
    if anchor is None:
        return cast("Iterable[Element]", page.tree.iter(tag or etree.Element))
    boxes = page.index.identified(*anchor.ids) or page.index.classed(*anchor.classes[:1])
    return dict.fromkeys(one for box in boxes for one in box.iterdescendants(tag or etree.Element))


def _fits(element: Element | None, compounds: tuple[_Compound, ...]) -> bool:
    """Tell whether the element matches the last compound and what stands around it the ones before."""
    if element is None or not compounds[-1].matches(element):
        return False
    outer = compounds[:-1]
    if not outer:
        return True
    if compounds[-1].direct:
        return _fits(element.getparent(), outer)
    return any(_fits(ancestor, outer) for ancestor in element.iterancestors())


def _has(actual: str | None, operator: str, value: str) -> bool:
    if actual is None:
        return False
    return {
        "": True,
        "=": actual == value,
        "~=": value in actual.split(),
        "*=": value in actual,
        "^=": actual.startswith(value),
        "$=": actual.endswith(value),
    }[operator]


@cache
def _compile(selector: str) -> tuple[_Alternative, ...]:
    return tuple(_alternative(part) for part in selector.split("|"))


def _alternative(text: str) -> _Alternative:
    path, _, attribute = text.strip().partition("@")
    compounds: list[_Compound] = []
    direct = False
    for piece in path.split():
        if piece == ">":
            direct = True
            continue
        compounds.append(_compound(piece, direct))
        direct = False
    if not compounds or direct:
        raise ValueError(f"no selector: {text!r}")
    return _Alternative(tuple(compounds), attribute.strip())


def _compound(text: str, direct: bool) -> _Compound:
    match = _COMPOUND.fullmatch(text)
    if match is None:
        raise ValueError(f"no selector: {text!r}")
    parts = _PART.findall(match[2])
    attributes = [found.groups("") for part in parts if (found := _ATTRIBUTE.fullmatch(part))]
    return _Compound(
        tag=match[1] or "",
        ids=tuple(part[1:] for part in parts if part[0] == "#"),
        classes=tuple(part[1:] for part in parts if part[0] == "."),
        attributes=tuple((name, operator, value) for name, operator, value in attributes),
        direct=direct,
    )
