"""Runs: the pieces of a paragraph, each with its marks, brought into order before they are written. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Container
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from scraper.parse import escape

TEXT, CODE, ATOM, BREAK, ADDRESS = range(5)

EMPHASIS = frozenset({"strong", "em", "inner em", "del"})
"""The marks that Markdown writes as delimiters; any other but a link is an HTML tag."""

_BLANKS = re.compile(r"[ \t\n\f\r]+")
_UNEVEN_BLANKS = re.compile(r"[\t\f\r\n]|  ")


@dataclass(frozen=True, slots=True, eq=False)
class LinkMark:
    """The mark of one link element; two elements with one address are two links."""

    url: str
    title: str = ""


Mark = str | LinkMark
Style = tuple[Mark, ...]


class Run(NamedTuple):
    """A piece of a paragraph: text, code, finished Markdown (an atom) or a line break, and its marks, outermost first.

    ``plain`` is what an atom is in plain text.
    """

    kind: int
    text: str
    style: Style = ()
    plain: str = ""


def plain_text(runs: list[Run]) -> str:
    """Return the runs as plain text, blanks collapsed."""
    if len(runs) == 1 and runs[0].kind == TEXT:
        return " ".join(runs[0].text.split())
    kept = [run.plain if run.kind == ATOM else run.text.replace("\n", " ") if run.text else "\n" for run in runs]
    return "\n".join([" ".join(line.split()) for line in "".join(kept).split("\n")]).strip()


def find_addresses(runs: list[Run]) -> list[Run]:
    """Return the runs with each bare address in prose, and each link whose text is its address, as one run."""
    for run in runs:
        if may_hold_address(run.text):
            break
    else:
        return runs
    result: list[Run] = []
    for link, group in groupby(runs, key=link_of):
        pieces = list(group)
        text = "".join(run.text for run in pieces)
        if not may_hold_address(text):
            result += pieces
        elif link is None:
            for run in pieces:
                result += _split_addresses(run) if run.kind == TEXT else [run]
        else:
            text = text.strip(" \n")
            plain = all(run.kind == TEXT for run in pieces) and not link.title
            if plain and escape.address_target(text) == link.url:
                style = next((run.style for run in pieces if run.text.strip()), ())
                pieces = [Run(ADDRESS, text, tuple(mark for mark in style if mark is not link), text)]
            result += pieces
    return result


def may_hold_address(text: str) -> bool:
    """Tell whether it is worth looking for a bare address in the text."""
    return "://" in text or "www." in text or "@" in text


def link_of(run: Run) -> LinkMark | None:
    """Return the link that the run stands in, or None."""
    return next((mark for mark in run.style if isinstance(mark, LinkMark)), None)


def _split_addresses(run: Run) -> list[Run]:
    pieces: list[Run] = []
    position = 0
    for start, end in escape.addresses(run.text):
        address = run.text[start:end]
        pieces += [run._replace(text=run.text[position:start]), Run(ADDRESS, address, run.style, address)]
        position = end
    return [piece for piece in [*pieces, run._replace(text=run.text[position:])] if piece.text]


def collapse_text(text: str, keep_newlines: bool) -> str:
    """Return the text with each run of white space as one blank, or as one newline if it holds one."""
    if _UNEVEN_BLANKS.search(text) is None:
        return text
    return _BLANKS.sub(lambda match: "\n" if keep_newlines and "\n" in match[0] else " ", text)


def collapse(runs: list[Run], line_break: str) -> list[Run]:
    """Return the runs with white space as HTML shows it: one blank between words, none beside a break.

    A break's text is then ``line_break``.
    """
    keep_newlines = "\n" in line_break
    result: list[Run] = []
    open_blank = False
    for run in runs:
        if run.kind == TEXT:
            text = collapse_text(run.text, keep_newlines)
            if not open_blank:
                text = text.lstrip(" \n")
            if not text:
                continue
            open_blank = text[-1] not in " \n"
            run = run if text is run.text else Run(TEXT, text, run.style)
        elif run.kind == BREAK:
            _strip_end(result)
            if not result or result[-1].kind == BREAK:
                continue
            run = Run(BREAK, line_break, run.style)
            open_blank = False
        else:
            open_blank = True
        result.append(run)
    _strip_end(result)
    while result and result[-1].kind == BREAK:
        result.pop()
        _strip_end(result)
    return result


def _strip_end(runs: list[Run]) -> None:
    while runs and runs[-1].kind == TEXT:
        text = runs[-1].text.rstrip(" \n")
        if text:
            if text is not runs[-1].text:
                runs[-1] = Run(TEXT, text, runs[-1].style)
            return
        runs.pop()


def trim(runs: list[Run]) -> list[Run]:
    """Return the runs with no mark around blanks, breaks or images at its edges: there it would not take."""
    pieces: list[Run] = []
    for run in runs:
        if run.kind == TEXT and run.style and (run.text[0] in " \n" or run.text[-1] in " \n"):
            core = run.text.strip(" \n")
            start = run.text.find(core) if core else len(run.text)
            edges = (run.text[:start], core, run.text[start + len(core) :])
            pieces += [Run(TEXT, text, run.style) for text in edges if text]
        else:
            pieces.append(run)
    blank = [index for index, run in enumerate(pieces) if _is_blank(run)]
    if weak := [index for index, run in enumerate(pieces) if run.kind == ATOM] + blank:
        _share(pieces, weak, EMPHASIS)
        _share(pieces, blank, None)
    return pieces


def _is_blank(run: Run) -> bool:
    return run.kind == BREAK or (run.kind == TEXT and run.text in (" ", "\n"))


def _share(runs: list[Run], weak: Collection[int], marks: Container[Mark] | None) -> None:
    """Take from each weak run those of the marks that do not hold on both sides of it."""
    weak = set(weak)
    following: list[Style] = [()] * len(runs)
    style: Style = ()
    for index in range(len(runs) - 1, -1, -1):
        following[index] = style
        if index not in weak:
            style = runs[index].style
    style = ()
    for index, run in enumerate(runs):
        if index not in weak:
            style = run.style
        elif run.style:
            kept = tuple(
                mark
                for mark in run.style
                if (marks is not None and mark not in marks) or (mark in style and mark in following[index])
            )
            runs[index] = run._replace(style=kept)


def merge(runs: list[Run]) -> list[Run]:
    """Return the runs with neighbouring text or code of one style as one run."""
    if len(runs) < 2:
        return runs
    result: list[Run] = []
    start = 0
    for end in range(1, len(runs) + 1):
        first = runs[start]
        if end < len(runs) and first.kind in (TEXT, CODE) and _are_alike(first, runs[end]):
            continue
        result.append(first if end == start + 1 else first._replace(text="".join([r.text for r in runs[start:end]])))
        start = end
    return result


def _are_alike(first: Run, second: Run) -> bool:
    if first.kind != second.kind:
        return False
    return first.style == second.style or set(first.style) == set(second.style)
