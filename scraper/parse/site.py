"""What a platform is: one frozen value that says only what differs from an ordinary page. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from scraper.models import Body, Parsed, Post
from scraper.parse.clean import clean
from scraper.parse.page import Page, script_language
from scraper.parse.select import select_all
from scraper.parse.tree import Element

SeedKind = Literal["post", "author", "column", "feed", "sitemap", "blog"]


@dataclass(frozen=True, slots=True)
class Address:
    """What an address of a platform names: a post, author or list, its native id and canonical form.

    With ``alias`` it is a second name of a post, whose page tells the native id.
    """

    kind: SeedKind
    native_id: str
    url: str
    author_id: str = ""
    alias: bool = False


@dataclass(frozen=True, slots=True)
class ListRequest:
    """One request for a part of a list: its address, the headers it needs, the way of discovery it is.

    ``content`` is what an API wants to be sent (POST), None where it is only asked (GET).
    """

    url: str
    way: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None


@dataclass(frozen=True)
class Site:
    """A platform: how its addresses, pages and lists are told from others and read.

    ``address`` maps a URL to what it names, None where it is not this platform's. ``claims`` says whether a
    page of unknown address carries this platform's markup. ``read`` turns such a page into Parsed;
    ``read_list`` does so for an answer of one of its lists (JSON, feed or page). ``list_requests`` gives, for
    an author or column, the ways to ask for page N (from 1) of its list, best first. ``hosts`` are full-match
    patterns of all that is read as this platform's, also where ``address`` finds nothing.
    ``home`` is the origin of its pages (https://blog.csdn.net): a mirror's addresses are read as if there.
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
    hosts: tuple[re.Pattern[str], ...] = ()
    home: str = ""

    @property
    def parser(self) -> str:
        """The reader's name and version as a record keeps it."""
        return f"{self.name}/{self.version}"


def article(post: Post, body: Body) -> Parsed:
    """Return the post with this body as what a page was read to be; the pictures are its assets."""
    whole = replace(
        post,
        markdown=body.markdown,
        text=body.text,
        images=body.images,
        links=body.links,
        code_blocks=body.code_blocks,
        headings=body.headings,
        warnings=(*post.warnings, *body.warnings),
    )
    assets = tuple(dict.fromkeys(image.url for image in body.images))
    return Parsed("article", "the page holds an article", whole, assets=assets)


def identify(page: Page, address: Callable[[str], Address | None]) -> Address | None:
    """Return the post that a page is: by its canonical link, the address asked for, or another one that it has.

    A page whose addresses name no post of the platform (a saved file) is None.
    """
    candidates = (page.meta.canonical_url, page.url, *page.meta.addresses)
    found = (where for url in candidates if url and (where := address(url)) is not None)
    return next((where for where in found if where.kind == "post"), None)


def draft(page: Page, parser: str, where: Address | None) -> Post:
    """Return a post with its identity and what the page's head says of it; the platform's reader fills the rest.

    ``parser`` is the reader's name and version; the name is the platform's.
    """
    meta = page.meta.meta
    return Post(
        site=parser.partition("/")[0],
        native_id=where.native_id if where else "",
        url=where.url if where else "",
        title="",
        description=meta.get("description", "") or meta.get("og:description", ""),
        language=page.meta.language,
        keywords=page.meta.keywords,
        cover_url=meta.get("og:image", ""),
        warnings=page.warnings,
        parser=parser,
    )


def read_body(
    post: Post, body: Element, *, drop: str = "", base_url: str = "", image_url: Callable[[str], str] | None = None
) -> Parsed:
    """Return the post with the content of that element; ``drop`` selects all that the platform adds inside it.

    Relative addresses are resolved against ``base_url``, where the post has none of its own. ``image_url`` gives
    the address to keep for that of an image.
    """
    from scraper.parse.markdown import convert  # slow to import, and not wanted where only addresses are

    chrome = select_all(body, drop) if drop else []
    clean(body, chrome)
    content = convert(body, post.url or base_url, image_url=image_url)
    if not (content.text or content.images or content.links):
        return Parsed("empty", "the article's body is empty")
    return article(replace(post, language=post.language or script_language(content.text)), content)


__all__ = ["Address", "ListRequest", "Page", "SeedKind", "Site", "article", "draft", "identify", "read_body"]
