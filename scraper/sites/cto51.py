"""51CTO blogs (blog.51cto.com): posts, and an author's pages with the number of all."""

from __future__ import annotations

import re
from dataclasses import replace

from scraper.models import Author, Kind, Metrics, Parsed
from scraper.parse.counts import read_count
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOME = "https://blog.51cto.com"
_POST = re.compile(r"/(?P<user>[A-Za-z0-9_]{1,40})/(?P<id>[0-9]{3,12})/?")
_AUTHOR = re.compile(r"/(?P<user>[0-9]{4,12}|[A-Za-z][A-Za-z0-9_]{1,39})(?:/p_[0-9]{1,5})?/?")
_NOT_USERS = frozenset({
    "blogger", "category", "creative", "event", "index", "login", "nav", "original", "ranking", "recommend", "reprint",
    "rss", "search", "sitemap", "special", "tag", "topic", "translate",
})  # fmt: skip
_COUNT = re.compile(r"共\s?([0-9]{1,6})\s?条记录")
_KINDS: dict[str, Kind] = {"原创": "original", "转载": "repost", "翻译": "translation"}
_BODY = ".article-content-wrap #container | .article-content-wrap #result | .article-content-wrap .main-content"
_LINKS = ".common-article-list .title a | .article-list a.tit | h3.title a | .artical-list a.tit"


def address(url: str) -> Address | None:
    """Return what an address names: a post under its author, or the author."""
    parsed = parse_url(url)
    if parsed is None or parsed.hostname != "blog.51cto.com":
        return None
    if (match := _POST.fullmatch(parsed.pathname)) and match["user"] not in _NOT_USERS:
        return Address("post", match["id"], f"{_HOME}/{match['user']}/{match['id']}", match["user"])
    if (match := _AUTHOR.fullmatch(parsed.pathname)) and match["user"] not in _NOT_USERS:
        return Address("author", match["user"], f"{_HOME}/{match['user']}", match["user"])
    return None


def claims(page: Page) -> bool:
    """Tell whether a page has the platform's template."""
    return first(page, ".article-detail .messbox") is not None and "51cto" in page.text


def read(page: Page) -> Parsed:
    """Return the post of a page, or the list that it is."""
    body = first(page, _BODY)
    if body is None:
        return _read_links(page) or judge(page)
    where = identify(page, address)
    writer = first(page, ".messbox .mess-line1 a | .messbox a")
    home = address((writer.get("href") or "") if writer is not None else "")
    published = text(page, ".messbox time@datetime | .messbox time@pubdate | .messbox time")
    post = replace(
        draft(page, SITE.parser, where),
        title=text(page, ".article-detail .title h1 | h1"),
        author=Author(
            home.author_id if home else where.author_id if where else "",
            text(page, ".messbox .mess-line1 a | .messbox a"),
            home.url if home else "",
        ),
        kind=_KINDS.get(text(page, ".article-detail .title .original | .article-detail .title span"), ""),
        published_at=parse_date(published),
        published_raw=published,
        categories=(*texts(page, ".messbox a[href*=/category]"), *texts(page, ".mess-tag a.shence_cate")),
        tags=texts(page, ".mess-tag a.shence_tag"),
        metrics=Metrics(reads=read_count(text(page, ".messbox .read-num | .mess-line1 .read b"))),
    )
    return read_body(post, body, drop=".copytext | .code-toolbar > .toolbar | .pre-copy")


def _read_links(page: Page) -> Parsed | None:
    parsed = read_links(page, address, _LINKS, _HOME)
    count = _COUNT.search(text(page, "ul.pagination"))
    return replace(parsed, total=int(count[1])) if parsed and count else parsed


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that a page of an author's names, and how many there are.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, _read_links)


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the page of an author's posts."""
    if where.kind != "author":
        return ()
    return (ListRequest(where.url if page == 1 else f"{where.url}/p_{page}", "list"),)


SITE = Site(
    name="51cto",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=(re.compile(r"blog\.51cto\.com"),),
    home=_HOME,
)
