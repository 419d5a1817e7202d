"""What happened to posts: new in the archive, changed by their authors, gone from their sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from scraper.archive.schema import format_moment

Kind = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a post; ``revision`` is the one that an edit made, or the current one."""

    at: str
    change: Kind
    record_id: int
    site: str
    native_id: str
    url: str
    title: str
    author: str
    revision: int
    previous_title: str


# An edit has an earlier revision of the same lineage: what a better reader changed is none, nor is a mirror's copy.
_CHANGES = text(
    """
WITH happened AS (
    SELECT p.first_seen_at AS at, 'new' AS change, p.id AS post_id, p.revision_id AS revision_id
    FROM posts p WHERE p.first_seen_at >= :since AND p.first_seen_at < :until
    UNION ALL
    SELECT r.seen_at, 'changed', r.post_id, r.id
    FROM revisions r WHERE r.seen_at >= :since AND r.seen_at < :until AND r.reparsed = 0 AND EXISTS
        (SELECT 1 FROM revisions e WHERE e.post_id = r.post_id AND e.lineage = r.lineage AND e.number < r.number)
    UNION ALL
    SELECT p.gone_at, 'gone', p.id, p.revision_id
    FROM posts p WHERE p.gone_at >= :since AND p.gone_at < :until
)
SELECT h.at, h.change, p.id AS record_id, s.name AS site, p.native_id, p.url, r.title, coalesce(a.name, '') AS author,
       r.number AS revision, CASE h.change WHEN 'changed' THEN
           (SELECT e.title FROM revisions e WHERE e.post_id = p.id AND e.lineage = r.lineage AND e.number < r.number
            ORDER BY e.number DESC LIMIT 1) ELSE '' END AS previous_title
FROM happened h JOIN posts p ON p.id = h.post_id JOIN sites s ON s.id = p.site_id
JOIN revisions r ON r.id = h.revision_id LEFT JOIN authors a ON a.id = p.author_id
ORDER BY h.at DESC, h.change = 'new', p.id DESC, r.number DESC
"""
)


def changes(connection: Connection, since: datetime, until: datetime | None = None) -> Iterator[Change]:
    """Yield what happened from a moment on, until another one (excluded), newest first."""
    moments: dict[str, Any] = {
        "since": format_moment(since),
        "until": "9999" if until is None else format_moment(until),
    }
    for row in connection.execute(_CHANGES, moments):
        yield Change(**row._mapping)
