"""Counters as pages show them: ``1,513``, ``2k``, ``1.3w``, ``10万+``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COUNT = re.compile(r"(\d[\d,]{0,14}(?:\.\d{1,3})?)\s{0,3}([kKwW千万]?)")
_UNITS = {"": 1, "k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}


def read_count(text: str) -> int | None:
    """Return the first number in a text such as ``阅读数：7582``, ``1513人阅读`` or ``10w+ 阅读``, or None."""
    match = _COUNT.search(text)
    return round(float(match[1].replace(",", "")) * _UNITS[match[2].lower()]) if match else None


def first_count(texts: Iterable[str]) -> int | None:
    """Return the number of the first text that has one, or None."""
    return next((number for text in texts if (number := read_count(text)) is not None), None)
