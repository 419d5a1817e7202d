"""Archives of made posts, without a crawl: 1,000 characters each, and in every post a word of its own."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scraper.archive import Archive, blobs, frontier, posts, runs
from scraper.archive.frontier import Target
from scraper.models import Author, CodeBlock, Link, Metrics, Post
from tests.bench.blog_site import Writer

START = datetime(2025, 1, 1, tzinfo=UTC)
WRITER = Writer("https://blog.csdn.net", small=True)
BATCH = 50


def post(number: int, edit: int = 0) -> Post:
    """Return the post of that number."""
    rng = random.Random(f"post {number} {edit}")
    words = rng.choices(WRITER.words, cum_weights=WRITER.cumulative, k=450)
    sentences = ["".join(words[at : at + 9]) + "。" for at in range(0, len(words), 9)]
    text = f"zq{number}x " + "".join(sentences)
    native_id, user = str(100_000_000 + number), f"u{number % 50}"
    code = f"def f{number}(x):\n    return x + {edit}"
    return Post(
        site="csdn", native_id=native_id, url=f"https://blog.csdn.net/{user}/article/details/{native_id}",
        title="".join(words[:4]), author=Author(user, f"作者{user}"), kind="original",
        published_at=START - timedelta(minutes=number * 97), tags=tuple(dict.fromkeys(words[4:8])),
        markdown=f"{text}\n\n```python\n{code}\n```", text=f"{text}\n{code}", code_blocks=(CodeBlock("python", code),),
        links=(Link(f"https://example.org/{number}", "例"),), metrics=Metrics(reads=rng.randrange(9999)),
        parser="csdn/1",
    )  # fmt: skip


def store(archive: Archive, made: list[Post], now: datetime) -> None:
    """Store posts as a crawl does: frontier, snapshot, exchange, post, in transactions of 50."""
    for start in range(0, len(made), BATCH):
        with archive.write() as connection:
            for one in made[start : start + BATCH]:
                key = f"{one.site}/{one.native_id}"
                frontier.find_or_add(connection, Target(key, one.url, "blog.csdn.net", one.site, "api"), now)
                page = f"<html><h1>{one.title}</h1>{one.markdown}</html>".encode()
                blob_id = archive.blobs.put(connection, page, family="blog.csdn.net", now=now)
                row = {"at": now, "url": one.url, "kind": "page", "status": 200, "outcome": "ok", "blob_id": blob_id}
                fetch_id = runs.log_fetch(connection, None, row)
                saved = posts.save(connection, one, lineage="live", now=now, fetch_id=fetch_id)
                found = frontier.find(connection, key)
                if found is not None:
                    frontier.done(
                        connection, found["id"], now, changed=saved.change != "unchanged", post_id=saved.post_id
                    )
                blobs.drop_superseded(connection, saved.post_id)


def make(folder: Path, count: int) -> Path:
    """Return the archive of so many posts, made if it is not there."""
    db = folder / f"posts-{count}.db"
    if not db.exists():
        making = folder / "making.db"
        for file in folder.glob(f"{making.name}*"):
            file.unlink()
        with Archive(making, write=True, command="bench") as archive:
            for start in range(0, count, 1000):
                store(archive, [post(number) for number in range(start, min(start + 1000, count))], START)
        making.rename(db)
    return db
