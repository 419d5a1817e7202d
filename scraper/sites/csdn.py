"""CSDN blogs (blog.csdn.net): articles of every template since 2012, author and column lists, API and feed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scraper.models import Parsed
from scraper.parse.clean import clean
from scraper.parse.escape import encode_url
from scraper.parse.page import Index, Page, find_json_ld, script_language, script_variables
from scraper.parse.site import Address, Site, article
from scraper.parse.tree import Element, text_of
from scraper.parse.verdict import judge
from scraper.sites._csdn_address import HOSTS, address, is_blog, unarchived
from scraper.sites._csdn_fragment import is_fragment, overlay, read_wrapper
from scraper.sites._csdn_header import HEADERS, VARIABLES, read_header, without_ends
from scraper.sites._csdn_identity import identify
from scraper.sites._csdn_images import original_image
from scraper.sites._csdn_lists import list_requests, read_list, read_list_page
from scraper.urls import host_of, unwrap

_FOLDS = ("vip-mask", "column-mask", "read-all-content-btn", "vip-article-read", "hide-article-box")
_PAID = re.compile(r"解锁|付费|订阅|VIP|会员|购买|关注.{0,6}(?:阅读|查看|可见)", re.IGNORECASE)
_MISSING = re.compile(
    r"(?:剩余|还有|余下)[^\d。]{0,8}\d{1,3}(?:\.\d{1,2})?\s{0,2}%[^。，\s]{0,8}|共\s{0,2}\d{1,7}\s{0,2}字"
)
_CHROME = frozenset({
    "article-copyright", "hide-article-box", "more-toolbox", "recommend-box", "toc", "pre-numbering", "hljs-button",
    "hide-preCode-box", "btn-code-notes", "opt-box", "bog_copyright", "vip-mask", "column-mask", "look-more-preCode",
    "read-all-content-btn", "article-source-link", "blog_extension", "MathJax_Preview", "signin", "article-show-more",
    "readall_box", "blog-tags-box", "article-info-box", "article-title-box", "article_manage", "article_bar",
    "article_title", "csdn_top", "title-article", "recommend-item-box", "recommend-tit-mod", "first-recommend-box",
    "second-recommend-box", "recommend-ask-box", "recommend-nps-box", "insert-baidu-box", "recommend_list",
    "similar_article", "comment-box", "comment_box", "skill-tree-box", "person-messagebox", "reward-box",
    "template-box", "csdn-side-toolbar", "passport-login-container", "csdn-redpack", "treeSkill", "recommendNps",
    "blogColumnPayAdvert",
    "blogExtensionBox", "blogHuaweiyunAdvert",
})  # fmt: skip
"""Classes and ids of what the site adds, in older templates inside the body too."""
_CONTENTS_MARK = re.compile(r"@?\[toc\](?:[(（].{0,80}[)）])?|@toc", re.IGNORECASE)


def claims(page: Page) -> bool:
    """Tell whether a page has CSDN's own template, rather than a text copied from it into another's page."""
    hosts = (host_of(url) for url in (page.url, *page.meta.addresses))
    if any(host.endswith("csdn.net") and not is_blog(host) for host in hosts):
        return False  # wenku and others are made with the same editors
    body = _find_body(page.index)
    if body is None:
        return False
    return bool(page.index.classed(*HEADERS) and "csdn" in page.text) or is_fragment(page, body)


def read(page: Page) -> Parsed:
    """Return the article of a page, or the list that it is, or why it is neither."""
    body = _find_body(page.index)
    if body is None:
        return read_list_page(page) or _read_unknown(page)
    variables = script_variables(page.tree, VARIABLES)
    where, warnings = identify(page, variables, body)
    post = read_header(page, where, variables)
    if not page.index.classed(*HEADERS):
        post = read_wrapper(page, body, post)
    missing = _missing(page.index, variables)
    _keep_contents_title(body)
    _divide_options(body)
    chrome = {*page.index.classed(*_CHROME), *page.index.identified(*_CHROME), *_contents(body)}
    clean(body, chrome)
    _unwrap_links(page, body)
    from scraper.parse.markdown import convert

    content = convert(body, where.url or page.url or "https://blog.csdn.net/", image_url=original_image)
    if not (content.text or content.images or content.links):
        return Parsed("empty", "the article's body is empty")
    post = replace(
        post,
        title=post.title or without_ends(page.meta.title) or (content.headings[0].text if content.headings else ""),
        language=post.language or script_language(content.text),
        access="partial" if missing else "full",
        warnings=(*page.warnings, *warnings, *([missing] if missing else [])),
        parser=SITE.parser,
    )
    return article(post, content)


def _find_body(index: Index) -> Element | None:
    bodies = (
        *index.identified("content_views"),
        *(body for body in index.classed("htmledit_views", "markdown_views") if body.tag == "div"),
        *index.identified("article_content"),
        *(body for body in index.classed("article_content") if body.tag == "div"),
    )
    return next(iter(bodies), None)


def _read_unknown(page: Page) -> Parsed:
    """Return the article of a template not known, found as on any page, as the post that its address names.

    Only a page that calls itself an article may hold one: "not found" pages recommend others.
    """
    variables = script_variables(page.tree, VARIABLES)
    where, warnings = identify(page, variables)
    verdict = judge(page)
    if not (where.native_id and _is_served(page) and _is_article(page, where, verdict)):
        return verdict
    _unwrap_links(page, page.tree)
    for image in page.tree.iter("img"):
        if source := image.get("src"):
            image.set("src", encode_url(original_image(source)))
    from scraper.parse import article as generic

    found = generic.read(page)
    if found.post is None:
        return found
    post = replace(read_header(page, where, variables), parser=SITE.parser, warnings=(*found.post.warnings, *warnings))
    said = found.post.title
    if not said or page.meta.title.startswith(said):
        said = without_ends(page.meta.title)
    return replace(found, post=overlay(found.post, replace(post, title=post.title or said)))


def _is_served(page: Page) -> bool:
    """Tell whether a page comes from CSDN, by its own addresses or by what it loads from there."""
    return "csdnimg.cn/" in page.text or any(is_blog(host_of(url)) for url in page.meta.addresses)


def _is_article(page: Page, where: Address, verdict: Parsed) -> bool:
    """Tell whether a page calls itself an article: by its data, an element, or its own address and a heading.

    A known header without its body, and without the page's end, was cut off: there is nothing to guess.
    """
    has_element = next(page.tree.iter("article"), None) is not None
    if not has_element and page.index.classed(*HEADERS) and "</html" not in page.text[-1000:].lower():
        return False
    if find_json_ld(page.meta, "Article", "BlogPosting", "NewsArticle") or page.meta.meta.get("og:type") == "article":
        return True
    if has_element or verdict.verdict != "other":
        return verdict.verdict == "other"
    said = any(found.native_id == where.native_id for url in page.meta.addresses if (found := address(url)))
    return said and next(page.tree.iter("h1"), None) is not None


def _keep_contents_title(body: Element) -> None:
    """Keep the title that an author gave to a table of contents (``@[TOC](title)``): often it is the post's own."""
    for title in list(body.iter("h3", "h4")):
        contents = title.getparent()
        if contents is None:
            continue
        if "toc" in (contents.get("class") or "").split() and text_of(title) not in ("", "目录", "文章目录"):
            contents.addprevious(title)


def _divide_options(body: Element) -> None:
    """Give each choice of a vote a line of its own."""
    for option in body.iter("input"):
        parent = option.getparent()
        if parent is not None and parent.tag == "label" and (option.get("type") or "").lower() in ("radio", "checkbox"):
            parent.tag = "p"


def _unwrap_links(page: Page, body: Element) -> None:
    """Let links lead where their author meant them to: CSDN's scripts and archives put pages of their own between."""
    is_copy = any(unarchived(url) != url for url in (page.url, *page.meta.addresses))
    for link in body.iter("a"):
        href = link.get("href") or ""
        if href and (is_copy or "link.csdn.net" in href):
            link.set("href", encode_url(unwrap(unarchived(href) if is_copy else href)))


def _contents(body: Element) -> Iterator[Element]:
    """Yield the paragraphs of a table of contents, and the marks that stand where there was to be one."""
    for paragraph in body.iter("p"):
        if (paragraph.get("id") or "").endswith("-toc") or _CONTENTS_MARK.fullmatch((paragraph.text or "").strip()):
            yield paragraph


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
    version=2,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=2.0,
    hosts=HOSTS,
    home="https://blog.csdn.net",
)
