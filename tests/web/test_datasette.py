from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from scraper.web.datasette_plugin import prepare_connection, zh_query, zh_snippet


@pytest.fixture
def ask(full: Path, tmp_path: Path) -> Any:
    """Ask the real Datasette, which found the plugin by its entry point."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE t (a)")

    def ask(path: str, **parameters: str) -> Any:
        async def answer() -> Any:
            datasette = Datasette([str(full), str(tmp_path / "other.db")])
            await datasette.invoke_startup()
            response = await datasette.client.get(path, params=parameters)
            assert response.status_code == 200, response.text
            return response.json()

        return asyncio.run(answer())

    return ask


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_datasette_finds_chinese_words(ask: Any) -> None:
    sql = "SELECT rowid FROM post_fts WHERE post_fts MATCH zh_query(:q)"
    assert ask("/blog.json", sql=sql, q="昇思 C++", _shape="arrayfirst") == [1]
    assert ask("/blog.json", sql=sql, q='"" -', _shape="arrayfirst") == []


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_datasette_offers_a_search_with_snippets_in_archives_only(ask: Any) -> None:
    (row,) = ask("/blog/search.json", q="昇思", _shape="array")
    assert (row["title"], row["snippet"]) == ("从零写一个爬虫", "«昇思» MindSpore 与 C++ 的一天。")
    assert [query["name"] for query in ask("/blog.json")["queries"]] == ["search"]
    assert ask("/other.json")["queries"] == []


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_datasette_reads_the_views(ask: Any) -> None:
    for view in ("records", "record_revisions", "record_tags", "record_metrics", "run_log"):
        assert ask(f"/blog/{view}.json", _shape="array", _size="1")


def test_the_functions_take_anything() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        prepare_connection(connection)
        assert connection.execute("SELECT zh_snippet(NULL, NULL), zh_snippet('甲乙丙', '乙', 9)").fetchone() == (
            "",
            "甲«乙»丙",
        )
    assert zh_query(None) == zh_query('"')
    assert zh_snippet("abc", "") == "abc"
