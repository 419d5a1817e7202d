"""Douban (www.douban.com): the first post of a group's topic, without its replies, and people's notes."""

from __future__ import annotations

import re
from dataclasses import replace

from scraper.models import Author, Metrics, Parsed
from scraper.parse.counts import read_count
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, text
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_answer, read_links
from scraper.urls import parse_url

_HOME = "https://www.douban.com"
_TOPIC = re.compile(r"/group/topic/(?P<id>[0-9]{4,12})/?")
_NOTE = re.compile(r"/note/(?P<id>[0-9]{4,12})/?")
_GROUP = re.compile(r"/group/(?P<id>[\w-]{2,40})/(?:discussion)?")
_PERSON = re.compile(r"/people/(?P<id>[\w.-]{1,40})(?:/notes)?/?")
_BODY = (
    "#link-report .topic-richtext | #link-report .topic-content | #link-report .rich-content"
    " | .note-container #link-report .note | .note-container #link-report"
)
_LINKS = "table.olt td.title a | .note-container .note-header-container h3 a | .note-header-container h3 a"
_TOPICS_A_PAGE, _NOTES_A_PAGE = 25, 10


def address(url: str) -> Address | None:
    """Return what an address names: a topic, its group, which is read as a column, a note, or the notes of a person.

    Topics and notes are numbered apart, so a note's number alone would not name it.
    """
    parsed = parse_url(url)
    if parsed is None or parsed.hostname not in ("www.douban.com", "m.douban.com"):
        return None
    path = parsed.pathname
    if match := _TOPIC.fullmatch(path):
        return Address("post", match["id"], f"{_HOME}/group/topic/{match['id']}/")
    if match := _NOTE.fullmatch(path):
        return Address("post", f"note/{match['id']}", f"{_HOME}/note/{match['id']}/")
    if (match := _GROUP.fullmatch(path)) and match["id"] not in ("topic", "explore", "search"):
        return Address("column", match["id"], f"{_HOME}/group/{match['id']}/discussion")
    if match := _PERSON.fullmatch(path):
        return Address("author", match["id"], f"{_HOME}/people/{match['id']}/notes", match["id"])
    return None


def claims(page: Page) -> bool:
    """Tell whether a page has the template of a topic or a note."""
    return first(page, _BODY) is not None and "douban" in page.text


def read(page: Page) -> Parsed:
    """Return the topic or note of a page, or the list that it is."""
    body = first(page, _BODY)
    if body is None:
        return _read_links(page) or judge(page)
    where = identify(page, address) or address(text(page, "#reviews a[href*=/group/topic/]@href"))
    writer = text(page, ".topic-doc .from a@href | a.note-author@href")
    home = address(writer)
    published = text(page, ".topic-doc h3 .color-green | .topic-doc .create-time | .note-header .pub-date")
    post = replace(
        draft(page, SITE.parser, where),
        title=text(page, ".note-header h1 | #content h1"),
        author=Author(home.author_id if home else "", text(page, ".topic-doc .from a | a.note-author"), writer),
        published_at=parse_date(published),
        published_raw=published,
        metrics=Metrics(likes=read_count(text(page, ".sns-bar .fav-num | .action-react-num"))),
    )
    return read_body(post, body, base_url=_HOME)


def _read_links(page: Page) -> Parsed | None:
    return read_links(page, address, _LINKS, _HOME)


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the topics of a group or the notes of a person that a page or feed names.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, _read_links)


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for one page of topics or notes, best first: the list, then the feed of the newest."""
    if where.kind == "column":
        start, feed = (page - 1) * _TOPICS_A_PAGE, f"{_HOME}/feed/group/{where.native_id}/discussion"
    elif where.kind == "author":
        start, feed = (page - 1) * _NOTES_A_PAGE, f"{_HOME}/feed/people/{where.native_id}/notes"
    else:
        return ()
    newest = (ListRequest(feed, "rss"),) if page == 1 else ()
    return (ListRequest(f"{where.url}?start={start}", "list"), *newest)


SITE = Site(
    name="douban",
    version=2,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=3.0,
    hosts=(re.compile(r"(?:www|m)\.douban\.com"),),
    home=_HOME,
)
