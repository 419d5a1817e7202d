"""What the formats share: lists that SQL holds as JSON text, and files that appear whole or not at all."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scraper.errors import UsageError

JSON_COLUMNS = ("categories", "tags", "keywords", "front_matter")


def with_values(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with the values of its JSON columns in place of their text."""
    decoded = dict(record)
    for name in JSON_COLUMNS:
        if isinstance(decoded.get(name), str):
            decoded[name] = json.loads(decoded[name] or "null")
    return decoded


@contextmanager
def complete_files(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, whose files move to the one that was named when all are written.

    Files of the same name are replaced, everything else in the folder stays.

    Raises:
        UsageError: the folder is a file, or cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workplace = tempfile.TemporaryDirectory(dir=folder, prefix=".export-")
    except OSError as error:
        raise UsageError(f"cannot export to {folder}: {error.strerror or error}") from error
    with workplace as name:
        yield Path(name)
        for path in sorted(Path(name).iterdir()):
            path.replace(folder / path.name)
