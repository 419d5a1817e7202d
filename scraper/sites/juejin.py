"""Juejin (juejin.cn): posts as the server renders them, list pages and the answers of its feed API."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scraper.models import Author, Entry, Metrics, Parsed
from scraper.parse.counts import read_count
from scraper.parse.dates import parse_date
from scraper.parse.page import Page, split_list
from scraper.parse.select import first, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOME = "https://juejin.cn"
_POST = re.compile(r"/s?post/(?P<id>[0-9a-f]{8,24})/?")
_USER = re.compile(r"/user/(?P<id>[0-9a-f]{8,24})(?:/(?:posts|articles))?/?")
_COLUMN = re.compile(r"/column/(?P<id>[0-9a-f]{8,24})/?")
_BODY = (
    "#article-root .markdown-body | .article-viewer.markdown-body | #article-root .article-content | .article-content"
)
_LINKS = ".entry .title-row a.title | a.title[href*=/post/] | .title-row a[href*=/post/]"
_API = "https://api.juejin.cn/content_api/v1/article/query_list"
_API_PAGE = 10
"""Posts in one answer of the API, whose cursor counts posts."""

_ARTICLE = 2
"""``item_type`` of articles in the feed API; 14 is an advertisement."""


def address(url: str) -> Address | None:
    """Return what an address names, also under the former host juejin.im."""
    parsed = parse_url(url)
    if parsed is None or parsed.hostname.removeprefix("www.") not in ("juejin.cn", "juejin.im"):
        return None
    if match := _POST.fullmatch(parsed.pathname):
        return Address("post", match["id"], f"{_HOME}/post/{match['id']}")
    if match := _USER.fullmatch(parsed.pathname):
        return Address("author", match["id"], f"{_HOME}/user/{match['id']}", match["id"])
    if match := _COLUMN.fullmatch(parsed.pathname):
        return Address("column", match["id"], f"{_HOME}/column/{match['id']}")
    return None


def claims(page: Page) -> bool:
    """Tell whether a page has the platform's template."""
    return first(page, "article.article h1.article-title") is not None and "juejin" in page.text


def read(page: Page) -> Parsed:
    """Return the post of a page, or the list that it is."""
    body = first(page, _BODY)
    title = text(page, "h1.article-title | meta[itemprop=headline]@content")
    if body is None or not title:
        return read_links(page, address, _LINKS, _HOME) or judge(page)
    where = identify(page, address) or address(text(page, "article.article > meta[itemprop=url]@content"))
    home = address(text(page, "[itemprop=author] meta[itemprop=url]@content | .author-name a@href"))
    published = text(page, "meta[itemprop=datePublished]@content | .meta-box time@datetime")
    labels = texts(page, ".article-end .tag-list a.tag | .article-end a.item[href*=/tag/] | .tag-list-box a")
    post = replace(
        draft(page, SITE.parser, where),
        title=title,
        author=Author(
            home.native_id if home else "",
            text(page, "[itemprop=author] meta[itemprop=name]@content | .author-name .name | .author-info-box .name"),
            home.url if home else "",
        ),
        published_at=parse_date(published),
        published_raw=published,
        tags=labels,
        keywords=split_list(text(page, "meta[itemprop=keywords]@content")) or page.meta.keywords,
        cover_url=text(page, "article > meta[itemprop=image]@content"),
        metrics=Metrics(reads=read_count(text(page, ".meta-box .views-count"))),
    )
    return read_body(post, body, drop=".copy-code-btn | .code-block-extension-header")


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the posts that a list page or an answer of the API names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(
        body, url, content_type, address, lambda page: read_links(page, address, _LINKS, _HOME), _read_api
    )


def _read_api(answer: object) -> Parsed | None:
    if not isinstance(answer, dict) or not {"err_no", "err_msg"} <= answer.keys():
        return None
    if answer["err_no"] != 0:
        return Parsed("challenge", f"the API answers {answer['err_no']} {str(answer['err_msg'])[:80]}".rstrip())
    if not isinstance(answer.get("data"), list):
        return None
    items = [item for item in answer["data"] if isinstance(item, dict)]
    entries = tuple(entry for item in items if (entry := _entry(item)))
    total = answer.get("count") if isinstance(answer.get("count"), int) else None
    return Parsed("listing", f"a list of {len(entries)} posts", links=entries, total=total)


def _entry(item: Mapping[str, Any]) -> Entry | None:
    """Return the post of a list's item; in the feed it is one level deeper, and an advertisement may stand there."""
    if item.get("item_type", _ARTICLE) != _ARTICLE:
        return None
    holder = item.get("item_info") if isinstance(item.get("item_info"), dict) else item
    info = holder.get("article_info") if isinstance(holder, dict) else None
    where = address(f"{_HOME}/post/{info.get('article_id')}") if isinstance(info, dict) else None
    if where is None or not isinstance(info, dict):
        return None
    return Entry(
        where.url,
        where.native_id,
        str(info.get("title") or ""),
        parse_date(str(info.get("ctime") or "")),
        parse_date(str(info.get("mtime") or "")),
    )


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for a page of an author's or column's posts: the API (POST), the page of the newest."""
    shown = ListRequest(f"{where.url}/posts" if where.kind == "author" else where.url, "list")
    if where.kind == "column":
        return (shown,) if page == 1 else ()
    if where.kind != "author":
        return ()
    wanted = {"user_id": where.native_id, "sort_type": 2, "cursor": str((page - 1) * _API_PAGE)}
    headers = (("Referer", f"{_HOME}/"), ("Content-Type", "application/json"), ("Accept", "application/json"))
    api = ListRequest(_API, "api", headers, json.dumps(wanted).encode())
    return (api, shown) if page == 1 else (api,)


SITE = Site(
    name="juejin",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=(re.compile(r"(?:www\.)?juejin\.(?:cn|im)"), re.compile(r"api\.juejin\.cn")),
    home=_HOME,
)
