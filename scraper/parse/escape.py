"""Plain text into Markdown text that renders as the same characters, with no backslash that is not needed. Pure.

Rules are those of CommonMark 0.31 and the GFM extensions (https://github.github.com/gfm/).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from urllib.parse import quote

_INVISIBLE = {
    **dict.fromkeys((*range(0x09), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0))),  # C0 and C1 controls
    **dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200E, 0x200F, 0x2060, 0xFEFF)),  # soft hyphen, zero width, BOM
    **dict.fromkeys((0xA0, 0x202F), " "),
    **dict.fromkeys((0x85, 0x2028, 0x2029), "\n"),
}
_UNCLEAN = re.compile("[\x00-\x08\x0b\r\x0e-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028\u2029\u202f\u2060\ufeff]")
_EMOJI = "\u2600-\u27bf\ufe0f\U0001f300-\U0001faff"
_JOINER = re.compile(f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")

_SPECIAL = re.compile(r"[\\`*_~<&\[\]!]")
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~\n])")
_RUN = re.compile(r"([*_~])\1*|`+")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#[0-9]{1,8};|#[xX][0-9a-fA-F]{1,8};|[A-Za-z][A-Za-z0-9]{0,40};)")
_REFERENCE = re.compile(r"\[(?=[^\[\]\n]*\]\()|\](?=\()")
_FOOTNOTE = re.compile(r"\[(?=\^[^\[\]\s]{1,80}\])")

_LINE_START = re.compile(
    r"""^(?:
      (?P<rule>[-_*])(?=(?:[ \t]*[-_*]){2,}[ \t]*$)
    | (?P<mark>\#(?=\#{0,5}(?:[ \t\n]|$)) | > | [-+*](?=[ \t\n]|$) | [=|:-](?=[-=|: \t]*$) | ~(?=~~)
               | \[(?=[^\[\]\n]{1,999}\]:))
    | (?P<number>\d{1,9})(?=[.)](?:[ \t\n]|$))
    )""",
    re.VERBOSE | re.MULTILINE,
)
_STARTERS = frozenset("-_*#>+=|:~[0123456789")
_TASK = re.compile(r"^\[(?=[ xX]\][ \t\n])")
# What cmark's houdini_href_e.c lets stand in an address; a percent sign only where it begins an escape.
_HREF_SAFE = "-_.+!*'(),%#@?=;:/&$~"
_HREF_UNSAFE = re.compile(r"[^A-Za-z0-9\-_.+!*'(),%#@?=;:/&$~]")

_URL_CHARACTER = r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]"
_ADDRESS = re.compile(
    rf"""(?:https?|(?<![A-Za-z0-9])ftp)://[A-Za-z0-9]
         (?:(?!(?:(?<=[a-z])[A-Z]|(?<=[A-Z0-9])[A-Z](?=[a-z]))[A-Za-z]{{1,15}}[\u4e00-\u9fff]{{1,6}}[:：]
              |(?<=[A-Za-z0-9])https?://){_URL_CHARACTER})*
    | (?<![^\s*_~(])www\.[A-Za-z0-9]{_URL_CHARACTER}*
    | (?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]{{1,64}}@[A-Za-z0-9][A-Za-z0-9_-]{{0,62}}(?:\.[A-Za-z0-9_-]{{1,63}}){{1,9}}
      (?<=[A-Za-z])(?![A-Za-z0-9_@-])
    """,
    re.VERBOSE,
)
_TRAILING = "?!.,:;*_~'"


def clean_text(text: str) -> str:
    """Return the text without control and zero-width characters, NBSP as a blank, every line end as LF."""
    if _UNCLEAN.search(text) is None:
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    return _JOINER.sub("", text)


@cache
def is_punctuation(character: str) -> bool:
    """Tell whether CommonMark's rules for emphasis take the character as punctuation; symbols are, too."""
    return is_narrow_punctuation(character) or unicodedata.category(character)[0] == "S"


@cache
def is_narrow_punctuation(character: str) -> bool:
    """Tell whether the character is punctuation by the rules before CommonMark 0.31, which GFM keeps."""
    if character.isascii():
        return character.isprintable() and not character.isalnum() and character != " "
    return unicodedata.category(character)[0] == "P"


def has_special(text: str) -> bool:
    """Tell whether the text holds a character that means something to Markdown inside a line."""
    return _SPECIAL.search(text) is not None


def escape_text(text: str, used: str, before: str = " ", after: str = " ", *, in_link: bool = False) -> str:
    r"""Return the text with what Markdown would take as markup escaped, line starts aside.

    ``used`` are the characters of ``*_~`\` that pair with another in the same paragraph; ``before`` and
    ``after`` are what stands beside the text.
    """
    if not has_special(text):
        return text
    text = _BACKSLASH.sub(r"\\\\", text)
    if text.endswith("\\") and is_narrow_punctuation(after):
        text += "\\"
    text = _TAG.sub(r"\\<", _ENTITY.sub(r"\\&", text))
    if in_link:
        text = text.replace("[", r"\[").replace("]", r"\]")
    elif "[" in text or "]" in text:
        text = _FOOTNOTE.sub(r"\\[", _REFERENCE.sub(lambda match: "\\" + match[0], text))
    if after == "[" and text.endswith("!"):
        text = text[:-1] + r"\!"

    def escape_run(match: re.Match[str]) -> str:
        run = match[0]
        if run[0] == "~" and ((match.start() == 0 and before in "*_") or (match.end() == len(text) and after in "*_")):
            return "\\~" * len(run)  # cmark-gfm looks through a tilde beside a delimiter
        if run[0] not in used:
            return run
        left = text[match.start() - 1] if match.start() else before
        right = text[match.end()] if match.end() < len(text) else after
        if run[0] != "`" and left.isspace() and right.isspace():
            return run
        if run[0] == "_" and _is_word(left) and _is_word(right):
            return run
        return "".join("\\" + character for character in run)

    return _RUN.sub(escape_run, text)


def _is_word(character: str) -> bool:
    return not character.isspace() and not is_punctuation(character)


def escape_line_starts(text: str) -> str:
    """Return the text with a backslash where a line would begin a heading, list, quote, rule or table."""
    if "\n" not in text and text[:1] not in _STARTERS:
        return text
    return _LINE_START.sub(lambda match: match[0] + "\\" if match["number"] else "\\" + match[0], text)


def escape_task(text: str) -> str:
    """Return the text of a list item with no box at its start that would make it a task."""
    return _TASK.sub(r"\\[", text)


def encode_url(url: str) -> str:
    """Return the address with every character percent-encoded that a Markdown reader would encode."""
    return _HREF_UNSAFE.sub(lambda match: quote(match[0], safe=""), url)


def addresses(text: str) -> list[tuple[int, int]]:
    """Return where the text holds bare addresses; each ends where Chinese, or a label as in ``Gitee地址：``, begins.

    Its last characters are left out as GFM leaves them out: punctuation, and a bracket that opened outside.
    """
    found = []
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_TRAILING)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(_TRAILING)
        if not address.endswith("//"):
            found.append((match.start(), match.start() + len(address)))
    return found


def address_target(text: str) -> str:
    """Return what a bare address links to, '' if the text is none."""
    if addresses(text) != [(0, len(text))]:
        return ""
    if "://" in text[:9]:
        return encode_url(text)
    return "http://" + encode_url(text) if text.startswith("www.") else "mailto:" + text


def autolink(text: str, before: str, following: str) -> str:
    """Return an address in its shortest Markdown: bare where GFM takes exactly it, else in angle brackets."""
    if _ENTITY.search(text):
        return f"[{escape_text(text, '*_', in_link=True)}]({link_target(address_target(text))})"
    tail = re.match(r"\S*", following)
    host = re.match(r"(?:\w+://)?([^/?#]*)", text)
    bare = (
        (tail is None or not tail[0].strip("?!.,:'\"*_~") or (tail[0] == ")" and "(" not in text))
        and not (before.isascii() and before.isalnum())
        and not (host is not None and "@" not in text and "_" in host[1])
    )
    if bare:
        return text
    if text.startswith("www."):
        return f"[{escape_text(text, '*_', in_link=True)}]({link_target(address_target(text))})"
    return f"<{text}>"


def link_target(url: str, title: str = "") -> str:
    """Return what stands in a link's brackets: the address, in angle brackets if need be, and the title."""
    target = _ENTITY.sub("&amp;", url)
    if not _balanced(url) or (url == "" and title):
        target = f"<{target}>"
    if not title:
        return target
    quoted = _ENTITY.sub("&amp;", title.replace("\\", r"\\").replace('"', r"\""))
    return f'{target} "{escape_line_starts(quoted)}"'


def _balanced(url: str) -> bool:
    depth = 0
    if "(" not in url and ")" not in url:
        return True
    for character in url:
        depth += (character == "(") - (character == ")")
        if depth < 0 or depth > 30:  # cmark gives up at 32 levels
            return False
    return depth == 0
