"""Read the stored snapshots again with the present reader, on all cores, without the network."""

from __future__ import annotations

import difflib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from scraper import sites
from scraper.archive import posts, records, runs
from scraper.archive.records import Filters, Lineage
from scraper.archive.store import Archive
from scraper.errors import ParseError
from scraper.models import Post
from scraper.parallel import batches, map_jobs
from scraper.read import parse


@dataclass(frozen=True, slots=True)
class Job:
    """The newest snapshot of a post's lineage: its bytes and what they need to be read."""

    post_id: int
    key: str
    site: str
    lineage: Lineage
    fetch_id: int
    url: str
    kind: str
    content_type: str
    body: bytes
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Reread:
    """What a snapshot gives now: a post, or why none."""

    job: Job
    post: Post | None
    reason: str = ""
    traceback: str = ""


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
        for batch in batches(map_jobs(_read_again, _jobs(archive, chosen), number=len(chosen))):
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


def _jobs(archive: Archive, chosen: list[records.Snapshotted]) -> Iterator[Job]:
    for one in chosen:
        body, fault = b"", ""
        try:
            with archive.read() as connection:
                body = archive.blobs.get(connection, one.blob_id)
        except (ValueError, LookupError) as error:
            fault = f"its snapshot is lost: {error}"
        yield Job(
            one.post_id, one.key, one.site, one.lineage, one.fetch_id, one.url, one.kind, one.content_type, body, fault
        )


def _read_again(job: Job) -> Reread:
    if job.fault:
        return Reread(job, None, job.fault)
    is_file = job.kind == "file"
    forced = "" if is_file or sites.find(job.url) or sites.by_name(job.site) is None else job.site
    url, name = ("", job.url) if is_file else (job.url, "")
    try:
        parsed = parse(job.body, url, content_type=job.content_type, site=forced, name=name)
    except ParseError as error:
        return Reread(job, None, str(error))
    except Exception as error:  # noqa: BLE001 - a fault in the reader must not end the night; it is logged whole
        return Reread(job, None, f"the reader failed: {type(error).__name__}: {error}", traceback.format_exc())
    if parsed.post is None:
        return Reread(job, None, f"no article any more: {parsed.verdict}: {parsed.reason}")
    key = f"{parsed.post.site}/{parsed.post.native_id}"
    if key != job.key:
        return Reread(job, None, f"would be another post now: {key}")
    return Reread(job, parsed.post)


def _settle(
    archive: Archive, batch: list[Reread], now: datetime, run_id: int | None,
    counts: Counter[str], failures: list[tuple[str, str]], show: Show,
) -> None:  # fmt: skip
    """Store what a batch gave in one transaction, or only show it where there is no run."""
    counts["read"] += len(batch)
    failed = [one for one in batch if one.post is None]
    failures += [(one.job.key, one.reason) for one in failed]
    counts["failed"] += len(failed)
    if run_id is None:
        with archive.read() as connection:
            for one in batch:
                if one.post is not None:
                    counts[_show_difference(connection, one.job, one.post, show)] += 1
        return
    with archive.write() as connection:
        for one in failed:
            runs.log_failure(connection, run_id, url=one.job.key, reason=one.reason, now=now, traceback=one.traceback)
        for one in batch:
            if one.post is not None:
                saved = posts.save(
                    connection, one.post, lineage=one.job.lineage, now=now, fetch_id=one.job.fetch_id,
                    run_id=run_id, reparsed=True,
                )  # fmt: skip
                counts[saved.change] += 1


def _show_difference(connection: Connection, job: Job, post: Post, show: Show) -> str:
    """Show how a post read now differs from its newest revision of the lineage; return "changed" or "unchanged"."""
    held = records.newest_revision(connection, job.post_id, job.lineage)
    if held is None or held.digest == posts.digest(post):
        return "unchanged"
    show(f"{job.key}  {post.title}")
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
