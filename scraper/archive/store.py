"""One archive.db: opened, checked, locked, migrated, and its transactions.

Nothing else opens the file. Reading never writes to it, not even a lock file.
"""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from scraper.archive import health
from scraper.archive.lock import Lock
from scraper.archive.statements import Notes
from scraper.errors import ArchiveError
from scraper.segment import holds

if TYPE_CHECKING:
    from scraper.archive.blobs import Blobs
    from scraper.archive.records import Filters
    from scraper.archive.search import SearchResult

CLOSING_WAIT_S = 1.0
"""A reader that does not end must not keep an interrupted command from ending."""


PAGES_GIVEN_BACK = 10_000
"""At the end of a run, 40 MB: what more is empty is filled by the next one, or given back after it."""


class EmptyArchiveWarning(UserWarning):
    """An empty file was made into an archive."""


class Archive:
    """The archive at ``path``; a context manager.

    Opened for reading unless ``write``; a writer creates what is missing, migrates what is older, and holds a lock
    that other writers meet as ArchiveLocked. ``command`` is what the lock's file tells them; ``wait_s`` is how long a
    transaction waits for another program that is writing to the file.

    Raises:
        ArchiveError: the file is missing (for a reader), broken, foreign, or of another schema.
        ArchiveLocked: another process writes to it.
    """

    def __init__(
        self, path: str | Path = "archive.db", *, write: bool = False, command: str = "write",
        wait_s: float = health.WAIT_S,
    ) -> None:  # fmt: skip
        self.path = Path(path)
        self.writable = write
        self._lock: Lock | None = None
        state = health.inspect(self.path)
        if write:
            self._lock = Lock(self.path, command)
            try:
                self._prepare(health.inspect(self.path))
            except BaseException:
                self._lock.release()
                raise
        elif state is health.State.MISSING:
            raise ArchiveError(f"{self.path}: no such archive; `scraper crawl` or `scraper import` makes one")
        elif state is not health.State.ARCHIVE:
            raise ArchiveError(f"{self.path}: an empty file; `scraper crawl` or `scraper import` makes it an archive")
        self._engine = _engine(self.path, write=write, wait_s=wait_s)
        health.note_open(self.path)
        self._is_open = True
        try:
            if write:
                self._renew_index()
            else:
                health.require_current(self.path)
        except BaseException:
            self.close()
            raise

    def _prepare(self, state: health.State) -> None:
        if state is health.State.EMPTY:
            warnings.warn(f"{self.path}: was an empty file; made into an archive", EmptyArchiveWarning, stacklevel=4)
        if state is health.State.ARCHIVE:
            health.require_sound(self.path)
        if state is not health.State.ARCHIVE or not health.schema_of(self.path):
            from scraper.archive.creation import create

            create(self.path)
        elif not health.is_current(self.path, state):
            from scraper.archive.migrate import upgrade  # Alembic costs 0.15 s, needed once per schema

            upgrade(self.path)

    def _renew_index(self) -> None:
        from scraper.archive import index

        with self.read() as connection:
            whole = index.is_whole(connection)
        if not whole:
            index.renew(self)

    @cached_property
    def blobs(self) -> Blobs:
        """The snapshots and images, and the dictionaries that they are compressed with."""
        from scraper.archive.blobs import Blobs

        return Blobs()

    @property
    def left_reading(self) -> str:
        """What the last writer was reading when it died, '' where it did not."""
        return "" if self._lock is None else self._lock.left_reading

    def note_reading(self, what: str) -> None:
        """Let the next writer know what this one is reading; '' when it is read."""
        if self._lock is not None:
            self._lock.note_reading(what)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run one write transaction: all of it or nothing. No network inside.

        Raises:
            ArchiveError: the database refused, for instance because the disk is full.
        """
        from scraper.archive import index

        with (
            _translated(self.path),
            self._engine.connect().execution_options(notes=Notes()) as connection,
            connection.begin(),
        ):
            yield connection
            index.write_waiting(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state and cannot write."""
        with (
            _translated(self.path),
            self._engine.connect().execution_options(reader=True) as connection,
            connection.begin(),
        ):
            yield connection

    def search(
        self, query: str, *, limit: int = 20, offset: int = 0, sort: str = "relevance", facets: bool = False,
        mark: tuple[str, str] = ("", ""), **filters: Any,
    ) -> SearchResult:  # fmt: skip
        """Return the posts that match a query; filters as in :class:`scraper.archive.records.Filters`.

        Raises:
            UsageError: nothing in the query can be searched.
        """
        from scraper.archive import search

        with self.read() as connection:
            return search.find(
                connection, query, _filters(filters), limit=limit, offset=offset, sort=sort, mark=mark, facets=facets
            )

    def posts(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yield records, keys as in the view ``records``, newest publication first."""
        from scraper.archive import records

        with self.read() as connection:
            yield from records.select_records(connection, _filters(filters))

    def get(self, post: str) -> dict[str, Any] | None:
        """Return the record that a URL, SITE/NATIVE_ID, #ID or number names, or None."""
        from scraper.archive import records

        with self.read() as connection:
            post_id = records.find(connection, post)
            return None if post_id is None else records.record(connection, post_id)

    def tidy(self, now: datetime) -> None:
        """Do at the end of a run what keeps the archive small and quick.

        Prune the fetch log, merge the index, and give back the pages that this left empty.
        """
        from scraper.archive import index, runs

        with self.write() as connection:
            runs.prune_fetches(connection, now)
            index.merge(connection)
        with _translated(self.path), closing(health.open_plain(self.path, write=True)) as plain:
            # A page at each step: the driver takes all steps of a script alone, and none within a transaction.
            plain.executescript(f"PRAGMA incremental_vacuum({PAGES_GIVEN_BACK})")

    def rewrite(self) -> bool:
        """Write the file anew without holes and without what was deleted; return whether all of that is gone.

        It is not while a reader keeps the old pages; the next writer that closes lets them go.

        Raises:
            ArchiveError: the database refused, for instance because the disk has no room for a second copy.
        """
        with _translated(self.path), closing(health.open_plain(self.path, write=True)) as connection:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("VACUUM")
            connection.execute(f"PRAGMA busy_timeout = {round(CLOSING_WAIT_S * 1000)}")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Fold the log into the file, close it and let other writers in.

        Where a reader still needs the log, or the disk is full, the log stays and the next writer folds it in.
        """
        self._engine.dispose()
        if self._is_open:
            health.note_closed(self.path)
            self._is_open = False
        if self._lock is None:
            return
        waiting = health.open_plain(self.path, write=True, wait_s=CLOSING_WAIT_S)
        with suppress(sqlite3.Error), closing(waiting) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._lock.release()
        self._lock = None

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _filters(given: dict[str, Any]) -> Filters:
    from scraper.archive.records import Filters

    return Filters(**given)


def _engine(path: Path, *, write: bool, wait_s: float = health.WAIT_S) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = health.open_plain(path, write=write, wait_s=wait_s)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.create_function("holds", 2, holds, deterministic=True)
        connection.execute("PRAGMA cache_size = -32768")
        if write:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_size_limit = 16777216")
        else:
            connection.execute("PRAGMA query_only = ON")
        return connection

    # The default for SQLite closes connections that other threads are using, once there are more than a few.
    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=-1)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own BEGIN is deferred: a read before a write then loses updates without an error.
        reader = not write or connection.get_execution_options().get("reader")
        connection.exec_driver_sql("BEGIN" if reader else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise ArchiveError(f"{path}: {health.explain(error.orig)}") from error
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path}: {health.explain(error)}") from error
