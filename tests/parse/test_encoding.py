from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scraper.errors import ParseError
from scraper.parse.encoding import decode

SIMPLIFIED = "数据结构与算法的学习笔记，包括二叉树的遍历、图的最短路径，以及动态规划。\nHello, world!\n" * 3
TRADITIONAL = "資料結構與演算法的學習筆記，包括二元樹的走訪、圖的最短路徑，以及動態規劃。\nHello, world!\n" * 3
FRENCH = "Les élèves déjà arrivés à l'école, où ça se passe — “très” bien.\n" * 3


def test_every_charset_case_is_decoded(shared: Path) -> None:
    for case in json.loads((shared / "cases/charset/charset_cases.json").read_text()):
        decoded = decode(base64.b64decode(case["body_b64"]), case["content_type"])
        assert case["expect_text_contains"] in decoded.text, case["name"]
        assert decoded.encoding in case["expect_encoding"].split("/"), case["name"]


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b"+ADw-script+AD4-", "utf-7"),
        (b"\xc0\xbcscript\xc0\xbe", "utf-8"),
        (rb"\u003cscript\u003e", "unicode_escape"),
        (b"\x1b$B<script>\x1b(B", "iso-2022-jp"),
    ],
)
def test_hidden_markup_does_not_come_out_of_decoding(body: bytes, label: str) -> None:
    assert "<script" not in decode(body, f"text/html; charset={label}").text


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "gbk", "gbk"),
        (SIMPLIFIED, "utf-16", "utf-16le"),
        (SIMPLIFIED, "utf-16-le", "utf-16le"),
        (SIMPLIFIED, "utf-16-be", "utf-16be"),
        (SIMPLIFIED, "utf-32", "utf-32le"),
        (SIMPLIFIED, "utf-32-be", "utf-32be"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "gbk", "gbk"),
        (FRENCH, "cp1252", "windows-1252"),
        ("中文", "gbk", "gbk"),
        ("plain", "utf-16-le", "utf-16le"),
    ],
)
def test_a_file_without_a_label_is_read_in_its_own_encoding(text: str, codec: str, name: str) -> None:
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.lossy) == (text, name, False)


@pytest.mark.parametrize("label", ["iso-8859-1", "utf-8", "gb2312", "big5", "utf-7", "rot13", "", "no such"])
@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_a_wrong_header_changes_nothing(label: str, codec: str) -> None:
    assert decode(SIMPLIFIED.encode(codec), f"text/html; charset={label}").text == SIMPLIFIED


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="big5">',
        '<META http-equiv=Content-Type content="text/html; charset=Big5">',
        '<?xml version="1.0" encoding="big5"?>',
        '<!-- <meta charset="gbk"> --><meta charset="big5">',
        f"<!--{'x' * 60_000}--><meta charset=big5>",
    ],
)
def test_a_declaration_inside_decides_what_bytes_alone_do_not(head: str) -> None:
    # These bytes are two everyday characters in GBK and two others in Big5.
    assert decode(head.encode() + "踞踞".encode("big5")).encoding == "big5"


def test_a_declared_encoding_of_another_script_is_believed() -> None:
    russian = "Привет, мир! Это запись о структурах данных.\n"
    assert decode(russian.encode("cp1251"), "text/html; charset=windows-1251").text == russian


@pytest.mark.parametrize("cut", [1, 2])
def test_a_cut_tail_stays_utf8(cut: int) -> None:
    decoded = decode("末尾".encode()[:-cut])
    assert (decoded.encoding, decoded.text[0], decoded.lossy) == ("utf-8", "末", True)


def test_stray_bytes_stay_utf8_and_are_named() -> None:
    body = SIMPLIFIED.encode()
    decoded = decode(body[:30] + b"\xff\xfe" + body[30:])
    assert (decoded.encoding, decoded.lossy) == ("utf-8", True)
    assert decoded.warnings == ("2 byte sequences are not utf-8 and were replaced",)
    assert decoded.text.replace("\ufffd", "") == SIMPLIFIED


def test_a_replacement_character_in_the_page_is_no_loss() -> None:
    assert not decode("a \ufffd b".encode()).lossy


def test_nul_characters_are_dropped_and_named() -> None:
    decoded = decode("<p>数\0据</p>".encode())
    assert decoded.text == "<p>数据</p>"
    assert decoded.warnings == ("1 NUL characters dropped",)


def test_text_in_a_refused_encoding_is_not_decoded() -> None:
    decoded = decode(b"~{VPND~}", "text/html; charset=hz-gb-2312")
    assert (decoded.text, decoded.encoding, decoded.lossy) == ("\ufffd", "replacement", True)


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0JFIF",
        b"PK\x03\x04 stored text",
        b"%PDF-1.7 text",
        b"\0" * 50,
        bytes(range(256)),
        bytes(range(128)),
    ],
)
def test_bytes_that_are_no_text_are_refused(body: bytes) -> None:
    with pytest.raises(ParseError, match="no text"):
        decode(body)


@given(st.binary(max_size=200), st.sampled_from(["", "charset=utf-16", "charset=gbk", "charset=iso-2022-jp"]))
@example(b"\xff\xfe\x00\xd8", "")
@settings(max_examples=150)
def test_any_bytes_become_text_that_can_be_stored_or_a_parse_error(body: bytes, content_type: str) -> None:
    try:
        text = decode(body, content_type).text
    except ParseError:
        return
    assert "\0" not in text
    assert not text.startswith("\ufeff\ufeff")
    text.encode("utf-8")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")))
@settings(max_examples=150)
def test_utf8_is_read_back_as_it_was_written(text: str) -> None:
    assert decode(text.encode()).text == text


def test_bytes_that_are_clean_utf8_are_given_back_as_they_are() -> None:
    body = "标题 a\t\n".encode()
    assert decode(body).utf8 == body
    assert decode("标题".encode("gbk")).utf8 is None
    assert decode(b"\xef\xbb\xbf" + body).utf8 is None
    assert decode(body + b"\x00").utf8 is None
