"""Make the archive as small as it can be: better dictionaries, one piece of index, nothing that nothing rests on."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, not_, text

from scraper.archive import index, runs
from scraper.archive.blobs import MAX_DICTIONARIES, MIN_DICTIONARY_BYTES, Blobs, as_dictionary, compress
from scraper.archive.schema import (
    assets,
    authors,
    blob_dicts,
    blobs,
    columns,
    fetches,
    post_columns,
    post_tags,
    posts,
    tags,
)
from scraper.archive.statements import insert_row
from scraper.archive.store import Archive

SAMPLE_PAGES = 24
CANDIDATES = 8
MIN_GAIN = 0.05
"""Another dictionary must make the sample of a family this much smaller."""

BATCH_BLOBS = 100
_progress = logging.getLogger("scraper.progress")


@dataclass(frozen=True, slots=True)
class Compacted:
    """Sizes of the file and of what the snapshots take in it, before and after."""

    before_bytes: int
    after_bytes: int
    snapshots_before_bytes: int
    snapshots_after_bytes: int
    pruned: int


def compact(archive: Archive, now: datetime) -> Compacted:
    """Compress the snapshots anew, merge the index, let go of what nothing rests on, and give back the space.

    Every step is a transaction of its own: what an interruption leaves undone, the next call does.
    """
    before, stored_before = archive.path.stat().st_size, _stored(archive)
    with archive.write() as connection:
        pruned = runs.prune_fetches(connection, now)
        drop_spare(connection)
        families = blobs_by_family(connection)
    for name, ids in families.items():
        renew_dictionaries(archive, name, ids, now)
    with archive.write() as connection:
        index.merge(connection, whole=True)
        drop_spare(connection)
    stored_after = _stored(archive)
    archive.rewrite()
    return Compacted(before, archive.path.stat().st_size, stored_before, stored_after, pruned)


def _stored(archive: Archive) -> int:
    with archive.read() as connection:
        return int(connection.scalar(text("SELECT coalesce(sum(stored_bytes), 0) FROM blobs")) or 0)


def drop_spare(connection: Connection) -> None:
    """Let go of dictionaries, blobs, tags, columns and authors that nothing names any more."""
    for spare, needs in (
        (blob_dicts, [blobs.c.dict_id == blob_dicts.c.id]),
        (blobs, [column == blobs.c.id for column in (fetches.c.blob_id, blob_dicts.c.blob_id, assets.c.blob_id)]),
        (tags, [post_tags.c.tag_id == tags.c.id]),
        (columns, [post_columns.c.column_id == columns.c.id]),
        (authors, [posts.c.author_id == authors.c.id]),
    ):
        connection.execute(delete(spare).where(*(not_(exists().where(need)) for need in needs)))


def blobs_by_family(connection: Connection) -> dict[str, list[int]]:
    """Return the ids of the pages that look alike, oldest first: those of a host, or of files of a site."""
    rows = connection.execute(
        text(
            "SELECT b.id, coalesce((SELECT d.family FROM blob_dicts d WHERE d.id = b.dict_id OR d.blob_id = b.id"
            " LIMIT 1), f.host) AS family FROM blobs b JOIN fetches f ON f.blob_id = b.id"
            " WHERE f.kind IN ('page', 'file') GROUP BY b.id ORDER BY b.id"
        )
    )
    families: dict[str, list[int]] = defaultdict(list)
    for blob_id, family in rows:
        if family:
            families[family].append(blob_id)
    return families


def renew_dictionaries(archive: Archive, family: str, ids: list[int], now: datetime) -> None:
    """Compress a family's pages with the dictionaries that suit it best, chosen among its own pages."""
    with archive.read() as connection:
        chosen = _choose(archive.blobs, connection, ids)
    with archive.write() as connection:
        dict_ids = []
        for blob_id in chosen:
            archive.blobs.store_anew(connection, blob_id, ())
            dict_ids.append(insert_row(connection, blob_dicts, family=family, blob_id=blob_id, created_at=now))
    for start in range(0, len(ids), BATCH_BLOBS):
        with archive.write() as connection:
            for blob_id in ids[start : start + BATCH_BLOBS]:
                if blob_id not in chosen:
                    archive.blobs.store_anew(connection, blob_id, dict_ids)
        _progress.info("%s: %d of %d pages", family, min(start + BATCH_BLOBS, len(ids)), len(ids))


def _choose(held: Blobs, connection: Connection, ids: list[int]) -> list[int]:
    """Return the few pages that make good dictionaries for a sample, the best first."""
    step = max(1, len(ids) // SAMPLE_PAGES)
    sample = {blob_id: held.get(connection, blob_id) for blob_id in ids[::step][-SAMPLE_PAGES:]}
    candidates = [blob_id for blob_id, body in sample.items() if len(body) >= MIN_DICTIONARY_BYTES]
    candidates = candidates[:: max(1, len(candidates) // CANDIDATES)]
    if len(ids) < 2 or not candidates:
        return []
    sizes: dict[int | None, dict[int, int]] = {None: {one: len(compress(body)) for one, body in sample.items()}}
    for candidate in candidates:
        dictionary = as_dictionary(sample[candidate])
        sizes[candidate] = {one: len(compress(body, dictionary)) for one, body in sample.items()}
        sizes[candidate][candidate] = sizes[None][candidate]  # a dictionary is kept whole
    chosen: list[int] = []
    best = sizes[None]
    while len(chosen) < MAX_DICTIONARIES:
        following = {c: {one: min(best[one], sizes[c][one]) for one in sample} for c in candidates if c not in chosen}
        if not following:
            break
        leader = min(following, key=lambda c: sum(following[c].values()))
        if sum(following[leader].values()) > (1 - MIN_GAIN) * sum(best.values()):
            break
        chosen.append(leader)
        best = following[leader]
    return chosen
