"""Lines for the log that one event cannot spread over two, nor make a terminal obey. Pure."""

from __future__ import annotations

import re

_NOT_PLAIN = re.compile(r'[\s"\\=]')
# Controls, format characters that turn text around or hide it, and surrogates.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"\\]')
_MAX_CHARS = 500


def format_event(event: str, **values: object) -> str:
    """Return ``event key=value …``; values are cut, quoted where needed, and control characters escaped.

    A value of None or '' is left out.
    """
    pairs = (f"{key}={_quoted(str(value))}" for key, value in values.items() if value is not None and value != "")
    return " ".join((event, *pairs))


def _quoted(text: str) -> str:
    if len(text) > _MAX_CHARS:
        text = text[:_MAX_CHARS] + "…"
    escaped = _UNSAFE.sub(_escape, text)
    return f'"{escaped}"' if _NOT_PLAIN.search(text) or escaped != text else escaped


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\':
        return "\\" + character
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"
