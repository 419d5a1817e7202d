"""What grows with the archive: CPU of insert, revise, look-up, search and status at 1,000, 10,000 and 100,000 posts.

Of searches for a common word and of status, the median of some calls: what stands between a change of the archive and
the first of them, reading its pages anew, is not theirs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from scraper.archive import Archive, frontier
from tests.bench import archives, measure

PROBES = 100
CALLS = 9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--marks", type=int, nargs="+", default=[1_000, 10_000], help="100000 takes some minutes")


def run(options: argparse.Namespace) -> None:
    marks = sorted(options.marks)
    db = options.work / "growth.db"
    for file in options.work.glob(f"{db.name}*"):
        file.unlink()
    rows = [
        [
            "posts",
            "insert",
            "revise",
            "unchanged",
            "look-up",
            "rare word",
            "common word",
            "by date",
            "status",
            "list of 100",
            "KB a post",
        ]
    ]
    count = 0
    with Archive(db, write=True, command="bench") as archive:
        for mark in marks:
            while count < mark - PROBES:
                step = min(1000, mark - PROBES - count)
                archives.store(
                    archive, [archives.post(number) for number in range(count, count + step)], archives.START
                )
                count += step
            rows.append([f"{mark:,}", *measured(archive, count), f"{db.stat().st_size / 1024 / mark:.1f}"])
            count = mark
    print(f"CPU ms, posts of 1,000 characters; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(measure.table(rows))


def measured(archive: Archive, count: int) -> list[str]:
    """Return the milliseconds of each operation on an archive of so many posts; it has ``PROBES`` more afterwards."""
    later = archives.START + timedelta(days=1)
    new = [archives.post(number) for number in range(count, count + PROBES)]
    edited = [archives.post(number, edit=count) for number in range(0, count, max(1, count // PROBES))][:PROBES]
    words = [f"zq{number}x" for number in range(0, count, max(1, count // PROBES))][:PROBES]

    def status() -> None:
        # A night on which few posts are due: to count those that are takes as long as they are many.
        with archive.read() as connection:
            frontier.counts(connection, archives.START + timedelta(hours=1))

    def listed() -> None:
        with archive.write() as connection:
            for one in new:
                target = frontier.Target(f"csdn/{one.native_id}", one.url, "blog.csdn.net", "csdn", "api")
                frontier.find_or_add(connection, target, later)

    figures = (
        _milliseconds(lambda: archives.store(archive, new, archives.START)) / len(new),
        _milliseconds(lambda: archives.store(archive, edited, later)) / len(edited),
        _milliseconds(lambda: archives.store(archive, edited, later)) / len(edited),
        _milliseconds(lambda: [archive.get(f"csdn/{one.native_id}") for one in edited]) / len(edited),
        _milliseconds(lambda: [archive.search(word) for word in words]) / len(words),
        _usual(lambda: archive.search("数据")),
        _usual(lambda: archive.search("数据", sort="date")),
        _usual(status),
        _milliseconds(listed),
    )
    return [f"{figure:.2f}" for figure in figures]


def _usual(operation: Callable[[], object]) -> float:
    return statistics.median(_milliseconds(operation) for _ in range(CALLS))


def _milliseconds(operation: Callable[[], object]) -> float:
    began = time.process_time()
    operation()
    return 1000 * (time.process_time() - began)
