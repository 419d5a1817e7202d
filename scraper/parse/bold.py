"""Bold in existing Markdown: runs of many asterisks, nested bold, marks that CommonMark does not take. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from scraper.parse.escape import is_punctuation

_RUN = re.compile(r"(?<!\*)\*{2,}")
_CONSTRUCTS = "`[]<>!\\*_~$&"
"""ASCII punctuation that begins or ends something in Markdown: no mark moves past it."""


Edit = tuple[int, int, str]
"""A piece of text by its start and end, and what is to stand there."""


def rewrite(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with the pieces replaced; they must not overlap."""
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        pieces += [text[position:start], new]
        position = end
    return "".join([*pieces, text[position:]])


class _Run(NamedTuple):
    """A run of asterisks: where it stands and whether it can begin or end bold."""

    start: int
    end: int
    opens: bool
    closes: bool


def mend_bold(text: str, opaque: list[tuple[int, int]]) -> str:
    """Return a paragraph in which bold never nests and every pair of marks takes.

    ``opaque`` are the parts, in order, whose asterisks are no marks: code, addresses, formulas. Marks without a
    partner stay as they are. Rules: https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis.
    """
    pairs, merged = _pairs(_runs(text, opaque))
    edits: list[Edit] = [(run.start, run.end, "") for run in merged]
    end = -1
    for opening, closing in pairs:
        if opening.start < end:
            edits += [(opening.start, opening.end, ""), (closing.start, closing.end, "")]
            continue
        end = closing.end
        edits += _marks(text, opening, closing)
    return rewrite(text, edits)


def _runs(text: str, opaque: list[tuple[int, int]]) -> list[_Run]:
    """Return the runs that can be bold: of an even length, or of five and more; three are bold and italic."""
    runs = []
    blind = iter([*opaque, (len(text) + 1, len(text) + 1)])
    start, end = next(blind)
    for found in _RUN.finditer(text):
        while end <= found.start():
            start, end = next(blind)
        if start <= found.start() or len(found[0]) == 3:
            continue
        before, after = _beside(text, found.start(), found.end())
        runs.append(_Run(found.start(), found.end(), not after.isspace(), not before.isspace()))
    return runs


def _pairs(runs: list[_Run]) -> tuple[list[tuple[_Run, _Run]], list[_Run]]:
    """Return what opens and closes each bold, outer before inner, and the runs that end one and begin the next."""
    pairs: list[tuple[_Run, _Run]] = []
    merged: list[tuple[_Run, int]] = []
    opened: list[_Run] = []
    for run in runs:
        length = run.end - run.start
        if not (opened and run.closes):
            if run.opens:
                opened.append(run)
        elif run.opens and length >= 2 * (opened[-1].end - opened[-1].start):
            merged.append((run, opened[-1].start))
        else:
            pairs.append((opened.pop(), run))
    unpaired = {run.start for run in opened}
    return sorted(pairs), [run for run, opener in merged if opener not in unpaired]


def _beside(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the characters before and after a piece; the paragraph's ends count as blanks."""
    return text[start - 1] if start else " ", text[end] if end < len(text) else " "


def _marks(text: str, opening: _Run, closing: _Run) -> list[Edit]:
    """Return the edits that write this bold with marks that take: moved inside punctuation, or else as a tag."""
    mark = "***" if (opening.end - opening.start) % 2 and (closing.end - closing.start) % 2 else "**"
    start, end = opening.end, closing.start
    before, after = _beside(text, opening.start, closing.end)
    if not _takes(before, text[start]):
        while start < end and is_punctuation(text[start]) and text[start] not in _CONSTRUCTS:
            start += 1
    if not _takes(after, text[end - 1]):
        while end > start and is_punctuation(text[end - 1]) and text[end - 1] not in _CONSTRUCTS:
            end -= 1
    inside = text[start:end]
    outer = (text[start - 1] if start > opening.end else before, text[end] if end < closing.start else after)
    if not inside or not (_takes(outer[0], inside[0]) and _takes(outer[1], inside[-1])):
        return [(opening.start, opening.end, "<strong>"), (closing.start, closing.end, "</strong>")]
    return [
        (opening.start, start, text[opening.end : start] + mark),
        (end, closing.end, mark + text[end : closing.start]),
    ]


def _takes(outside: str, inside: str) -> bool:
    """Tell whether a mark between these two is one: left-flanking, or read backwards right-flanking."""
    if inside.isspace():
        return False
    return not is_punctuation(inside) or outside.isspace() or is_punctuation(outside)
