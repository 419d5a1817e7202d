"""The title of an article among the headings, meta elements and site names of its page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scraper.parse.bylines import Zone
from scraper.parse.density import weigh
from scraper.parse.page import Page
from scraper.parse.tree import text_of

_META = (
    "dc.title", "dcterms.title", "dc:title", "dcterm:title", "og:title", "weibo:article:title", "weibo:webpage:title",
    "twitter:title", "parsely-title", "sailthru.title", "citation_title", "title",
)  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4")
_TITLE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:entry|post|article|blog|content|topic|news|story|page|note|main)[_-]?(?:title|headline|heading|tit|h1)\b|"
    r"(?:^|\s)(?:headline|title-article|p-name|activity-name|artical_title|titlename)(?:$|\s)",
    re.IGNORECASE,
)
_TITLED = re.compile(r"tit|headline", re.IGNORECASE)
_LONGEST = 400
_NO_WORD = re.compile(r"[\W_]+")
_SEPARATOR = re.compile(r"\s+[-|–—_·•»«:/<>\\]{1,2}\s+|\s*[_|｜»«]\s*")
_ENDS = " \t¶#§🔗"


def find_title(page: Page, zone: Zone, headline: str = "") -> str:
    """Return the title of the page's article.

    A shown heading wins where the head of the page says the same with the site's name around it, or where it is
    marked as the post's. Else it is what the head says, which may be older, shorter or the site's own.
    """
    said = [text for text in (headline, *(page.meta.meta.get(name, "") for name in _META), page.meta.title) if text]
    headings = list(_headings(page, zone))
    supported = [text for text, _ in headings if any(_supports(claim, text) for claim in said)]
    site = _key(page.meta.meta.get("og:site_name", ""))
    for claim in said:
        starting = [text for text in supported if _key(claim).startswith(_key(text)) and _key(text) != site]
        if starting:
            return max(starting, key=len)
    if supported and (inside := [text for text in supported if _key(text) != site and not _ends(said, text)]):
        return max(inside, key=len)
    if marked := [text for text, is_marked in headings if is_marked]:
        return marked[-1]
    for claim in said[:-1] if page.meta.title else said:
        return claim
    return without_site(page.meta.title, site) or next((text for text, _ in headings), "")


def _headings(page: Page, zone: Zone) -> Iterator[tuple[str, bool]]:
    """Yield the headings up to the end of the article's first paragraph, and whether one is marked as the post's."""
    places = zone.found.place
    titled = {*page.tree.iter(*_HEADINGS), *page.index.named(_TITLED)}
    for number, element in sorted((places[one], one) for one in titled if one in places):
        if number > zone.first or zone.found.weight[number] >= _LONGEST:
            continue
        if text := text_of(element).strip(_ENDS):
            names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
            yield text, element.tag in _HEADINGS and _TITLE_NAMES.search(names) is not None


def _supports(claim: str, heading: str) -> bool:
    """Tell whether a claimed title is the heading with something around it."""
    key = _key(heading)
    return bool(key) and key in _key(claim) and (len(key) > 3 or key == _key(claim) or len(key) * 4 > len(_key(claim)))


def _ends(claims: list[str], heading: str) -> bool:
    key = _key(heading)
    return any(_key(claim).endswith(key) and _key(claim) != key for claim in claims)


def without_site(title: str, site: str = "") -> str:
    """Return a page's title without the names of section and site at its end (or the site's at its start)."""
    pieces, marks = _SEPARATOR.split(title), _SEPARATOR.findall(title)
    if len(pieces) < 2:
        return title
    if site and _key(pieces[0]) == site:
        return title[len(pieces[0]) + len(marks[0]) :].strip()
    while len(pieces) > 1:
        rest = "".join(piece + mark for piece, mark in zip(pieces[:-1], [*marks[: len(pieces) - 2], ""], strict=True))
        if weigh(rest) < weigh(pieces[-1]) and not (site and _key(pieces[-1]) == site):
            break
        pieces.pop()
    return "".join(piece + mark for piece, mark in zip(pieces, [*marks[: len(pieces) - 1], ""], strict=True)).strip()


def _key(text: str) -> str:
    return _NO_WORD.sub("", text.casefold())
