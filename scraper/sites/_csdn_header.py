"""All that a CSDN page says of its article besides the body, from every template since 2012."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree
from lxml.html import HtmlElement

from scraper.models import Author, Column, Kind, Metrics, Post
from scraper.parse.page import Page, by_class, find_json_ld, first, select
from scraper.parse.site import Address
from scraper.parse.tree import collapse, text_of
from scraper.sites._csdn_address import address, home_url
from scraper.sites._csdn_dates import Dates, read_dates
from scraper.sites._csdn_images import original_image

VARIABLES = (
    "username", "nickName", "articleId", "articleID", "fileName", "articleTitle", "articleDesc", "articleType",
    "articleDetailUrl", "curentUrl", "postTime", "lastTime", "viewCountFormat", "commentscount", "canRead",
)  # fmt: skip
"""What the page's scripts are asked for."""

_BOX = by_class("article-info-box", "article_manage", "postTime")
_TITLE = by_class("title-article", "link_title")
_TITLE_BADGES = re.compile(r"^(?:\[置顶\]|置顶)\s*")
_TITLE_ENDS = re.compile(r"(?:\s-\s|_)?[^_-]{0,60}(?:\s-\s|_|-)\s?(?:博客频道\s-\sCSDN\.NET|CSDN博客)(?:_.{0,60})?$")
_BADGE = by_class("article-type", "article-type-text", "article-type-img", "ico")
_BADGE_BOX = by_class("article-title-box", "article-info-box", "article_title")
_TIME = by_class("time", "up-time", "link_postdate")
_POST_TIME = by_class("blog-postTime")
_NICKNAME = by_class("follow-nickName", tag="a")
_PROFILE = etree.XPath("//*[@id='uid']")
_LABEL_BOX = by_class("tags-box", "tag2box", "link_categories", "category_r", "article-tag", "article-header-tags-v2")
_LABEL = etree.XPath(".//a[@href]")
_OLD_CATEGORY = etree.XPath(".//label//span[not(a)]")
_COLUMN = etree.XPath(
    "//*[contains(concat(' ', @class, ' '), ' column-group ')]//*[contains(concat(' ', @class, ' '), ' item-l ')]//a"
)
_COLUMN_TITLE = by_class("tit")
_LICENSE = by_class("article-copyright", "slide-content-box-new", "slide-content-box", "bog_copyright")
_READS = by_class("read-count", "link_view")
_LIKES = etree.XPath("//*[@id='blog-digg-num' or @id='spanCount' or @id='supportCount']")
_COLLECTS = by_class("get-collection")
_COMMENTS = by_class("link_comments")

_KINDS: dict[str, Kind] = {
    "original": "original", "原": "original", "原创": "original", "1": "original",
    "reprint": "repost", "repost": "repost", "转": "repost", "转载": "repost", "2": "repost",
    "translate": "translation", "translated": "translation", "译": "translation", "翻译": "translation",
    "4": "translation",
}  # fmt: skip
_CATEGORY_COUNT = re.compile(r"\s*[（(]\d{1,6}[）)]$")
_COUNTERS = re.compile(r"^文章浏览阅读[^。]{1,20}次(?:，点赞[^。，]{1,20}次)?(?:，收藏[^。，]{1,20}次)?。")
_COUNT = re.compile(r"(\d[\d,]{0,14}(?:\.\d{1,3})?)\s{0,3}([kKwW千万]?)")
_UNITS = {"": 1, "k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}


def read_header(page: Page, where: Address, variables: Mapping[str, str]) -> Post:
    """Return the post of this page without its body."""
    box = first(page.tree, _BOX)
    dates = _dates(page, box, variables)
    categories, tags, columns = _labels(page.tree)
    return Post(
        site="csdn",
        native_id=where.native_id,
        url=where.url,
        title=_title(page, variables),
        author=_author(page, where, variables),
        kind=_kind(page.tree, variables),
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
        license=_license(page.tree),
        columns=columns,
        metrics=_metrics(page.tree, variables),
    )


def _title(page: Page, variables: Mapping[str, str]) -> str:
    """Return the author's title: ``<title>`` and JSON-LD often have one that the site made up."""
    heading = first(page.tree, _TITLE)
    if heading is not None:
        badge = first(heading, _BADGE)
        shown = text_of(heading)
        if badge is not None and badge is not heading:
            shown = shown.removeprefix(text_of(badge)).strip()
        if shown := _TITLE_BADGES.sub("", shown):
            return shown
    return collapse(variables.get("articleTitle", "")) or _TITLE_ENDS.sub("", page.meta.title)


def _author(page: Page, where: Address, variables: Mapping[str, str]) -> Author:
    name, user = collapse(variables.get("nickName", "")), where.author_id
    for link in (*select(page.tree, _NICKNAME), *select(page.tree, _PROFILE)):
        home = address(link.get("href") or "")
        user = user or (home.author_id if home else "")
        name = name or collapse(link.get("title") or "") or text_of(link)
    return Author(user, name or user, home_url(user))


def _kind(tree: HtmlElement, variables: Mapping[str, str]) -> Kind:
    badge = next((found for box in select(tree, _BADGE_BOX) if (found := first(box, _BADGE)) is not None), None)
    if badge is not None:
        picture = (badge.get("src") or "").rpartition("/")[2].partition(".")[0]
        classes = re.findall(r"(?:type[-_])?([A-Za-z]+|\d)", (badge.get("class") or "").lower())
        for word in (text_of(badge), picture.lower().removesuffix("2"), *reversed(classes)):
            if word in _KINDS:
                return _KINDS[word]
    return _KINDS.get(variables.get("articleType", ""), "")


def _dates(page: Page, box: HtmlElement | None, variables: Mapping[str, str]) -> Dates:
    boxes = select(page.tree, _BOX)
    shown = (text_of(element) for one in boxes for element in select(one, _TIME))
    post_time = first(box, _POST_TIME)
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


def _labels(tree: HtmlElement) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Column, ...]]:
    """Return categories, tags and columns; only the address of a label tells what it is."""
    categories: list[str] = []
    tags: list[str] = []
    columns: dict[str, Column] = {}
    for link in _label_links(tree):
        href = link.get("href") or ""
        title = first(link, _COLUMN_TITLE)
        name = _label_name(text_of(title) or text_of(link))
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
    old = (text_of(span) for box in select(tree, _LABEL_BOX) for span in select(box, _OLD_CATEGORY))
    categories += (name for text in old if (name := _label_name(text)))
    return tuple(dict.fromkeys(categories)), tuple(dict.fromkeys(tags)), tuple(columns.values())


def _label_links(tree: HtmlElement) -> Iterator[HtmlElement]:
    seen: set[HtmlElement] = set()
    for box in select(tree, _LABEL_BOX):
        for link in select(box, _LABEL):
            if link not in seen:
                seen.add(link)
                yield link
    yield from select(tree, _COLUMN)


def _column_address(href: str) -> Address | None:
    path = re.sub(r"^(?:[a-z]+:)?//[^/]*", "", href)  # old pages give paths, mirrors other hosts
    where = address(f"https://blog.csdn.net{path}")
    return where if where and where.kind == "column" else None


def _label_name(text: str) -> str:
    return _CATEGORY_COUNT.sub("", text.lstrip("#").strip())


def _description(page: Page, variables: Mapping[str, str]) -> str:
    """Return the description without the counters that CSDN puts before it: they change every day."""
    text = page.meta.meta.get("description", "") or collapse(variables.get("articleDesc", ""))
    return _COUNTERS.sub("", text)


def _cover(page: Page) -> str:
    lists = (item.get("images") for item in page.meta.json_ld)
    listed = next((images[0] for images in lists if isinstance(images, list) and images), "")
    return original_image(page.meta.meta.get("og:image", "") or str(listed))


def _license(tree: HtmlElement) -> str:
    """Return the copyright line, without the address of the article that may follow it."""
    for box in select(tree, _LICENSE):
        text = text_of(box)
        if "版权声明" in text or "原文链接" in text:
            return re.sub(r"\s*(?:本文链接\s*[:：]\s*\S*|https?://blog\.csdn\.net/\S*)$", "", text)
    return ""


def _metrics(tree: HtmlElement, variables: Mapping[str, str]) -> Metrics:
    reads = next((text_of(one) for one in select(tree, _READS) if one.get("id") != "blog-digg-num"), "")
    return Metrics(
        reads=_count(variables.get("viewCountFormat", "")) or _count(reads),
        likes=_count(text_of(first(tree, _LIKES))),
        comments=_first_count((variables.get("commentscount", ""), text_of(first(tree, _COMMENTS)))),
        collects=_count(text_of(first(tree, _COLLECTS))),
    )


def _first_count(texts: Iterable[str]) -> int | None:
    return next((number for text in texts if (number := _count(text)) is not None), None)


def _count(text: str) -> int | None:
    """Return the number in ``阅读数：7582``, ``1513人阅读``, ``2k 阅读``, ``1.3w`` or ``10w+ 阅读``, or None."""
    match = _COUNT.search(text)
    return round(float(match[1].replace(",", "")) * _UNITS[match[2].lower()]) if match else None
