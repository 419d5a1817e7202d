from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from scraper.archive import Archive, index, posts
from scraper.errors import UsageError
from scraper.models import Post
from tests.archive.conftest import NOW

TEXTS = {
    "1": ("星火开源的一天", "讯飞把十三亿… 不, 130 亿参数的模型开源了，用昇思 MindSpore AI框架 训练。"),
    "2": ("C++ 与 C 的不同", "C++11 引入了 lambda；C 没有。#include <vector>"),
    "3": ("数据库的锁", "行锁、表锁与死锁；缓存穿透怎么办。Go语言 x86_64"),
    "4": ("Redis 集群", "部署 Redis 集群并配置哨兵，解决缓存击穿。Go 语言"),
}


@pytest.fixture
def filled(archive: Archive, post: Post) -> Archive:
    with archive.write() as connection:
        for at, (native_id, (title, body)) in enumerate(TEXTS.items()):
            one = replace(
                post, native_id=native_id, title=title, text=body, markdown=body, tags=(f"标签{native_id}",),
                published_at=datetime(2024, 1 + at, 1, tzinfo=UTC),
            )  # fmt: skip
            posts.save(connection, one, lineage="live", now=NOW)
    return archive


def ids(archive: Archive, query: str, **options: object) -> set[str]:
    return {hit.record["native_id"] for hit in archive.search(query, **options).hits}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("昇思", "1"), ("MindSpore AI框架", "1"), ("开源 参数", "1"), ("锁", "3"), ("死锁", "3"),
        ("C++", "2"), ("c++11", "2"), ("#include", "2"), ("x86_64", "3"), ("缓存", "34"), ("缓存穿透", "3"),
        ("Go语言", "34"), ('"Go 语言"', "34"), ("缓存 -穿透", "4"), ("redis", "4"), ("没有的词", ""),
        ("缓存 after:2024-04-01", "4"), ("缓存 before:2024-04-01", "3"), ("tag:标签2", "2"), ("缓存 -tag:标签3", "4"),
        ("site:csdn 星火", "1"), ("author:lin 星火", "1"), ("kind:original 星火", "1"), ("kind:repost 星火", ""),
        ("-缓存", "12"), ("<vector>", "2"), ("；", "23"),
    ],
)  # fmt: skip
def test_queries_find_what_people_expect(filled: Archive, query: str, expected: str) -> None:
    assert ids(filled, query) == set(expected)


def test_a_title_weighs_more_than_a_text(filled: Archive, post: Post) -> None:
    with filled.write() as connection:
        long = replace(post, native_id="5", title="杂记", text="也说一句 Redis 集群。" + "别的话题。" * 20)
        posts.save(connection, long, lineage="live", now=NOW)
    assert [hit.record["native_id"] for hit in filled.search("Redis 集群").hits] == ["4", "5"]


def test_hits_can_come_newest_first(filled: Archive) -> None:
    assert [hit.record["native_id"] for hit in filled.search("缓存", sort="date").hits] == ["4", "3"]


def test_a_hit_shows_where_the_query_stands(filled: Archive) -> None:
    hit = filled.search("哨兵", mark=("[", "]")).hits[0]
    assert "配置[哨兵]，解决" in hit.snippet
    assert "markdown" not in hit.record


def test_the_total_counts_more_than_is_shown(filled: Archive) -> None:
    result = filled.search("缓存", limit=1)
    assert (len(result.hits), result.total) == (1, 2)


@pytest.mark.parametrize("query", ["", "   ", '""'])
def test_nothing_to_search_is_said(filled: Archive, query: str) -> None:
    with pytest.raises(UsageError, match="nothing to search"):
        filled.search(query)


def test_a_revised_post_is_found_by_its_new_text_only(filled: Archive, post: Post) -> None:
    with filled.write() as connection:
        posts.save(connection, replace(post, native_id="4", text="改写了", markdown="改写了"), lineage="live", now=NOW)
    assert ids(filled, "哨兵") == set()
    assert "4" in ids(filled, "改写")


def test_a_removed_post_leaves_nothing_in_the_index(filled: Archive) -> None:
    with filled.write() as connection:
        for post_id in (1, 2, 3, 4):
            index.remove(connection, post_id)
        index.remove(connection, 4)
        assert connection.scalar(text("SELECT count(*) FROM post_fts WHERE post_fts MATCH '缓存'")) == 0
        connection.execute(text("INSERT INTO post_fts(post_fts) VALUES ('integrity-check')"))


def test_no_query_string_is_an_error_of_the_database(filled: Archive, shared: Path) -> None:
    queries = json.loads((shared / "cases/injection/search_queries.json").read_text("utf-8"))["queries"]
    assert len(queries) > 50
    for query in queries:
        with suppress(UsageError):
            filled.search(query)
    assert len(list(filled.posts())) == 4
