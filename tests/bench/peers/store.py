"""The plain store of the peers: one row a post, its raw page, and SQLite's own index that finds Chinese (trigram)."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

SCHEMA = """
CREATE TABLE posts (id INTEGER PRIMARY KEY, url TEXT UNIQUE, title TEXT, author TEXT, published TEXT, tags TEXT,
                    markdown TEXT);
CREATE TABLE pages (post_id INTEGER PRIMARY KEY REFERENCES posts, body BLOB);
CREATE VIRTUAL TABLE post_fts USING fts5 (title, markdown, content='posts', content_rowid='id', tokenize='trigram');
"""
BATCH = 50


class Store:
    """Writes posts, a transaction for every ``BATCH``."""

    def __init__(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {SCHEMA} BEGIN;")
        self._count = 0

    def add(self, url: str, title: str, author: str, published: str, tags: str, markdown: str, page: bytes) -> None:
        row = (url, title, author, published, tags, markdown)
        insert = "INSERT INTO posts (url, title, author, published, tags, markdown) VALUES (?, ?, ?, ?, ?, ?)"
        post_id = self._database.execute(insert, row).lastrowid
        self._database.execute("INSERT INTO pages VALUES (?, ?)", (post_id, zlib.compress(page)))
        self._database.execute(
            "INSERT INTO post_fts (rowid, title, markdown) VALUES (?, ?, ?)", (post_id, title, markdown)
        )
        self._count += 1
        if self._count % BATCH == 0:
            self._database.execute("COMMIT")
            self._database.execute("BEGIN")

    def close(self) -> None:
        self._database.execute("COMMIT")
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._database.close()
