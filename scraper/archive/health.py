"""What a file is before it is trusted: an archive of this schema, of another one, foreign, broken, or nothing."""

from __future__ import annotations

import enum
import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from scraper.archive.schema import APPLICATION_ID
from scraper.errors import ArchiveError

SCHEMA_HEAD = "0003"
"""The newest migration; a test holds it against the migrations folder, so that opening need not load Alembic."""

WAIT_S = 30.0
"""How long to wait for another program that is writing to the file."""

_HEADER = b"SQLite format 3\0"


class State(enum.Enum):
    """What stands at a path."""

    MISSING = "missing"
    EMPTY = "empty"
    ARCHIVE = "archive"


_open_here: Counter[Path] = Counter()
"""Archives that this process has open. Closing any other handle of such a file would drop SQLite's locks on it
(https://www.sqlite.org/howtocorrupt.html, 2.2), so it is not looked at again by plain reading."""


def note_open(path: Path) -> None:
    """Remember that this process has the archive open."""
    _open_here[path.absolute()] += 1


def note_closed(path: Path) -> None:
    """Remember that one of this process's archives at the path is closed."""
    _open_here[path.absolute()] -= 1


def inspect(path: Path) -> State:
    """Return what stands at the path, without changing it.

    Raises:
        ArchiveError: a folder, unreadable, no SQLite file, truncated, or another program's database.
    """
    try:
        if path.is_dir():
            raise ArchiveError(f"{path}: a folder, not an archive; name a file with --db")
        if _open_here[path.absolute()]:
            return State.ARCHIVE
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


def _wal_usable(path: Path) -> bool:
    return _has_log(path) or os.access(path.absolute().parent, os.W_OK)


def schema_of(path: Path) -> str:
    """Return the schema of an archive, '' where its first writer was stopped before there was one.

    Raises:
        ArchiveError: broken, or another program's database.
    """
    try:
        with closing(open_plain(path, write=False)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables and connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,):
                return ""
            if "alembic_version" not in tables:
                raise ArchiveError(f"{path}: another program's database, not an archive; nothing was changed")
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path}: {explain(error)}") from error
    return str(row[0]) if row else ""


def open_plain(path: Path, *, write: bool, wait_s: float = WAIT_S) -> sqlite3.Connection:
    """Open the file with the plain driver, transactions left to the caller.

    A reader that can neither find nor make the shared-memory file of the log reads the file as one that never changes.
    """
    mode = "rw" if write else "ro" if _wal_usable(path) else "ro&immutable=1"
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=wait_s, check_same_thread=False)


def is_current(path: Path, state: State) -> bool:
    """Say whether the file has the newest schema.

    Raises:
        ArchiveError: it has one that this version does not know.
    """
    if state is not State.ARCHIVE:
        return False
    found = schema_of(path)
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
        with closing(open_plain(path, write=True)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
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
        "locked": "another program keeps writing to it; nothing was stored, try again when it has ended",
    }
    return next((meaning for sign, meaning in known.items() if sign in text), text)
