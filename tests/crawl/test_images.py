from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from scraper.archive import Archive, assets, records
from scraper.parse.media_type import image_type
from tests.blog import Blog
from tests.crawl.conftest import Crawl

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def illustrated(blog: Blog) -> Blog:
    blog.edits[1] = f'<p>图</p><img src="{blog.base}/a.png"><img src="{blog.base}/b.png">'
    blog.edits[2] = f'<p>图</p><img src="{blog.base}/a.png">'
    blog.answers["/a.png"] = (200, {"Content-Type": "image/png"}, PNG)
    blog.answers["/b.png"] = (200, {"Content-Type": "text/plain"}, PNG)
    return blog


def states(archive: Archive) -> dict[str, tuple[str, str]]:
    with archive.read() as connection:
        rows = connection.execute(text("SELECT url, state, reason FROM record_images"))
        return {url.rpartition("/")[2]: (state, reason) for url, state, reason in rows}


def test_images_are_fetched_once_and_kept_by_their_content(illustrated: Blog, archive: Archive, run: Crawl) -> None:
    report = run()
    assert report.counts["images"] == 2
    assert (illustrated.served["/a.png"], illustrated.served["/b.png"]) == (1, 1)
    assert states(archive) == {"a.png": ("ok", ""), "b.png": ("ok", "")}
    with archive.read() as connection:
        query = text("SELECT count(DISTINCT sha256), max(media_type) FROM record_images")
        assert connection.execute(query).one() == (1, "image/png")
        post_id = records.by_key(connection, "csdn", "1001")
        assert post_id is not None
        held = assets.of_post(connection, post_id)
        assert [archive.blobs.get(connection, image.blob_id) for image in held] == [PNG, PNG]
    run(days=1.1)
    assert "/a.png" not in illustrated.served


def test_no_images_fetches_none(illustrated: Blog, archive: Archive, run: Crawl) -> None:
    run(images=False)
    assert "/a.png" not in illustrated.served
    assert states(archive)["a.png"] == ("", "")


def test_what_is_no_image_says_why_and_is_tried_on_later_nights_and_at_last_no_more(
    illustrated: Blog, archive: Archive, run: Crawl
) -> None:
    illustrated.answers["/a.png"] = (200, {"Content-Type": "text/html"}, b"<html>403</html>")
    assert run().exit_code == 0
    assert states(archive)["a.png"] == ("failed", "no image but text/html")
    asked = []
    for day in range(1, 70):
        run(days=day)
        if "/a.png" in illustrated.served:
            asked.append(day)
    assert asked == [1, 3, 7, 15, 31]


def test_a_failed_image_is_had_when_it_comes_back(illustrated: Blog, archive: Archive, run: Crawl) -> None:
    good = illustrated.answers["/a.png"]
    illustrated.answers["/a.png"] = (404, {}, b"")
    run()
    assert states(archive)["a.png"][0] == "failed"
    illustrated.answers["/a.png"] = good
    run(days=1)
    assert states(archive)["a.png"] == ("ok", "")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a...", "image/gif"), (b"BM....", "image/bmp"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"), (b"\0\0\0\x1cftypavif", "image/avif"), (b"\0\0\1\0", "image/x-icon"),
        (b"<?xml version='1.0'?><svg xmlns='x'>", "image/svg+xml"), (b"\xef\xbb\xbf<svg>", "image/svg+xml"),
        (b"<html>", ""), (b"", ""), (b"RIFF\0\0\0\0WAVE", ""),
    ],
)  # fmt: skip
def test_an_image_is_known_by_its_first_bytes(body: bytes, expected: str) -> None:
    assert image_type(body) == expected


def test_every_media_type_has_a_suffix() -> None:
    from scraper.parse.media_type import _SIGNATURES, SUFFIXES

    assert {media_type for _, media_type in _SIGNATURES} <= set(SUFFIXES)
    assert all(Path("a" + suffix).suffix == suffix for suffix in SUFFIXES.values())
