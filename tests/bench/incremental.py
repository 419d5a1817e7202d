"""What a later run asks for: requests, bytes and CPU of a first run, of unchanged ones, and after 5 % of posts changed.

Requests are counted by the server. The second run comes an hour later: only the list is asked. The third follows
edits that the list shows by a new title. The last comes two days later, when all posts are due for another look.
"""

from __future__ import annotations

import argparse
import os
import shutil

from tests.bench import blog_site, crawl, measure, server

RUNS = (("first", "2026-01-01T00:00:00Z"), ("an hour later, nothing new", "2026-01-01T01:00:00Z"),
        ("5 % edited", "2026-01-01T02:00:00Z"), ("two days later, nothing new", "2026-01-03T03:00:00Z"))  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--runs", type=int, default=len(RUNS), help="only the first so many")
    parser.add_argument("--small", action="store_true", help="pages of about 8 KB, for many posts")


def run(options: argparse.Namespace) -> None:
    base = f"http://127.0.0.1:{options.port}"
    kind = "small" if options.small else "large"
    folder = options.work / f"edited-{kind}-{options.posts}-{options.port}"
    shutil.rmtree(folder, ignore_errors=True)
    planted = blog_site.make(folder, base, options.posts, small=options.small)
    db = options.work / "incremental.db"
    for file in options.work.glob(f"{db.name}*"):
        file.unlink()
    rows = [["run", "lists", "pages", "304", "KB", "CPU s", "of the first", "peak MB", "right"]]
    first = 0.0
    with server.serve(folder, options.port) as traffic:
        for name, now in RUNS[: options.runs]:
            if name == "5 % edited":
                planted = blog_site.edit(folder, base, planted, every=20, small=options.small)
            command = crawl.scraper(base, db, options.concurrency)
            used = measure.run(command, log=options.work / "incremental.log", env={"SCRAPER_NOW": now})
            first = first or used.cpu_s
            asked, sent = traffic.take()
            right = crawl.check(db, planted)
            rows.append([
                name, str(asked["list"]), str(asked["page"]), str(asked["page 304"]), f"{sent / 1000:.0f}",
                f"{used.cpu_s:.2f}", f"{100 * used.cpu_s / first:.1f} %", f"{used.peak_mb:.0f}", str(right),
            ])  # fmt: skip
    print(f"{options.posts} {kind} posts; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(measure.table(rows))
