"""Pages that hold a body cut out of CSDN's template, and what the tool that cut it wrote around it. Pure."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from scraper.models import Author, Post
from scraper.parse.bylines import Zone
from scraper.parse.density import measure
from scraper.parse.metadata import read_header
from scraper.parse.page import Page
from scraper.parse.tree import Element, text_of
from scraper.sites._csdn_address import is_blog
from scraper.urls import host_of

_OWN = frozenset({"content_views", "htmledit_views", "markdown_views", "csdn-tracking-statistics"})
_CONTAINERS = frozenset({"article_content", "baidu_pl", "blog-content-box", "article_details"})
_SAID = (
    "title", "kind", "published_at", "published_raw", "updated_at", "updated_raw", "description", "language",
    "categories", "tags", "keywords", "cover_url", "license", "columns", "metrics",
)  # fmt: skip
_WRAPPER_CHARS = 400
"""What may stand around a body of any length: title, author, date, address, a line of the tool's own."""


def is_fragment(page: Page, body: Element) -> bool:
    """Tell whether the page is little more than a body cut out of CSDN's template.

    Where the page has an address elsewhere it may be a text copied into a template of that site: then next to
    nothing may stand around it.
    """
    inside = len(text_of(_container(body)))
    around = len(text_of(_root(page, body))) - inside
    if around * 9 <= inside:
        return True
    hosts = (host_of(url) for url in (page.url, *page.meta.addresses))
    return all(map(is_blog, filter(None, hosts))) and _is_own(body) and around <= max(_WRAPPER_CHARS, inside)


def read_wrapper(page: Page, body: Element, post: Post) -> Post:
    """Return the post with what stands around its body, where CSDN's own markup says nothing."""
    root = _root(page, body)
    if text_of(root) == text_of(_container(body)):
        return post
    found = measure(root)
    start = found.place[body]
    zone = Zone(found, start, found.place[_last(body)])
    headings = [text_of(one) for one in page.tree.iter("h1") if found.place.get(one, start) < start]
    if len(headings) == 1:
        post = replace(post, title=post.title or headings[0])
    return overlay(replace(read_header(page, zone, post.parser), title=""), post)


def overlay(said: Post, post: Post) -> Post:
    """Return the first reading under the names of the second, and with all that the second says."""
    known = {name: value for name in _SAID if (value := getattr(post, name))}
    name = post.author.name if post.author.name != post.author.id else said.author.name or post.author.id
    author = Author(post.author.id, name, post.author.url or said.author.url)
    names = {name: getattr(post, name) for name in ("site", "native_id", "url", "warnings", "parser")}
    return replace(said, author=author, **names, **known)


def _root(page: Page, body: Element) -> Element:
    """Return the page's ``body`` element, or its root where the article stands outside that."""
    return next((one for one in (body, *body.iterancestors()) if one.tag == "body"), page.tree)


def _container(body: Element) -> Element:
    """Return the outermost element around the body that is part of CSDN's template."""
    around = [one for one in body.iterancestors() if not _CONTAINERS.isdisjoint(_names(one))]
    return around[-1] if around else body


def _is_own(body: Element) -> bool:
    """Tell whether id and classes of a body are CSDN's: many sites have a class ``article_content``."""
    names = _names(body)
    return not _OWN.isdisjoint(names) or names.count("article_content") > 1


def _names(element: Element) -> list[str]:
    return [*(element.get("class") or "").split(), element.get("id") or ""]


def _last(element: Element) -> Element:
    while (child := next(element.iterchildren(etree.Element, reversed=True), None)) is not None:
        element = child
    return element
