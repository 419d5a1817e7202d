"""Posts and their revisions: what saving a post does to the archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive import index, labels
from scraper.archive.records import Lineage
from scraper.archive.schema import (
    code_blocks,
    format_moment,
    images,
    links,
    metrics,
    posts,
    revision_texts,
    revisions,
    search_state,
    storable,
)
from scraper.archive.statements import Prepared, insert_row, insert_rows, update_row
from scraper.models import Post

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
    site_id = labels.site_id(connection, post.site)
    held = _HELD.first(connection, {"site_id": site_id, "native_id": post.native_id, "lineage": lineage})
    leads = held is None or held.current is None or _RANK[lineage] >= _RANK[held.current]
    seen_at = None if reparsed else now
    live = lineage == "live"
    values = _values(connection, post, site_id, seen_at, live=live, fetch_id=fetch_id) if leads else {}
    post_id = held.id if held else _insert_post(connection, post, site_id, now, values)
    content = digest(post)
    change: Literal["new", "changed", "unchanged"] = "changed" if held else "new"
    revision_id = None
    if held is not None and held.digest == content:
        number, change = held.number, "unchanged"
    else:
        number = 1 + (held.newest or 0) if held else 1
        revision_id = _insert_revision(
            connection, post, post_id, number, content, lineage=lineage, now=now,
            fetch_id=fetch_id, run_id=run_id, reparsed=reparsed,
        )  # fmt: skip
    if leads:
        news = values if held else {}
        if revision_id is not None:
            news = {**news, "revision_id": revision_id}
            _write_parts(connection, post, post_id, replacing=held is not None)
        update_row(connection, posts, post_id, news)
        labels.write_tags(connection, post, post_id, replacing=held is not None)
        labels.write_columns(connection, post, post_id, site_id)
        _write_metrics(connection, post, post_id, seen_at, held)
        _index(connection, post, post_id, revision_id, held)
    return Saved(post_id, number, change)


_current, _last, _of_lineage = revisions.alias(), revisions.alias(), revisions.alias()
_NEWEST = select(func.max(revisions.c.number)).where(revisions.c.post_id == posts.c.id)
_NEWEST_OF_LINEAGE = (
    select(_of_lineage.c.id)
    .where(_of_lineage.c.post_id == posts.c.id, _of_lineage.c.lineage == bindparam("lineage"))
    .order_by(_of_lineage.c.number.desc())
    .limit(1)
)
_HELD = Prepared(
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


def _values(
    connection: Connection, post: Post, site_id: int, seen_at: datetime | None, *, live: bool, fetch_id: int | None
) -> dict[str, Any]:
    """Return what the row of a post says beside its revisions; ``seen_at`` is None where a snapshot was read again."""
    values: dict[str, Any] = {
        "author_id": labels.author_id(connection, post.author, site_id), "access": post.access,
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
    insert_row(connection, revision_texts, revision_id=revision_id, markdown=post.markdown, text=post.text)
    return revision_id


def _write_parts(connection: Connection, post: Post, post_id: int, *, replacing: bool) -> None:
    for table, rows in (
        (links, [{"url": link.url, "text": link.text} for link in post.links]),
        (images, [{"url": i.url, "original_url": i.original_url, "alt": i.alt} for i in post.images]),
        (code_blocks, list(_code_rows(post))),
    ):
        if replacing:
            _parts_of(table).run(connection, {"post": post_id})
        insert_rows(connection, table, [{"post_id": post_id, "position": n, **row} for n, row in enumerate(rows, 1)])


@cache
def _parts_of(table: Table) -> Prepared:
    return Prepared(delete(table).where(table.c.post_id == bindparam("post")))


def _code_rows(post: Post) -> Iterator[dict[str, Any]]:
    """Yield each block of code as a place in the text, after the one before, or whole where the text lacks it."""
    text, at = storable(post.text), 0
    for block in post.code_blocks:
        code = storable(block.text)
        start = text.find(code, at)
        if start < 0:
            yield {"language": block.language, "start": None, "length": None, "text": code}
        else:
            at = start + len(code)
            yield {"language": block.language, "start": start, "length": len(code), "text": None}


def _index(connection: Connection, post: Post, post_id: int, revision_id: int | None, held: Any) -> None:
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


def _write_metrics(connection: Connection, post: Post, post_id: int, seen_at: datetime | None, held: Any) -> None:
    """Note the counters where they differ from those noted last."""
    counts = _counts(post) if seen_at is not None else {}
    if counts and (held is None or any(getattr(held, name) != value for name, value in counts.items())):
        _metrics_with(tuple(counts)).run(connection, {"post_id": post_id, "at": seen_at, **counts})


@cache
def _metrics_with(names: tuple[str, ...]) -> Prepared:
    row = upsert(metrics)
    said = {name: row.excluded[name] for name in names}
    return Prepared(row.on_conflict_do_update(index_elements=["post_id", "at"], set_=said), ("post_id", "at", *names))


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
