"""What kind of image some bytes are, by their first ones; what a server calls them is no evidence. Pure."""

from __future__ import annotations

import re

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_SVG = re.compile(
    rb"\s*(?:<\?xml[^>]{0,500}\?>\s*)?(?:<!--.{0,1000}?-->\s*)?(?:<!DOCTYPE svg[^>]{0,500}>\s*)?<svg[\s>]", re.DOTALL
)

SUFFIXES = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp",
    "image/svg+xml": ".svg", "image/avif": ".avif", "image/x-icon": ".ico", "image/tiff": ".tiff",
}  # fmt: skip
"""The file name ending of each media type that ``image_type`` gives."""


def image_type(body: bytes) -> str:
    """Return the media type of an image, or '' for bytes that are none (https://mimesniff.spec.whatwg.org/#image-type)."""
    for signature, media_type in _SIGNATURES:
        if body.startswith(signature):
            return media_type
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return "image/svg+xml" if _SVG.match(body[:4096].removeprefix(b"\xef\xbb\xbf")) else ""
