"""Kill a crawl with SIGKILL at random moments and look at what is left: `python -m tests.bench.kill --kills 100`.

A third of the kills are aimed at a commit: they come when the archive's log has just grown. After each the file is
checked; a crawl that has got to its end is compared with one that nobody disturbed.
"""

from __future__ import annotations

import argparse
import fcntl
import multiprocessing
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scraper.archive import Archive
from scraper.archive.check import check
from scraper.crawl import crawl
from scraper.settings import Settings
from tests.blog import Blog, serve

STABLE = (
    "site, native_id, url, title, author, author_id, kind, published_at, updated_at, categories, tags, markdown, text,"
    " read_count, status, origin, revision, revisions, snapshot_sha256"
)
PATIENCE_S = 60.0


@dataclass
class Tally:
    """What the kills did; every number but those of the first line must be 0."""

    kills: int = 0
    aimed: int = 0
    in_between: int = 0
    crawls: int = 0
    unsound: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    locked: int = 0
    different: int = 0
    asked_again: int = 0

    @property
    def well(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.unsound or self.lost or self.doubled or self.locked or self.different or self.asked_again)

    def table(self) -> str:
        """Return the numbers as a table."""
        rows = [
            ("kills", self.kills), ("of them aimed at a commit", self.aimed),
            ("of them when some posts were stored and not all", self.in_between),
            ("crawls brought to their end", self.crawls),
            ("archives that were not sound", len(self.unsound)), ("stored posts that were lost", self.lost),
            ("revisions that were there twice", self.doubled), ("locks that stayed", self.locked),
            ("crawls whose records differ from an undisturbed one's", self.different),
            ("posts asked for again though they were stored", self.asked_again),
        ]  # fmt: skip
        return "\n".join(f"{name:<56} {number:>6}" for name, number in rows)


def run(path: Path, author: str, delay_s: float) -> None:
    """Crawl in a process of its own."""
    host = author.removeprefix("http://").partition("/")[0]
    settings = Settings(delay_s=delay_s, allow_hosts=(host,), site="csdn")
    with Archive(path, write=True, command="crawl") as archive:
        crawl([author], archive, settings)


def kill_crawls(blog: Blog, folder: Path, kills: int, *, seed: int = 1, delay_s: float = 0.05) -> Tally:
    """Kill so many crawls of the blog, each going on where the last ended, and tell how it went."""
    chance = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["scraper.crawl", "scraper.archive.search", "scraper.sites.csdn"])
    whole = folder / "whole.db"
    run(whole, blog.author, 0)
    wanted = records(whole)
    tally = Tally()
    while tally.kills < kills:
        path = folder / f"killed-{tally.crawls}.db"
        held: set[tuple[object, ...]] = set()
        finished = False
        while not finished and tally.kills < kills:
            blog.served.clear()
            process = processes.Process(target=run, args=(path, blog.author, delay_s))
            process.start()
            aimed = chance.random() < 0.33
            finished = _wait(path, blog, process, chance, aimed=aimed)
            process.kill()
            process.join(PATIENCE_S)
            if finished:
                break
            tally.kills += 1
            tally.aimed += aimed
            held = _look(path, blog, held, tally)
        blog.served.clear()
        run(path, blog.author, 0)
        tally.crawls += 1
        asked = {name.rpartition("/")[2] for name in blog.served if "/details/" in name}
        tally.asked_again += len(asked & {str(row[1]) for row in held})
        tally.different += records(path) != wanted
        _look(path, blog, set(wanted), tally)
    return tally


def _wait(
    path: Path, blog: Blog, process: multiprocessing.process.BaseProcess, chance: random.Random, *, aimed: bool
) -> bool:
    """Wait for the moment to kill; return True if the crawl came to its end before."""
    log = path.with_name(f"{path.name}-wal")
    size = _size(log)
    until = time.monotonic() + (PATIENCE_S if aimed else 0)
    after = chance.randrange(blog.count + 4)
    while process.is_alive():
        if aimed:
            if _size(log) > size:
                return False
        elif sum(blog.served.values()) >= after:
            process.join(chance.random() * 0.1)
            return not process.is_alive() and process.exitcode == 0
        assert not aimed or time.monotonic() < until
    return process.exitcode == 0


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _look(path: Path, blog: Blog, held: set[tuple[object, ...]], tally: Tally) -> set[tuple[object, ...]]:
    """Check what a kill left and return the records."""
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            tally.locked += 1
    if not path.exists():
        return held
    with closing(sqlite3.connect(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            tally.lost += len(held)
            return held
        connection.execute("INSERT INTO post_fts (post_fts) VALUES ('integrity-check')")
        twice = "SELECT count(*) FROM (SELECT 1 FROM revisions GROUP BY post_id, digest HAVING count(*) > 1)"
        tally.doubled += connection.execute(twice).fetchone()[0]
    with Archive(path) as archive:
        tally.unsound += [f"{found.part}: {found.faults}" for found in check(archive, deep=True) if not found.ok]
    now_held = set(records(path))
    tally.lost += len(held - now_held)
    tally.in_between += 0 < len(now_held) < blog.count
    return now_held


def records(path: Path) -> list[tuple[object, ...]]:
    """Return what must be the same however often a crawl was interrupted."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {STABLE} FROM records ORDER BY native_id").fetchall()


def main() -> int:
    """Kill and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--posts", type=int, default=60, help="posts of the blog that is crawled")
    given = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, serve(Blog(count=given.posts)) as blog:
        tally = kill_crawls(blog, Path(folder), given.kills)
    print(tally.table(), *tally.unsound[:20], f"in {time.monotonic() - began:.0f} s", sep="\n")
    return 0 if tally.well else 1


if __name__ == "__main__":
    sys.exit(main())
