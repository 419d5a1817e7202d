"""A live line of a crawl on a terminal; nothing anywhere else."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping

from scraper.crawl import Watch

REFRESH_S = 0.25


async def show(watch: Watch) -> None:
    """Keep one line of stderr up to date until cancelled, then clear it."""
    began = time.monotonic()
    try:
        while True:
            await asyncio.sleep(REFRESH_S)
            line = describe(watch.counts, watch.waiting(), time.monotonic() - began)
            sys.stderr.write(f"\r\x1b[K{line[:200]}")
            sys.stderr.flush()
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def describe(counts: Mapping[str, int], waiting: Mapping[str, int], elapsed_s: float) -> str:
    """Return the line: hosts at work, counts, pages a second, and the time left where it can be told."""
    read = counts.get("fetched", 0) + counts.get("unchanged", 0)
    rate = read / elapsed_s if elapsed_s > 0 else 0.0
    left = sum(waiting.values())
    names = ("found", "fetched", "new", "changed", "failed", "images")
    said = [f"{name} {counts[name]}" for name in names if counts.get(name)]
    hosts = len(waiting)
    said += [f"{hosts} host{'s' * (hosts != 1)}, {left} waiting"] if hosts else []
    said += [f"{rate:.1f}/s"] if read else []
    said += [f"{_span(left / rate)} left"] if left and rate else []
    return "  ".join(said)


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
