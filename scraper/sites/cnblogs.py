"""cnblogs (www.cnblogs.com): posts, the lists of a blog and its feed."""

from __future__ import annotations

import re
from dataclasses import replace

from scraper.models import Author, Metrics, Parsed
from scraper.parse.counts import read_count
from scraper.parse.dates import parse_date
from scraper.parse.page import Page, script_variables
from scraper.parse.select import first, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOME = "https://www.cnblogs.com"
_USER = r"(?P<user>[A-Za-z0-9][\w.-]{0,63})"
_FOLDER = r"(?:p|articles|archive/[0-9]{4}/[0-9]{1,2}/[0-9]{1,2})"
_POST = re.compile(rf"/{_USER}/{_FOLDER}/(?P<id>[\w-]{{1,150}})(?:\.html)?/?")
_CATEGORY = re.compile(rf"/{_USER}/category/(?P<id>[0-9]{{1,10}})\.html")
_FEED = re.compile(rf"/{_USER}/rss/?")
_BLOG = re.compile(rf"/{_USER}(?:/(?:default\.html)?)?")
_NOT_USERS = frozenset({
    "aggsite", "candidate", "cate", "cmt", "comment", "news", "pick", "rss", "sitehome", "skins", "tag", "user",
})  # fmt: skip
_BODY = "#cnblogs_post_body | .postBody .blogpost-body"
_LINKS = ".postTitle a.postTitle2 | a.postTitle2 | .entrylistPosttitle a | .postTitle a"


def address(url: str) -> Address | None:
    """Return what an address names; a post is known by its number, or by user and name where it has a name."""
    parsed = parse_url(url)
    if parsed is None or parsed.hostname not in ("www.cnblogs.com", "cnblogs.com"):
        return None
    path = parsed.pathname
    match = _POST.fullmatch(path) or _CATEGORY.fullmatch(path) or _FEED.fullmatch(path) or _BLOG.fullmatch(path)
    if match is None or match["user"].lower() in _NOT_USERS:
        return None
    user, named = match["user"], match.groupdict().get("id", "")
    if match.re is _POST:
        return Address("post", named if named.isdigit() else f"{user}/{named}", f"{_HOME}/{user}/p/{named}.html", user)
    if match.re is _CATEGORY:
        return Address("column", named, f"{_HOME}{path}", user)
    return Address("feed" if match.re is _FEED else "author", user, f"{_HOME}{path.removesuffix('/')}", user)


def claims(page: Page) -> bool:
    """Tell whether a page has the platform's template."""
    return first(page, _BODY) is not None and "cnblogs" in page.text


def read(page: Page) -> Parsed:
    """Return the post of a page, or the list that it is."""
    body = first(page, _BODY)
    if body is None:
        return read_links(page, address, _LINKS, _HOME) or judge(page)
    where = identify(page, address) or address(text(page, "#cb_post_title_url@href"))
    said = script_variables(page.tree, ("currentBlogApp", "cb_entryId"))
    if where is None and said.get("cb_entryId", "").isdigit() and said.get("currentBlogApp"):
        where = address(f"{_HOME}/{said['currentBlogApp']}/p/{said['cb_entryId']}.html")
    user = where.author_id if where else said.get("currentBlogApp", "")
    home = f"{_HOME}/{user}" if user else ""
    published = text(page, "#post-date | .postDesc")
    post = replace(
        draft(page, SITE.parser, where),
        title=text(page, "#cb_post_title_url | .postTitle | h1"),
        author=Author(user, text(page, f".postDesc a[href$={home}]") or text(page, "#Header1_HeaderTitle"), home)
        if user
        else Author(),
        published_at=parse_date(published),
        published_raw=published,
        categories=texts(page, "#BlogPostCategory a"),
        tags=texts(page, "#EntryTag a"),
        metrics=Metrics(
            reads=read_count(text(page, "#post_view_count")), comments=read_count(text(page, "#post_comment_count"))
        ),
    )
    return read_body(post, body)


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that a feed or a list page names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, lambda page: read_links(page, address, _LINKS, _HOME))


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for one page of a blog's posts, best first: its pages, then the feed of the newest."""
    if where.kind == "author":
        feed = (ListRequest(f"{where.url}/rss/", "rss"),) if page == 1 else ()
        return (ListRequest(f"{where.url}/default.html?page={page}", "list"), *feed)
    if where.kind == "column":
        return (ListRequest(f"{where.url}?page={page}", "list"),)
    return (ListRequest(where.url, "rss"),) if where.kind == "feed" and page == 1 else ()


SITE = Site(
    name="cnblogs",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=(re.compile(r"(?:www\.)?cnblogs\.com"),),
    home=_HOME,
)
