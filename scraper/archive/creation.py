"""Make an archive of the newest schema, and what of one can be made anew: its views and indexes.

Alembic is for archives that are older: it takes 0.15 s to load, which every first run would pay. A test holds an
archive made here against one that the migrations have brought up.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DatabaseError

from scraper.archive import health
from scraper.archive.schema import APPLICATION_ID, SEARCH_INDEXES, metadata
from scraper.archive.views import VIEWS
from scraper.errors import ArchiveError

_VERSION_TABLE = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
    " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def create(path: Path) -> None:
    """Make the archive, all of it or nothing, in a file that is missing or holds no table.

    Raises:
        ArchiveError: the file cannot be made or written to.
    """
    with changing(path, "made") as connection:
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
            return  # another process was quicker
        metadata.create_all(connection, checkfirst=False)
        for statement in SEARCH_INDEXES:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(_VERSION_TABLE)
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (health.SCHEMA_HEAD,))
        make_views(connection)


def remake(path: Path) -> None:
    """Make the views anew, and indexes that are missing.

    Raises:
        ArchiveError: the database refused; the archive is as it was.
    """
    with changing(path, "changed") as connection:
        drop_views(connection)
        for table in metadata.tables.values():
            for index in table.indexes:
                index.create(connection, checkfirst=True)
        make_views(connection)


@contextmanager
def changing(path: Path, done: str) -> Iterator[Connection]:
    """Give a connection in a transaction of its own that may change the schema: all of it or nothing.

    ``done`` is the word for it in "could not be …".

    Raises:
        ArchiveError: the database refused; the file is as it was.
    """
    engine = create_engine("sqlite://", creator=lambda: connect(path))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
    except DatabaseError as error:
        raise ArchiveError(f"{path}: could not be {done}: {health.explain(error.orig)}; it is as it was") from error
    finally:
        engine.dispose()


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with the plain driver, and settle what must be settled before there is a first page.

    Raises:
        ArchiveError: it cannot be made or written to.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        if not connection.execute("PRAGMA page_count").fetchone()[0]:
            # Large texts waste half a page each; and pages that the index has done with are given back (store.tidy).
            connection.execute("PRAGMA page_size = 4096")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: cannot be made or written to: {health.explain(error)}") from error
    return connection


def drop_views(connection: Connection) -> None:
    """Drop all views."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view'").scalars().all()
    for name in names:
        connection.exec_driver_sql(f'DROP VIEW "{name}"')


def make_views(connection: Connection) -> None:
    """Make the views that people query; none of them may be there."""
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f'CREATE VIEW "{name}" AS {query}')


def shape_of(path: Path) -> dict[tuple[str, str], object]:
    """Return what each table, index and view of an archive is, by its type and name; equal shapes compare equal.

    Migrations and SQLAlchemy write the same table in different words, so a table is told by what SQLite makes of it.
    """
    with closing(health.open_plain(path, write=False)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        return {
            (kind, name): _table(connection, name) if sql.startswith("CREATE TABLE") else " ".join(sql.split())
            for kind, name, sql in rows
        }


def _table(connection: sqlite3.Connection, name: str) -> object:
    """Return a table's columns, keys to other tables, unique columns, and whether it is STRICT or has row ids."""
    columns = connection.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall()
    keys = 'SELECT "from", "table", "to", on_update, on_delete FROM pragma_foreign_key_list(?)'
    unique = """
        SELECT l.origin, group_concat(i.name) FROM pragma_index_list(?) l, pragma_index_info(l.name) i
        WHERE l.origin != 'c' GROUP BY l.name
    """
    kind = "SELECT strict, wr FROM pragma_table_list(?)"
    return columns, *(sorted(connection.execute(query, (name,))) for query in (keys, unique, kind))
