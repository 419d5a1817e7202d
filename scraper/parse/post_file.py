"""A Markdown file into a post: front matter, title, identity, and a body that is Markdown or HTML. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from scraper.models import Author, Body, Kind, Post
from scraper.parse import article
from scraper.parse.clean import clean
from scraper.parse.dates import parse_date
from scraper.parse.front_matter import split
from scraper.parse.local_images import point_to_addresses
from scraper.parse.markdown import convert
from scraper.parse.media import resolve
from scraper.parse.outline import BLOCKS, outline
from scraper.parse.page import open_page, script_language, split_list
from scraper.parse.post_keys import Keys, is_template, read_kind
from scraper.parse.site import Address
from scraper.parse.tidy import tidy
from scraper.urls import host_of, is_url, url_key

PARSER = "file/1"

Identify = Callable[[str], "tuple[str, Address] | None"]

_EXPORTED = frozenset((
    "title", "url", "site", "native_id", "author", "author_id", "kind", "date", "updated", "description", "language",
    "categories", "tags", "keywords", "cover", "license", "status", "revision",
))  # fmt: skip
_ADDRESSES = (
    "url", "link", "original", "source", "permalink", "canonical", "canonicalurl", "originalurl", "sourceurl",
    "原文链接",
)  # fmt: skip
_EXTENSION = re.compile(r"\.(?:md|markdown|mdown|mkd|mdx|txt)$", re.IGNORECASE)
_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_ ]*")
_COMMENTED_DATE = re.compile(
    r"<!--\s{0,9}(?:Create(?:d|d?Time| Time|dAt)|PubDate|发布时间|创建时间)\s{0,9}[:：]([^<>]{1,60})-->", re.IGNORECASE
)
# An exporter's heading "# 原创" that the title follows as a paragraph.
_BADGE = re.compile(r"\s*#+[ \t]*(原创|转载|翻译|原|转|译)[ \t]*\n+[ \t]*[:：][ \t]*(.{0,500})\n?")
_HTML_START = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype|html|head|body|div|p|article|section|main|table|h[1-6]|ul|ol|pre"
    r"|blockquote|link|style|script|meta|center|figure|span|font|img|br)\b",
    re.IGNORECASE | re.DOTALL,
)
_DOCUMENT = re.compile(r"<(?:!doctype\s+html|html|body)\b", re.IGNORECASE)
_NOT_HTML = frozenset(("heading_open", "fence", "bullet_list_open", "ordered_list_open", "table_open"))


@dataclass(frozen=True, slots=True)
class _Title:
    """A post's title, the body below it, and the badge that stood before it."""

    text: str
    body: str
    kind: Kind = ""


def read_post_file(text: str, *, name: str = "", url: str = "", identify: Identify) -> Post | None:
    """Return the post that a Markdown file is, or None for one that has neither text nor title.

    ``name`` is the file's path below the imported folder, '' for a file from ``url``. ``identify`` gives the
    platform and post that an address names. A file that the front matter calls a copy of a platform's post has
    that post's identity; an export of this archive has its own; any other is named by its address or path.
    """
    found = split(text)
    keys = Keys(found.data)
    if found.data.get("site") and found.data.get("native_id"):
        return _read_export(found.data, found.body, found.warnings)
    html = _read_html(found.body, url) if _is_html(found.body) else None
    markdown = html.markdown if html else tidy(found.body, url).strip("\n")
    title = _find_title(keys, markdown, name)
    body = outline(title.body, url)
    is_scaffold = is_template(str(found.data.get("title", ""))) and not _letters(body.text)
    if is_scaffold or not (keys.text("title") or body.text or body.images):
        return None
    warnings = [*found.warnings, *(html.warnings if html else ()), *body.warnings]
    if not isinstance(keys.value("title") or "", str):
        warnings.append("front matter: title is no text: the title is the heading or the file's name")
    post = _describe(keys, title, body, name, found.body)
    post = replace(post, front_matter=found.data, warnings=tuple(dict.fromkeys(warnings)))
    return _identified(post, keys, name, url, identify)


def _describe(keys: Keys, title: _Title, body: Body, name: str, source: str) -> Post:
    published, published_raw = keys.published()
    updated, updated_raw = keys.updated()
    if published is None:
        commented = _COMMENTED_DATE.search(source[:20_000])
        dated = _DATED.match(_file_name(name))
        raw = (commented[1].strip() if commented else "") or (dated[1] if dated else "")
        published, published_raw = parse_date(raw), raw or published_raw
    licence = keys.text("license", "licence")
    return Post(
        site="file",
        native_id=name,
        url="",
        title=title.text,
        author=keys.author(),
        kind=keys.kind() or title.kind,
        published_at=published,
        published_raw=published_raw,
        updated_at=updated,
        updated_raw=updated_raw,
        description=keys.text("description", "desc", "summary", "excerpt", "abstract", "摘要"),
        language=keys.text("language", "lang", "locale") or script_language(_prose(title.text, body)),
        categories=keys.names("categories", "category", "分类"),
        tags=keys.names("tags", "tag", "标签"),
        keywords=_keywords(keys),
        cover_url=keys.cover(),
        license="" if licence.lower() in ("true", "false") else licence,
        markdown=body.markdown,
        text=body.text,
        images=body.images,
        links=body.links,
        code_blocks=body.code_blocks,
        headings=body.headings,
        parser=PARSER,
    )


def _prose(title: str, body: Body) -> str:
    text = body.text
    for block in body.code_blocks:
        text = text.replace(block.text, "", 1)
    return f"{title}\n{text}"


def _keywords(keys: Keys) -> tuple[str, ...]:
    value = keys.value("keywords", "keyword", "关键词")
    return split_list(value) if isinstance(value, str) else keys.names("keywords")


def _identified(post: Post, keys: Keys, name: str, url: str, identify: Identify) -> Post:
    """Return the post under the identity that its front matter, else its address, else its path gives it."""
    claims = [_unhex(keys.text("arturlencode")), *(keys.text(key) for key in _ADDRESSES), url]
    for claim in claims:
        found = identify(claim) if is_url(claim) else None
        if found:
            site, address = found
            author = replace(post.author, id=post.author.id or address.author_id)
            return replace(post, site=site, native_id=address.native_id, url=address.url, author=author)
    if url:
        key = url_key(url)
        cover = resolve(post.cover_url, url) if post.cover_url else ""
        return replace(post, site=host_of(url), native_id=key or url, url=url, cover_url=cover or "")
    return post


def _unhex(text: str) -> str:
    """Return the address in ``arturl_encode``: hexadecimal, with stray colons in some files."""
    try:
        return bytes.fromhex(text.replace(":", "")).decode()
    except ValueError:
        return ""


def _read_export(data: dict[str, Any], markdown: str, warnings: tuple[str, ...]) -> Post:
    """Return the record that this archive wrote; its body is normalized already, but for images put beside it."""
    markdown = point_to_addresses(markdown)
    keys = Keys(data)
    body = outline(markdown)
    raw, updated_raw = keys.text("date"), keys.text("updated")
    return Post(
        site=str(data["site"]),
        native_id=str(data["native_id"]),
        url=_said(data, "url"),
        title=_said(data, "title"),
        author=Author(_said(data, "author_id"), _said(data, "author")),
        kind=read_kind(_said(data, "kind")),
        published_at=parse_date(raw),
        published_raw=raw,
        updated_at=parse_date(updated_raw),
        updated_raw=updated_raw,
        description=_said(data, "description"),
        language=_said(data, "language"),
        categories=_listed(data, "categories"),
        tags=_listed(data, "tags"),
        keywords=_listed(data, "keywords"),
        cover_url=_said(data, "cover"),
        license=_said(data, "license"),
        markdown=markdown,
        text=body.text,
        images=body.images,
        links=body.links,
        code_blocks=body.code_blocks,
        headings=body.headings,
        front_matter={key: value for key, value in data.items() if key not in _EXPORTED},
        warnings=tuple(dict.fromkeys((*warnings, *body.warnings))),
        parser=PARSER,
    )


def _said(data: dict[str, Any], key: str) -> str:
    value = data.get(key, "")
    return value if isinstance(value, str) else ""


def _listed(data: dict[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, ())
    return tuple(item for item in ([value] if isinstance(value, str) else value) if isinstance(item, str) and item)


def _is_html(body: str) -> bool:
    """Tell whether a body is HTML throughout: it begins and ends as such and has no Markdown block."""
    if not _HTML_START.match(body):
        return False
    if _DOCUMENT.search(body[:5000]):
        return True
    return body.rstrip().endswith(">") and not any(token.type in _NOT_HTML for token in BLOCKS.parse(body))


def _read_html(text: str, url: str) -> Body | None:
    """Return the content of an HTML body; of a whole document the article alone, if one is found."""
    page = open_page(text, url)
    if page is None:
        return None
    post = article.read(page).post if _DOCUMENT.search(text[:5000]) else None
    if post:
        return Body(post.markdown, warnings=post.warnings)
    element = page.tree.find("body")
    element = page.tree if element is None else element
    clean(element)
    body = convert(element, url)
    return replace(body, warnings=(*page.warnings, *body.warnings))


def _find_title(keys: Keys, markdown: str, name: str) -> _Title:
    """Return the title of key, first heading or file name, and the body without a heading that repeats it.

    A heading that others of its level follow is a section's, and the file's name says more.
    """
    title = " ".join(keys.text("title").split())
    kind: Kind = ""
    badge = _BADGE.match(markdown)
    if badge:
        kind, title, markdown = read_kind(badge[1]), title or badge[2].strip(), markdown[badge.end() :]
    start, end, heading = _first_heading(markdown)
    letters = _letters(heading)
    if title and letters and letters in (_letters(title), _letters(_DATED.sub("", title, count=1))):
        return _Title(heading if _is_slug(title, heading) else title, _without_lines(markdown, start, end), kind)
    if title:
        return _Title(title, markdown, kind)
    headings = outline(markdown).headings
    alone = [one for one in headings if one.level <= headings[0].level] == [*headings[:1]]
    file_name = _file_name(name)
    named = _DATED.sub("", file_name, count=1) or file_name
    if heading and (alone or letters == _letters(named)):
        return _Title(heading, _without_lines(markdown, start, end), kind)
    return _Title(named or (headings[0].text if headings else ""), markdown, kind)


def _first_heading(markdown: str) -> tuple[int, int, str]:
    """Return the lines and plain text of the heading that a body begins with; comments may stand before it."""
    for token in BLOCKS.parse(markdown[:20_000]):
        if token.type == "heading_open" and token.map and token.level == 0:
            start, end = token.map
            lines = markdown.split("\n")[start:end]
            return start, end, next((found.text for found in outline("\n".join(lines)).headings), "")
        if token.type != "html_block" or not token.content.lstrip().startswith("<!--"):
            break
    return 0, 0, ""


def _without_lines(markdown: str, start: int, end: int) -> str:
    lines = markdown.split("\n")
    return "\n".join([*lines[:start], *lines[end:]]).lstrip("\n")


def _letters(text: str) -> str:
    """Return the letters and digits of a text alone: what a slug keeps of a title."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()


def _is_slug(title: str, heading: str) -> bool:
    """Tell whether the title is the heading with punctuation dropped or turned into hyphens."""
    return len(re.findall(r"[^\w\s-]", title)) < len(re.findall(r"[^\w\s-]", heading)) or bool(_DATED.match(title))


def _file_name(name: str) -> str:
    """Return a file's name without its ending; for the index of a folder the folder's."""
    parts = [part for part in name.split("/") if part]
    last = _EXTENSION.sub("", parts[-1]) if parts else ""
    return parts[-2] if last.lower() in ("index", "_index", "readme") and len(parts) > 1 else last
