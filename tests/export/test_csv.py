"""CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from scraper.errors import UsageError
from scraper.export import WRITERS


def rows(folder: Path) -> list[list[str]]:
    with (folder / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_every_record_is_a_row_under_its_columns(record: dict[str, Any], tmp_path: Path) -> None:
    assert WRITERS["csv"]([record, record | {"tags": ["a"], "read_count": 1200}], tmp_path) == 2
    header, first, second = rows(tmp_path)
    assert header == list(record)
    cells = dict(zip(header, first, strict=True))
    assert cells["title"] == "缓存：穿透与“击穿”"
    assert cells["markdown"] == record["markdown"]
    assert cells["tags"] == '["Redis", "C++"]'
    assert cells["read_count"] == ""
    assert second[header.index("tags")] == '["a"]'
    assert second[header.index("read_count")] == "1200"


def test_no_records_make_an_empty_table(tmp_path: Path) -> None:
    assert WRITERS["csv"]([], tmp_path) == 0
    assert rows(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\rx", "\n=1", " = 1", "＝1", "＠x", "\ufeff=1", "\u200b+1"],
)
def test_a_formula_becomes_text(tmp_path: Path, text: str) -> None:
    WRITERS["csv"]([{"title": text, "number": -1}], tmp_path)
    assert rows(tmp_path)[1] == ["'" + text, "-1"]


@pytest.mark.parametrize("text", ["a=1", "1;=1+1", '"=1+1', "", "中-文", 'a","=1'])
def test_other_text_stays(tmp_path: Path, text: str) -> None:
    WRITERS["csv"]([{"title": text, "url": "x"}], tmp_path)
    assert rows(tmp_path)[1] == [text, "x"]


def test_no_hostile_cell_begins_a_formula(shared: Path, tmp_path: Path) -> None:
    cells = json.loads((shared / "cases/injection/csv_formula.json").read_text("utf-8"))["cells"]
    WRITERS["csv"]([{"title": cell} for cell in cells], tmp_path)
    written = [row[0] for row in rows(tmp_path)[1:]]
    for cell, text in zip(cells, written, strict=True):
        assert text in (cell, "'" + cell)
        assert not text.lstrip(" \n\ufeff").startswith(tuple("=+-@\t\r＝＋－＠"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match=r"cannot export to .*file"):
        WRITERS["csv"]([], tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
