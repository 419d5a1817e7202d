"""Bring an archive to the newest schema with Alembic: a verified backup first, the views made anew after."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DatabaseError

from scraper.archive.backup import back_up
from scraper.archive.health import explain
from scraper.archive.schema import APPLICATION_ID, metadata
from scraper.archive.views import VIEWS
from scraper.errors import ArchiveError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(path: Path, *, backup: bool) -> None:
    """Migrate the file, or make it. With ``backup`` a verified copy is left beside it first.

    Raises:
        ArchiveError: the copy or the migration failed; the archive is as it was.
    """
    if backup:
        back_up(path, path.with_name(f"{path.name}.before-upgrade-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))
    engine = create_engine("sqlite://", creator=lambda: _connect(path))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _drop_views(connection)
            command.upgrade(config(connection), "head")
            _make_views(connection)
            connection.commit()
    except DatabaseError as error:
        raise ArchiveError(f"{path}: could not be migrated: {explain(error.orig)}; it is as it was") from error
    finally:
        engine.dispose()


def remake(path: Path) -> None:
    """Make the views anew, and indexes that are missing.

    Raises:
        ArchiveError: the database refused; the archive is as it was.
    """
    engine = create_engine("sqlite://", creator=lambda: _connect(path))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _drop_views(connection)
            for table in metadata.tables.values():
                for index in table.indexes:
                    index.create(connection, checkfirst=True)
            _make_views(connection)
            connection.commit()
    except DatabaseError as error:
        raise ArchiveError(f"{path}: {explain(error.orig)}") from error
    finally:
        engine.dispose()


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the packaged migrations."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        if not connection.execute("PRAGMA page_count").fetchone()[0]:
            # Large texts waste half a page each; and pages that the index has done with are given back (store.tidy).
            connection.execute("PRAGMA page_size = 4096")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: cannot be made or written to: {explain(error)}") from error
    return connection


def _drop_views(connection: Connection) -> None:
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view'").scalars().all()
    for name in names:
        connection.exec_driver_sql(f'DROP VIEW "{name}"')


def _make_views(connection: Connection) -> None:
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f'CREATE VIEW "{name}" AS {query}')
