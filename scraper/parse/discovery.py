"""Where a blog of any kind names its posts: feeds that its pages announce, and usual addresses. Pure."""

from __future__ import annotations

import re

from scraper.models import Parsed
from scraper.parse.page import Page
from scraper.parse.select import select
from scraper.parse.site import ListRequest
from scraper.urls import canonicalise, parse_url

_FEED_TYPE = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)|text/xml", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|评论", re.IGNORECASE)
_GUESSES = ("sitemap.xml", "atom.xml", "rss.xml", "index.xml", "feed.xml", "feed/", "archives/")
"""What generators write: Hexo atom.xml and rss2.xml, Hugo index.xml, Jekyll feed.xml, WordPress feed/."""


def announced_feeds(page: Page) -> tuple[str, ...]:
    """Return the feeds that a page announces in its head, without those of comments."""
    base = page.url or next(iter(page.meta.addresses), "")
    found: list[str] = []
    for link in select(page, "link[rel~=alternate]"):
        kind, title, href = link.get("type") or "", link.get("title") or "", link.get("href") or ""
        is_json = kind == "application/json" and "feed" in f"{title} {href}".lower()
        if (is_json or _FEED_TYPE.fullmatch(kind)) and not _COMMENTS.search(f"{title} {href}"):
            address = canonicalise(href, base)
            found += [address] if address else []
    return tuple(dict.fromkeys(found))


def blog_requests(home_url: str, page: Parsed | None = None) -> tuple[ListRequest, ...]:
    """Return the ways to ask for a blog's posts, best first, each under a name of its own.

    ``page`` is what reading its home page gave: the feeds announced there are asked first, and then none is guessed.
    The sitemap names all posts, a feed often only the newest.
    """
    home = parse_url(home_url)
    if home is None:
        return ()
    folder = home.pathname if home.pathname.endswith("/") else home.pathname.rpartition("/")[0] + "/"
    base = f"{home.protocol}//{home.host}{folder}"
    announced = page.feeds if page else ()
    named = [(url, "feed" if number == 1 else f"feed {number}") for number, url in enumerate(announced, 1)]
    guesses = [name for name in _GUESSES if not announced or name in ("sitemap.xml", "archives/")]
    named += [(f"{base}{name}", name.strip("/")) for name in guesses]
    ways: dict[str, ListRequest] = {}
    for url, way in named:
        ways.setdefault(url, ListRequest(url, way))
    return tuple(ways.values())
