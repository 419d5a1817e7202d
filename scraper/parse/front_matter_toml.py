"""TOML front matter, Hugo's and Zola's: values as they were written, and line by line where it is no TOML. Pure."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from scraper.parse.front_matter_yaml import flow_list, scalar, storable


def read_toml(block: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the keys of a block between fences and what was mended, or None for a block without any."""
    data: dict[str, Any] = {}
    try:
        return _plain(tomllib.loads(block), block), []
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        table, mended = data, []
    for text in _entries(block):
        header = re.fullmatch(r"\s*\[([^\[\]]+)\]\s*", text)
        if header:
            table = data.setdefault(scalar(header[1]), {})
            continue
        try:
            read = _plain(tomllib.loads(text), text)
        except (tomllib.TOMLDecodeError, ValueError, RecursionError):
            key, _, value = text.partition("=")
            value = " ".join(value.split())
            read = {scalar(key): flow_list(value) if re.fullmatch(r"\[.*\]", value) else scalar(value)}
            mended.append(scalar(key))
        table.update(read)
    warnings = [f"front matter: not TOML, read as it looks: {', '.join(mended)}"] if mended else []
    return (data or None), warnings


def _entries(block: str) -> list[str]:
    """Return each key's lines and each table's header as one text."""
    entries: list[str] = []
    for line in block.split("\n"):
        if re.match(r"\s*(?:[\w.-]+|\"[^\"]*\")\s*=|\s*\[[^\[\]]+\]\s*$", line):
            entries.append(line)
        elif entries and line.strip() and not line.lstrip().startswith("#"):
            entries[-1] += "\n" + line
    return entries


def _plain(value: Any, block: str, key: str = "", depth: int = 0) -> Any:
    """Return what TOML gave as text, lists and mappings.

    Raises:
        ValueError: it nests too deep to be front matter.
    """
    if depth > 20:
        raise ValueError("too deep")
    if isinstance(value, dict):
        return {storable(name): _plain(item, block, name, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, block, key, depth + 1) for item in value]
    if isinstance(value, str):
        return storable(value)
    name = rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=[ \t]*"
    written = re.search(rf"{name}([^\s#\[\]]+(?: [\d:.+Z-]+)?)", block, re.MULTILINE)
    return written[1] if written else str(value).lower()
