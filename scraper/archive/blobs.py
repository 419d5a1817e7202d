"""Bytes by their SHA-256, each kept once, compressed with an earlier page of its family as dictionary.

A family is pages that look alike. The first becomes the dictionary of those that follow; when it helps little, because
the site has another template, the page at hand becomes the next one. No training, 8 to 13 times smaller than the page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

import zstandard
from sqlalchemy import Connection, bindparam, delete, exists, select, update

from scraper.archive.schema import assets, blob_dicts, blobs, fetches, posts, revisions
from scraper.archive.statements import Prepared, insert_row, update_row

LEVEL = 5
MIN_DICTIONARY_BYTES = 4096
MAX_DICTIONARIES = 3
"""The newest of a family are tried, one after the other: a site may have several templates at once."""

WEAK_RATIO = 6.0
"""Below this a page is tried with the next; where all gain under a fifth, it becomes the newest."""


_BLOB = Prepared(select(blobs).where(blobs.c.id == bindparam("wanted")))
_KNOWN = Prepared(select(blobs.c.id).where(blobs.c.sha256 == bindparam("wanted")))
_NEWEST = Prepared(
    select(blob_dicts.c.id)
    .where(blob_dicts.c.family == bindparam("of"))
    .order_by(blob_dicts.c.id.desc())
    .limit(MAX_DICTIONARIES)
)
_PAGE = Prepared(
    select(blobs.c.id, blobs.c.sha256)
    .join(blob_dicts, blob_dicts.c.blob_id == blobs.c.id)
    .where(blob_dicts.c.id == bindparam("wanted"))
)


class Blobs:
    """Puts and gets blobs through a connection; remembers dictionaries, so use one object per archive and thread."""

    def __init__(self) -> None:
        self._dictionaries: dict[str, zstandard.ZstdCompressionDict] = {}

    def put(self, connection: Connection, body: bytes, *, family: str, now: datetime) -> int:
        """Store the bytes unless they are there, and return their row's id. An empty family means no dictionary."""
        sha256 = hashlib.sha256(body).hexdigest()
        known = _KNOWN.scalar(connection, {"wanted": sha256})
        if known is not None:
            return int(known)
        codec, dict_id, data, fit_as_dictionary = self._encode(connection, body, family)
        row = {"sha256": sha256, "codec": codec, "dict_id": dict_id, "size_bytes": len(body), "stored_bytes": len(data)}
        blob_id = insert_row(connection, blobs, **row, data=data)
        if fit_as_dictionary:
            insert_row(connection, blob_dicts, family=family, blob_id=blob_id, created_at=now)
        return blob_id

    def get(self, connection: Connection, blob_id: int) -> bytes:
        """Return the plain bytes.

        Raises:
            LookupError: there is no such blob.
            ValueError: the stored bytes do not give back what their digest says.
        """
        row = _BLOB.first(connection, {"wanted": blob_id})
        if row is None:
            raise LookupError(f"no blob {blob_id}")
        body = self._decode(connection, row.codec, row.dict_id, row.data, row.size_bytes)
        if hashlib.sha256(body).hexdigest() != row.sha256:
            raise ValueError(f"blob {row.sha256} is damaged: its bytes have another digest")
        return body

    def store_anew(self, connection: Connection, blob_id: int, dict_ids: Iterable[int]) -> None:
        """Compress a blob again, with whichever of the dictionaries, or none, makes it smallest."""
        body = self.get(connection, blob_id)
        ways: list[tuple[int, int | None, bytes]] = []
        for dict_id in (None, *dict_ids):
            data = compress(body, None if dict_id is None else self._dictionary(connection, dict_id))
            ways.append((len(data), dict_id, data))
        size, dict_id, data = min(ways, key=lambda way: way[0])
        values = {"codec": "zstd", "dict_id": dict_id, "stored_bytes": size, "data": data}
        if size > 0.95 * len(body):
            values |= {"codec": "identity", "dict_id": None, "stored_bytes": len(body), "data": body}
        connection.execute(update(blobs).where(blobs.c.id == blob_id).values(**values))

    def _encode(self, connection: Connection, body: bytes, family: str) -> tuple[str, int | None, bytes, bool]:
        """Return codec, dictionary, data, and whether the body should become its family's dictionary."""
        weak: list[tuple[int, int, bytes]] = []
        for dict_id in self._newest_dictionaries(connection, family) if family else ():
            data = compress(body, self._dictionary(connection, dict_id))
            if len(body) >= WEAK_RATIO * len(data) or len(body) < MIN_DICTIONARY_BYTES:
                return "zstd", dict_id, data, False
            weak.append((len(data), dict_id, data))
        plain = compress(body)
        if weak and min(weak)[0] < 0.8 * len(plain):
            return "zstd", *min(weak)[1:], False
        if len(plain) > 0.95 * len(body):
            return "identity", None, body, False
        return "zstd", None, plain, bool(family) and len(body) >= MIN_DICTIONARY_BYTES

    def _decode(self, connection: Connection, codec: str, dict_id: int | None, data: bytes, size: int) -> bytes:
        if codec == "identity":
            return data
        dictionary = None if dict_id is None else self._dictionary(connection, dict_id)
        try:
            return zstandard.ZstdDecompressor(dict_data=dictionary).decompress(data, max_output_size=size)
        except zstandard.ZstdError as error:
            raise ValueError(f"a blob is damaged: {error}") from error

    def _newest_dictionaries(self, connection: Connection, family: str) -> list[int]:
        return [row.id for row in _NEWEST.all(connection, {"of": family})]

    def _dictionary(self, connection: Connection, dict_id: int) -> zstandard.ZstdCompressionDict:
        page = _PAGE.first(connection, {"wanted": dict_id})
        if page is None:
            raise LookupError(f"no dictionary {dict_id}")
        # Not by its id, which another page gets when this one was rolled back or let go.
        if page.sha256 not in self._dictionaries:
            self._dictionaries[page.sha256] = as_dictionary(self.get(connection, page.id))
        return self._dictionaries[page.sha256]


def as_dictionary(page: bytes) -> zstandard.ZstdCompressionDict:
    """Return a page as a dictionary for pages that look like it."""
    dictionary = zstandard.ZstdCompressionDict(page, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    dictionary.precompute_compress(level=LEVEL)  # else every compression would read the page anew
    return dictionary


def compress(body: bytes, dictionary: zstandard.ZstdCompressionDict | None = None) -> bytes:
    """Return the bytes compressed as blobs are."""
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary).compress(body)


_newest = select(posts.c.fetch_id).where(posts.c.id == bindparam("post")).scalar_subquery()
_behind_revisions = select(revisions.c.fetch_id).where(
    revisions.c.fetch_id.is_not(None), revisions.c.post_id == bindparam("post")
)
_SUPERSEDED = Prepared(
    select(fetches.c.id, fetches.c.blob_id).where(
        fetches.c.url == select(fetches.c.url).where(fetches.c.id == _newest).scalar_subquery(),
        fetches.c.blob_id.is_not(None),
        fetches.c.id != _newest,
        fetches.c.id.not_in(_behind_revisions),
    )
)


def drop_superseded(connection: Connection, post_id: int) -> None:
    """Let go of snapshots of a post that are neither its newest nor behind one of its revisions."""
    for row in _SUPERSEDED.all(connection, {"post": post_id}):
        update_row(connection, fetches, row.id, {"blob_id": None})
        drop_unused(connection, row.blob_id)


def drop_unused(connection: Connection, blob_id: int) -> None:
    """Let go of a blob that no exchange, image or dictionary names."""
    for column in (fetches.c.blob_id, blob_dicts.c.blob_id, assets.c.blob_id):
        if connection.scalar(select(exists().where(column == blob_id))):
            return
    connection.execute(delete(blobs).where(blobs.c.id == blob_id))
