"""When a CSDN post was first published and last changed, from all that its page says about time.

The page tells other dates as well: that of a recommended article (``最新推荐文章于 … 发布``), of a first draft or
an import (JSON-LD ``pubDate``), of the last publication (``最后发布``). The order of trust was measured on pages
of every template since 2012.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scraper.parse.dates import parse_date

Meaning = Literal["first", "changed", "last", "bare"]

_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}(?:\s?日)?(?:\s{0,3}[T ]?\d{1,2}:\d{2}(?::\d{2})?)?"
)


@dataclass(frozen=True, slots=True)
class Dates:
    """First publication and last change, with the page's own words; None and '' for what isn't said."""

    published_at: datetime | None = None
    published_raw: str = ""
    updated_at: datetime | None = None
    updated_raw: str = ""


def read_dates(statements: Iterable[str], published: Iterable[str], updated: Iterable[str]) -> Dates:
    """Return the dates from the texts shown in the article's header, then from other sources, best first.

    A last publication counts as a change where a first one is known, else as the publication; a change at the
    very moment of publication is none.
    """
    shown: dict[Meaning, str] = {}
    for statement in statements:
        for meaning, raw in _dates_in(statement):
            shown.setdefault(meaning, raw)
    candidates = (shown.get("first", ""), shown.get("bare", ""), *published, shown.get("last", ""))
    published_at, published_raw = _first_valid(candidates)
    candidates = (shown.get("changed", ""), shown.get("last", ""), *updated)
    updated_at, updated_raw = _first_valid(raw for raw in candidates if parse_date(raw) != published_at)
    return Dates(published_at, published_raw, updated_at, updated_raw)


def _dates_in(statement: str) -> Iterator[tuple[Meaning, str]]:
    """Yield the dates of a line and what the words around each make of it."""
    end = 0
    for match in _DATE.finditer(statement):
        before, after = statement[end : match.start()], statement[match.end() :]
        end = match.end()
        after = after[: following.start()] if (following := _DATE.search(after)) else after
        if "推荐" in before:
            continue
        yield _meaning(before, after), match[0]


def _meaning(before: str, after: str) -> Meaning:
    after = after.split(maxsplit=1)[0] if after.strip() else ""
    if "最后发布" in before or "最近发布" in before:
        return "last"
    if after.startswith(("修改", "更新", "编辑")) or re.search(r"(?:修改|更新|编辑)[于：:\s]{0,3}$", before):
        return "changed"
    if after.startswith(("首次发布", "首发", "发布")) or re.search(r"(?:首发|首次发布|发布)[于：:\s]{0,3}$", before):
        return "first"
    return "bare"


def _first_valid(candidates: Iterable[str]) -> tuple[datetime | None, str]:
    for raw in candidates:
        if raw and (moment := parse_date(raw)):
            return moment, raw
    return None, ""
