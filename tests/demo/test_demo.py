"""The built-in blog: a real server on loopback, and pages that read as CSDN's do."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import parse
from scraper.demo.server import LIST_API, MIRROR_PATHS, USER, answer, posts, serve
from scraper.models import Post

ORIGIN = "https://blog.csdn.net"
IDS = [str(post["articleId"]) for post in posts()]


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    with serve() as served:
        yield served


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(address: tuple[str, int], path: str, method: str = "GET", **headers: str) -> Reply:
    with closing(http.client.HTTPConnection(*address, timeout=5)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())


def read(native_id: str) -> Post:
    url = f"{ORIGIN}/{USER}/article/details/{native_id}"
    parsed = parse(answer(f"/{USER}/article/details/{native_id}", ORIGIN).body, url)
    assert parsed.verdict == "article", parsed.reason
    assert parsed.post is not None
    return parsed.post


def test_an_unchanged_page_is_not_sent_again(address: tuple[str, int]) -> None:
    path = f"/{USER}/article/details/{IDS[0]}"
    first = ask(address, path)
    assert first.status == 200
    assert first.headers["Content-Type"] == "text/html; charset=utf-8"
    for condition in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_None_Match": f'"x", {first.headers["ETag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        again = ask(address, path, **condition)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    "condition",
    [
        {"If_None_Match": '"other"'},
        {"If_None_Match": '"other"', "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If_Modified_Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
    ],
)
def test_a_changed_page_is_sent_again(address: tuple[str, int], condition: dict[str, str]) -> None:
    assert ask(address, f"/{USER}", **condition).status == 200


def test_gzip_is_sent_only_where_it_is_accepted(address: tuple[str, int]) -> None:
    path = f"/{USER}/article/details/{IDS[0]}"
    plain, packed = ask(address, path), ask(address, path, Accept_Encoding="br, gzip;q=0.5")
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert plain.headers["ETag"] == packed.headers["ETag"]


def test_head_has_the_headers_without_the_page(address: tuple[str, int]) -> None:
    path = f"/{USER}"
    head = ask(address, path, "HEAD")
    assert head.body == b""
    assert head.headers["Content-Length"] == ask(address, path).headers["Content-Length"]


@pytest.mark.parametrize("path", [f"/{USER}/article/details/1", "/nobody", "/../server.py", f"/{USER}/article/list/2"])
def test_what_is_not_there_is_404_and_says_so(address: tuple[str, int], path: str) -> None:
    missing = ask(address, path, If_None_Match="*")
    assert missing.status == 404
    assert parse(missing.body, "https://blog.csdn.net/x/article/details/1").verdict == "gone"


@settings(max_examples=100)
@given(st.text(st.sampled_from("/.%article details?=&#[]0") | st.characters(), max_size=40))
def test_any_target_has_an_answer(target: str) -> None:
    assert answer("/" + target, ORIGIN).status in (200, 404)


def test_the_list_api_counts_the_pages_that_are_there(address: tuple[str, int]) -> None:
    pages = {file.name.removesuffix(".html") for file in (files("scraper.demo") / "pages/articles").iterdir()}
    seen: list[str] = []
    for page in (1, 2, 3, 4):
        response = ask(address, f"{LIST_API}?page={page}&size=4&businessType=blog&username={USER}")
        data = json.loads(response.body)["data"]
        assert data["total"] == len(pages) == len(IDS)
        seen += [str(item["articleId"]) for item in data["list"] or ()]
    assert seen == IDS
    assert set(seen) == pages
    other = json.loads(answer(f"{LIST_API}?username=other&page=x&size=-1", "").body)
    assert other["data"] == {"list": None, "total": 0}


@pytest.mark.parametrize("path", [f"/{USER}", f"/{USER}/rss/list", f"{LIST_API}?page=1&size=100&username={USER}"])
def test_every_list_names_every_post_and_no_decoy(path: str) -> None:
    found = answer(path, ORIGIN)
    parsed = parse(found.body, f"{ORIGIN}{path}", content_type=found.content_type)
    assert parsed.verdict in ("listing", "feed")
    assert [entry.native_id for entry in parsed.links] == IDS
    assert [entry.title for entry in parsed.links] == [post["title"] for post in posts()]


def test_the_column_names_its_posts() -> None:
    path = f"/{USER}/category_900204.html"
    parsed = parse(answer(path, ORIGIN).body, f"{ORIGIN}{path}")
    assert [entry.native_id for entry in parsed.links] == ["900000107", "900000106"]
    assert parsed.total == 2


@pytest.mark.parametrize("native_id", IDS)
def test_every_page_reads_as_the_list_describes_it(native_id: str) -> None:
    post = read(native_id)
    listed = next(item for item in posts() if str(item["articleId"]) == native_id)
    assert (post.site, post.native_id, post.title) == ("csdn", native_id, listed["title"])
    assert post.published_at is not None
    assert post.published_at.strftime("%Y-%m-%d %H:%M") == listed["postTime"][:16]
    assert not re.search("版权声明|相关推荐|阅读全文|订阅专栏|高质量的评论|文章目录", post.text)


def test_the_blog_holds_every_kind_of_page() -> None:
    blog = {native_id: read(native_id) for native_id in IDS}
    assert {post.kind for post in blog.values()} == {"original", "repost", "translation"}
    assert [native_id for native_id, post in blog.items() if post.access == "partial"] == ["900000108"]
    assert [native_id for native_id, post in blog.items() if post.kind == "repost" and not post.license] == [
        "900000103"
    ]
    languages = {code.language for post in blog.values() for code in post.code_blocks}
    assert {"cpp", "go", "bash", "python", "yaml"} <= languages
    assert r"$\eta$" in blog["900000106"].markdown
    assert r"$$" in blog["900000106"].markdown
    assert "for (const name of names) {\n    console.log(name, name in Array.prototype);\n}" in blog["900000105"].text
    assert "| 缓存穿透 |" in blog["900000104"].markdown
    assert blog["900000107"].tags == ("人工智能", "MindSpore", "大模型")
    assert "机器学习" in blog["900000107"].categories
    assert len(blog["900000104"].headings) == 2


@pytest.mark.parametrize("path", MIRROR_PATHS)
def test_the_mirror_file_is_the_post_that_it_copies(path: str) -> None:
    found = answer(path, ORIGIN)
    parsed = parse(found.body, f"https://mirror.example{path}", content_type=found.content_type)
    assert parsed.post is not None
    assert (parsed.post.site, parsed.post.native_id) == ("csdn", "900000110")
    assert parsed.post.title == "一行命令看端口被谁占用"


def test_images_are_served_where_the_pages_say(address: tuple[str, int]) -> None:
    origin = "http://{}:{}".format(*address)
    pages = [answer(f"/{USER}/article/details/{native_id}", origin).body.decode() for native_id in IDS]
    images = {path for page in pages for path in re.findall(re.escape(origin) + r"(/direct/[\w.-]+)", page)}
    assert len(images) == 4
    for path in images:
        image = ask(address, path)
        assert image.status == 200
        if image.headers["Content-Type"] == "image/png":
            width, height = struct.unpack(">II", image.body[16:24])
            length = struct.unpack(">I", image.body[33:37])[0]
            assert len(zlib.decompress(image.body[41 : 41 + length])) == height * (width + 1)
        else:
            assert image.headers["Content-Type"].startswith("image/svg+xml")
    assert "demo.invalid" not in "".join(pages)
    assert "https://blog.csdn.net" not in "".join(pages)


def test_robots_allows_the_posts(address: tuple[str, int]) -> None:
    robots = ask(address, "/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert b"Disallow: /article" not in robots.body
