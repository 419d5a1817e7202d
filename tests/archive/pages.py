"""Pages that look alike, as those of one site do, and posts that rest on them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from scraper.archive import Archive, posts, runs
from scraper.models import Author, Post


def page(seed: int, template: int = 0) -> bytes:
    """A page of 40 KB whose template is shared and whose body is its own."""
    chrome = random.Random(template).randbytes(15_000).hex()
    body = random.Random(seed).randbytes(2_500).hex()
    return f"<html>{chrome}<article>{seed}{body}</article></html>".encode()


def store(archive: Archive, post: Post, now: datetime, body: bytes, *, author: str = "lin", number: int = 1) -> int:
    """Store a post with the page that it was read from, as a crawl does, and return its id."""
    url = f"https://blog.csdn.net/{author}/article/details/{1000 + number}"
    one = replace(
        post,
        native_id=str(1000 + number),
        url=url,
        author=Author(author, f"{author}的名字", f"https://blog.csdn.net/{author}"),
    )
    with archive.write() as connection:
        blob_id = archive.blobs.put(connection, body, family="blog.csdn.net", now=now)
        row = {"at": now, "url": url, "host": "blog.csdn.net", "kind": "page", "outcome": "ok", "blob_id": blob_id}
        fetch_id = runs.log_fetch(connection, None, row)
        return posts.save(connection, one, lineage="live", now=now, fetch_id=fetch_id).post_id
