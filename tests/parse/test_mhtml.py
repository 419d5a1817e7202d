from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import parse
from scraper.parse.mhtml import open_mhtml

HEAD = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://blog.csdn.net/lin/article/details/7\r\n"
    "Subject: =?utf-8?Q?=E9=A2=98?=\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--b--"\r\n\r\n'
)
PART = (
    "----b--\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    "Content-Location: https://blog.csdn.net/lin/article/details/7\r\n\r\n"
    '<html><head><meta charset=3D"utf-8"></head><body><h1 class=3D"title-article">=E9=A2=98=E7=9B=AE</h1>'
    '<div id=3D"content_views"><p>=E6=98=9F=\r\n=E7=81=AB</p></div></body></html>\r\n----b----\r\n'
)


def test_a_page_saved_as_mhtml_is_the_post_of_its_address() -> None:
    parsed = parse((HEAD + PART).encode(), "", name="saved.mhtml")
    assert parsed.post is not None
    assert (parsed.post.site, parsed.post.native_id, parsed.post.title) == ("csdn", "7", "题目")
    assert parsed.post.markdown == "星火"


@pytest.mark.parametrize("body", [b"", b"<html>", b"From: x\r\n\r\nhello", HEAD.encode(), b"---\ntitle: a\n---\nb"])
def test_what_holds_no_page_is_none(body: bytes) -> None:
    assert open_mhtml(body) is None


@given(st.binary(max_size=300))
def test_any_bytes_behind_its_head_are_survived(tail: bytes) -> None:
    found = open_mhtml(HEAD.encode() + tail)
    assert found is None or isinstance(found.body, bytes)


def test_deeply_nested_parts_are_survived() -> None:
    nested = "".join(f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(3000))
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b0"\r\n\r\n'
    assert open_mhtml((head + nested).encode()) is None


def test_real_files_give_their_page(shared: Path) -> None:
    for path in (shared / "corpus/archives").glob("*.mhtml"):
        parsed = parse(path.read_bytes(), "", name=path.name)
        assert parsed.post is not None, path.name
        assert parsed.post.url.startswith("http")
        assert len(parsed.post.text) > 200
