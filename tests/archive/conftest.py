"""An archive in a temporary folder, a moment, and a post to vary."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.archive import Archive
from scraper.models import Author, CodeBlock, Column, Image, Link, Metrics, Post

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive(path, write=True, command="test") as archive:
        yield archive


@pytest.fixture
def post() -> Post:
    return Post(
        site="csdn",
        native_id="1001",
        url="https://blog.csdn.net/lin/article/details/1001",
        title="星火开源的一天",
        author=Author("lin", "林一", "https://blog.csdn.net/lin"),
        kind="original",
        published_at=datetime(2024, 1, 30, 16, 30, tzinfo=UTC),
        published_raw="2024-01-31 00:30:00",
        categories=("大模型",),
        tags=("人工智能", "C++"),
        keywords=("13B",),
        language="zh",
        markdown="昇思 **MindSpore** AI框架\n\n```c++\nint a;\n```",
        text="昇思 MindSpore AI框架\nint a;",
        images=(Image("https://img.example/a.png", "https://img.example/a.png?x=1", "图"),),
        links=(Link("https://gitee.com/x", "仓库"),),
        code_blocks=(CodeBlock("c++", "int a;"),),
        columns=(Column("77", "模型专栏", "https://blog.csdn.net/lin/category_77.html", 2),),
        metrics=Metrics(reads=10, likes=1),
        front_matter={"layout": "post"},
        parser="csdn/1",
    )
