"""An article's HTML into normalized Markdown, with what can be listed of it, in one walk over the lxml tree. Pure.

The walk is iterative: the depth of a page bounds nothing. Marks (bold, links) are kept with each run of text and
written when its paragraph ends; see ``inline``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from scraper.models import Body
from scraper.parse import code, formulas, media, notes, tables
from scraper.parse.builder import MAX_NESTING, BodyBuilder
from scraper.parse.leaves import LeafConverter
from scraper.parse.runs import ATOM, LinkMark, Mark, Style
from scraper.parse.tree import Element, parse_html

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
_BLOCKS_IN_CODE = {"pre", "table", "div", "ol", "ul", "p"}
_PERMALINK_CLASSES = frozenset({
    "header-anchor", "headerlink", "hash-link", "heading-anchor", "anchorjs-link", "markdownIt-Anchor", "anchor",
})  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_PERMALINK_SIGNS = {"", "#", "¶", "§", "🔗"}
_NO_PARENTS: frozenset[str] = frozenset()
"""What markdownify's methods are given; the walk knows what stands around an element by its frames."""


_CONVERTED = frozenset({
    *_HEADINGS, "p", "blockquote", "ul", "ol", "dir", "menu", "li", "dt", "dd", "details",
    "summary", "table", "tr", "td", "th", "pre", "textarea", "code", "samp", "tt", "a", "img", "br", "hr", "input",
    "script", "math", "mjx-container", "iframe", "video", "audio", "embed", "object", "svg", "rt", "q",
})  # fmt: skip


def convert(element: Element, base_url: str = "", image_url: Callable[[str], str] | None = None) -> Body:
    """Return the element's content as normalized Markdown, with its images, links, code and headings.

    ``image_url`` gives, for the absolute address of an image, the one to keep: a site's own rule to drop a
    watermark or undo a wrapper.
    """
    return ArticleConverter(base_url, image_url).convert_element(element)


def to_markdown(html: str, base_url: str = "") -> str:
    """Return the HTML, a fragment or a whole document, as normalized Markdown."""
    tree, _ = parse_html(html)
    return "" if tree is None else convert(tree, base_url).markdown


class ArticleConverter(LeafConverter):
    """markdownify's converter with a walk of its own: over lxml nodes, without recursion, in reading order.

    What is to happen at the end of an element its ``convert_<tag>`` method leaves as a closer.
    """

    def convert(self, html: str) -> str:
        """Return the HTML as Markdown."""
        return to_markdown(html, self.base_url)

    def convert_soup(self, soup: Any) -> str:
        """Return a BeautifulSoup tree as Markdown."""
        return self.convert(str(soup))

    def convert_element(self, root: Element) -> Body:
        """Return the content of an lxml element."""
        self._builder = builder = BodyBuilder(root)
        self._closers: list[tuple[str, Style]] = []
        self._root = root
        self._notes: dict[str, str] | None = None
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            if event == "start":
                self._closers.append(("", builder.style))
                if not self._enter(node):
                    walk.skip_subtree()
                elif text := node.text:
                    builder.add_text(text)
                continue
            if event == "end":
                self._leave()
            if (tail := node.tail) and node is not root:
                builder.add_text(tail)
        return builder.body()

    def _enter(self, node: Element) -> bool:
        """Take an element in; return whether its children are to be walked."""
        tag = node.tag
        if node.keys():  # most elements of a text have no attribute, and each look at one costs
            names = (node.get("class") or "").split()
            if (names or node.get("data-tex") is not None) and self._takes_special(node, names):
                return False
            identifier = node.get("id")
            if identifier is not None and _TOC_ID.search(identifier):
                return False
        if tag in _STYLES:
            return self._refers_to_note(node) or self._mark(_STYLES[tag])
        if tag in _BOUNDARIES:
            return self._boundary()
        if tag in _SKIPPED and not (tag == "script" or code.is_code_block(node)):
            return False
        if tag not in _CONVERTED:
            return True
        enter = self.convert_fn_cache.get(tag) or self.get_conv_fn_cached(tag)  # type: ignore[attr-defined]
        return bool(enter(node, "", _NO_PARENTS))

    def _leave(self) -> None:
        builder = self._builder
        closer, style = self._closers.pop()
        if closer == "frame":
            builder.close()
        elif closer == "boundary":
            builder.flush()
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
        self._closers[-1] = ("boundary", self._builder.style)
        return True

    def _open(self, kind: str, node: Element, name: str = "") -> bool:
        self._builder.open(kind, node, name)
        self._closers[-1] = ("frame", self._builder.style)
        return True

    def _mark(self, mark: Mark) -> bool:
        style = self._builder.style
        if mark == "em" and "em" in style:
            mark = "inner em"
        if mark not in style and not self._builder.in_code:
            self._builder.style = (*style, mark)
        return True

    def _note_label(self, anchor: Element) -> str | None:
        """Return the label of the footnote that a link within the page leads to, None if to none."""
        if anchor.tag != "a" or not (anchor.get("href") or "").startswith("#"):
            return None
        if self._notes is None:
            self._notes = notes.find_notes(self._root)
        return self._notes.get(notes.note_id(anchor))

    def _refers_to_note(self, node: Element) -> bool:
        return node.tag == "sup" and len(node) > 0 and self._note_label(node[0]) is not None

    def _is_flat(self) -> bool:
        """Tell whether lists and quotes are not to be nested here: in a cell, or too deep."""
        builder = self._builder
        if builder.nesting >= MAX_NESTING:
            builder.warnings[f"lists and quotes nested deeper than {MAX_NESTING} levels are written flat"] = None
            return True
        return builder.in_cell

    # What an element is by its class, whatever its tag.

    def _takes_special(self, node: Element, names: list[str]) -> bool:
        """Take in what is known by its classes; return whether the element is done with."""
        if not _SKIPPED_CLASSES.isdisjoint(names) or ("toolbar" in names and code.is_toolbar(node)):
            return node.tag not in ("pre", "code", "body")
        if formulas.may_show_formula(node, names) and self._takes_formula(node):
            return True
        if "mermaid" in names and node.tag in ("div", "pre"):
            if next(node.iter("svg"), None) is None:
                self._builder.add_code("mermaid", code.code_text(node).strip("\n"))
            else:
                self._add_labels(node)
            return True
        if "csdn-video-box" in names:
            return self._add_player(node, media.words(str(node.xpath("string()"))))
        return False

    # What an element is by its tag.

    def convert_p(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a paragraph; in a list it makes the list a loose one."""
        self._boundary()
        if self._builder.frame.kind == "item":
            self._builder.frame.loose = True
        return True

    def convert_hN(self, n: int, el: Element, text: str, parent_tags: object) -> bool:  # noqa: N802
        """Begin a heading; in a cell it is listed but written as text."""
        outer = el.getparent()
        if self._builder.in_cell and outer is not None and outer.tag not in _HEADINGS:
            self._builder.list_heading(n, media.words(str(el.xpath("string()"))))
        flat = self._builder.in_cell or self._builder.frame.kind in ("heading", "summary")
        return self._boundary() if flat or n > 6 else self._open("heading", el, str(n))

    def convert_blockquote(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a quote."""
        return self._boundary() if self._is_flat() else self._open("quote", el)

    def convert_list(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a list; one that only holds footnotes is none."""
        is_notes = self._notes and len(el) > 0 and el[0].get("id") in self._notes
        return self._boundary() if is_notes or self._is_flat() else self._open("list", el, el.tag)

    convert_ul = convert_ol = convert_dir = convert_menu = convert_list

    def convert_li(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a list item or footnote; in a cell it is a line."""
        label = self._notes.get(el.get("id") or "") if self._notes else None
        if label is not None and self._builder.frame.kind != "list":
            return self._open("note", el, label)
        if self._builder.frame.kind == "list":
            return self._open("item", el)
        self._boundary()
        if self._builder.in_cell:
            self._builder.add_run(ATOM, "- ")
        return True

    def convert_dt(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a term: a bold line."""
        self._boundary()
        return self._mark("strong")

    def convert_dd(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a definition: a list item."""
        return self._boundary() if self._is_flat() else self._open("definition", el)

    def convert_details(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin what a reader may unfold."""
        return self._boundary() if self._is_flat() else self._open("details", el)

    def convert_summary(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin the line that stays visible."""
        return self._open("summary", el) if self._builder.frame.kind == "details" else self._boundary()

    def convert_table(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a table; one that only places blocks is none."""
        if code.is_code_block(el):
            return self.convert_pre(el, text, parent_tags)
        flat = self._builder.in_cell or tables.is_layout(el)
        return self._boundary() if flat else self._open("table", el)

    def convert_tr(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a row."""
        self._boundary()
        if self._builder.frame.kind == "table":
            self._builder.open_row()
        return True

    def convert_td(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a cell; one that holds the lines of a block of code is that block."""
        if code.is_code_block(el):
            return self.convert_pre(el, text, parent_tags)
        builder = self._builder
        if builder.frame.kind != "table":
            return self._boundary()
        if not len(el) and not el.keys() and not builder.frame.runs and builder.takes_cell(el.text or ""):
            return False
        self._open("cell", el)
        builder.in_cell = True
        return True

    convert_th = convert_td

    def convert_code(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a code span, unless it wraps blocks."""
        if self._builder.in_code or any(child.tag in _BLOCKS_IN_CODE for child in el):
            return True
        self._builder.in_code += 1
        return self._closing("code")

    convert_samp = convert_tt = convert_code

    def convert_a(self, el: Element, text: str, parent_tags: object) -> bool:
        """Begin a link; a heading's permalink and a note's way back are dropped."""
        builder = self._builder
        href = el.get("href")
        if href is None or any(isinstance(mark, LinkMark) for mark in builder.style):
            return True
        names = (el.get("class") or "").split()
        if href.startswith("#"):
            label = self._note_label(el)
            if label is not None:
                builder.add_run(ATOM, f"[^{label}]", f"[{label}]")
                return False
            is_permalink = not _PERMALINK_CLASSES.isdisjoint(names) or builder.frame.kind == "heading"
            if self._notes and notes.is_back_reference(el):
                return False
            if is_permalink and media.words(str(el.xpath("string()"))) in _PERMALINK_SIGNS:
                return False
        url = media.resolve(href, self.base_url) if href or not self.base_url else None
        card = (el.get("data-link-title") or el.get("title")) if "has-card" in names else None  # CSDN's
        if card and url is not None:
            builder.style = (*builder.style, LinkMark(url, ""))
            builder.add_text(media.words(card))
            return False
        if url is not None:
            title = media.title_of(el)
            builder.style = (*builder.style, LinkMark(url, "" if title == url else title))
        return True

    def convert_hr(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write a rule, but not the one above footnotes."""
        outer = el.getparent()
        names = (el.get("class") or "") + (outer.get("class") or "" if outer is not None else "")
        if not (self._notes and "footnotes" in names):
            self._builder.add_plain_block("rule", "---")
        return False

    def convert_rt(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write the reading of a character behind it, in brackets."""
        self._builder.add_text("(")
        return self._closing(")")

    def convert_q(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write a quotation."""
        self._builder.add_text("“")
        return self._closing("”")
