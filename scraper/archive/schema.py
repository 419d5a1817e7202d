"""The tables of archive.db. Types that SQLite's STRICT tables and PostgreSQL both take.

A column that stands behind a large text costs SQLite a walk down its overflow pages, so large texts and blobs are
the last column of tables of their own. The views that people query are in views.py; both are made by migrations/.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

APPLICATION_ID = 0x53435250
"""'SCRP' in SQLite's header: how an archive is told from any other database."""

metadata = MetaData()


class PlainText(TypeDecorator[str]):
    """Text that SQLite can hold whole: no NUL, which would cut it, and no lone surrogates, which it refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: D102 - SQLAlchemy documents it
        return None if value is None else storable(value)


class Moment(TypeDecorator[datetime]):
    """An aware datetime kept as UTC text YYYY-MM-DDTHH:MM:SSZ, whose order is the order of time."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: D102 - SQLAlchemy documents it
        return None if value is None else format_moment(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: D102 - SQLAlchemy documents it
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A value kept as JSON text, Chinese unescaped, keys in their order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: D102 - SQLAlchemy documents it
        return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: D102 - SQLAlchemy documents it
        return None if value is None else json.loads(value)


def storable(text: str) -> str:
    """Return the text without NULs and with lone surrogates replaced by U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def format_moment(moment: datetime) -> str:
    """Return the archive's text of an aware datetime: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _table(name: str, *columns: Any, **options: Any) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True, **options)


def _text(name: str) -> Column[str]:
    return Column(name, PlainText, nullable=False, server_default="")


def _ref(name: str, target: str, *, optional: bool = False, cascade: bool = False) -> Column[int]:
    key = ForeignKey(target, ondelete="CASCADE" if cascade else None)
    return Column(name, Integer, key, nullable=optional, index=True)


sites = _table("sites", Column("id", Integer, primary_key=True), Column("name", PlainText, nullable=False, unique=True))

authors = _table(
    "authors",
    Column("id", Integer, primary_key=True),
    Column("site_id", Integer, ForeignKey("sites.id"), nullable=False),
    _text("native_id"),  # the platform's account id; where it says none, the name
    _text("name"),
    _text("url"),
    UniqueConstraint("site_id", "native_id"),
)

runs = _table(
    "runs",
    Column("id", Integer, primary_key=True),
    Column("command", PlainText, nullable=False),
    Column("version", PlainText, nullable=False),
    Column("settings", Json, nullable=False),
    Column("started_at", Moment, nullable=False, index=True),
    Column("finished_at", Moment),
    Column("outcome", PlainText, nullable=False),  # running | done | failed | refused | interrupted | crashed
    Column("exit_code", Integer),
    Column("counts", Json, nullable=False),  # found, fetched, new, changed, unchanged, gone, failed, requests, bytes
)

failures = _table(
    "failures",
    Column("id", Integer, primary_key=True),
    _ref("run_id", "runs.id", cascade=True),
    Column("at", Moment, nullable=False),
    _text("url"),
    _text("reason"),
    _text("traceback"),  # only of what nobody expected
)

blobs = _table(
    "blobs",
    Column("id", Integer, primary_key=True),
    Column("sha256", PlainText, nullable=False, unique=True),  # of the plain bytes, hex
    Column("codec", PlainText, nullable=False),  # zstd | identity
    Column("dict_id", Integer, ForeignKey("blob_dicts.id", use_alter=True), index=True),
    Column("size_bytes", Integer, nullable=False),
    Column("stored_bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

blob_dicts = _table(
    "blob_dicts",
    Column("id", Integer, primary_key=True),
    Column("family", PlainText, nullable=False, index=True),  # pages that look alike: a site's, or a host's
    Column("blob_id", Integer, ForeignKey("blobs.id"), nullable=False),  # the page that serves as dictionary
    Column("created_at", Moment, nullable=False),
)

fetches = _table(
    "fetches",
    Column("id", Integer, primary_key=True),
    _ref("run_id", "runs.id", optional=True),
    Column("at", Moment, nullable=False, index=True),
    Column("url", PlainText, nullable=False, index=True),
    _text("host"),
    Column("kind", PlainText, nullable=False),  # page | list | feed | image | robots | file
    Column("status", Integer),
    Column("outcome", PlainText, nullable=False),
    _text("reason"),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("elapsed_ms", Integer, nullable=False, server_default="0"),
    Column("wire_bytes", Integer, nullable=False, server_default="0"),
    Column("size_bytes", Integer, nullable=False, server_default="0"),
    _text("etag"),
    _text("last_modified"),
    _text("content_type"),
    Column("blob_id", Integer, ForeignKey("blobs.id"), index=True),
)

posts = _table(
    "posts",
    Column("id", Integer, primary_key=True),
    Column("site_id", Integer, ForeignKey("sites.id"), nullable=False),
    Column("native_id", PlainText, nullable=False),
    Column("url", PlainText, nullable=False, index=True),
    Column("author_id", Integer, ForeignKey("authors.id"), index=True),
    Column("revision_id", Integer, ForeignKey("revisions.id", use_alter=True), index=True),
    Column("fetch_id", Integer, ForeignKey("fetches.id"), index=True),  # the newest snapshot of its live page
    Column("status", PlainText, nullable=False, server_default="live"),  # live | gone | locked
    Column("access", PlainText, nullable=False, server_default="full"),
    Column("updated_at", Moment),
    _text("updated_raw"),
    _text("description"),
    _text("language"),
    _text("cover_url"),
    _text("license"),
    Column("keywords", Json, nullable=False),
    Column("read_count", Integer),
    Column("like_count", Integer),
    Column("comment_count", Integer),
    Column("collect_count", Integer),
    Column("first_seen_at", Moment, nullable=False, index=True),
    Column("checked_at", Moment, nullable=False),
    Column("missing_since", Moment),  # first of the absences that make a tombstone
    Column("gone_at", Moment, index=True),
    _text("gone_reason"),
    Column("warnings", Json, nullable=False),
    Column("front_matter", Json, nullable=False),
    UniqueConstraint("site_id", "native_id"),
)

revisions = _table(
    "revisions",
    Column("id", Integer, primary_key=True),
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("lineage", PlainText, nullable=False),  # live | mirror | file: what it is compared with
    Column("reparsed", Integer, nullable=False, server_default="0"),  # 1: only a better reader changed it
    Column("digest", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    _text("kind"),
    Column("published_at", Moment, index=True),
    _text("published_raw"),
    Column("categories", Json, nullable=False),
    Column("tags", Json, nullable=False),
    _text("parser"),
    Column("fetch_id", Integer, ForeignKey("fetches.id"), index=True),
    Column("run_id", Integer, ForeignKey("runs.id"), index=True),
    Column("seen_at", Moment, nullable=False, index=True),
    Column("char_count", Integer, nullable=False),
    Column("code_count", Integer, nullable=False),
    Column("image_count", Integer, nullable=False),
    Column("link_count", Integer, nullable=False),
    UniqueConstraint("post_id", "number"),
)

revision_texts = _table(
    "revision_texts",
    Column("revision_id", Integer, ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True),
    Column("markdown", PlainText, nullable=False),
    Column("text", PlainText, nullable=False),
)

tags = _table("tags", Column("id", Integer, primary_key=True), Column("name", PlainText, nullable=False, unique=True))

post_tags = _table(
    "post_tags",
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", PlainText, primary_key=True),  # tag | category | keyword
    Column("position", Integer, primary_key=True),
    Column("tag_id", Integer, ForeignKey("tags.id"), nullable=False),
    Index("ix_post_tags_tag_id", "tag_id", "post_id"),
    sqlite_with_rowid=False,
)

columns = _table(
    "columns",
    Column("id", Integer, primary_key=True),
    Column("site_id", Integer, ForeignKey("sites.id"), nullable=False),
    Column("native_id", PlainText, nullable=False),
    _text("title"),
    _text("url"),
    UniqueConstraint("site_id", "native_id"),
)

post_columns = _table(
    "post_columns",
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("column_id", Integer, ForeignKey("columns.id"), primary_key=True, index=True),
    Column("position", Integer),
)


def _of_current_revision(name: str, *more: Any) -> Table:
    return _table(
        name,
        Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
        Column("position", Integer, primary_key=True),
        *more,
        sqlite_with_rowid=False,
    )


links = _of_current_revision("links", Column("url", PlainText, nullable=False), _text("text"))
images = _of_current_revision(
    "images", Column("url", PlainText, nullable=False, index=True), _text("original_url"), _text("alt")
)
code_blocks = _of_current_revision(
    "code_blocks",
    _text("language"),
    Column("start", Integer),  # where it stands in the text of the revision, which holds it already
    Column("length", Integer),
    Column("text", PlainText),  # of one that the text does not hold as it is
)

metrics = _table(
    "metrics",
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("read_count", Integer),
    Column("like_count", Integer),
    Column("comment_count", Integer),
    Column("collect_count", Integer),
    sqlite_with_rowid=False,
)

assets = _table(
    "assets",
    Column("id", Integer, primary_key=True),
    Column("url", PlainText, nullable=False, unique=True),
    Column("state", PlainText, nullable=False, server_default="pending"),  # pending | ok | failed
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("retry_at", Moment),
    _text("reason"),
    _text("media_type"),
    Column("blob_id", Integer, ForeignKey("blobs.id"), index=True),
)

sources = _table(
    "sources",
    Column("id", Integer, primary_key=True),
    Column("seed", PlainText, nullable=False, unique=True),
    Column("kind", PlainText, nullable=False),  # post | author | column | feed | sitemap | blog
    _text("site"),
    _text("native_id"),
    _text("match"),
    Column("added_at", Moment, nullable=False),
    Column("run_at", Moment),  # its last run, however it went
    Column("ok_at", Moment),  # its last run that found everything
    Column("total", Integer),  # the site's own count, then
    Column("found", Integer),
    _text("way"),
    _text("reason"),
)

frontier = _table(
    "frontier",
    Column("id", Integer, primary_key=True),
    Column(
        "key", PlainText, nullable=False, unique=True
    ),  # SITE/NATIVE_ID, or the canonical address of an unknown page
    Column("url", PlainText, nullable=False),
    Column("host", PlainText, nullable=False),
    _text("site"),
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="SET NULL"), index=True),
    Column("state", PlainText, nullable=False),  # due | done | failed | gone | skipped
    Column("way", PlainText, nullable=False),  # seed, api, rss, list, sitemap: what found it
    _text("listed"),  # what the list last said of it; a difference makes it due
    Column("found_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("checked_at", Moment),
    Column("changed_at", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _text("reason"),
    _text("etag"),
    _text("last_modified"),
    Index("ix_frontier_due_at", "due_at", "state"),
    Index("ix_frontier_state", "state", sqlite_where=text("state != 'done'")),  # the few of whom status tells
)

source_posts = _table(
    "source_posts",
    Column("source_id", Integer, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("frontier_id", Integer, ForeignKey("frontier.id", ondelete="CASCADE"), primary_key=True, index=True),
)

hosts = _table(
    "hosts",
    Column("host", PlainText, primary_key=True),
    Column("robots_status", Integer),
    Column("robots_at", Moment),
    Column("delay_ms", Integer),
    Column("paused_until", Moment),
    _text("pause_reason"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("robots_body", PlainText),
)

forgotten = _table(
    "forgotten",
    Column("id", Integer, primary_key=True),
    Column("site", PlainText, nullable=False),
    _text("native_id"),
    _text("author_id"),
    Column("at", Moment, nullable=False),
    UniqueConstraint("site", "native_id", "author_id"),
)

search_state = _table(
    "search_state",
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("revision_id", Integer, nullable=False),  # whose title and text the index holds
    Column("segmenter", Integer, nullable=False, index=True),
    _text("names"),  # tags, categories and author as the index holds them, one a line
    Column("text_digest", PlainText, nullable=False, server_default="", index=True),  # posts with the same are reposts
    Column("passage_digest", PlainText, nullable=False, server_default="", index=True),  # of the longest paragraph
)


SEARCH_INDEXES = (
    "CREATE VIRTUAL TABLE post_fts USING fts5(title, body, names, content='',"
    " tokenize=\"unicode61 remove_diacritics 2 tokenchars '+#'\")",
    "CREATE VIRTUAL TABLE char_fts USING fts5(chars, content='', detail=none, columnsize=0)",
)
"""Contentless: they are fed and emptied by index.py with text that segment.py prepared.

A single character begins thousands of tokens of post_fts, so the posts that hold one are looked up in char_fts.
"""
