"""Lists of posts in boxes that are alike, whose titles are no headings: cards, rows, lines. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache

from scraper.parse.density import BLOCKS, Densities, weigh
from scraper.parse.page import Page
from scraper.parse.tree import Element, text_of
from scraper.urls import parse_url

_FEWEST = 4
_REACH = 3
_SHORTEST, _LONGEST = 20.0, 800.0
"""What the title of a post, or a whole card, weighs on average: more than an entry of a menu, less than a text."""

_MOST = 0.8
_LEAST = 1 / 3
"""The share of all linked text that leads to the posts at least: a portal has many lists and is none."""

_NUMBER = re.compile(r"[0-9]+")
_POST_NAME = re.compile(r"[0-9]|[^/][-_%.]|[^/]{12}")
_CHROME = frozenset({"nav", "aside", "footer"})
_ELSEWHERE = ("javascript:", "mailto:", "tel:")


def card_links(page: Page, found: Densities) -> list[Element]:
    """Return the titles of the most boxes that are alike and lead to posts of one site, none for fewer than four.

    Boxes are alike by what stands around a link that is all or most of its line; of several in a box, the shortest is
    the title.
    """
    runs: dict[tuple[str | None, ...], dict[str, Element]] = defaultdict(dict)
    for number in found.links:
        link = found.elements[number]
        href = link.get("href")
        if href and "#" not in href and not href.startswith(_ELSEWHERE):
            runs[_shape(found, number, link)].setdefault(href, link)
    best, cards = (0, 0.0), []
    for links in runs.values():
        if len(links) < max(_FEWEST, best[0]):
            continue
        titles = {href: weight for href, link in links.items() if (weight := weigh(title_of(link)))}
        mean = sum(titles.values()) / max(1, len(titles))
        rank = (len(titles), -mean)
        if len(titles) < _FEWEST or rank <= best or not _SHORTEST <= mean <= _LONGEST:
            continue
        shown = [links[href] for href in titles]
        are_lines = _lines(links, titles) >= _MOST * len(shown)
        if are_lines and not _is_chrome(shown[0]) and _lead_to_posts(page, list(titles)):
            best, cards = rank, shown
    return cards if cards and _are_most(found, {card.get("href") for card in cards}) else []


def _are_most(found: Densities, hrefs: set[str | None]) -> bool:
    """Tell whether the links to these addresses, titles and teasers, are much of all that is linked."""
    links = (found.elements[number] for number in found.links)
    return sum(weigh(title_of(link)) for link in links if link.get("href") in hrefs) >= _LEAST * found.linked[0]


def title_of(link: Element) -> str:
    """Return what a link says: its text, or its label where it covers a box that has the text."""
    return text_of(link) or link.get("aria-label") or link.get("title") or ""


def hold(cards: list[Element], parts: list[Element]) -> bool:
    """Tell whether a text is in one of the boxes, as a teaser is, and the boxes stand in one list."""
    if len(cards) < _FEWEST or not parts:
        return False
    chains = [list(card.iterancestors())[::-1] for card in cards]
    depth = next((n for n, level in enumerate(zip(*chains, strict=False)) if len(set(level)) > 1), 0)
    boxes = {chain[depth] for chain in chains if len(chain) > depth}
    if depth == 0 or len(boxes) < _MOST * len(cards):
        return False
    return all(chains[0][depth - 1] in part.iterancestors() for part in parts)


def _shape(found: Densities, number: int, link: Element) -> tuple[str | None, ...]:
    """Return what makes boxes alike; a box further out may have a class more, for one with a picture, say."""
    shape: list[str | None] = []
    for _ in range(_REACH):
        number = found.parents[number]
        shape.append(found.tags[number])
    parent = link.getparent()
    for one in (link, parent):
        names = one.get("class") if one is not None else None
        shape.append(_without_numbers(names) if names else None)
    return tuple(shape)


@lru_cache(maxsize=4096)
def _without_numbers(names: str) -> str:
    return _NUMBER.sub("", names)


def _lines(links: dict[str, Element], titles: dict[str, float]) -> int:
    """Return how many of the links are all or most of the text of the block that they stand in."""
    beside: dict[Element, float] = {}
    count = 0
    for href, weight in titles.items():
        block = next((one for one in links[href].iterancestors() if one.tag in BLOCKS), links[href])
        if block not in beside:
            beside[block] = weigh(block.text or "") + sum(weigh(child.tail) for child in block if child.tail)
        count += weight >= beside[block]
    return count


def _is_chrome(link: Element) -> bool:
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
        if address.host == host and _POST_NAME.search(address.pathname + address.search)
    )
    return max(depths.values(), default=0) >= _MOST * len(hrefs)
