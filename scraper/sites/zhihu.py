"""Zhihu columns (zhuanlan.zhihu.com): articles by their markup and the page's own JSON state, and lists of a column."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scraper.models import Author, Column, Entry, Metrics, Parsed, Post
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, select, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.tree import Element, collapse, parse_html
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

PAGE_SIZE = 20

_HOME = "https://zhuanlan.zhihu.com"
_API = "https://www.zhihu.com/api/v4"
_POST = re.compile(r"/p/(?P<id>[0-9]{5,22})/?(?:edit)?")
_COLUMN = re.compile(r"(?:/column)?/(?P<id>c_[0-9]{5,22}|[a-zA-Z][\w-]{2,40})/?")
_PERSON = re.compile(r"/(?:people|org)/(?P<id>[\w-]{1,64})(?:/posts)?/?")
_API_PATH = re.compile(r"/api/v4/columns/(?P<id>[\w-]{2,40})/items")
_NOT_COLUMNS = frozenset({"api", "write", "p", "people", "org", "question", "column", "search", "signin", "explore"})
_SHOWN_TIME = re.compile(r"(编辑于|发布于|发表于)?\s*(\d{4}-\d{2}-\d{2}(?:\s+\d{2}:\d{2})?)")
_LINKS = ".ArticleItem h2.ContentItem-title a | h2.ContentItem-title a[href*=zhuanlan]"


def address(url: str) -> Address | None:
    """Return what an address names: an article, a column or an author; questions and answers are none."""
    parsed = parse_url(url)
    if parsed is None or parsed.hostname not in ("zhuanlan.zhihu.com", "www.zhihu.com"):
        return None
    path, is_column_host = parsed.pathname, parsed.hostname == "zhuanlan.zhihu.com"
    if is_column_host and (match := _POST.fullmatch(path)):
        return Address("post", match["id"], f"{_HOME}/p/{match['id']}")
    if not is_column_host and (match := _PERSON.fullmatch(path)):
        return Address("author", match["id"], f"https://www.zhihu.com/people/{match['id']}", match["id"])
    match = _API_PATH.fullmatch(path) or _COLUMN.fullmatch(path)
    if match and match["id"] not in _NOT_COLUMNS and (is_column_host or path.startswith(("/column/", "/api/"))):
        return Address("column", match["id"], f"https://www.zhihu.com/column/{match['id']}")
    return None


def claims(page: Page) -> bool:
    """Tell whether a page has the platform's template: of an article, or of a question, which is none."""
    return first(page, "h1.Post-Title | .QuestionHeader-title | .ColumnPageHeader") is not None and "zhihu" in page.text


def read(page: Page) -> Parsed:
    """Return the article of a page, from its markup or else from its JSON state, or the list that it is."""
    if first(page, "#zh-zse-ck | meta[id=zh-zse-ck]") is not None:
        return Parsed("challenge", "Zhihu asks for a signed cookie")
    if first(page, ".QuestionHeader-title") is not None:
        return Parsed("other", "a question with its answers, which is no one's article")
    where = identify(page, address)
    entities = _entities(page)
    state = _article(entities, where)
    where = where or address(f"{_HOME}/p/{state.get('id')}")
    body = first(page, ".Post-RichText") if first(page, "h1.Post-Title") is not None else _state_body(state)
    if body is None:
        return _read_column(page, entities) or judge(page)
    post = _with_state(_with_markup(draft(page, SITE.parser, where), page), state)
    return read_body(post, body, drop=".FileLinkCard | .RichText-LinkCardContainer svg", base_url=_HOME)


def _with_markup(post: Post, page: Page) -> Post:
    home = text(page, "[itemprop=author] meta[itemprop=url]@content | .AuthorInfo-name a@href")
    parsed = parse_url(home, _HOME)
    person = _PERSON.fullmatch(parsed.pathname) if parsed else None
    time = _SHOWN_TIME.search(text(page, ".ContentItem-time"))
    edited = time is not None and time[1] == "编辑于"
    shown = time[2] if time else ""
    column = first(page, "[class*=css] a[href*=/column/] | .ColumnPageHeader-TitleColumn")
    name = text(page, "a[href*=/column/]").removeprefix("来自专栏").strip(" ·") if column is not None else ""
    return replace(
        post,
        title=text(page, "h1.Post-Title"),
        author=Author(
            person["id"] if person else "",
            text(page, "[itemprop=author] meta[itemprop=name]@content | .AuthorInfo-name a | .AuthorInfo-name"),
            parsed.href if person and parsed else "",
        ),
        published_at=None if edited else parse_date(shown),
        published_raw="" if edited else shown,
        updated_at=parse_date(shown) if edited else None,
        updated_raw=shown if edited else "",
        categories=(name,) if name else (),
        tags=texts(page, ".Post-Topics .TopicLink | .Post-Topics .Tag-content"),
    )


def _with_state(post: Post, state: Mapping[str, Any]) -> Post:
    """Return the post with what only the page's JSON says: exact times, ids and counters."""
    if not state:
        return post
    created, updated = str(state.get("created") or ""), str(state.get("updated") or "")
    author, column = _object(state, "author"), _object(state, "column")
    topics = state.get("topics")
    names = [str(topic.get("name") or "") for topic in topics if isinstance(topic, dict)] if topics else []
    token = str(author.get("urlToken") or post.author.id)
    title = collapse(str(column.get("title") or ""))
    number = str(column.get("id") or "")
    counts = (state.get(key) for key in ("voteupCount", "commentCount", "favlistsCount"))
    likes, comments, collects = (count if isinstance(count, int) else None for count in counts)
    return replace(
        post,
        title=post.title or collapse(str(state.get("title") or "")),
        author=Author(token, str(author.get("name") or post.author.name), f"https://www.zhihu.com/people/{token}"),
        published_at=parse_date(created) or post.published_at,
        published_raw=created or post.published_raw,
        updated_at=(parse_date(updated) if updated != created else None) or post.updated_at,
        updated_raw=updated if updated != created else post.updated_raw,
        categories=(title,) if title else post.categories,
        columns=(Column(number, title, f"https://www.zhihu.com/column/{number}"),) if number else (),
        tags=tuple(dict.fromkeys(filter(None, map(collapse, names)))) or post.tags,
        cover_url=str(state.get("imageUrl") or "") or post.cover_url,
        metrics=Metrics(None, likes, comments, collects),
    )


def _entities(page: Page) -> Mapping[str, Any]:
    """Return the objects of the page's JSON state by kind; nothing where it has none."""
    script = first(page, "#js-initialData")
    try:
        data = json.loads((script.text or "") if script is not None else "", strict=False)
    except (ValueError, RecursionError):
        return {}
    state = data.get("initialState") if isinstance(data, dict) else None
    return _object(state, "entities") if isinstance(state, dict) else {}


def _article(entities: Mapping[str, Any], where: Address | None) -> Mapping[str, Any]:
    """Return the state of the article asked for, or of the only one there is."""
    articles = _object(entities, "articles")
    if where is not None and where.native_id in articles:
        return _object(articles, where.native_id)
    return _object(articles, next(iter(articles))) if len(articles) == 1 else {}


def _state_body(state: Mapping[str, Any]) -> Element | None:
    content = state.get("content")
    tree = parse_html(f"<div>{content}</div>")[0] if isinstance(content, str) and content else None
    return tree.find(".//div") if tree is not None else None


def _object(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _read_column(page: Page, entities: Mapping[str, Any]) -> Parsed | None:
    """Return the articles that a column's page shows; all it says where it is a shell is how many there are."""
    columns = [column for column in _object(entities, "columns").values() if isinstance(column, dict)]
    counts = [column.get("articlesCount", column.get("itemsCount")) for column in columns]
    total = counts[0] if len(counts) == 1 and isinstance(counts[0], int) else None
    listed = read_links(page, address, _LINKS, _HOME)
    if listed is None:
        shell = bool(columns) or first(page, ".ColumnPageHeader") is not None
        return Parsed("listing", "a column's page without its articles", total=total) if shell else None
    times = {
        found[1]: found[2]
        for item in select(page, ".ArticleItem[data-za-extra-module]")
        if (
            found := re.search(
                r'"token":"(\d+)".{0,400}?"publish_timestamp":(\d+)', item.get("data-za-extra-module") or ""
            )
        )
    }
    entries = tuple(
        replace(entry, published_at=parse_date(times.get(entry.native_id, "")) or entry.published_at)
        for entry in listed.links
    )
    return replace(listed, links=entries, total=total)


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the articles that an answer of the API or a column's page names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, lambda page: _read_column(page, _entities(page)), _read_api)


def _read_api(answer: object) -> Parsed | None:
    if not isinstance(answer, dict):
        return None
    error = answer.get("error")
    if isinstance(error, dict) and "message" in error:
        return Parsed("challenge", f"the API answers {collapse(str(error['message']))[:80]}")
    paging = _object(answer, "paging")
    if not isinstance(answer.get("data"), list) or not paging:
        return None
    found = (_api_entry(item) for item in answer["data"] if isinstance(item, dict))
    entries = tuple(entry for entry in found if entry)
    total = paging.get("totals")
    return Parsed(
        "listing",
        f"a list of {len(entries)} articles",
        links=entries,
        total=total if isinstance(total, int) else None,
        next_url="" if paging.get("is_end") else str(paging.get("next") or ""),
    )


def _api_entry(item: Mapping[str, Any]) -> Entry | None:
    """Return an article of the API; answers and videos may stand beside it, and its address is the API's own."""
    where = address(f"{_HOME}/p/{item.get('id')}") if item.get("type") == "article" else None
    if where is None:
        return None
    published, updated = (parse_date(str(item.get(key) or "")) for key in ("created", "updated"))
    return Entry(where.url, where.native_id, collapse(str(item.get("title") or "")), published, updated)


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for one page of a column, best first: the API, which may want a cookie, and its page."""
    if where.kind == "author":
        return (ListRequest(f"{where.url}/posts?page={page}", "list"),)
    if where.kind != "column":
        return ()
    offset = (page - 1) * PAGE_SIZE
    api = f"{_API}/columns/{where.native_id}/items?limit={PAGE_SIZE}&offset={offset}"
    shown = (ListRequest(where.url, "list"),) if page == 1 else ()
    return (ListRequest(api, "api", (("Referer", where.url), ("Accept", "application/json"))), *shown)


SITE = Site(
    name="zhihu",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=3.0,
    hosts=(re.compile(r"(?:zhuanlan|www)\.zhihu\.com"),),
    home=_HOME,
)
