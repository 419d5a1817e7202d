"""What can be listed of a Markdown body: links, images, code, headings, plain text. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

from scraper.models import Body
from scraper.parse.markdown import convert
from scraper.parse.tree import parse_html


class _Reader(MarkdownIt):
    """A reader that leaves addresses as they are written: whatever lists them encodes them."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 -- the library's name
        return url


_MAX_NESTING = 100
BLOCKS = _Reader("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
"""Where the blocks of a text are: CommonMark with GFM's tables."""
BLOCKS.core.ruler.enableOnly(["normalize", "block"])
# An open bracket is followed this deep, each time anew: the limit is what a text of brackets costs.
_INLINE = _Reader("commonmark", {"maxNesting": 12}).enable("strikethrough")
_INLINE.core.ruler.enableOnly(["inline", "text_join"])
# Pandoc's rule, so that prices are none: https://pandoc.org/MANUAL.html#math
_FORMULA = re.compile(r"\$\$([^$]{1,4000})\$\$|\$([^$\s](?:[^$]{0,1000}[^$\s\\])?)\$(?![0-9])")


def _formula(state: StateInline, silent: bool) -> bool:
    """Take ``$…$`` and ``$$…$$`` for formulas, in the form in which pages carry them."""
    found = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if not found:
        return False
    if not silent:
        kind = "math/tex; mode=display" if found[1] else "math/tex"
        token = state.push("html_inline", "", 0)
        token.content = f'<script type="{kind}">{(found[1] or found[2]).replace("</", "< /")}</script>'
    state.pos = found.end()
    return True


_INLINE.inline.ruler.before("escape", "formula", _formula)


def outline(markdown: str, base_url: str = "") -> Body:
    """Return the Markdown as it is with what a reader of it finds; a base makes relative addresses absolute.

    It is listed by the converter that reads pages, so a post has one outline whether it came as HTML or Markdown,
    and bare addresses end by one rule.
    """
    env: dict[str, object] = {}
    state = StateCore(markdown, _INLINE, env, BLOCKS.parse(markdown, env))
    _INLINE.core.process(state)
    tree, warnings = parse_html(_INLINE.renderer.render(state.tokens, _INLINE.options, env))
    if tree is None:
        return Body(markdown=markdown)
    body = tree.find("body")
    found = convert(tree if body is None else body, base_url)
    if any(token.level >= _MAX_NESTING - 1 for token in state.tokens):
        warnings = (*warnings, f"nested deeper than {_MAX_NESTING} levels: what is below is not in the plain text")
    return replace(found, markdown=markdown, warnings=(*warnings, *found.warnings))
