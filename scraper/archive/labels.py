"""What posts are filed under, each of them kept once: sites, authors, tags, and columns with their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive.records import by_key
from scraper.archive.schema import authors, columns, post_columns, post_tags, sites, storable, tags
from scraper.archive.statements import Prepared, insert_row, insert_rows, notes_of, update_row
from scraper.models import Author, Post


def _named(table: Table, *key: str) -> Prepared:
    return Prepared(select(table).where(*(table.c[name] == bindparam(name) for name in key)))


_OF = {sites: _named(sites, "name"), tags: _named(tags, "name")} | {
    table: _named(table, "site_id", "native_id") for table in (authors, columns)
}
_HELD_TAGS = Prepared(
    select(post_tags.c.kind, post_tags.c.position, tags.c.name)
    .join(tags)
    .where(post_tags.c.post_id == bindparam("post_id"))
)
_placed = upsert(post_columns)
_PLACE = Prepared(
    _placed.on_conflict_do_update(
        index_elements=["post_id", "column_id"],
        set_={"position": func.coalesce(_placed.excluded.position, post_columns.c.position)},
    ),
    ("post_id", "column_id", "position"),
)


def _find_or_add(connection: Connection, table: Table, key: dict[str, Any], said: dict[str, str] | None = None) -> int:
    """Return the id of the row with this key, made if need be; it takes over what is ``said`` and not empty."""
    known = notes_of(connection).ids
    name = (table.name, *key.values())
    if name not in known:
        row = _OF[table].first(connection, key)
        made = key | (said or {})
        known[name] = (insert_row(connection, table, **made), made) if row is None else (row.id, row._asdict())
    row_id, held = known[name]
    news = {column: text for column, text in (said or {}).items() if text and text != held.get(column)}
    if news:
        update_row(connection, table, row_id, news)
        known[name] = row_id, held | news
    return int(row_id)


def site_id(connection: Connection, name: str) -> int:
    """Return the id of a site."""
    return _find_or_add(connection, sites, {"name": name})


def author_id(connection: Connection, author: Author, site: int) -> int | None:
    """Return the id of an author at a site, None for one without id and name."""
    native_id = author.id or author.name
    if not native_id:
        return None
    key = {"site_id": site, "native_id": native_id}
    return _find_or_add(connection, authors, key, {"name": author.name, "url": author.url})


def write_tags(connection: Connection, post: Post, post_id: int, *, replacing: bool) -> None:
    """Store a post's tags, categories and keywords in their order; with ``replacing`` it may have some."""
    wanted = [
        (kind, position, name)
        for kind, names in (("tag", post.tags), ("category", post.categories), ("keyword", post.keywords))
        for position, name in enumerate(names, 1)
    ]
    if replacing:
        held = [tuple(row) for row in _HELD_TAGS.all(connection, {"post_id": post_id})]
        if sorted(wanted) == sorted(held):
            return
        connection.execute(delete(post_tags).where(post_tags.c.post_id == post_id))
    rows = [
        {
            "post_id": post_id, "kind": kind, "position": position,
            "tag_id": _find_or_add(connection, tags, {"name": storable(name)}),
        }
        for kind, position, name in wanted
    ]  # fmt: skip
    insert_rows(connection, post_tags, rows)


def write_columns(connection: Connection, post: Post, post_id: int, site: int) -> None:
    """Add what the page says; a position known from a column's own list is kept where the page gives none."""
    for column in post.columns:
        key = {"site_id": site, "native_id": column.id}
        column_id = _find_or_add(connection, columns, key, {"title": column.title, "url": column.url})
        _PLACE.run(connection, {"post_id": post_id, "column_id": column_id, "position": column.position})


def place_in_column(connection: Connection, site: str, column_id: str, url: str, keys: Iterable[str]) -> None:
    """Note in which order a column's own list has those posts that the archive holds; a key is SITE/NATIVE_ID."""
    row_id = _find_or_add(connection, columns, {"site_id": site_id(connection, site), "native_id": column_id})
    connection.execute(update(columns).where(columns.c.id == row_id, columns.c.url == "").values(url=url))
    for position, key in enumerate(keys, 1):
        post_site, _, native_id = key.partition("/")
        post_id = by_key(connection, post_site, native_id)
        if post_id is not None:
            _PLACE.run(connection, {"post_id": post_id, "column_id": row_id, "position": position})
