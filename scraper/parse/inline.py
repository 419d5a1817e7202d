"""A paragraph's runs into one piece of Markdown. Pure.

Marks are properties of runs: so bold never nests, split runs merge, and bold around blocks is bold inside them.
"""

from __future__ import annotations

import re

from scraper.parse import emphasis, escape
from scraper.parse.emphasis import DELIMITERS, Token
from scraper.parse.runs import (
    ADDRESS,
    CODE,
    TEXT,
    LinkMark,
    Mark,
    Run,
    collapse,
    collapse_text,
    link_of,
    merge,
    trim,
)

_BACKTICKS = re.compile(r"`+")
_LINE_BREAKS = re.compile(r"[ \t]*\n[ \t\n]*")
_WIDE_EDGES = re.compile(r"^[ \t\n]{2,}|^\n|[ \t\n]{2,}\Z|\n\Z")
_PAIRING = re.compile(r"[*_~`]")


def render(runs: list[Run], line_break: str = "  \n", *, in_cell: bool = False) -> str:
    """Return the runs as Markdown; ``line_break`` stands for a break, and for a newline unless that is kept."""
    keep_newlines = "\n" in line_break
    if not any(run.style or run.kind != TEXT for run in runs):
        return render_text("".join([run.text for run in runs]), keep_newlines=keep_newlines, in_cell=in_cell)
    runs = collapse(runs, line_break)
    if any(run.style for run in runs):
        tokens, runs = emphasis.arrange(merge(trim(runs)))
    else:
        runs = merge(runs)
        tokens = [Token(index) for index in range(len(runs))]
    return _write(tokens, runs, line_break, in_cell=in_cell)


def render_text(text: str, *, keep_newlines: bool, in_cell: bool) -> str:
    """Return text without any mark as Markdown."""
    text = collapse_text(text, keep_newlines).strip(" \n")
    markdown = escape.escape_text(text, _used_characters([text], "")) if escape.has_special(text) else text
    if keep_newlines:
        return escape.escape_line_starts(markdown)
    return markdown.replace("|", "\\|") if in_cell else markdown


def _write(tokens: list[Token], runs: list[Run], line_break: str, *, in_cell: bool) -> str:
    written = "".join(DELIMITERS[token.mark] for token in tokens if token.mark in DELIMITERS)
    if any(run.kind == CODE for run in runs):
        written += "`"
    used = _used_characters([run.text for run in runs if run.kind == TEXT], written)
    output: list[str] = []
    last = "\n"
    for position, token in enumerate(tokens):
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        after = emphasis.edge(following, runs, first=True) if following else " "
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
                piece = code_span(run.text, in_cell=in_cell, in_link=link_of(run) is not None)
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


def _used_characters(texts: list[str], written: str) -> str:
    """Return those of the characters for emphasis, deletion and code that another in this paragraph pairs with.

    ``written`` are the characters of the marks in it.
    """
    text = " ".join(texts)
    if _PAIRING.search(text) is None:
        return ""
    return "".join(
        character
        for character in "*_~`"
        if character in text and (character in written or len(re.findall(re.escape(character) + "+", text)) > 1)
    )


def _line_starts(text: str, *, at_start: bool) -> str:
    if at_start:
        return escape.escape_line_starts(text)
    first, newline, rest = text.partition("\n")
    return first + newline + escape.escape_line_starts(rest) if newline else text


def code_span(text: str, *, in_cell: bool = False, in_link: bool = False) -> str:
    """Return the text as a code span, with a fence that does not occur in it; the page's own line breaks are blanks.

    A backslash before a pipe cannot be said in a table's code span, nor ``]:`` in a link's that begins a paragraph:
    there it becomes an HTML tag.
    """
    text = _LINE_BREAKS.sub(" ", _WIDE_EDGES.sub("", text) or " ")
    if (in_cell and "\\|" in text) or (in_link and "]:" in text):
        return "<code>" + re.sub(r"[&<>*_`~\\\[\]|$:@]", lambda match: f"&#{ord(match[0])};", text) + "</code>"
    longest = {len(run) for run in _BACKTICKS.findall(text)}
    fence = "`" * next(length for length in range(1, len(longest) + 2) if length not in longest)
    if text.startswith("`") or text.endswith("`") or (text[0] == text[-1] == " " and text.strip(" ")):
        text = f" {text} "
    return fence + text + fence
