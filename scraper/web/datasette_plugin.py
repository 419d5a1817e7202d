"""Datasette's view of an archive: ``zh_query`` and ``zh_snippet`` in its SQL, and what the tables mean.

Datasette finds this module by its entry point. Its own search box passes words to FTS5 as they are, which finds no
Chinese; ``post_fts MATCH zh_query(:q)`` does.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from datasette import hookimpl

from scraper.archive.schema import APPLICATION_ID
from scraper.segment import parse_query, snippet

_SEARCH = """
SELECT r.id, r.title, r.author, r.published_at, zh_snippet(r.text, :q) AS snippet, r.url
FROM post_fts f JOIN records r ON r.id = f.rowid
WHERE post_fts MATCH zh_query(:q)
ORDER BY bm25(post_fts, 10.0, 1.0) LIMIT 100
"""
_NO_MATCH = '"\N{REPLACEMENT CHARACTER} nothing"'
_ABOUT = {
    "records": "One row a post, in its current revision.",
    "record_revisions": "One row a revision of a post, with its texts.",
    "record_tags": "Tags, categories and keywords of posts.",
    "record_columns": "Columns that posts belong to, with their places in them.",
    "record_code": "Blocks of code of the current revisions.",
    "record_links": "Links of the current revisions.",
    "record_images": "Images of the current revisions, and whether they are archived.",
    "record_metrics": "Reads, likes, comments and collects, when they had changed.",
    "run_log": "Runs of the crawler.",
    "fetch_log": "HTTP exchanges.",
}


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give every connection the functions."""
    conn.create_function("zh_query", 1, zh_query, deterministic=True)
    conn.create_function("zh_snippet", 2, zh_snippet, deterministic=True)
    conn.create_function("zh_snippet", 3, zh_snippet, deterministic=True)


def zh_query(text: str | None) -> str:
    """Return the FTS5 expression that finds what a person typed; where nothing can be searched, one that finds none."""
    return parse_query(text or "").match() or _NO_MATCH


def zh_snippet(text: str | None, query: str | None, width: int = 160) -> str:
    """Return the part of a text where the query stands, its words in « »."""
    return snippet(text or "", parse_query(query or ""), width, mark=("«", "»"))


@hookimpl
def get_metadata(datasette: Any, key: str | None, database: str | None, table: str | None) -> dict[str, Any]:
    """Describe the archives among the databases, and offer a search in each."""
    described = {
        "queries": {"search": {"sql": _SEARCH, "title": "Search posts", "params": ["q"]}},
        "tables": {name: {"description": text} for name, text in _ABOUT.items()},
    }
    archives = (name for name, held in datasette.databases.items() if held.path and _is_archive(Path(held.path)))
    return {"databases": dict.fromkeys(archives, described)}


def _is_archive(path: Path) -> bool:
    """Tell an archive by the application's id in SQLite's header (https://www.sqlite.org/fileformat.html)."""
    with path.open("rb") as file:
        return file.read(72)[68:] == APPLICATION_ID.to_bytes(4, "big")
