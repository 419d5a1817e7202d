"""By whom, when, where and about what: counted over any set of posts from a table held in memory.

SQL counts a frequent word's 20,000 posts in 100 ms, this table in 10. It is made again when the archive has changed,
while a crawl writes every few seconds, a large one less often.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import chain
from threading import Lock

from sqlalchemy import Connection, text

FACETS = ("author", "year", "tag", "site", "kind")
SHOWN = 12
REFRESH_S = 5.0


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that narrows a search, what it is called, and how many of the posts found have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class _Table:
    """For each post its author, its year, site and kind, and its tags; and how authors and sites are called.

    Posts have few different (year, site, kind), so these are counted as one and then told apart.
    """

    authors_of: dict[int, int | None]
    groups_of: dict[int, tuple[str | None, int, str]]
    tags_of: dict[int, tuple[str, ...]]
    authors: dict[int, tuple[str, str]]
    sites: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many posts have which author, (year, site, kind) and tag."""

    authors: Counter[int | None]
    groups: Counter[tuple[str | None, int, str]]
    tags: Counter[str]

    def without(self, others: _Counts) -> _Counts:
        return _Counts(self.authors - others.authors, self.groups - others.groups, self.tags - others.tags)


@dataclass(slots=True)
class Facets:
    """Counts facets; one object serves all threads."""

    zone: tzinfo
    _table: _Table | None = None
    _stamp: object = None
    _next_at: float = 0.0
    _all: _Counts | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def total(self) -> int:
        """The number of all posts when the table was made."""
        return len(self._table.authors_of) if self._table else 0

    def count(self, connection: Connection, ids: Iterable[int] | None, stamp: object) -> dict[str, tuple[Facet, ...]]:
        """Return the commonest values of each facet among the posts, or among all for None.

        ``stamp`` is whatever changes when the archive does.
        """
        with self._lock:
            began = time.monotonic()
            if self._table is None or self._all is None or (stamp != self._stamp and began > self._next_at):
                self._table = _read(connection, self.zone)
                cost = time.monotonic() - began
                self._stamp, self._next_at = stamp, began + max(REFRESH_S, 20 * cost)
                self._all = _count(self._table, self._table.authors_of)
            table, every = self._table, self._all
        return _facets(table, every if ids is None else _count_among(table, every, ids))


def _count_among(table: _Table, every: _Counts, ids: Iterable[int]) -> _Counts:
    """Count the posts; of more than half of all, the others are counted and taken away."""
    found = table.authors_of.keys() & ids
    if 2 * len(found) > len(table.authors_of):
        return every.without(_count(table, table.authors_of.keys() - found))
    return _count(table, found)


def _count(table: _Table, ids: Iterable[int]) -> _Counts:
    ids = sorted(ids)
    return _Counts(
        Counter(map(table.authors_of.__getitem__, ids)),
        Counter(map(table.groups_of.__getitem__, ids)),
        Counter(chain.from_iterable(map(table.tags_of.__getitem__, ids))),
    )


def _facets(table: _Table, counts: _Counts) -> dict[str, tuple[Facet, ...]]:
    years, sites, kinds = Counter[str](), Counter[int](), Counter[str]()
    for (year, site, kind), number in counts.groups.items():
        sites[site] += number
        if year:
            years[year] += number
        if kind:
            kinds[kind] += number
    authors = [(author, n) for author, n in counts.authors.most_common(SHOWN + 1) if author is not None]
    return {
        "author": tuple(Facet(*table.authors[author], n) for author, n in authors[:SHOWN]),
        "year": tuple(Facet(year, year, years[year]) for year in sorted(years, reverse=True)),
        "tag": tuple(Facet(tag, tag, n) for tag, n in counts.tags.most_common(SHOWN)),
        "site": tuple(Facet(table.sites[site], table.sites[site], n) for site, n in sites.most_common(SHOWN)),
        "kind": tuple(Facet(kind, kind, n) for kind, n in kinds.most_common()),
    }


def _read(connection: Connection, zone: tzinfo) -> _Table:
    traits = connection.execute(
        text(
            "SELECT p.id, p.author_id, strftime('%Y', r.published_at, :zone), p.site_id, r.kind"
            " FROM posts p JOIN revisions r ON r.id = p.revision_id"
        ),
        {"zone": zone_modifier(zone)},
    )
    table = _Table({}, {}, {}, {}, {})
    for post_id, author_id, *group in traits:
        table.authors_of[post_id], table.groups_of[post_id] = author_id, (group[0], group[1], group[2])
        table.tags_of[post_id] = ()
    # A tag that is a category too counts once.
    named = connection.execute(
        text("SELECT DISTINCT x.post_id, t.name FROM post_tags x JOIN tags t ON t.id = x.tag_id ORDER BY x.post_id")
    )
    for post_id, name in named:
        table.tags_of[post_id] = (*table.tags_of.get(post_id, ()), name)
    for author_id, native_id, name in connection.execute(text("SELECT id, native_id, name FROM authors")):
        table.authors[author_id] = (native_id, name or native_id)
    for site_id, name in connection.execute(text("SELECT id, name FROM sites")):
        table.sites[site_id] = name
    return table


def zone_modifier(zone: tzinfo) -> str:
    """Return what takes SQLite's UTC times to the zone, by its offset at the turn of the year."""
    offset = zone.utcoffset(datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None))
    return f"{(offset.total_seconds() if offset else 0) / 60:+.0f} minutes"
