"""trafilatura's metadata and Markdown of the pages named on standard input: prints the CPU seconds they took."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from trafilatura import extract_with_metadata


def read(page: Path) -> float:
    body = page.read_bytes()
    start = time.process_time()
    extract_with_metadata(
        body, output_format="markdown", include_formatting=True, include_links=True, include_images=True
    )
    return time.process_time() - start


def main() -> None:
    pages = [Path(line) for line in sys.stdin.read().splitlines()]
    read(pages[0])
    print(sum(map(read, pages)))


if __name__ == "__main__":
    main()
