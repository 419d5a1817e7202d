"""The crawl beside its peers: CPU, pages a second, memory and disk, in interleaved rounds, every record checked."""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scraper.archive import Archive
from tests.bench import blog_site, measure, server
from tests.bench.blog_site import USER, Planted

HERE = Path(__file__).parent
PEERS = {
    "floor": "floor_peer.py",
    "scrapy": "scrapy_peer.py",
    "trafilatura": "trafilatura_peer.py",
    "naive": "naive_peer.py",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """How many of the planted posts a store has right; a date without a time counts if the day is right."""

    titles: int = 0
    dates: int = 0
    tokens: int = 0
    hits: int = 0

    def __str__(self) -> str:
        return f"{self.titles}/{self.dates}/{self.tokens}/{self.hits}"


def scraper(base: str, db: Path, concurrency: int, *more: str) -> list[str | Path]:
    """Return the project's own command that crawls the blog."""
    return [
        sys.executable, "-m", "scraper", "crawl", f"{base}/{USER}", "--site", "csdn", "--allow-host", base.removeprefix("http://"),
        "--delay", "0", "--concurrency", str(concurrency), "--no-images", "--quiet", "--db", db, *more,
    ]  # fmt: skip


def check(db: Path, planted: Sequence[Planted]) -> Checked:
    """Hold every stored record of ours against what was planted."""
    found: list[tuple[bool, bool, bool, bool]] = []
    with Archive(db) as archive:
        held = {record["native_id"]: record for record in archive.posts()}
        for post in planted:
            record = held.get(post.native_id)
            if record is None:
                continue
            hits = archive.search(post.token).hits
            shanghai = blog_site.utc(post.published)
            found.append((
                record["title"] == post.title, record["published_at"] == shanghai,
                f"{post.token}，第 {post.edit} 版" in record["markdown"],
                [hit.record["native_id"] for hit in hits] == [post.native_id],
            ))  # fmt: skip
    return Checked(*(sum(column) for column in zip(*found, strict=True)))


def check_peer(db: Path, planted: Sequence[Planted]) -> Checked:
    """The same for a peer's store."""
    found = []
    with sqlite3.connect(db) as connection:
        rows = connection.execute("SELECT id, url, title, published, markdown FROM posts").fetchall()
        held = {url.rpartition("/")[2]: (row_id, *row) for row_id, url, *row in rows}
        for post in planted:
            if post.native_id in held:
                row_id, title, published, markdown = held[post.native_id]
                hits = connection.execute(
                    "SELECT rowid FROM post_fts WHERE post_fts MATCH ?", (f'"{post.token}"',)
                ).fetchall()
                found.append(
                    (
                        title.strip() == post.title,
                        bool(published) and post.published.startswith(published),
                        post.token in markdown,
                        hits == [(row_id,)],
                    )
                )
    return Checked(*(sum(column) for column in zip(*found, strict=True)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--only", nargs="+", choices=["scraper", *PEERS], default=["scraper", *PEERS])


def run(options: argparse.Namespace) -> None:
    work: Path = options.work
    base = f"http://127.0.0.1:{options.port}"
    folder = work / f"blog-{options.posts}-{options.port}"
    planted = blog_site.make(folder, base, options.posts)
    used: dict[str, list[measure.Usage]] = {name: [] for name in options.only}
    checked: dict[str, Checked] = {}
    size: dict[str, float] = {}
    with server.serve(folder, options.port):
        for number in range(options.rounds):
            for name in options.only:
                db = work / f"{name}.db"
                for file in work.glob(f"{name}.db*"):
                    file.unlink()
                if name == "scraper":
                    command = scraper(base, db, options.concurrency)
                else:
                    command = [
                        options.peers / "bin/python",
                        HERE / "peers" / PEERS[name],
                        base,
                        db,
                        str(options.concurrency),
                    ]
                used[name].append(measure.run(command, log=work / f"{name}.log"))
                if number == options.rounds - 1:
                    checked[name] = check(db, planted) if name == "scraper" else check_peer(db, planted)
                    size[name] = sum(file.stat().st_size for file in work.glob(f"{name}.db*")) / 1024 / options.posts
                print(f"round {number + 1}: {name} {used[name][-1]}", file=sys.stderr)
    print(
        f"{options.posts} posts, {options.concurrency} connections, medians of {options.rounds} rounds; "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )
    print(report(used, checked, size, options.posts))


def report(
    used: dict[str, list[measure.Usage]], checked: dict[str, Checked], size: dict[str, float], posts: int
) -> str:
    """Return the table: the ratio is that of CPU times, of each round by itself, the median of them."""
    rows = [["", "CPU s/1000", "ours : its", "pages/s", "peak MB", "KB/post", f"title/date/Markdown/search of {posts}"]]
    ours = [one.cpu_s for one in used.get("scraper", [])]
    for name, runs in used.items():
        cpu, wall, peak = (
            statistics.median(values) for values in zip(*((r.cpu_s, r.wall_s, r.peak_mb) for r in runs), strict=True)
        )
        ratio = statistics.median(mine / its.cpu_s for mine, its in zip(ours, runs, strict=True)) if ours else 0.0
        rows.append(
            [
                name,
                f"{cpu * 1000 / posts:.2f}",
                f"{ratio:.2f}",
                f"{posts / wall:.0f}",
                f"{peak:.0f}",
                f"{size[name]:.1f}",
                str(checked[name]),
            ]
        )
    return measure.table(rows)
