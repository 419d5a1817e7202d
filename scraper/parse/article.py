"""The article on a page of no known platform: where its body is, and who wrote it when, as far as markup tells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

from lxml.html import HtmlElement

from scraper.models import Author, Parsed, Post
from scraper.parse.blog_lists import is_home, read_blog_list, read_home, read_perhaps_list
from scraper.parse.clean import clean
from scraper.parse.dates import parse_date
from scraper.parse.markdown import convert
from scraper.parse.page import Index, Page, find_json_ld, script_language
from scraper.parse.select import select
from scraper.parse.site import article
from scraper.parse.themes import Theme, fill, find_theme
from scraper.parse.tree import collapse, text_of
from scraper.parse.verdict import judge, refusal
from scraper.urls import host_of, url_key

PARSER = "generic/1"

_KNOWN_CLASSES = (
    ("post-content", "entry-content", "article-content", "post-body", "article-body", "markdown-body"),
    ("theme-default-content", "vp-doc", "md-content__inner", "article__content", "e-content", "blog-content"),
)
_KNOWN_IDS = ("article-container", "article-content", "__blog-post-container")
_BLOCKS = frozenset({"p", "pre", "blockquote", "li", "td", "dd", "div", "section", "article", "h2", "h3", "h4"})
_CHROME_TAGS = frozenset({"nav", "aside", "footer", "header", "form"})
_CHROME_WORDS = re.compile(
    r"comment|sidebar|related|recommend|share|social|footer|breadcrumb|pagination|copyright|toc\b|nav|menu|advert|reward"
)
_MIN_SCORE = 100.0
_MAX_LINK_DENSITY = 0.5
_TITLE_SEPARATOR = re.compile(r"\s+[-|–—_·»:]{1,2}\s+")
_BYLINES = ("author", "post-author", "author-name", "byline")


def read(page: Page) -> Parsed:
    """Return the article that a page holds, or why it holds none; the post is named by its address or file name."""
    if refused := refusal(page):
        return refused
    if listed := read_blog_list(page):
        return listed
    themed = find_theme(page)
    if themed is not None:
        return read_home(page) if is_home(page) else _read_themed(page, *themed)
    if listed := read_perhaps_list(page):
        return listed
    body = find_body(page.tree, page.index)
    if body is None:
        return judge(page)
    return _article(page, _header(page), body, _is_chrome)


def _read_themed(page: Page, theme: Theme, body: HtmlElement) -> Parsed:
    """Read a page by the table of themes; what the theme's elements don't say is found as on any page."""
    chrome = select(body, theme.drop) if theme.drop else []
    return _article(page, fill(theme, page, _header(page)), body, lambda element: element in chrome)


def _article(page: Page, post: Post, body: HtmlElement, is_chrome: Callable[[HtmlElement], bool]) -> Parsed:
    clean(body, is_chrome)
    content = convert(body, post.url or page.url)
    if not content.text:
        return judge(page)
    return article(replace(post, language=post.language or script_language(content.text)), content)


def find_body(tree: HtmlElement, index: Index | None = None) -> HtmlElement | None:
    """Return the element that holds the article's text and little else, or None for a page without one."""
    index = index or Index(tree)
    for found in (
        [box for box in tree.iter("div", "section", "article") if box.get("itemprop") == "articleBody"],
        *(index.classed(*names) for names in _KNOWN_CLASSES),
        index.identified(*_KNOWN_IDS),
        list(tree.iter("article")),
    ):
        if len(found) == 1 and _weight(text_of(found[0])) >= _MIN_SCORE and _link_density(found[0]) < _MAX_LINK_DENSITY:
            return found[0]
    return _densest(tree)


def _densest(tree: HtmlElement) -> HtmlElement | None:
    """Return the element whose near descendants hold the most text of their own."""
    scores: defaultdict[HtmlElement, float] = defaultdict(float)
    for element in tree.iter(*_BLOCKS):
        weight = _weight(_own_text(element))
        if weight < 25 or _is_in_chrome(element):
            continue
        scores[element] += weight / 2
        for parent, share in zip(element.iterancestors(), (1.0, 0.5, 0.25), strict=False):
            scores[parent] += weight * share
    for element in sorted(scores, key=scores.__getitem__, reverse=True)[:5]:
        if scores[element] >= _MIN_SCORE and _link_density(element) < _MAX_LINK_DENSITY:
            return element
    return None


def _own_text(element: HtmlElement) -> str:
    """Return the text directly in the element and in its inline children."""
    pieces = [element.text or ""]
    for child in element.iterchildren():
        if isinstance(child.tag, str) and child.tag not in _BLOCKS and child.tag not in ("script", "style", "a"):
            pieces += cast("list[str]", list(child.itertext()))
        pieces.append(child.tail or "")
    return collapse("".join(pieces))


def _weight(text: str) -> float:
    """Return the length of a text; a Chinese character says as much as 2.5 letters."""
    return len(text) + 1.5 * len(re.findall(r"[\u3400-\u9fff]", text))


def _link_density(element: HtmlElement) -> float:
    whole = len(text_of(element))
    return sum(len(text_of(link)) for link in element.iter("a")) / whole if whole else 1.0


def _is_in_chrome(element: HtmlElement) -> bool:
    return any(_is_chrome(parent) for parent in (element, *element.iterancestors()) if parent.tag != "body")


def _is_chrome(element: HtmlElement) -> bool:
    if element.tag in _CHROME_TAGS:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return element.tag not in ("body", "html", "main") and _CHROME_WORDS.search(names) is not None


def _header(page: Page) -> Post:
    url = page.url or next(iter(page.meta.addresses), "")
    data = find_json_ld(page.meta, "Article", "BlogPosting", "NewsArticle", "TechArticle")
    meta = page.meta.meta
    published = _first_date((meta.get("article:published_time"), data.get("datePublished"), _shown_time(page.tree)))
    updated = _first_date((meta.get("article:modified_time"), data.get("dateModified")))
    labels = (link for link in page.tree.iter("a") if "tag" in (link.get("rel") or "").split())
    names = (text_of(link).lstrip("#").strip() for link in labels)
    return Post(
        site=host_of(url) or "file",
        native_id=url_key(url) or page.name,
        url=url,
        title=_title(page),
        author=Author(name=_author(page, data.get("author"))),
        published_at=parse_date(published),
        published_raw=published,
        updated_at=parse_date(updated),
        updated_raw=updated,
        description=meta.get("description", "") or meta.get("og:description", ""),
        language=page.meta.language,
        tags=page.meta.article_tags or tuple(dict.fromkeys(filter(None, names))),
        keywords=page.meta.keywords,
        cover_url=meta.get("og:image", ""),
        warnings=page.warnings,
        parser=PARSER,
    )


def _title(page: Page) -> str:
    headings = [shown for element in page.tree.iter("h1") if (shown := text_of(element).rstrip("¶#").strip())]
    if len(set(headings)) == 1:
        return headings[0]
    if title := page.meta.meta.get("og:title", ""):
        return title
    return _TITLE_SEPARATOR.split(page.meta.title)[0] or (headings[0] if headings else "")


def _author(page: Page, data: object) -> str:
    listed = data[0] if isinstance(data, list) and data else data
    named = listed.get("name") if isinstance(listed, dict) else listed
    shown = text_of(next(iter(page.index.classed(*_BYLINES)), None))
    candidates = (page.meta.meta.get("article:author", ""), page.meta.meta.get("author", ""), named, shown)
    return next((collapse(str(name)) for name in candidates if name and len(str(name)) < 80), "")


def _shown_time(tree: HtmlElement) -> str:
    return next((said for one in tree.iter("time") if (said := one.get("datetime") or "")), "")


def _first_date(candidates: Iterable[object]) -> str:
    return next((text for value in candidates if value and parse_date(text := str(value))), "")
