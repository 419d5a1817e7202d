from __future__ import annotations

import hashlib
import json
import re
import socket
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import html

from scraper.archive import Archive, posts
from scraper.archive.search import SHANGHAI
from scraper.web.question import Question
from tests.web.conftest import NOW, Get, a_post, serve

PAGES = (
    "/", "/search", "/search?q=笔记", "/posts/1", "/posts/1/revisions/1", "/posts/1/diff", "/changes", "/gone",
    "/authors", "/columns", "/columns/1", "/tags", "/years", "/runs", "/runs/1", "/search.csv", "/search.jsonl",
    "/feeds/new.atom", "/opensearch.xml", "/robots.txt",
    "/api/search", "/api/posts/1", "/api/changes", "/static/style.css",
)  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, "/none", "/search?sort=x", "/api/none"])
def test_every_answer_lets_a_browser_run_and_load_nothing_foreign(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy.get("script-src", "'self'") == "'self'"
    assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
    assert policy.get("form-action", "'self'") == "'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    if answer.headers["Content-Type"].startswith("text/html"):
        page = html.fromstring(answer.text)
        assert page.xpath("//script/@src") == ["/static/reader.js"]
        assert not page.xpath("//@style|//style|//iframe|//object|//embed|//base|//*[starts-with(name(@*),'on')]")
        loaded = page.xpath("//img/@src|//script/@src|//link[@rel='stylesheet' or @rel='icon']/@href")
        assert all(str(address).startswith("/") for address in loaded)


def test_links_of_every_kind_lead_somewhere(client: httpx.Client) -> None:
    kinds: Counter[str] = Counter()
    todo = ["/"]
    while todo:
        path = todo.pop()
        parts = urlsplit(path)
        kind = re.sub("[0-9a-f]{64}|[0-9]+", "N", parts.path) + " ".join(sorted(parse_qs(parts.query)))
        kinds[kind] += 1
        if kinds[kind] > 1:
            continue
        answer = client.get(path)
        assert answer.status_code == 200, path
        if answer.headers["Content-Type"].startswith("text/html"):
            found = html.fromstring(answer.text).xpath("//a/@href|//link/@href|//img/@src|//form/@action")
            todo += [str(a).partition("#")[0] for a in found if str(a).startswith("/") and len(parse_qs(str(a))) < 3]
    assert len(kinds) > 30


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "0.0.0.0", "localhost.:80"]
)
def test_a_foreign_host_is_answered_with_421(client: httpx.Client, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_loopback_is_known_by_all_its_names(client: httpx.Client, host: str) -> None:
    assert client.get("/robots.txt", headers={"Host": host}).status_code == 200


def test_two_hosts_are_none(address: str) -> None:
    port = int(address.rpartition(":")[2])
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).split()[1] in (b"400", b"421")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(client: httpx.Client, method: str) -> None:
    for path in ("/", "/posts/1", "/api/search", "/static/style.css"):
        answer = client.request(method, path, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd",
        "/static/..%5capp.py",        "/static/%00", "/images/../../etc/passwd", "/images/" + "0" * 64, "/images/x",
        "//evil.example",
        "/\\evil.example",        "/%2f%2fevil.example/..", "/posts/1%00", "/posts/-1", "/posts/99",
        "/posts/" + "9" * 30, "/posts/1/revisions/9",
        "/posts/1/snapshot?revision=9", "/runs/9", "/columns/9", "/feeds/x.atom", "/posts/31/snapshot", "/posts/",
        "/api/posts/99", "/api/posts/1/revisions/9", "/api/posts?post=x", "/api/posts/1/diff?from=1&to=9",
        "/<script>alert(1)</script>",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404_without_redirect_or_reflection(address: str, path: str) -> None:
    port = int(address.rpartition(":")[2])
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while received := connection.recv(65536):
            answer += received
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] in (b"404", b"400")
    assert b"location:" not in head.lower()
    assert b"alert(1)" not in body
    assert b"evil" not in body
    assert b"root:" not in body


@pytest.mark.parametrize(
    "query",
    [
        "search?sort=<b>", "search?kind=x", "search?status=x", "search?year=20x4", "search?year=0000",
        "search?after=x",        "search?before=_", "search?after=1_99999999999999999999", "search?q=笔记&after=_1",
        "search?sort=reads&after=x_1",
        "search?sort=reads&after=99999999999999999999_1", "changes?kind=x", "changes?after=x", "tags?kind=x",
        "posts/1/diff?from=9", "posts/1/diff?to=x", "api/search?size=0", "api/search?size=x", "api/search?q=\"\"",
        "api/changes?kind=x", "api/posts/1/diff?from=x&to=2", "search.csv?year=1",
    ],
)  # fmt: skip
def test_a_parameter_that_cannot_be_right_is_400(client: httpx.Client, query: str) -> None:
    answer = client.get("/" + query)
    assert answer.status_code == 400
    assert "<b>" not in answer.text
    if query.startswith("api/"):
        assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    "text",
    ["'", '"', '" OR 1=1 --', "NEAR(a b)", "a*", "AND", "C++", "a-b", "%", "_", "\\", "(", "笔记)", "\x01", "a:b",
     "{", "^a",     "tag:", "before:2020 after:x", "-笔记", "🙂", "x" * 5000, "笔 " * 500],
)  # fmt: skip
def test_any_query_is_answered(client: httpx.Client, text: str) -> None:
    for path in ("/search", "/search.jsonl", "/feeds/new.atom"):
        answer = client.get(path, params={"q": text})
        assert answer.status_code == 200
        assert "sqlite" not in answer.text.lower()
    assert client.get("/api/search", params={"q": text}).status_code in (200, 400)


@pytest.mark.parametrize("raw", ["%00", "a%00b", "%ff%fe", "%ed%a0%80", "%", "a&q=b", "q%5B%5D=1"])
def test_broken_bytes_in_a_query_are_answered(client: httpx.Client, raw: str) -> None:
    assert client.get(f"/search?q={raw}").status_code == 200


def test_hostile_search_strings_are_answered(client: httpx.Client, shared: Path, full: Path) -> None:
    before = hashlib.sha256(full.read_bytes()).hexdigest()
    cases = json.loads((shared / "cases" / "injection" / "search_queries.json").read_text("utf-8"))
    cases = cases if isinstance(cases, list) else next(value for value in cases.values() if isinstance(value, list))
    assert len(cases) > 50
    for case in cases:
        text = (
            case if isinstance(case, str) else next(v for k, v in case.items() if k in ("query", "q", "input", "text"))
        )
        text = str(text).encode("utf-8", "replace").decode()
        answer = client.get("/search", params={"q": text})
        assert answer.status_code == 200, case
        assert "sqlite3" not in answer.text
    assert hashlib.sha256(full.read_bytes()).hexdigest() == before


def test_reading_changes_nothing(client: httpx.Client, full: Path) -> None:
    def state() -> tuple[str, list[str]]:
        beside = sorted(path.name for path in full.parent.iterdir() if not path.name.endswith(("-wal", "-shm")))
        return hashlib.sha256(full.read_bytes()).hexdigest(), beside

    before = state()
    for path in PAGES:
        assert client.get(path).status_code == 200
    assert state() == before
    with Archive(full) as archive, archive.read() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM posts")


def test_an_answer_that_the_client_has_is_304(client: httpx.Client) -> None:
    for path in ("/", "/posts/1", "/api/search?q=笔记", "/feeds/new.atom", "/static/style.css"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    english = client.get("/", headers={"Accept-Language": "en"})
    assert english.headers["ETag"] != client.get("/").headers["ETag"]


def test_head_answers_as_get_without_a_body(client: httpx.Client) -> None:
    answer = client.head("/posts/1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.head("/none").status_code == 404


def test_a_broken_archive_is_503_and_an_unexpected_error_500_both_guarded(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    with Archive(path, write=True, command="test") as archive, archive.write() as connection:
        posts.save(connection, a_post(1), lineage="live", now=NOW)
    with serve(path) as address, httpx.Client(base_url=address, trust_env=False) as client:
        assert client.get("/posts/1").status_code == 200
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE revisions SET categories = 'no json'")
            connection.commit()
        answer = client.get("/posts/1")
        assert answer.status_code == 500
        assert "Content-Security-Policy" in answer.headers
        assert "Traceback" not in answer.text
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TABLE runs")
            connection.commit()
        assert client.get("/runs").status_code == 503
        assert client.get("/api/runs").json() == {"error": "暂时读不到归档"}


def test_other_names_and_zones_can_be_given(full: Path) -> None:
    with serve(full, hosts=["archive.example"], zone=SHANGHAI) as address:
        assert httpx.get(address, trust_env=False).status_code == 421
        answer = httpx.get(address, headers={"Host": "archive.example"}, trust_env=False)
        assert answer.status_code == 200


def test_a_question_comes_back_as_it_was_asked() -> None:
    question = Question(q="a b", tag="C++", after="x")
    assert question.query() == "q=a+b&tag=C%2B%2B"
    assert question.query(tag="", after="1_2") == "q=a+b&after=1_2"


def test_the_page_of_a_post_is_the_same_every_time(get: Get) -> None:
    assert get("/posts/1").content == get("/posts/1").content
