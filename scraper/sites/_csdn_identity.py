"""Which CSDN post a page is: by its address, what it says of itself, and what those who kept it wrote on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from scraper.parse.page import Page
from scraper.parse.site import Address
from scraper.parse.tree import Element, text_of
from scraper.sites._csdn_address import address, post_address
from scraper.urls import parse_url

_SAVERS = ("savepage-url", "source-url", "dc.source", "dcterms.source")
"""Meta elements of Save Page WE, of Evernote, and of what follows Dublin Core (EPUB)."""

_SOURCE = re.compile(
    r"(?:原文|来源|出处|来自|链接|地址|网址|source|original|url|link|from|via)[^\w\s]{0,3}\s{0,3}[(（<【\[]?\s?"
    r"(https?://[^\s\"'<>()（）\[\]，。；]{1,300})",
    re.IGNORECASE,
)
_SOURCE_LABEL = re.compile(
    r"(?:查看|阅读|本文)?(?:原文|来源|出处)(?:链接|地址|网址)?|(?:view )?(?:source|original)", re.IGNORECASE
)
_SAVED_COMMENT = re.compile(r"\s*(?:Mirrored|Saved) from (\S{1,400}) ", re.IGNORECASE)
"""HTTrack's and monolith's."""
_OWN_HEADERS = ("article-source-link", "article-info-box", "article_manage", "article_bar")
_SCRIPTS = ("script", "style", "noscript", "template")


def identify(page: Page, variables: Mapping[str, str], body: Element | None = None) -> tuple[Address, tuple[str, ...]]:
    """Return the post that the page is: by its canonical link, the address asked for, or else its own words.

    Where canonical link and address asked for differ, another post was served: a warning says so. The user is the
    one of the canonical address: the one asked for may be an old name, the one in scripts too.
    ``body`` is the article, whose own links say nothing. An address without an id stands for a fragment that names
    no post.
    """
    said = [found for url in _own_addresses(page, variables) if (found := _post(url))]
    asked = _post(page.url) or next(iter(said), None)
    wanted = asked.native_id if asked else ""
    asked = _post(page.meta.canonical_url) or asked
    native_id = asked.native_id if asked else _script_id(variables)
    if not native_id and body is not None and (asked := _source(page, body)):
        native_id, said = asked.native_id, [asked]
    same = [found for found in said if found.native_id == native_id]
    users = (*(found.author_id for found in same), asked.author_id if asked else "", variables.get("username", ""))
    user = next((name for name in users if name), "")
    if not native_id:
        return Address("post", "", "", user), ()
    other = wanted if wanted not in ("", native_id) else said[0].native_id if said and not same else ""
    differs = f"this is post {native_id}, and {other} is named too" if other else ""
    warnings = (differs,) if differs else ()
    if not user and asked:
        return asked, warnings
    return post_address(native_id, user), warnings


def _post(url: str) -> Address | None:
    found = address(url) if url else None
    return found if found and found.kind == "post" else None


def _own_addresses(page: Page, variables: Mapping[str, str]) -> Iterator[str]:
    yield from page.meta.addresses
    for title in page.index.classed("link_title"):
        for link in title.iter("a"):
            parsed = parse_url(link.get("href") or "", "https://blog.csdn.net/")
            yield parsed.href if parsed else ""
    yield variables.get("articleDetailUrl", "")
    yield variables.get("curentUrl", "")
    yield from (str(item.get("@id") or "") for item in page.meta.json_ld)
    for box in page.index.classed("article-copyright", "article-source-link"):
        text = text_of(box)
        if "版权声明" in text or "本文链接" in text:
            yield text[text.find("http") :].partition(" ")[0]
    yield page.meta.saved_from_url


def _script_id(variables: Mapping[str, str]) -> str:
    ids = (variables.get(name, "") for name in ("articleId", "articleID", "fileName"))
    return next((value for value in ids if re.fullmatch(r"[1-9][0-9]{0,18}", value)), "")


def _source(page: Page, body: Element) -> Address | None:
    """Return the post that a tool named as the source of what it kept; None for none or, in its text, several."""
    if found := next((post for url in _kept_from(page) if (post := _post(url))), None):
        return found
    if page.index.classed(*_OWN_HEADERS):
        return None  # CSDN's own pages name the source of a repost in the same words
    named = {post.native_id: post for url in _named_sources(page, body) if (post := _post(url))}
    return next(iter(named.values())) if len(named) == 1 else None


def _kept_from(page: Page) -> Iterator[str]:
    """Yield the addresses that savers write beside a page: in its head, on its root, in a comment."""
    yield from (page.meta.meta.get(name, "") for name in _SAVERS)
    yield page.tree.get("data-scrapbook-source") or ""
    yield from (base.get("href") or "" for base in page.tree.iter("base"))
    for comment in (*page.tree.itersiblings(etree.Comment, preceding=True), *page.tree.iter(etree.Comment)):
        if found := _SAVED_COMMENT.match(comment.text or ""):
            yield found[1] if "://" in found[1] else f"https://{found[1]}"


def _named_sources(page: Page, body: Element) -> Iterator[str]:
    """Yield the addresses that stand around the body after words such as "source", or under the title."""
    text: list[str] = []
    walk = etree.iterwalk(page.tree, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            text.append(element.tail or "")
            continue
        if element is body or element.tag in _SCRIPTS:
            walk.skip_subtree()
            continue
        if element.tag == "a" and (href := element.get("href") or ""):
            text.append(f" {href} ")
            in_title = any(ancestor.tag in ("h1", "h2") for ancestor in element.iterancestors())
            if in_title or _SOURCE_LABEL.fullmatch(text_of(element)) or "reader-domain" in (element.get("class") or ""):
                yield href
        text.append(element.text or "")
    yield from _SOURCE.findall("".join(text))
