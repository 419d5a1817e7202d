"""Records as people query them: posts found by whatever names them, listed by filters, with their history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, or_, select, text

from scraper.archive.schema import (
    authors,
    fetches,
    frontier,
    post_tags,
    posts,
    revision_texts,
    revisions,
    sites,
    tags,
)
from scraper.archive.statements import Prepared

Lineage = Literal["live", "file", "mirror"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which posts; an empty string or None asks for all. Times are of first publication, ``until`` excluded."""

    author: str = ""
    tag: str = ""
    site: str = ""
    kind: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None


_BY_KEY = Prepared(
    select(posts.c.id).join(sites).where(sites.c.name == bindparam("site"), posts.c.native_id == bindparam("native_id"))
)


def find(connection: Connection, name: str) -> int | None:
    """Return the id of the post that a URL, SITE/NATIVE_ID, #ID or number names, or None.

    A bare number is a native id if exactly one post has it, else our id.
    """
    from scraper.urls import canonicalise  # a search does without it, and without what it loads

    name = name.strip()
    if name.startswith("#"):
        return _by_id(connection, name[1:])
    if (url := canonicalise(name)) is not None:
        return _by_url(connection, url)
    if name.isdecimal():
        held = connection.scalars(select(posts.c.id).where(posts.c.native_id == name).limit(2)).all()
        return int(held[0]) if len(held) == 1 else _by_id(connection, name)
    site, _, native_id = name.partition("/")
    return by_key(connection, site, native_id) or _by_alias(connection, name)


def by_key(connection: Connection, site: str, native_id: str) -> int | None:
    """Return the id of the post with this identity, or None."""
    post_id: int | None = _BY_KEY.scalar(connection, {"site": site, "native_id": native_id})
    return post_id


def _by_alias(connection: Connection, key: str) -> int | None:
    """Return the id of the post that was read at an address which names it otherwise, or None."""
    return connection.scalar(select(frontier.c.post_id).where(frontier.c.key == key))


def _by_id(connection: Connection, digits: str) -> int | None:
    if not digits.isdecimal() or len(digits) > 18:
        return None
    return connection.scalar(select(posts.c.id).where(posts.c.id == int(digits)))


def _by_url(connection: Connection, url: str) -> int | None:
    from scraper import sites as platforms  # they come with all of the reader, which only addresses need

    claim = platforms.find(url)
    if claim is not None and claim[1].kind == "post":
        site, native_id = claim[0].name, claim[1].native_id
        return by_key(connection, site, native_id) or _by_alias(connection, f"{site}/{native_id}")
    return connection.scalar(select(posts.c.id).where(posts.c.url == url).limit(1))


def columns_of(connection: Connection, post_id: int) -> list[str]:
    """Return the addresses of the columns that a post belongs to."""
    query = text("SELECT url FROM record_columns WHERE record_id = :id AND url <> '' ORDER BY url")
    return list(connection.scalars(query, {"id": post_id}))


def record(connection: Connection, post_id: int) -> dict[str, Any]:
    """Return one row of the view ``records`` as a dict, its JSON read."""
    return _as_record(connection.execute(text("SELECT * FROM records WHERE id = :id"), {"id": post_id}).one())


def select_ids(connection: Connection, filters: Filters) -> list[int]:
    """Return the ids of the posts that pass the filters, newest publication first, undated ones last."""
    query = select(posts.c.id).join(revisions, revisions.c.id == posts.c.revision_id).where(*conditions(filters))
    return list(connection.scalars(query.order_by(revisions.c.published_at.desc().nulls_last(), posts.c.id.desc())))


def select_records(connection: Connection, filters: Filters) -> Iterator[dict[str, Any]]:
    """Yield the records that pass the filters, newest publication first."""
    ids = select_ids(connection, filters)
    for start in range(0, len(ids), BATCH):
        yield from records_of(connection, ids[start : start + BATCH])


def records_of(connection: Connection, ids: list[int]) -> list[dict[str, Any]]:
    """Return the records of these posts, in the order given."""
    query = text("SELECT * FROM records WHERE id IN (SELECT value FROM json_each(:ids))")
    found = {row.id: _as_record(row) for row in connection.execute(query, {"ids": json.dumps(ids)})}
    return [found[post_id] for post_id in ids]


BATCH = 100
_JSON_KEYS = ("categories", "tags", "keywords", "front_matter")


def _as_record(row: Row[Any]) -> dict[str, Any]:
    values = dict(row._mapping)
    return values | {key: json.loads(values[key]) for key in _JSON_KEYS}


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Return the filters as conditions on posts joined with their current revisions."""
    wanted: list[ColumnElement[bool]] = []
    if filters.author:
        same = or_(authors.c.name == filters.author, authors.c.native_id == filters.author)
        wanted.append(posts.c.author_id.in_(select(authors.c.id).where(same)))
    if filters.tag:
        named = select(post_tags.c.post_id).join(tags).where(func.lower(tags.c.name) == filters.tag.lower())
        wanted.append(posts.c.id.in_(named))
    if filters.site:
        wanted.append(posts.c.site_id.in_(select(sites.c.id).where(sites.c.name == filters.site)))
    if filters.kind:
        wanted.append(revisions.c.kind == filters.kind)
    if filters.status:
        wanted.append(posts.c.status == filters.status)
    if filters.since is not None:
        wanted.append(revisions.c.published_at >= filters.since)
    if filters.until is not None:
        wanted.append(revisions.c.published_at < filters.until)
    return wanted


def history(connection: Connection, post_id: int) -> list[dict[str, Any]]:
    """Return the revisions of a post, oldest first, without their texts."""
    query = text(
        "SELECT revision, origin, title, kind, published_at, categories, tags, char_count, parser, seen_at,"
        " snapshot_sha256, current FROM record_revisions WHERE record_id = :id ORDER BY revision"
    )
    rows = [dict(row._mapping) for row in connection.execute(query, {"id": post_id})]
    return [row | {key: json.loads(row[key]) for key in ("categories", "tags")} for row in rows]


def texts(connection: Connection, post_id: int, number: int) -> tuple[str, str] | None:
    """Return Markdown and plain text of a revision, or None where there is no such revision."""
    row = connection.execute(
        select(revision_texts.c.markdown, revision_texts.c.text)
        .join(revisions, revisions.c.id == revision_texts.c.revision_id)
        .where(revisions.c.post_id == post_id, revisions.c.number == number)
    ).one_or_none()
    return None if row is None else (row.markdown, row.text)


def fetch(connection: Connection, fetch_id: int) -> Row[Any, Any, Any] | None:
    """Return url, content_type and blob_id of an exchange, or None where it is no more."""
    wanted = (fetches.c.url, fetches.c.content_type, fetches.c.blob_id)
    return connection.execute(select(*wanted).where(fetches.c.id == fetch_id)).one_or_none()


def snapshot_of(connection: Connection, post_id: int, number: int) -> Row[Any, Any, Any] | None:
    """Return url, content_type and blob_id of the fetch behind a revision, or None where none is kept."""
    return connection.execute(
        select(fetches.c.url, fetches.c.content_type, fetches.c.blob_id)
        .join(revisions, revisions.c.fetch_id == fetches.c.id)
        .where(revisions.c.post_id == post_id, revisions.c.number == number, fetches.c.blob_id.is_not(None))
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class Snapshotted:
    """A stored snapshot that stands for a post's lineage: where it came from and what it is needed for."""

    post_id: int
    key: str
    site: str
    lineage: Lineage
    fetch_id: int
    url: str
    kind: str
    content_type: str
    blob_id: int


def newest_fetches(connection: Connection, ids: list[int], *, parser: str = "") -> list[Snapshotted]:
    """Return the newest snapshot of each lineage of the posts, by post; of those alone that ``parser`` read last."""
    query = text(
        "SELECT r.post_id, s.name || '/' || p.native_id AS key, s.name AS site, r.lineage, f.id AS fetch_id, f.url,"
        " f.kind, f.content_type, f.blob_id"
        " FROM revisions r JOIN posts p ON p.id = r.post_id JOIN sites s ON s.id = p.site_id"
        " JOIN fetches f ON f.id = CASE WHEN r.id = p.revision_id THEN coalesce(p.fetch_id, r.fetch_id)"
        " ELSE r.fetch_id END"
        " WHERE r.number = (SELECT max(number) FROM revisions x WHERE x.post_id = r.post_id AND x.lineage = r.lineage)"
        " AND f.blob_id IS NOT NULL AND (:parser = '' OR r.parser = :parser) ORDER BY r.post_id, r.number"
    )
    wanted = set(ids)
    rows = connection.execute(query, {"parser": parser})
    return [Snapshotted(**row._mapping) for row in rows if row.post_id in wanted]


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """The content of a revision, and the snapshot behind it (None where none is kept)."""

    title: str
    kind: str
    published_at: datetime | None
    categories: list[str]
    tags: list[str]
    digest: str
    parser: str
    markdown: str
    fetch_id: int | None


def newest_revision(connection: Connection, post_id: int, lineage: Lineage) -> StoredRevision | None:
    """Return the newest revision of a post's lineage, or None where it has none."""
    row = connection.execute(
        select(
            revisions.c.title, revisions.c.kind, revisions.c.published_at, revisions.c.categories, revisions.c.tags,
            revisions.c.digest, revisions.c.parser, revision_texts.c.markdown, revisions.c.fetch_id,
        )
        .join(revision_texts, revision_texts.c.revision_id == revisions.c.id)
        .where(revisions.c.post_id == post_id, revisions.c.lineage == lineage)
        .order_by(revisions.c.number.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    return None if row is None else StoredRevision(*row)
