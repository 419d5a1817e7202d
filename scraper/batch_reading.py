"""What each process of a pool does: read a file or a stored snapshot, whatever is in it.

Nothing here knows the archive, and the readers are loaded where they are used: a process of the pool need not load
the database, nor the one that hands out the work what reads pages.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from scraper.errors import ParseError
from scraper.models import Parsed, Post

MAX_FILE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class File:
    """A file to import; ``name`` is its path below the folder that was named, with slashes."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file gave: its bytes and what was read of them, or why nothing was."""

    file: File
    body: bytes = b""
    parsed: Parsed | None = None
    reason: str = ""
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A post's snapshot and what it needs to be read again; ``fault`` says why its bytes are lost, '' if not."""

    key: str
    site: str
    url: str
    kind: str
    content_type: str
    body: bytes
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Reread:
    """What a snapshot gives now: a post, or why none."""

    post: Post | None
    reason: str = ""
    traceback: str = ""


def read_file(file: File) -> ReadFile:
    """Return what a file gives; never raises for what a file may hold."""
    try:
        if file.path.stat().st_size > MAX_FILE_BYTES:
            return ReadFile(file, reason=f"larger than {MAX_FILE_BYTES // 10**6} MB")
        body = file.path.read_bytes()
    except OSError as error:
        return ReadFile(file, reason=f"cannot be read: {error.strerror}")
    parsed, reason, where = _read(body, "", name=file.name)
    if parsed is None:
        return ReadFile(file, reason=reason, traceback=where)
    if parsed.post is None:
        return ReadFile(file, reason=f"not an article: {parsed.verdict}: {parsed.reason}")
    return ReadFile(file, body, parsed)


def read_again(page: StoredPage) -> Reread:
    """Return the post that a snapshot gives now; never raises for what it may hold."""
    if page.fault:
        return Reread(None, page.fault)
    from scraper import sites

    is_file = page.kind == "file"
    forced = "" if is_file or sites.find(page.url) or sites.by_name(page.site) is None else page.site
    url, name = ("", page.url) if is_file else (page.url, "")
    parsed, reason, where = _read(page.body, url, name=name, content_type=page.content_type, site=forced)
    if parsed is None:
        return Reread(None, reason, where)
    if parsed.post is None:
        return Reread(None, f"no article any more: {parsed.verdict}: {parsed.reason}")
    key = f"{parsed.post.site}/{parsed.post.native_id}"
    if key != page.key:
        return Reread(None, f"would be another post now: {key}")
    return Reread(parsed.post)


def _read(
    body: bytes, url: str, *, name: str, content_type: str = "", site: str = ""
) -> tuple[Parsed | None, str, str]:
    """Return what the bytes are, or why the reader failed and, where that is its own fault, the traceback."""
    from scraper.read import parse

    try:
        return parse(body, url, content_type=content_type, site=site, name=name), "", ""
    except ParseError as error:
        return None, str(error), ""
    except Exception as error:  # noqa: BLE001 - a fault in the reader must not end the work; it is logged whole
        return None, f"the reader failed: {type(error).__name__}: {error}", traceback.format_exc()
