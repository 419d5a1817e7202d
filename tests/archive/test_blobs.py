from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from scraper.archive import Archive
from tests.archive.conftest import NOW


def page(seed: int, template: int = 0) -> bytes:
    """A page of 40 KB whose template is shared and whose body is its own."""
    chrome = random.Random(template).randbytes(15_000).hex()
    body = random.Random(seed).randbytes(2_500).hex()
    return f"<html>{chrome}<article>{seed}{body}</article></html>".encode()


def test_what_is_put_in_comes_out(archive: Archive) -> None:
    bodies = [b"", b"x", page(1), page(2), page(3, template=9), random.Random(0).randbytes(9000)]
    with archive.write() as connection:
        ids = [archive.blobs.put(connection, body, family="csdn", now=NOW) for body in bodies]
        assert [archive.blobs.get(connection, blob_id) for blob_id in ids] == bodies


def test_the_same_bytes_are_kept_once(archive: Archive) -> None:
    with archive.write() as connection:
        first = archive.blobs.put(connection, page(1), family="csdn", now=NOW)
        assert archive.blobs.put(connection, page(1), family="other", now=NOW) == first


def test_an_earlier_page_of_the_family_is_the_dictionary(archive: Archive) -> None:
    with archive.write() as connection:
        for seed in range(4):
            archive.blobs.put(connection, page(seed), family="csdn", now=NOW)
        rows = connection.execute(text("SELECT dict_id, size_bytes, stored_bytes FROM blobs ORDER BY id")).all()
    assert rows[0].dict_id is None
    assert {row.dict_id for row in rows[1:]} == {1}
    assert all(row.stored_bytes * 6 < row.size_bytes for row in rows[1:])


def test_a_new_template_becomes_the_next_dictionary(archive: Archive) -> None:
    with archive.write() as connection:
        for seed, template in ((1, 0), (2, 0), (3, 5), (4, 5)):
            archive.blobs.put(connection, page(seed, template), family="csdn", now=NOW)
        used = connection.scalars(text("SELECT dict_id FROM blobs ORDER BY id")).all()
    assert used == [None, 1, None, 2]


def test_bytes_that_do_not_shrink_are_kept_as_they_are(archive: Archive) -> None:
    with archive.write() as connection:
        archive.blobs.put(connection, random.Random(0).randbytes(9000), family="", now=NOW)
        assert connection.scalar(text("SELECT codec FROM blobs")) == "identity"


def test_damage_is_seen(archive: Archive) -> None:
    with archive.write() as connection:
        plain = archive.blobs.put(connection, random.Random(0).randbytes(9000), family="", now=NOW)
        packed = archive.blobs.put(connection, page(1), family="", now=NOW)
        connection.execute(text("UPDATE blobs SET data = zeroblob(length(data))"))
        for blob_id in (plain, packed):
            with pytest.raises(ValueError, match="damaged"):
                archive.blobs.get(connection, blob_id)


def test_a_blob_that_is_not_there_is_said(archive: Archive) -> None:
    with archive.read() as connection, pytest.raises(LookupError):
        archive.blobs.get(connection, 7)
