"""Bodies read within bounds: decompressed piece by piece, counted while decoding, complete or not at all."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from scraper.errors import ScraperError

MAX_LAYERS = 2
MAX_MEMBERS = 1000
_PIECE_BYTES = 64 * 1024
_SNIFF_BYTES = 512
_GZIP_MAGIC = b"\x1f\x8b"
# What no text in an ASCII-compatible encoding holds; every compressed stream of some length does.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class BodyTooBig(ScraperError):
    """The body is larger than allowed."""


class BodyTruncated(ScraperError):
    """The body ends before its compression does, or is damaged."""


class UnknownEncoding(ScraperError):
    """The body is encoded in a way that was not asked for and is not read."""


class BodyDecoder:
    """Undo the content encodings of one body, never holding more than ``max_bytes`` of it.

    With ``sniff_gzip`` a body that is gzip and does not say so is decompressed too.

    Raises:
        UnknownEncoding: the header names a coding other than gzip and deflate, or more than two of them.
    """

    def __init__(self, content_encoding: str, max_bytes: int, *, sniff_gzip: bool = False) -> None:
        codings = [coding.strip().lower() for coding in content_encoding.split(",")]
        codings = [coding for coding in codings if coding not in ("", "identity")]
        if len(codings) > MAX_LAYERS:
            raise UnknownEncoding(f"{len(codings)} layers of content encoding")
        unknown = [coding for coding in codings if coding not in ("gzip", "x-gzip", "deflate")]
        if unknown:
            raise UnknownEncoding(f"content encoding {unknown[0][:20]!r}, which was not asked for")
        if not codings and sniff_gzip:
            codings = ["unsaid"]
        # Codings are listed in the order in which they were applied (RFC 9110, 8.4).
        self._layers = [_Layer(coding, max_bytes) for coding in reversed(codings)]
        self._max_bytes = max_bytes
        self._body = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body as they came over the wire.

        Raises:
            BodyTooBig: the decoded body is larger than allowed.
            BodyTruncated: the compressed data is damaged.
        """
        self._pass_on(data, 0)

    def finish(self) -> bytes:
        """Return the whole decoded body.

        Raises:
            BodyTooBig: the decoded body is larger than allowed.
            BodyTruncated: the compressed data is damaged or not at its end.
        """
        for number, layer in enumerate(self._layers):
            for piece in layer.finish():
                self._pass_on(piece, number + 1)
        return bytes(self._body)

    def prefix(self) -> bytes:
        """Return the beginning of the decoded body, as far as it was read and is allowed."""
        return bytes(self._body[: self._max_bytes])

    def _pass_on(self, data: bytes, number: int) -> None:
        if number == len(self._layers):
            self._body += data
            if len(self._body) > self._max_bytes:
                raise BodyTooBig(f"more than {self._max_bytes} bytes")
            return
        for piece in self._layers[number].feed(data):
            self._pass_on(piece, number + 1)


class _Layer:
    """One coding: what it is in truth is found by its first bytes, for servers say gzip and send text."""

    def __init__(self, coding: str, max_bytes: int) -> None:
        self._coding = coding
        self._max_bytes = max_bytes
        self._produced = 0
        self._held = b""
        self._decided = False
        self._inflater: zlib._Decompress | None = None
        self._window = 0
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not self._decided:
            self._held += data
            if len(self._held) < _SNIFF_BYTES:
                return
            data = self._decide()
        yield from self._decode(data)

    def finish(self) -> Iterator[bytes]:
        if not self._decided:
            yield from self._decode(self._decide())
        if self._inflater is not None and not self._inflater.eof:
            raise BodyTruncated(f"{self._coding} data ends before its end mark")

    def _decide(self) -> bytes:
        data, self._held, self._decided = self._held, b"", True
        self._window = self._window_of(data)
        if self._window:
            self._start_member()
        return data

    def _window_of(self, data: bytes) -> int:
        """Return zlib's window argument for what the data is, 0 for data that is not compressed."""
        if data.startswith(_GZIP_MAGIC):
            return 31
        if self._coding == "unsaid" or not data:
            return 0
        if self._coding == "deflate" and data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0:
            return 15
        if not _BINARY.search(data[:_SNIFF_BYTES]):
            return 0
        if self._coding == "deflate":
            return -15  # without the zlib header, as some servers send it
        raise BodyTruncated(f"{self._coding} data does not begin as such")

    def _start_member(self) -> None:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise BodyTooBig(f"more than {MAX_MEMBERS} gzip members")
        self._inflater = zlib.decompressobj(self._window)

    def _decode(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            yield data
            return
        more = bool(data)
        while more:
            if self._inflater.eof:
                if not self._starts_member(data):
                    return
                self._start_member()
            try:
                piece = self._inflater.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                raise BodyTruncated(f"{self._coding} data is damaged: {error}") from error
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            self._produced += len(piece)
            if self._produced > self._max_bytes:
                raise BodyTooBig(f"more than {self._max_bytes} bytes")
            # A full piece may leave output behind in the inflater although all input is taken.
            more = bool(data) or (len(piece) == _PIECE_BYTES and not self._inflater.eof)
            yield piece

    def _starts_member(self, data: bytes) -> bool:
        """Return whether another gzip member follows; padding of zeros does not count (as gzip has it)."""
        if not data.strip(b"\0"):
            return False
        if self._window == 31 and data[:1] == _GZIP_MAGIC[:1]:
            return True
        raise BodyTruncated(f"{self._coding} data is followed by something else")
