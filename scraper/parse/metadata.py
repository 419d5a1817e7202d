"""What a page of no known make says of its article: title, author, dates, labels, cover, licence. Pure.

Each is asked of JSON-LD, of meta elements under the names in use, of microdata and rel, and of what the page shows
around its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scraper.models import Author, Post
from scraper.parse.bylines import Zone, read_shown
from scraper.parse.dates import parse_date
from scraper.parse.labels import read_labels
from scraper.parse.page import Page, split_list
from scraper.parse.titles import find_title
from scraper.parse.tree import collapse
from scraper.urls import host_of, parse_url, url_key

_ARTICLE_TYPES = frozenset({
    "Article", "BlogPosting", "NewsArticle", "TechArticle", "Report", "ReportageNewsArticle", "AnalysisNewsArticle",
    "OpinionNewsArticle", "ScholarlyArticle", "SocialMediaPosting", "DiscussionForumPosting", "Blog", "Review",
    "QAPage", "Question", "WebPage", "Recipe", "HowTo",
})  # fmt: skip
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "bytedance:published_time",
    "weibo:article:create_at", "datepublished", "article:post_date", "og:pubdate", "pubdate", "publishdate",
    "publish_date", "publish-date", "publication_date", "published_time", "ptime", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created", "dcterms.date",
    "dc.date", "dc:date", "cxenseparse:recs:publishtime", "rnews:datepublished", "article.published", "citation_date",
    "citation_publication_date", "date.created", "datecreated", "created", "date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:updated_time", "bytedance:updated_time", "weibo:article:update_at", "datemodified",
    "dateupdate", "lastmod", "last-modified", "dcterms.modified", "dc.date.modified", "article.updated",
)  # fmt: skip
_JSON_PUBLISHED = ("datePublished", "dateCreated", "pubDate", "uploadDate")
_JSON_UPDATED = ("dateModified", "upDate")
_AUTHORS = (
    "author", "article:author", "og:article:author", "dc.creator", "dcterms.creator", "dc:creator", "parsely-author",
    "sailthru.author", "byl", "article.author", "rnews:author", "citation_author", "weibo:article:author",
)  # fmt: skip
_COVERS = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src", "thumbnail")
_DESCRIPTIONS = ("description", "og:description", "twitter:description", "dc.description", "weibo:article:summary")


def read_header(page: Page, zone: Zone, parser: str) -> Post:
    """Return the post of a page without its body; ``zone`` is what stands around the text."""
    url = page.url or next(iter(page.meta.addresses), "")
    meta, data = page.meta.meta, article_data(page)
    author = _author(page, data)
    published = _first_date((*_json(data, _JSON_PUBLISHED), *_metas(meta, _PUBLISHED)))
    updated = _first_date((*_json(data, _JSON_UPDATED), *_metas(meta, _UPDATED)))
    if not (author.name and published and updated):
        shown = read_shown(page, zone)
        author = _author(page, data, shown.authors)
        published = published or _first_date(shown.published)
        updated = updated or _first_date(shown.updated)
        if updated and not (published or shown.updated):
            published, updated = updated, ""
    title = find_title(page, zone, _text(data.get("headline")) or _text(data.get("title")))
    tags, categories = _tags(page), _sections(page, data)
    labels = read_labels(zone, title, tags=not tags, categories=not categories)
    cover = next((value for value in (*_metas(meta, _COVERS), _image(data)) if value), "")
    resolved = parse_url(cover, url) if cover else None
    return Post(
        site=host_of(url) or "file",
        native_id=url_key(url) or page.name,
        url=url,
        title=title,
        author=author,
        published_at=parse_date(published),
        published_raw=published,
        updated_at=parse_date(updated),
        updated_raw=updated,
        description=next(_metas(meta, _DESCRIPTIONS), "") or _text(data.get("description")),
        language=page.meta.language or _text(data.get("inLanguage")),
        categories=categories or labels.categories,
        tags=tags or labels.tags,
        keywords=page.meta.keywords,
        cover_url=resolved.href if resolved else "",
        license=labels.license or _text(data.get("license")),
        warnings=page.warnings,
        parser=parser,
    )


def article_data(page: Page) -> Mapping[str, Any]:
    """Return the JSON-LD object that describes the page's article, or an empty one."""
    rated = [(rank, item) for item in page.meta.json_ld if (rank := _rank(item)) is not None]
    return min(rated, key=lambda pair: pair[0])[1] if rated else {}


def _rank(item: Mapping[str, Any]) -> int | None:
    own = item.get("@type")
    types = [str(name) for name in (own if isinstance(own, list) else [own])]
    if "pubDate" in item:
        return 1
    if any(name.endswith(("Article", "Posting")) for name in types):
        return 0
    return 2 if any(name in _ARTICLE_TYPES for name in types) else None


def _json(data: Mapping[str, Any], keys: Iterable[str]) -> Iterator[str]:
    return (str(value) for key in keys if (value := data.get(key)) and isinstance(value, str | int))


def _metas(meta: Mapping[str, str], names: Iterable[str]) -> Iterator[str]:
    return (meta[name] for name in names if name in meta)


def _first_date(candidates: Iterable[str]) -> str:
    return next((text for text in candidates if parse_date(text)), "")


def _text(value: object) -> str:
    return collapse(value) if isinstance(value, str) else ""


def _image(data: Mapping[str, Any]) -> str:
    image = data.get("image")
    first = image[0] if isinstance(image, list) and image else image
    return _text(first.get("url") if isinstance(first, dict) else first)


def _author(page: Page, data: Mapping[str, Any], shown: tuple[str, ...] | None = None) -> Author:
    """Return the first person named; the site's own name only where the page shows no other either."""
    names, url = _json_authors(data)
    candidates = (*names, *_metas(page.meta.meta, _AUTHORS), *(shown or ()))
    site = page.meta.meta.get("og:site_name", "").casefold()
    people = [said for raw in candidates if (said := _person(raw))]
    others = [name for name in people if name.casefold() != site]
    return Author(name=next(iter(others or (people if shown is not None else ())), ""), url=url)


def _json_authors(data: Mapping[str, Any]) -> tuple[list[str], str]:
    said = data.get("author") or data.get("creator")
    people = said if isinstance(said, list) else [said]
    names = [_text(one.get("name") if isinstance(one, dict) else one) for one in people]
    url = next((_text(one.get("url")) for one in people if isinstance(one, dict) and one.get("url")), "")
    joined = ", ".join(filter(None, names))
    return ([joined] if joined else []), url if url.startswith("http") else ""


def _person(text: str) -> str:
    """Return a name without what stands before it, or '' for what can be none: an address, a sentence, a number."""
    name = _MAIL.sub("", _TIME.split(_BY.sub("", collapse(text)))[0]).strip(" ,，:：|·-—@")
    if name.startswith(("http:", "https:", "www.")) or len(name) > 80 or not any(map(str.isalpha, name)):
        return ""
    return "" if name.casefold() in _NOBODY else name


_BY = re.compile(
    r"^(?:(?:written|posted|published|reported|story|article) )?by\b[\s:]*|^author\s*[:：]\s*"
    r"|^(?:文章)?(?:原创|本文)?(?:作者|撰文|文)\s*[:：/|]\s*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\s,<(]{0,3}[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}[>)]?$")
_TIME = re.compile(
    r"\s*(?:(?:发布|发表|更新|创建|修改)(?:时间|日期|于)|"
    r"\b(?:on\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d|"
    r"\d{1,2} [a-zé]{3,9}\.? (?:19|20)\d\d|"
    r"(?:19|20)\d\d\s?[-/.年]\s?\d|\d{1,2}:\d\d|\d{1,3} ?(?:hours?|days?|weeks?|months?|years?|min\w*) ago)",
    re.IGNORECASE,
)
_NOBODY = {
    "admin",
    "administrator",
    "author",
    "unknown",
    "none",
    "null",
    "undefined",
    "anonymous",
    "佚名",
    "作者",
    "匿名",
}


def _tags(page: Page) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for item in page.meta.article_tags for name in split_list(item)))


def _sections(page: Page, data: Mapping[str, Any]) -> tuple[str, ...]:
    return split_list(page.meta.meta.get("article:section", "") or _text(data.get("articleSection")))
