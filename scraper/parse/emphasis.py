"""Where the marks of runs are written so that CommonMark takes them. Pure.

The rules are those of delimiter runs: https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run. Where a mark
would not take, as before a Chinese quotation mark inside a sentence, it moves inside the punctuation; the HTML tag is
written only if nothing is left to mark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from scraper.parse import escape
from scraper.parse.runs import BREAK, CODE, TEXT, LinkMark, Mark, Run, merge, trim

DELIMITERS = {"strong": "**", "em": "*", "inner em": "_", "del": "~~"}
_TAGS = {"strong": "<strong>", "em": "<em>", "inner em": "<em>", "del": "<del>"}
_MAX_REPAIRS = 4


class Token(NamedTuple):
    """A step of writing: a run's index, or a mark that opens or closes there."""

    run: int
    mark: Mark | None = None
    opens: bool = False


def arrange(runs: list[Run]) -> tuple[list[Token], list[Run]]:
    """Return the order of writing in which every mark takes, and the runs as changed for it."""
    for attempt in range(_MAX_REPAIRS + 1):
        tokens = _nest(runs)
        failing = _failing(tokens, runs)
        if not failing:
            break
        runs = merge(trim(_repair(runs, failing, movable=attempt < _MAX_REPAIRS)))
    else:
        tokens = _nest(runs)
    return tokens, runs


def _nest(runs: list[Run]) -> list[Token]:
    """Return the writing order with marks properly nested: what reaches further opens first."""
    reach: list[dict[Mark, int]] = []
    ends: dict[Mark, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        ends = {mark: ends.get(mark, index) for mark in runs[index].style}
        reach.append(ends)
    reach.reverse()
    tokens: list[Token] = []
    stack: list[Mark] = []
    for index, run in enumerate(runs):
        ends = reach[index]
        wanted = set(run.style)
        keep = next((depth for depth, mark in enumerate(stack) if mark not in wanted), len(stack))
        links = [ends[mark] for mark in run.style if isinstance(mark, LinkMark) and mark not in stack[:keep]]
        if links:
            keep = next((depth for depth, mark in enumerate(stack[:keep]) if ends[mark] < links[0]), keep)
        tokens += [Token(index, mark) for mark in reversed(stack[keep:])]
        del stack[keep:]
        opening = sorted((mark for mark in run.style if mark not in stack), key=lambda mark: -ends[mark])
        tokens += [Token(index, mark, opens=True) for mark in opening]
        stack += opening
        tokens.append(Token(index))
    return tokens + [Token(len(runs), mark) for mark in reversed(stack)]


def edge(token: Token, runs: list[Run], *, first: bool) -> str:
    """Return the first or last character that the token will be written as."""
    if token.mark is None:
        run = runs[token.run]
        if run.kind == TEXT:
            return run.text[0 if first else -1]
        return "`" if run.kind == CODE else " " if run.kind == BREAK else run.text[0 if first else -1]
    if isinstance(token.mark, LinkMark):
        return "[" if token.opens else ("]" if first else ")")
    delimiter = DELIMITERS.get(token.mark)
    return delimiter[0] if delimiter else "<" if first else ">"


def _failing(tokens: list[Token], runs: list[Run]) -> list[Token]:
    """Return the opening and closing marks that CommonMark would not take."""
    failing: list[Token] = []
    start = 0
    while start < len(tokens):
        mark = tokens[start].mark
        character = DELIMITERS.get(mark, "")[:1] if isinstance(mark, str) else ""
        end = start + 1
        if character:
            while end < len(tokens) and DELIMITERS.get(str(tokens[end].mark), "")[:1] == character:
                end += 1
            left = edge(tokens[start - 1], runs, first=False) if start else " "
            right = edge(tokens[end], runs, first=True) if end < len(tokens) else " "
            closed = {token.mark for token in tokens[start:end] if not token.opens}
            for token in tokens[start:end]:
                takes = _takes(character, left, right) if token.opens else _takes(character, right, left)
                if not takes or (token.opens and token.mark in closed):
                    failing.append(token)
        start = end
    return failing


def _takes(character: str, outside: str, inside: str) -> bool:
    """Tell whether a delimiter between the two characters can open, or seen from its other side close.

    CommonMark 0.31 counts symbols as punctuation, the older GFM does not: it has to take under both.
    """
    for is_punctuation in (escape.is_punctuation, escape.is_narrow_punctuation):
        if not _flanks(outside, inside, is_punctuation):
            return False
        if character == "_" and _flanks(inside, outside, is_punctuation) and not is_punctuation(outside):
            return False  # an underscore inside a word
    return True


def _flanks(outside: str, inside: str, is_punctuation: Callable[[str], bool]) -> bool:
    if inside.isspace():
        return False
    return not is_punctuation(inside) or outside.isspace() or is_punctuation(outside)


def _repair(runs: list[Run], failing: list[Token], *, movable: bool) -> list[Run]:
    """Return the runs with failing marks moved inside punctuation, or made HTML tags where that cannot be."""
    leading: dict[int, set[Mark]] = {}
    trailing: dict[int, set[Mark]] = {}
    forced: dict[int, set[Mark]] = {}
    for token in failing:
        index = token.run if token.opens else token.run - 1
        run = runs[index]
        character = run.text[0 if token.opens else -1]
        if movable and run.kind == TEXT and escape.is_punctuation(character):
            (leading if token.opens else trailing).setdefault(index, set()).add(token.mark or "")
            continue
        step = 1 if token.opens else -1
        while 0 <= index < len(runs) and token.mark in runs[index].style:
            forced.setdefault(index, set()).add(token.mark or "")
            index += step
    result: list[Run] = []
    for index, run in enumerate(runs):
        style = tuple(_TAGS[str(mark)] if mark in forced.get(index, ()) else mark for mark in run.style)
        run = run._replace(style=style)
        if index in leading:
            text, head = _split_punctuation(run.text, first=True)
            result.append(_without(run, head, leading[index]))
            run = run._replace(text=text)
        if index in trailing and run.text:
            text, tail = _split_punctuation(run.text, first=False)
            result += [run._replace(text=text), _without(run, tail, trailing[index])]
        else:
            result.append(run)
    return [run for run in result if run.text or run.kind == BREAK]


def _without(run: Run, text: str, marks: set[Mark]) -> Run:
    return run._replace(text=text, style=tuple(mark for mark in run.style if mark not in marks))


def _split_punctuation(text: str, *, first: bool) -> tuple[str, str]:
    """Return the text without its first (or last) punctuation marks, and these."""
    count = 0
    for character in text if first else reversed(text):
        if not escape.is_punctuation(character):
            break
        count += 1
    return (text[count:], text[:count]) if first else (text[: len(text) - count], text[len(text) - count :])
