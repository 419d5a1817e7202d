"""Statements that run for every post: compiled once by SQLAlchemy, then given to the driver with their values.

Core puts a key, parameters and a result together each time, 60 to 150 µs, where SQLite itself takes 5 to 30. A crawl
writes some twenty rows a post, so this is a fifth of its work; what runs once a run or a command is plain Core.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, cast

from sqlalchemy import Connection, Delete, Insert, Select, Table, Update, bindparam, insert, update
from sqlalchemy.dialects import sqlite as dialects

_DIALECT = dialects.dialect()

Convert = Callable[[Any], Any]
Bind = tuple[str, Convert | None]


class Prepared:
    """A statement of SQLAlchemy Core whose values are given by name each time it runs.

    ``columns`` are those that an INSERT or UPDATE without values sets. Lists of values (IN) cannot be given.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, columns: Sequence[str] = ()) -> None:
        self._statement = statement
        self._columns = columns

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, Any], list[Bind]]:
        """The SQL, the values that the statement itself holds, and in which order and how values are given."""
        compiled = self._statement.compile(dialect=_DIALECT, column_keys=list(self._columns) or None)
        names = compiled.positiontup or []
        held = {name: value for name, value in compiled.params.items() if value is not None}
        return str(compiled), held, [(name, compiled.binds[name].type.bind_processor(_DIALECT)) for name in names]

    @cached_property
    def _row(self) -> tuple[Callable[..., Any], list[Convert | None]]:
        """What makes a row, and how each of its values is read."""
        selected = cast("Select[Any]", self._statement).selected_columns
        row = namedtuple("Row", selected.keys())  # type: ignore[misc]
        return row, [column.type.result_processor(_DIALECT, None) for column in selected]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run the statement."""
        sql, held, binds = self._compiled
        return _driver(connection).execute(sql, _given({**held, **values} if held else values, binds))

    def run_many(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run the statement for each row of values."""
        sql, held, binds = self._compiled
        _driver(connection).executemany(sql, [_given({**held, **values} if held else values, binds) for values in rows])

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return the first row of a SELECT, its values named as the columns are, or None where there is none."""
        found = self.run(connection, values).fetchone()
        return None if found is None else self._read(found)

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows of a SELECT."""
        return [self._read(found) for found in self.run(connection, values).fetchall()]

    def scalar(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return the first value of the first row of a SELECT, or None where there is none."""
        found = self.first(connection, values)
        return None if found is None else found[0]

    def _read(self, found: tuple[Any, ...]) -> Any:
        row, reads = self._row
        return row(*[value if read is None else read(value) for value, read in zip(found, reads, strict=True)])


def _given(values: Mapping[str, Any], binds: list[Bind]) -> list[Any]:
    return [values[name] if process is None else process(values[name]) for name, process in binds]


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


@cache
def _insertion(into: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(into), columns)


@cache
def _change(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(update(table).where(table.c.id == bindparam("row_id")), columns)


def insert_row(connection: Connection, into: Table, **values: Any) -> int:
    """Insert one row and return its id."""
    return _insertion(into, tuple(values)).run(connection, values).lastrowid or 0


def insert_rows(connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have all the same columns."""
    if rows:
        _insertion(into, tuple(rows[0])).run_many(connection, rows)


def update_row(connection: Connection, table: Table, row_id: int, values: Mapping[str, Any]) -> None:
    """Change the row of that id."""
    _change(table, tuple(values)).run(connection, {**values, "row_id": row_id})


@dataclass(frozen=True, slots=True)
class Notes:
    """What a write transaction knows beside the database, and forgets with its end."""

    ids: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    """What was looked up before, by what was asked."""
    words: list[Any] = field(default_factory=list)
    """Changes of the search index that wait for the end."""


def notes_of(connection: Connection) -> Notes:
    """Return the notes of the connection's write transaction."""
    notes: Notes = connection.get_execution_options()["notes"]
    return notes
