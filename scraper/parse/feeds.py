"""Feeds and sitemaps: how they are known, and the posts that they name. Pure; no DTD, entity or network is used."""

from __future__ import annotations

import json
import re
from html.entities import html5
from typing import Any

from lxml import etree

from scraper.models import Entry, Parsed
from scraper.parse.dates import parse_date
from scraper.parse.tree import collapse
from scraper.urls import canonicalise, parse_url

_PROLOGUE = re.compile(
    r"\s+|<\?[^>]{0,1000}>|<!--(?:[^-]|-(?!->)){0,4000}-->|<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,4000}\]\s{0,20})?>",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<(?:[a-z]{1,20}:)?(?:rss|feed|RDF|urlset|sitemapindex|search)[\s>/]", re.IGNORECASE)
_JSON_FEED = re.compile(r"""\{[^{}\[\]]{0,2000}"version"\s{0,9}:\s{0,9}"https?:\\?/\\?/jsonfeed\.org""")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,100000}\]\s{0,20})?>", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NOT_PAGES = frozenset(
    {"self", "edit", "enclosure", "replies", "hub", "via", "related", "next", "prev", "first", "last"}
)
_BUILT_LOCALLY = re.compile(r"localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]")


def is_feed(text: str) -> bool:
    """Tell whether a text is a feed (RSS, Atom, RDF, JSON Feed), a sitemap, or an index of them."""
    position = 0
    for _ in range(20):
        prologue = _PROLOGUE.match(text, position)
        if prologue is None:
            break
        position = prologue.end()
    return _ROOT.match(text, position) is not None or _JSON_FEED.match(text, position) is not None


def parse_feed(text: str, url: str = "") -> Parsed:
    """Return the posts that a feed or sitemap names; for an index of sitemaps, a listing of these."""
    if sitemaps := read_sitemap_index(text, url):
        return Parsed("listing", f"an index of {len(sitemaps)} sitemaps", links=sitemaps)
    entries = read_feed(text, url)
    return Parsed("feed", f"a feed or sitemap of {len(entries)} pages", links=entries)


def read_feed(text: str, url: str = "") -> tuple[Entry, ...]:
    """Return the pages that a feed or sitemap names, in its order; none where it cannot be read.

    Addresses are resolved against ``url``, and moved there from a blog that was built as ``http://localhost:4000``.
    """
    if text.lstrip().startswith("{"):
        return _read_json_feed(text, url)
    root = _read_xml(text, url)
    items = root.iter("{*}item", "{*}entry", "{*}url") if root is not None else ()
    return tuple(entry for item in items if len(item) and (entry := _entry(item, url)))


def read_sitemap_index(text: str, url: str = "") -> tuple[Entry, ...]:
    """Return the sitemaps that an index names with their last change, none for any other text."""
    root = _read_xml(text, url) if "<sitemapindex" in text[:20_000] else None
    items = root.iter("{*}sitemap") if root is not None else ()
    return tuple(entry for item in items if (entry := _entry(item, url)))


def sitemaps_in(text: str, url: str = "") -> tuple[str, ...]:
    """Return the addresses of the sitemaps that an index names."""
    return tuple(entry.url for entry in read_sitemap_index(text, url))


def _read_xml(text: str, url: str) -> etree._Element | None:
    """Return the root of an XML text, whose own DTD is left out; HTML's entities are known without one."""
    text = _ENTITY.sub(_html_entity, _DOCTYPE.sub("", text, count=1))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, encoding="utf-8", huge_tree=True
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=url)
    except etree.XMLSyntaxError:
        return None


def _html_entity(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in _XML_ENTITIES else html5.get(f"{name};", "")


def _entry(item: etree._Element, url: str) -> Entry | None:
    values = _values(item)
    links = (values.get(name, "") for name in ("link", "loc", "guid", "url", "id"))
    address = next((found for link in links if link and (found := _address(link, item.base or url, url))), None)
    if address is None:
        return None
    published = next((values[name] for name in ("pubDate", "published", "date", "issued") if values.get(name)), "")
    updated = next((values[name] for name in ("updated", "lastmod", "modified") if values.get(name)), "")
    return Entry(address, "", collapse(values.get("title", "")), parse_date(published), parse_date(updated))


def _values(item: etree._Element) -> dict[str, str]:
    """Return the texts of an entry's children by local name; of several links the one to the page itself."""
    values: dict[str, str] = {}
    for child in item.iterchildren(tag=etree.Element):
        text = "".join(map(str, child.itertext())).strip() or child.get("href") or ""
        if child.get("rel") in _NOT_PAGES or (child.get("isPermaLink") or "").lower() == "false":
            continue
        name = etree.QName(child).localname
        if text and name not in values:
            values[name] = text
    return values


def _address(link: str, base: str, url: str) -> str | None:
    """Return the canonical address of a page; one on the machine that built the feed is on the feed's host instead."""
    address = canonicalise(link, base)
    parsed, served = parse_url(address or ""), parse_url(url)
    if (
        parsed
        and served
        and _BUILT_LOCALLY.fullmatch(parsed.hostname)
        and not _BUILT_LOCALLY.fullmatch(served.hostname)
    ):
        return canonicalise(f"{served.protocol}//{served.host}{parsed.pathname}{parsed.search}")
    return address


def _read_json_feed(text: str, url: str) -> tuple[Entry, ...]:
    """Read a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return ()
    items = feed.get("items") if isinstance(feed, dict) else None
    found = (_json_entry(item, url) for item in items if isinstance(item, dict)) if isinstance(items, list) else ()
    return tuple(entry for entry in found if entry)


def _json_entry(item: dict[str, Any], url: str) -> Entry | None:
    links = (item.get(name) for name in ("url", "external_url", "id"))
    address = next((found for link in links if isinstance(link, str) and (found := _address(link, url, url))), None)
    if address is None:
        return None
    published, updated = (parse_date(str(item.get(name) or "")) for name in ("date_published", "date_modified"))
    return Entry(address, "", collapse(str(item.get("title") or "")), published, updated)
