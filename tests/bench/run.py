"""Measure the project: ``python tests/bench/run.py NAME``, everything on loopback and on pages made here.

Peers live in an environment of their own: ``python tests/bench/run.py install`` makes it.
"""

from __future__ import annotations

import argparse
import importlib
import platform
import sqlite3
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

BENCHES = {
    "crawl": "the real command beside Scrapy, trafilatura, a naive script and the floor",
    "stages": "CPU milliseconds a page by stage of a crawl",
    "incremental": "requests, bytes and CPU of a first run and later ones",
    "reading": "a page to metadata and Markdown, beside trafilatura",
    "reparse": "reading a whole archive again, on one core and on all",
    "size": "what the bytes of an archive are",
    "growth": "CPU of each operation as the archive grows",
    "startup": "CPU of starting --help, search and status",
}
PARTS = ("scraper", "lxml", "httpx", "httpcore", "sqlalchemy", "markdownify", "beautifulsoup4", "zstandard")


def versions() -> str:
    """Return what the figures rest on."""
    named = " ".join(f"{name} {version(name)}" for name in PARTS)
    return f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}; {named}"


def install(folder: Path) -> None:
    """Make the peers' environment."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", "-r", Path(__file__).parent / "peers.txt"], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    work = Path(tempfile.gettempdir()) / "scraper-bench"
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--work", type=Path, default=work, help=f"where blogs and archives are made ({work})")
    shared.add_argument("--peers", type=Path, default=None, help="the peers' environment (WORK/peers)")
    shared.add_argument("--port", type=int, default=8917, help="where the blog is served; it is part of its pages")
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    names.add_parser("install", parents=[shared], help="make the peers' environment")
    for name, told in BENCHES.items():
        module = importlib.import_module(f"tests.bench.{name}")
        one = names.add_parser(name, parents=[shared], help=told, description=module.__doc__)
        module.add_arguments(one)
        one.set_defaults(run=module.run)
    options = parser.parse_args()
    options.peers = options.peers or options.work / "peers"
    options.work.mkdir(parents=True, exist_ok=True)
    if options.name == "install":
        install(options.peers)
        return
    print(f"{versions()}\n", file=sys.stderr)
    options.run(options)


if __name__ == "__main__":
    main()
