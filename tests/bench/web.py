"""Time the reader's pages: ``python tests/bench/web.py --posts 20000 [--db FILE]``, which is made where it is absent.

The posts are of words drawn by Zipf's law, about 2,500 characters each, with code and formulas, by 400 authors over
12 years. Each page is asked over loopback from a reader that runs as a process of its own; the least time is what it
costs on an idle machine.
"""

from __future__ import annotations

import argparse
import http.client
import random
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

from scraper.archive import Archive, posts
from scraper.models import Author, CodeBlock, Column, Metrics, Post

SYLLABLES = "数据模型训练推理框架并发缓存索引事务锁网络协议容器部署编译内存指针线程函数接口架构测试日志监控昇思星火开源"
WORDS = ["Python", "C++", "MindSpore", "Redis", "SQLite", "Kubernetes", "x86_64", "GPU", "Transformer", "HTTP/2"]


def vocabulary(rng: random.Random) -> list[str]:
    """Return 3,510 words, most of two to four characters, the commonest first."""
    made = {"".join(rng.choices(SYLLABLES, k=rng.choice([2, 2, 2, 3, 4]))) for _ in range(6000)}
    return WORDS + rng.sample(sorted(made), 3500)


def make(path: Path, count: int) -> None:
    """Make an archive of that many posts."""
    rng = random.Random(1)
    words = vocabulary(rng)
    weights = [1 / (rank + 50) for rank in range(len(words))]
    start = datetime(2013, 1, 1, tzinfo=UTC)
    with Archive(path, write=True, command="bench") as archive:
        for first in range(0, count, 200):
            with archive.write() as connection:
                for number in range(first, min(first + 200, count)):
                    post = _post(rng, words, weights, number, start)
                    seen = start + timedelta(minutes=number)
                    posts.save(connection, post, lineage="live", now=seen)
                    if number % 50 == 0:
                        edited = replace(post, title="改" + post.title, markdown=post.markdown + "\n\n补记。")
                        posts.save(connection, edited, lineage="live", now=seen + timedelta(days=1))


def _post(rng: random.Random, words: list[str], weights: list[float], number: int, start: datetime) -> Post:
    drawn = rng.choices(words, weights, k=550)
    paragraphs = ["，".join(drawn[i : i + 11]) + "。" for i in range(0, 550, 11)]
    code = "\n".join(f"def {rng.choice('abcdef')}{i}(x): return x + {i}" for i in range(12))
    body = "\n\n".join([*paragraphs[:20], "## 小节", f"```python\n{code}\n```", "$$\nE = mc^2\n$$", *paragraphs[20:]])
    author = int(rng.paretovariate(0.4)) % 400
    tags = tuple(dict.fromkeys(rng.choices(words[:300], weights[:300], k=3)))
    return Post(
        site="csdn" if number % 5 else "cnblogs", native_id=str(10_000_000 + number),
        url=f"https://blog.example/{number}", title="".join(drawn[:3]), author=Author(f"user{author}", f"作者{author}"),
        kind=rng.choice(["original", "original", "repost", ""]),
        published_at=start + timedelta(minutes=rng.randrange(12 * 365 * 1440)), tags=tags, markdown=body,
        text="\n".join([*paragraphs, code]), code_blocks=(CodeBlock("python", code),),
        columns=(Column(f"c{author}", f"专栏{author}"),), metrics=Metrics(reads=rng.randrange(10_000)),
    )  # fmt: skip


PAGES = (
    "/", "/search", "/search?q=昇思", "/search?q=昇思+星火", "/search?q=数据", "/search?q=C%2B%2B",
    "/search?q=数据&sort=newest", "/search?tag=Redis", "/search?author=user1&year=2018", "/search?sort=reads",
    "/posts/77", "/posts/101/diff", "/changes", "/gone", "/authors", "/tags", "/years", "/columns", "/columns/9",
    "/runs", "/api/search?q=昇思", "/api/posts/77", "/feeds/new.atom",
)  # fmt: skip


def measure(path: Path, repeats: int) -> None:
    """Start the reader, then print the time to its first answer and milliseconds for each page."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "scraper", "serve", "--db", str(path), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        address = urlsplit(server.stderr.readline().split()[-1])
        connection = http.client.HTTPConnection(address.hostname, address.port)
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
        print(f"start: first answer after {time.perf_counter() - began:.2f} s")
        for page in PAGES:
            times = []
            for _ in range(repeats + 1):
                began = time.perf_counter()
                connection.request("GET", quote(page, safe="/?=&+%"))
                answer = connection.getresponse()
                size = len(answer.read())
                times.append((time.perf_counter() - began) * 1000)
            least, median = min(times[1:]), statistics.median(times[1:])
            figures = f"least {least:6.1f} ms   median {median:6.1f} ms   first {times[0]:6.1f} ms"
            print(f"{page:32} {figures}   {size / 1000:6.1f} kB{'' if answer.status == 200 else answer.status}")
        server.terminate()


def main() -> None:
    """Make the archive if it is absent, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--db", type=Path, default=None)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    path = options.db or Path(f"bench-{options.posts}.db")
    if not path.exists():
        began = time.perf_counter()
        make(path, options.posts)
        print(f"{options.posts} posts made in {time.perf_counter() - began:.0f} s")
    measure(path, options.repeats)


if __name__ == "__main__":
    main()
