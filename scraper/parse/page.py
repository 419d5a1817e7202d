"""A page under the reader, and what its head says: meta elements, OpenGraph, JSON-LD, saved address. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from lxml import etree

from scraper.parse.tree import Element, collapse, parse_html, text_of
from scraper.urls import is_url, parse_url

_SINGLEFILE = re.compile(r"^\s*Page saved with SingleFile\s+url:\s*(\S+)")
_SAVED_FROM = re.compile(r"^\s*saved from url=\(\d{1,6}\)(\S+)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)
_MAX_JSON_LD = 1_000_000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the head of a page says; '' or nothing where it doesn't.

    ``meta`` holds the content of ``<meta>`` by lower-case name, property or itemprop, the first one wins; ``json_ld``
    the objects of all JSON-LD scripts, those inside ``@graph`` too. ``singlefile_url`` and ``saved_from_url``
    are the addresses that SingleFile and browsers write into the pages they save; the latter is often wrong.
    """

    title: str = ""
    canonical_url: str = ""
    language: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    article_tags: tuple[str, ...] = ()
    json_ld: tuple[Mapping[str, Any], ...] = ()
    singlefile_url: str = ""
    saved_from_url: str = ""

    @property
    def keywords(self) -> tuple[str, ...]:
        """The keywords meta element, split."""
        return split_list(self.meta.get("keywords", ""))

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that the page gives as its own, the most trusted first."""
        found = (self.canonical_url, self.singlefile_url, self.meta.get("og:url", ""))
        return tuple(dict.fromkeys(url for url in found if is_url(url)))


class Index:
    """The elements of a tree by class and id, found in one pass: a path expression costs as much every time."""

    def __init__(self, tree: Element) -> None:
        # A page has few different class attributes, so these are split, not every element's.
        alike: dict[str, list[tuple[int, Element]]] = defaultdict(list)
        self._ids: dict[str, Element] = {}
        for number, element in enumerate(tree.iter(etree.Element)):
            if attribute := element.get("class"):
                alike[attribute].append((number, element))
            if identifier := element.get("id"):
                self._ids.setdefault(identifier, element)
        self._classes: dict[str, list[list[tuple[int, Element]]]] = defaultdict(list)
        for attribute, elements in alike.items():
            for name in dict.fromkeys(attribute.split()):
                self._classes[name].append(elements)

    def holds(self, classes: Collection[str] = (), ids: Collection[str] = ()) -> bool:
        """Tell whether each of these class names and ids is on some element."""
        return all(name in self._classes for name in classes) and all(name in self._ids for name in ids)

    def named(self, pattern: re.Pattern[str]) -> list[Element]:
        """Return the elements with a class name in which the pattern is found, in document order."""
        return self.classed(*(name for name in self._classes if pattern.search(name)))

    def classed(self, *names: str) -> list[Element]:
        """Return the elements that carry one of the class names, in document order."""
        found = {
            number: element for name in names for alike in self._classes.get(name, ()) for number, element in alike
        }
        return [found[number] for number in sorted(found)]

    def identified(self, *names: str) -> list[Element]:
        """Return the elements of these ids that there are, in the order of the ids."""
        return [self._ids[name] for name in names if name in self._ids]


@dataclass(frozen=True, slots=True)
class Page:
    """A page under the reader: its text, tree and head, and the address it was asked by ('' for a file).

    ``name`` is a file's path below the imported folder. ``warnings`` are what decoding and parsing lost.
    """

    url: str
    text: str
    tree: Element
    index: Index
    meta: Metadata = field(default_factory=Metadata)
    name: str = ""
    warnings: tuple[str, ...] = ()


def open_page(
    text: str, url: str = "", *, name: str = "", warnings: tuple[str, ...] = (), utf8: bytes | None = None
) -> Page | None:
    """Return the page of that HTML, or None where it has no element; ``utf8`` is the text encoded, if it is at hand."""
    tree, lost = parse_html(text, utf8)
    if tree is None:
        return None
    return Page(url, text, tree, Index(tree), read_metadata(tree, url), name, warnings + lost)


def read_metadata(tree: Element, url: str = "") -> Metadata:
    """Return what the head says, relative addresses resolved against the page's own."""
    meta: dict[str, str] = {}
    tags: list[str] = []
    for element in tree.iter("meta"):
        content = collapse(element.get("content") or "")
        if not content:
            continue
        for key in (element.get("property") or element.get("name") or element.get("itemprop") or "").lower().split():
            if key == "article:tag":
                tags.append(content)
            meta.setdefault(key, content)
    singlefile, saved_from = _saved_addresses(tree)
    return Metadata(
        title=text_of(next(_outside_svg(tree.iter("title")), None)),
        canonical_url=_canonical(tree, url),
        language=_language(tree, meta),
        meta=meta,
        article_tags=tuple(dict.fromkeys(tags)),
        json_ld=tuple(_json_ld(tree)),
        singlefile_url=singlefile,
        saved_from_url=saved_from,
    )


def find_json_ld(metadata: Metadata, *types: str) -> Mapping[str, Any]:
    """Return the first JSON-LD object of one of these types, or an empty one."""
    for item in metadata.json_ld:
        own = item.get("@type")
        if any(name in types for name in (own if isinstance(own, list) else [own])):
            return item
    return {}


def first_classed(element: Element | None, *names: str) -> Element | None:
    """Return the element itself or its first descendant that carries one of the class names, or None."""
    for one in element.iter(etree.Element) if element is not None else ():
        if not set(names).isdisjoint((one.get("class") or "").split()):
            return one
    return None


def is_inside(element: Element, boxes: Collection[Element]) -> bool:
    """Tell whether the element lies in one of the boxes."""
    return any(ancestor in boxes for ancestor in element.iterancestors())


def script_variables(tree: Element, names: tuple[str, ...]) -> dict[str, str]:
    """Return the values that scripts give to these variables (``var NAME = "…"``), the first of each.

    Strings are decoded, character references in them too; numbers and words such as ``true`` are their text.
    Only script elements count: an article may show such lines as code.
    """
    pattern = re.compile(
        rf"""\b({"|".join(names)})[ \t]*=[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|([\w.-]+))"""
    )
    found: dict[str, str] = {}
    for script in tree.iter("script"):
        text = script.text or ""
        if not any(name in text for name in names):
            continue  # most of a page's script is code, and the pattern is tried at each of its words
        for match in pattern.finditer(text):
            name, double, single, word = match.groups()
            if name not in found:
                found[name] = word or decode_js(double or single or "")
    return found


def decode_js(text: str) -> str:
    """Return what a JavaScript string literal stands for, its HTML character references decoded as well."""
    return unescape(_ESCAPE.sub(_unescape_js, text))


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _unescape_js(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16)).encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.get(match[3], match[3])


def split_list(text: str) -> tuple[str, ...]:
    """Return the items of a list written with commas or semicolons of either width, each once."""
    return tuple(dict.fromkeys(item for part in re.split(r"[,，;；、]", text) if (item := collapse(part))))


def script_language(text: str) -> str:
    """Return the language that the script of a text shows (zh, ja, ko), or '' where many languages use it."""
    sample = text[:20_000]
    letters = sum(map(str.isalpha, sample))
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    kana = len(re.findall(r"[\u3041-\u30fa]", sample))
    hangul = len(re.findall(r"[\uac00-\ud7a3]", sample))
    if hangul * 4 > letters:
        return "ko"
    if kana * 10 > letters:
        return "ja"
    return "zh" if han * 10 > letters else ""


def _outside_svg(elements: Iterator[Element]) -> Iterator[Element]:
    return (element for element in elements if next(element.iterancestors("svg"), None) is None)


def _canonical(tree: Element, url: str) -> str:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            parsed = parse_url(link.get("href") or "", url)
            return parsed.href if parsed else ""
    return ""


def _language(tree: Element, meta: Mapping[str, str]) -> str:
    for value in (tree.get("lang"), tree.get("xml:lang"), meta.get("og:locale")):
        tag = (value or "").strip().replace("_", "-")
        if _LANGUAGE.fullmatch(tag):
            return tag
    return ""


def _saved_addresses(tree: Element) -> tuple[str, str]:
    singlefile = saved_from = ""
    before = tree.itersiblings(etree.Comment, preceding=True)
    for comment in (*before, *tree.iter(etree.Comment)):
        text = comment.text or ""
        if not singlefile and (match := _SINGLEFILE.match(text)):
            singlefile = match[1]
        elif not saved_from and (match := _SAVED_FROM.match(text)):
            saved_from = match[1]
    return singlefile, saved_from


def _json_ld(tree: Element) -> Iterator[Mapping[str, Any]]:
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "") or len(script.text or "") > _MAX_JSON_LD:
            continue
        try:
            value = json.loads(_without_cdata(script.text or ""), strict=False)
        except (ValueError, RecursionError):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield item
                nodes = item.get("@graph")
                yield from (node for node in nodes if isinstance(node, dict)) if isinstance(nodes, list) else ()


def _without_cdata(script: str) -> str:
    """Return the script without the section, maybe in comment signs, that hides it in XHTML."""
    begin, end = script.find("<![CDATA[", 0, 40), script.rfind("]]>")
    return script[begin + 9 : end].removeprefix("*/").rstrip("/* \t\r\n") if 0 <= begin < end else script
