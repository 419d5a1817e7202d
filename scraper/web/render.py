"""A post's Markdown as HTML that is safe to show: nothing in it is active, and nothing is loaded from elsewhere.

Two fences: Markdown is rendered with HTML switched off, so that tags in a text are text; and the result passes an
allow-list. Formulas are put in afterwards, written by formulas.py.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from scraper.web.code import highlight
from scraper.web.formulas import to_mathml

MAX_NESTING = 60
_TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li",
    "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "class"}, "code": {"class"}, "div": {"class", "tabindex", "role", "aria-label"},
    "img": {"src", "alt", "title", "loading", "decoding"}, "ol": {"start"}, "pre": {"class", "tabindex"},
    "span": {"class", "data-formula"}, "td": {"class"}, "th": {"class"},
} | {f"h{level}": {"id"} for level in range(2, 7)}  # fmt: skip
_FORMULA = re.compile(r"\$\$([^$]{1,4000})\$\$|\$([^$\s](?:[^$]{0,1000}[^$\s\\])?)\$(?![0-9])")
_PLACEHOLDER = re.compile(r'<span data-formula="([0-9]{1,9})"></span>')
_WEB = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A heading as the table of contents has it: where to jump, how deep, what it says."""

    id: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered body and its table of contents."""

    html: str
    anchors: tuple[Anchor, ...]


@dataclass(slots=True)
class _Context:
    """What the rules of one rendering share."""

    images: Mapping[str, str]
    posts: Mapping[str, int]
    missing: str
    formulas: list[str] = field(default_factory=list)


def render(
    markdown: str, *, title: str = "", images: Mapping[str, str] | None = None,
    posts: Mapping[str, int] | None = None, missing: str = "image not archived",
) -> Page:  # fmt: skip
    """Return the Markdown as safe HTML.

    ``images`` has the local address of archived images by their own, ``posts`` the id of archived posts by their
    address; ``missing`` is what stands for an image that is not archived. A first heading that only repeats the
    title is left out.
    """
    context = _Context(images or {}, posts or {}, missing)
    env: dict[str, Any] = {"context": context}
    tokens = _drop_title(_READER.parse(markdown, env), title)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        # The reader leaves out what is nested deeper.
        return Page(f'<div class="code"><pre tabindex="0"><code>{escapeHtml(markdown)}</code></pre></div>', ())
    anchors = _anchor_headings(tokens)
    _link_headings(tokens, anchors)
    dirty = _READER.renderer.render(tokens, _READER.options, env)
    clean = nh3.clean(
        dirty, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow", strip_comments=True,
    )  # fmt: skip
    return Page(_PLACEHOLDER.sub(lambda match: context.formulas[int(match[1])], clean), anchors)


def addresses(markdown: str) -> list[str]:
    """Return the addresses that the Markdown links to, as they are written."""
    tokens = [child for token in _READER.parse(markdown, {}) for child in token.children or ()]
    return list(dict.fromkeys(str(t.attrGet("href") or "") for t in tokens if t.type == "link_open"))


def _drop_title(tokens: list[Token], title: str) -> list[Token]:
    if len(tokens) > 2 and tokens[0].type == "heading_open" and _plain(tokens[1]) == title.strip() != "":
        return tokens[3:]
    return tokens


def _plain(inline: Token) -> str:
    kinds = ("text", "code_inline", "formula")
    return "".join(child.content for child in inline.children or () if child.type in kinds).strip()


def _anchor_headings(tokens: Sequence[Token]) -> tuple[Anchor, ...]:
    """Number the headings and let their levels begin below the page's own h1."""
    anchors: list[Anchor] = []
    top = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type != "heading_open":
            continue
        level = min(int(opening.tag[1]) - top + 2, 6)
        opening.tag = closing.tag = f"h{level}"
        anchor = Anchor(f"h-{len(anchors) + 1}", level, _plain(inline))
        opening.attrSet("id", anchor.id)
        anchors.append(anchor)
    return tuple(anchors)


def _link_headings(tokens: Sequence[Token], anchors: Sequence[Anchor]) -> None:
    """Let links within the page, such as a list of contents in its text, find our headings."""
    by_name = {_slug(anchor.text): anchor.id for anchor in reversed(anchors)}
    for child in (child for token in tokens for child in token.children or ()):
        href = str(child.attrGet("href") or "")
        if child.type == "link_open" and href.startswith("#"):
            child.attrSet("href", "#" + by_name.get(_slug(unquote(href[1:])), "post"))


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _formula_inline(state: StateInline, silent: bool) -> bool:
    found = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if not found:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = (found[1] or found[2]).strip()
        token.markup = "$$" if found[1] else "$"
    state.pos = found.end()
    return True


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take lines from ``$$`` to ``$$`` for one formula, whatever Markdown its lines would be."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].rstrip()
    if not first.startswith("$$") or state.is_code_block(start):
        return False
    if len(first) > 4 and first.endswith("$$"):
        last, latex = start, first[2:-2]
    else:
        lines = [first[2:]]
        for last in range(start + 1, min(end, start + 200)):
            line = state.src[state.bMarks[last] : state.eMarks[last]].strip()
            if line.endswith("$$"):
                lines.append(line[:-2])
                break
            lines.append(line)
        else:
            return False
        latex = "\n".join(line for line in lines if line)
    if "$$" in latex:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup, token.map, token.block = latex.strip(), "$$", [start, last + 1], True
    state.line = last + 1
    return True


class _Renderer(RendererHTML):
    """How tokens become HTML where ours differs from the library's."""

    def formula(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        display = token.markup == "$$"
        mathml = to_mathml(token.content, display=display)
        if mathml is None:
            source = f'<code class="latex">{escapeHtml(token.content)}</code>'
            return f'<div class="latex-block">{source}</div>' if display else source
        context: _Context = env["context"]
        context.formulas.append(mathml)
        placeholder = f'<span data-formula="{len(context.formulas) - 1}"></span>'
        return f'<div class="formula" tabindex="0">{placeholder}</div>' if display else placeholder

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token, context = tokens[index], env["context"]
        url = str(token.attrGet("src") or "")
        alt = self.renderInlineAsText(token.children, options, env) if token.children else ""
        if url in context.images:
            return f'<img src="{context.images[url]}" alt="{escapeHtml(alt)}" loading="lazy" decoding="async">'
        label = escapeHtml(f"{context.missing} · {alt}" if alt else context.missing)
        inside = bool(index) and tokens[index - 1].type == "link_open"
        if not _WEB.match(url) or inside:
            return f'<span class="missing">{label}</span>'
        return f'<a class="missing" href="{escapeHtml(url)}">{label}</a>'

    def link_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        href, context = str(tokens[index].attrGet("href") or ""), env["context"]
        if (post_id := context.posts.get(href)) is not None:
            return f'<a class="local" href="/posts/{post_id}">'
        if href.startswith("#h-") or href == "#post" or _WEB.match(href):
            return f'<a href="{escapeHtml(href)}">'
        return "<a>"

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        language = html.unescape(token.info).strip().partition(" ")[0]
        name = f'<span class="language">{escapeHtml(language)}</span>' if language else ""
        code = highlight(token.content, language)
        return f'<div class="code">{name}<pre tabindex="0"><code>{code}</code></pre></div>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.fence(tokens, idx, options, env)

    def table_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def td_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        # Our CSP allows no style attribute, which is how the library says it.
        align = str(tokens[index].attrGet("style") or "").removeprefix("text-align:")
        name = f' class="align-{align}"' if align in ("center", "right") else ""
        return f"<{tokens[index].tag}{name}>"

    th_open = td_open


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}, renderer_cls=_Renderer)
    reader.enable(["table", "strikethrough"])
    reader.inline.ruler.before("escape", "formula", _formula_inline)
    reader.block.ruler.before("fence", "formula", _formula_block, {"alt": ["paragraph", "blockquote", "list"]})
    return reader


_READER = _reader()
