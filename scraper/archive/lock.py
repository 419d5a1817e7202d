"""One writer at a time: a lock of the operating system on a file beside the archive.

The kernel drops it when its holder dies, so there is no stale lock. The file's text only tells others who it is.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scraper.errors import ArchiveError, ArchiveLocked

MAX_NOTE_BYTES = 10_000


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
            holder = self._read_holder()
            os.close(self._file)
            raise ArchiveLocked(f"{path}: {_describe(holder)}; nothing was done") from error
        self.left_reading = str(_note(os.pread(self._file, MAX_NOTE_BYTES, 0)).get("reading", ""))
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self._note = {"pid": os.getpid(), "since": since, "command": command, "reading": ""}
        os.ftruncate(self._file, 0)
        self._written_bytes = 0
        self._write()

    def note_reading(self, what: str) -> None:
        """Let the next holder know as ``left_reading`` what this one was reading, should it die of it."""
        self._note["reading"] = what
        self._write()

    def _read_holder(self) -> dict[str, Any]:
        """Return the note of who holds the lock, who may be about to write it."""
        holder: dict[str, Any] = {}
        for _ in range(25):
            holder = _note(os.pread(self._file, MAX_NOTE_BYTES, 0))
            if "pid" in holder and _lives(holder["pid"]):
                break
            time.sleep(0.02)
        return holder

    def _write(self) -> None:
        # Twice a page: blanks over what was longer cost a tenth of cutting the file.
        note = json.dumps(self._note).encode().ljust(self._written_bytes)
        os.pwrite(self._file, note, 0)
        self._written_bytes = len(note)

    def release(self) -> None:
        """Let others in."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


def _note(text: bytes) -> dict[str, Any]:
    try:
        note = json.loads(text)
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _lives(pid: Any) -> bool:
    """Tell whether there is such a process; a killed holder leaves its note to the next."""
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _describe(holder: dict[str, Any]) -> str:
    if "pid" not in holder:
        return "another run holds it"
    who = f"{holder.get('command')}, pid {holder['pid']}, since {holder.get('since')}"
    return f"another run holds it: {who}; if it hangs, end it with `kill {holder['pid']}`: what it stored is safe"
