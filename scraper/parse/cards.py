"""Lists of posts in boxes that are alike, whose titles are no headings: cards, rows, lines. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from lxml.html import HtmlElement

from scraper.parse.density import BLOCKS, Densities, weigh
from scraper.parse.page import Page
from scraper.parse.tree import text_of
from scraper.urls import parse_url

_FEWEST = 4
_REACH = 3
_SHORTEST, _LONGEST = 20.0, 800.0
"""What the title of a post, or a whole card, weighs on average: more than an entry of a menu, less than a text."""

_MOST = 0.8
_NUMBER = re.compile(r"[0-9]+")
_POST_NAME = re.compile(r"[0-9]|[-_%.]|.{12}")
_CHROME = frozenset({"nav", "aside", "footer", "header"})
_ELSEWHERE = ("javascript:", "mailto:", "tel:")


def card_links(page: Page, found: Densities) -> list[HtmlElement]:
    """Return the titles of the most boxes that are alike and lead to posts of one site, none for fewer than four.

    Boxes are alike by what stands around a link that is all or most of its line; of several in a box, the shortest is
    the title.
    """
    runs: dict[tuple[str, ...], dict[str, HtmlElement]] = defaultdict(dict)
    for tag, link in zip(found.tags, found.elements, strict=True):
        href = link.get("href") if tag == "a" else None
        if href and "#" not in href and not href.startswith(_ELSEWHERE):
            runs[_shape(link)].setdefault(href, link)
    best, cards = (0, 0.0), []
    for links in runs.values():
        if len(links) < max(_FEWEST, best[0]):
            continue
        titles = {href: weight for href, link in links.items() if (weight := weigh(text_of(link)))}
        mean = sum(titles.values()) / max(1, len(titles))
        rank = (len(titles), -mean)
        if len(titles) < _FEWEST or rank <= best or not _SHORTEST <= mean <= _LONGEST:
            continue
        shown = [links[href] for href in titles]
        lines = sum(weight >= 0.5 * _line(found, links[href]) for href, weight in titles.items())
        if lines >= _MOST * len(shown) and not _is_chrome(shown[0]) and _lead_to_posts(page, list(titles)):
            best, cards = rank, shown
    return cards


def _shape(link: HtmlElement) -> tuple[str, ...]:
    """Return what makes boxes alike; a box further out may have a class more, for one with a picture, say."""
    parent, *outer = (ancestor for ancestor, _ in zip(link.iterancestors(), range(_REACH), strict=False))
    names = (_NUMBER.sub("", one.get("class") or "") for one in (link, parent))
    return (parent.tag, *names, *(ancestor.tag for ancestor in outer))


def _line(found: Densities, link: HtmlElement) -> float:
    """Return what the block that a link stands in holds itself."""
    block = next((one for one in link.iterancestors() if one.tag in BLOCKS), None)
    return found.own[found.place[block]] if block in found.place else 0.0


def _is_chrome(link: HtmlElement) -> bool:
    return any(ancestor.tag in _CHROME for ancestor in link.iterancestors())


def _lead_to_posts(page: Page, hrefs: list[str]) -> bool:
    """Tell whether most of the addresses are on the page's host, equally deep, and end in a post's name or number."""
    base = page.url or next(iter(page.meta.addresses), "") or "http://x.invalid/"
    addresses = [address for href in hrefs if (address := parse_url(href, base)) is not None]
    hosts = Counter(address.host for address in addresses)
    own = parse_url(base)
    host = own.host if own and own.host in hosts else next(iter(dict(hosts.most_common(1))), "")
    depths = Counter(
        address.pathname.rstrip("/").count("/")
        for address in addresses
        if address.host == host and _POST_NAME.search(address.pathname.rstrip("/").rpartition("/")[2] + address.search)
    )
    return max(depths.values(), default=0) >= _MOST * len(hrefs)
