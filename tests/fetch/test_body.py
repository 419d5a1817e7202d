"""Bodies are decompressed within bounds, complete or not at all."""

from __future__ import annotations

import contextlib
import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.fetch.body import BodyDecoder, BodyTooBig, BodyTruncated, UnknownEncoding
from scraper.fetch.outcome import Failed, Ok, TooBig, Truncated
from tests.fetch.hostile import PAGE, Answer, Stage, answer, endless, head, play, zeros

RAW = zlib.compressobj(9, zlib.DEFLATED, -15)
RAW_DEFLATE = RAW.compress(PAGE * 20) + RAW.flush()
NOISE = bytes(range(256)) * 4


def decode(data: bytes, encoding: str, *, max_bytes: int = 1_000_000, piece: int = 7, sniff: bool = False) -> bytes:
    decoder = BodyDecoder(encoding, max_bytes, sniff_gzip=sniff)
    for start in range(0, len(data), piece):
        decoder.feed(data[start : start + piece])
    return decoder.finish()


@pytest.mark.parametrize(
    ("data", "encoding", "body"),
    [
        (gzip.compress(PAGE), "gzip", PAGE),
        (gzip.compress(PAGE), "X-GZip", PAGE),
        (zlib.compress(PAGE), "deflate", PAGE),
        (RAW_DEFLATE, "deflate", PAGE * 20),
        (gzip.compress(gzip.compress(PAGE)), "gzip, gzip", PAGE),
        (gzip.compress(zlib.compress(PAGE)), "deflate, gzip", PAGE),
        (gzip.compress(b"one ") + gzip.compress(b"two"), "gzip", b"one two"),
        (gzip.compress(PAGE) + bytes(600), "gzip", PAGE),
        (PAGE, "", PAGE),
        (PAGE, "identity, ", PAGE),
        (PAGE, "gzip", PAGE),
        (PAGE, "deflate", PAGE),
        (gzip.compress(PAGE), "deflate", PAGE),
        (b"", "gzip", b""),
    ],
)
def test_what_can_be_decoded_is_decoded_whole(data: bytes, encoding: str, body: bytes) -> None:
    assert decode(data, encoding) == body
    assert decode(data, encoding, piece=100_000) == body


def test_gzip_that_does_not_say_so_is_decoded_where_text_is_expected() -> None:
    assert decode(gzip.compress(PAGE), "", sniff=True) == PAGE
    assert decode(gzip.compress(PAGE), "") == gzip.compress(PAGE)
    assert decode(NOISE, "", sniff=True) == NOISE


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (gzip.compress(PAGE * 50)[:-20], "gzip"),
        (gzip.compress(NOISE)[: len(gzip.compress(NOISE)) // 2], "gzip"),
        (gzip.compress(PAGE)[:-8] + b"\0" * 8, "gzip"),
        (zlib.compress(PAGE)[:-1], "deflate"),
        (RAW_DEFLATE[:-3], "deflate"),
        (gzip.compress(PAGE) + b"garbage", "gzip"),
        (gzip.compress(PAGE) + gzip.compress(PAGE)[:-3], "gzip"),
        (zlib.compress(PAGE) + zlib.compress(PAGE), "deflate"),
        (NOISE, "gzip"),
        (b"\x00\x01\x02", "deflate"),
        (gzip.compress(PAGE)[:3], "gzip"),
    ],
)
@pytest.mark.parametrize("piece", [5, 100_000])
def test_damaged_or_cut_data_is_an_error(data: bytes, encoding: str, piece: int) -> None:
    with pytest.raises(BodyTruncated):
        decode(data, encoding, piece=piece)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "base64", ", ".join(["gzip"] * 8)])
def test_unknown_and_many_encodings_are_not_read(encoding: str) -> None:
    with pytest.raises(UnknownEncoding):
        BodyDecoder(encoding, 1000)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (bytes(2_000_000), ""),
        (zeros(2), "gzip"),
        (zeros(2, raw=True), "deflate"),
        (gzip.compress(zeros(300)), "gzip, gzip"),
        (gzip.compress(gzip.compress(bytes(2_000_000))), "gzip, gzip"),
        (gzip.compress(b"") * 1100, "gzip"),
    ],
)
def test_more_than_the_cap_is_refused_while_decoding(data: bytes, encoding: str) -> None:
    with pytest.raises(BodyTooBig):
        decode(data, encoding, piece=65536)


@given(st.binary(max_size=3000), st.integers(1, 400), st.sampled_from(["gzip", "deflate", "gzip, gzip"]))
@settings(max_examples=60, deadline=None)
def test_any_body_survives_compression_in_any_pieces(body: bytes, piece: int, encoding: str) -> None:
    data = body
    for coding in encoding.split(", "):
        data = gzip.compress(data) if coding == "gzip" else zlib.compress(data)
    assert decode(data, encoding, piece=piece) == body


@given(st.binary(max_size=2000), st.sampled_from(["", "gzip", "deflate", "gzip, deflate"]))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_decoded_or_refused_in_a_known_way(data: bytes, encoding: str) -> None:
    with contextlib.suppress(BodyTruncated, BodyTooBig):
        assert isinstance(decode(data, encoding, piece=200, sniff=True), bytes)


def test_output_left_in_the_inflater_after_its_last_input_is_not_lost() -> None:
    body = bytes(65536) + b"end"
    assert decode(gzip.compress(body), "gzip", piece=100_000) == body
    assert decode(gzip.compress(bytes(65536)), "gzip", piece=100_000) == bytes(65536)


@pytest.mark.parametrize(
    ("bomb", "encoding"),
    [
        pytest.param(answer(zeros(10240), "Content-Encoding: gzip"), "gzip", id="10 GiB in gzip"),
        pytest.param(
            endless(zeros(64, raw=True), begin=head("Content-Encoding: deflate")), "deflate", id="endless deflate"
        ),
        pytest.param(
            answer(gzip.compress(zeros(10240)), "Content-Encoding: gzip, gzip"), "twice", id="a bomb in a bomb"
        ),
        pytest.param(answer(zeros(10240)), "unsaid", id="gzip that does not say so"),
    ],
)
def test_a_bomb_costs_little_memory(bomb: Answer, encoding: str) -> None:
    async def scene(stage: Stage) -> int:
        stage.server.on("/bomb", bomb)
        tracemalloc.start()
        try:
            assert isinstance(await stage.fetch("/bomb"), TooBig)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert play(scene, max_page_bytes=20_000_000) < 100_000_000


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        pytest.param(answer(gzip.compress(PAGE * 50)[:-30], "Content-Encoding: gzip"), Truncated, id="cut gzip"),
        pytest.param(answer(PAGE, "Content-Encoding: br"), Failed, id="brotli"),
        pytest.param(answer(PAGE, "Content-Encoding: zstd"), Failed, id="zstd"),
        pytest.param(answer(PAGE, *["Content-Encoding: gzip"] * 8), Failed, id="eight layers"),
        pytest.param(answer(NOISE, "Content-Encoding: gzip"), Truncated, id="binary that says gzip"),
        pytest.param(answer(PAGE, "Content-Encoding: gzip"), Ok, id="plain that says gzip"),
        pytest.param(answer(gzip.compress(PAGE)), Ok, id="gzip that does not say so"),
    ],
)
def test_what_a_server_says_of_its_encoding_is_checked(sent: bytes, outcome: type) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/page", sent)
        result = await stage.fetch("/page")
        assert isinstance(result, outcome)
        if isinstance(result, Ok):
            assert result.snapshot.body == PAGE
        assert stage.server.asked[-1].headers["accept-encoding"] == "gzip"

    play(scene)


def test_an_image_is_handed_on_as_it_is_and_within_its_own_cap() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/drawing.svgz", answer(gzip.compress(PAGE)))
        stage.server.on("/large.png", answer(bytes(5000)))
        assert (await stage.fetch("/drawing.svgz", kind="image")).snapshot.body == gzip.compress(PAGE)
        assert isinstance(await stage.fetch("/large.png", kind="image"), TooBig)

    play(scene, max_image_bytes=4000)


def test_the_body_of_a_redirect_is_not_read() -> None:
    async def scene(stage: Stage) -> None:
        bomb = b"HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Encoding: gzip\r\n\r\n"
        stage.server.on("/bomb", endless(zeros(64), begin=bomb))
        stage.server.on("/page", answer())
        assert isinstance(await stage.fetch("/bomb"), Ok)
        assert stage.records[-2].outcome == "redirect"
        assert stage.records[-2].wire_bytes < 200_000

    play(scene)
