"""A page that a browser saved as one MHTML file (RFC 2557): its HTML, its address, its declared encoding. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

_START = re.compile(rb"(?:[A-Za-z-]{1,40}: .{0,998}\r?\n|[ \t].{0,998}\r?\n){1,30}")
_MARK = re.compile(
    rb"^(?:Snapshot-Content-Location:|Content-Type:\s{0,9}multipart/related)", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The page inside: its bytes, where it was saved from ('' where the file does not say), its Content-Type."""

    body: bytes
    url: str
    content_type: str


def open_mhtml(body: bytes) -> SavedPage | None:
    """Return the page that an MHTML file holds, or None for bytes that are no such file."""
    head = _START.match(body)
    if head is None or not _MARK.search(head[0]):
        return None
    try:
        message = message_from_bytes(body)
        parts = message.get_payload() if message.is_multipart() else [message]
    except (RecursionError, ValueError):
        return None
    page = next((part for part in parts if isinstance(part, Message) and _is_html(part)), None)
    content = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(content, bytes):
        return None
    url = message.get("Snapshot-Content-Location") or page.get("Content-Location") or ""
    return SavedPage(content, str(url).strip(), str(page.get("Content-Type") or "text/html"))


def _is_html(part: Message) -> bool:
    return part.get_content_type() in ("text/html", "application/xhtml+xml")
