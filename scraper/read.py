"""Bytes into records: decode, tell what they are, choose the platform's reader. Pure: same bytes, same answer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import PurePosixPath

from scraper import sites
from scraper.models import Parsed, Post
from scraper.parse import article
from scraper.parse.discovery import announced_feeds
from scraper.parse.encoding import decode
from scraper.parse.feeds import is_feed, parse_feed
from scraper.parse.mhtml import open_mhtml
from scraper.parse.page import Page, open_page
from scraper.parse.seed_lists import read_seed_list
from scraper.parse.site import Address, Site
from scraper.parse.tree import text_of
from scraper.urls import host_of, parse_url, url_key

_MARKDOWN_NAMES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx"})
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|article|section|main|p|pre|table|h[1-6]|script|link|!--)\b|<!--",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?:<!--.{0,500}?-->\s{0,20})?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_WARC = re.compile(r"WARC/[0-9]\.")
_FENCE = re.compile(r"(?:\ufeff|\s)*(?:---|\+\+\+|;;;)[ \t-]*\r?\n")


def parse(body: bytes, url: str, *, content_type: str = "", site: str = "", name: str = "") -> Parsed:
    """Return what these bytes are: an article with its post, a list or feed, or why they are none.

    ``url`` is the address they came from, '' for a file, whose ``name`` is then its path below the imported
    folder. ``site`` names the platform whose reader is to be used, whatever the address says.

    Raises:
        ParseError: bytes that are no text at all.
    """
    if (saved := open_mhtml(body)) is not None:
        body, url, content_type = saved.body, url or saved.url, saved.content_type
    decoded = decode(body, content_type)
    text = decoded.text.lstrip("\ufeff")
    if not text.strip(" \t\r\n\0"):
        return Parsed("empty", "there is nothing in it")
    if _WARC.match(text):
        return Parsed("other", "a WARC file, which is not read")
    kind = _kind(text, url or name, content_type)
    if kind != "markdown" and (listed := read_seed_list(text)):
        return listed
    forced = sites.by_name(site) if site else None
    if kind == "json":
        return _read_list(body, url, content_type, forced)
    if kind == "feed":
        chosen = forced or _site_of(url)
        if chosen and chosen.read_list:
            return chosen.read_list(body, url, content_type)
        return parse_feed(text, url)
    if kind == "markdown":
        from scraper.parse.post_file import read_post_file  # with the readers of Markdown and YAML, 40 ms

        post = read_post_file(text, name=name, url=url, identify=identify)
        if post is None:
            return Parsed("other", "a text file without a post")
        return Parsed("article", "a Markdown file", replace(post, warnings=(*decoded.warnings, *post.warnings)))
    utf8 = decoded.utf8 if len(text) == len(decoded.text) else None
    page = open_page(text, url, name=name, warnings=decoded.warnings, utf8=utf8) if kind == "html" else None
    if page is None:
        return Parsed("other", "neither a page nor a post")
    source = _shown_source(page)
    if source and _shown_source(open_page(source)) == "":
        return parse(source.encode(), url, site=site, name=name)
    return replace(_read_page(page, forced), feeds=announced_feeds(page))


def _shown_source(page: Page | None) -> str:
    """Return the page, feed or JSON whose text is all that a page shows, in one ``pre``; '' for any other page.

    Browsers save what was sent as plain text so, and some tools what they took for text.
    """
    body = page.tree.find("body") if page else None
    pre = body.find("pre") if body is not None else None
    if pre is None or len(pre) or text_of(pre) != text_of(body):
        return ""
    source = (pre.text or "").lstrip("\ufeff \t\r\n")
    whole = _WHOLE.match(source) or is_feed(source) or (source.startswith(("{", "[")) and _is_json(source))
    return source if whole else ""


def identify(url: str) -> tuple[str, Address] | None:
    """Return the platform's name and post that an address names, or None where it names no platform's post."""
    found = sites.find(url)
    return (found[0].name, found[1]) if found and found[1].kind == "post" else None


def _kind(text: str, name: str, content_type: str) -> str:
    """Return "json", "feed", "html", "markdown" or "" for what a text is; its own form counts before its label."""
    start = text[:4000].lstrip()
    media_type = content_type.partition(";")[0].strip().lower()
    suffix = _suffix(name)
    if suffix in _MARKDOWN_NAMES or _FENCE.match(text) or media_type in ("text/markdown", "text/x-markdown"):
        return "markdown"
    if is_feed(start):
        return "feed"
    if start.startswith(("{", "[")) and _is_json(text):
        return "json"
    if media_type in ("text/html", "application/xhtml+xml") or _HTML.search(start):
        return "html"
    if media_type == "text/plain" or suffix in ("", ".txt", ".robots"):
        return ""
    return "html" if "<" in start else ""


def _suffix(name: str) -> str:
    parsed = parse_url(name)
    return PurePosixPath(parsed.pathname if parsed else name).suffix.lower()


def _is_json(text: str) -> bool:
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _read_list(body: bytes, url: str, content_type: str, forced: Site | None) -> Parsed:
    """Return the list that a JSON answer is: by the platform of its address, else by the one that can read it."""
    chosen = forced or _site_of(url)
    candidates = [chosen] if chosen else sites.all_sites()
    answers = [site.read_list(body, url, content_type) for site in candidates if site.read_list]
    if chosen and answers:
        return answers[0]
    lists = [answer for answer in answers if answer.verdict == "listing"]
    return lists[0] if len(lists) == 1 else Parsed("other", "JSON that is no list of a known platform")


def _site_of(url: str) -> Site | None:
    """Return the one platform that an address or else its host belongs to, or None."""
    if found := sites.find(url):
        return found[0]
    parsed = parse_url(url)
    host = parsed.hostname if parsed else ""
    hosts = [site for site in sites.all_sites() if any(pattern.fullmatch(host) for pattern in site.hosts)]
    return hosts[0] if len(hosts) == 1 else None


def _read_page(page: Page, forced: Site | None) -> Parsed:
    chosen = forced or _by_address(page)
    parsed, warning = (chosen.read(page), "") if chosen else _read_by_markup(page)
    if parsed.verdict == "other" and chosen and not forced and not _is_served_by(page, chosen):
        other, said = _read_by_markup(page)
        if other.verdict != "other":
            parsed, warning = other, said or f"a page of another site under an address of {chosen.name}"
    if parsed.post is None:
        return parsed
    post = _name_file(parsed.post, page)
    if forced and any(url_key(url) == url_key(page.url) for url in page.meta.addresses):
        post = replace(post, url=page.url)  # the page itself says that this is where it lives
    return replace(parsed, post=replace(post, warnings=(*post.warnings, warning)) if warning else post)


def _is_served_by(page: Page, site: Site) -> bool:
    """Tell whether a page loads its scripts, styles or itself from the platform; its text may only mention it."""
    loaded = (element.get("href") or element.get("src") or "" for element in page.tree.iter("link", "script"))
    return any(site.name in host_of(url) for url in (*page.meta.addresses, *loaded) if "//" in url[:8])


def _by_address(page: Page) -> Site | None:
    """Return the platform whose address the page has, or calls its own where it was saved without one."""
    if page.url:
        return _site_of(page.url)
    for url in (*page.meta.addresses, page.meta.saved_from_url):
        found = sites.find(url) if url else None
        if found and (found[1].kind == "post" or url != page.meta.saved_from_url):
            return found[0]
    return None


def _read_by_markup(page: Page) -> tuple[Parsed, str]:
    """Read a page by the platform whose markup it carries, else as an ordinary one.

    Two platforms with the same claim leave the page to the generic reader, with a warning.
    """
    claims = [site for site in sites.all_sites() if site.claims(page)]
    if len(claims) == 1:
        return claims[0].read(page), ""
    names = ", ".join(site.name for site in claims)
    return article.read(page), f"claimed by several platforms: {names}" if names else ""


def _name_file(post: Post, page: Page) -> Post:
    """Return the post under its address or the name of its file, where nothing in the page says which post it is."""
    title = post.title or PurePosixPath(page.name).stem
    if post.native_id:
        return replace(post, title=title)
    if key := url_key(page.url):
        return replace(post, site=host_of(page.url), native_id=key, url=page.url, title=title)
    return replace(post, site="file", native_id=page.name, title=title)
