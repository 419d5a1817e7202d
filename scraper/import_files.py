"""Files into the archive through the same reader as the crawl, on all cores where there are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from scraper.archive import frontier, posts, runs
from scraper.archive.records import Lineage
from scraper.archive.store import Archive
from scraper.batch_reading import File, ReadFile, read_file
from scraper.errors import UsageError
from scraper.models import Post
from scraper.parallel import batches, map_jobs

SUFFIXES = (".html", ".htm", ".mhtml", ".mht", ".md", ".markdown")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How an import went: counts, and the files that gave no post with the reason for each."""

    counts: dict[str, int]
    failures: tuple[tuple[str, str], ...]

    @property
    def exit_code(self) -> int:
        """0 if every file gave a post, else 1."""
        return 1 if self.failures else 0


def find_files(paths: Iterable[Path]) -> list[File]:
    """Return the files to import in the order of their names: those named, and the posts of folders that are.

    Raises:
        UsageError: a path does not exist, or nothing to import is there.
    """
    paths = list(paths)
    found: list[File] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            found += [File(p, p.relative_to(path).as_posix()) for p in inside]
        elif path.is_file():
            found.append(File(path, path.name))
        else:
            raise UsageError(f"{path}: no such file or folder")
    if not found:
        names = ", ".join(map(str, paths))
        raise UsageError(f"{names}: no posts in it (looked for {', '.join(SUFFIXES)})")
    return found


def import_files(files: Sequence[File], archive: Archive, now: datetime) -> ImportReport:
    """Read the files and store their posts; a file that is none is reported and stops nothing.

    Raises:
        ArchiveError: the archive refused; what was stored before is safe.
    """
    counts: Counter[str] = Counter()
    failures: list[tuple[str, str]] = []
    with archive.write() as connection:
        run_id = runs.start(connection, "import", {"files": len(files)}, now)
    outcome = "crashed"
    try:
        for batch in batches(map_jobs(read_file, files, number=len(files))):
            with archive.write() as connection:
                for one in batch:
                    reason = _store(connection, archive, one, run_id, now, counts)
                    if reason:
                        failures.append((str(one.file.path), reason))
        outcome = "failed" if failures else "done"
    finally:
        counts["failed"] = len(failures)
        code = 1 if outcome != "done" else 0
        with archive.write() as connection:
            runs.finish(connection, run_id, outcome=outcome, exit_code=code, counts=counts, now=now)
    return ImportReport(dict(counts), tuple(failures))


def _store(
    connection: Connection, archive: Archive, one: ReadFile, run_id: int, now: datetime, counts: Counter[str]
) -> str:
    """Store what a file gave; return why nothing was stored, or ''."""
    post = one.parsed.post if one.parsed else None
    reason = one.reason
    if post is not None and frontier.is_forgotten(
        connection, post.site, post.native_id, post.author.id or post.author.name
    ):
        reason = "forgotten by wish"
    if post is None or reason:
        path = str(one.file.path)
        runs.log_failure(connection, run_id, url=path, reason=reason, now=now, traceback=one.traceback)
        return reason
    blob_id = archive.blobs.put(connection, one.body, family=f"file:{post.site}", now=now)
    row = {
        "at": now, "url": one.file.name, "kind": "file", "outcome": "ok",
        "size_bytes": len(one.body), "blob_id": blob_id,
    }  # fmt: skip
    fetch_id = runs.log_fetch(connection, run_id, row)
    saved = posts.save(connection, post, lineage=lineage_of(post, one.file), now=now, fetch_id=fetch_id, run_id=run_id)
    counts[saved.change] += 1
    return ""


def lineage_of(post: Post, file: File) -> Lineage:
    """Return where an imported post comes from: a Markdown copy of a platform's post is a mirror's, else a file."""
    is_page = file.path.suffix.lower() in (".html", ".htm", ".mhtml", ".mht")
    return "file" if is_page or post.site == "file" else "mirror"
