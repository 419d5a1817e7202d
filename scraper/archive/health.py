"""What a file is before it is trusted: an archive of this schema, of another one, foreign, broken, or nothing."""

from __future__ import annotations

import enum
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from scraper.archive.schema import APPLICATION_ID
from scraper.errors import ArchiveError

SCHEMA_HEAD = "0001"
"""The newest migration; a test holds it against the migrations folder, so that opening need not load Alembic."""

_HEADER = b"SQLite format 3\0"


class State(enum.Enum):
    """What stands at a path."""

    MISSING = "missing"
    EMPTY = "empty"
    ARCHIVE = "archive"


def inspect(path: Path) -> State:
    """Return what stands at the path, without changing it.

    Raises:
        ArchiveError: a folder, unreadable, no SQLite file, truncated, or another program's database.
    """
    try:
        if path.is_dir():
            raise ArchiveError(f"{path}: a folder, not an archive; name a file with --db")
        with path.open("rb") as file:
            header = file.read(100)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        if not path.absolute().parent.is_dir():
            raise ArchiveError(f"{path}: its folder does not exist") from None
        return State.MISSING
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from error
    if not header:
        return State.EMPTY
    if not header.startswith(_HEADER) or len(header) < 100:
        raise ArchiveError(f"{path}: no archive (not an SQLite file); nothing was changed")
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    in_header = header[24:28] == header[92:96]
    if in_header and pages * page_size > size and not _has_log(path):
        raise ArchiveError(
            f"{path}: broken: {size} bytes of {pages * page_size} are there; put back a backup, nothing was changed"
        )
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID and not _has_log(path):
        raise ArchiveError(f"{path}: another program's database, not an archive; nothing was changed")
    return State.ARCHIVE


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def wal_usable(path: Path) -> bool:
    """Say whether a reader can make or use the shared-memory file that a log needs."""
    return _has_log(path) or os.access(path.absolute().parent, os.W_OK)


def _schema_of(path: Path) -> str:
    mode = "ro" if wal_usable(path) else "ro&immutable=1"
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, timeout=30)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise ArchiveError(f"{path}: another program's database, not an archive; nothing was changed") from error
        raise ArchiveError(f"{path}: {explain(error)}") from error
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path}: {explain(error)}") from error
    finally:
        connection.close()
    return str(row[0]) if row else ""


def is_current(path: Path, state: State) -> bool:
    """Say whether the file has the newest schema.

    Raises:
        ArchiveError: it has one that this version does not know.
    """
    if state is not State.ARCHIVE:
        return False
    found = _schema_of(path)
    if found > SCHEMA_HEAD:
        raise ArchiveError(
            f"{path}: its schema {found} is newer than this scraper knows ({SCHEMA_HEAD}); install a newer scraper"
        )
    return found == SCHEMA_HEAD


def require_current(path: Path) -> None:
    """Check that a reader can use the file.

    Raises:
        ArchiveError: its schema is older or newer.
    """
    if not is_current(path, State.ARCHIVE):
        raise ArchiveError(f"{path}: has an older schema; run `scraper upgrade` once")


def require_sound(path: Path) -> None:
    """Run SQLite's quick check.

    Raises:
        ArchiveError: the file is damaged.
    """
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=rw", uri=True, timeout=30)
        try:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path}: {explain(error)}") from error
    if found != "ok":
        raise ArchiveError(f"{path}: broken ({found.splitlines()[0]}); put back a backup, nothing was changed")


def explain(error: BaseException | None) -> str:
    """Return a line that says what a database error means for its reader."""
    text = str(error)
    known = {
        "disk is full": "the disk is full; what was stored before is safe; free some space and run it again",
        "disk I/O error": "the disk refuses (I/O error); what was stored before is safe if the disk is",
        "readonly database": "cannot be written to: the file or its folder is read-only",
        "unable to open": "cannot be opened; look at the rights of the file and its folder",
        "malformed": "broken (malformed); put back a backup",
        "not a database": "no archive (not an SQLite file)",
        "locked": "another program has been writing to it for more than 30 s",
    }
    return next((meaning for sign, meaning in known.items() if sign in text), text)
