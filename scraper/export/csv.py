"""CSV by RFC 4180 for spreadsheets: UTF-8 with a byte order mark, a header, every text in quotes.

A text that a spreadsheet would run as a formula gets an apostrophe before it, so this is no format to import:
JSON Lines keeps every byte.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scraper.export.records import complete_files

FILE_NAME = "records.csv"

# Spreadsheets skip blanks and invisible characters before they look: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile("[\t\r]|[\\s\ufeff\u200b-\u200f\x00-\x1f]*[-=+@＝＋－＠]")


def write(records: Iterable[Mapping[str, Any]], folder: Path) -> int:
    """Write ``records.csv`` and return the number of records; the first one's keys are the columns.

    Raises:
        UsageError: the folder cannot be written.
    """
    count = 0
    with (
        complete_files(folder) as workplace,
        (workplace / FILE_NAME).open("x", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        for count, record in enumerate(records, 1):
            if count == 1:
                writer.writerow(record)
            writer.writerow(map(cell, record.values()))
    return count


def cell(value: Any) -> str | int | float:
    """Return a value as a cell: lists as JSON, and a text that a spreadsheet would run with an apostrophe before it."""
    if isinstance(value, int | float):
        return value
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if _FORMULA.match(text) else text
