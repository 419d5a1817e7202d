from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.parse.encoding import decode
from scraper.parse.front_matter import join, split


def data_of(block: str) -> dict[str, Any]:
    return split(f"---\n{block}\n---\nbody").data


def test_every_oddity_is_read_and_can_be_written_again(shared: Path) -> None:
    cases = json.loads((shared / "cases/yaml/frontmatter_oddities.json").read_text())
    for case in cases:
        started = time.perf_counter()
        found = split(case["text"])
        json.dumps(found.data, allow_nan=False)
        again = split(join(found.data, found.body))
        assert (again.data, again.body) == (found.data, found.body), case["name"]
        assert time.perf_counter() - started < 5, case["name"]
    mended = {case["name"] for case in cases if split(case["text"]).warnings}
    assert mended >= {
        "duplicate keys", "alias", "recursive alias", "billion laughs", "merge key bomb", "python tag", "unknown tag",
        "tabs", "not a mapping", "colon in title", "raw control char", "deep nesting", "long key", "set and omap",
    }  # fmt: skip


def test_the_corpus_is_read_without_losing_a_key(shared: Path) -> None:
    for path in sorted((shared / "corpus/front-matter").iterdir()):
        text = decode(path.read_bytes()).text
        found = split(text)
        assert found.format or not text.lstrip().startswith(("---\ntitle", "---\nlayout", "+++")), path.name
        assert "�" not in json.dumps(found.data, ensure_ascii=False), path.name


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("lang: no\nver: 1.10\nid: 0123456\nd: 2024-13-45\nt: 190:20:30\nn: ~", {
            "lang": "no", "ver": "1.10", "id": "0123456", "d": "2024-13-45", "t": "190:20:30", "n": "~"}),
        ("title:\t\t标题\ntags:\n\t\t- a\n\t\t- b", {"title": "标题", "tags": ["a", "b"]}),
        ("image:\n\tpath:\t/a.png", {"image": {"path": "/a.png"}}),
        ("title: x: y\ntags:\n-a\n-b c", {"title": "x: y", "tags": ["a", "b c"]}),
        ("title: @me\nsub: %d\nstar: *bold*\nmark: `code`\nexclaim: !important",
         {"title": "@me", "sub": "%d", "star": "*bold*", "mark": "`code`", "exclaim": "!important"}),
        ("title: &amp; more", {"title": "&amp; more"}),
        ("title: \"not closed\ndate: 2020-01-01", {"title": "not closed", "date": "2020-01-01"}),
        ("title: \"a \"b\" c\"", {"title": 'a "b" c'}),
        ("title: 'it's'", {"title": "it's"}),
        ("title: {{ title }}\ndate: {{ .Date }}", {"title": "{{ title }}", "date": "{{ .Date }}"}),
        ("title: ! 'it''s'", {"title": "it's"}),
        ("tags: [a: b, \"c, d\", @e]", {"tags": ["a: b", "c, d", "@e"]}),
        ("title：标题\ndate:2020-01-01", {"title": "标题", "date": "2020-01-01"}),
        ("url:http://a.example/b\nlink: x: y", {"url": "http://a.example/b", "link": "x: y"}),
        ("a: x: y # note\n# a comment\n\nb: 'q' # note", {"a": "x: y", "b": "q"}),
        ("summary: |\n\tone\n\ttwo\nx: y: z", {"summary": "one\ntwo", "x": "y: z"}),
        ("summary: a: b\n  goes on\nx: 1", {"summary": "a: b goes on", "x": "1"}),
        (" title: a\n tags:\n\t\t- b", {"title": "a", "tags": ["b"]}),
        ("cover: @x\nmeta:\n  a: @b\n  c: d", {"cover": "@x", "meta": {"a": "@b", "c": "d"}}),
        ("'quoted key': @x", {"quoted key": "@x"}),
        ("tags: [a\u2028b]", {"tags": ["a\u2028b"]}),
        ("title: \"a\u2028b\x85c\"", {"title": "a\u2028b\x85c"}),
        ("title: a\x07b", {"title": "ab"}),
        (r'title: "\uD83D\uDE00\uD800"', {"title": "😀\ufffd"}),
    ],
)  # fmt: skip
def test_what_people_and_scripts_write_is_kept(block: str, expected: dict[str, Any]) -> None:
    assert data_of(block) == expected


def test_what_was_mended_is_named_with_its_line_and_key() -> None:
    found = split("---\ntitle:\tx\ndate: 2020-01-01\nsub: a: b\ndate: 2021-01-01\nbell: \x07\n---\n")
    assert found.warnings == (
        "front matter: control character U+0007 dropped: line 6",
        "front matter: TAB read as blanks: line 2 title",
        "front matter: not YAML, read as it looks: line 4 sub",
        "front matter: a key given twice, the last one counts: line 5 date",
    )
    assert split("---\na: 1\na: 2\n---\n").warnings == ("front matter: a key given twice, the last one counts: a",)


@pytest.mark.parametrize(
    ("text", "data", "body"),
    [
        ("\ufeff---\r\ntitle: a\r\n---\r\n\r\nb\r\n", {"title": "a"}, "b\r\n"),
        ("\n\n---\ntitle: a\n---\nb", {"title": "a"}, "b"),
        ("------------\ntitle: a\n------------\nb", {"title": "a"}, "b"),
        ("---\ntitle: a\n-----\nb", {"title": "a"}, "b"),
        ("---\ntitle: a\n...\nb", {"title": "a"}, "b"),
        ("---\n---\nb", {}, "b"),
        ("title: a\ntags:\n- b\n---\nb", {"title": "a", "tags": ["b"]}, "b"),
        ('{"n": 1.50, "d": true, "x": null}\n\nb', {"n": "1.50", "d": "true", "x": ""}, "b"),
        ('"title": "a",\n"tags": ["b"]\n;;;\nb', {}, '"title": "a",\n"tags": ["b"]\n;;;\nb'),
        (';;;\n"title": "a",\n"tags": ["b"]\n;;;\nb', {"title": "a", "tags": ["b"]}, "b"),
        ("---\ntitle: a\n---\n\n\nb\n---\nc", {"title": "a"}, "\nb\n---\nc"),
    ],
)
def test_fences_of_every_kind_are_known(text: str, data: dict[str, Any], body: str) -> None:
    found = split(text)
    assert (found.data, found.body) == (data, body)


@pytest.mark.parametrize(
    "text",
    [
        "", "no front matter", "---\ntitle: a\nnever closed", "---\njust text\n---\nx", "---\n\n# Heading\n\n---\nx",
        "---\n- a\n- b\n---\nx", "---\n{}\n---\nx", "{% raw %}\nx", '{"a": 1} text', "{}\nx", "+++\nprose\n+++\nx",
        "title: a\n\nprose\n---\nx", "---\n" + "x: y\n" * 20_000 + "---\nb", '{"a": ' + "[" * 50 + "]" * 50 + "}\nb",
        "---\n见 https://a.example 说明\n---\n", '{"a": ' + "[" * 30_000 + "\nb", "Note: setext\n---\nx",
    ],
)  # fmt: skip
def test_a_text_without_front_matter_is_all_body(text: str) -> None:
    found = split(text)
    assert (found.data, found.body, found.format) == ({}, text, "")


def test_a_list_between_fences_is_named() -> None:
    assert split("---\n- a\n---\nx").warnings == ("front matter is a list, not keys: left in the body",)


def test_json_keys_given_twice_are_named() -> None:
    found = split('{"a": "1", "a": "2"}\nb')
    assert (found.data, found.format) == ({"a": "2"}, "json")
    assert found.warnings == ("front matter: a key given twice, the last one counts: a",)


def test_toml_values_stay_as_written() -> None:
    found = split(
        "+++\ndate = 2018-10-07T05:04:00Z # time\nday = 2018-10-07\nlocal = 2018-10-07 05:04:00\nn = 0x1F\nf = 1.50\n"
        'draft = false\ntags = ["a", "b"]\nweights = [1, 2]\n[taxonomies]\ncategories = ["c"]\n+++\nb'
    )
    assert found.data == {
        "date": "2018-10-07T05:04:00Z", "day": "2018-10-07", "local": "2018-10-07 05:04:00", "n": "0x1F",
        "f": "1.50", "draft": "false", "tags": ["a", "b"], "weights": ["1", "2"], "taxonomies": {"categories": ["c"]},
    }  # fmt: skip
    assert (found.format, found.warnings, found.body) == ("toml", (), "b")


def test_what_is_no_toml_is_read_line_by_line() -> None:
    found = split("+++\ntitle = 没有引号\ntags = [a, b]\nmulti = [\n  'x',\n]\n# note\n[extra]\nk = \"v\"\n+++\nb")
    assert found.data == {"title": "没有引号", "tags": ["a", "b"], "multi": ["x"], "extra": {"k": "v"}}
    assert found.warnings == ("front matter: not TOML, read as it looks: title, tags",)


def test_toml_nested_too_deep_is_kept_as_text() -> None:
    value = "[" * 40 + "]" * 40
    assert list(split(f"+++\na = {value}\n+++\n").data) == ["a"]


@pytest.mark.parametrize("unit", ["[", "{", "- ", "a: ", "&a ", "*a, ", "\t", "'", '"', "x:\n", "? ", "!!a "])
def test_hostile_front_matter_takes_no_time(unit: str) -> None:
    started = time.perf_counter()
    split(f"---\na: {unit * (20_000 // len(unit))}\n---\nb")
    assert time.perf_counter() - started < 5


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values = words | st.lists(words, max_size=3) | st.dictionaries(words, words, max_size=2)


@given(st.dictionaries(words, values, max_size=4), words | st.just("---\na: b\n---\n") | st.just("\n\nx"))
@settings(max_examples=150, deadline=None)
def test_what_is_joined_splits_into_the_same(data: dict[str, Any], body: str) -> None:
    found = split(join(data, body))
    assert (found.data, list(found.data), found.body, found.warnings) == (data, list(data), body, ())


@given(st.dictionaries(words, values, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_an_ordinary_yaml_reader_reads_what_is_joined(data: dict[str, Any]) -> None:
    assert yaml.safe_load(join(data, "").split("\n---\n")[0]) == data


def test_a_key_too_long_for_yaml_is_written_for_yaml() -> None:
    data = {"k" * 2000: "v", "no": "w"}
    assert split(join(data, "b")).data == data
    assert yaml.safe_load(join(data, "").removesuffix("---\n")) == data


@given(st.text(max_size=200) | st.text("-:\t \n[]{}'\"#&*!|>%@ax=+", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_splits(text: str) -> None:
    found = split(f"---\n{text}\n---\nbody")
    assert found.body in ("body", f"---\n{text}\n---\nbody") or "---" in text or "..." in text
    split(text)
    split(f"+++\n{text}\n+++\n")
