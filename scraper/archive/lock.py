"""One writer at a time: a lock of the operating system on a file beside the archive.

The kernel drops it when its holder dies, so there is no stale lock. The file's text only tells others who it is.
"""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from scraper.errors import ArchiveError, ArchiveLocked


class Lock:
    """The writer's lock of the archive at ``path``, held from construction until release or the process's end.

    Raises:
        ArchiveLocked: another process holds it; the message names its pid and since when.
        ArchiveError: the folder cannot be written to.
    """

    def __init__(self, path: Path, command: str) -> None:
        lock_path = path.with_name(path.name + ".lock")
        try:
            self._file = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ArchiveError(f"{path}: cannot lock the archive: {error.strerror} ({lock_path})") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 1000, 0)
            os.close(self._file)
            raise ArchiveLocked(f"{path}: {_describe(holder)}; nothing was done") from error
        note = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds"), "command": command}
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps(note).encode(), 0)

    def release(self) -> None:
        """Let others in."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


def _describe(holder: bytes) -> str:
    try:
        note = json.loads(holder)
        return f"another run holds it: {note['command']}, pid {note['pid']}, since {note['since']}"
    except (ValueError, KeyError, TypeError):
        return "another run holds it"
