"""Sina blogs (blog.sina.com.cn): posts, the pages that list them, and the feed."""

from __future__ import annotations

import re
from dataclasses import replace

from scraper.models import Author, Parsed
from scraper.parse.dates import parse_date
from scraper.parse.page import Page, script_variables
from scraper.parse.select import first, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOME = "https://blog.sina.com.cn"
_POST = re.compile(r"/s/blog_(?P<id>[0-9a-z]{8,24})\.html")
_AUTHOR = re.compile(r"/u/(?P<id>[0-9]{4,12})/?|/s/articlelist_(?P<list>[0-9]{4,12})_[0-9]{1,6}_[0-9]{1,5}\.html")
_LINKS = ".articleCell .atc_title a | .blog_title a"
_REPOST = re.compile(r"^[\[【]转载[\]】]")


def address(url: str) -> Address | None:
    """Return the post or the author that an address names."""
    parsed = parse_url(url)
    if parsed is None or parsed.hostname != "blog.sina.com.cn":
        return None
    if match := _POST.fullmatch(parsed.pathname):
        return Address("post", match["id"], f"{_HOME}/s/blog_{match['id']}.html")
    if match := _AUTHOR.fullmatch(parsed.pathname):
        user = match["id"] or match["list"]
        return Address("author", user, f"{_HOME}/u/{user}", user)
    return None


def claims(page: Page) -> bool:
    """Tell whether a page has the platform's template."""
    return first(page, ".articalTitle .titName") is not None and "sina" in page.text


def read(page: Page) -> Parsed:
    """Return the post of a page, or the list that it is."""
    body = first(page, "#sina_keyword_ad_area2 | .articalContent")
    if body is None:
        return _read_links(page) or judge(page)
    title = text(page, ".articalTitle .titName | h2.titName")
    identifier = text(page, ".articalTitle .titName@id").removeprefix("t_")
    where = identify(page, address) or address(f"{_HOME}/s/blog_{identifier}.html")
    said = script_variables(page.tree, ("uid", "ownernick"))
    published = text(page, ".articalTitle .time").strip("()（） ")
    user = said.get("uid", "").lstrip("$")
    post = replace(
        draft(page, SITE.parser, where),
        title=title,
        author=Author(
            user if user.isdigit() else "",
            text(page, "#ownernick | .info_nm strong | .blogname .name") or said.get("ownernick", ""),
            f"{_HOME}/u/{user}" if user.isdigit() else "",
        ),
        kind="repost" if _REPOST.match(title) or first(page, ".blogzz_ainfo") is not None else "",
        published_at=parse_date(published),
        published_raw=published,
        categories=texts(page, ".articalTag .blog_class a"),
        tags=texts(page, ".articalTag .blog_tag h3"),
    )
    return read_body(post, body, base_url=_HOME)


def _read_links(page: Page) -> Parsed | None:
    return read_links(page, address, _LINKS, _HOME)


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that a page of an author's list or the feed names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, _read_links)


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for one page of an author's posts, best first: the list, then the feed of the newest."""
    if where.kind != "author":
        return ()
    feed = (ListRequest(f"{_HOME}/rss/{where.native_id}.xml", "rss"),) if page == 1 else ()
    return (ListRequest(f"{_HOME}/s/articlelist_{where.native_id}_0_{page}.html", "list"), *feed)


SITE = Site(
    name="sina",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=(re.compile(r"blog\.sina\.com\.cn"),),
    home=_HOME,
)
