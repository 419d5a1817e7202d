"""Forget posts for good: what was stored of them is taken out and the file written anew, and the wish is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive import index, records
from scraper.archive.compact import blobs_by_family, drop_spare, renew_dictionaries
from scraper.archive.schema import (
    assets,
    authors,
    blob_dicts,
    blobs,
    failures,
    fetches,
    forgotten,
    frontier,
    images,
    posts,
    revisions,
    sites,
    source_posts,
    sources,
)
from scraper.archive.store import Archive
from scraper.sites import find as find_site
from scraper.urls import canonicalise


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be forgotten: posts by id, and the author that they are by, if it is an author as a whole."""

    post_ids: tuple[int, ...]
    site: str = ""
    author_id: str = ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten; ``overwritten`` is False while a reader keeps old pages of the file."""

    posts: int
    overwritten: bool


def read_wish(connection: Connection, name: str) -> Wish | None:
    """Return what a POST, SITE/AUTHOR_ID, author's name or address of an author's page stands for, or None.

    A name that several authors have stands for none of them.
    """
    post_id = records.find(connection, name)
    if post_id is not None:
        return Wish((post_id,))
    wanted = _author(name.strip())
    query = select(authors.c.id, authors.c.native_id, sites.c.name).join(sites, sites.c.id == authors.c.site_id)
    found = connection.execute(query.where(wanted).limit(2)).all()
    if len(found) != 1:
        return None
    ids = connection.scalars(select(posts.c.id).where(posts.c.author_id == found[0].id).order_by(posts.c.id))
    return Wish(tuple(ids), found[0].name, found[0].native_id)


def _author(name: str) -> ColumnElement[bool]:
    url = canonicalise(name)
    if url is None:
        site, _, native_id = name.partition("/")
        return or_(authors.c.name == name, (sites.c.name == site) & (authors.c.native_id == native_id))
    claim = find_site(url)
    by_url = authors.c.url.in_((name, url, url.rstrip("/"), f"{url.rstrip('/')}/"))
    if claim is None or claim[1].kind != "author":
        return by_url
    return or_(by_url, (sites.c.name == claim[0].name) & (authors.c.native_id == claim[1].native_id))


def forget(archive: Archive, wish: Wish, now: datetime) -> Forgotten:
    """Take out text, revisions, index entries, snapshots and images that nothing else rests on, and log entries.

    First the wish is written and the posts go, in one transaction; then pages that served others as a dictionary are
    replaced, the index is merged and the file written anew, so that no byte of them stays in it.
    """
    with archive.write() as connection:
        _remember(connection, wish, now)
        dictionaries = _take_out(connection, wish)
        families = blobs_by_family(connection) if dictionaries else {}
        using = list(connection.scalars(select(blobs.c.id).where(blobs.c.dict_id.in_(dictionaries))))
        names = set(connection.scalars(select(blob_dicts.c.family).where(blob_dicts.c.id.in_(dictionaries))))
    for family in sorted(names):
        renew_dictionaries(archive, family, sorted({*families.get(family, []), *using}), now)
    with archive.write() as connection:
        connection.execute(delete(blob_dicts).where(blob_dicts.c.id.in_(dictionaries)))
        drop_spare(connection)
        index.merge(connection, whole=True)
    return Forgotten(len(wish.post_ids), archive.rewrite())


def _remember(connection: Connection, wish: Wish, now: datetime) -> None:
    """Keep the identity of the posts and of the author: they are not fetched or stored again."""
    named = select(sites.c.name, posts.c.native_id).join(sites, sites.c.id == posts.c.site_id)
    rows = [
        {"site": site, "native_id": native_id, "author_id": "", "at": now}
        for site, native_id in connection.execute(named.where(posts.c.id.in_(wish.post_ids)))
    ]
    if wish.author_id:
        rows.append({"site": wish.site, "native_id": "", "author_id": wish.author_id, "at": now})
        source = (sources.c.site == wish.site) & (sources.c.native_id == wish.author_id)
        joined = frontier.join(source_posts).join(sources)
        listed = select(frontier.c.key).select_from(joined).where(source, frontier.c.post_id.is_(None))
        for key in connection.scalars(listed):
            site, _, native_id = key.partition("/")
            rows.append({"site": site, "native_id": native_id, "author_id": "", "at": now})
    if rows:
        connection.execute(upsert(forgotten).on_conflict_do_nothing(), rows)


def _take_out(connection: Connection, wish: Wish) -> list[int]:
    """Delete all that is only theirs, and return the dictionaries that were made of their pages."""
    for post_id in wish.post_ids:
        index.remove(connection, post_id)
    held = posts.c.id.in_(wish.post_ids)
    of_revisions = select(revisions.c.fetch_id).where(revisions.c.post_id.in_(wish.post_ids))
    of_posts = select(posts.c.fetch_id).where(held)
    fetch_ids = {
        fetch_id for query in (of_revisions, of_posts) for fetch_id in connection.scalars(query) if fetch_id is not None
    }
    urls = set(connection.scalars(select(fetches.c.url).where(fetches.c.id.in_(fetch_ids))))
    urls |= set(connection.scalars(select(posts.c.url).where(held, posts.c.url != "")))
    of_frontier = frontier.c.post_id.in_(wish.post_ids) | exists().where(
        forgotten.c.native_id != "", frontier.c.key == forgotten.c.site + "/" + forgotten.c.native_id
    )
    urls |= set(connection.scalars(select(frontier.c.url).where(of_frontier)))
    pictures = set(connection.scalars(select(images.c.url).where(images.c.post_id.in_(wish.post_ids))))
    connection.execute(delete(frontier).where(of_frontier))
    if wish.author_id:
        connection.execute(delete(sources).where(sources.c.site == wish.site, sources.c.native_id == wish.author_id))
    connection.execute(update(posts).where(held).values(revision_id=None, fetch_id=None))
    connection.execute(delete(posts).where(held))
    _forget_addresses(connection, urls)
    shared = exists().where(images.c.url == assets.c.url)
    connection.execute(delete(assets).where(assets.c.url.in_(pictures), ~shared))
    return list(connection.scalars(_loose_dictionaries()))


def _forget_addresses(connection: Connection, urls: Iterable[str]) -> None:
    """Delete what the logs say of these addresses, except where another post rests on it."""
    rests = exists().where(revisions.c.fetch_id == fetches.c.id) | exists().where(posts.c.fetch_id == fetches.c.id)
    for url in urls:
        connection.execute(delete(fetches).where(fetches.c.url == url, ~rests))
        connection.execute(delete(failures).where(failures.c.url == url))


def _loose_dictionaries() -> Select[Any]:
    """Return the SELECT of dictionaries whose page is no snapshot any more, but for the pages that need it."""
    used = exists().where(fetches.c.blob_id == blobs.c.id) | exists().where(assets.c.blob_id == blobs.c.id)
    return select(blob_dicts.c.id).join(blobs, blobs.c.id == blob_dicts.c.blob_id).where(~used)
