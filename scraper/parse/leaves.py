"""Elements that are taken in whole: images, code, formulas, players, drawings. Pure."""

from __future__ import annotations

from collections.abc import Callable

from markdownify import ATX, MarkdownConverter

from scraper.models import Image
from scraper.parse import code, escape, formulas, media
from scraper.parse.builder import BodyBuilder
from scraper.parse.runs import ATOM, BREAK, LinkMark
from scraper.parse.tree import Element


class LeafConverter(MarkdownConverter):
    """The part of the converter for elements whose children are not walked.

    markdownify finds the ``convert_<tag>`` method. Here it is called when the element opens, so ``text`` and
    ``parent_tags`` are empty; it says whether the children are to be walked.
    """

    _builder: BodyBuilder

    def __init__(self, base_url: str = "", image_url: Callable[[str], str] | None = None) -> None:
        super().__init__(heading_style=ATX, bullets="-*")
        self.base_url = base_url
        self.image_url = image_url

    def _takes_formula(self, node: Element) -> bool:
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

    def _add_labels(self, drawing: Element) -> None:
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

    def _add_player(self, node: Element, title: str = "") -> bool:
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

    def convert_pre(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write a block of code, then the images that stand in it."""
        content = code.code_text(el)
        following = el.getnext()
        is_cut = following is not None and following.tag == "table" and code.is_code_block(following)
        is_gutter = bool(str(el.xpath("string()")).strip())
        if content.strip() or (el.find(".//code") is not None and not is_gutter and not is_cut):
            self._builder.add_code(code.code_language(el), content)
        for image in el.iter("img"):
            self.convert_img(image, "", frozenset())
            self._builder.flush()
        return False

    convert_textarea = convert_pre

    def convert_img(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write an image."""
        if self._takes_formula(el):
            return False
        builder = self._builder
        source = media.image_source(el)
        url = media.image_address(source, self.base_url)
        if not url:
            if len(source) > len("data:,"):
                builder.warnings["images embedded in the page, or without an address, are left out"] = None
            return False
        if self.image_url is not None:
            url = escape.encode_url(self.image_url(url))
        alt, title = media.words(el.get("alt")), media.title_of(el)
        builder.images.append(Image(url, source, alt))
        shown = escape.escape_text(alt, "*_~`", in_link=True)
        builder.add_run(ATOM, f"![{shown}]({escape.link_target(url, '' if title == alt else title)})")
        return False

    def convert_br(self, el: Element, text: str, parent_tags: object) -> bool:
        """Break the line."""
        self._builder.add_run(BREAK)
        return False

    def convert_input(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write the box of a task at the start of a list item."""
        frame = self._builder.frame
        if el.get("type") == "checkbox" and frame.kind == "item" and not frame.blocks and not frame.task:
            frame.task = "[ ] " if el.get("checked") is None else "[x] "
        return False

    def convert_script(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write the formula that MathJax keeps in a script."""
        self._takes_formula(el)
        return False

    def convert_math(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write a formula in MathML."""
        return not self._takes_formula(el)

    convert_mjx_container = convert_math

    def convert_iframe(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write an embedded player; an object without one shows what stands in it."""
        return not self._add_player(el) and el.tag == "object"

    convert_video = convert_audio = convert_embed = convert_object = convert_iframe

    def convert_svg(self, el: Element, text: str, parent_tags: object) -> bool:
        """Write the labels of a drawing."""
        self._add_labels(el)
        return False
