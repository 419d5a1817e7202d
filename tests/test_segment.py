"""Segmenting and queries, judged by a real FTS5 table."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scraper.segment import (
    MAX_TERMS,
    Filter,
    Query,
    characters,
    fold,
    highlights,
    letters,
    matches,
    parse_query,
    segment,
    snippet,
    words_of,
)

FTS = """CREATE VIRTUAL TABLE fts USING fts5(
    title, body, tokenize="unicode61 remove_diacritics 2 tokenchars '+#'")"""


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(FTS)
        connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(fts, 'row')")
        yield connection


def fill(index: sqlite3.Connection, *texts: str) -> None:
    index.execute("DELETE FROM fts")
    rows = [(number, "", segment(text)) for number, text in enumerate(texts)]
    index.executemany("INSERT INTO fts(rowid, title, body) VALUES (?, ?, ?)", rows)


def found(index: sqlite3.Connection, query: str) -> set[int]:
    expression = parse_query(query).match()
    return {row[0] for row in index.execute("SELECT rowid FROM fts WHERE fts MATCH ?", (expression,))}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("缓存穿透", "缓存 存穿 穿透 透"),
        ("锁", "锁"),
        ("Go语言 go1.22", "go 语言 言 go1 22"),
        ("C++11与C#7、F#、g++和 gcc++", "c++ 11 与 c# 7 f# g++ 和 gcc"),
        ("#include x86_64 Spark-13B", "include x86 64 spark 13b"),
        ("ＭｉｎｄＳｐｏｒｅ ｶﾞｲﾄﾞ ①②", "mindspore ガイ イド ド 12"),
        ("Straße Café naïve Việt", "strasse cafe naive viet"),
        ("한국어 ひらがな 𠮷野家", "한국 국어 어 ひら らが がな な 𠮷野 野家 家"),
        ("\x00\ud800😀 -- ::", ""),
        ("", ""),
    ],
)
def test_words_stay_whole_and_chinese_becomes_pairs(text: str, tokens: str) -> None:
    assert segment(text) == tokens


def test_the_tokenizer_keeps_every_token_of_every_letter(index: sqlite3.Connection) -> None:
    letters = [chr(point) for point in range(0x20, 0x32000) if chr(point).isalnum()]
    tokens = set(segment(" ".join(letters)).split())
    fill(index, " ".join(letters))
    indexed = {row[0] for row in index.execute("SELECT term FROM vocabulary")}
    lost = {token for token in tokens - indexed if not unicodedata.name(token[0], "").startswith("NEW TAI LUE")}
    # What Unicode has got since the tables of SQLite's tokenizer were made.
    assert len(lost) < 120
    assert not [token for token in lost if unicodedata.name(token[0], "").startswith(("LATIN", "CJK", "HIRAGANA"))]


han = st.text(st.sampled_from("数据库缓存穿透的是一在"), min_size=1, max_size=12)
mixed = st.text(st.sampled_from("数据库缓存，。 \nabＣ𠮷が"), max_size=40)


@settings(max_examples=250, deadline=None)
@given(
    texts=st.lists(mixed, min_size=1, max_size=5),
    term=han,
    cut=st.tuples(st.integers(0, 40), st.integers(1, 6)),
)
def test_chinese_terms_are_found_where_they_stand_and_nowhere_else(
    index: sqlite3.Connection, texts: list[str], term: str, cut: tuple[int, int]
) -> None:
    own = texts[0][cut[0] : cut[0] + cut[1]]
    fill(index, *texts)
    for wanted in (term, own if own and all("一" <= character <= "鿿" for character in own) else term):
        truth = {number for number, text in enumerate(texts) if wanted in fold(text)}
        assert found(index, wanted) == truth
        assert {number for number, text in enumerate(texts) if matches(parse_query(wanted), "", (), text)} == truth


_words = st.text(st.sampled_from("abcC+#缓存锁É1 ，_"), max_size=12)


@settings(max_examples=250, deadline=None)
@given(text=_words, query=_words)
def test_reading_a_text_and_asking_the_index_agree(index: sqlite3.Connection, text: str, query: str) -> None:
    terms = tuple(term for term in parse_query(query.replace("_", '"')).terms if not term.recheck)
    assume(terms)
    fill(index, text)
    for term in terms:
        hit = index.execute("SELECT count(*) FROM fts WHERE fts MATCH ?", (term.phrase,)).fetchone()[0]
        assert bool(hit) == matches(Query((term,)), "", (), text), term


POSTS = (
    "用 Go 语言写一个缓存",
    "Go语言的锁",
    "C++ 11 与 C",
    "C++11 新特性",
    "C# 与 Java",
    "#include <a.h>",
    "include 头文件",
    "x86_64 架构",
    "x86 64 位",
    "科大讯飞 星火开源-13B 与 昇思 MindSpore AI框架",
    "缓存，穿透。锁定",
    "a-b 百分号 100% 与 Café",
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Go语言", {0, 1}),
        ("go 语言 -锁", {0}),
        ("锁", {1, 10}),
        ("c++", {2, 3}),
        ("C", {2}),
        ("C#", {4}),
        ("C++11", {3}),
        ("#include", {5}),
        ("include", {5, 6}),
        ("x86_64", {7}),
        ("星火开源-13B", {9}),
        ("MindSpore", {9}),
        ("Mind", set()),
        ("缓存穿透", set()),
        ("缓存 穿透", {10}),
        ("缓存？", {0, 10}),
        ("“AI 框架”", {9}),
        ('"Go 语言写"', {0}),
        ("a-b", {11}),
        ("cafe", {11}),
        ("ＣＡＦＥ", {11}),
        ("java -c#", set()),
        ("与 -C++11", {2, 4, 9, 11}),
        ("新特性 OR", set()),
    ],
)
def test_a_query_finds_what_a_person_means(index: sqlite3.Connection, query: str, expected: set[int]) -> None:
    fill(index, *POSTS)
    parsed = parse_query(query)
    by_symbols = [term for term in (*parsed.terms, *parsed.excluded) if term.recheck]
    literal = Query(*(tuple(set(by_symbols) & set(terms)) for terms in (parsed.terms, parsed.excluded)))
    rows = index.execute("SELECT rowid FROM fts WHERE fts MATCH ?", (parsed.match(),))
    assert {number for (number,) in rows if matches(literal, "", (), POSTS[number])} == expected
    assert {number for number, text in enumerate(POSTS) if matches(parsed, "", (), text)} == expected


def test_a_post_matches_by_its_title_tags_and_text_together() -> None:
    query = parse_query("redis 缓存 -java")
    assert matches(query, "Redis 入门", ("缓存",), "")
    assert not matches(query, "Redis 入门", ("缓存", "Java"), "")
    assert not matches(query, "Redis", (), "缓冲")


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ('author:"张 三" tag:Redis', (Filter("author", "张 三"), Filter("tag", "Redis"))),
        ("Site：csdn -tag:广告", (Filter("site", "csdn"), Filter("tag", "广告", excluded=True))),
        ("after:2023 before:2024-02", (Filter("after", "2023-01-01"), Filter("before", "2024-02-01"))),
        ("after:2023/7/9 kind:转载", (Filter("after", "2023-07-09"), Filter("kind", "repost"))),
        ("kind:Original", (Filter("kind", "original"),)),
    ],
)
def test_filters_name_their_field(text: str, filters: tuple[Filter, ...]) -> None:
    assert parse_query(text) == Query(filters=filters)


@pytest.mark.parametrize(
    "text",
    ["after:soon", "before:2023-13", "kind:any", "title:x", "std::vector", "author:", "after:1-2-3-4x"],
)
def test_what_is_no_filter_is_a_term(text: str) -> None:
    query = parse_query(text)
    assert not query.filters
    assert [term.raw for term in query.terms] == [text.rstrip(":")]


def test_symbols_that_the_index_drops_are_checked_in_the_text() -> None:
    query = parse_query(r'100%_\ "int main()" c++ 缓存 C++标准 -a-b')
    assert [term.recheck for term in query.terms] == [True, True, False, False, False]
    assert query.terms[0].pattern().search(fold(r"占100%_\的"))
    assert query.exclusion() == ""
    assert query.excluded[0].recheck


def test_a_query_of_exclusions_says_what_to_leave_out() -> None:
    query = parse_query("-缓存 -redis --")
    assert query.match() == ""
    assert query.exclusion() == '"缓存" OR "redis"'
    assert parse_query("a b -c").match() == '("a" AND "b") NOT ("c")'


def test_an_empty_query_asks_nothing() -> None:
    assert parse_query(' \t"" “” ') == Query()
    assert matches(Query(), "", (), "")


def accepts(index: sqlite3.Connection, text: str) -> None:
    query = parse_query(text)
    for expression in filter(None, (query.match(), query.exclusion())):
        index.execute("SELECT count(*) FROM fts WHERE fts MATCH ?", (expression,)).fetchone()
    matches(query, text, (text,), text)
    snippet(text, query, 40, mark=("<", ">"))


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('"“”-*():^+#{}，：缓存aC 1\x00\ud800ﬁÉ') | st.characters(), max_size=40))
def test_any_text_is_a_query(index: sqlite3.Connection, text: str) -> None:
    accepts(index, text)


@pytest.mark.parametrize(
    "text",
    [
        "缓" * 5000,
        "a " * 2500,
        "-a " * 1600,
        '"' * 5000,
        '"' + "a " * 2500,
        "a-" * 2500,
        "%𠮷" * 30_000,
        "NEAR(" * 1000,
        '"' + "c++1 " * 1000,
        "-" * 5000,
    ],
)
def test_a_long_query_takes_no_time(index: sqlite3.Connection, text: str) -> None:
    began = time.process_time()
    accepts(index, text)
    assert time.process_time() - began < 1
    query = parse_query(text)
    assert len(query.terms) + len(query.excluded) <= MAX_TERMS


def test_hostile_queries_are_accepted(index: sqlite3.Connection, shared: Path) -> None:
    cases = json.loads((shared / "cases/injection/search_queries.json").read_text("utf-8"))
    for text in cases["queries"]:
        accepts(index, text)


def test_the_text_itself_is_found_by_hostile_queries(shared: Path) -> None:
    cases = json.loads((shared / "cases/injection/search_queries.json").read_text("utf-8"))
    for text in cases["queries"]:
        for term in parse_query(text).terms:
            assert matches(Query((term,)), "", (), f"前 {term.raw} 后"), text


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("用Ｒｅｄｉｓ做缓存", "redis 缓存", "用[Ｒｅｄｉｓ]做[缓存]"),
        ("İstanbul ﬁle ㎡ cafe\u0301!", "file m2 café", "İstanbul [ﬁle] [㎡] [cafe\u0301]!"),
        ("ｶﾞ行と한글", "ガ行", "[ｶﾞ行]と한글"),
        ("C 与 C++ 与 C#", "c", "[C] 与 C++ 与 C#"),
        ("数据库数据", "数据 数据库", "[数据库][数据]"),
        ("x86_64 与 x86 64", "x86_64", "[x86_64] 与 x86 64"),
        ("Go  语言", "Go语言", "[Go  语言]"),
        ("没有", "缓存", "没有"),
        ("", "缓存", ""),
    ],
)
def test_hits_are_marked_in_the_text_as_it_stands(text: str, query: str, marked: str) -> None:
    parts, position = [], 0
    for start, end in highlights(text, parse_query(query)):
        parts += [text[position:start], "[", text[start:end], "]"]
        position = end
    assert "".join([*parts, text[position:]]) == marked


def test_a_snippet_shows_where_most_terms_stand() -> None:
    text = "缓存。" + "无关的话。" * 60 + "缓存\n\n和\x1b[31m Redis 的穿透" + "。" * 200
    result = snippet(text, parse_query("redis 缓存 穿透"), 60, mark=("<b>", "</b>"))
    assert result.startswith("…")
    assert result.endswith("…")
    assert "<b>缓存</b> 和 [31m <b>Redis</b> 的<b>穿透</b>" in result
    assert len(result) < 100


def test_a_snippet_without_a_hit_is_the_beginning() -> None:
    assert snippet("一二三四五六", parse_query("七"), 3) == "一二三…"
    assert snippet("一二", parse_query(""), 3) == "一二"


@settings(max_examples=200)
@given(
    st.text(
        st.sampled_from("aＡé\u0301缓ｶﾞ\u3099한ᄀ\u1161ﬁİ ㎡") | st.characters(exclude_categories=["Cs"]),
        max_size=30,
    )
)
def test_highlights_lie_inside_the_text_and_never_overlap(text: str) -> None:
    assume(text.strip())
    last = 0
    for start, end in highlights(text, parse_query(text)):
        assert last <= start < end <= len(text)
        last = end


def test_segmenting_is_fast_enough_to_rebuild_an_index() -> None:
    text = "用 Redis 做缓存时要防止缓存穿透，C++ 与 Go 也一样。\n" * 20_000
    began = time.process_time()
    segment(text)
    assert len(text.encode()) / (time.process_time() - began) > 1_000_000


def test_the_characters_of_a_text_are_each_named_once() -> None:
    assert characters(words_of("锁，死锁 ab 𠮷a锁")) == "死 锁 𠮷"
    assert characters(words_of("a b")) == ""


def plain_fold(text: str) -> str:
    """Fold a text in the plainest way."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if re.search("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]", folded):
        bare = re.sub("(?<=[a-z])[\u0300-\u036f]+", "", unicodedata.normalize("NFD", folded))
        return unicodedata.normalize("NFC", bare)
    return folded


def plain_tokens(word: str) -> list[str]:
    """Cut a word or run in the plainest way."""
    is_run = characters([word]) != ""
    return [word[at : at + 2] for at in range(len(word))] if is_run else [word]


_odd = st.text(
    st.sampled_from("，　…①㎡ﬁＡaé\u0301\u0323\u00a0ｶﾞ\u309aᄀ\u1161한缓存穿透𠮷ក្រុម İcC+#_1½") | st.characters(),
    max_size=60,
)


@settings(max_examples=300)
@given(_odd)
def test_folding_is_nfkc_without_case_and_accents(text: str) -> None:
    assert fold(text) == plain_fold(text)


def test_folding_a_text_of_many_compatible_characters_is_nfkc_too() -> None:
    text = "".join(map(chr, range(0xA0, 0x3400))) + "\uff21\u0301"
    assert fold(text) == plain_fold(text)


@settings(max_examples=300)
@given(_odd)
def test_a_text_has_the_tokens_of_its_words_one_after_the_other(text: str) -> None:
    words = words_of(fold(text))
    assert segment(text).split(" ") == ([token for word in words for token in plain_tokens(word)] or [""])
    assert letters(words) == re.sub(r"[\W_]+", "", fold(text))
    assert characters(words).split(" ") == sorted({one for word in words for one in word if characters([one])}) or [""]


def test_a_term_of_one_chinese_character_is_known_as_such() -> None:
    assert [term.character for term in parse_query("锁 死锁 a ㍿ 锁,").terms] == ["锁", "", "", "", "锁"]


def test_names_are_searched_one_by_one() -> None:
    assert matches(parse_query("人工智能 林一"), "", ("人工智能", "林一"), "")
    assert not matches(parse_query("智能林一"), "", ("人工智能", "林一"), "")


def test_a_hit_far_into_a_long_text_is_shown() -> None:
    assert "前【缓存】后" in snippet("字" * 30_000 + "前缓存后", parse_query("缓存"), mark=("【", "】"))


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        (":C", "a:C++", False), (":C", "a:C.", True), ("(c+", "(c++", False), ("(abc+", "(abc++", True),
        (":C++", ":C++11", True), ("a:", "a:C++", True),
    ],
)  # fmt: skip
def test_a_term_with_symbols_does_not_end_within_a_longer_word(query: str, text: str, found: bool) -> None:
    assert matches(parse_query(query), "", (), text) == found
