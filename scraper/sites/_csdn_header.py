"""All that a CSDN page says of its article besides the body, from every template since 2012."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scraper.models import Author, Column, Kind, Metrics, Post
from scraper.parse.counts import first_count
from scraper.parse.page import Index, Page, find_json_ld, first_classed, is_inside
from scraper.parse.site import Address
from scraper.parse.tree import Element, collapse, text_of
from scraper.sites._csdn_address import address, home_url
from scraper.sites._csdn_dates import Dates, read_dates
from scraper.sites._csdn_images import original_image

VARIABLES = (
    "username", "nickName", "articleId", "articleID", "fileName", "articleTitle", "articleDesc", "articleType",
    "articleDetailUrl", "curentUrl", "postTime", "lastTime", "viewCountFormat", "commentscount", "canRead",
)  # fmt: skip
"""What the page's scripts are asked for."""

HEADERS = ("article-title-box", "article-info-box", "article_title", "article_manage", "article_bar")
"""Classes of what stands above the article, one or two of them in each template."""

_TITLES = ("title-article", "link_title", "csdn_top")
_BOXES = ("article-info-box", "article_manage", "article_bar", "postTime")
_BADGES = ("article-type", "article-type-text", "article-type-img", "ico", "original")
_LABEL_BOXES = (
    "tags-box", "tag2box", "link_categories", "category_r", "article-tag", "article-header-tags-v2", "article_tags",
    "article_collect",
)  # fmt: skip
_LICENSES = ("article-copyright", "slide-content-box-new", "slide-content-box", "bog_copyright")
_TITLE_BADGES = re.compile(r"^(?:\[置顶\]|置顶)\s*")

_MESSAGES = re.compile(r"^[(（]\d{1,5}\s?条(?:未读)?(?:消息|私信)[)）]\s*")
"""What a script writes before the title of who is logged in."""

_KINDS: dict[str, Kind] = {
    "original": "original", "原": "original", "原创": "original", "1": "original",
    "reprint": "repost", "repost": "repost", "转": "repost", "转载": "repost", "2": "repost",
    "translate": "translation", "translated": "translation", "译": "translation", "翻译": "translation",
    "4": "translation",
}  # fmt: skip
_CATEGORY_COUNT = re.compile(r"\s*[（(]\d{1,6}[）)]$")
_COUNTERS = re.compile(r"^文章浏览阅读[^。]{1,20}次(?:，点赞[^。，]{1,20}次)?(?:，收藏[^。，]{1,20}次)?。")


def read_header(page: Page, where: Address, variables: Mapping[str, str]) -> Post:
    """Return the post of this page without its body."""
    dates = _dates(page, variables)
    categories, tags, columns = _labels(page.index)
    return Post(
        site="csdn",
        native_id=where.native_id,
        url=where.url,
        title=_title(page, variables),
        author=_author(page, where, variables),
        kind=_kind(page.index, variables),
        published_at=dates.published_at,
        published_raw=dates.published_raw,
        updated_at=dates.updated_at,
        updated_raw=dates.updated_raw,
        description=_description(page, variables),
        language=page.meta.language,
        categories=categories,
        tags=tags,
        keywords=page.meta.keywords,
        cover_url=_cover(page),
        license=_license(page.index),
        columns=columns,
        metrics=_metrics(page.index, variables),
    )


def _title(page: Page, variables: Mapping[str, str]) -> str:
    """Return the author's title, '' where only ``<title>`` and JSON-LD say one: the site may have made that up."""
    headings = page.index.identified("articleContentId") or page.index.classed(*_TITLES)
    for heading in headings[:1]:
        badge = first_classed(heading, *_BADGES)
        shown = text_of(heading)
        if badge is not None and badge is not heading:
            shown = shown.removeprefix(text_of(badge)).strip()
        if shown := _TITLE_BADGES.sub("", shown):
            return shown
    return collapse(variables.get("articleTitle", ""))


def without_ends(title: str) -> str:
    """Return the page's title without the names of blog and site at its end, of which one may be a search word."""
    title = _MESSAGES.sub("", title)
    for site in ("博客频道 - CSDN.NET", "CSDN博客"):
        begin, found, _ = title.rpartition(site)
        if found:
            begin = begin.rstrip(" -_")
            cuts = (begin.rpartition(mark)[0].strip() for mark in (" - ", "_"))
            return next((cut for cut in cuts if cut), begin)
    return title


def _author(page: Page, where: Address, variables: Mapping[str, str]) -> Author:
    name, user = collapse(variables.get("nickName", "")), where.author_id
    profile = (link for box in page.index.classed("user_info") for link in box.iter("a"))  # 2017
    for link in (*page.index.classed("follow-nickName"), *page.index.identified("uid"), *profile):
        home = address(link.get("href") or "")
        user = user or (home.author_id if home else "")
        name = name or collapse(link.get("title") or "") or text_of(link)
    return Author(user, name or user, home_url(user))


def _kind(index: Index, variables: Mapping[str, str]) -> Kind:
    boxes = index.classed(*HEADERS)
    badge = next((badge for badge in index.classed(*_BADGES) if is_inside(badge, boxes)), None)
    if badge is not None:
        picture = (badge.get("src") or "").rpartition("/")[2].partition(".")[0]
        classes = re.findall(r"(?:type[-_])?([A-Za-z]+|\d)", (badge.get("class") or "").lower())
        for word in (text_of(badge), picture.lower().removesuffix("2"), *reversed(classes)):
            if word in _KINDS:
                return _KINDS[word]
    return _KINDS.get(variables.get("articleType", ""), "")


def _dates(page: Page, variables: Mapping[str, str]) -> Dates:
    boxes = page.index.classed(*_BOXES)
    times = page.index.classed("time", "up-time", "link_postdate")
    shown = (text_of(element) for element in times if is_inside(element, boxes))
    post_time = next(iter(page.index.classed("blog-postTime")), None)
    article = find_json_ld(page.meta, "Article", "BlogPosting", "NewsArticle")
    cambrian = next((item for item in page.meta.json_ld if "pubDate" in item), {})
    return read_dates(
        shown,
        (
            (post_time.get("data-time") or "") if post_time is not None else "",
            variables.get("postTime", ""),
            str(article.get("datePublished") or ""),
            str(cambrian.get("pubDate") or ""),
        ),
        (str(article.get("dateModified") or ""), variables.get("lastTime", "")),
    )


def _labels(index: Index) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Column, ...]]:
    """Return categories, tags and columns; only the address of a label tells what it is."""
    categories: list[str] = []
    tags: list[str] = []
    columns: dict[str, Column] = {}
    for link in _label_links(index):
        href = link.get("href") or ""
        name = _label_name(text_of(first_classed(link, "tit")) or text_of(link))
        where = _column_address(href)
        if not name:
            continue
        if where is None:
            if re.search(r"/so/search|/tags?/|[?&]q=|/nav/", href):
                tags.append(name)
            continue
        if "/column/details/" not in where.url:
            categories.append(name)
        if "/article/category/" not in where.url:
            columns.setdefault(where.native_id, Column(where.native_id, name, where.url))
    for box in index.classed("category_r"):  # 2016: no links, but calls of a script
        for label in box.iter("label"):
            name = _label_name(text_of(label))
            categories += [name] if name and next(label.iter("a"), None) is None else []
    return tuple(dict.fromkeys(categories)), tuple(dict.fromkeys(tags)), tuple(columns.values())


def _label_links(index: Index) -> Iterator[Element]:
    seen: set[Element] = set()
    columns = index.classed("column-group")
    for box in (*index.classed(*_LABEL_BOXES), *(item for item in index.classed("item-l") if is_inside(item, columns))):
        for link in box.iter("a"):
            if link not in seen:
                seen.add(link)
                yield link


def _column_address(href: str) -> Address | None:
    if "column" not in href and "category" not in href:
        return None
    path = re.sub(r"^(?:[a-z]+:)?//[^/]*", "", href)  # old pages give paths, mirrors other hosts
    where = address(f"https://blog.csdn.net{path}")
    return where if where and where.kind == "column" else None


def _label_name(text: str) -> str:
    return _CATEGORY_COUNT.sub("", text.lstrip("#").strip())


def _description(page: Page, variables: Mapping[str, str]) -> str:
    """Return the description without what CSDN puts around it: counters, a search word, a time stamp."""
    text = page.meta.meta.get("description", "") or collapse(variables.get("articleDesc", ""))
    text = _COUNTERS.sub("", text)
    begin, _, end = text.rpartition("_")
    searched = end == page.meta.meta.get("keywords", "") or f"_{end}-CSDN博客" in page.meta.title
    return begin if end and (searched or re.fullmatch(r"\d{10}", end)) else text


def _cover(page: Page) -> str:
    lists = (item.get("images") for item in page.meta.json_ld)
    listed = next((images[0] for images in lists if isinstance(images, list) and images), "")
    return original_image(page.meta.meta.get("og:image", "") or str(listed))


def _license(index: Index) -> str:
    """Return the copyright line, without the address of the article that may follow it."""
    for box in index.classed(*_LICENSES):
        text = text_of(box)
        if "版权声明" in text or "原文链接" in text:
            return re.sub(r"\s*(?:本文链接\s*[:：]\s*\S*|https?://blog\.csdn\.net/\S*)$", "", text)
    return ""


def _metrics(index: Index, variables: Mapping[str, str]) -> Metrics:
    counters = (
        *index.classed("read-count", "link_view"),
        *(first_classed(bar, "txt") for bar in index.classed("right_bar")),
    )
    reads = (text_of(one) for one in counters if one is not None and one.get("id") != "blog-digg-num")
    return Metrics(
        reads=first_count((variables.get("viewCountFormat", ""), next(reads, ""))),
        likes=first_count(map(text_of, index.identified("blog-digg-num", "spanCount", "supportCount"))),
        comments=first_count((variables.get("commentscount", ""), *map(text_of, index.classed("link_comments")))),
        collects=first_count(map(text_of, index.classed("get-collection")[:1])),
    )
