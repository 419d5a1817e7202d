"""A copy of the whole archive, made while it may be in use, and checked before it has its name."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from scraper.archive.health import explain, open_plain
from scraper.errors import ArchiveError, UsageError


def back_up(path: Path, target: Path) -> int:
    """Copy the archive to a file that does not exist yet and return its size in bytes.

    Raises:
        UsageError: the file exists; it is never written over.
        ArchiveError: it cannot be written, or the copy is not sound; nothing is left of it.
    """
    part = target.with_name(target.name + ".part")
    if target.exists():
        raise UsageError(f"{target}: exists; a backup never takes the place of a file")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise UsageError(f"{part}: another backup is being written, or one was cut short; remove it first") from error
    except OSError as error:
        raise ArchiveError(f"{target}: the backup cannot be written: {error.strerror}") from error
    try:
        _copy(path, part, target)
        os.link(part, target)
    except FileExistsError as error:
        raise UsageError(f"{target}: exists; a backup never takes the place of a file") from error
    except OSError as error:
        raise ArchiveError(f"{target}: the backup cannot be written: {error.strerror}") from error
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
    _sync(target.absolute().parent)
    return target.stat().st_size


def _copy(path: Path, part: Path, target: Path) -> None:
    try:
        with closing(open_plain(path, write=False)) as source, closing(sqlite3.connect(part)) as sink:
            source.backup(sink)
            sound = sink.execute("PRAGMA integrity_check(1)").fetchone()[0]
            loose = sink.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise ArchiveError(f"{target}: the backup could not be written: {explain(error)}") from error
    if sound != "ok" or loose:
        raise ArchiveError(f"{target}: the copy is not sound ({sound}); `scraper check` says what is wrong with {path}")
    _sync(part)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
