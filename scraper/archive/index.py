"""The search index: what it holds of each post, taken out, put in, and made anew when the segmenter changes.

The index keeps no text, so taking a post out of it needs exactly what was put in: ``search_state`` says which
revision that was, with which names and by which segmenter, and revisions never change.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, bindparam, column, delete, func, insert, select, table

from scraper.archive.schema import authors, posts, revision_texts, revisions, search_state, storable
from scraper.archive.statements import Prepared, insert_row, notes_of
from scraper.segment import SEGMENTER_VERSION, characters, fold, letters, segment_words, words_of

if TYPE_CHECKING:
    from scraper.models import Post

post_fts = table(
    "post_fts", column("rowid"), column("title"), column("body"), column("names"), column("rank"), column("post_fts")
)
char_fts = table("char_fts", column("rowid"), column("chars"), column("rank"), column("char_fts"))

BATCH_POSTS = 200
MAX_WAITING_CHARS = 10_000_000
"""Of words that wait for the end of a transaction: 50 posts of everyday size have a tenth of it."""

MERGED_PAGES = 2000
"""Eight megabytes, which take a third of a second."""

MIN_TEXT_CHARS = 50
MIN_PASSAGE_CHARS = 80
"""Shorter texts and paragraphs are alike by chance."""

_BETWEEN_NAMES = " + "  # a token that no term has, so that no phrase reaches from one name into the next
_progress = logging.getLogger("scraper.progress")


Entry = tuple[str | None, int, str, str, str, str]
"""One change of the index: None or "delete", the post, what post_fts holds of it in three columns, and char_fts."""


class Writable(Protocol):
    """An archive that is open for writing."""

    def write(self) -> AbstractContextManager[Connection]:
        """Run one write transaction."""
        ...


def names_of(post: Post) -> tuple[str, ...]:
    """Return the names that a post is found by beside its title and text: tags, categories, author."""
    return _names(post.tags, post.categories, post.author.name)


def _names(tags: Iterable[str], categories: Iterable[str], author: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(name.split()) for name in (*tags, *categories, author) if name.strip()))


def put(connection: Connection, post_id: int, revision_id: int, title: str, body: str, names: tuple[str, ...]) -> None:
    """Put a post into the index, which must not hold it."""
    title, body, lines = storable(title), storable(body), storable("\n".join(names))
    folded = fold(body)
    prepared = prepare(fold(title), folded, fold(lines))
    _wait(connection, (None, post_id, *prepared.columns, prepared.characters))
    passage = letters(words_of(max(folded.split("\n"), key=len)))
    state = {
        "revision_id": revision_id, "segmenter": SEGMENTER_VERSION, "names": lines,
        "text_digest": digest_of(prepared.letters, MIN_TEXT_CHARS),
        "passage_digest": digest_of(passage, MIN_PASSAGE_CHARS),
    }  # fmt: skip
    insert_row(connection, search_state, post_id=post_id, **state)


def remove(connection: Connection, post_id: int) -> None:
    """Take a post out of the index, if it is there."""
    held = _INDEXED.first(connection, {"post": post_id})
    if held is None:
        return
    prepared = prepare(*map(fold, (held.title, held.text, held.names)))
    _wait(connection, ("delete", post_id, *prepared.columns, prepared.characters))
    _NO_STATE.run(connection, {"post": post_id})


_INDEXED = Prepared(
    select(revisions.c.title, revision_texts.c.text, search_state.c.names)
    .select_from(search_state)
    .join(revisions, revisions.c.id == search_state.c.revision_id)
    .join(revision_texts, revision_texts.c.revision_id == revisions.c.id)
    .where(search_state.c.post_id == bindparam("post"))
)
_NO_STATE = Prepared(delete(search_state).where(search_state.c.post_id == bindparam("post")))


@dataclass(frozen=True, slots=True)
class Words:
    """What the index holds of a post: its columns in post_fts, its characters in char_fts, and its text's letters."""

    columns: tuple[str, str, str]
    characters: str
    letters: str


def prepare(title: str, body: str, names: str) -> Words:
    """Return what the index holds of a post whose title, body and names, one a line, are folded."""
    in_title, in_body, in_names = words_of(title), words_of(body), [words_of(name) for name in names.split("\n")]
    words = (segment_words(in_title), segment_words(in_body), _BETWEEN_NAMES.join(map(segment_words, in_names)))
    return Words(words, characters(chain(in_title, in_body, *in_names)), letters(in_body))


def _wait(connection: Connection, entry: Entry) -> None:
    waiting = notes_of(connection).words
    waiting.append(entry)
    if sum(len(in_body) for _, _, _, in_body, *_ in waiting) > MAX_WAITING_CHARS:
        write_waiting(connection)


def write_waiting(connection: Connection) -> None:
    """Write the changes that have waited for the end of their transaction.

    FTS5 writes a segment whenever a statement between two of its own needs a savepoint, and every segment is merged
    into others later: one segment for a whole transaction costs a third of one for each post.
    """
    waiting = notes_of(connection).words
    if not waiting:
        return
    connection.exec_driver_sql(_INTO_POST_FTS, [entry[:5] for entry in waiting])
    connection.exec_driver_sql(_INTO_CHAR_FTS, [(command, post_id, chars) for command, post_id, *_, chars in waiting])
    waiting.clear()


_INTO_POST_FTS = "INSERT INTO post_fts (post_fts, rowid, title, body, names) VALUES (?, ?, ?, ?, ?)"
_INTO_CHAR_FTS = "INSERT INTO char_fts (char_fts, rowid, chars) VALUES (?, ?, ?)"


def digest_of(letters: str, least: int) -> str:
    """Return what texts with the same letters share, or '' for one with too few to tell."""
    return hashlib.sha256(letters.encode("utf-8", "replace")).hexdigest()[:32] if len(letters) >= least else ""


def is_whole(connection: Connection) -> bool:
    """Say whether the index holds every post by the present segmenter.

    Looks only at the ends of what it must hold, which is enough because it is made anew in the order of ids.
    """
    lowest, highest, last = connection.execute(
        select(
            select(func.min(search_state.c.segmenter)).scalar_subquery(),
            select(func.max(search_state.c.segmenter)).scalar_subquery(),
            select(func.max(search_state.c.post_id)).scalar_subquery(),
        )
    ).one()
    if lowest is not None and (lowest, highest) != (SEGMENTER_VERSION, SEGMENTER_VERSION):
        return False
    return (last or 0) >= (connection.scalar(select(func.max(posts.c.id))) or 0)


def count_missing(connection: Connection) -> int:
    """Return how many posts the index does not hold by the present segmenter."""
    held = select(func.count()).where(search_state.c.segmenter == SEGMENTER_VERSION).scalar_subquery()
    return connection.scalar(select(select(func.count()).select_from(posts).scalar_subquery() - held)) or 0


def renew(archive: Writable) -> int:
    """Put into the index what it lacks, all of it where the segmenter has changed; return how many posts.

    Each batch is a transaction: what an interruption leaves undone, the next call does.
    """
    with archive.write() as connection:
        if connection.scalar(select(func.count()).where(search_state.c.segmenter != SEGMENTER_VERSION)):
            empty(connection)
        total = count_missing(connection)
    done, last = 0, 0
    while done < total:
        with archive.write() as connection:
            added = _add_missing(connection, last)
        if not added:
            break
        done, last = done + len(added), added[-1]
        _progress.info("search index: %d of %d posts", done, total)
    return done


def empty(connection: Connection) -> None:
    """Take everything out of the index."""
    notes_of(connection).words.clear()
    connection.execute(delete(search_state))
    for name, fts in (("post_fts", post_fts), ("char_fts", char_fts)):
        connection.execute(insert(fts).values({name: "delete-all"}))


def _add_missing(connection: Connection, last: int) -> list[int]:
    """Put the next posts that the index lacks into it and return their ids."""
    rows = connection.execute(
        select(
            posts.c.id, posts.c.revision_id, revisions.c.title, revision_texts.c.text, revisions.c.tags,
            revisions.c.categories, authors.c.name,
        )
        .select_from(posts)
        .join(revisions, revisions.c.id == posts.c.revision_id)
        .join(revision_texts, revision_texts.c.revision_id == revisions.c.id)
        .outerjoin(authors, authors.c.id == posts.c.author_id)
        .outerjoin(search_state, search_state.c.post_id == posts.c.id)
        .where(search_state.c.post_id.is_(None), posts.c.id > last)
        .order_by(posts.c.id)
        .limit(BATCH_POSTS)
    ).all()  # fmt: skip
    for row in rows:
        names = _names(row.tags, row.categories, row.name or "")
        put(connection, row.id, row.revision_id, row.title, row.text, names)
    return [row.id for row in rows]


def merge(connection: Connection, *, whole: bool = False) -> None:
    """Let the index tidy itself: a bounded step after a run, or all of it, which also drops what was taken out.

    A step merges whatever is in two pieces or more, until it has written ``MERGED_PAGES``.
    """
    write_waiting(connection)
    for name, fts in (("post_fts", post_fts), ("char_fts", char_fts)):
        if not whole:
            connection.execute(insert(fts).values({name: "usermerge", "rank": 2}))
        connection.execute(insert(fts).values({name: "optimize"} if whole else {name: "merge", "rank": MERGED_PAGES}))
