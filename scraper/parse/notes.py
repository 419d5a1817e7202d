"""Footnotes as markdown-it, remark, kramdown and pandoc write them in HTML. Pure."""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import unquote

from lxml import etree

from scraper.parse.tree import Element

_NOTE_IDS = etree.XPath(
    './/*[contains(concat(" ", @class, " "), " footnotes ") or @data-footnotes or @role="doc-endnotes"]//li/@id'
)
_REFERENCES = etree.XPath('.//a[starts-with(@href, "#")]')
_BACK = re.compile(r"backref|reversefootnote|footnote-back|footnote-return")
_PREFIX = re.compile(r"^(?:user-content-)?fn[:_-]?")
_NOT_LABEL = re.compile(r"[^\w-]+")


def find_notes(root: Element) -> dict[str, str]:
    """Return the labels of the footnotes that the text refers to, by the id of the note's element."""
    identifiers = set(cast("list[str]", _NOTE_IDS(root)))
    if not identifiers:
        return {}
    labels: dict[str, str] = {}
    for anchor in cast("list[Element]", _REFERENCES(root)):
        target = note_id(anchor)
        if target in identifiers and target not in labels:
            label = _NOT_LABEL.sub("-", _PREFIX.sub("", target)).strip("-")
            labels[target] = label if label and label not in labels.values() else str(len(labels) + 1)
    return labels


def note_id(anchor: Element) -> str:
    """Return the id that a link within the page leads to."""
    return unquote((anchor.get("href") or "").removeprefix("#"))


def is_back_reference(anchor: Element) -> bool:
    """Tell whether the link leads from a note back to the text."""
    names = anchor.get("class") or ""
    return (
        bool(_BACK.search(names))
        or anchor.get("role") == "doc-backlink"
        or (anchor.get("data-footnote-backref") is not None or (anchor.get("href") or "").startswith("#fnref"))
    )
