"""OSCHINA (my.oschina.net, www.oschina.net): blog posts, their lists and the API of these, questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scraper.models import Author, Entry, Metrics, Parsed
from scraper.parse.counts import read_count
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOME = "https://my.oschina.net"
_API = "https://apiv1.oschina.net/oschinapi/blog/otherUser/web"
_API_PAGE = 20
_BLOG = re.compile(r"/(?P<user>u/[0-9]{1,12}|[\w.-]{1,64})/blog/(?P<id>[0-9]{1,12})/?")
_AUTHOR = re.compile(r"/(?P<user>u/[0-9]{1,12}|[A-Za-z][\w.-]{0,63})(?:/blog)?/?")
_QUESTION = re.compile(r"/question/(?P<id>[0-9]{1,12}_[0-9]{1,12})/?")
_TITLE = re.compile(
    r"^.{0,300}?\s-\s{1,3}(?P<author>[^-]{1,80}?)(?:的个人(?:页面|空间)(?:/空间)?)?\s-\s(?:开源中国社区|OSCHINA)"
)
_ABSOLUTE = re.compile(r"\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_BODIES = ".BlogEntity .BlogContent | #articleContent | .blog-content .content"
_LINKS = ".blog-item a.header"
_QUESTION_BODY = ".Question .Content .detail"
_ADDED = ".BlogAnchor | .ad-wrap | .clear | img[src*=hot3]"


def address(url: str) -> Address | None:
    """Return what an address names: a blog post, a question or an author."""
    parsed = parse_url(url)
    if parsed is None:
        return None
    if parsed.hostname == "www.oschina.net" and (match := _QUESTION.fullmatch(parsed.pathname)):
        return Address("post", match["id"], f"https://www.oschina.net/question/{match['id']}")
    if parsed.hostname != "my.oschina.net":
        return None
    if match := _BLOG.fullmatch(parsed.pathname):
        user = match["user"]
        return Address("post", match["id"], f"{_HOME}/{user}/blog/{match['id']}", user.removeprefix("u/"))
    if match := _AUTHOR.fullmatch(parsed.pathname):
        user = match["user"]
        return Address("author", user.removeprefix("u/"), f"{_HOME}/{user}", user.removeprefix("u/"))
    return None


def claims(page: Page) -> bool:
    """Tell whether a page has a template of the platform."""
    return first(page, f".BlogEntity .BlogContent | {_QUESTION_BODY}") is not None and "oschina" in page.text


def read(page: Page) -> Parsed:
    """Return the blog post or question of a page; answers are no part of it."""
    if (body := first(page, _BODIES)) is not None:
        title, boxes = ".BlogTitle h1 | .article-box__title | h1", ".BlogStat | .article-box__meta .item-list"
        writer = ".BlogTitle .author a | .article-box__meta a"
    elif (body := first(page, _QUESTION_BODY)) is not None:
        title, boxes = ".QTitle h1 a | .QTitle h1", ".QTitle .stat"
        writer = ".QTitle .stat a"
    else:
        return _read_links(page) or judge(page)
    where = identify(page, address) or _linked(page)
    home = address(text(page, ".QTitle .stat a@href | .TopBar .NavPath a@href"))
    named = _TITLE.match(page.meta.title)
    shown = text(page, boxes)
    date = _ABSOLUTE.search(shown)  # beside it stands how long ago that was
    post = replace(
        draft(page, SITE.parser, where),
        title=text(page, title),
        author=Author(
            home.author_id if home else where.author_id if where else "",
            text(page, writer) or (named["author"].strip() if named else ""),
            home.url if home else "",
        ),
        published_at=parse_date(date[0]) if date else None,
        published_raw=date[0] if date else "",
        tags=texts(page, ".Question .Tags a"),
        keywords=texts(page, ".BlogTags a") or page.meta.keywords,
        metrics=Metrics(reads=read_count(text(page, ".BlogStat strong"))),
    )
    return read_body(post, body, drop=_ADDED, base_url=_HOME)


def _linked(page: Page) -> Address | None:
    """Return the question that its own title links to."""
    return address(text(page, ".QTitle h1 a@href"))


def _read_links(page: Page) -> Parsed | None:
    return read_links(page, address, _LINKS, _HOME)


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that a list or an answer of the API names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, _read_links, _read_api)


def _read_api(answer: object) -> Parsed | None:
    if not isinstance(answer, dict) or not {"code", "result"} <= answer.keys():
        return None
    result = answer["result"]
    listed = result.get("list") if isinstance(result, dict) else None
    if not isinstance(listed, list):
        return None
    entries = tuple(entry for item in listed if isinstance(item, dict) and (entry := _entry(item)))
    return Parsed("listing", f"a list of {len(entries)} posts", links=entries)


def _entry(item: Mapping[str, Any]) -> Entry | None:
    writer = item.get("userVo")
    where = address(f"{_HOME}/u/{writer.get('id')}/blog/{item.get('id')}") if isinstance(writer, dict) else None
    if where is None:
        return None
    return Entry(
        where.url, where.native_id, str(item.get("title") or ""), parse_date(str(item.get("createTime") or ""))
    )


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for a page of a person's posts, best first: the API (for a numbered person), the list."""
    if where.kind != "author":
        return ()
    shown = f"{where.url}/widgets/_space_index_newest_blog?catalogId=0&q=&p={page}&sortType=time&type=ajax"
    asked = f"{_API}?userId={where.native_id}&pageNum={page}&pageSize={_API_PAGE}"
    api = (ListRequest(asked, "api"),) if where.native_id.isdigit() else ()
    return (*api, ListRequest(shown, "list"))


SITE = Site(
    name="oschina",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=(re.compile(r"(?:my|www|apiv1)\.oschina\.net"),),
    home=_HOME,
)
