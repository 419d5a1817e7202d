"""A page to its metadata and Markdown, beside trafilatura's: CPU milliseconds a page, in interleaved rounds.

Pages are those of the generated blog, or the HTML files of a folder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from pathlib import Path

from scraper.errors import ParseError
from scraper.read import parse
from tests.bench import blog_site, measure

PEER = Path(__file__).parent / "peers" / "trafilatura_reading.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pages", type=Path, help="a folder of HTML files, instead of the generated blog")
    parser.add_argument("--posts", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)


def run(options: argparse.Namespace) -> None:
    if options.pages:
        pages = sorted(options.pages.rglob("*.html"))
    else:
        folder = options.work / f"blog-{options.posts}-{options.port}"
        blog_site.make(folder, f"http://127.0.0.1:{options.port}", options.posts)
        pages = sorted(page for page in folder.rglob("*/article/details/*") if page.suffix != ".gz")
    ours, theirs = [], []
    read(pages[:1])
    for _ in range(options.rounds):
        ours.append(read(pages))
        theirs.append(read_by_peer(options.peers / "bin/python", pages))
    ratio = statistics.median(its / mine for mine, its in zip(ours, theirs, strict=True))
    rows = [["", "CPU ms a page", "ours : its"]]
    rows.append(["scraper", f"{statistics.median(ours):.2f}", "1.00"])
    rows.append(["trafilatura", f"{statistics.median(theirs):.2f}", f"{1 / ratio:.2f}"])
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{len(pages)} pages, medians of {options.rounds} rounds; {machine}\n")
    print(measure.table(rows))


def read(pages: list[Path]) -> float:
    """Return the CPU milliseconds a page that our reader takes."""
    spent = 0.0
    for page in pages:
        body = page.read_bytes()
        start = time.process_time()
        try:
            parse(body, "", content_type="text/html", name=page.name)
        except ParseError as error:
            print(f"{page.name}: {error}")
        spent += time.process_time() - start
    return 1000 * spent / len(pages)


def read_by_peer(python: Path, pages: list[Path]) -> float:
    """Return the same of trafilatura, as a process of the peers' environment measures itself."""
    names = "\n".join(map(str, pages))
    answer = subprocess.run([python, PEER], input=names, capture_output=True, text=True, check=True).stdout
    return 1000 * float(answer) / len(pages)
