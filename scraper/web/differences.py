"""What changed between two texts, as lines with the changed words marked, for a page to show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

CONTEXT_LINES = 3
MAX_LINES = 5000
"""Beyond this many lines that differ, texts are not aligned: all of one are removed, all of the other added."""

MAX_TOKENS = 1500
_TOKEN = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)

Change = Literal["same", "added", "removed", "skipped"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line, and whether it is what changed in it."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison; for ``skipped`` the number of lines left out."""

    change: Change
    parts: tuple[Part, ...] = ()
    skipped: int = 0


def compare(old: str, new: str) -> list[Line]:
    """Return the lines that differ with a few around them; nothing for equal texts."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle = before[head : len(before) - tail], after[head : len(after) - tail]
    lines = [_whole("same", line) for line in before[:head]]
    lines += _compare_lines(*middle)
    lines += [_whole("same", line) for line in before[len(before) - tail :]]
    return list(_fold(lines))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _whole(change: Change, line: str) -> Line:
    return Line(change, (Part(line),))


def _compare_lines(before: list[str], after: list[str]) -> list[Line]:
    lines: list[Line] = []
    if len(before) + len(after) > MAX_LINES:
        return [_whole("removed", line) for line in before] + [_whole("added", line) for line in after]
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            lines += [_whole("same", line) for line in before[a:b]]
        elif tag == "replace" and b - a == d - c:
            for old, new in zip(before[a:b], after[c:d], strict=True):
                lines += _compare_words(old, new)
        else:
            lines += [_whole("removed", line) for line in before[a:b]]
            lines += [_whole("added", line) for line in after[c:d]]
    return lines


def _compare_words(old: str, new: str) -> list[Line]:
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) * len(after) > MAX_TOKENS**2 // 10)
    if max(len(before), len(after)) > MAX_TOKENS or matcher.quick_ratio() < 0.3:
        return [_whole("removed", old), _whole("added", new)]
    removed: list[Part] = []
    added: list[Part] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if b > a:
            removed.append(Part("".join(before[a:b]), tag != "equal"))
        if d > c:
            added.append(Part("".join(after[c:d]), tag != "equal"))
    return [Line("removed", tuple(removed)), Line("added", tuple(added))]


def _fold(lines: list[Line]) -> Iterator[Line]:
    """Leave out the lines that are the same and far from a difference."""
    changed = [n for n, line in enumerate(lines) if line.change != "same"]
    near = {m for n in changed for m in range(n - CONTEXT_LINES, n + CONTEXT_LINES + 1)}
    skipped = 0
    for number, line in enumerate(lines):
        if number not in near:
            skipped += 1
            continue
        if skipped:
            yield Line("skipped", skipped=skipped)
            skipped = 0
        yield line
    if skipped:
        yield Line("skipped", skipped=skipped)
