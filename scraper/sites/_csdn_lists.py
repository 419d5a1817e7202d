"""Lists of CSDN posts: how to ask for them and how to read the answers (API, feed, pages of every template)."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from scraper.models import Entry, Parsed
from scraper.parse.dates import parse_date
from scraper.parse.encoding import decode
from scraper.parse.feeds import is_feed, read_feed
from scraper.parse.page import Page, first_classed, open_page, script_variables
from scraper.parse.site import Address, ListRequest
from scraper.parse.tree import Element, collapse, text_of
from scraper.parse.verdict import judge
from scraper.sites._csdn_address import address, home_url, post_address

PAGE_SIZE = 100
"""Posts asked for in one answer of the list API; other programs ask for 20 to 300."""

_API = "https://blog.csdn.net/community/home-api/v1/get-business-list"
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\s{1,3}\d{1,2}:\d{2}(?::\d{2})?)?")
_HIDDEN = re.compile(r"display\s*:\s*none")


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for one page of an author's or column's posts, best first: API, feed, page.

    The feed has no pages: it is offered only with the first.
    """
    if where.kind == "feed":
        return (ListRequest(where.url, "rss"),) if page == 1 else ()
    if where.kind == "column":
        tail = re.sub(r"\.html$", f"_{page}.html", where.url) if "/category_" in where.url else f"{where.url}/{page}"
        return (ListRequest(where.url if page == 1 else tail, "list"),)
    if where.kind != "author":
        return ()
    user = quote(where.author_id, safe="")
    api = f"{_API}?page={page}&size={PAGE_SIZE}&businessType=blog&orderby=&noMore=false&year=&month=&username={user}"
    feed = (ListRequest(f"https://rss.csdn.net/{user}/rss/map", "rss"),) if page == 1 else ()
    return (
        ListRequest(api, "api", (("Referer", home_url(where.author_id)), ("Accept", "application/json"))),
        *feed,
        ListRequest(f"{where.url}/article/list/{page}", "list"),
    )


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that an answer to one of the list requests names, or why it names none.

    Raises:
        ParseError: bytes that are no text.
    """
    text = decode(body, content_type).text.lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return _read_api(text, url)
    if is_feed(text):
        return _read_feed(text)
    page = open_page(text, url)
    if page is None:
        return Parsed("empty", "the answer is empty")
    return read_list_page(page) or judge(page)


def read_list_page(page: Page) -> Parsed | None:
    """Return the posts of a list page (author or column, any template), or None where it lists none.

    Hidden items and those of other authors are decoys (the first item of 2018-19 lists).
    """
    variables = script_variables(page.tree, ("username", "listTotal"))
    boxes = (
        *page.index.classed("article-item-box", "list_item", "blog-list-box"),
        *(item for column in page.index.classed("column_article_list") for item in column.iterchildren("li")),
    )
    items = [(item, post) for item in boxes if (post := _post_of(item))]
    total = _number(variables.get("listTotal"))
    if not items and not total:
        return None
    owner = _owner(page, variables.get("username", ""), [post.author_id.lower() for _, post in items])
    own = (found for found in items if found[1].author_id.lower() in ("", owner))
    entries = tuple(_entry(item, post, position) for position, (item, post) in enumerate(own, 1))
    return Parsed("listing", f"a list of {len(entries)} posts", links=entries, total=total)


def _post_of(item: Element) -> Address | None:
    """Return the post that a visible item of a list leads to."""
    if _HIDDEN.search(item.get("style") or ""):
        return None
    found = (address(link.get("href") or "") for link in item.iter("a"))
    return next((post for post in found if post and post.kind == "post"), None)


def _owner(page: Page, username: str, authors: list[str]) -> str:
    """Return whose list it is, among the authors of its items: as the page says, else the most frequent one."""
    where = (found.author_id for url in (page.url, *page.meta.addresses) if (found := address(url)))
    named = next((name.lower() for name in (username, *where) if name.lower() in authors), "")
    return named or next((name for name, _ in Counter(authors).most_common(1)), "")


def _entry(item: Element, post: Address, position: int) -> Entry:
    title = next(item.iter("h4", "h2"), None)
    title = first_classed(item, "link_title") if title is None else title
    shown = text_of(title).removeprefix(text_of(first_classed(title, "article-type", "ico"))).strip()
    date = _DATE.search(text_of(item))
    return Entry(post.url, post.native_id, shown, parse_date(date[0]) if date else None, position=position)


def _read_api(text: str, url: str) -> Parsed:
    try:
        answer = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return Parsed("other", "an answer that is no whole JSON")
    code, data = (answer.get("code"), answer.get("data")) if isinstance(answer, dict) else (None, None)
    if code is not None and code != 200:
        message = collapse(str(answer.get("message") or answer.get("msg") or ""))[:80]
        reason = f"the list API answers {code} {message}".rstrip()
        return Parsed("gone" if code == 404 else "challenge", reason)
    if not isinstance(data, dict) or "list" not in data:
        return Parsed("other", "JSON that is no list of posts")
    items = data["list"] if isinstance(data["list"], list) else []
    asked = address(url)
    user = asked.author_id if asked else ""
    entries = tuple(entry for item in items if isinstance(item, dict) and (entry := _api_entry(item, user)))
    return Parsed("listing", f"a list of {len(entries)} posts", links=entries, total=_number(data.get("total")))


def _api_entry(item: dict[str, Any], user: str) -> Entry | None:
    named = str(item.get("articleId") or "")
    post = address(str(item.get("url") or "")) or address(post_address(named, user).url)
    if post is None or post.kind != "post":
        return None
    published = parse_date(str(item.get("postTime") or ""))
    return Entry(post.url, post.native_id, collapse(str(item.get("title") or "")), published)


def _read_feed(text: str) -> Parsed:
    found = ((entry, address(entry.url)) for entry in read_feed(text))
    entries = tuple(
        replace(entry, url=post.url, native_id=post.native_id) for entry, post in found if post and post.kind == "post"
    )
    return Parsed("feed", f"a feed of {len(entries)} posts", links=entries)


def _number(value: object) -> int | None:
    return int(value) if str(value).isdecimal() and len(str(value)) < 10 and isinstance(value, int | str) else None
