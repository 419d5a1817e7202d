"""Read the stored snapshots again with the present reader, on all cores, without the network."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from scraper.archive import posts, records, runs
from scraper.archive.records import Filters, Snapshotted
from scraper.archive.store import Archive
from scraper.batch_reading import Reread, StoredPage, read_again
from scraper.models import Post
from scraper.parallel import batches, map_jobs


@dataclass(frozen=True, slots=True)
class ReparseReport:
    """How it went: counts (read, changed, unchanged, failed), and the posts that could not be read with the reason."""

    counts: dict[str, int]
    failures: tuple[tuple[str, str], ...]

    @property
    def exit_code(self) -> int:
        """0 if every snapshot gave its post, else 1."""
        return 1 if self.failures else 0


Show = Callable[[str], None]


def reparse(
    archive: Archive, filters: Filters, now: datetime, *, parser: str = "", dry_run: bool = False, show: Show = print
) -> ReparseReport:
    """Read the newest snapshots of the chosen posts again and keep, as revisions of origin "reparse", what differs.

    ``parser`` limits it to posts that this reader (SITE/VERSION) read last. With ``dry_run`` nothing is stored and
    ``show`` is given each difference. A snapshot that cannot be read is reported and stops nothing.

    Raises:
        ArchiveError: the archive refused; what was stored before is safe.
    """
    with archive.read() as connection:
        ids = records.select_ids(connection, filters)
        chosen = records.newest_fetches(connection, ids, parser=parser)
    counts: Counter[str] = Counter()
    failures: list[tuple[str, str]] = []
    run_id = None if dry_run else _start(archive, filters, parser, now)
    try:
        read = map_jobs(read_again, _pages(archive, chosen), number=len(chosen))
        for batch in batches(zip(chosen, read, strict=True)):
            _settle(archive, batch, now, run_id, counts, failures, show)
    finally:
        if run_id is not None:
            outcome = "failed" if failures else "done"
            code = 1 if failures else 0
            with archive.write() as connection:
                runs.finish(connection, run_id, outcome=outcome, exit_code=code, counts=counts, now=now)
    return ReparseReport(dict(counts), tuple(failures))


def _start(archive: Archive, filters: Filters, parser: str, now: datetime) -> int:
    told = {"site": filters.site, "author": filters.author, "tag": filters.tag, "parser": parser}
    with archive.write() as connection:
        return runs.start(connection, "reparse", told, now)


def _pages(archive: Archive, chosen: list[Snapshotted]) -> Iterator[StoredPage]:
    for batch in batches(chosen):
        with archive.read() as connection:
            pages = [_page(archive, connection, one) for one in batch]
        yield from pages


def _page(archive: Archive, connection: Connection, one: Snapshotted) -> StoredPage:
    body, fault = b"", ""
    try:
        body = archive.blobs.get(connection, one.blob_id)
    except (ValueError, LookupError) as error:
        fault = f"its snapshot is lost: {error}"
    return StoredPage(one.key, one.site, one.url, one.kind, one.content_type, body, fault)


def _settle(
    archive: Archive, batch: list[tuple[Snapshotted, Reread]], now: datetime, run_id: int | None,
    counts: Counter[str], failures: list[tuple[str, str]], show: Show,
) -> None:  # fmt: skip
    """Store what a batch gave in one transaction, or only show it where there is no run."""
    counts["read"] += len(batch)
    failed = [(one.key, read) for one, read in batch if read.post is None]
    failures += [(key, read.reason) for key, read in failed]
    counts["failed"] += len(failed)
    good = [(one, read.post) for one, read in batch if read.post is not None]
    if run_id is None:
        with archive.read() as connection:
            for one, post in good:
                counts[_show_difference(connection, one, post, show)] += 1
        return
    with archive.write() as connection:
        for key, read in failed:
            runs.log_failure(connection, run_id, url=key, reason=read.reason, now=now, traceback=read.traceback)
        for one, post in good:
            saved = posts.save(
                connection, post, lineage=one.lineage, now=now, fetch_id=one.fetch_id, run_id=run_id, reparsed=True
            )
            counts[saved.change] += 1


def _show_difference(connection: Connection, one: Snapshotted, post: Post, show: Show) -> str:
    """Show how a post read now differs from its newest revision of the lineage; return "changed" or "unchanged"."""
    held = records.newest_revision(connection, one.post_id, one.lineage)
    if held is None or held.digest == posts.digest(post):
        return "unchanged"
    show(f"{one.key}  {post.title}")
    for name, was, is_now in (
        ("title", held.title, post.title),
        ("kind", held.kind, post.kind),
        ("tags", held.tags, list(post.tags)),
        ("categories", held.categories, list(post.categories)),
        ("published", held.published_at, post.published_at),
    ):
        if was != is_now:
            show(f"  {name}: {was} -> {is_now}")
    lines = difflib.unified_diff(
        held.markdown.splitlines(), post.markdown.splitlines(), "stored", "now", lineterm="", n=1
    )
    for line in lines:
        show(f"  {line}")
    return "changed"
