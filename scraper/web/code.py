"""Code in colours: Pygments' spans with short classes, for which style.css has the colours."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_CHARS = 60_000
"""A longer block stays plain: nobody reads it for its colours, and some lexers are slow on it."""


def highlight(text: str, language: str) -> str:
    """Return the code as HTML, coloured where the language is known."""
    lexer = _lexer(language.lower()) if language and len(text) <= MAX_CHARS else None
    if lexer is None:
        return html.escape(text)
    from pygments import highlight as colour
    from pygments.formatters.html import HtmlFormatter

    return colour(text, lexer, HtmlFormatter(nowrap=True))


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
