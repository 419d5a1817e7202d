"""Pages of a long list by where the last one ended, which costs the same on the first page and the thousandth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_

from scraper.web.question import BadRequest

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is ordered by, then by id in the same direction; posts without a value come last."""

    column: ColumnElement[Any]
    id: ColumnElement[int]
    descending: bool
    read: Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of rows, and the places before and after it, '' where the list ends."""

    rows: tuple[Sequence[Any], ...]
    before: str
    after: str


def fetch(
    connection: Connection, query: Select[Any], order: Order, *, after: str = "", before: str = "", size: int = 20
) -> Slice:
    """Return a page of the query, whose first two columns are the order's and the id.

    Raises:
        BadRequest: a place is none that this list has.
    """
    backward = bool(before)
    start = read_place(before or after, order.read, nullable=True)
    rows: list[Sequence[Any]] = []
    for condition in _parts(order, start, backward):
        wanted = query.where(condition).order_by(*_directions(order, backward)).limit(size + 1 - len(rows))
        rows += [tuple(row) for row in connection.execute(wanted)]
        if len(rows) > size:
            break
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    first = place(rows[0]) if rows and (more if backward else bool(after)) else ""
    last = place(rows[-1]) if rows and (more or backward) else ""
    return Slice(tuple(rows), first, last)


def place(row: Sequence[Any]) -> str:
    """Return the place of a row, to stand in an address."""
    return f"{'' if row[0] is None else row[0]}_{row[1]}"


def read_count(text: str) -> int:
    """Return a number that a database can hold.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(text)
    return int(text)


def read_place(
    text: str, read: Callable[[str], Value], *, nullable: bool = False
) -> tuple[Any, int] | None:  # fmt: skip
    """Return value and id of a place, None for ''; ``nullable`` lets the value be None where the posts have none.

    Raises:
        BadRequest: the text is no place.
    """
    if not text:
        return None
    value, _, number = text.rpartition("_")
    try:
        if not value and nullable:
            return None, read_count(number)
        return read(value), read_count(number)
    except ValueError as error:
        raise BadRequest("after, before: no place in this list") from error


def _directions(order: Order, backward: bool) -> tuple[ColumnElement[Any], ...]:
    if order.descending != backward:
        return order.column.desc(), order.id.desc()
    return order.column.asc(), order.id.asc()


def _parts(order: Order, start: tuple[Any, int] | None, backward: bool) -> list[ColumnElement[bool]]:
    """Return the conditions of the list's two parts, those with a value and those without, from the place on."""
    valued, bare = order.column.is_not(None), order.column.is_(None)
    if start is None:
        return [bare, valued] if backward else [valued, bare]
    value, number = start
    falling = order.descending != backward
    beyond = order.id < number if falling else order.id > number
    if value is None:
        return [and_(bare, beyond), valued] if backward else [and_(bare, beyond)]
    column = order.column
    # The first condition is one that an index serves, the second leaves out what was shown.
    reach = column <= value if falling else column >= value
    passed = or_(column < value if falling else column > value, beyond)
    rest = and_(reach, passed)
    return [rest] if backward else [rest, bare]
