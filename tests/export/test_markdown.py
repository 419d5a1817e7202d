"""Markdown files: their names, their front matter, and that reading gives back what was written."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.export import WRITERS
from scraper.export.markdown import document, file_name, render
from scraper.models import Author, Post
from scraper.parse import front_matter

POST = Post(
    site="csdn",
    native_id="0123",
    url="https://blog.csdn.net/u/article/details/0123",
    title="题: “目”",
    author=Author("u", "阿平"),
    kind="repost",
    published_at=datetime(2024, 5, 24, 10, tzinfo=timezone(timedelta(hours=8))),
    tags=("no", "1.0"),
    license="CC BY-SA 4.0",
    markdown="正文\n",
)


def test_the_front_matter_has_the_order_of_the_interface_and_no_empty_lines() -> None:
    data = front_matter.split(render(POST, revision=2)).data
    assert list(data) == [
        "title", "url", "site", "native_id", "author", "author_id", "kind", "date", "tags", "license",
        "status", "revision",
    ]  # fmt: skip
    assert data["title"] == "题: “目”"
    assert data["native_id"] == "0123"
    assert data["date"] == "2024-05-24T02:00:00Z"
    assert data["tags"] == ["no", "1.0"]
    assert data["status"] == "live"
    assert str(data["revision"]) == "2"


def test_the_same_post_is_the_same_file() -> None:
    assert render(POST) == render(POST)
    assert render(POST).endswith("正文\n")


def test_a_record_and_its_post_are_the_same_file() -> None:
    record = {
        "title": POST.title,
        "url": POST.url,
        "site": "csdn",
        "native_id": "0123",
        "author": "阿平",
        "author_id": "u",
        "kind": "repost",
        "published_at": "2024-05-24T02:00:00Z",
        "updated_at": None,
        "tags": '["no", "1.0"]',
        "keywords": "[]",
        "license": "CC BY-SA 4.0",
        "status": "gone",
        "revision": 1,
        "markdown": "正文\n",
    }
    assert document(record) == render(POST, status="gone")


def test_records_become_files_and_a_second_export_replaces_them(record: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("keep", "utf-8")
    for _ in range(2):
        assert WRITERS["markdown"]([record, record | {"id": 8, "title": ""}], tmp_path) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["7-缓存-穿透与-击穿.md", "8.md", "mine.md"]
    parts = front_matter.split((tmp_path / "7-缓存-穿透与-击穿.md").read_text("utf-8"))
    assert parts.data["categories"] == ["后端"]
    assert parts.body.strip("\n") == record["markdown"].strip("\n")


def test_a_failure_leaves_the_folder_as_it_was(record: dict[str, Any], tmp_path: Path) -> None:
    def records() -> Iterator[dict[str, Any]]:
        yield record
        raise RuntimeError("the archive went away")

    with pytest.raises(RuntimeError, match="went away"):
        WRITERS["markdown"](records(), tmp_path)
    assert list(tmp_path.iterdir()) == []


TITLES = [
    "../../etc/passwd",
    "CON",
    "..",
    "",
    "a\x00b\n",
    "-rf",
    "a\u202eb",
    "\ud800",
    "中" * 300,
    "`$(x)`",
    "[[x]]#^|",
]


def assert_portable(name: str) -> None:
    assert name == unicodedata.normalize("NFC", name)
    assert len(name.encode()) <= 140
    assert name.startswith("12")
    assert name.endswith(".md")
    assert not set(name.removesuffix(".md")) & set("<>:\"/\\|?*`$;&'!#^[]{}%~. \x00\x1b\u202e\u200b\ufeff")
    assert all(character.isprintable() for character in name)


@pytest.mark.parametrize("title", TITLES)
def test_any_title_gives_a_portable_name(title: str) -> None:
    assert_portable(file_name(12, title))


@given(st.text(max_size=80))
def test_any_text_gives_a_portable_name(title: str) -> None:
    assert_portable(file_name(12, title))


def test_hostile_titles_stay_below_the_folder(shared: Path, record: dict[str, Any], tmp_path: Path) -> None:
    titles = [
        case["title"] for case in json.loads((shared / "cases/filenames/titles.json").read_text("utf-8"))["titles"]
    ]
    encodable = [title.encode("utf-8", "replace").decode() for title in titles]
    folder = tmp_path / "export"
    records = [record | {"id": 1200 + number, "title": title} for number, title in enumerate(encodable)]
    assert WRITERS["markdown"](records, folder) == len(titles)
    names = [path.name for path in folder.iterdir()]
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(titles)
    assert list(tmp_path.iterdir()) == [folder]
    for name in names:
        assert_portable(name)


def test_hostile_bodies_and_titles_read_back(shared: Path) -> None:
    for text in json.loads((shared / "cases/injection/markdown_export.json").read_text("utf-8"))["texts"]:
        parts = front_matter.split(document({"title": text, "description": text, "markdown": text + "\n"}))
        assert parts.body.strip("\n") == text.strip("\n"), text
        assert parts.data["description"] == text, text
