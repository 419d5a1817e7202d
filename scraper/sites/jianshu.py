"""Jianshu (www.jianshu.com): posts as served in 2018-19 and since 2020, and pages of lists."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scraper.models import Author, Metrics, Parsed
from scraper.parse.counts import read_count
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, text
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOME = "https://www.jianshu.com"
_PATH = re.compile(r"/(?P<kind>p|u|users|c|nb)/(?P<id>[0-9a-zA-Z]{4,20})(?:/latest_articles)?/?")
_BODY = ".show-content-free | .show-content | article"
_LINKS = ".note-list li a.title | a.title[href^=/p/]"
_SIZE = re.compile(r"\?imageMogr2/.*$")


def address(url: str) -> Address | None:
    """Return what an address names: a post, an author, a collection or a notebook."""
    parsed = parse_url(url)
    if parsed is None or parsed.hostname not in ("www.jianshu.com", "jianshu.com", "m.jianshu.com"):
        return None
    match = _PATH.fullmatch(parsed.pathname)
    if match is None:
        return None
    kind, native_id = match["kind"], match["id"]
    if kind == "p":
        return Address("post", native_id, f"{_HOME}/p/{native_id}")
    if kind in ("u", "users"):
        return Address("author", native_id, f"{_HOME}/u/{native_id}", native_id)
    return Address("column", f"{kind}/{native_id}", f"{_HOME}/{kind}/{native_id}")


def claims(page: Page) -> bool:
    """Tell whether a page has the platform's template."""
    if "jianshu" not in page.text or first(page, _BODY) is None:
        return False
    named = first(
        page, "script[data-name=page-data] | .show-content-free | meta[property=al:ios:url][content^=jianshu]"
    )
    return named is not None


def read(page: Page) -> Parsed:
    """Return the post of a page, or the list that it is."""
    note = _note(page)
    body = first(page, _BODY)
    title = text(page, ".article h1.title | h1.title | section h1 | h1")
    if body is None or not title:
        return read_links(page, address, _LINKS, _HOME) or judge(page)
    where = identify(page, address) or address(f"{_HOME}/p/{note.get('slug')}")
    link = text(page, ".author .name a@href | .author a@href | a[href^=/u/]@href")
    parsed_link = parse_url(link, _HOME)
    home = address(parsed_link.href) if parsed_link else None
    shown = text(page, ".publish-time | time@datetime")
    name = text(page, ".author .name a | .author .name | [class*=author] a[href^=/u/]")
    writer = note.get("author")
    post = replace(
        draft(page, SITE.parser, where),
        title=title,
        author=Author(
            home.native_id if home else "",
            name or str(writer.get("nickname") or "" if isinstance(writer, dict) else ""),
            home.url if home else "",
        ),
        published_at=parse_date(shown),
        published_raw=shown,
        access="partial" if note.get("paid_type") not in (None, "free") else "full",
        metrics=Metrics(*(_number(note, key) for key in ("views_count", "likes_count", "comments_count"))),
    )
    return read_body(post, body, drop=".image-container-fill", base_url=_HOME, image_url=lambda url: _SIZE.sub("", url))


def _note(page: Page) -> Mapping[str, Any]:
    """Return what the page's own JSON says of the post; nothing where it has none."""
    script = first(page, "script[data-name=page-data]")
    try:
        data = json.loads((script.text or "") if script is not None else "", strict=False)
    except (ValueError, RecursionError):
        return {}
    note = data.get("note") if isinstance(data, dict) else None
    return note if isinstance(note, dict) else {}


def _number(note: Mapping[str, Any], key: str) -> int | None:
    return read_count(str(note.get(key, "")))


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that a list page names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, lambda page: read_links(page, address, _LINKS, _HOME))


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the page of an author's or collection's list."""
    if where.kind not in ("author", "column"):
        return ()
    order = "shared_at" if where.kind == "author" else "added_at"
    return (ListRequest(f"{where.url}?order_by={order}&page={page}", "list"),)


SITE = Site(
    name="jianshu",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=3.0,
    hosts=(re.compile(r"(?:www\.|m\.)?jianshu\.com"),),
    home=_HOME,
)
