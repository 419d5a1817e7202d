"""Reading a whole archive again: pages a second of ``scraper reparse`` on one core and on all of them."""

from __future__ import annotations

import argparse
import os
import shutil
import sys

from tests.bench import blog_site, crawl, measure, server


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--concurrency", type=int, default=8)


def run(options: argparse.Namespace) -> None:
    base = f"http://127.0.0.1:{options.port}"
    folder = options.work / f"blog-{options.posts}-{options.port}"
    planted = blog_site.make(folder, base, options.posts)
    crawled, db = options.work / "crawled.db", options.work / "reparse.db"
    for file in options.work.glob(f"{crawled.name}*"):
        file.unlink()
    with server.serve(folder, options.port):
        measure.run(crawl.scraper(base, crawled, options.concurrency), log=options.work / "reparse.log")
    rows = [["cores", "pages/s", "CPU s/1000", "peak MB", f"title/date/Markdown/search of {options.posts}"]]
    cores = sorted(os.sched_getaffinity(0))
    for used in dict.fromkeys((1, len(cores))):
        shutil.copy(crawled, db)
        command = [
            "taskset",
            "-c",
            ",".join(map(str, cores[:used])),
            sys.executable,
            "-m",
            "scraper",
            "reparse",
            "--db",
            db,
        ]
        took = measure.run(command, log=options.work / "reparse.log")
        speed, cpu = options.posts / took.wall_s, took.cpu_s * 1000 / options.posts
        right = crawl.check(db, planted)
        rows.append([str(used), f"{speed:.0f}", f"{cpu:.2f}", f"{took.peak_mb:.0f}", str(right)])
    print(f"{options.posts} posts; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(measure.table(rows))
