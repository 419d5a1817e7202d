"""CPU of what people start often: ``scraper --help``, and ``search`` on an archive of 10,000 posts, as processes."""

from __future__ import annotations

import argparse
import os
import statistics
import sys

from tests.bench import archives, measure


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)


def run(options: argparse.Namespace) -> None:
    db = archives.make(options.work, options.posts)
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "--help": [sys.executable, "-m", "scraper", "--help"],
        "crawl --help": [sys.executable, "-m", "scraper", "crawl", "--help"],
        "search 数据": [sys.executable, "-m", "scraper", "search", "数据", "--db", db],
        "search zq500x": [sys.executable, "-m", "scraper", "search", "zq500x", "--db", db],
        "status": [sys.executable, "-m", "scraper", "status", "--db", db],
    }
    rows = [["command", "CPU ms", "lowest"]]
    for name, command in commands.items():
        measured = [1000 * measure.run(command, log=options.work / "startup.log").cpu_s for _ in range(options.rounds)]
        rows.append([name, f"{statistics.median(measured):.0f}", f"{min(measured):.0f}"])
    print(
        f"{options.posts} posts, medians of {options.rounds}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )
    print(measure.table(rows))
