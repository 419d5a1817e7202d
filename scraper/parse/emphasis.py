"""Where the marks of runs are written so that CommonMark takes them. Pure.

The rules are those of delimiter runs: https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run. Where a mark
would not take, as before a Chinese quotation mark inside a sentence, it moves inside the punctuation; the HTML tag is
written only if nothing is left to mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, product
from typing import NamedTuple

from scraper.parse import escape
from scraper.parse.runs import BREAK, CODE, TEXT, LinkMark, Mark, Run, merge, trim

DELIMITERS = {"strong": "**", "em": "*", "inner em": "_", "del": "~~"}
_TAGS = {"strong": "<strong>", "em": "<em>", "del": "<del>"}
_DROPPED = {"inner em"}
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
        movable = attempt < _MAX_REPAIRS and bool(failing)
        failing = failing or _misread(tokens, runs)
        if not failing:
            break
        inner = [token for token in failing if token.mark == "inner em"]
        runs = merge(trim(_repair(runs, inner or failing, movable=movable)))
    else:
        tokens = _nest(runs)
    return tokens, runs


def _nest(runs: list[Run]) -> list[Token]:
    """Return the writing order with marks properly nested: what reaches further opens first."""
    if all(len(run.style) < 2 for run in runs):
        return _alternate(runs)
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


def _alternate(runs: list[Run]) -> list[Token]:
    """Return the writing order where no run has two marks."""
    tokens: list[Token] = []
    current: Mark | None = None
    for index, run in enumerate(runs):
        mark = run.style[0] if run.style else None
        if mark != current:
            if current is not None:
                tokens.append(Token(index, current))
            if mark is not None:
                tokens.append(Token(index, mark, opens=True))
            current = mark
        tokens.append(Token(index))
    if current is not None:
        tokens.append(Token(len(runs), current))
    return tokens


def edge(token: Token, runs: list[Run], *, first: bool) -> str:
    """Return the first or last character that the token will be written as."""
    if token.mark is None:
        run = runs[token.run]
        if run.kind == TEXT:
            return run.text[0 if first else -1]
        return "`" if run.kind == CODE else run.text[0 if first else -1]
    if isinstance(token.mark, LinkMark):
        return "[" if token.opens else ("]" if first else ")")
    delimiter = DELIMITERS.get(token.mark)
    return delimiter[0] if delimiter else "<" if first else ">"


def _failing(tokens: list[Token], runs: list[Run]) -> list[Token]:
    """Return the opening and closing marks that a reader would not take."""
    failing: list[Token] = []
    if not any(token.mark in DELIMITERS for token in tokens):
        return failing
    for begin, end in _delimiter_runs(tokens):
        character = _delimiter(tokens[begin])[:1]
        before, after = _around(tokens, runs, begin, end)
        closed = {token.mark for token in tokens[begin:end] if not token.opens}
        for token in tokens[begin:end]:
            pairs = product(before, after) if token.opens else product(after, before)
            takes = all(_takes(character, outside, inside) for outside, inside in pairs)
            if not takes or (token.opens and token.mark in closed):
                failing.append(token)
    return failing


def _delimiter_runs(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield where delimiters of one character stand side by side, as a reader counts them."""
    position = 0
    for character, group in groupby(tokens, key=lambda token: _delimiter(token)[:1]):
        length = len(list(group))
        if character:
            yield position, position + length
        position += length


def _around(tokens: list[Token], runs: list[Run], begin: int, end: int) -> tuple[set[str], set[str]]:
    before = _neighbours(tokens, runs, range(begin - 1, -1, -1))
    return before, _neighbours(tokens, runs, range(end, len(tokens)))


def _misread(tokens: list[Token], runs: list[Run]) -> list[Token]:
    """Return marks that a reader would pair with others than they belong to, as in ``**a***b**c***``.

    This is the procedure "process emphasis" of CommonMark for asterisks, each link's text by itself.
    """
    marks = {token.mark for token in tokens}
    if "strong" not in marks or "em" not in marks:
        return []
    scopes: list[list[_Asterisks]] = [[]]
    starts = dict(_delimiter_runs(tokens))
    for index, token in enumerate(tokens):
        if isinstance(token.mark, LinkMark):
            if token.opens:
                scopes.append([])
            elif scopes.pop():
                return _single(tokens)
        elif index in starts and _delimiter(token)[0] == "*":
            group = tokens[index : starts[index]]
            before, after = _around(tokens, runs, index, starts[index])
            opens = all(_takes("*", *pair) for pair in product(before, after))
            closes = all(_takes("*", *pair) for pair in product(after, before))
            run = _Asterisks(group, sum(len(_delimiter(each)) for each in group), opens, closes)
            if closes and not _close(scopes[-1], run):
                return _single(tokens)
            if run.tokens:
                scopes[-1].append(run)
    return _single(tokens) if scopes[0] else []


@dataclass(slots=True)
class _Asterisks:
    """A delimiter run under reading: its marks not yet paired, its length at first."""

    tokens: list[Token]
    length: int
    opens: bool
    closes: bool


def _close(stack: list[_Asterisks], closer: _Asterisks) -> bool:
    """Pair the run with openers before it; return whether each mark met its own."""
    while closer.tokens:
        depth = next((depth for depth in range(len(stack) - 1, -1, -1) if _may_pair(stack[depth], closer)), -1)
        if depth < 0:
            return closer.opens and all(token.opens for token in closer.tokens)
        opener = stack[depth]
        first, last = opener.tokens[-1], closer.tokens[0]
        left, right = (sum(len(_delimiter(token)) for token in run.tokens) for run in (opener, closer))
        if depth < len(stack) - 1 or last.opens or first.mark != last.mark:
            return False
        if len(_delimiter(first)) != (2 if min(left, right) > 1 else 1):
            return False
        opener.tokens.pop()
        closer.tokens.pop(0)
        if not opener.tokens:
            stack.pop()
    return True


def _may_pair(opener: _Asterisks, closer: _Asterisks) -> bool:
    if not opener.opens:
        return False
    total = opener.length + closer.length
    return not ((closer.opens or opener.closes) and total % 3 == 0 and closer.length % 3 != 0)


def _single(tokens: list[Token]) -> list[Token]:
    return [token for token in tokens if token.mark == "em"]


def _delimiter(token: Token) -> str:
    return DELIMITERS.get(token.mark, "") if isinstance(token.mark, str) else ""


def _neighbours(tokens: list[Token], runs: list[Run], indices: range) -> set[str]:
    """Return what may count as the character beside a delimiter: cmark-gfm looks through tildes, others do not."""
    found: set[str] = set()
    for index in indices:
        found.add(edge(tokens[index], runs, first=indices.step > 0))
        if not _delimiter(tokens[index]):
            return found
    return found | {" "}


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
        is_blank = run.kind == BREAK
        if movable and (is_blank or (run.kind == TEXT and _can_stand_outside(run.text[0 if token.opens else -1]))):
            (leading if token.opens else trailing).setdefault(index, set()).add(token.mark or "")
            continue
        step = 1 if token.opens else -1
        while 0 <= index < len(runs) and token.mark in runs[index].style:
            forced.setdefault(index, set()).add(token.mark or "")
            index += step
    result: list[Run] = []
    for index, run in enumerate(runs):
        tags = forced.get(index, set())
        style = tuple(_TAGS[str(mark)] if mark in tags else mark for mark in run.style if mark not in tags & _DROPPED)
        run = run._replace(style=style)
        if run.kind == BREAK:
            result.append(_without(run, run.text, leading.get(index, set()) | trailing.get(index, set())))
            continue
        if index in leading:
            text, head = _split_punctuation(run.text, first=True)
            result.append(_without(run, head, leading[index]))
            run = run._replace(text=text)
        if index in trailing and run.text:
            text, tail = _split_punctuation(run.text, first=False)
            result += [run._replace(text=text), _without(run, tail, trailing[index])]
        else:
            result.append(run)
    return [run for run in result if run.text]


def _without(run: Run, text: str, marks: set[Mark]) -> Run:
    return run._replace(text=text, style=tuple(mark for mark in run.style if mark not in marks))


def _can_stand_outside(character: str) -> bool:
    return character.isspace() or escape.is_punctuation(character)


def _split_punctuation(text: str, *, first: bool) -> tuple[str, str]:
    """Return the text without its first (or last) punctuation marks and blanks, and these."""
    count = 0
    for character in text if first else reversed(text):
        if not _can_stand_outside(character):
            break
        count += 1
    return (text[count:], text[:count]) if first else (text[: len(text) - count], text[len(text) - count :])
