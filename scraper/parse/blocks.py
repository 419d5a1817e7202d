"""Finished blocks of Markdown and how they stand one under another, in lists and quotes. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from scraper.parse import escape

_TIGHT = {("paragraph", "list"), ("paragraph", "code"), ("paragraph", "quote"), ("list", "list"), ("code", "paragraph")}
"""Which block may follow which in a tight list item without a blank line between, and be read as two."""

_MAX_START = 999_999_999
"""A longer number begins no list (CommonMark 0.31, list items)."""


class Block(NamedTuple):
    """A finished block: its kind (paragraph, heading, code, list, …) and its Markdown; for a list its marker."""

    kind: str
    text: str
    marker: str = ""


class Item(NamedTuple):
    """A list item's blocks; ``loose`` if its paragraphs are ones of their own; ``task`` its box, if it has one."""

    blocks: list[Block]
    loose: bool = False
    task: str = ""


def join_blocks(blocks: list[Block]) -> str:
    """Return the blocks as one text, a blank line between each two."""
    return "\n\n".join(block.text for block in blocks)


def quote(text: str) -> str:
    """Return the text as a block quote."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def indent(text: str, first: str, width: int) -> str:
    """Return the text after a marker, its further lines indented."""
    pad = " " * width
    return first + "\n".join(pad + line if line and index else line for index, line in enumerate(text.split("\n")))


def list_block(items: list[Item], start: int | None, before: Block | None) -> Block:
    """Return a list: numbered from ``start``, or with bullets; its marker differs from that of a list just before.

    Two lists of one marker would be read as one. A blank line inside an item makes the whole list a loose one.
    """
    loose = any((item.loose and item.blocks) or not _is_tight(item) for item in items)
    previous = before.marker if before is not None else ""
    if start is None:
        marker = "*" if previous == "-" else "-"
    else:
        marker = ")" if previous == "." else "."
        start = start if 0 <= start <= _MAX_START - len(items) else 1
    lines = []
    for index, item in enumerate(items):
        first = f"{marker} " if start is None else f"{start + index}{marker} "
        text = _item_text(item, "\n\n" if loose else "\n")
        lines.append(indent(text, first + item.task, len(first)) if text or item.task else first.rstrip())
    return Block("list", ("\n\n" if loose else "\n").join(lines), marker)


def _is_tight(item: Item) -> bool:
    return all((first.kind, second.kind) in _TIGHT and _interrupts(second) for first, second in pairwise(item.blocks))


def _item_text(item: Item, between: str) -> str:
    texts = [block.text for block in item.blocks]
    if texts and item.blocks[0].kind == "rule":
        texts[0] = "___"  # "- ---" is a rule, not an item
    elif texts and item.blocks[0].kind == "paragraph" and not item.task:
        texts[0] = escape.escape_task(texts[0])
    return between.join(texts)


def _interrupts(block: Block) -> bool:
    """Tell whether the block can follow a paragraph without a blank line; a list only if it begins so."""
    return block.kind != "list" or block.text.startswith(("- ", "* ", "1. ", "1) "))
