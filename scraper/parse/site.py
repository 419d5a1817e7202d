"""What a platform is: one frozen value that says only what differs from an ordinary page. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from scraper.models import Parsed

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SeedKind = Literal["post", "author", "column", "feed", "sitemap", "blog"]


@dataclass(frozen=True, slots=True)
class Address:
    """What an address of a platform names: a post, author or column, its native id, and its canonical form."""

    kind: SeedKind
    native_id: str
    url: str
    author_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page under the reader: its text, its tree, the address that it was asked by."""

    url: str
    text: str
    tree: HtmlElement
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListRequest:
    """One request for a part of a list: its address, the headers it needs, and which way of discovery it is."""

    url: str
    way: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Site:
    """A platform: how its addresses, pages and lists are told from others and read.

    ``address`` maps a URL to what it names, None where it is not this platform's. ``claims`` says whether a page
    of unknown address carries this platform's markup. ``read`` turns such a page into Parsed; ``read_list``
    does so for an answer of one of its lists (JSON, feed or page). ``list_requests`` gives, for an author or
    column, the ways to ask for page N (from 1) of its list, best first. ``hosts`` are full-match patterns.
    ``version`` is raised whenever the output for the same bytes changes.
    """

    name: str
    version: int
    address: Callable[[str], Address | None]
    claims: Callable[[Page], bool]
    read: Callable[[Page], Parsed]
    read_list: Callable[[bytes, str, str], Parsed] | None = None
    list_requests: Callable[[Address, int], tuple[ListRequest, ...]] | None = None
    delay_s: float = 1.0
    hosts: tuple[re.Pattern[str], ...] = field(default=())

    @property
    def parser(self) -> str:
        """The reader's name and version as a record keeps it."""
        return f"{self.name}/{self.version}"
