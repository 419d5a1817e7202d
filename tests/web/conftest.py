"""An archive with something of everything, and the reader that serves it on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import update

from scraper.archive import Archive, assets, frontier, posts, runs
from scraper.archive.schema import assets as asset_table
from scraper.models import Author, CodeBlock, Column, Image, Link, Metrics, Post
from scraper.web.app import create_app

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63606060000000040001f61738"
    "550000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><rect width="9" height="9"/></svg>'
BODY = r"""# 从零写一个爬虫

昇思 **MindSpore** 与 C++ 的一天，见[另一篇](https://blog.csdn.net/lin/article/details/1002)和
[站外](https://gitee.com/x)，还有[下面](#二公式)。

## 一、代码

```python
def f(x: int) -> str:
    return "<script>alert(1)</script>"
```

| 名字 | 数 |
| --- | --: |
| 甲 | 1 |

## 二、公式

行内 $a_1^2$，独立：

$$
\frac{1}{2}
- x
$$

![图一](https://img.example/a.png) ![图二](https://img.example/missing.png)

## 三、尾声

价格 $5 和 $6 不是公式。
"""


def a_post(number: int = 1, **changes: object) -> Post:
    post = Post(
        site="csdn",
        native_id=str(1000 + number),
        url=f"https://blog.csdn.net/lin/article/details/{1000 + number}",
        title=f"笔记 {number}",
        author=Author("lin", "林一", "https://blog.csdn.net/lin"),
        kind="original",
        published_at=datetime(2024, 1, 30, tzinfo=UTC) + timedelta(days=number),
        tags=("人工智能",),
        language="zh",
        markdown=f"第 {number} 篇笔记，讲数据库。",
        text=f"第 {number} 篇笔记，讲数据库。",
        metrics=Metrics(reads=number * 10),
        parser="csdn/1",
    )
    return replace(post, **changes)  # type: ignore[arg-type]


MAIN = a_post(
    1,
    title="从零写一个爬虫",
    markdown=BODY,
    text="昇思 MindSpore 与 C++ 的一天。",
    tags=("人工智能", "C++"),
    categories=("大模型",),
    images=(Image("https://img.example/a.png"), Image("https://img.example/missing.png")),
    links=(Link("https://gitee.com/x", "站外"),),
    code_blocks=(CodeBlock("python", "def f"),),
    columns=(Column("77", "爬虫专栏", "https://blog.csdn.net/lin/category_77.html", 1),),
    description="一句话",
    metrics=Metrics(reads=100, likes=3),
)


def fill(archive: Archive) -> None:
    """Put something of everything into the archive."""
    with archive.write() as connection:
        run = runs.start(connection, "crawl", {}, NOW)
        row = {"at": NOW, "url": MAIN.url, "kind": "page", "outcome": "ok", "content_type": "text/html"}
        blob = archive.blobs.put(connection, b"<script>alert('raw')</script>", family="", now=NOW)
        fetch = runs.log_fetch(connection, run, row | {"blob_id": blob})
        posts.save(connection, MAIN, lineage="live", now=NOW, fetch_id=fetch, run_id=run)
        assets.add(connection, [image.url for image in MAIN.images] + ["https://img.example/b.svg"])
        for asset, body, media_type in ((1, PNG, "image/png"), (3, SVG, "image/svg+xml")):
            image = archive.blobs.put(connection, body, family="", now=NOW)
            assets.stored(connection, asset, image, media_type)
        connection.execute(update(asset_table).where(asset_table.c.id == 2).values(state="failed"))
        later = NOW + timedelta(days=3)
        edited = replace(MAIN, markdown=BODY.replace("的一天", "的两天"), metrics=Metrics(reads=180, likes=2))
        posts.save(connection, edited, lineage="live", now=later, fetch_id=fetch)
        for number in range(2, 31):
            columns = (Column("77", "爬虫专栏", position=number),) if number < 5 else ()
            kind = "repost" if number % 5 == 0 else "original"
            posts.save(connection, a_post(number, columns=columns, kind=kind), lineage="live", now=NOW)
        for number in (31, 32, 33):
            undated = a_post(number, site="file", url="", published_at=None, author=Author(), metrics=Metrics())
            posts.save(connection, undated, lineage="file", now=NOW + timedelta(hours=1))
        posts.note_absence(connection, 2, "404", NOW)
        posts.note_absence(connection, 2, "404 twice", NOW + timedelta(days=2))
        frontier.add_source(connection, MAIN.author.url, kind="author", site="csdn", native_id="lin", match="", now=NOW)
        frontier.note_source_run(connection, 1, run_at=NOW, ok_at=NOW, total=31, found=30, reason="")
        frontier.add_source(connection, "https://x.example", kind="blog", site="", native_id="", match="", now=NOW)
        frontier.note_source_run(connection, 2, run_at=NOW, ok_at=None, found=0, reason="challenge page")
        runs.log_failure(
            connection, run, url="https://x.example/1", reason="timeout", now=NOW, traceback="Traceback: …"
        )
        counts = {"found": 30, "new": 30, "failed": 1, "other": 2}
        runs.finish(connection, run, outcome="failed", exit_code=1, counts=counts, now=NOW + timedelta(seconds=9))


@contextmanager
def serve(path: Path, **options: object) -> Iterator[str]:
    """Serve an archive on a free port of loopback, giving its address, until the block ends."""
    with Archive(path) as archive:
        config = uvicorn.Config(
            create_app(archive, **options),  # type: ignore[arg-type]
            port=0, lifespan="off", log_level="critical", access_log=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        socket = config.bind_socket()
        socket.listen()  # so that a request that comes before the server has started waits for it
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            socket.close()


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "blog.db"
    with Archive(path, write=True, command="test") as archive:
        fill(archive)
    return path


@pytest.fixture(scope="session")
def address(full: Path) -> Iterator[str]:
    with serve(full) as address:
        yield address


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, headers={"Accept-Language": "zh-CN"}) as client:
        yield client


Get = Callable[..., httpx.Response]


@pytest.fixture
def get(client: httpx.Client) -> Get:
    """Ask for a page that must be there."""

    def get(path: str, **headers: str) -> httpx.Response:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    return get
