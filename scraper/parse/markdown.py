"""An article's HTML into normalized Markdown, with what can be listed of it, in one walk over the lxml tree. Pure.

The walk is iterative: the depth of a page bounds nothing. Marks (bold, links) are kept with each run of text and
written when its paragraph ends; see ``inline``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from markdownify import ATX, MarkdownConverter

from scraper.models import Body, Image
from scraper.parse import code, escape, formulas, media, notes, tables
from scraper.parse.builder import MAX_NESTING, BodyBuilder
from scraper.parse.inline import ATOM, BREAK, LinkMark, Mark, Style
from scraper.parse.tree import parse_html

_SKIPPED = frozenset({
    "style", "link", "meta", "base", "title", "template", "noscript", "button", "select", "datalist", "canvas",
    "map", "area", "param", "source", "track", "frame", "rp", "script", "textarea", "annotation",
})  # fmt: skip
_SKIPPED_CLASSES = frozenset({
    "toc", "table-of-contents", "toc-container", "sr-only", "visually-hidden", "screen-reader-text",
    "article-copyright", "more-toolbox", "hide-article-box",
}) | code.GUTTER  # fmt: skip
_TOC_ID = re.compile(r"^(?:main|hr)?-?toc$|-toc$")  # CSDN's rich-text editor: p#main-toc, p#…-toc, hr#hr-toc

_STYLES: dict[str, str] = {
    "b": "strong", "strong": "strong", "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em",
    "del": "del", "s": "del", "strike": "del",
    "mark": "<mark>", "sup": "<sup>", "sub": "<sub>", "kbd": "<kbd>", "u": "<u>", "ins": "<ins>",
}  # fmt: skip
_BOUNDARIES = frozenset({
    "address", "article", "aside", "body", "head", "center", "dialog", "div", "dl", "fieldset", "figcaption", "figure",
    "footer", "form", "header", "hgroup", "html", "legend", "main", "nav", "section", "caption", "tbody", "thead",
    "tfoot",
})  # fmt: skip
_BLOCKS_IN_CODE = ("pre", "table", "div", "li", "p")
_PERMALINK_CLASSES = frozenset({
    "header-anchor", "headerlink", "hash-link", "heading-anchor", "anchorjs-link", "markdownIt-Anchor", "anchor",
})  # fmt: skip
_PERMALINK_SIGNS = {"", "#", "¶", "§", "🔗"}


_CONVERTED = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dir", "menu", "li", "dt", "dd", "details",
    "summary", "table", "tr", "td", "th", "pre", "textarea", "code", "samp", "tt", "a", "img", "br", "hr", "input",
    "script", "math", "mjx-container", "iframe", "video", "audio", "embed", "object", "svg", "rt", "q",
})  # fmt: skip


def convert(element: HtmlElement, base_url: str = "", image_url: Callable[[str], str] | None = None) -> Body:
    """Return the element's content as normalized Markdown, with its images, links, code and headings.

    ``image_url`` gives, for the absolute address of an image, the one to keep: a site's own rule to drop a
    watermark or undo a wrapper.
    """
    return ArticleConverter(base_url, image_url).convert_element(element)


def to_markdown(html: str, base_url: str = "") -> str:
    """Return the HTML, a fragment or a whole document, as normalized Markdown."""
    tree, _ = parse_html(html)
    return "" if tree is None else convert(tree, base_url).markdown


class ArticleConverter(MarkdownConverter):
    """markdownify's converter with a walk of its own: over lxml nodes, without recursion, in reading order.

    markdownify finds the ``convert_<tag>`` method. Here it is called when the element opens, so ``text`` and
    ``parent_tags`` are empty; it says whether the children are to be walked, and names what their end closes.
    """

    def __init__(self, base_url: str = "", image_url: Callable[[str], str] | None = None) -> None:
        super().__init__(heading_style=ATX, bullets="-*")
        self.base_url = base_url
        self.image_url = image_url

    def convert(self, html: str) -> str:
        """Return the HTML as Markdown."""
        return to_markdown(html, self.base_url)

    def convert_soup(self, soup: Any) -> str:
        """Return a BeautifulSoup tree as Markdown."""
        return self.convert(str(soup))

    def convert_element(self, root: HtmlElement) -> Body:
        """Return the content of an lxml element."""
        self._builder = builder = BodyBuilder(root)
        self._closers: list[tuple[str, Style]] = []
        self._notes = notes.find_notes(root)
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            if event == "start":
                self._closers.append(("", builder.style))
                if not self._enter(node):
                    walk.skip_subtree()
                elif node.text:
                    builder.add_text(node.text)
                continue
            if event == "end":
                self._leave()
            if node.tail and node is not root:
                builder.add_text(node.tail)
        return builder.body()

    def _enter(self, node: HtmlElement) -> bool:
        """Take an element in; return whether its children are to be walked."""
        tag = node.tag
        if node.attrib:
            names = (node.get("class") or "").split()
            if (names and self._takes_special(node, names)) or _TOC_ID.search(node.get("id") or ""):
                return False
        if tag in _STYLES:
            return self._refers_to_note(node) or self._mark(_STYLES[tag])
        if tag in _BOUNDARIES:
            return self._boundary()
        if tag in _SKIPPED and not (tag == "script" or code.is_code_block(node)):
            return False
        enter = self.get_conv_fn_cached(tag) if tag in _CONVERTED else None  # type: ignore[attr-defined]
        return True if enter is None else bool(enter(node, "", frozenset()))

    def _leave(self) -> None:
        builder = self._builder
        closer, style = self._closers.pop()
        if closer == "boundary":
            builder.flush()
        elif closer == "frame":
            builder.close()
        elif closer == "code":
            builder.in_code -= 1
        elif closer:
            builder.add_text(closer)
        builder.style = style

    def _closing(self, closer: str) -> bool:
        self._closers[-1] = (closer, self._closers[-1][1])
        return True

    def _boundary(self) -> bool:
        self._builder.flush()
        return self._closing("boundary")

    def _open(self, kind: str, node: HtmlElement, name: str = "") -> bool:
        self._builder.open(kind, node, name)
        return self._closing("frame")

    def _mark(self, mark: Mark) -> bool:
        style = self._builder.style
        if mark == "em" and "em" in style:
            mark = "inner em"
        if mark not in style and not self._builder.in_code:
            self._builder.style = (*style, mark)
        return True

    def _refers_to_note(self, node: HtmlElement) -> bool:
        return bool(self._notes) and len(node) > 0 and node[0].tag == "a" and notes.note_id(node[0]) in self._notes

    def _is_flat(self) -> bool:
        """Tell whether lists and quotes are not to be nested here: in a cell, or too deep."""
        builder = self._builder
        if builder.nesting >= MAX_NESTING:
            builder.warnings[f"lists and quotes nested deeper than {MAX_NESTING} levels are written flat"] = None
            return True
        return builder.in_cell

    # What an element is by its class, whatever its tag.

    def _takes_special(self, node: HtmlElement, names: list[str]) -> bool:
        """Take in what is known by its classes; return whether the element is done with."""
        if not _SKIPPED_CLASSES.isdisjoint(names):
            return node.tag not in ("pre", "code", "body")
        if node.tag in ("span", "div", "p", "eq", "section", "img", "mjx-container") and self._takes_formula(node):
            return True
        if "mermaid" in names and node.tag in ("div", "pre"):
            if next(node.iter("svg"), None) is None:
                self._builder.add_code("mermaid", code.code_text(node).strip("\n"))
            else:
                self._add_labels(node)
            return True
        if "csdn-video-box" in names:
            self._add_player(node, media.words(str(node.xpath("string()"))))
            return True
        return False

    def _takes_formula(self, node: HtmlElement) -> bool:
        formula = formulas.read_formula(node)
        if formula is None:
            return False
        builder = self._builder
        inline_only = builder.in_cell or builder.frame.kind in ("heading", "summary")
        if formula.latex and formula.display and not inline_only:
            builder.add_plain_block("formula", formulas.display_formula(formula.latex), formula.latex)
        elif formula.latex:
            markdown = formulas.inline_formula(formula.latex, in_cell=builder.in_cell)
            builder.add_run(ATOM, markdown, formula.latex)
        return True

    def _add_labels(self, drawing: HtmlElement) -> None:
        """Write the labels of a drawn diagram as a list: the drawing itself is not kept. One label is an icon's."""
        builder = self._builder
        labels = [media.words(str(element.xpath("string()"))) for element in drawing.iter("text", "foreignobject")]
        labels = [label for label in labels if label]
        if len(labels) < 2 or builder.in_cell:
            return
        builder.open("list", drawing)
        for label in labels:
            builder.open("item", drawing)
            builder.add_text(label)
            builder.close()
        builder.close()

    def _add_player(self, node: HtmlElement, title: str = "") -> bool:
        """Write an embedded player as a link on a line of its own; return whether there was one."""
        address, own_title = media.player(node)
        url = media.resolve(address, self.base_url) if address else None
        if not url:
            return False
        builder = self._builder
        builder.flush()
        outer = builder.style
        builder.style = (LinkMark(url),)
        builder.add_text(title or own_title or url)
        builder.style = outer
        builder.flush()
        return True

    # What an element is by its tag.

    def convert_p(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a paragraph; in a list it makes the list a loose one."""
        self._boundary()
        if self._builder.frame.kind == "item":
            self._builder.frame.loose = True
        return True

    def convert_hN(self, n: int, el: HtmlElement, text: str, parent_tags: object) -> bool:  # noqa: N802
        """Begin a heading."""
        flat = self._builder.in_cell or self._builder.frame.kind in ("heading", "summary")
        return self._boundary() if flat or n > 6 else self._open("heading", el, str(n))

    def convert_blockquote(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a quote."""
        return self._boundary() if self._is_flat() else self._open("quote", el)

    def convert_list(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a list; one that only holds footnotes is none."""
        is_notes = len(el) > 0 and el[0].get("id") in self._notes
        return self._boundary() if is_notes or self._is_flat() else self._open("list", el, el.tag)

    convert_ul = convert_ol = convert_dir = convert_menu = convert_list

    def convert_li(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a list item or footnote; in a cell it is a line."""
        label = self._notes.get(el.get("id") or "")
        if label is not None and self._builder.frame.kind != "list":
            return self._open("note", el, label)
        if self._builder.frame.kind == "list":
            return self._open("item", el)
        self._boundary()
        if self._builder.in_cell:
            self._builder.add_run(ATOM, "- ")
        return True

    def convert_dt(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a term: a bold line."""
        self._boundary()
        return self._mark("strong")

    def convert_dd(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a definition: a list item."""
        return self._boundary() if self._is_flat() else self._open("definition", el)

    def convert_details(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin what a reader may unfold."""
        return self._boundary() if self._is_flat() else self._open("details", el)

    def convert_summary(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin the line that stays visible."""
        return self._open("summary", el) if self._builder.frame.kind == "details" else self._boundary()

    def convert_table(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a table; one that only places blocks is none."""
        flat = self._builder.in_cell or tables.is_layout(el)
        return self._boundary() if flat else self._open("table", el)

    def convert_tr(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a row."""
        self._boundary()
        if self._builder.frame.kind == "table":
            self._builder.open_row()
        return True

    def convert_td(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a cell; one that holds the lines of a block of code is that block."""
        if code.is_code_block(el):
            return self.convert_pre(el, text, parent_tags)
        if self._builder.frame.kind != "table":
            return self._boundary()
        self._open("cell", el)
        self._builder.in_cell = True
        return True

    convert_th = convert_td

    def convert_pre(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write a block of code, then the images that stand in it."""
        content = code.code_text(el)
        if content.strip() or el.find(".//code") is not None:
            self._builder.add_code(code.code_language(el), content)
        for image in el.iter("img"):
            self.convert_img(image, "", frozenset())
            self._builder.flush()
        return False

    convert_textarea = convert_pre

    def convert_code(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a code span, unless it wraps blocks."""
        if any(next(el.iter(tag), None) is not None for tag in _BLOCKS_IN_CODE):
            return True
        self._builder.in_code += 1
        return self._closing("code")

    convert_samp = convert_tt = convert_code

    def convert_a(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Begin a link; a heading's permalink and a note's way back are dropped."""
        builder = self._builder
        href = el.get("href")
        if href is None or any(isinstance(mark, LinkMark) for mark in builder.style):
            return True
        names = (el.get("class") or "").split()
        if href.startswith("#"):
            label = self._notes.get(notes.note_id(el))
            if label is not None:
                builder.add_run(ATOM, f"[^{label}]", f"[{label}]")
                return False
            is_permalink = not _PERMALINK_CLASSES.isdisjoint(names) or builder.frame.kind == "heading"
            if self._notes and notes.is_back_reference(el):
                return False
            if is_permalink and media.words(str(el.xpath("string()"))) in _PERMALINK_SIGNS:
                return False
        url = media.resolve(href, self.base_url) if href or not self.base_url else None
        if url is not None:
            title = media.title_of(el)
            builder.style = (*builder.style, LinkMark(url, "" if title == url else title))
        return True

    def convert_img(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write an image."""
        if self._takes_formula(el):
            return False
        builder = self._builder
        source = media.image_source(el)
        url = media.resolve(source, self.base_url) if source else None
        if not url:
            if media.holds_data(el):
                builder.warnings["images embedded in the page itself are left out"] = None
            return False
        if self.image_url is not None:
            url = escape.encode_url(self.image_url(url))
        alt, title = media.words(el.get("alt")), media.title_of(el)
        builder.images.append(Image(url, source, alt))
        shown = escape.escape_text(alt, "*_~`", in_link=True)
        builder.add_run(ATOM, f"![{shown}]({escape.link_target(url, '' if title == alt else title)})")
        return False

    def convert_br(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Break the line."""
        self._builder.add_run(BREAK)
        return False

    def convert_hr(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write a rule, but not the one above footnotes."""
        names = el.get("class") or ""
        if not (self._notes and "footnotes" in names + (el.getparent().get("class") or "")):
            self._builder.add_plain_block("rule", "---")
        return False

    def convert_input(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write the box of a task at the start of a list item."""
        frame = self._builder.frame
        if el.get("type") == "checkbox" and frame.kind == "item" and not frame.blocks and not frame.task:
            frame.task = "[ ] " if el.get("checked") is None else "[x] "
        return False

    def convert_script(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write the formula that MathJax keeps in a script."""
        self._takes_formula(el)
        return False

    def convert_math(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write a formula in MathML."""
        return not self._takes_formula(el)

    def convert_iframe(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write an embedded player; an object without one shows what stands in it."""
        return not self._add_player(el) and el.tag == "object"

    convert_video = convert_audio = convert_embed = convert_object = convert_iframe

    def convert_svg(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write the labels of a drawing."""
        self._add_labels(el)
        return False

    def convert_rt(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write the reading of a character behind it, in brackets."""
        self._builder.add_text("(")
        return self._closing(")")

    def convert_q(self, el: HtmlElement, text: str, parent_tags: object) -> bool:
        """Write a quotation."""
        self._builder.add_text("“")
        return self._closing("”")
