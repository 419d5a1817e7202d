"""ITeye blogs (USER.iteye.com), closed since: posts and lists in copies and archives."""

from __future__ import annotations

import re
from dataclasses import replace

from scraper.models import Author, Parsed
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, select, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.tree import text_of
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOST = re.compile(r"(?P<user>[a-z0-9][a-z0-9-]{0,62})\.iteye\.com")
_POST = re.compile(r"/blog/(?P<id>[0-9]{1,12})/?")
_LINKS = ".blog_main .blog_title h3 a"
_NOT_USERS = frozenset({"www", "app", "dl", "static", "search", "blog", "news"})


def address(url: str) -> Address | None:
    """Return the post or the author that an address on a user's sub-domain names."""
    parsed = parse_url(url)
    host = _HOST.fullmatch(parsed.hostname) if parsed else None
    if parsed is None or host is None or host["user"] in _NOT_USERS:
        return None
    user, home = host["user"], f"https://{host['user']}.iteye.com"
    if match := _POST.fullmatch(parsed.pathname):
        return Address("post", match["id"], f"{home}/blog/{match['id']}", user)
    return Address("author", user, home, user) if parsed.pathname in ("/", "/blog") else None


def claims(page: Page) -> bool:
    """Tell whether a page has the platform's template."""
    return first(page, ".blog_main .blog_title") is not None and "iteye" in page.text.lower()


def read(page: Page) -> Parsed:
    """Return the post of a page, or the list that it is."""
    bodies = select(page, "#blog_content | .blog_main .blog_content | .iteye-blog-content-contain")
    if len(bodies) != 1:
        return _read_links(page) or judge(page)
    where = identify(page, address)
    user = where.author_id if where else _shown_user(page)
    published = text(page, ".blog_bottom li | .blog_bottom .date")
    post = replace(
        draft(page, SITE.parser, where),
        title=text(page, ".blog_title h3 a | .blog_title h3 | .blog_title h1"),
        author=Author(user, text(page, "#blog_owner_name | #blog_owner .blog_owner_name") or user),
        published_at=parse_date(published),
        published_raw=published,
        categories=texts(page, ".blog_categories li a"),
        tags=texts(page, ".news_tag a"),
    )
    return read_body(post, bodies[0], base_url="https://www.iteye.com")


def _shown_user(page: Page) -> str:
    """Return the user whose name a saved page shows as the blog's own."""
    return text_of(first(page, "#blog_owner_name | #page h1 a | h1"))


def _read_links(page: Page) -> Parsed | None:
    return read_links(page, address, _LINKS, "https://www.iteye.com")


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that a page of a blog or its feed names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, _read_links)


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for one page of a blog's posts, best first: its pages, then the feed of the newest."""
    if where.kind != "author":
        return ()
    feed = (ListRequest(f"{where.url}/rss", "rss"),) if page == 1 else ()
    return (ListRequest(f"{where.url}/?page={page}", "list"), *feed)


SITE = Site(
    name="iteye",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=(_HOST,),
    home="https://www.iteye.com",
)
