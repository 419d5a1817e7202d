"""What an archive's bytes are: KB a post by what they hold, of a crawl of the blog and of a folder that is imported."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.bench import blog_site, crawl, measure, server

KINDS = {
    "Markdown and text": ("revision_texts",),
    "snapshots": ("blobs",),
    "full-text index": ("post_fts", "char_fts", "search_state"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--import", type=Path, dest="folder", help="saved pages or Markdown, measured too")


def run(options: argparse.Namespace) -> None:
    base = f"http://127.0.0.1:{options.port}"
    folder = options.work / f"blog-{options.posts}-{options.port}"
    blog_site.make(folder, base, options.posts)
    db = options.work / "size.db"
    with server.serve(folder, options.port):
        measured = {"crawl": sizes(crawl.scraper(base, db, options.concurrency), db)}
    if options.folder:
        measured["import"] = sizes([sys.executable, "-m", "scraper", "import", options.folder, "--db", db], db)
    names = [*KINDS, "rows and their indexes", "empty", "all"]
    rows = [["KB a post", *measured], *([name, *(f"{one[name]:.1f}" for one in measured.values())] for name in names)]
    rows.append(["posts", *(f"{one['posts']:.0f}" for one in measured.values())])
    print(measure.table(rows))


def sizes(command: list[str | Path], db: Path) -> Counter[str]:
    """Run the command on a new archive, and return how many KB a post of it each kind of content takes."""
    for file in db.parent.glob(f"{db.name}*"):
        file.unlink()
    measure.run(command, log=db.with_suffix(".log"))
    found: Counter[str] = Counter()
    with closing(sqlite3.connect(db)) as connection:
        posts = connection.execute("SELECT count(*) FROM posts").fetchone()[0]
        for name, size in connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            kind = next((kind for kind, names in KINDS.items() if name.startswith(names)), "rows and their indexes")
            found[kind] += size / 1024 / posts
    found["all"] = db.stat().st_size / 1024 / posts
    found["empty"] = found["all"] - sum(found[kind] for kind in (*KINDS, "rows and their indexes"))
    found["posts"] = posts
    return found
