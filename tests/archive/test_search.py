from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from scraper.archive import Archive, index, posts, search
from scraper.errors import UsageError
from scraper.models import Author, Post
from scraper.segment import matches, parse_query
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


def test_a_post_that_is_saved_removed_and_saved_within_one_transaction_is_indexed_once(
    filled: Archive, post: Post
) -> None:
    with filled.write() as connection:
        for number, wording in enumerate(("起初这样写", "后来那样写", "最后如此写")):
            later = replace(post, native_id="9", text=wording, markdown=wording)
            posts.save(connection, later, lineage="live", now=NOW + timedelta(days=number))
    with filled.write() as connection:
        found = connection.execute(text("SELECT rowid FROM post_fts WHERE post_fts MATCH '\"样写\"'")).all()
        connection.execute(text("INSERT INTO post_fts(post_fts) VALUES ('integrity-check')"))
    assert found == []
    assert ids(filled, "如此") == {"9"}


def test_a_transaction_that_fails_leaves_no_words_behind(filled: Archive, post: Post) -> None:
    with suppress(ZeroDivisionError), filled.write() as connection:
        posts.save(connection, replace(post, native_id="9", text="不该留下", markdown=""), lineage="live", now=NOW)
        raise ZeroDivisionError
    with filled.write() as connection:
        posts.save(connection, replace(post, native_id="10", text="该当留下", markdown=""), lineage="live", now=NOW)
    assert ids(filled, "留下") == {"10"}


def test_a_removed_post_leaves_nothing_in_the_index(filled: Archive) -> None:
    with filled.write() as connection:
        for post_id in (1, 2, 3, 4):
            index.remove(connection, post_id)
        index.remove(connection, 4)
    with filled.write() as connection:
        assert connection.scalar(text("SELECT count(*) FROM post_fts WHERE post_fts MATCH '缓存'")) == 0
        connection.execute(text("INSERT INTO post_fts(post_fts) VALUES ('integrity-check')"))


def test_no_query_string_is_an_error_of_the_database(filled: Archive, shared: Path) -> None:
    queries = json.loads((shared / "cases/injection/search_queries.json").read_text("utf-8"))["queries"]
    assert len(queries) > 50
    for query in queries:
        with suppress(UsageError):
            filled.search(query)
    assert len(list(filled.posts())) == 4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("人工智能", "1"), ("林一 锁", "3"), ("标签2", "2"), ("大模型 -标签1", "234"), ("-林一", ""), ("标签", "1234"),
        ("标签2 C++", "2"), ("一大", ""), ("Ｃ＋＋１１", "2"), ("X86_64", "3"), ("#INCLUDE", "2"), ("缓 锁", "3"),
        ("锁 -死", ""), ("缓 -锁", "4"), ("的 锁", "3"), ("<VECTOR>", "2"), ("Go的", ""), ("的锁", "3"),
    ],
)  # fmt: skip
def test_tags_authors_symbols_and_single_characters_are_found(
    archive: Archive, post: Post, query: str, expected: str
) -> None:
    with archive.write() as connection:
        for native_id, (title, body) in TEXTS.items():
            tags = (f"标签{native_id}", *(("人工智能",) if native_id == "1" else ()))
            one = replace(post, native_id=native_id, title=title, text=body, markdown=body, tags=tags)
            posts.save(connection, one, lineage="live", now=NOW)
    assert ids(archive, query) == set(expected)
    for record in archive.posts():
        names = (*record["tags"], *record["categories"], record["author"])
        held = matches(parse_query(query), record["title"], names, record["text"])
        assert held == (record["native_id"] in expected), record["native_id"]


def test_an_authors_new_name_is_found_without_a_new_revision(filled: Archive, post: Post) -> None:
    with filled.write() as connection:
        title, body = TEXTS["1"]
        one = replace(
            post, native_id="1", title=title, text=body, markdown=body, tags=("标签1",), author=Author("lin", "林改名"),
            published_at=datetime(2024, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        assert posts.save(connection, one, lineage="live", now=NOW).change == "unchanged"
    assert ids(filled, "林改名") == {"1"}
    assert ids(filled, "林一") == {"2", "3", "4"}


def crowd(archive: Archive, number: int) -> None:
    """Let the indexes name many posts more for 锁 and 缓存."""
    series = "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    with archive.write() as connection:
        for into, words in (("post_fts (rowid, body)", "缓存"), ("char_fts (rowid, chars)", "锁")):
            statement = f"INSERT INTO {into} {series} SELECT i, '{words}' FROM n"
            connection.execute(text(statement), {"last": 999 + number})


def test_a_word_that_too_many_posts_have_comes_newest_first_and_says_so(filled: Archive) -> None:
    crowd(filled, search.COUNT_CAP)
    result = filled.search("缓存", facets=True)
    assert [hit.record["native_id"] for hit in result.hits] == ["4", "3"]
    assert (result.total, result.more, result.order) == (search.COUNT_CAP, True, "date")
    assert "newest first" in result.notes[0]
    assert result.facets["tag"] == {"大模型": 2, "标签3": 1, "标签4": 1}
    assert filled.search("锁").order == "date"
    assert filled.search("穿透").order == "relevance"
    assert filled.search("缓存", sort="date").notes == ()


def test_hits_come_in_pages(filled: Archive) -> None:
    whole = [hit.record["id"] for hit in filled.search("大模型").hits]
    assert len(whole) == 4
    for query in ("大模型", "大模型 site:csdn", "大模型 -<nothing>"):
        assert [filled.search(query, limit=1, offset=n).hits[0].record["id"] for n in range(4)] == whole
        assert filled.search(query, limit=2).total == 4


def test_texts_are_read_for_symbols_only_as_far_as_needed(archive: Archive, post: Post) -> None:
    with archive.write() as connection:
        for number in range(search.READ_FOR_COUNT + 100):
            one = replace(post, native_id=str(number), text="::", markdown="::", links=(), images=(), tags=())
            posts.save(connection, one, lineage="live", now=NOW)
    result = archive.search("::", limit=5)
    assert (len(result.hits), result.total, result.more) == (5, search.READ_FOR_COUNT, True)
    assert not archive.search("::", limit=search.READ_FOR_COUNT + 99).more


def test_an_index_of_another_segmenter_is_told_by_readers_and_renewed_by_writers(filled: Archive, path: Path) -> None:
    with filled.write() as connection:
        connection.execute(text("UPDATE search_state SET segmenter = 0"))
    (note,) = filled.search("缓存").notes
    assert "lacks 4 posts" in note
    filled.close()
    with Archive(path, write=True) as archive:
        assert archive.search("缓存").notes == ()
        assert ids(archive, "缓存") == {"3", "4"}
        with archive.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM post_fts WHERE post_fts MATCH '缓存'")) == 2


def test_a_renewal_that_was_stopped_goes_on(filled: Archive, path: Path) -> None:
    with filled.write() as connection:
        index.empty(connection)
        index.put(connection, 1, 1, *TEXTS["1"], ())
    assert "lacks 3 posts" in filled.search("星火").notes[0]
    filled.close()
    with Archive(path, write=True) as archive:
        assert ids(archive, "缓存") == {"3", "4"}
        with archive.read() as connection:
            assert index.count_missing(connection) == 0


@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE posts; --",
        '"',
        "AND",
        "NEAR(a b, 2)",
        "title:x",
        "a*",
        "(",
        "^a",
        "\0",
        "\ud800",
        "-",
        "::",
        "锁" * 5000,
    ],
)
def test_what_looks_like_sql_or_an_expression_is_a_query_like_any_other(filled: Archive, query: str) -> None:
    with suppress(UsageError):
        filled.search(query, facets=True)
    assert len(list(filled.posts())) == 4


LETTERS = "锁死缓存的一Cc+#é１1ａ_-.:%， "


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Thirty posts of few letters, so that every short query finds some."""
    chance = random.Random(62)

    def write(most: int) -> str:
        return "".join(chance.choices(LETTERS, k=chance.randint(0, most)))

    with Archive(tmp_path_factory.mktemp("crowded") / "archive.db", write=True) as archive:
        with archive.write() as connection:
            for number in range(30):
                one = Post(
                    site="csdn", native_id=str(number), url="", title=write(8), text=write(40), markdown="",
                    author=Author(f"u{number}", write(4)), tags=(write(4), write(4)), categories=(write(3),),
                )  # fmt: skip
                posts.save(connection, one, lineage="live", now=NOW)
        yield archive


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(LETTERS + '"'), min_size=1, max_size=7))
def test_the_search_finds_exactly_the_posts_that_match(crowded: Archive, query: str) -> None:
    parsed = parse_query(query)
    assume((parsed.terms or parsed.excluded) and not parsed.filters)
    wanted = set()
    for record in crowded.posts():
        names = (*record["tags"], *record["categories"], record["author"])
        if matches(parsed, record["title"], names, record["text"]):
            wanted.add(record["native_id"])
    assert ids(crowded, query, limit=50) == wanted
