"""Feeds and sitemaps: how they are known, and the posts that they name. Pure; no DTD, entity or network is used."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree

from scraper.models import Entry
from scraper.parse.dates import parse_date
from scraper.parse.tree import collapse
from scraper.urls import canonicalise

_PROLOGUE = re.compile(
    r"\s+|<\?[^>]{0,1000}>|<!--(?:[^-]|-(?!->)){0,4000}-->|<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,4000}\]\s{0,20})?>",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<(?:[a-z]{1,20}:)?(?:rss|feed|RDF|urlset|sitemapindex|search)[\s>/]", re.IGNORECASE)
_JSON_FEED = re.compile(r"""\{[^{}\[\]]{0,2000}"version"\s{0,9}:\s{0,9}"https?:\\?/\\?/jsonfeed\.org""")


def is_feed(text: str) -> bool:
    """Tell whether a text is a feed (RSS, Atom, RDF, JSON Feed), a sitemap, or an index of them."""
    position = 0
    for _ in range(20):
        prologue = _PROLOGUE.match(text, position)
        if prologue is None:
            break
        position = prologue.end()
    return _ROOT.match(text, position) is not None or _JSON_FEED.match(text, position) is not None


def read_feed(text: str, url: str = "") -> tuple[Entry, ...]:
    """Return the pages that an XML feed or sitemap names, in its order; none where it cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return ()
    entries = []
    for item in root.iter("{*}item", "{*}entry", "{*}url") if root is not None else ():
        values = _values(item)
        link = values.get("link") or values.get("loc") or values.get("guid") or ""
        if link and (address := canonicalise(link, url)):
            published = values.get("pubDate") or values.get("published") or values.get("date") or ""
            updated = values.get("updated") or values.get("lastmod") or ""
            title = collapse(values.get("title", ""))
            entries.append(Entry(address, "", title, parse_date(published), parse_date(updated)))
    return tuple(entries)


def sitemaps_in(text: str, url: str = "") -> tuple[str, ...]:
    """Return the sitemaps that an index of sitemaps names, none for any other text."""
    found = re.findall(r"<sitemap>\s{0,99}<loc>([^<]{1,2000})</loc>", text)
    return tuple(address for loc in found if (address := canonicalise(unescape(loc.strip()), url)))


def _values(item: etree._Element) -> dict[str, str]:
    """Return the texts of an entry's children by local name; of several links the one to the page itself."""
    values: dict[str, str] = {}
    for child in item.iterchildren(tag=etree.Element):
        text = "".join(map(str, child.itertext())).strip() or child.get("href") or ""
        if child.get("rel") not in ("self", "edit", "enclosure", "replies", "hub"):
            values.setdefault(etree.QName(child).localname, text)
    return values
