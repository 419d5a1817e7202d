"""Pages of a blog that lead to its posts (home, archive, tag, category), by address and by markup. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from scraper.models import Entry, Parsed
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, select, text
from scraper.parse.tree import Element, collapse, text_of
from scraper.urls import canonicalise, host_of, parse_url, url_key

_TAIL = r"(?:/page/?\d{1,5})?(?:/index\.html?|\.html?)?/?"
_PROJECT = r"(?:/[^/]+)?"
_LIST_ADDRESS = re.compile(
    rf"{_PROJECT}/(?:archives?|tags?|categor(?:y|ies)|topics?|series|authors?){_TAIL}"
    rf"|{_PROJECT}/(?:tags?|categor(?:y|ies)|series|authors?)/[^/]+(?:/[^/]+)?{_TAIL}"
    rf"|{_PROJECT}/archives?/(?:19|20)\d\d/\d\d{_TAIL}"
    rf"|{_PROJECT}/page/?\d{{1,5}}(?:/index\.html?|\.html?)?/?",
    re.IGNORECASE,
)
_PERHAPS_LIST = re.compile(
    rf"/?(?:index\.html?)?|{_PROJECT}/(?:posts?|blog|articles?){_TAIL}|{_PROJECT}/archives?/(?:19|20)\d\d{_TAIL}",
    re.IGNORECASE,
)
_HOME = re.compile(r"/(?:index\.html?)?", re.IGNORECASE)
_ABOUT_ADDRESS = re.compile(
    rf"{_PROJECT}/(?:about|about-?(?:me|us)|links?|friends?|guestbook|message|contact|privacy|search|404)"
    r"(?:/index\.html?|\.html?)?/?",
    re.IGNORECASE,
)
_LIST_BODIES = "body.home | body.blog | body.archive | body.home-template | body.tag-template | body.author-template"
"""Classes that WordPress and Ghost give to the body of their lists."""

_POST_LINKS = (
    ".posts-collapse a.post-title-link | .posts-collapse .post-title a | a.post-title-link",  # NexT
    ".article-sort-item a.article-sort-item-title | .article-sort-item__title | #recent-posts a.article-title",
    "#board a.list-group-item | .index-card .index-header a | .index-card h1 a",  # Fluid
    "article.media .title a | article.media a.title | article.article h1.title a | .card p.title a",  # Icarus
    ".posts-group .post-item a | .posts-list .post-item a",  # Hermit
    ".post-preview h1 a | #post-list h1 a | #page-category li a | #page-tag li a | #archives li a",  # Chirpy
    ".archive-item .archive-post-title a | #arc .timenode a.meta",  # Annie, Volantis
    ".post-list .post-title a.post-link",
    "#__docusaurus article header h2[class*=title] a | #__docusaurus main .col > ul > li > a",
    ".type-post .entry-title a | .type-post .post-title a | article .entry-title a",  # WordPress
    "article.post-card a.post-card-content-link | article.post-wrap .title a",  # Ghost
)
_NAVIGATION = "nav.md-nav a.md-nav__link | .sidebar-links a.sidebar-link | .VPSidebar a.link"
_TITLES = "h1 | h2 | h3 | h4 | .list-group-item-title | .post-title | .title"
_NEXT_WORDS = frozenset({
    "下一页", "下页", "下一頁", "后一页", "next", "next page", "older posts", "older", "›", "»", ">",
})  # fmt: skip
_ARROWS = " »›>→"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_REACH = 5


def read_blog_list(page: Page) -> Parsed | None:
    """Return the list of posts that a page plainly is, by its address or by a known theme's markup, or None.

    Pages about the blog rather than of it (about, friends, search) are no posts either.
    """
    path = _path(page)
    if _ABOUT_ADDRESS.fullmatch(path):
        return Parsed("other", "a page about the blog, by its address")
    if _LIST_ADDRESS.fullmatch(path) or first(page, _LIST_BODIES) is not None:
        return listing(page, post_links(page))
    return None


def is_home(page: Page) -> bool:
    """Tell whether the page is the root of its host, which even with a text of its own is no post."""
    return _HOME.fullmatch(_path(page)) is not None


def read_home(page: Page) -> Parsed:
    """Return what the home page of a site of documents leads to; what follows it there is no list."""
    return replace(listing(page, post_links(page) or select(page, _NAVIGATION)), next_url="")


def read_themed_list(page: Page) -> Parsed | None:
    """Return the list of posts in a known theme's markup, or None: asked once no theme knows the page's body."""
    known = known_links(page)
    return listing(page, known) if len(known) >= 2 or (known and _PERHAPS_LIST.fullmatch(_path(page))) else None


def read_perhaps_list(page: Page) -> Parsed | None:
    """Return the list that a page of headings that are links may be, or None."""
    headed = heading_links(page)
    headings = sum(1 for heading in page.tree.iter(*_HEADINGS) if text_of(heading))
    return listing(page, headed) if len(headed) >= 4 and len(headed) * 2 > headings else None


def listing(page: Page, links: list[Element]) -> Parsed:
    """Return the page as a list of the posts that these links name."""
    entries = entries_of(page, links)
    return Parsed("listing", f"a list of {len(entries)} posts", links=entries, next_url=next_url(page))


def post_links(page: Page) -> list[Element]:
    """Return the links of a list that lead to posts: those of a known theme, else those in headings."""
    return known_links(page) or heading_links(page)


def known_links(page: Page) -> list[Element]:
    """Return the links to posts by the markup of the themes in the table."""
    return next((links for selector in _POST_LINKS if (links := select(page, selector))), [])


def heading_links(page: Page) -> list[Element]:
    """Return the links that headings are, or are in; links within the page are none."""
    found: list[Element] = []
    for heading in page.tree.iter(*_HEADINGS):
        inside = next((link for link in heading.iter("a") if text_of(link)), None)
        around = next(heading.iterancestors("a"), None)
        link = inside if inside is not None else around
        shown = text_of(heading)
        if link is None or not shown or (link.get("href") or "#").startswith(("#", "javascript:")):
            continue
        if around is not None or len(text_of(link)) * 5 > len(shown) * 4:
            found.append(link)
    return found


def entries_of(page: Page, links: list[Element], home: str = "") -> tuple[Entry, ...]:
    """Return the posts that these links name, each once, with the time shown beside them.

    Links to other hosts, to lists and home pages are none. A platform, which tells posts by their address alone, gives
    its ``home`` instead: relative links of a page without an address are resolved against it.
    """
    base = page.url or next(iter(page.meta.addresses), "") or home
    shared = Counter(ancestor for link in links for ancestor in _ancestors(link))
    entries: dict[str, Entry] = {}
    for link in links:
        address = canonicalise(link.get("href") or "", base)
        key = url_key(address) if address else None
        if address is None or key is None or not (home or may_be_post(address, base)):
            continue
        box = next((one for one in reversed(_ancestors(link)) if shared[one] == 1), link)
        title = text_of(first(link, _TITLES)) or text_of(link) or text_of(first(box, _TITLES))
        title = title or collapse(link.get("title") or "")
        published = text(box, "time@datetime | time@title | time | .date | .post-date")
        entries.setdefault(key, Entry(address, "", title, parse_date(published), position=len(entries) + 1))
    return tuple(entries.values())


def next_url(page: Page) -> str:
    """Return the address of the page that continues a list, or ''."""
    named = (*select(page, "link[rel~=next]"), *select(page, "a[rel~=next]"), *select(page, "a.next | li.next a"))
    worded = (
        link
        for link in page.tree.iter("a")
        if (words := text_of(link).lower()) in _NEXT_WORDS
        or words.rstrip(_ARROWS) in _NEXT_WORDS
        or (link.get("aria-label") or link.get("title")) == "下一页"
    )
    base = page.url or next(iter(page.meta.addresses), "")
    for link in (*named, *worded):
        href = link.get("href") or ""
        address = canonicalise(href, base) if href and not href.startswith(("#", "javascript:")) else None
        if address and url_key(address) != url_key(base):
            return address
    return ""


def may_be_post(address: str, base: str) -> bool:
    """Tell whether an address may be a post of the blog that lists it: on its host, no list, not the list itself."""
    parsed = parse_url(address)
    if parsed is None or (base and host_of(address) != host_of(base)) or url_key(address) == url_key(base):
        return False
    return not (_LIST_ADDRESS.fullmatch(parsed.pathname) or _HOME.fullmatch(parsed.pathname))


def _ancestors(link: Element) -> list[Element]:
    return [ancestor for ancestor, _ in zip(link.iterancestors(), range(_REACH), strict=False)]


def _path(page: Page) -> str:
    parsed = parse_url(page.url or next(iter(page.meta.addresses), ""))
    return parsed.pathname if parsed and not parsed.search else ""
