"""Is the archive what it should be? Looked at part by part, without writing, each fault with how to mend it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select, text

from scraper.archive import health, index
from scraper.archive.creation import create, shape_of
from scraper.archive.posts import content_digest
from scraper.archive.schema import SEARCH_INDEXES, revision_texts, revisions
from scraper.archive.store import Archive
from scraper.errors import ArchiveError
from scraper.segment import SEGMENTER_VERSION, fold

MAX_NAMED = 20
"""So many faults of a part are named; of more, only the number is told."""

BATCH_BLOBS = 200

RESTORE = "put back a backup; what is left of this file can be saved with `sqlite3 FILE .recover`"
REINDEX = "`scraper upgrade --reindex` makes the search index anew"
REMAKE = "`scraper upgrade` makes views and indexes anew"
REFETCH = "put back a backup, or fetch the page again with `scraper crawl --full URL`"
COMPACT = "`scraper compact` lets go of it"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of a part: its first faults, how many there are, and how to mend them.

    ``harmless`` says that nothing is wrong, only more stored than needed.
    """

    part: str
    faults: tuple[str, ...] = ()
    number: int = 0
    mend: str = ""
    harmless: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.number or self.harmless


def check(archive: Archive, *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is found of each part; ``deep`` also compares every text with its digest and the index with it.

    Holds no transaction longer than a part takes, so a crawl can go on meanwhile.
    """
    parts: list[tuple[str, Callable[[Archive], Iterable[str]], str, bool]] = [
        ("file", _file_deep if deep else _file, RESTORE, False),
        ("schema", _schema, REMAKE, False),
        ("keys", _keys, RESTORE, False),
        ("posts", _posts, RESTORE, False),
        ("snapshots", _blobs, REFETCH, False),
        ("index", _index, REINDEX, False),
        ("spare", _spare, COMPACT, True),
    ]
    if deep:
        parts += [("texts", _texts, RESTORE, False), ("words", _words, REINDEX, False)]
    for part, look, mend, harmless in parts:
        try:
            faults = iter(look(archive))
            named = tuple(islice(faults, MAX_NAMED))
            number = len(named) + sum(1 for _ in faults)
        except (ArchiveError, sqlite3.DatabaseError) as error:
            named, number, mend, harmless = (str(error),), 1, RESTORE, False
        yield Finding(part, named, number, mend if number else "", harmless)


def _rows(archive: Archive, query: str) -> Iterator[str]:
    with archive.read() as connection:
        yield from [str(row[0]) for row in connection.execute(text(query))]


def _file(archive: Archive) -> Iterator[str]:
    return (row for row in _rows(archive, "PRAGMA quick_check") if row != "ok")


def _file_deep(archive: Archive) -> Iterator[str]:
    return (row for row in _rows(archive, "PRAGMA integrity_check") if row != "ok")


def _schema(archive: Archive) -> Iterator[str]:
    """Compare with an archive that has just been made."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.db"
        create(fresh)
        wanted, held = shape_of(fresh), shape_of(archive.path)
    for (kind, name), definition in wanted.items():
        if (kind, name) not in held:
            yield f"{kind} {name} is missing"
        elif held[kind, name] != definition:
            yield f"{kind} {name} is not as this version makes it"


def _keys(archive: Archive) -> Iterator[str]:
    with archive.read() as connection:
        rows = connection.execute(text("PRAGMA foreign_key_check")).all()
    return (f"row {row[1]} of {row[0]} names a row of {row[2]} that is not there" for row in rows)


def _posts(archive: Archive) -> Iterator[str]:
    yield from _rows(
        archive, "SELECT 'post #' || id || ' has no current revision' FROM posts WHERE revision_id IS NULL"
    )
    yield from _rows(
        archive,
        "SELECT 'revision ' || r.number || ' of post #' || r.post_id || ' has no text' FROM revisions r"
        " LEFT JOIN revision_texts t ON t.revision_id = r.id WHERE t.revision_id IS NULL",
    )
    yield from _rows(
        archive,
        "SELECT 'post #' || p.id || ' is there though it is to be forgotten' FROM posts p"
        " JOIN sites s ON s.id = p.site_id JOIN forgotten f ON f.site = s.name AND f.native_id = p.native_id",
    )


def _blobs(archive: Archive) -> Iterator[str]:
    """Unpack every snapshot and image and compare it with its digest."""
    last = 0
    while True:
        with archive.read() as connection:
            query = text("SELECT id, sha256 FROM blobs WHERE id > :last ORDER BY id LIMIT :n")
            rows = connection.execute(query, {"last": last, "n": BATCH_BLOBS}).all()
            for row in rows:
                try:
                    archive.blobs.get(connection, row.id)
                except (ValueError, LookupError) as error:
                    used = text(
                        "SELECT url FROM fetches WHERE blob_id = :id UNION SELECT url FROM assets WHERE blob_id = :id"
                    )
                    urls = connection.scalars(used, {"id": row.id}).all()
                    yield f"{row.sha256[:12]} of {', '.join(urls) or 'nothing'}: {error}"
        if not rows:
            return
        last = rows[-1].id


def _index(archive: Archive) -> Iterator[str]:
    with archive.read() as connection:
        missing = index.count_missing(connection)
    if missing:
        yield f"{missing} posts are not in it by segmenter {SEGMENTER_VERSION}"
    yield from _rows(
        archive,
        "SELECT 'post #' || p.id || ' is there with a revision that is not its current one' FROM posts p"
        " JOIN search_state s ON s.post_id = p.id WHERE s.revision_id <> p.revision_id",
    )
    yield from _rows(
        archive,
        "SELECT 'post #' || s.post_id || ' is said to be in it and is not' FROM search_state s"
        " LEFT JOIN post_fts_docsize d ON d.id = s.post_id WHERE d.id IS NULL"
        " UNION ALL SELECT 'post #' || d.id || ' is in it though it should not' FROM post_fts_docsize d"
        " LEFT JOIN search_state s ON s.post_id = d.id WHERE s.post_id IS NULL",
    )


def _spare(archive: Archive) -> Iterator[str]:
    for number in _rows(
        archive,
        "SELECT count(*) FROM blobs b WHERE NOT EXISTS (SELECT 1 FROM fetches WHERE blob_id = b.id)"
        " AND NOT EXISTS (SELECT 1 FROM assets WHERE blob_id = b.id)"
        " AND NOT EXISTS (SELECT 1 FROM blob_dicts WHERE blob_id = b.id)",
    ):
        if number != "0":
            yield f"{number} snapshots that nothing rests on"
    for number in _rows(
        archive, "SELECT count(*) FROM tags t WHERE NOT EXISTS (SELECT 1 FROM post_tags WHERE tag_id = t.id)"
    ):
        if number != "0":
            yield f"{number} tags that no post has"


def _texts(archive: Archive) -> Iterator[str]:
    """Compare every revision with the digest that was made of it when it was stored."""
    r, t = revisions.c, revision_texts.c
    query = select(r.post_id, r.number, r.digest, r.title, t.markdown, r.kind, r.tags, r.categories, r.published_at)
    with archive.read() as connection:
        for row in connection.execute(query.join(revision_texts, t.revision_id == r.id)):
            if row.digest != content_digest(
                row.title, row.markdown, row.kind, row.tags, row.categories, row.published_at
            ):
                yield f"revision {row.number} of post #{row.post_id} is not what was stored"


def _words(archive: Archive) -> Iterator[str]:
    """Make the index anew beside the file and compare the words of both."""
    with closing(health.open_plain(archive.path, write=False)) as connection:
        for statement in SEARCH_INDEXES:
            connection.execute(statement.replace("TABLE ", "TABLE temp.fresh_"))
        rows = connection.execute(
            "SELECT s.post_id, r.title, t.text, s.names FROM search_state s JOIN revisions r ON r.id = s.revision_id"
            " JOIN revision_texts t ON t.revision_id = r.id"
        )
        for post_id, title, body, names in rows:
            made = index.prepare(fold(title), fold(body), fold(names))
            connection.execute(
                "INSERT INTO fresh_post_fts (rowid, title, body, names) VALUES (?, ?, ?, ?)", (post_id, *made.columns)
            )
            connection.execute("INSERT INTO fresh_char_fts (rowid, chars) VALUES (?, ?)", (post_id, made.characters))
        differing = (
            "SELECT 'post #' || id || ' is in it with other words' FROM (SELECT id, sz FROM main.post_fts_docsize"
            " EXCEPT SELECT id, sz FROM temp.fresh_post_fts_docsize)"
        )
        yield from (row[0] for row in connection.execute(differing))
        for name, kind in (("post_fts", "col"), ("char_fts", "row")):
            connection.execute(f"CREATE VIRTUAL TABLE temp.held_{name} USING fts5vocab(main, {name}, {kind})")
            connection.execute(f"CREATE VIRTUAL TABLE temp.made_{name} USING fts5vocab(temp, fresh_{name}, {kind})")
            for one, other in ((f"held_{name}", f"made_{name}"), (f"made_{name}", f"held_{name}")):
                number = connection.execute(
                    f"SELECT count(*) FROM (SELECT * FROM temp.{one} EXCEPT SELECT * FROM temp.{other})"  # noqa: S608 - names from above
                ).fetchone()[0]
                if number:
                    yield f"{number} words of {name} do not stand where the texts have them"
