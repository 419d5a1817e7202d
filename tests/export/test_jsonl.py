"""JSON Lines keep every value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import ParseError
from scraper.export import jsonl


def test_what_is_written_is_read_back(record: dict[str, Any], tmp_path: Path) -> None:
    assert jsonl.write([record, record | {"id": 8}], tmp_path / "new" / "folder") == 2
    first, second = jsonl.read(tmp_path / "new" / "folder" / jsonl.FILE_NAME)
    decoded = {
        "categories": ["后端"],
        "tags": ["Redis", "C++"],
        "keywords": [],
        "front_matter": {"artid": "0123"},
    }
    assert first == record | decoded
    assert list(first) == list(record)
    assert second["id"] == 8


def test_no_records_make_an_empty_file(tmp_path: Path) -> None:
    assert jsonl.write([], tmp_path) == 0
    assert (tmp_path / jsonl.FILE_NAME).read_bytes() == b""
    assert [path.name for path in tmp_path.iterdir()] == [jsonl.FILE_NAME]


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\n\r\x85\u2028\u2029\x9b\x1b\x00"\\')))
def test_a_record_is_one_line_without_control_characters(text: str) -> None:
    line = jsonl.line({"title": text})
    assert len((line + "x").splitlines()) == 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)
    assert json.loads(line) == {"title": text}


@pytest.mark.parametrize("broken", ["{", "[1]", "", "[" * 100_000])
def test_a_broken_line_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text("{}\n" + broken + "\n", "utf-8")
    with pytest.raises(ParseError, match=r"records\.jsonl:2: "):
        list(jsonl.read(path))
