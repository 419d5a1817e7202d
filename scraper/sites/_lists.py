"""Lists of posts as most platforms give them: a feed, a page of links, JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from scraper.models import Entry, Parsed
from scraper.parse.blog_lists import entries_of, next_url
from scraper.parse.encoding import decode
from scraper.parse.feeds import is_feed, read_feed
from scraper.parse.page import Page, open_page
from scraper.parse.select import select
from scraper.parse.site import Address
from scraper.parse.tree import Element
from scraper.parse.verdict import judge

_AddressOf = Callable[[str], Address | None]


def read_answer(
    body: bytes,
    url: str,
    content_type: str,
    address: _AddressOf,
    read_page: Callable[[Page], Parsed | None],
    read_json: Callable[[object], Parsed | None] = lambda _: None,
) -> Parsed:
    """Return the posts that an answer names: a feed, JSON by ``read_json``, else a page by ``read_page``.

    Raises:
        ParseError: bytes that are no text.
    """
    text = decode(body, content_type).text.lstrip("\ufeff \t\r\n")
    if is_feed(text):
        entries = platform_posts(read_feed(text, url), address)
        return Parsed("feed", f"a feed of {len(entries)} posts", links=entries)
    if text.startswith(("{", "[")):
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            return Parsed("other", "an answer that is no whole JSON")
        return read_json(value) or Parsed("other", "JSON that is no list of posts")
    page = open_page(text, url)
    if page is None:
        return Parsed("empty", "the answer is empty")
    return read_page(page) or judge(page)


def read_links(page: Page, address: _AddressOf, selector: str, home: str) -> Parsed | None:
    """Return the posts of the platform that the links found lead to, or None where there is none.

    ``home`` is the platform's origin, where relative links of a saved page lead.
    """
    links: list[Element] = select(page, selector)
    entries = platform_posts(entries_of(page, links, home), address)
    if not entries:
        return None
    return Parsed("listing", f"a list of {len(entries)} posts", links=entries, next_url=next_url(page))


def platform_posts(entries: tuple[Entry, ...], address: _AddressOf) -> tuple[Entry, ...]:
    """Return the entries that are posts of the platform, under its own addresses, each once."""
    found: dict[str, Entry] = {}
    for entry in entries:
        where = address(entry.url)
        if where is not None and where.kind == "post":
            found.setdefault(where.native_id, replace(entry, url=where.url, native_id=where.native_id))
    return tuple(found.values())
