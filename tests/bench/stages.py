"""Where a crawl spends its time: CPU milliseconds a page by stage, looked at every millisecond.

A look counts for the stage of the innermost frame that belongs to one, and for the CPU time since the look before. A
thread does it: that sees a call into SQLite, zstd or lxml while it goes on, where a signal would come after it.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections import Counter
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

from tests.bench import blog_site, crawl, measure, server

STAGES = (
    ("imports", (("<frozen importlib._bootstrap>", "_find_and_load"),)),
    ("decompression", (("scraper/fetch/body.py", ""),)),
    ("HTTP", (("scraper/fetch/", ""), ("/httpx/", ""), ("/httpcore/", ""), ("/h11/", ""), ("/anyio/", ""))),
    ("lists and frontier", (
        ("scraper/archive/frontier.py", ""), ("scraper/crawl/seeds.py", ""), ("scraper/crawl/discover.py", ""),
        ("scraper/sites/_csdn_lists.py", ""),
    )),
    ("decoding", (("scraper/parse/encoding.py", ""),)),
    ("HTML tree", (("scraper/parse/tree.py", "parse_html"),)),
    ("index and head", (("scraper/parse/page.py", "__init__"), ("scraper/parse/page.py", "read_metadata"))),
    ("Markdown and text", (("scraper/parse/markdown.py", "convert"), ("scraper/parse/markdown.py", "convert_element"))),
    ("cleaning", (("scraper/parse/clean.py", "clean"),)),
    ("fields", (("scraper/sites/", ""), ("scraper/read.py", ""))),
    ("snapshot", (("scraper/archive/blobs.py", ""),)),
    ("words for the index", (("scraper/segment.py", ""),)),
    ("full-text index", (("scraper/archive/index.py", ""),)),
    ("rows", (("scraper/archive/posts.py", ""), ("scraper/archive/runs.py", ""), ("scraper/archive/assets.py", ""))),
    ("schema", (("scraper/archive/creation.py", ""), ("scraper/archive/health.py", ""))),
    ("commit", (("scraper/archive/store.py", "write"),)),
    ("pipeline", (("scraper/crawl/", ""),)),
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--concurrency", type=int, default=8)


def run(options: argparse.Namespace) -> None:
    base = f"http://127.0.0.1:{options.port}"
    folder = options.work / f"blog-{options.posts}-{options.port}"
    blog_site.make(folder, base, options.posts)
    db = options.work / "stages.db"
    for file in options.work.glob("stages.db*"):
        file.unlink()
    with server.serve(folder, options.port):
        spent = sample(crawl.scraper(base, db, options.concurrency)[2:])
    total = sum(spent.values())
    rows = [["stage", "ms a page", "share"]]
    rows += [[stage, f"{1000 * s / options.posts:.2f}", f"{100 * s / total:.0f} %"] for stage, s in spent.most_common()]
    rows.append(["all", f"{1000 * total / options.posts:.2f}", ""])
    print(f"{options.posts} posts; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(measure.table(rows))


def sample(arguments: list[str | Path]) -> Counter[str]:
    """Run the command in this process, and return the CPU seconds of each stage."""
    spent: Counter[str] = Counter()
    ended, crawling = threading.Event(), threading.get_ident()

    def look() -> None:
        last = time.process_time()
        while not ended.wait(0.001):
            now = time.process_time()
            spent[stage_of(sys._current_frames()[crawling])] += now - last
            last = now

    sys.argv = [str(argument) for argument in arguments]
    sys.setswitchinterval(0.0002)
    looker = threading.Thread(target=look)
    looker.start()
    try:
        from scraper.cli import main

        main()
    except SystemExit as end:
        if end.code:
            raise
    finally:
        ended.set()
        looker.join()
    return spent


def stage_of(frame: FrameType | None) -> str:
    """Return the stage of the innermost frame that belongs to one."""
    while frame is not None:
        if stage := stage_of_code(frame.f_code):
            return stage
        frame = frame.f_back
    return "event loop and the rest"


@cache
def stage_of_code(code: CodeType) -> str:
    """Return the stage that a function belongs to, or ''."""
    for stage, places in STAGES:
        if any(place in code.co_filename and wanted in ("", code.co_name) for place, wanted in places):
            return stage
    return ""
