"""CSDN blogs (blog.csdn.net): articles of every template since 2012, author and column lists, API and feed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml.html import HtmlElement

from scraper.models import Parsed
from scraper.parse.clean import clean
from scraper.parse.markdown import convert
from scraper.parse.page import Index, Page, script_language, script_variables
from scraper.parse.site import Address, Site, article
from scraper.parse.tree import text_of
from scraper.parse.verdict import judge
from scraper.sites._csdn_address import HOSTS, address, post_address
from scraper.sites._csdn_header import VARIABLES, read_header
from scraper.sites._csdn_images import original_image
from scraper.sites._csdn_lists import list_requests, read_list, read_list_page
from scraper.urls import host_of, parse_url, unwrap

_FOLDS = ("vip-mask", "column-mask", "read-all-content-btn", "vip-article-read", "hide-article-box")
_PAID = re.compile(r"解锁|付费|订阅|VIP|会员|购买|关注.{0,6}(?:阅读|查看|可见)", re.IGNORECASE)
_MISSING = re.compile(
    r"(?:剩余|还有|余下)[^\d。]{0,8}\d{1,3}(?:\.\d{1,2})?\s{0,2}%[^。，\s]{0,8}|共\s{0,2}\d{1,7}\s{0,2}字"
)
_CHROME = frozenset({
    "article-copyright", "hide-article-box", "more-toolbox", "recommend-box", "toc", "pre-numbering", "hljs-button",
    "hide-preCode-box", "btn-code-notes", "opt-box", "bog_copyright", "vip-mask", "column-mask", "look-more-preCode",
    "read-all-content-btn", "article-source-link", "blog_extension", "MathJax_Preview", "signin",
})  # fmt: skip


def claims(page: Page) -> bool:
    """Tell whether a page has CSDN's own template, rather than a text copied from it into another's page."""
    hosts = (host_of(url) for url in (page.url, *page.meta.addresses))
    if any(host.endswith("csdn.net") and not _is_blog(host) for host in hosts):
        return False  # wenku and others are made with the same editors
    body = _find_body(page.index)
    if body is None:
        return False
    header = page.index.classed("article-title-box", "article-info-box", "article_title", "article_manage")
    return bool(header and "csdn" in page.text) or _is_fragment(page, body)


def read(page: Page) -> Parsed:
    """Return the article of a page, or the list that it is, or why it is neither."""
    body = _find_body(page.index)
    if body is None:
        return read_list_page(page) or judge(page)
    variables = script_variables(page.tree, VARIABLES)
    where, warnings = _identify(page, variables)
    post = read_header(page, where, variables)
    missing = _missing(page.index, variables)
    _keep_contents_title(body)
    clean(body, _is_chrome)
    _unwrap_links(body)
    content = convert(body, where.url or page.url or "https://blog.csdn.net/", image_url=original_image)
    if not (content.text or content.images or content.links):
        return Parsed("empty", "the article's body is empty")
    post = replace(
        post,
        title=post.title or (content.headings[0].text if content.headings else ""),
        language=post.language or script_language(content.text),
        access="partial" if missing else "full",
        warnings=(*page.warnings, *warnings, *([missing] if missing else [])),
        parser=SITE.parser,
    )
    return article(post, content)


def _find_body(index: Index) -> HtmlElement | None:
    bodies = (
        *index.identified("content_views"),
        *(body for body in index.classed("htmledit_views", "markdown_views") if body.tag == "div"),
        *index.identified("article_content"),
        *(body for body in index.classed("article_content") if body.tag == "div"),
    )
    return next(iter(bodies), None)


def _is_blog(host: str) -> bool:
    return any(pattern.fullmatch(host) for pattern in HOSTS)


def _is_fragment(page: Page, body: HtmlElement) -> bool:
    """Tell whether the page is little more than a body cut out of CSDN's template."""
    return len(text_of(body)) * 10 >= len(text_of(page.tree.find("body"))) * 9


def _keep_contents_title(body: HtmlElement) -> None:
    """Keep the title that an author gave to a table of contents (``@[TOC](title)``): often it is the post's own."""
    for title in list(body.iter("h3", "h4")):
        contents = title.getparent()
        if "toc" in (contents.get("class") or "").split() and text_of(title) not in ("", "目录", "文章目录"):
            contents.addprevious(title)


def _unwrap_links(body: HtmlElement) -> None:
    """Let links lead where their author meant them to: CSDN's scripts put a page of its own in between."""
    for link in body.iter("a"):
        href = link.get("href") or ""
        if "link.csdn.net" in href:
            link.set("href", unwrap(href))


def _is_chrome(element: HtmlElement) -> bool:
    classes = element.get("class")
    if classes and not _CHROME.isdisjoint(classes.split()):
        return True
    return element.tag == "p" and (element.get("id") or "").endswith("-toc")


def _identify(page: Page, variables: Mapping[str, str]) -> tuple[Address, tuple[str, ...]]:
    """Return the post that the page is: by its canonical link, the address asked for, or else its own words.

    Where canonical link and address asked for differ, another post was served: a warning says so. The user is the one of the canonical address: the one asked for may be an old name, the one in scripts too.
    An address without an id stands for a fragment that names no post.
    """
    said = [found for url in _own_addresses(page, variables) if (found := address(url)) and found.kind == "post"]
    asked = address(page.url)
    if asked is None or asked.kind != "post":
        asked = said[0] if said else None
    wanted = asked.native_id if asked else ""
    canonical = address(page.meta.canonical_url)
    if canonical is not None and canonical.kind == "post":
        asked = canonical
    native_id = asked.native_id if asked else _script_id(variables)
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


def _missing(index: Index, variables: Mapping[str, str]) -> str:
    """Return what the page says of the part it keeps back, or ''.

    "阅读更多" and "展开阅读全文" only fold a text that is there as a whole.
    """
    boxes = [text for box in index.classed(*_FOLDS) if _PAID.search(text := text_of(box))]
    if not boxes and variables.get("canRead") != "false":
        return ""
    told = next((found[0] for text in boxes if (found := _MISSING.search(text))), "")
    return f"the article is not given as a whole: {told or 'the page does not say how much is missing'}"


SITE = Site(
    name="csdn",
    version=1,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=HOSTS,
    home="https://blog.csdn.net",
)
