"""Records as files that other tools read. A record is a mapping with the keys of the ``records`` view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from scraper.export import csv, jsonl, markdown

WRITERS: Mapping[str, Callable[[Iterable[Mapping[str, Any]], Path], int]] = {
    "markdown": markdown.write,
    "jsonl": jsonl.write,
    "csv": csv.write,
}
"""The formats by name: each writes the records into a folder and returns how many they were."""
