"""HTML text into an lxml tree, whatever its depth and size, with a warning for all that was lost. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import cast

from lxml import etree, html

MAX_DEPTH = 1000
"""Where flattening starts; libxml2 drops the text below depth 2,048 (parser.h, XML_MAX_HUGE_DEPTH)."""

_RAW_TEXT = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip
_IMPLIED_END = {"p", "li", "td", "th", "tr", "dt", "dd", "option"}
_HEADING_WITH_PARAGRAPH = re.compile(
    r"<h[1-6]\b[^<>]{0,500}>\s{0,20}(?:<[^p/][^<>]{0,200}>\s{0,20}){0,4}<p\b", re.IGNORECASE
)
_HEADING_OR_PARAGRAPH = re.compile(r"<(/?)(h[1-6]|p)\b[^<>]{0,2000}>", re.IGNORECASE)
# Characters that lxml reads but will not write: a tree with them cannot be changed.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\r")
_NO_XML_NUMBER = re.compile(
    r"&#(?:0{0,20}(?:[1-8]|1[1-24-9]|2[0-9]|3[01]|6553[45])|x0{0,20}(?:[1-8bcef]|1[0-9a-f]|fff[ef]))(?![0-9a-f]);?",
    re.IGNORECASE,
)
_TAG_NAME = re.compile(r"</?([A-Za-z][^\s/>]{0,40})")


# lxml.html's own lookup is a Python call for each element, to tell forms and inputs apart.
_CLASSES = etree.ElementDefaultClassLookup(
    element=html.HtmlElement, comment=html.HtmlComment, pi=html.HtmlProcessingInstruction, entity=html.HtmlEntity
)


def parse_html(text: str) -> tuple[html.HtmlElement | None, tuple[str, ...]]:
    """Return the tree of the page and what to be warned of; no tree where there is no element at all."""
    text = _open_headings(_NO_XML_NUMBER.sub("", _without_controls(text)))
    tree, cut = _parse(text)
    if not cut:
        return tree, ()
    flat, count = _flatten(text)
    tree, cut = _parse(flat)
    warnings = [f"{count} elements nested deeper than {MAX_DEPTH} levels were flattened"] if count else []
    if cut:
        warnings.append("the page is beyond the parser's limits: its end is missing")
    return tree, tuple(warnings)


def _without_controls(text: str) -> str:
    """Return the text without what XML has no place for; counted as bytes first, as nearly no page has any."""
    data = text.encode("utf-8", "replace")
    if len(data.translate(None, _CONTROL_BYTES)) == len(data) and b"\xef\xbf" not in data:
        return text
    return _NO_XML.sub("", text)


def _parse(text: str) -> tuple[html.HtmlElement | None, bool]:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    parser.set_element_class_lookup(_CLASSES)
    data = text.encode("utf-8", "replace")
    try:
        tree = html.document_fromstring(data, parser=parser)
    except etree.ParserError:  # no element at all
        return None, False
    error = parser.error_log.last_error
    return tree, error is not None and error.level_name == "FATAL"


def _open_headings(text: str) -> str:
    """Return the source without the tags of paragraphs inside headings.

    Old editors wrote ``<h3><p>…</p></h3>``; libxml2 ends a heading where a paragraph begins, browsers do not.
    """
    if not _HEADING_WITH_PARAGRAPH.search(text):
        return text
    pieces: list[str] = []
    inside: list[re.Match[str]] = []
    heading, copied = "", 0
    for tag in _HEADING_OR_PARAGRAPH.finditer(text):
        name = tag[2].lower()
        if name == "p":
            inside += [tag] if heading else []
            continue
        if tag[1] and name == heading:
            for paragraph in inside:
                pieces += (text[copied : paragraph.start()], " ")
                copied = paragraph.end()
        heading, inside = "" if tag[1] else name, []
    return "".join((*pieces, text[copied:]))


def _flatten(text: str) -> tuple[str, int]:
    """Return the source without the tags nested too deep, and how many elements that were.

    A tag is taken to end at its first ``>``; elements whose end tag may be left out close their like.
    """
    pieces: list[str] = []
    stack: list[tuple[str, bool]] = []
    names: Counter[str] = Counter()
    dropped = copied = position = 0
    while (start := text.find("<", position)) >= 0:
        tag = _TAG_NAME.match(text, start)
        if tag is None:
            position = _after(text, "-->", start) if text.startswith("<!--", start) else start + 1
            continue
        name = tag[1].lower()
        position = _after(text, ">", start)
        if text[start + 1] == "/":
            keep = _close(stack, names, name)
        elif name in _VOID or text.endswith("/>", start, position):
            keep = True
        elif name in _RAW_TEXT:
            end = re.compile(f"</{name}", re.IGNORECASE).search(text, position)
            position = _after(text, ">", end.start()) if end else len(text)
            keep = True
        else:
            if name in _IMPLIED_END and stack and stack[-1][0] == name:
                _close(stack, names, name)
            keep = len(stack) < MAX_DEPTH
            stack.append((name, keep))
            names[name] += 1
            dropped += not keep
        if not keep:
            pieces += (text[copied:start], " ")
            copied = position
    return "".join((*pieces, text[copied:])), dropped


def _close(stack: list[tuple[str, bool]], names: Counter[str], name: str) -> bool:
    """Pop the innermost element of that name, with what stands open inside it; tell whether its tag stays."""
    if not names[name]:
        return True
    while True:
        top, kept = stack.pop()
        names[top] -= 1
        if top == name:
            return kept


def _after(text: str, mark: str, start: int) -> int:
    end = text.find(mark, start)
    return len(text) if end < 0 else end + len(mark)


def text_of(element: html.HtmlElement | None) -> str:
    """Return an element's whole text with every run of white space as one blank, '' for no element."""
    return "" if element is None else collapse("".join(cast("list[str]", element.xpath(".//text()"))))


def collapse(text: str) -> str:
    """Return the text with every run of white space as one blank and zero-width characters left out."""
    return " ".join(text.translate(_ZERO_WIDTH).split())


_ZERO_WIDTH = dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF))
