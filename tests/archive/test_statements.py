"""Prepared statements against Core's own way of running the same ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import bindparam, func, insert, select

from scraper.archive import Archive, posts
from scraper.archive.schema import authors, columns, fetches, sites, tags
from scraper.archive.statements import Prepared, insert_row, insert_rows, update_row
from scraper.errors import ArchiveError
from scraper.models import Author, Post
from tests.archive.conftest import NOW


def test_a_prepared_row_is_what_core_reads(archive: Archive) -> None:
    statement = select(fetches.c.id, fetches.c.at, fetches.c.url, fetches.c.status).where(fetches.c.kind == "page")
    with archive.write() as connection:
        row = {"at": NOW, "url": "https://a.example/\ud800\0", "kind": "page", "outcome": "ok", "status": None}
        insert_row(connection, fetches, **row)
        connection.execute(insert(fetches), row)
        read = Prepared(statement).all(connection, {})
        assert [tuple(one) for one in read] == [tuple(one) for one in connection.execute(statement)]
        assert read[0][1:] == read[1][1:]
        assert (read[0].at, read[0].url) == (NOW, "https://a.example/\ufffd")


def test_values_of_the_statement_and_of_its_run_go_together(archive: Archive) -> None:
    limited = Prepared(select(tags.c.name).where(tags.c.name != bindparam("unlike")).order_by(tags.c.name).limit(1))
    with archive.write() as connection:
        insert_rows(connection, tags, [{"name": "甲"}, {"name": "乙"}, {"name": "丙"}])
        insert_rows(connection, tags, [])
        assert [row.name for row in limited.all(connection, {"unlike": "丙"})] == ["乙"]
        assert limited.scalar(connection, {"unlike": ""}) == "丙"
        update_row(connection, tags, 1, {"name": "丁"})
        assert limited.first(connection, {"unlike": "丙"}).name == "丁"


def test_what_the_database_refuses_is_an_error_of_the_archive(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="UNIQUE"), archive.write() as connection:
        insert_rows(connection, tags, [{"name": "同"}, {"name": "同"}])
    with archive.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tags)) == 0


def test_an_id_that_was_rolled_back_is_not_remembered(archive: Archive, post: Post) -> None:
    with suppress(ZeroDivisionError), archive.write() as connection:
        posts.save(connection, post, lineage="live", now=NOW)
        raise ZeroDivisionError
    with archive.write() as connection:
        insert_row(connection, sites, name="other")
        posts.save(connection, post, lineage="live", now=NOW)
        held = connection.execute(select(sites.c.name).join(authors)).scalars().all()
    assert held == [post.site]


def test_what_an_author_or_column_is_called_now_takes_the_place_of_its_name_before(
    archive: Archive, post: Post
) -> None:
    column = replace(post.columns[0], title="旧名")
    with archive.write() as connection:
        for name, title in (("旧", "旧名"), ("新", "新名"), ("", "")):
            author = Author(post.author.id, name, post.author.url)
            named = replace(post, author=author, columns=(replace(column, title=title),))
            posts.save(connection, named, lineage="live", now=NOW)
        assert connection.execute(select(authors.c.name)).scalars().all() == ["新"]
        assert connection.execute(select(columns.c.title)).scalars().all() == ["新名"]
