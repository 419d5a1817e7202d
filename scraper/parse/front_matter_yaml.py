"""YAML front matter: a strict reader first, then one that takes each key for itself and mends it. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import yaml


def read_yaml(block: str, first_line: int) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the keys of a block between fences and what was mended, or None for a block that is no mapping.

    ``first_line`` is the number of its first line in the file, for the warnings.
    """
    mended = _Mended()
    for number, line in enumerate(block.split("\n"), first_line):
        for char in sorted(set(_CONTROL.findall(line))):
            mended.add(f"control character U+{ord(char):04X} dropped", f"line {number}")
    block = _CONTROL.sub("", block)
    if not block.strip():
        return {}, []
    try:
        data = None if _UNFIT.search(block) else _load(block, mended)
    except (yaml.YAMLError, ValueError):
        data = None
    if isinstance(data, list):
        return None, ["front matter is a list, not keys: left in the body"]
    if isinstance(data, dict):
        return (data, mended.warnings()) if data else (None, [])
    entries = _entries(block, first_line)
    # One line of prose between two rules may hold a colon; several such lines are keys without a blank after it.
    if not entries or (data is not None and len(entries) == 1):
        return None, []
    return _read_entries(entries, mended), mended.warnings()


def split_key(line: str) -> tuple[str, str] | None:
    """Return the key and the rest of a line ``key: value``, or None; ``key:value`` and ``key：value`` count too."""
    found = _WORD_KEY.match(line)
    if found and not line.startswith("//", found.end()):
        return found[1], line[found.end() :].strip()
    colon = re.search(r":(?=[ \t]|$)", line)
    key = line[: colon.start()].strip() if colon else ""
    if not colon or not key or key[0] in "-#>|`*!" or (len(key) > 60 and " " in key):
        return None
    return scalar(key), line[colon.end() :].strip()


def scalar(text: str) -> str:
    """Return the text that a value stands for: without its quotes, escapes and comment, however badly closed."""
    text = text.strip()
    commented = re.match(r"(\"[^\"]*\"|'[^']*')\s+#", text)
    if commented:
        text = commented[1]
    quote = text[:1]
    if quote not in ("'", '"'):
        comment = re.search(r"(?:^|\s)#", text)
        return text[: comment.start()].strip() if comment else text
    if len(text) < 2 or text[-1] != quote:
        return text[1:] if text.count(quote) == 1 else text
    if quote == "'":
        return text[1:-1].replace("''", "'")
    try:
        return storable(str(json.loads(text, strict=False)))
    except ValueError:
        return text[1:-1]


def flow_list(text: str) -> list[str]:
    """Return the items of ``[a, "b, c", d]``, whatever characters they hold."""
    items = re.findall(r"\s*(\"[^\"]*\"|'[^']*'|[^,]*)(?:,|$)", text.strip()[1:-1])
    return [item for item in map(scalar, items) if item]


def storable(text: str) -> str:
    """Return the text with surrogates made whole or replaced, and without NUL."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


_DEEPEST = 20
_MANY = 500
_TWICE = "a key given twice, the last one counts"
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What YAML takes for line ends and everything else for characters; and nesting that is refused, before it costs.
_UNFIT = re.compile(r"[\x85\u2028\u2029]|(?:[\[{]\s*){21}")
_WORD_KEY = re.compile(r"[ \t]*([A-Za-z_][\w-]{0,63})[ \t]*[:：]")
_COMMENT_OR_BLANK = re.compile(r"\s*(?:#|$)")


class _Loader(yaml.BaseLoader):
    """A loader that resolves nothing and refuses anchors, aliases and tags, which in front matter are accidents."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor or getattr(event, "tag", None) not in (None, "!"):
            raise yaml.YAMLError("an anchor, alias or tag")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise yaml.YAMLError("nested too deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


@dataclass(slots=True)
class _Mended:
    """What was mended, and where: one warning for each way."""

    places: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, how: str, where: str) -> None:
        self.places[how][where] = None

    def warnings(self) -> list[str]:
        return [f"front matter: {how}: {', '.join(where)}" for how, where in self.places.items()]


@dataclass(slots=True)
class _Entry:
    """A key with the lines that belong to it; ``line`` is its number in the file."""

    line: int
    key: str
    value: str
    lines: list[str]


def _load(block: str, mended: _Mended) -> Any:
    """Return a YAML document as text, lists and mappings.

    Raises:
        yaml.YAMLError: it is none, or uses what is refused.
        ValueError: a mapping has a key that is no text.
    """
    loader = _Loader(block)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    return _plain(node, mended)


def _plain(node: yaml.Node | None, mended: _Mended) -> Any:
    if isinstance(node, yaml.MappingNode):
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise ValueError("a key that is no text")
            key = storable(key_node.value)
            if key in data:
                mended.add(_TWICE, key[:60])
            data[key] = _plain(value_node, mended)
        return data
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, mended) for item in node.value]
    return storable(node.value) if node else ""


def _entries(block: str, first_line: int) -> list[_Entry]:
    """Return the block's keys with their lines; none if it does not begin with a key."""
    entries: list[_Entry] = []
    base = 0
    for number, line in enumerate(block.split("\n"), first_line):
        if not entries and _COMMENT_OR_BLANK.match(line):
            continue
        indent = len(line) - len(line.lstrip(" \t"))
        found = split_key(line) if not entries or indent <= base else None
        if found and not line.lstrip().startswith("- "):
            base = indent if not entries else base
            entries.append(_Entry(number, *found, [line]))
        elif entries:
            entries[-1].lines.append(line)
        else:
            return []
    return entries


def _read_entries(entries: list[_Entry], mended: _Mended) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for entry in entries:
        read = _read_entry(entry, mended) if len(entries) < _MANY else _as_it_looks(entry)
        for key, value in read.items():
            if key in data:
                mended.add(_TWICE, f"line {entry.line} {key[:60]}")
            data[key] = value
    return data


def _read_entry(entry: _Entry, mended: _Mended) -> dict[str, Any]:
    """Return the key of an entry with its value: as YAML has it, with blanks for TABs, or as it looks."""
    raw = "\n".join(entry.lines)
    place = f"line {entry.line} {entry.key[:60]}"
    if not _UNFIT.search(raw):
        blanked = "\n".join(map(_without_tabs, entry.lines))
        for text, how in ((raw, ""), (blanked, "TAB read as blanks")):
            try:
                data = _load(text, mended)
            except (yaml.YAMLError, ValueError):
                continue
            if isinstance(data, dict):
                if how:
                    mended.add(how, place)
                return data
    mended.add("not YAML, read as it looks", place)
    return _as_it_looks(entry)


def _without_tabs(line: str) -> str:
    """Return the line with blanks for the TABs that indent it or follow its key or dash."""
    text = line.lstrip(" \t")
    indent = line[: len(line) - len(text)].replace("\t", "    ")
    return indent + re.sub(r"^([^\s:]+:|-)[ \t]*\t[ \t]*", r"\1 ", text).rstrip("\t ")


def _as_it_looks(entry: _Entry) -> dict[str, Any]:
    """Return an entry that is no YAML: a list if every line is an item, nested keys, a block, or one text."""
    value = "" if entry.value.startswith("#") else entry.value
    more = [line for line in entry.lines[1:] if not _COMMENT_OR_BLANK.match(line)]
    if re.fullmatch(r"[|>][+-]?", value):
        return {entry.key: "\n".join(line.strip() for line in entry.lines[1:]).strip()}
    if not value and more and all(line.lstrip().startswith("-") for line in more):
        return {entry.key: [scalar(line.lstrip()[1:]) for line in more]}
    nested = {key: scalar(rest) for key, rest in filter(None, map(split_key, more))}
    if nested and len(nested) == len(more):
        return {entry.key: scalar(value), **nested} if value else {entry.key: nested}
    text = " ".join([value, *(line.strip() for line in more)]).strip()
    if text.startswith("[") and text.endswith("]") and not text.startswith("[["):
        return {entry.key: flow_list(text)}
    return {entry.key: scalar(text)}
