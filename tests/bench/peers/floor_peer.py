"""The fastest parts that Python can call, nothing that a crawler needs besides: ``floor_peer.py BASE DB CONCURRENCY``.

A bare socket client (no retry, no robots.txt, no limit), isal, lexbor, a converter in Rust, zstd -1, sqlite3, and the
index that this project has (bigrams, contentless), for the trigram one finds no word of two characters.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import sys
from pathlib import Path
from urllib.parse import urlsplit

import zstandard
from html_to_markdown import convert
from isal import isal_zlib
from selectolax.lexbor import LexborHTMLParser

API = "/community/home-api/v1/get-business-list?page={}&size=100&businessType=blog&username=linyi"
SCHEMA = """
CREATE TABLE posts (id INTEGER PRIMARY KEY, url TEXT UNIQUE, title TEXT, author TEXT, published TEXT, tags TEXT,
                    markdown TEXT);
CREATE TABLE pages (post_id INTEGER PRIMARY KEY REFERENCES posts, body BLOB);
CREATE VIRTUAL TABLE post_fts USING fts5 (title, markdown, content='', tokenize='unicode61');
"""
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+")


class Client:
    """One connection that asks one address at a time."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._host, self._port = parts.hostname, parts.port

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=1 << 22)

    async def get(self, path: str) -> bytes:
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"Content-Length: (\d+)", head, re.IGNORECASE)[1])
        body = await self._reader.readexactly(length)
        return isal_zlib.decompress(body, 31) if b"gzip" in head else body

    def close(self) -> None:
        self._writer.close()


def bigrams(text: str) -> str:
    made = []
    for run in _RUN.findall(text):
        if run[0] >= "\u3400":
            made += [run[at : at + 2] for at in range(len(run))]
        else:
            made.append(run)
    return " ".join(made)


class Store:
    def __init__(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {SCHEMA} BEGIN;")
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._count = 0

    def add(self, url: str, page: bytes) -> None:
        tree = LexborHTMLParser(page)
        title = tree.css_first("h1.title-article").text()
        author = tree.css_first("a.follow-nickName").text()
        published = tree.css_first("span.time").attributes["data-time"]
        tags = ",".join(tag.text() for tag in tree.css("a.tag-link[href*='so.csdn']"))
        markdown = convert(tree.css_first("#content_views").html).content or ""
        run = self._database.execute
        insert = "INSERT INTO posts (url, title, author, published, tags, markdown) VALUES (?, ?, ?, ?, ?, ?)"
        post_id = run(insert, (url, title, author, published, tags, markdown)).lastrowid
        run("INSERT INTO pages VALUES (?, ?)", (post_id, self._compressor.compress(page)))
        run(
            "INSERT INTO post_fts (rowid, title, markdown) VALUES (?, ?, ?)",
            (post_id, bigrams(title), bigrams(markdown)),
        )
        self._count += 1
        if self._count % 100 == 0:
            run("COMMIT")
            run("BEGIN")

    def close(self) -> None:
        self._database.execute("COMMIT")
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._database.close()


async def main(base: str, path: str, concurrency: int) -> None:
    store = Store(path)
    clients = [Client(base) for _ in range(concurrency)]
    for client in clients:
        await client.open()
    waiting: list[str] = []
    total = page = 0
    while page == 0 or len(waiting) < total:
        page += 1
        data = json.loads(await clients[0].get(API.format(page)))["data"]
        total = data["total"]
        waiting += [item["url"] for item in data["list"]]

    async def work(client: Client) -> None:
        while waiting:
            url = waiting.pop()
            store.add(url, await client.get(urlsplit(url).path))

    await asyncio.gather(*map(work, clients))
    for client in clients:
        client.close()
    store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
