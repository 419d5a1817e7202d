"""The article on a page of no known platform: by its theme's markup where known, else by where the prose is. Pure."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from scraper.models import Parsed, Post
from scraper.parse.blog_lists import (
    heading_links,
    is_home,
    listing,
    read_blog_list,
    read_home,
    read_perhaps_list,
    read_themed_list,
)
from scraper.parse.body import find_body
from scraper.parse.bylines import Zone
from scraper.parse.cards import card_links, hold
from scraper.parse.clean import clean
from scraper.parse.density import Densities, measure
from scraper.parse.furniture import clear
from scraper.parse.markdown import convert
from scraper.parse.metadata import read_header
from scraper.parse.page import Page, find_json_ld, script_language
from scraper.parse.select import select_all
from scraper.parse.site import article
from scraper.parse.themes import fill, find_theme
from scraper.parse.tree import Element
from scraper.parse.verdict import judge, refusal

PARSER = "generic/3"

_MIN_WEIGHT = 100.0
_FEW, _SCRAP = 400.0, 0.2
_MAX_LINK_DENSITY = 0.5
_MOST = 0.5


def read(page: Page) -> Parsed:
    """Return the article that a page holds, or why it holds none; the post is named by its address or file name."""
    if refused := refusal(page):
        return refused
    if listed := read_blog_list(page):
        return listed
    themed = find_theme(page)
    if themed is not None and is_home(page):
        return read_home(page)
    found = measure(_body_of(page))
    if themed is not None:
        theme, body = themed
        post = fill(theme, page, read_header(page, _zone(found, [body]), PARSER))
        chrome = select_all(body, theme.drop) if theme.drop else []
        clear(body, found)
        clean(body, chrome)
        return _article(page, post, body)
    parts = find_body(found)
    claims = _claims_article(page)
    is_believed = claims and not is_home(page) and any(found.long[found.place[part]] for part in parts)
    cards = [] if is_believed else card_links(page, found)
    is_text = is_believed or _is_text(page, found, parts, cards)
    if not (is_text and claims) and (listed := read_themed_list(page)):
        return listed
    if not is_text and (listed := read_perhaps_list(page)):
        return listed
    is_teaser = hold(cards, parts) and not (is_text and claims)
    if is_teaser or (not is_text and _are_in(parts, cards)):
        return listing(page, cards)
    if not _is_enough(found, parts, claims=claims) and not (parts := _marked(page, found)):
        return read_perhaps_list(page) or (listing(page, cards) if cards else judge(page))
    post = read_header(page, _zone(found, parts), PARSER)
    body = _gather(parts)
    clear(body, found, post.title)
    clean(body)
    return _article(page, post, body)


def _body_of(page: Page) -> Element:
    body = page.tree.find("body")
    return page.tree if body is None else body


def _article(page: Page, post: Post, body: Element) -> Parsed:
    content = convert(body, post.url or page.url)
    if not content.text:
        return judge(page)
    return article(replace(post, language=post.language or script_language(content.text)), content)


def _is_enough(found: Densities, parts: list[Element], *, claims: bool) -> bool:
    """Tell whether there is a text, rather than links, or one teaser among many."""
    places = [found.place[part] for part in parts]
    weight, linked = sum(found.weight[place] for place in places), sum(found.linked[place] for place in places)
    is_scrap = weight < min(_FEW, _SCRAP * found.weight[0]) and not claims
    return weight >= _MIN_WEIGHT and linked < _MAX_LINK_DENSITY * weight and not is_scrap


def _marked(page: Page, found: Densities) -> list[Element]:
    """Return the element that the page marks as its article, however little there is in it."""
    boxes = list(page.tree.iter("article")) or [box for box in page.tree.iter() if box.get("itemprop") == "articleBody"]
    places = [(box, found.place[box]) for box in boxes if box in found.place]
    shown = [box for box, place in places if found.weight[place] and found.link_density(place) < _MOST]
    return shown if len(boxes) == 1 and not is_home(page) else []


def _are_in(parts: list[Element], links: list[Element]) -> bool:
    """Tell whether most of the links stand in the body."""
    inside = sum(any(ancestor in parts for ancestor in link.iterancestors()) for link in links)
    return inside > _MOST * len(links)


def _is_text(page: Page, found: Densities, parts: list[Element], cards: list[Element]) -> bool:
    """Tell whether the body is one text, and not a few lines each under headings or cards that lead to other pages.

    A page that calls itself an article is none without a long paragraph, but for a home page: some themes say that
    everywhere.
    """
    if _claims_article(page) and not is_home(page):
        return False
    links = {*heading_links(page), *cards}
    runs = [0.0]
    for part in parts:
        for element in part.iter(etree.Element):
            number = found.place[element]
            if element in links:
                runs.append(0.0)
            elif found.own[number] >= _MIN_WEIGHT:
                runs[-1] += found.prose[number]
    return max(runs) > 0 and max(runs) >= _MOST * sum(runs)


def _claims_article(page: Page) -> bool:
    """Tell whether a page calls itself an article, as a front page of some themes does too."""
    return page.meta.meta.get("og:type", "").lower() == "article" or bool(
        find_json_ld(page.meta, "Article", "BlogPosting", "NewsArticle")
    )


def _zone(found: Densities, parts: list[Element]) -> Zone:
    """Return where the article's first paragraph and its end are."""
    start, end = found.place[parts[0]], parts[-1]
    while (child := next(end.iterchildren(etree.Element, reversed=True), None)) is not None:
        end = child
    last = found.place[end]
    first = next((number for number in range(start, last + 1) if found.own[number] >= 80), start)
    return Zone(found, first, last)


def _gather(parts: list[Element]) -> Element:
    """Return one element that holds the parts."""
    if len(parts) == 1:
        return parts[0]
    body = etree.Element("div")
    for part in parts:
        part.tail = None
        body.append(part)
    return body
