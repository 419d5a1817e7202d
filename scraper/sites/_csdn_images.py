"""Where a picture of a CSDN post really lies: without watermark, thumbnail size, proxy or wrapper."""

from __future__ import annotations

import base64
import binascii
import re

from scraper.sites._csdn_address import unarchived
from scraper.urls import is_url, parse_url

_OWN_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.)*(?:csdnimg\.cn|csdn\.net)")
_PROCESSED = re.compile(r"(?:^|&)(?:x-oss-process=|watermark/|imageView|imageMogr|type_[A-Za-z0-9]{1,40},)")
_MAX_WRAPPERS = 4


def original_image(url: str) -> str:
    """Return the address of the picture that the author put there, as far as the address given tells it.

    ``imgconvert.csdnimg.cn/BASE64`` and ``ss.csdn.net/p?URL`` stand for pictures on other hosts; on CSDN's own
    the query and fragment only ask for a watermark, a size or a place on the page.
    """
    url = unarchived(url)
    for _ in range(_MAX_WRAPPERS):
        inner = _unwrapped(url)
        if inner is None:
            break
        url = inner
    parsed = parse_url(url)
    if parsed is None or not _OWN_HOST.fullmatch(parsed.hostname):
        return url
    address, _, query = url.partition("#")[0].partition("?")
    return address if not query or _PROCESSED.search(query) else f"{address}?{query}"


def _unwrapped(url: str) -> str | None:
    parsed = parse_url(url)
    if parsed is None:
        return None
    if parsed.hostname == "ss.csdn.net" and parsed.pathname == "/p":
        target = url.partition("?")[2]
    elif parsed.hostname == "imgconvert.csdnimg.cn":
        target = _decode(parsed.pathname.strip("/"))
    else:
        return None
    return target if is_url(target) else None


def _decode(text: str) -> str:
    text = text.replace("%3D", "=").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
