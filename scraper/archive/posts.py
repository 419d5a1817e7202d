"""Posts and their revisions: what saving a post does to the archive."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive import search
from scraper.archive.records import Lineage
from scraper.archive.schema import (
    authors,
    code_blocks,
    columns,
    format_moment,
    images,
    insert_row,
    links,
    metrics,
    post_columns,
    post_tags,
    posts,
    revision_texts,
    revisions,
    sites,
    tags,
)
from scraper.models import Author, Post

_RANK = {"mirror": 0, "file": 1, "live": 2}
"""Which revision a reader sees: a mirror's never takes the place of one from the site itself."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a post did: its id, the number of its newest revision, and what changed."""

    post_id: int
    revision: int
    change: Literal["new", "changed", "unchanged"]


def digest(post: Post) -> str:
    """Return the SHA-256 of what makes a revision: title, Markdown, kind, tags, categories, publication."""
    published = "" if post.published_at is None else format_moment(post.published_at)
    content = [post.title, post.markdown, post.kind, list(post.tags), list(post.categories), published]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def save(
    connection: Connection,
    post: Post,
    *,
    lineage: Lineage,
    now: datetime,
    fetch_id: int | None = None,
    run_id: int | None = None,
    reparsed: bool = False,
) -> Saved:
    """Store a post as it was read: a new revision if its content differs from the last of its lineage."""
    site_id = _id_of(connection, sites, name=post.site)
    known = connection.execute(
        select(posts.c.id, posts.c.revision_id, posts.c.url).where(
            posts.c.site_id == site_id, posts.c.native_id == post.native_id
        )
    ).one_or_none()
    post_id = known.id if known else _insert_post(connection, post, site_id, now)
    last = connection.execute(
        select(revisions.c.id, revisions.c.digest, revisions.c.number)
        .where(revisions.c.post_id == post_id, revisions.c.lineage == lineage)
        .order_by(revisions.c.number.desc())
        .limit(1)
    ).one_or_none()
    content = digest(post)
    leads = _leads(connection, known.revision_id if known else None, lineage)
    if last is None or last.digest != content:
        number = 1 + (
            connection.scalar(select(func.max(revisions.c.number)).where(revisions.c.post_id == post_id)) or 0
        )
        revision_id = _insert_revision(
            connection, post, post_id, number, content, lineage=lineage, now=now,
            fetch_id=fetch_id, run_id=run_id, reparsed=reparsed,
        )  # fmt: skip
        if leads:
            _make_current(connection, post, post_id, revision_id)
        change: Literal["new", "changed", "unchanged"] = "changed" if known else "new"
    else:
        number, change = last.number, "unchanged"
    if leads:
        seen_at = None if reparsed else now
        _update_post(connection, post, post_id, site_id, seen_at, live=lineage == "live", fetch_id=fetch_id)
    return Saved(post_id, number, change)


def _leads(connection: Connection, current_id: int | None, lineage: Lineage) -> bool:
    if current_id is None:
        return True
    current = connection.scalar(select(revisions.c.lineage).where(revisions.c.id == current_id))
    return _RANK[lineage] >= _RANK[str(current)]


def _id_of(connection: Connection, table: Any, **key: Any) -> int:
    where = [table.c[name] == value for name, value in key.items()]
    found = connection.scalar(select(table.c.id).where(*where))
    if found is not None:
        return int(found)
    return insert_row(connection, table, **key)


def _author_id(connection: Connection, author: Author, site_id: int) -> int | None:
    native_id = author.id or author.name
    if not native_id:
        return None
    author_id = _id_of(connection, authors, site_id=site_id, native_id=native_id)
    said = {key: value for key, value in (("name", author.name), ("url", author.url)) if value}
    if said:
        connection.execute(update(authors).where(authors.c.id == author_id).values(**said))
    return author_id


def _insert_post(connection: Connection, post: Post, site_id: int, now: datetime) -> int:
    row = {
        "site_id": site_id, "native_id": post.native_id, "url": post.url, "keywords": [], "warnings": [],
        "front_matter": {}, "first_seen_at": now, "checked_at": now,
    }  # fmt: skip
    return insert_row(connection, posts, **row)


def _insert_revision(
    connection: Connection, post: Post, post_id: int, number: int, content: str, *, lineage: Lineage, now: datetime,
    fetch_id: int | None, run_id: int | None, reparsed: bool,
) -> int:  # fmt: skip
    row = {
        "post_id": post_id, "number": number, "lineage": lineage, "reparsed": int(reparsed), "digest": content,
        "title": post.title, "kind": post.kind, "published_at": post.published_at, "published_raw": post.published_raw,
        "categories": list(post.categories), "tags": list(post.tags), "parser": post.parser, "fetch_id": fetch_id,
        "run_id": run_id, "seen_at": now, "char_count": sum(not c.isspace() for c in post.text),
        "code_count": len(post.code_blocks), "image_count": len(post.images), "link_count": len(post.links),
    }  # fmt: skip
    revision_id = insert_row(connection, revisions, **row)
    connection.execute(insert(revision_texts).values(revision_id=revision_id, markdown=post.markdown, text=post.text))
    return revision_id


def _make_current(connection: Connection, post: Post, post_id: int, revision_id: int) -> None:
    search.replace_post(connection, post_id, revision_id, post.title, post.text)
    connection.execute(update(posts).where(posts.c.id == post_id).values(revision_id=revision_id))
    for table, rows in (
        (links, [{"url": link.url, "text": link.text} for link in post.links]),
        (images, [{"url": i.url, "original_url": i.original_url, "alt": i.alt} for i in post.images]),
        (code_blocks, [{"language": code.language, "text": code.text} for code in post.code_blocks]),
    ):
        connection.execute(delete(table).where(table.c.post_id == post_id))
        if rows:
            numbered = [{"post_id": post_id, "position": n, **row} for n, row in enumerate(rows, 1)]
            connection.execute(insert(table), numbered)


def _update_post(
    connection: Connection, post: Post, post_id: int, site_id: int, seen_at: datetime | None, *, live: bool,
    fetch_id: int | None,
) -> None:  # fmt: skip
    """Bring the post's own fields up to date; ``seen_at`` is None where an old snapshot was only read again."""
    values: dict[str, Any] = {
        "author_id": _author_id(connection, post.author, site_id), "access": post.access,
        "updated_at": post.updated_at, "updated_raw": post.updated_raw, "description": post.description,
        "language": post.language, "cover_url": post.cover_url, "license": post.license,
        "keywords": list(post.keywords), "warnings": list(post.warnings), "front_matter": dict(post.front_matter),
    }  # fmt: skip
    if post.url:
        values["url"] = post.url
    if fetch_id is not None:
        values["fetch_id"] = fetch_id
    if seen_at is not None:
        values["checked_at"] = seen_at
    if live and seen_at is not None:
        values |= {"status": "live", "missing_since": None, "gone_at": None, "gone_reason": ""}
    _write_tags(connection, post, post_id)
    _write_columns(connection, post, post_id, site_id)
    if seen_at is not None and (counts := _counts(post)):
        _write_metrics(connection, post_id, counts, seen_at)
        values |= counts
    connection.execute(update(posts).where(posts.c.id == post_id).values(**values))


def _write_tags(connection: Connection, post: Post, post_id: int) -> None:
    wanted = [
        (kind, position, name)
        for kind, names in (("tag", post.tags), ("category", post.categories), ("keyword", post.keywords))
        for position, name in enumerate(names, 1)
    ]
    held = connection.execute(
        select(post_tags.c.kind, post_tags.c.position, tags.c.name).join(tags).where(post_tags.c.post_id == post_id)
    ).all()
    if sorted(wanted) == sorted(tuple(row) for row in held):
        return
    connection.execute(delete(post_tags).where(post_tags.c.post_id == post_id))
    for kind, position, name in wanted:
        tag_id = _id_of(connection, tags, name=name)
        connection.execute(insert(post_tags).values(post_id=post_id, kind=kind, position=position, tag_id=tag_id))


def _write_columns(connection: Connection, post: Post, post_id: int, site_id: int) -> None:
    """Add what the page says; a position known from a column's own list is kept where the page gives none."""
    for column in post.columns:
        column_id = _id_of(connection, columns, site_id=site_id, native_id=column.id)
        connection.execute(update(columns).where(columns.c.id == column_id).values(title=column.title, url=column.url))
        key = (post_columns.c.post_id == post_id, post_columns.c.column_id == column_id)
        if not connection.scalar(select(exists().where(*key))):
            connection.execute(
                insert(post_columns).values(post_id=post_id, column_id=column_id, position=column.position)
            )
        elif column.position is not None:
            connection.execute(update(post_columns).where(*key).values(position=column.position))


def place_in_column(connection: Connection, key: str, site: str, column_id: str, url: str, position: int) -> None:
    """Note where a column's own list has a post, if the archive holds it; ``key`` is SITE/NATIVE_ID."""
    post_site, _, native_id = key.partition("/")
    where = (sites.c.name == post_site, posts.c.native_id == native_id)
    post_id = connection.scalar(select(posts.c.id).join(sites).where(*where))
    if post_id is None:
        return
    column_row = _id_of(connection, columns, site_id=_id_of(connection, sites, name=site), native_id=column_id)
    connection.execute(update(columns).where(columns.c.id == column_row, columns.c.url == "").values(url=url))
    row = upsert(post_columns).values(post_id=post_id, column_id=column_row, position=position)
    keys = ["post_id", "column_id"]
    connection.execute(row.on_conflict_do_update(index_elements=keys, set_={"position": position}))


def _counts(post: Post) -> dict[str, int]:
    said = post.metrics
    named = {
        "read_count": said.reads, "like_count": said.likes,
        "comment_count": said.comments, "collect_count": said.collects,
    }  # fmt: skip
    return {name: value for name, value in named.items() if value is not None}


def _write_metrics(connection: Connection, post_id: int, counts: dict[str, int], now: datetime) -> None:
    columns_ = [posts.c[name] for name in counts]
    held = connection.execute(select(*columns_).where(posts.c.id == post_id)).one()
    if tuple(held) != tuple(counts.values()):
        connection.execute(delete(metrics).where(metrics.c.post_id == post_id, metrics.c.at == now))
        connection.execute(insert(metrics).values(post_id=post_id, at=now, **counts))


def touch(connection: Connection, post_id: int, now: datetime) -> None:
    """Note that a post was found unchanged."""
    connection.execute(update(posts).where(posts.c.id == post_id).values(checked_at=now, missing_since=None))


def note_absence(connection: Connection, post_id: int, reason: str, now: datetime) -> bool:
    """Note that the site no longer serves a post; return True when that makes it a tombstone.

    Absence is evidence only twice, at least a day apart: the first only marks the post as missing.
    """
    held = connection.execute(select(posts.c.missing_since, posts.c.gone_at).where(posts.c.id == post_id)).one()
    if held.gone_at is not None:
        return False
    if held.missing_since is None:
        connection.execute(update(posts).where(posts.c.id == post_id).values(missing_since=now))
        return False
    if now - held.missing_since < timedelta(days=1):
        return False
    values = {"status": "gone", "gone_at": now, "gone_reason": reason}
    connection.execute(update(posts).where(posts.c.id == post_id).values(**values))
    return True
