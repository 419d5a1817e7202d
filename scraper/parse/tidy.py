"""Existing Markdown in the form that all bodies are kept in, changing only what cannot be meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

from scraper.parse import escape
from scraper.parse.bold import Edit, mend_bold, rewrite
from scraper.parse.markdown import to_markdown
from scraper.parse.media import resolve
from scraper.parse.outline import BLOCKS

_LINE_END = re.compile(r"\r\n?")
_PROSE = frozenset(("paragraph_open", "heading_open", "tr_open"))
_CODE = frozenset(("fence", "code_block", "html_block"))
# CSDN's editors took these for headings; a single # may be a tag, as in Obsidian.
_HEADING_WITHOUT_BLANK = re.compile(r"^([ ]{0,3}(?:> ?)*)(#{2,6})(?=[^\s#!])", re.MULTILINE)
_TOC = re.compile(r"^(?:@\[toc\](?:\([^()\n]*\))?|\[toc\])[ \t]*(?:\n|\Z)", re.MULTILINE | re.IGNORECASE)
# https://hexo.io/docs/tag-plugins#Include-Assets and https://gohugo.io/shortcodes/figure/
_HEXO_IMAGE = re.compile(
    r"\{%-?[ \t]{0,9}(?:asset_img|img)[ \t](?:[^\n%}]{0,200}?[ \t])??"
    r"([^\s%}]{1,500}\.(?:png|jpe?g|gif|webp|svg|bmp|avif))[ \t\"']*([^\n%}\"']{0,500}?)[ \t\"']*-?%\}",
    re.IGNORECASE,
)
_HUGO_FIGURE = re.compile(r"\{\{[<%][ \t]{0,9}figure[ \t]([^\n{}]{1,1000})[>%]\}\}")
_OPAQUE = re.compile(
    r"\\[^\n]"
    r"|(?P<code>`+)"
    r"|</?[A-Za-z!?][^<>]{0,2000}>"
    r"|(?P<link>!?\[(?:[^\[\]\n\\]|\\.){0,2000}\]\((?:[^()\n]|\([^()\n]{0,500}\)){0,4000}\))"
    r"|\$\$[^$]{1,4000}\$\$|\$[^$\s](?:[^$\n]{0,400}[^$\s])?\$(?![0-9])"
)
_ELEMENT = re.compile(
    r"\s*<(p|div|table|h[1-6]|ul|ol|dl|pre|blockquote|center|figure|section|article)\b.*</\1>\s*",
    re.IGNORECASE | re.DOTALL,
)
_FAR = 500
_DESTINATION = re.compile(r"(\]\()(<[^<>\n]*>|[^\s()<>]+(?:\([^\s()]*\)[^\s()]*)*)(?=[)\s])")


def tidy(markdown: str, base_url: str = "") -> str:
    """Return the Markdown with its prose normalized; code stays as it is.

    One kind of line end; no zero-width or control characters; one blank line between blocks; bold that never nests
    and takes; a bare address ends where Chinese, a label or the next address begins; ``##Title`` is a heading; the
    mark for an editor's table of contents is left out; whole elements of HTML, and Hexo's and Hugo's tags for
    images, are Markdown. With a base, relative links and images become absolute.
    """
    text = _LINE_END.sub("\n", markdown).removeprefix("\ufeff").replace("\0", "")
    lines = text.split("\n")
    code = _code_lines(BLOCKS.parse(text))
    lines = [line if number in code else escape.clean_text(line) for number, line in enumerate(lines)]
    text = "\n".join(lines)
    lines = text.split("\n")
    tokens = BLOCKS.parse(text)
    code = _code_lines(tokens)
    tidied: list[str] = []
    position = 0
    for start, end, kind in [*_blocks(tokens), (len(lines), len(lines), "paragraph_open")]:
        between = range(position, start)
        tidied += [lines[number] for number in between if number in code or not _is_second_blank(lines, number)]
        block = "\n".join(lines[start:end])
        if kind == "html_block":
            tidied += _converted(block, base_url, lines[start - 1 : start], lines[end : end + 1])
        elif new := (_tidy_row if kind == "tr_open" else _tidy_paragraph)(block, base_url):
            tidied.append(new)
        position = end
    return "\n".join(tidied)


def _code_lines(tokens: list[Token]) -> set[int]:
    spans = (token.map for token in tokens if token.type in _CODE and token.map)
    return {number for start, end in spans for number in range(start, end)}


def _is_second_blank(lines: list[str], number: int) -> bool:
    return number > 0 and not lines[number].strip() and not lines[number - 1].strip()


def _blocks(tokens: list[Token]) -> Iterator[tuple[int, int, str]]:
    """Yield the lines and kind of each paragraph, heading, table row and outermost HTML block once, in order."""
    done = 0
    for token in tokens:
        if token.type in _PROSE or (token.type == "html_block" and token.level == 0):
            start, end = token.map or (0, 0)
            if done <= start < end:
                done = end
                yield start, end, token.type


def _converted(html: str, base_url: str, before: list[str], after: list[str]) -> list[str]:
    """Return the lines for an HTML block: Markdown for a whole element, apart from the lines beside it."""
    element = _ELEMENT.fullmatch(html)
    markdown = to_markdown(html, base_url) if element else ""
    if not markdown:
        return html.split("\n")
    return [*("" for line in before if line.strip()), markdown, *("" for line in after if line.strip())]


def _tidy_row(row: str, base_url: str) -> str:
    return "|".join(_tidy_prose(cell, base_url) for cell in re.split(r"(?<!\\)\|", row))


def _tidy_paragraph(text: str, base_url: str) -> str:
    if "{" in text:
        text = _HUGO_FIGURE.sub(_figure, _HEXO_IMAGE.sub(r"![\2](\1)", text))
    return _tidy_prose(_HEADING_WITHOUT_BLANK.sub(r"\1\2 ", _TOC.sub("", text)), base_url)


def _figure(found: re.Match[str]) -> str:
    attributes = dict(re.findall(r"(\w{1,20})=\"([^\"]*)\"", found[1]))
    source = attributes.get("src", "")
    words = attributes.get("alt") or attributes.get("caption") or attributes.get("title") or ""
    return f"![{words}]({escape.link_target(source)})" if source else found[0]


def _tidy_prose(text: str, base_url: str) -> str:
    if "](" in text and base_url:
        text = _absolute(text, base_url)
    if "://" in text or "www." in text:
        text = _part_addresses(text)
    return mend_bold(text, _opaque(text)) if "**" in text else text


def _opaque(text: str) -> list[tuple[int, int]]:
    """Return the parts that are no plain prose: escapes, code spans, tags and autolinks, links, formulas."""
    spans: list[tuple[int, int]] = []
    ticks: dict[str, list[int]] = {}
    for run in re.finditer("`+", text):
        ticks.setdefault(run[0], []).append(run.start())
    for starts in ticks.values():
        starts.reverse()
    position = 0
    while found := _OPAQUE.search(text, position):
        position = found.end()
        if found["code"]:
            starts = ticks.get(found["code"], [])
            while starts and starts[-1] < position:
                starts.pop()
            if not starts:
                continue
            position = starts[-1] + len(found["code"])
        spans.append((found.start(), position))
    return spans


def _absolute(text: str, base_url: str) -> str:
    def resolved(found: re.Match[str]) -> str:
        return _resolved(found, base_url)

    links = [(start, end) for start, end in _opaque(text) if text[start] in "!["]
    return rewrite(text, [(start, end, _DESTINATION.sub(resolved, text[start:end])) for start, end in links])


def _resolved(found: re.Match[str], base_url: str) -> str:
    target = found[2].strip("<>")
    absolute = None if target.startswith("#") else resolve(target, base_url)
    return f"{found[1]}{escape.link_target(absolute)}" if absolute and absolute != target else found[0]


def _part_addresses(text: str) -> str:
    """Return the text with each bare address written so that a GFM reader takes exactly it for a link."""
    edits: list[Edit] = []
    position = 0
    for start, end in [*_opaque(text), (len(text), len(text))]:
        for first, last in escape.addresses(text[position:start]):
            first, last = position + first, position + last
            if "://" in text[first:last] or text.startswith("www.", first):
                before = text[first - 1] if first else " "
                # GFM looks for the end of an address no further than the next blank.
                following = text[last : last + _FAR]
                edits.append((first, last, escape.autolink(text[first:last], before, following)))
        position = end
    return rewrite(text, edits)
