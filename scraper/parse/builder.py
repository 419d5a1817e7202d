"""What the converter has read so far, built into blocks of Markdown, plain text and lists. Pure."""

from __future__ import annotations

import re
from html import escape as escape_html

from scraper.models import Body, CodeBlock, Heading, Image, Link
from scraper.parse import blocks, code, escape, inline, tables
from scraper.parse.blocks import Block, Item
from scraper.parse.runs import (
    ADDRESS,
    BREAK,
    CODE,
    TEXT,
    LinkMark,
    Run,
    Style,
    find_addresses,
    may_hold_address,
    plain_text,
)
from scraper.parse.tree import Element

_CLOSING_HASHES = re.compile(r"(^| )(#+)$")
_BREAKS = {"heading": " ", "cell": "<br>", "summary": " "}
_NESTING = {"quote", "list", "definition", "details"}
MAX_NESTING = 24
"""Lists and quotes nested deeper are written flat: each level would indent again all that is inside it."""


class Frame:
    """An open element whose content becomes a block, list item or cell of its own."""

    __slots__ = (
        "blocks", "element", "items", "kind", "loose", "name", "plain_start", "row_texts", "rows", "runs", "task",
    )  # fmt: skip

    def __init__(self, kind: str, element: Element, name: str, plain_start: int) -> None:
        self.kind = kind
        self.element = element
        self.name = name
        self.plain_start = plain_start
        self.blocks: list[Block] = []
        self.runs: list[Run] = []
        self.items: list[Item] = []
        self.rows: list[list[tables.Cell]] = []
        self.row_texts: list[list[str]] = []
        self.loose = False
        self.task = ""


class BodyBuilder:
    """The body under construction: open frames, the marks in force, and the lists of what was met."""

    def __init__(self, root: Element) -> None:
        self.frames = [Frame("root", root, "", 0)]
        self.style: Style = ()
        self.in_code = 0
        self.in_cell = False
        self.nesting = 0
        self.images: list[Image] = []
        self.warnings: dict[str, None] = {}
        self._links: dict[LinkMark, list[str]] = {}
        self._code_blocks: list[CodeBlock] = []
        self._headings: list[Heading] = []
        self._plain: list[str] = []

    @property
    def frame(self) -> Frame:
        """The innermost open frame."""
        return self.frames[-1]

    def body(self) -> Body:
        """Return what was built."""
        self.flush()
        return Body(
            markdown=blocks.join_blocks(self.frames[0].blocks),
            text="\n".join(self._plain),
            images=tuple(self.images),
            links=tuple(Link(mark.url, " ".join("".join(texts).split())) for mark, texts in self._links.items()),
            code_blocks=tuple(self._code_blocks),
            headings=tuple(self._headings),
            warnings=tuple(self.warnings),
        )

    def add_text(self, text: str) -> None:
        """Add text as the page has it, with the marks in force."""
        runs = self.frames[-1].runs
        if not (runs or self.in_code) and text.isspace():
            return
        text = escape.clean_text(text)
        if text and (runs or self.in_code or not text.isspace()):
            runs.append(Run(CODE if self.in_code else TEXT, text, self.style))

    def add_run(self, kind: int, text: str = "", plain: str = "") -> None:
        """Add a break or finished Markdown, with the marks in force."""
        self.frames[-1].runs.append(Run(kind, text, self.style, plain))

    def add_block(self, block: Block) -> None:
        """Add a finished block; what stands in a list but in no item belongs to the item before."""
        frame = self.frames[-1]
        if frame.kind != "list":
            frame.blocks.append(block)
        elif frame.items:
            frame.items[-1].blocks.append(block)
        else:
            frame.items.append(Item([block]))

    def add_code(self, language: str, text: str) -> None:
        """Add a block of code."""
        self.flush()
        self._code_blocks.append(CodeBlock(language, text))
        self._plain.append(text)
        self.add_block(Block("code", code.fence(language, text)))

    def add_plain_block(self, kind: str, markdown: str, plain: str = "") -> None:
        """Add a block of finished Markdown, and how it reads in plain text."""
        self.flush()
        if plain:
            self._plain.append(plain)
        self.add_block(Block(kind, markdown))

    def flush(self) -> None:
        """End the paragraph that is under way."""
        frame = self.frames[-1]
        if not frame.runs:
            return
        runs, frame.runs = frame.runs, []
        if len(runs) == 1 and runs[0].kind == TEXT and not runs[0].style and not may_hold_address(runs[0].text):
            self._add_prose(runs[0].text, frame.kind)
            return
        line_break = _BREAKS.get(frame.kind, "  \n")
        for paragraph in [runs] if frame.kind in _BREAKS else _split(runs):
            paragraph = find_addresses(paragraph)
            markdown = inline.render(paragraph, line_break, in_cell=frame.kind == "cell")
            if markdown:
                self._list_links(paragraph)
                if plain := plain_text(paragraph):
                    self._plain.append(plain)
                self.add_block(Block("paragraph", markdown))

    def _add_prose(self, text: str, kind: str) -> None:
        """Add a paragraph of text alone, as most are, in a frame of that kind."""
        markdown = inline.render_text(text, keep_newlines=kind not in _BREAKS, in_cell=kind == "cell")
        if markdown:
            self._plain.append(" ".join(text.split()))
            self.add_block(Block("paragraph", markdown))

    def _list_links(self, runs: list[Run]) -> None:
        for run in runs:
            if run.kind == ADDRESS:
                self._links[LinkMark(escape.address_target(run.text))] = [run.text]
            for mark in run.style:
                if isinstance(mark, LinkMark):
                    text = run.text if run.kind in (TEXT, CODE) else run.plain or " "
                    self._links.setdefault(mark, []).append(text)

    def open(self, kind: str, element: Element, name: str = "") -> None:
        """Open a frame; ``name`` is a heading's level or a note's label."""
        if self.frames[-1].runs:
            self.flush()
        self.frames.append(Frame(kind, element, name, len(self._plain)))
        self.nesting += kind in _NESTING

    def close(self) -> None:
        """Close the innermost frame and add what it became."""
        self.flush()
        frame = self.frames.pop()
        self.nesting -= frame.kind in _NESTING
        _CLOSERS[frame.kind](self, frame)

    def _take_plain(self, frame: Frame) -> list[str]:
        plain = self._plain[frame.plain_start :]
        del self._plain[frame.plain_start :]
        return plain

    def _close_heading(self, frame: Frame) -> None:
        text = " ".join(block.text for block in frame.blocks if block.kind == "paragraph")
        if text:
            level = int(frame.name)
            plain = " ".join(self._plain[frame.plain_start :]).replace("\n", " ")
            self.list_heading(level, plain)
            self.add_block(Block("heading", "#" * level + " " + _CLOSING_HASHES.sub(r"\1\\\2", text)))
        for block in frame.blocks:
            if block.kind != "paragraph":
                self.add_block(block)

    def list_heading(self, level: int, text: str) -> None:
        """Add to the list of headings."""
        if text:
            self._headings.append(Heading(level, text))

    def _close_quote(self, frame: Frame) -> None:
        self.add_block(Block("quote", blocks.quote(blocks.join_blocks(frame.blocks))))

    def _close_item(self, frame: Frame) -> None:
        loose = frame.loose and any(block.kind == "paragraph" for block in frame.blocks)
        self.frame.items.append(Item(frame.blocks, loose, frame.task))

    def _close_list(self, frame: Frame) -> None:
        if not frame.items:
            return
        start = None
        if frame.name == "ol":
            number = (frame.element.get("start") or "").strip()
            start = int(number) if number.isdecimal() and len(number) < 10 else 1
        before = self._last_block()
        self.add_block(blocks.list_block(frame.items, start, before))

    def _last_block(self) -> Block | None:
        frame = self.frame
        siblings = frame.blocks if frame.kind != "list" else frame.items[-1].blocks if frame.items else []
        return siblings[-1] if siblings else None

    def _close_definition(self, frame: Frame) -> None:
        """Write a definition as a list item, in one list with the definitions just before."""
        item = blocks.list_block([Item(frame.blocks)], None, None)
        before = self._last_block()
        if before is not None and before.kind == "definition":
            self.frame.blocks.pop()
            item = Block("definition", f"{before.text}\n{item.text}", item.marker)
        self.add_block(item._replace(kind="definition"))

    def _close_cell(self, frame: Frame) -> None:
        self.in_cell = False
        table = self.frame
        if not table.rows:
            self.open_row()
        text = "<br>".join(block.text for block in frame.blocks)
        table.rows[-1].append(tables.read_cell(frame.element, text))
        table.row_texts[-1].append(" ".join(self._take_plain(frame)).replace("\n", " "))

    def takes_cell(self, text: str) -> bool:
        """Add a cell that is text alone, without a frame of its own; return False for one that needs more."""
        text = escape.clean_text(text)
        if self.style or self.in_code or may_hold_address(text):
            return False
        table = self.frames[-1]
        if not table.rows:
            self.open_row()
        table.rows[-1].append(tables.Cell(inline.render_text(text, keep_newlines=False, in_cell=True)))
        table.row_texts[-1].append(" ".join(text.split()))
        return True

    def open_row(self) -> None:
        """Begin a row of the table that is open."""
        self.frame.rows.append([])
        self.frame.row_texts.append([])

    def _close_table(self, frame: Frame) -> None:
        for block in frame.blocks:
            self.add_block(block)
        markdown = tables.gfm_table(frame.rows)
        if markdown:
            self._plain += [line for row in frame.row_texts if (line := "\t".join(row).strip())]
            self.add_block(Block("table", markdown))

    def _close_details(self, frame: Frame) -> None:
        summary = next((block.text for block in frame.blocks if block.kind == "summary"), "")
        content = blocks.join_blocks([block for block in frame.blocks if block.kind != "summary"])
        head = f"<details>\n<summary>{summary}</summary>" if summary else "<details>"
        self.add_block(Block("html", f"{head}\n\n{content}\n\n</details>" if content else f"{head}\n</details>"))

    def _close_summary(self, frame: Frame) -> None:
        plain = " ".join(self._plain[frame.plain_start :]).replace("\n", " ")
        self.add_block(Block("summary", escape_html(plain, quote=False)))

    def _close_note(self, frame: Frame) -> None:
        self.add_block(Block("note", blocks.indent(blocks.join_blocks(frame.blocks), f"[^{frame.name}]: ", 4)))


_CLOSERS = {
    "heading": BodyBuilder._close_heading,
    "quote": BodyBuilder._close_quote,
    "item": BodyBuilder._close_item,
    "list": BodyBuilder._close_list,
    "definition": BodyBuilder._close_definition,
    "cell": BodyBuilder._close_cell,
    "table": BodyBuilder._close_table,
    "details": BodyBuilder._close_details,
    "summary": BodyBuilder._close_summary,
    "note": BodyBuilder._close_note,
}


def _split(runs: list[Run]) -> list[list[Run]]:
    """Return the runs as paragraphs: two breaks in a row end one."""
    if sum(run.kind == BREAK for run in runs) < 2:
        return [runs]
    paragraphs: list[list[Run]] = [[]]
    broken = False
    for run in runs:
        if run.kind == BREAK and broken:
            paragraphs.append([])
            continue
        if run.kind == BREAK:
            broken = True
        elif run.kind != TEXT or run.text.strip():
            broken = False
        paragraphs[-1].append(run)
    return paragraphs
