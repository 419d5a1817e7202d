"""The records that pass between the stages: frozen values that know nothing of how they are made or kept.

An empty string or tuple means "the page does not say". Times are aware datetimes. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["article", "listing", "feed", "gone", "login", "challenge", "empty", "other"]
Kind = Literal["original", "repost", "translation", ""]
Access = Literal["full", "partial"]
Origin = Literal["live", "mirror", "file", "reparse"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post: the platform's account id, the shown name, the address of the home page."""

    id: str = ""
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a body: ``url`` is what to fetch, ``original_url`` the page's own attribute, entities decoded.

    They differ where the page wraps, watermarks or resizes the image.
    """

    url: str
    original_url: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a body: absolute address and its text."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code: ``language`` as declared ('' for none), ``text`` without the fence, every blank kept."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a body: level 1 to 6 and its plain text."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """An ordered series that a post belongs to; ``position`` counts from 1, None where the page does not say."""

    id: str
    title: str = ""
    url: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counters as the page shows them; None where it shows none."""

    reads: int | None = None
    likes: int | None = None
    comments: int | None = None
    collects: int | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """An article's content, once: normalized Markdown and what can be listed of it.

    ``text`` is plain text with code. The tuples are in document order; images and links are absolute.
    """

    markdown: str = ""
    text: str = ""
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    code_blocks: tuple[CodeBlock, ...] = ()
    headings: tuple[Heading, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """The normalized record of one article. ``(site, native_id)`` names it for ever; ``url`` may be ''."""

    site: str
    native_id: str
    url: str
    title: str
    author: Author = Author()
    kind: Kind = ""
    published_at: datetime | None = None
    published_raw: str = ""
    updated_at: datetime | None = None
    updated_raw: str = ""
    description: str = ""
    language: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    cover_url: str = ""
    license: str = ""
    markdown: str = ""
    text: str = ""
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    code_blocks: tuple[CodeBlock, ...] = ()
    headings: tuple[Heading, ...] = ()
    columns: tuple[Column, ...] = ()
    metrics: Metrics = Metrics()
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    access: Access = "full"
    warnings: tuple[str, ...] = ()
    parser: str = ""
    """Which reader made it, as site/version; a higher version is a reason to read the snapshot again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A post as a list, feed, API or sitemap names it; ``position`` counts from 1 where the list has an order."""

    url: str
    native_id: str = ""
    title: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What reading some bytes gave.

    ``post`` only for the verdict "article"; ``links`` are the posts that a listing or feed names; ``total`` is the
    site's own count of them; ``next_url`` the page that continues the list ('' for none); ``reason`` says in a
    few words why the verdict is what it is; ``feeds`` are those that the page announces.
    """

    verdict: Verdict
    reason: str = ""
    post: Post | None = None
    links: tuple[Entry, ...] = ()
    assets: tuple[str, ...] = ()
    total: int | None = None
    next_url: str = ""
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The bytes of one answer, decompressed, with what was said about them. ``url`` is the final address."""

    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    requested_url: str = ""

    def header(self, name: str) -> str:
        """Return the first header of that name in any case, or ''."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def content_type(self) -> str:
        """The Content-Type header as sent, or ''."""
        return self.header("content-type")


@dataclass(frozen=True, slots=True)
class HostState:
    """What is remembered about a host between requests and runs.

    ``robots_body`` is None while never fetched; ``robots_status`` 0 stands for an unreachable host.
    ``delay_s`` is the adapted delay; ``failures`` counts failures in a row.
    """

    host: str
    robots_body: str | None = None
    robots_status: int | None = None
    robots_at: datetime | None = None
    delay_s: float | None = None
    paused_until: datetime | None = None
    pause_reason: str = ""
    failures: int = 0
