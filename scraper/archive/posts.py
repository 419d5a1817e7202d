"""Posts and their revisions: what saving a post does to the archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive import index
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
    search_state,
    sites,
    storable,
    tags,
)
from scraper.models import Author, Post

COUNTS = ("read_count", "like_count", "comment_count", "collect_count")
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
    return content_digest(post.title, post.markdown, post.kind, post.tags, post.categories, post.published_at)


def content_digest(
    title: str, markdown: str, kind: str, tags: Iterable[str], categories: Iterable[str], published_at: datetime | None
) -> str:
    """Return the digest of a revision from its stored parts."""
    published = "" if published_at is None else format_moment(published_at)
    content = [
        storable(title),
        storable(markdown),
        kind,
        [*map(storable, tags)],
        [*map(storable, categories)],
        published,
    ]
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
    key = {"site_id": site_id, "native_id": post.native_id, "lineage": lineage}
    held = connection.execute(_HELD, key).one_or_none()
    leads = held is None or held.current is None or _RANK[lineage] >= _RANK[held.current]
    seen_at = None if reparsed else now
    live = lineage == "live"
    values = _values(connection, post, site_id, seen_at, live=live, fetch_id=fetch_id) if leads else {}
    post_id = held.id if held else _insert_post(connection, post, site_id, now, values)
    content = digest(post)
    change: Literal["new", "changed", "unchanged"] = "changed" if held else "new"
    if held is not None and held.digest == content:
        number, change = held.number, "unchanged"
    else:
        number = 1 + (held.newest or 0) if held else 1
        revision_id = _insert_revision(
            connection, post, post_id, number, content, lineage=lineage, now=now,
            fetch_id=fetch_id, run_id=run_id, reparsed=reparsed,
        )  # fmt: skip
        if leads:
            values["revision_id"] = revision_id
            _write_parts(connection, post, post_id, replacing=held is not None)
    if leads:
        connection.execute(update(posts).where(posts.c.id == post_id), values)
        _write_labels(connection, post, post_id, site_id, seen_at, held)
        _index(connection, post, post_id, values.get("revision_id"), held)
    return Saved(post_id, number, change)


_current, _last, _of_lineage = revisions.alias(), revisions.alias(), revisions.alias()
_NEWEST = select(func.max(revisions.c.number)).where(revisions.c.post_id == posts.c.id)
_NEWEST_OF_LINEAGE = (
    select(_of_lineage.c.id)
    .where(_of_lineage.c.post_id == posts.c.id, _of_lineage.c.lineage == bindparam("lineage"))
    .order_by(_of_lineage.c.number.desc())
    .limit(1)
)
_HELD = (
    select(
        posts.c.id, posts.c.revision_id, _current.c.lineage.label("current"), _last.c.digest, _last.c.number,
        _NEWEST.scalar_subquery().label("newest"), search_state.c.names, *(posts.c[name] for name in COUNTS),
    )
    .select_from(posts)
    .outerjoin(_current, _current.c.id == posts.c.revision_id)
    .outerjoin(_last, _last.c.id == _NEWEST_OF_LINEAGE.scalar_subquery())
    .outerjoin(search_state, search_state.c.post_id == posts.c.id)
    .where(posts.c.site_id == bindparam("site_id"), posts.c.native_id == bindparam("native_id"))
)  # fmt: skip
"""What is held of a post: its row, the lineage of its current revision, and the last one of the given lineage."""


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
    key = (authors.c.site_id == site_id, authors.c.native_id == native_id)
    held = connection.execute(select(authors.c.id, authors.c.name, authors.c.url).where(*key)).one_or_none()
    if held is None:
        return insert_row(connection, authors, site_id=site_id, native_id=native_id, name=author.name, url=author.url)
    said = {"name": author.name or held.name, "url": author.url or held.url}
    if said != {"name": held.name, "url": held.url}:
        connection.execute(update(authors).where(authors.c.id == held.id), said)
    return int(held.id)


def _values(
    connection: Connection, post: Post, site_id: int, seen_at: datetime | None, *, live: bool, fetch_id: int | None
) -> dict[str, Any]:
    """Return what the row of a post says beside its revisions; ``seen_at`` is None where a snapshot was read again."""
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
    if seen_at is None:
        return values
    if live:
        values |= {"status": "live", "missing_since": None, "gone_at": None, "gone_reason": ""}
    return values | {"checked_at": seen_at} | _counts(post)


def _insert_post(connection: Connection, post: Post, site_id: int, now: datetime, values: dict[str, Any]) -> int:
    unsaid: dict[str, Any] = {"keywords": [], "warnings": [], "front_matter": {}, "checked_at": now}
    key = {"site_id": site_id, "native_id": post.native_id, "url": post.url}
    return insert_row(connection, posts, **unsaid | values | key, first_seen_at=now)


def _insert_revision(
    connection: Connection, post: Post, post_id: int, number: int, content: str, *, lineage: Lineage, now: datetime,
    fetch_id: int | None, run_id: int | None, reparsed: bool,
) -> int:  # fmt: skip
    row = {
        "post_id": post_id, "number": number, "lineage": lineage, "reparsed": int(reparsed), "digest": content,
        "title": post.title, "kind": post.kind, "published_at": post.published_at, "published_raw": post.published_raw,
        "categories": list(post.categories), "tags": list(post.tags), "parser": post.parser, "fetch_id": fetch_id,
        "run_id": run_id, "seen_at": now, "char_count": len("".join(post.text.split())),
        "code_count": len(post.code_blocks), "image_count": len(post.images), "link_count": len(post.links),
    }  # fmt: skip
    revision_id = insert_row(connection, revisions, **row)
    texts = {"revision_id": revision_id, "markdown": post.markdown, "text": post.text}
    connection.execute(insert(revision_texts), texts)
    return revision_id


def _write_parts(connection: Connection, post: Post, post_id: int, *, replacing: bool) -> None:
    for table, rows in (
        (links, [{"url": link.url, "text": link.text} for link in post.links]),
        (images, [{"url": i.url, "original_url": i.original_url, "alt": i.alt} for i in post.images]),
        (code_blocks, [{"language": code.language, "text": code.text} for code in post.code_blocks]),
    ):
        if replacing:
            connection.execute(delete(table).where(table.c.post_id == post_id))
        if rows:
            numbered = [{"post_id": post_id, "position": n, **row} for n, row in enumerate(rows, 1)]
            connection.execute(insert(table), numbered)


def _index(connection: Connection, post: Post, post_id: int, revision_id: int | None, held: Row[Any] | None) -> None:
    """Let the search index follow: to a new revision, or to a name that changed without one."""
    names = index.names_of(post)
    if revision_id is None and held is not None:
        if held.names == "\n".join(names):
            return
        revision_id = held.revision_id
    if held is not None:
        index.remove(connection, post_id)
    if revision_id is not None:
        index.put(connection, post_id, revision_id, post.title, post.text, names)


def _write_labels(
    connection: Connection, post: Post, post_id: int, site_id: int, seen_at: datetime | None, held: Row[Any] | None
) -> None:
    _write_tags(connection, post, post_id, replacing=held is not None)
    _write_columns(connection, post, post_id, site_id)
    counts = _counts(post) if seen_at is not None else {}
    if counts and (held is None or any(held._mapping[name] != value for name, value in counts.items())):
        row = upsert(metrics).values(post_id=post_id, at=seen_at, **counts)
        connection.execute(row.on_conflict_do_update(index_elements=["post_id", "at"], set_=counts))


def _write_tags(connection: Connection, post: Post, post_id: int, *, replacing: bool) -> None:
    wanted = [
        (kind, position, name)
        for kind, names in (("tag", post.tags), ("category", post.categories), ("keyword", post.keywords))
        for position, name in enumerate(names, 1)
    ]
    if replacing:
        held = connection.execute(
            select(post_tags.c.kind, post_tags.c.position, tags.c.name).join(tags).where(post_tags.c.post_id == post_id)
        ).all()
        if sorted(wanted) == sorted(tuple(row) for row in held):
            return
        connection.execute(delete(post_tags).where(post_tags.c.post_id == post_id))
    if not wanted:
        return
    names = {storable(name) for _, _, name in wanted}
    connection.execute(upsert(tags).on_conflict_do_nothing(), [{"name": name} for name in sorted(names)])
    ids = {row.name: row.id for row in connection.execute(select(tags).where(tags.c.name.in_(names)))}
    rows = [
        {"post_id": post_id, "kind": kind, "position": position, "tag_id": ids[storable(name)]}
        for kind, position, name in wanted
    ]
    connection.execute(insert(post_tags), rows)


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
    named = zip(COUNTS, (said.reads, said.likes, said.comments, said.collects), strict=True)
    return {name: value for name, value in named if value is not None}


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
