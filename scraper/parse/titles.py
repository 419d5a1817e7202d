"""The title of an article among the headings, meta elements and site names of its page. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from scraper.parse.bylines import Zone
from scraper.parse.density import weigh
from scraper.parse.page import Page
from scraper.parse.tree import Element, text_of

_META = (
    "dc.title", "dcterms.title", "dc:title", "dcterm:title", "og:title", "weibo:article:title", "weibo:webpage:title",
    "twitter:title", "parsely-title", "sailthru.title", "citation_title", "title",
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
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
    named = [text for text in (headline, *(page.meta.meta.get(name, "") for name in _META)) if text]
    every = list(_headings(page, zone))
    sites = {_key(page.meta.meta.get("og:site_name", "")), *(heading.key for heading in every if heading.is_home)} - {
        ""
    }
    headings = [heading for heading in every if heading.key not in sites]
    claims = [key for text in (*named, page.meta.title) if (key := _without(sites, _key(text)))]
    shown = [heading for heading in headings if any(_supports(claim, heading.key) for claim in claims)]
    for claim in claims:
        if starting := [heading.text for heading in shown if claim.startswith(heading.key)]:
            return max(starting, key=len)
    if inside := [heading.text for heading in shown if not any(claim.endswith(heading.key) for claim in claims)]:
        return max(inside, key=len)
    if marked := [heading.text for heading in headings if heading.is_marked]:
        return marked[-1]
    if named:
        return named[0]
    return without_site(page.meta.title, sites) or next((heading.text for heading in headings), "")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading and its letters in lower case; marked by its name as the post's title; a link to the home page."""

    text: str
    key: str
    is_marked: bool
    is_home: bool


def _headings(page: Page, zone: Zone) -> Iterator[_Heading]:
    """Yield the headings up to the article's first paragraph."""
    places, tags = zone.found.place, zone.found.tags
    headings = {number for number in range(zone.first + 1) if tags[number] in _HEADINGS}
    named = {number for one in page.index.named(_TITLED) if (number := places.get(one, len(tags))) <= zone.first}
    for number in sorted(headings | named):
        element = zone.found.elements[number]
        text = text_of(element).strip(_ENDS) if 0 < zone.found.weight[number] < _LONGEST else ""
        if key := _key(text):
            names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
            is_marked = element.tag in _HEADINGS and _TITLE_NAMES.search(names) is not None
            yield _Heading(text, key, is_marked, _leads_home(page, element))


def _leads_home(page: Page, heading: Element) -> bool:
    links = (*heading.iter("a"), *heading.iterancestors("a"))
    home = "/".join(page.url.split("/", 3)[:3])
    return any(link.get("href") in ("/", home, f"{home}/") for link in links)


def _without(sites: set[str], claim: str) -> str:
    """Return a claimed title without the site's name before or after it."""
    for site in sites:
        claim = claim.removeprefix(site).removesuffix(site) or claim
    return claim


def _supports(claim: str, heading: str) -> bool:
    """Tell whether a claimed title is the heading with something around it."""
    return heading in claim and (len(heading) > 3 or len(heading) * 4 > len(claim))


def without_site(title: str, sites: Collection[str] = ()) -> str:
    """Return a page's title without the names of section and site at its end (or the site's at its start).

    ``sites`` are names known to be the site's, letters and digits only; of others, the longer part is the title.
    """
    pieces, marks = _SEPARATOR.split(title), _SEPARATOR.findall(title)
    if len(pieces) > 1 and _key(pieces[0]) in sites:
        return title[len(pieces[0]) + len(marks[0]) :].strip()
    rest = title
    while len(pieces) > 1:
        last = pieces.pop()
        shorter = rest[: len(rest) - len(last) - len(marks.pop())]
        if weigh(shorter) < weigh(last) and _key(last) not in sites:
            break
        rest = shorter
    return rest.strip()


def _key(text: str) -> str:
    return _NO_WORD.sub("", text.casefold())
