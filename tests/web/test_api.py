from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from scraper.web.app import ROUTES
from scraper.web.openapi import description
from tests.web.conftest import PNG, SVG, Get

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def fits(value: Any, schema: dict[str, Any], where: str = "") -> None:
    """Hold a value against the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    assert not kinds or isinstance(value, tuple(types[kind] for kind in kinds)), f"{where}: {value!r} is no {kinds}"
    assert value in schema.get("enum", [value]), where
    if isinstance(value, dict):
        named = schema.get("properties", {})
        assert set(schema.get("required", [])) <= set(value), where
        if named:
            assert set(value) <= set(named), f"{where}: {set(value) - set(named)} are not described"
        for key, item in value.items():
            fits(item, named.get(key, schema.get("additionalProperties", {})), f"{where}.{key}")
    if isinstance(value, list):
        for item in value:
            fits(item, schema.get("items", {}), f"{where}[]")


PATHS = {
    "/api/search": "/api/search?q=笔记&size=3",
    "/api/posts": "/api/posts?post=csdn/1001",
    "/api/posts/{id}": "/api/posts/1",
    "/api/posts/{id}/revisions": "/api/posts/1/revisions",
    "/api/posts/{id}/revisions/{number}": "/api/posts/1/revisions/2",
    "/api/posts/{id}/diff": "/api/posts/1/diff?from=1&to=2",
    "/api/changes": "/api/changes?size=5",
}


@pytest.mark.parametrize("path", description()["paths"])
def test_answers_are_as_they_are_described(get: Get, path: str) -> None:
    answer = get(PATHS.get(path, path))
    assert answer.headers["Content-Type"] == "application/json"
    schema = description()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits(answer.json(), schema, path)


def test_every_path_is_described_and_every_described_path_is_there(get: Get) -> None:
    served = {route.path for route in ROUTES if getattr(route, "path", "").startswith("/api")}
    assert served - {"/api/openapi.json"} == set(description()["paths"])
    assert get("/api/openapi.json").json() == json.loads(json.dumps(description()))


def test_pages_of_a_search_lead_through_all_its_posts(client: httpx.Client) -> None:
    seen, address = [], "/api/search?q=笔记&size=7"
    while address:
        answer = client.get(address).json()
        seen += [post["id"] for post in answer["posts"]]
        address = answer["next"]
    assert len(seen) == len(set(seen)) == answer["total"] == 32
    back = client.get(answer["previous"]).json()
    assert [post["id"] for post in back["posts"]] == seen[21:28]


def test_a_hit_has_a_plain_snippet(get: Get) -> None:
    (hit,) = get("/api/search?q=昇思").json()["posts"]
    assert hit["snippet"] == "昇思 MindSpore 与 C++ 的一天。"


def test_changes_can_be_narrowed_to_a_search(get: Get) -> None:
    rows = get("/api/changes?q=昇思").json()["changes"]
    assert [(row["kind"], row["revision"]) for row in rows] == [("changed", 2), ("new", None)]
    assert [row["kind"] for row in get("/api/changes?kind=gone").json()["changes"]] == ["gone"]
    first = get("/api/changes?size=30").json()
    second = get(first["next"]).json()
    assert len(first["changes"]) + len(second["changes"]) == 35


def test_a_search_can_be_had_as_json_lines_and_csv(get: Get) -> None:
    answer = get("/search.jsonl?author=lin&year=2024")
    records = [json.loads(line) for line in answer.text.splitlines()]
    assert len(records) == 30
    assert [record["published_at"] for record in records] == sorted((r["published_at"] for r in records), reverse=True)
    assert records[0]["markdown"]
    assert "attachment" in answer.headers["Content-Disposition"]
    table = list(csv.DictReader(io.StringIO(get("/search.csv?q=昇思").text.removeprefix("\ufeff"))))
    assert [row["title"] for row in table] == ["从零写一个爬虫"]
    assert set(table[0]) == set(records[0]) - {"markdown", "text"}
    assert get("/search.csv?q=绝无此词").text == "\ufeff"


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/feeds/new.atom", 33), ("/feeds/changed.atom", 1), ("/feeds/gone.atom", 1),
        ("/feeds/new.atom?author=lin", 30), ("/feeds/new.atom?tag=C%2B%2B", 1), ("/feeds/new.atom?q=昇思", 1),
        ("/feeds/gone.atom?author=x", 0),
    ],
)  # fmt: skip
def test_feeds_tell_what_happened(get: Get, path: str, count: int) -> None:
    answer = get(path)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall("a:entry", ATOM)
    assert len(entries) == count
    assert feed.findtext("a:id", "", ATOM).endswith(path.replace("昇思", "%E6%98%87%E6%80%9D"))
    for entry in entries:
        for name in ("title", "id", "updated"):
            assert entry.findtext(f"a:{name}", "", ATOM)
        assert entry.findtext("a:author/a:name", "", ATOM)
        (page,) = entry.findall("a:link[@rel='alternate']", ATOM)
        assert get(page.attrib["href"]).status_code == 200
    assert len({entry.findtext("a:id", "", ATOM) for entry in entries}) == count


def test_a_feed_is_named_after_what_it_is_about(get: Get) -> None:
    feed = ElementTree.fromstring(get("/feeds/new.atom?q=昇思").content)
    assert feed.findtext("a:title", "", ATOM) == "blog · 新增 · 昇思"
    assert feed.findtext("a:entry/a:summary", "", ATOM) == "一句话"


def test_browsers_learn_how_to_search(get: Get, address: str) -> None:
    answer = get("/opensearch.xml")
    assert answer.headers["Content-Type"].startswith("application/opensearchdescription+xml")
    templates = [url.attrib["template"] for url in ElementTree.fromstring(answer.content) if "template" in url.attrib]
    assert templates[0] == f"{address}/search?q={{searchTerms}}"


def test_images_come_with_a_policy_of_their_own(get: Get) -> None:
    images = {row["media_type"]: row["sha256"] for row in get("/api/posts/1").json()["images"]}
    answer = get(f"/images/{images['image/png']}")
    assert answer.content == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "immutable" in answer.headers["Cache-Control"]


def test_an_svg_is_shown_in_a_page_but_saved_when_opened(get: Get) -> None:
    from hashlib import sha256

    answer = get(f"/images/{sha256(SVG).hexdigest()}")
    assert answer.content == SVG
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_snapshot_is_a_download_that_no_browser_runs(get: Get) -> None:
    answer = get("/posts/1/snapshot?revision=1")
    assert answer.content == b"<script>alert('raw')</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''csdn-1001-r1.html"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")


def test_a_blob_that_is_no_image_cannot_be_had_as_one(client: httpx.Client, get: Get) -> None:
    sha256 = get("/api/posts/1").json()["snapshot_sha256"]
    assert client.get(f"/images/{sha256}").status_code == 404


def test_a_post_can_be_had_as_markdown(get: Get) -> None:
    answer = get("/posts/1/markdown")
    assert answer.text.startswith("---\ntitle: ")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''1-")
