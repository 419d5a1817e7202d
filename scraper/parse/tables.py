"""Tables into GFM: every row as wide as the table, merged cells padded, one header row. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from scraper.parse.code import is_code_block
from scraper.parse.tree import Element

_MAX_SPAN = 100
_MAX_PADDED_CELLS = 50_000
"""Beyond this, rows stay as short as they are, which GFM allows, and merged cells count as one."""
_BLOCKS = {"pre", "table", "hr", "iframe", "video", "audio", "details", "textarea"}
_ALIGN = re.compile(r"text-align\s*:\s*(left|center|right)", re.IGNORECASE)
_RULES = {"left": ":---", "center": ":---:", "right": "---:", "": "---"}


class Cell(NamedTuple):
    """A cell's Markdown, how many columns and rows it covers, its alignment."""

    text: str
    columns: int = 1
    rows: int = 1
    align: str = ""


_EMPTY = Cell("")


def is_layout(table: Element) -> bool:
    """Tell whether the table only places blocks: it holds code, rules, players or tables, or is a single box."""
    cells = 0
    if next(table.iterdescendants(*_BLOCKS), None) is not None:
        return True
    for cell in table.iter("td", "th"):
        cells += 1
        if is_code_block(cell):
            return True
    return cells == 1


def read_cell(element: Element, text: str) -> Cell:
    """Return the cell of an element and its Markdown."""
    if not element.keys():
        return Cell(text)
    style = _ALIGN.search(element.get("style") or "")
    align = (style[1] if style else element.get("align") or "").lower()
    return Cell(text, _span(element, "colspan"), _span(element, "rowspan"), align if align in _RULES else "")


def _span(element: Element, name: str) -> int:
    text = (element.get(name) or "").strip()
    return min(max(int(text), 1), _MAX_SPAN) if text.isdecimal() and len(text) < 9 else 1


def gfm_table(rows: list[list[Cell]]) -> str:
    """Return the rows as a GFM table, the first as its header; '' if there is no cell."""
    texts, aligns = _grid([row for row in rows if row])
    if not texts:
        return ""
    width = max(map(len, texts))
    pad = width * len(texts) <= _MAX_PADDED_CELLS
    rules = []
    for column in range(width):
        header = aligns[0][column] if column < len(aligns[0]) else ""
        below = Counter(row[column] for row in aligns[1:] if column < len(row))
        rules.append(_RULES[header or (next(iter(below)) if len(below) == 1 else "")])
    lines = [_line(row, width if pad or not index else 0) for index, row in enumerate(texts)]
    return "\n".join([lines[0], "| " + " | ".join(rules) + " |", *lines[1:]])


def _line(cells: list[str], width: int) -> str:
    return "| " + " | ".join(cells + [""] * (width - len(cells))) + " |"


def _grid(rows: list[list[Cell]]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the texts and alignments by row and column: a merged cell's text stands in its first place."""
    texts: list[list[str]] = []
    aligns: list[list[str]] = []
    covered: dict[int, int] = {}
    budget = _MAX_PADDED_CELLS
    for row in rows:
        line: list[Cell] = []
        below: dict[int, int] = {}
        for cell in row:
            _pass_covered(line, covered)
            spans = budget > 0
            for offset in range(cell.columns if spans else 1):
                if spans and cell.rows > 1:
                    below[len(line)] = cell.rows - 1
                line.append(cell._replace(text="") if offset else cell)
        _pass_covered(line, covered)
        budget -= len(line)
        for column, left in covered.items():
            if left > 1:
                below.setdefault(column, left - 1)
        covered = below
        texts.append([cell.text for cell in line])
        aligns.append([cell.align for cell in line])
    return texts, aligns


def _pass_covered(line: list[Cell], covered: dict[int, int]) -> None:
    while len(line) in covered:
        line.append(_EMPTY)
