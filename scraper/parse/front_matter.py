"""Front matter: the block of keys above a Markdown post, as people and scripts write it. Pure.

YAML between ``---``, TOML between ``+++``, JSON in braces or before ``;;;``. Nothing is resolved: a value is text, a
list or a mapping, so that ``0123456``, ``no`` and ``2024-13-45`` stay what was written.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from scraper.parse.front_matter_toml import read_toml
from scraper.parse.front_matter_yaml import read_yaml, split_key


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The keys in their order, the text below them, and what had to be mended to read them."""

    data: dict[str, Any]
    body: str
    warnings: tuple[str, ...] = ()
    format: Literal["yaml", "toml", "json", ""] = ""


def split(text: str) -> FrontMatter:
    """Return the front matter and the body of a post; a text without front matter is all body.

    Nothing is raised and no key is lost: what the format's own reader refuses is read line by line. Of one blank
    line after the closing fence nothing remains in the body.
    """
    text = text.removeprefix("\ufeff")
    start = len(text) - len(text.lstrip(_BLANKS))
    if text.startswith("{", start):
        return _split_json(text, start)
    fence = _FENCE.match(text, start)
    if not fence:
        return _split_headless(text, start)
    mark = fence[0].strip()
    closing = _closing(text, fence.end(), mark)
    if not closing:
        return FrontMatter({}, text)
    block = text[fence.end() : closing.start()].replace("\r\n", "\n").replace("\r", "\n")
    if mark[0] == ";":
        return _split_json("{" + block + "}\n" + text[closing.end() :], 0)
    first_line = text.count("\n", 0, fence.end()) + 1
    return _result(text, closing.end(), read_toml(block) if mark[0] == "+" else read_yaml(block, first_line), mark)


def join(data: dict[str, Any], body: str) -> str:
    """Return a post with YAML front matter that every reader of YAML or JSON understands alike.

    Values are written as JSON, which YAML 1.2 contains, so nothing in them is a number, date or comment by
    accident. ``split`` gives both back as they were, but for NUL characters.
    """
    if not data and not split(body).format and body == split(body).body:
        return body
    lines = []
    for key, value in data.items():
        name = key if _SAFE_KEY.fullmatch(key) and key.lower() not in _NOT_TEXT else _quoted(key)
        # YAML looks for the colon after a key only so far.
        lines.append(f"{name}: {_quoted(value)}" if len(name) < 1000 else f"? {name}\n: {_quoted(value)}")
    head = "\n".join(["---", *lines, "---", ""])
    return f"{head}\n{body}" if body else head


_LARGEST = 65_536
_DEEPEST = 20
_BLANKS = " \t\r\n\u00a0\u200b\u3000\ufeff"
_FENCE = re.compile(r"(?:-{3,}|\+{3,}|;{3,})[ \t]*(?:\r?\n|\r)")
_HEADLESS = re.compile(r"(?:title|layout|date|tags|categories|author|permalink)[ \t]*:[ \t]")
_SAFE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NOT_TEXT = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
# What JSON leaves as it is and YAML readers refuse, fold or strip.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _closing(text: str, start: int, mark: str) -> re.Match[str] | None:
    """Return the closing fence: the same as the opening one or YAML's ``...``, else any of its kind."""
    for marks in (rf"{re.escape(mark)}|\.\.\." if mark[0] == "-" else re.escape(mark), rf"{re.escape(mark[0])}{{3,}}"):
        found = re.compile(rf"^(?:{marks})[ \t]*(?:\r?\n|\r|\Z)", re.MULTILINE).search(text, start, start + _LARGEST)
        if found:
            return found
    return None


def _split_headless(text: str, start: int) -> FrontMatter:
    """Read Hexo's form without an opening fence, where every line up to the closing one belongs to a key."""
    closing = _closing(text, start, "---") if _HEADLESS.match(text, start) else None
    block = text[start : closing.start()].replace("\r\n", "\n") if closing else ""
    if not closing or not all(split_key(line) or line[:1] in ("", " ", "\t", "-", "#") for line in block.split("\n")):
        return FrontMatter({}, text)
    return _result(text, closing.end(), read_yaml(block, text.count("\n", 0, start) + 1), "---")


def _result(text: str, end: int, found: tuple[dict[str, Any] | None, list[str]], mark: str) -> FrontMatter:
    data, warnings = found
    if data is None:
        return FrontMatter({}, text, tuple(warnings))
    return FrontMatter(data, _below(text, end), tuple(warnings), "toml" if mark[0] == "+" else "yaml")


def _below(text: str, end: int) -> str:
    blank = re.compile(r"[ \t]*(?:\r?\n|\r)").match(text, end)
    return text[blank.end() if blank else end :]


def _split_json(text: str, start: int) -> FrontMatter:
    warnings: list[str] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            warnings.append(f"front matter: a key given twice, the last one counts: {', '.join(twice)}")
        return data

    decoder = json.JSONDecoder(
        object_pairs_hook=mapping, parse_int=str, parse_float=str, parse_constant=str, strict=False
    )
    try:
        found, end = decoder.raw_decode(text[start : start + _LARGEST])
        data = _plain(found)
    except (ValueError, RecursionError):
        return FrontMatter({}, text)
    newline = re.compile(r"[ \t]*(?:\r?\n|\r|\Z)").match(text, start + end)
    if not data or not newline:
        return FrontMatter({}, text)
    return FrontMatter(data, _below(text, newline.end()), tuple(warnings), "json")


def _plain(value: Any, depth: int = 0) -> Any:
    """Return what JSON gave with its literals as text.

    Raises:
        ValueError: it nests too deep to be front matter.
    """
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, dict):
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
    return "" if value is None else str(value).lower()


def _quoted(value: Any) -> str:
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
