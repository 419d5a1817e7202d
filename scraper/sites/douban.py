"""Douban groups (www.douban.com/group): the first post of a topic; its replies are no part of it."""

from __future__ import annotations

import re
from dataclasses import replace

from scraper.models import Author, Metrics, Parsed
from scraper.parse.counts import read_count
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, text
from scraper.parse.site import Address, Site, draft, identify, read_body
from scraper.parse.verdict import judge
from scraper.sites._lists import read_links
from scraper.urls import parse_url

_HOME = "https://www.douban.com"
_TOPIC = re.compile(r"/group/topic/(?P<id>[0-9]{4,12})/?")
_GROUP = re.compile(r"/group/(?P<id>[\w-]{2,40})/(?:discussion)?")
_PERSON = re.compile(r"/people/(?P<id>[\w.-]{1,40})/?")


def address(url: str) -> Address | None:
    """Return what an address names: a topic, or the group, which is read as a column."""
    parsed = parse_url(url)
    if parsed is None or parsed.hostname not in ("www.douban.com", "m.douban.com"):
        return None
    if match := _TOPIC.fullmatch(parsed.pathname):
        return Address("post", match["id"], f"{_HOME}/group/topic/{match['id']}/")
    if (match := _GROUP.fullmatch(parsed.pathname)) and match["id"] not in ("topic", "explore", "search"):
        return Address("column", match["id"], f"{_HOME}/group/{match['id']}/discussion")
    return None


def claims(page: Page) -> bool:
    """Tell whether a page has the template of a topic."""
    return (
        first(page, "#link-report .topic-content | #link-report .topic-richtext") is not None and "douban" in page.text
    )


def read(page: Page) -> Parsed:
    """Return the topic of a page, or the list that it is."""
    body = first(page, "#link-report .topic-richtext | #link-report .topic-content | #link-report .rich-content")
    if body is None:
        return read_links(page, address, "table.olt td.title a", _HOME) or judge(page)
    where = identify(page, address) or address(text(page, "#reviews a[href*=/group/topic/]@href"))
    writer = text(page, ".topic-doc .from a@href")
    parsed = parse_url(writer)
    person = _PERSON.fullmatch(parsed.pathname) if parsed else None
    published = text(page, ".topic-doc h3 .color-green | .topic-doc .create-time")
    post = replace(
        draft(page, SITE.parser, where),
        title=text(page, "#content h1"),
        author=Author(person["id"] if person else "", text(page, ".topic-doc .from a"), writer),
        published_at=parse_date(published),
        published_raw=published,
        metrics=Metrics(likes=read_count(text(page, ".sns-bar .fav-num | .action-react-num"))),
    )
    return read_body(post, body, base_url=_HOME)


SITE = Site(
    name="douban",
    version=1,
    address=address,
    claims=claims,
    read=read,
    delay_s=3.0,
    hosts=(re.compile(r"(?:www|m)\.douban\.com"),),
    home=_HOME,
)
