"""Lists of addresses that people keep: OPML, bookmarks of browsers, plain lists. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from scraper.models import Entry, Parsed
from scraper.parse.tree import collapse, parse_html, text_of
from scraper.urls import canonicalise, is_url, url_key

_OPML = re.compile(r"<opml[\s>]", re.IGNORECASE)
_BOOKMARKS = re.compile(r"<!DOCTYPE\s+NETSCAPE-Bookmark-file-1", re.IGNORECASE)


def read_seed_list(text: str) -> Parsed | None:
    """Return the addresses that a list of them names, each once and in its order, or None for any other text.

    It reads OPML (a feed's address, else its page's), bookmarks as all browsers export them (the Netscape format)
    and as Chrome keeps them (JSON), and text of one address a line, with blank lines and ``#`` comments.
    """
    start = text[:4000].lstrip()
    if start.startswith("<") and _OPML.search(start) and not start.lower().startswith(("<!doctype", "<html")):
        return _listing("OPML", _read_opml(text))
    if _BOOKMARKS.search(start):
        return _listing("bookmarks", _read_bookmarks(text))
    if start.startswith("{") and '"roots"' in start:
        return _listing("bookmarks", _read_chrome(text))
    if start.startswith(("#", "http")):
        lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
        if lines and all(is_url(line.split()[0]) for line in lines):
            return _listing("addresses", (tuple(line.partition(" ")[::2]) for line in lines))
    return None


def _listing(form: str, found: Iterator[tuple[str, ...]]) -> Parsed:
    entries: dict[str, Entry] = {}
    for link, title in found:
        address = canonicalise(link)
        if address and (key := url_key(address)):
            entries.setdefault(key, Entry(address, "", collapse(title), position=len(entries) + 1))
    return Parsed("listing", f"a list of {len(entries)} addresses ({form})", links=tuple(entries.values()))


def _read_opml(text: str) -> Iterator[tuple[str, ...]]:
    tree, _ = parse_html(text)
    for outline in tree.iter("outline") if tree is not None else ():
        link = outline.get("xmlurl") or outline.get("htmlurl") or outline.get("url") or ""
        yield link, outline.get("title") or outline.get("text") or ""


def _read_bookmarks(text: str) -> Iterator[tuple[str, ...]]:
    tree, _ = parse_html(text)
    for link in tree.iter("a") if tree is not None else ():
        yield link.get("href") or "", text_of(link)


def _read_chrome(text: str) -> Iterator[tuple[str, ...]]:
    try:
        waiting: list[Any] = [json.loads(text, strict=False)["roots"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict) and node.get("type") == "url":
            yield str(node.get("url") or ""), str(node.get("name") or "")
        elif isinstance(node, dict):
            waiting += reversed([child for child in node.values() if isinstance(child, list | dict)])
