"""Runs of text with their marks into one line or paragraph of Markdown. Pure.

Marks are properties of runs, so bold never nests, split runs merge, and bold around blocks is bold inside them.
Where CommonMark would not take a mark (https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run), as
before a Chinese quotation mark inside a sentence, the mark moves inside the punctuation; the HTML tag is written
only if nothing is left to mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from scraper.parse import escape

TEXT, CODE, ATOM, BREAK, ADDRESS = range(5)

DELIMITERS = {"strong": "**", "em": "*", "inner em": "_", "del": "~~"}
_TAGS = {"strong": "<strong>", "em": "<em>", "inner em": "<em>", "del": "<del>"}
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_UNEVEN_BLANKS = re.compile(r"[\t\f\r\n]|  ")
_BACKTICKS = re.compile(r"`+")
_MAX_REPAIRS = 4


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


class _Token(NamedTuple):
    """A step of writing: a run's index, or a mark that opens or closes there."""

    run: int
    mark: Mark | None = None
    opens: bool = False


def plain_text(runs: list[Run]) -> str:
    """Return the runs as plain text, blanks collapsed."""
    lines = "".join(run.plain if run.kind == ATOM else run.text.replace("\n", " ") or "\n" for run in runs).split("\n")
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in lines).strip()


def find_addresses(runs: list[Run]) -> list[Run]:
    """Return the runs with each bare address in prose, and each link whose text is its address, as one run."""
    result: list[Run] = []
    for link, group in groupby(runs, key=link_of):
        pieces = list(group)
        text = "".join(run.text for run in pieces)
        if not ("://" in text or "www." in text or "@" in text):
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


def render(runs: list[Run], line_break: str = "  \n", *, in_cell: bool = False) -> str:
    """Return the runs as Markdown; ``line_break`` stands for a break, and for a newline unless that is kept."""
    keep_newlines = "\n" in line_break
    runs = _collapse(runs, keep_newlines)
    if any(run.style for run in runs):
        runs = _merge(_trim(runs))
        tokens, runs = _arrange(runs)
    else:
        runs = _merge(runs)
        tokens = [_Token(index) for index in range(len(runs))]
    return _write(tokens, runs, line_break, in_cell=in_cell)


def _collapse(runs: list[Run], keep_newlines: bool) -> list[Run]:
    """Return the runs with white space as HTML shows it: one blank between words, none beside a break."""
    result: list[Run] = []
    open_blank = False
    for run in runs:
        if run.kind == TEXT:
            text = run.text
            if _UNEVEN_BLANKS.search(text):
                text = _BLANKS.sub(lambda match: "\n" if keep_newlines and "\n" in match[0] else " ", text)
            if not open_blank:
                text = text.lstrip(" \n")
            if not text:
                continue
            open_blank = text[-1] not in " \n"
            run = run if text is run.text else run._replace(text=text)
        elif run.kind == BREAK:
            _strip_end(result)
            if not result:
                continue
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
            runs[-1] = runs[-1]._replace(text=text)
            return
        runs.pop()


def _trim(runs: list[Run]) -> list[Run]:
    """Return the runs with no mark around blanks, breaks or images at its edges: there it would not take."""
    pieces: list[Run] = []
    for run in runs:
        if run.kind == TEXT and run.style and (run.text[0] in " \n" or run.text[-1] in " \n"):
            core = run.text.strip(" \n")
            start = run.text.find(core) if core else len(run.text)
            pieces += [
                run._replace(text=text)
                for text in (run.text[:start], core, run.text[start + len(core) :])
                if text
            ]
        else:
            pieces.append(run)
    _share(pieces, lambda run: run.kind == ATOM or _is_blank(run), DELIMITERS)
    _share(pieces, _is_blank, None)
    return pieces


def _is_blank(run: Run) -> bool:
    return run.kind == BREAK or (run.kind == TEXT and run.text in (" ", "\n"))


def _share(runs: list[Run], is_weak: Callable[[Run], bool], marks: Container[Mark] | None) -> None:
    """Take from each weak run those of the marks that do not hold on both sides of it."""
    following: list[Style] = [()] * len(runs)
    style: Style = ()
    for index in range(len(runs) - 1, -1, -1):
        following[index] = style
        if not is_weak(runs[index]):
            style = runs[index].style
    style = ()
    for index, run in enumerate(runs):
        if not is_weak(run):
            style = run.style
        elif run.style:
            kept = tuple(
                mark
                for mark in run.style
                if (marks is not None and mark not in marks) or (mark in style and mark in following[index])
            )
            runs[index] = run._replace(style=kept)


def _merge(runs: list[Run]) -> list[Run]:
    """Return the runs with neighbouring text or code of one style as one run."""
    result: list[Run] = []
    for run in runs:
        last = result[-1] if result else None
        if last is not None and run.kind == last.kind and run.kind in (TEXT, CODE) and run.style == last.style:
            result[-1] = last._replace(text=last.text + run.text)
        else:
            result.append(run)
    return result


def _arrange(runs: list[Run]) -> tuple[list[_Token], list[Run]]:
    """Return the order of writing in which every mark takes, and the runs as changed for it."""
    for attempt in range(_MAX_REPAIRS + 1):
        tokens = _nest(runs)
        failing = _failing(tokens, runs)
        if not failing:
            break
        runs = _merge(_trim(_repair(runs, failing, movable=attempt < _MAX_REPAIRS)))
    else:
        tokens = _nest(runs)
    return tokens, runs


def _nest(runs: list[Run]) -> list[_Token]:
    """Return the writing order with marks properly nested: what reaches further opens first."""
    reach: list[dict[Mark, int]] = []
    ends: dict[Mark, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        ends = {mark: ends.get(mark, index) for mark in runs[index].style}
        reach.append(ends)
    reach.reverse()
    tokens: list[_Token] = []
    stack: list[Mark] = []
    for index, run in enumerate(runs):
        ends = reach[index]
        wanted = set(run.style)
        keep = next((depth for depth, mark in enumerate(stack) if mark not in wanted), len(stack))
        links = [ends[mark] for mark in run.style if isinstance(mark, LinkMark) and mark not in stack[:keep]]
        if links:
            keep = next((depth for depth, mark in enumerate(stack[:keep]) if ends[mark] < links[0]), keep)
        tokens += [_Token(index, mark) for mark in reversed(stack[keep:])]
        del stack[keep:]
        opening = sorted((mark for mark in run.style if mark not in stack), key=lambda mark: -ends[mark])
        tokens += [_Token(index, mark, opens=True) for mark in opening]
        stack += opening
        tokens.append(_Token(index))
    return tokens + [_Token(len(runs), mark) for mark in reversed(stack)]


def _edge(token: _Token, runs: list[Run], *, first: bool) -> str:
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


def _failing(tokens: list[_Token], runs: list[Run]) -> list[_Token]:
    """Return the opening and closing marks that CommonMark would not take."""
    failing: list[_Token] = []
    start = 0
    while start < len(tokens):
        mark = tokens[start].mark
        character = DELIMITERS.get(mark, "")[:1] if isinstance(mark, str) else ""
        end = start + 1
        if character:
            while end < len(tokens) and DELIMITERS.get(str(tokens[end].mark), "")[:1] == character:
                end += 1
            left = _edge(tokens[start - 1], runs, first=False) if start else " "
            right = _edge(tokens[end], runs, first=True) if end < len(tokens) else " "
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


def _repair(runs: list[Run], failing: list[_Token], *, movable: bool) -> list[Run]:
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


def _write(tokens: list[_Token], runs: list[Run], line_break: str, *, in_cell: bool) -> str:
    used = _used_characters(tokens, runs)
    output: list[str] = []
    last = "\n"
    for position, token in enumerate(tokens):
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        after = _edge(following, runs, first=True) if following else " "
        if token.mark is not None:
            piece = _mark(token.mark, opens=token.opens)
        else:
            run = runs[token.run]
            if run.kind == TEXT:
                in_link = link_of(run) is not None
                piece = escape.escape_text(run.text, used, last, after, in_link=in_link)
                if "\n" in line_break:
                    piece = _line_starts(piece, at_start=last == "\n")
            elif run.kind == CODE:
                piece = code_span(run.text, in_cell=in_cell)
            elif run.kind == BREAK:
                piece = line_break
            elif run.kind == ADDRESS:
                rest = runs[token.run + 1] if token.run + 1 < len(runs) else None
                piece = escape.autolink(run.text, last, rest.text if rest and rest.kind == TEXT else after)
            else:
                piece = run.text
        output.append(piece)
        last = piece[-1:] or last
    markdown = "".join(output)
    if "\n" not in line_break:
        markdown = markdown.replace("\n", " ")
    return markdown.replace("|", "\\|") if in_cell else markdown


def _mark(mark: Mark, *, opens: bool) -> str:
    if isinstance(mark, LinkMark):
        return "[" if opens else f"]({escape.link_target(mark.url, mark.title)})"
    delimiter = DELIMITERS.get(mark)
    if delimiter:
        return delimiter
    return mark if opens else "</" + mark[1:]


def _used_characters(tokens: list[_Token], runs: list[Run]) -> str:
    """Return those of the characters for emphasis, deletion and code that another in this paragraph pairs with."""
    text = " ".join(run.text for run in runs if run.kind == TEXT)
    marks = {DELIMITERS[token.mark][0] for token in tokens if token.mark in DELIMITERS}
    if any(run.kind == CODE for run in runs):
        marks.add("`")
    return "".join(
        character
        for character in "*_~`"
        if character in text and (character in marks or len(re.findall(re.escape(character) + "+", text)) > 1)
    )


def _line_starts(text: str, *, at_start: bool) -> str:
    if at_start:
        return escape.escape_line_starts(text)
    first, newline, rest = text.partition("\n")
    return first + newline + escape.escape_line_starts(rest) if newline else text


def code_span(text: str, *, in_cell: bool = False) -> str:
    """Return the text as a code span, with a fence that does not occur in it.

    A backslash before a pipe cannot be said in a table's code span; there it becomes an HTML tag.
    """
    text = re.sub(r"[\r\n]", " ", text)
    if in_cell and "\\|" in text:
        return "<code>" + re.sub(r"[&<>*_`~\\\[\]|$:@]", lambda match: f"&#{ord(match[0])};", text) + "</code>"
    longest = {len(run) for run in _BACKTICKS.findall(text)}
    fence = "`" * next(length for length in range(1, len(longest) + 2) if length not in longest)
    if text.startswith("`") or text.endswith("`") or (text[0] == text[-1] == " " and text.strip(" ")):
        text = f" {text} "
    return fence + text + fence
