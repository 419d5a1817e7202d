"""JSON Lines: one record a line, every value exactly as the archive has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scraper.errors import ParseError
from scraper.export.records import complete_files, with_values

FILE_NAME = "records.jsonl"

_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029]")  # line ends to some readers, orders to some terminals


def line(record: Mapping[str, Any]) -> str:
    """Return the record as one line of JSON, without the line's end; lists are arrays, absent values null."""
    text = json.dumps(with_values(record), ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def write(records: Iterable[Mapping[str, Any]], folder: Path) -> int:
    """Write ``records.jsonl`` and return the number of records.

    Raises:
        UsageError: the folder cannot be written.
    """
    count = 0
    with complete_files(folder) as workplace, (workplace / FILE_NAME).open("x", encoding="utf-8") as file:
        for count, record in enumerate(records, 1):  # noqa: B007 -- the last number is the count
            file.write(line(record) + "\n")
    return count


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file that ``write`` made.

    Raises:
        ParseError: a line is no JSON object; the message has its number.
    """
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, text in enumerate(file, 1):
            try:
                record = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise ParseError(f"{path}:{number}: no JSON: {error}") from error
            if not isinstance(record, dict):
                raise ParseError(f"{path}:{number}: a JSON object is expected")
            yield record
