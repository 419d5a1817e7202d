"""Score the generic reader beside trafilatura and readability-lxml, page by page in one run.

    python tests/bench/extraction.py --install-peers DIR     once: their environment, apart from the project's
    python tests/bench/extraction.py [--peers DIR] [--bench FOLDER] [--sets aeb,rdb,corpus]

FOLDER holds ``score.py`` with its sets (its DATA.md says what they are); the tables are those of ``score.py``: macro
precision, recall and F1 of the body's tokens, the share of right titles, authors and dates, pages a second of CPU.
The peers run in a process of their own, which reports the CPU time that each page took there.
"""

from __future__ import annotations

import argparse
import base64
import importlib
import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BENCH = HERE.parents[2] / "shared" / "bench" / "extraction"
PEERS = {
    "trafilatura": "traf_default",
    "trafilatura-precision": "traf_precision",
    "readability-lxml": "readability_lxml",
}


def project(html: bytes, url: str) -> dict[str, str]:
    """Return what the project reads in a page, in the form that ``score.py`` asks for."""
    from scraper.read import parse

    post = parse(html, url, content_type="text/html").post
    if post is None:
        return {}
    published = post.published_at.isoformat() if post.published_at else ""
    return {"title": post.title, "author": post.author.name, "date": published, "markdown": post.markdown}


def install(folder: Path) -> None:
    """Make the peers' environment."""
    venv.create(folder, with_pip=True, clear=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--upgrade", "pip"], check=True)
    subprocess.run([*pip, "--requirement", str(HERE / "peers.txt")], check=True)


def serve(name: str, bench: Path) -> None:
    """Answer pages on standard input with what a peer reads in them, one JSON object a line."""
    sys.path.insert(0, str(bench))
    read: Callable[[bytes, str], dict[str, Any]] = getattr(importlib.import_module("thirdparty"), PEERS[name])
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        page = json.loads(line)
        html = base64.b64decode(page["html_b64"])
        begin = time.process_time()
        try:
            answer = read(html, page["url"]) or {}
        except Exception as error:  # noqa: BLE001  a peer's failure is a result
            answer = {"error": f"{type(error).__name__}: {error}"}
        answer["elapsed_s"] = time.process_time() - begin
        print(json.dumps(answer, default=str), file=answers, flush=True)


def main() -> None:
    """Print a table for each set."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--install-peers", type=Path, metavar="DIR")
    arguments.add_argument("--peers", type=Path, metavar="DIR", help="where they were installed; without it, no rows")
    arguments.add_argument("--bench", type=Path, default=BENCH)
    arguments.add_argument("--sets", default="aeb,rdb,corpus")
    arguments.add_argument("--only", choices=sorted(PEERS), action="append", help="these peers alone")
    arguments.add_argument("--serve", choices=sorted(PEERS), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.install_peers:
        install(options.install_peers)
        return
    if options.serve:
        serve(options.serve, options.bench)
        return
    if not (options.bench / "score.py").exists():
        arguments.error(f"there is no score.py in {options.bench}: say where with --bench")
    command = [sys.executable, str(options.bench / "score.py"), "--sets", options.sets]
    command += ["--extractor", "project=extraction:project"]
    for name in options.only or PEERS if options.peers else ():
        peer = f"{options.peers / 'bin' / 'python'} {HERE / 'extraction.py'} --bench {options.bench} --serve {name}"
        command += ["--cmd", f"{name}={peer}"]
    subprocess.run(command, check=True, cwd=HERE)


if __name__ == "__main__":
    main()
