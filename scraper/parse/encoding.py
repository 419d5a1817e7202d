"""Bytes to text: which encoding a page or file is in, whatever its labels say. Pure.

The order is: byte order mark, clean UTF-8, UTF-16 or UTF-32 by their zero bytes, UTF-8 with a few bad bytes,
and then whichever of the declared and the usual Chinese encodings gives the most ordinary text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scraper.errors import ParseError
from scraper.parse.charsets import CODECS, LABELS


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without byte order mark, NUL or lone surrogate; ``encoding`` is the WHATWG's name for it.

    ``lossy`` says that bytes were replaced or dropped; ``warnings`` say which. ``utf8`` is the text in UTF-8 where
    the bytes were just that, and None where it would have to be made.
    """

    text: str
    encoding: str
    lossy: bool = False
    warnings: tuple[str, ...] = ()
    utf8: bytes | None = None


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Return the text that the bytes hold; labels are believed only where the bytes agree.

    ``content_type`` is the header as sent. Labels mean what the WHATWG's table says: gb2312 is GBK, iso-8859-1
    is windows-1252, and names of Python codecs are unknown.

    Raises:
        ParseError: the bytes are no text at all (an image, an archive, a program).
    """
    if body.startswith(_MAGIC):
        raise ParseError("no text: the bytes begin as an image, archive, database or PDF does")
    marked = next(((mark, name) for mark, name in _MARKS if body.startswith(mark)), None)
    if marked:
        mark, name = marked
        return _finish(body[len(mark) :], name)
    header = LABELS.get(_label_in(content_type.encode("ascii", "ignore")), "")
    text = _as_utf8(body)
    if text is not None and (b"\0" not in body or body.count(0) * 5 < len(body)):
        if header in ("iso-2022-jp", "replacement") and body.isascii() and _ESCAPED.search(body):
            return _finish(body, header)
        return _finish(body, "utf-8", text)
    wide = _wide_encoding(body, header)
    if wide:
        return _finish(body, wide)
    declared = [name for name in (header, _declared_inside(body)) if name]
    if _nearly_utf8(body, "utf-8" in declared):
        return _finish(body, "utf-8")
    return _finish(body, _most_ordinary(body, declared))


# GIF, JPEG 2000 and the like are full of control bytes, which is seen without a list.
_MAGIC = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"%PDF-", b"SQLite format 3\x00")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32le"),
    (b"\x00\x00\xfe\xff", "utf-32be"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)
_PRESCAN_BYTES = 65_536
_ESCAPED = re.compile(rb"\x1b[$(]|~\{")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,512}?charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:+-]{1,40})", re.IGNORECASE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH_RUN = re.compile(rb"[\x80-\xff][\x30-\x7e\x80-\xff]*")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x08\x1b") + b"\x7f"
_SAMPLE_BYTES = 32_768


def _plane(codec: str, leads: range, *trails: range) -> str:
    """Return the characters that a double-byte codec has for these lead and trail bytes."""
    pairs = (bytes((lead, trail)) for lead in leads for part in trails for trail in part)
    return b"".join(pairs).decode(codec, "ignore")


# The levels of GB 2312 and Big5 that hold the characters in everyday use, and the letters of other scripts.
_ORDINARY = frozenset(
    _plane("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    + _plane("big5", range(0xA4, 0xC7), range(0x40, 0x7F), range(0xA1, 0xFF))
    + "".join(
        chr(code)
        for first, last in (
            (0xC0, 0xFF), (0x370, 0x3FF), (0x400, 0x45F), (0x5D0, 0x5EA), (0x620, 0x64A), (0xE01, 0xE5B),
            (0x2010, 0x2026), (0x3000, 0x301F), (0x3040, 0x30FF), (0xAC00, 0xD7A3), (0xFF01, 0xFF5E),
        )
        for code in range(first, last + 1)
    )
    + "€·°±×©®"
)  # fmt: skip


def _label_in(data: bytes) -> str:
    found = _CHARSET.search(data)
    return found[1].decode("ascii", "ignore").lower() if found else ""


def _declared_inside(body: bytes) -> str:
    """Return the encoding that a meta element or XML declaration names, '' for none.

    As in the HTML standard's prescan, UTF-16 there means UTF-8: the declaration was read as ASCII.
    """
    head, *commented = body[:_PRESCAN_BYTES].split(b"<!--")
    head += b"".join(part.partition(b"-->")[2] for part in commented)
    found = _XML.match(head) or _META.search(head)
    name = LABELS.get(found[1].decode("ascii").lower(), "") if found else ""
    return "utf-8" if name.startswith("utf-16") else name


def _as_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _nearly_utf8(body: bytes, declared: bool) -> bool:
    """Say whether the bytes are UTF-8 apart from a cut end or a few bad sequences.

    Text in GBK has next to no sequence that is one in UTF-8 too, so the ratio tells them apart; a declaration
    counts for what is left in doubt.
    """
    good = sum(1 for _ in _MULTIBYTE.finditer(body))
    bad = body.decode("utf-8", "replace").count("\ufffd") - body.count(b"\xef\xbf\xbd")
    cut = re.search(rb"[\xc2-\xdf]\Z|[\xe0-\xef][\x80-\xbf]?\Z|[\xf0-\xf4][\x80-\xbf]{0,2}\Z", body[-3:])
    if cut and bad == 1 and good:
        return True
    return bad <= max(6, good) if declared else 3 * bad <= good or bad <= 2 < good


def _wide_encoding(body: bytes, header: str) -> str:
    """Return which of UTF-16 and UTF-32 the bytes are in without a mark, '' for neither."""
    if b"\0" not in body[:_PRESCAN_BYTES] and not header.startswith("utf-16"):
        return ""
    sample = body[: _SAMPLE_BYTES // 4]
    names = ("utf-32le", "utf-32be", "utf-16le", "utf-16be")
    shares = {name: _share_of_text(sample.decode(CODECS[name], "replace")) for name in names}
    best = max(names, key=lambda name: shares[name])
    return best if shares[best] > 0.7 else ""


def _share_of_text(text: str) -> float:
    plain = sum(char in _ORDINARY or " " <= char < "\x7f" or char in "\t\n\r" for char in text)
    return plain / max(len(text), 1)


def _most_ordinary(body: bytes, declared: list[str]) -> str:
    """Return the encoding in which the bytes read as the most ordinary text, in doubt a declared one.

    windows-1252 gets no such credit: servers declare it for everything.
    """
    runs = bytearray()
    for run in _HIGH_RUN.finditer(body):
        runs += run[0][:_SAMPLE_BYTES] + b"\n"
        if len(runs) > _SAMPLE_BYTES:
            break
    candidates = [name for name in declared if name not in ("utf-8", "replacement", "x-user-defined")]
    candidates += ["gbk", "big5", "windows-1252"] if not candidates else ["gbk", "big5"]

    def ordinary(name: str) -> float:
        text = bytes(runs).decode(CODECS[name], "replace")
        foreign = [char for char in text if char > "\x7f"]
        errors = text.count("\ufffd")
        credit = 0.2 if name in declared and name != "windows-1252" else 0.0
        return (sum(char in _ORDINARY for char in foreign) - 2 * errors) / max(len(foreign), 1) + credit

    return max(candidates, key=ordinary)


def _finish(body: bytes, name: str, text: str | None = None) -> Decoded:
    """Return what the bytes say in that encoding; ``text`` where they were decoded already, without any loss."""
    is_whole = text is not None
    if name == "replacement":
        return Decoded("\ufffd", name, True, ("text in an encoding that is never decoded, for safety",))
    if name == "big5":
        readings = (body.decode(codec, "replace") for codec in ("cp950", "big5hkscs"))
        text = min(readings, key=lambda text: text.count("\ufffd"))
    elif text is None:
        text = body.decode(CODECS[name], "replace")
    plain = body if not name.startswith(("utf-16", "utf-32")) else text.encode("utf-8", "replace")
    controls = len(plain) - len(plain.translate(None, _CONTROLS))
    replaced = 0 if is_whole else text.count("\ufffd")
    if replaced and name == "utf-8":
        replaced -= body.count(b"\xef\xbf\xbd")
    if controls > len(plain) * (0.02 if replaced or name not in ("utf-8", "iso-2022-jp") else 0.2):
        raise ParseError(f"no text: {controls} of {len(plain)} bytes are control characters")
    warnings = []
    if replaced > 0:
        warnings.append(f"{replaced} byte sequences are not {name} and were replaced")
    if controls and "\0" in text:
        warnings.append(f"{text.count(chr(0))} NUL characters dropped")
        text = text.replace("\0", "")
    utf8 = body if is_whole and not controls else None
    return Decoded(text.removeprefix("\ufeff"), name, bool(warnings), tuple(warnings), utf8)
