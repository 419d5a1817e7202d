"""HTML text into an lxml tree, whatever its depth and size, with a warning for all that was lost. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _ListErrorLog

Element = etree._Element
"""An element of a page. Not that of ``lxml.html``, which is made in Python for each element that is looked at."""

MAX_DEPTH = 1000
"""Where flattening starts; libxml2 drops the text below depth 2,048 (parser.h, XML_MAX_HUGE_DEPTH)."""

_RAW_TEXT = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip
_IMPLIED_END = {"p": "p", "li": "li", "td": "td", "th": "th", "tr": "tr", "dt": "dd", "dd": "dt", "option": "option"}
"""Which open element the start of another ends, in libxml2: a ``dd`` within a ``dd`` is nested."""
_CLOSED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("b", "i"), ("p", "center")),
    **dict.fromkeys(("u", "s", "tt", "small", "big", "strike"), ("p",)),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), ("p", "table", "form", "li")),
    "font": ("center",),
    "a": ("table",),
    "pre": ("ul", "table", "form", "dl", "li"),
}
"""The elements that libxml2 ends where one of these begins in them (htmlStartClose) and browsers do not."""
_BREAKERS = frozenset(name for names in _CLOSED_BY.values() for name in names)
_KEPT = "x-kept-"
_MOST_ERRORS = 100
"""libxml2 notes no more of them (XML_MAX_ERRORS)."""
# Characters that lxml reads but will not write: a tree with them cannot be changed.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\r")
_NO_XML_NUMBER = re.compile(
    rb"&#(?:0*(?:[1-8]|1[1-24-9]|2[0-9]|3[01]|6553[45])(?![0-9])|x0*(?:[1-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?",
    re.IGNORECASE,
)
_COLOURED = re.compile(
    rb"""</span>|<span(?:[ ]class="(?:token(?![^"<>]*(?:line|ln|copy|gutter))[^"<>]*|hljs-(?!ln|button|copy)[^"<>]*"""
    rb"""|line|cl|(?!ln)[a-z][a-z0-9]?)"|[ ]style="color:[^";<>]*;?")?>"""
)
_IN_PLAIN_CODE = re.compile(rb"</?code[^<>]*>|<br ?/?>")
_TAG_NAME = re.compile(r"</?([A-Za-z][^\s/>]{0,40})")


def parse_html(text: str, utf8: bytes | None = None) -> tuple[Element | None, tuple[str, ...]]:
    """Return the tree of the page and what to be warned of; no tree where there is no element at all.

    ``utf8`` is the text encoded, if it is at hand.
    """
    data = _readable(text, utf8)
    tree, errors = _parse(data)
    if not _is_cut(errors):
        if _ends_nothing(errors) and (mended := _keep_open(text := data.decode())) != text:
            tree = _restore(_parse(mended.encode())[0])
        return tree, ()
    flat, count = _flatten(data.decode())
    tree, errors = _parse(flat.encode())
    warnings = [f"{count} elements nested deeper than {MAX_DEPTH} levels were flattened"] if count else []
    if _is_cut(errors):
        warnings.append("the page is beyond the parser's limits: its end is missing")
    return tree, tuple(warnings)


def _readable(text: str, utf8: bytes | None) -> bytes:
    """Return the text in UTF-8 without what XML has no place for; looked for in bytes first, as few pages have any."""
    data = text.encode("utf-8", "replace") if utf8 is None else utf8
    if len(data.translate(None, _CONTROL_BYTES)) != len(data) or "\ufffe" in text or "\uffff" in text:
        data = _NO_XML.sub("", data.decode()).encode()
    return _without_highlighting(_NO_XML_NUMBER.sub(b"", data))


def _without_highlighting(data: bytes) -> bytes:
    """Return the source with the words of code blocks bare that a script has coloured, an element for each.

    They are half of the elements of such a page and say nothing. A block that holds anything but them is left.
    """
    pieces: list[bytes] = []
    copied = end = 0
    while (start := data.find(b"<pre", end)) >= 0 and (end := data.find(b"</pre", start)) >= 0:
        inside = data.find(b">", start) + 1
        block = data[inside:end]
        bare, count = _COLOURED.subn(b"", block)
        if count and count == 2 * block.count(b"</span>") and bare.count(b"<") == len(_IN_PLAIN_CODE.findall(bare)):
            pieces += (data[copied:inside], bare)
            copied = end
    return b"".join((*pieces, data[copied:])) if pieces else data


def _parse(data: bytes) -> tuple[Element | None, _ListErrorLog]:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        tree = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:  # no element at all
        tree = None
    return tree, parser.error_log


def _is_cut(errors: _ListErrorLog) -> bool:
    return errors.last_error is not None and errors.last_error.level_name == "FATAL"


def _ends_nothing(errors: _ListErrorLog) -> bool:
    """Tell whether there was an end tag, of an element that may have been ended too early, with nothing to end."""
    if len(errors) >= _MOST_ERRORS:
        return True
    unmatched = errors.filter_types([etree.ErrorTypes.ERR_TAG_NAME_MISMATCH])
    return any(error.message.rpartition(" ")[2] in _CLOSED_BY for error in unmatched)


def _keep_open(text: str) -> str:
    """Return the source with other names for the elements that the parser would end before their end tag."""
    pieces: list[str] = []
    renamed: list[int] = []
    open_elements: list[tuple[str, int]] = []
    names: Counter[str] = Counter()
    last = dict.fromkeys(_BREAKERS, -1)
    for start, _, name, is_end in _tags(text):
        if name in last and not is_end:
            last[name] = start
        elif name in _CLOSED_BY and not is_end:
            open_elements.append((name, start))
            names[name] += 1
        elif names[name]:
            while True:
                top, begin = open_elements.pop()
                names[top] -= 1
                if top == name:
                    break
            if any(last[breaker] > begin for breaker in _CLOSED_BY[name]):
                renamed += (begin + 1, start + 2)
    copied = 0
    for position in sorted(renamed):
        pieces += (text[copied:position], _KEPT)
        copied = position
    return "".join((*pieces, text[copied:]))


def _restore(tree: Element | None) -> Element | None:
    for element in tree.iter(etree.Element) if tree is not None else ():
        if element.tag.startswith(_KEPT):
            element.tag = element.tag.removeprefix(_KEPT)
    return tree


def _tags(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Yield start, end, name and whether it is an end tag, of each tag outside comments, scripts and the like.

    A tag is taken to end at its first ``>``; an element whose content is text is passed over whole.
    """
    position = 0
    while (start := text.find("<", position)) >= 0:
        tag = _TAG_NAME.match(text, start)
        if tag is None:
            position = _after(text, "-->", start) if text.startswith("<!--", start) else start + 1
            continue
        name = tag[1].lower()
        position = _after(text, ">", start)
        is_end = text[start + 1] == "/"
        if name in _RAW_TEXT and not is_end:
            end = re.compile(f"</{name}", re.IGNORECASE).search(text, position)
            position = _after(text, ">", end.start()) if end else len(text)
        else:
            yield start, position, name, is_end


def _flatten(text: str) -> tuple[str, int]:
    """Return the source without the tags nested too deep, and how many elements that were.

    Elements whose end tag may be left out close their like.
    """
    pieces: list[str] = []
    stack: list[tuple[str, bool]] = []
    names: Counter[str] = Counter()
    dropped = copied = 0
    for start, end, name, is_end in _tags(text):
        if is_end:
            keep = _close(stack, names, name)
        elif name in _VOID or text.endswith("/>", start, end):
            keep = True
        else:
            if stack and stack[-1][0] == _IMPLIED_END.get(name):
                _close(stack, names, stack[-1][0])
            keep = len(stack) < MAX_DEPTH
            stack.append((name, keep))
            names[name] += 1
            dropped += not keep
        if not keep:
            if copied < start or not pieces:
                pieces += (text[copied:start], " ")
            copied = end
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


_STRING = etree.XPath("string()", smart_strings=False)


def text_of(element: Element | None) -> str:
    """Return an element's whole text with every run of white space as one blank, '' for no element or a comment."""
    return collapse(cast("str", _STRING(element))) if element is not None and isinstance(element.tag, str) else ""


def drop(element: Element) -> None:
    """Remove an element with all that is in it; the text that follows stays where it was."""
    parent, previous = element.getparent(), element.getprevious()
    if parent is None:
        return
    if tail := element.tail:
        if previous is None:
            parent.text = (parent.text or "") + tail
        else:
            previous.tail = (previous.tail or "") + tail
    parent.remove(element)


def collapse(text: str) -> str:
    """Return the text with every run of white space as one blank and zero-width characters left out."""
    if not text.isascii():
        text = _ZERO_WIDTH.sub("", text)
    return " ".join(text.split())


_ZERO_WIDTH = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")
