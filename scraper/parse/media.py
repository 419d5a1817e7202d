"""Addresses of links, images and embedded players as a page gives them, made absolute. Pure."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from scraper import urls
from scraper.parse.escape import clean_text, encode_url
from scraper.parse.tree import Element

_SOURCES = ("data-src", "data-original-src", "data-original", "data-actualsrc", "data-lazy-src", "src")
"""Where the address of an image stands, best first: a lazily loaded one has a placeholder as its ``src``."""

_SOURCE_SETS = ("data-srcset", "srcset")

_IGNORED = re.compile(r"[\x00-\x20\x7f]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BLANK_LINES = re.compile(r"\n\s+")
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);", re.IGNORECASE)
_MAX_DATA_CHARS = 4096
"""Larger embedded pictures would drown the text that they stand in."""
_NO_TARGET = {"javascript", "vbscript", "data"}
PLAYERS = frozenset({"iframe", "video", "audio", "embed", "object"})


def resolve(address: str, base_url: str) -> str | None:
    """Return the absolute address, percent-encoded, or None for what is script or data and no address."""
    address = address.strip()
    scheme = _SCHEME.match(_IGNORED.sub("", address))
    if scheme is not None:
        return None if scheme[1].lower() in _NO_TARGET else encode_url(address.replace("\n", "").replace("\t", ""))
    if base_url:
        parsed = urls.parse_url(address, base_url)
        return encode_url(parsed.href if parsed else _join(base_url, address))
    return encode_url(f"https:{address}" if address.startswith("//") else address)


def _join(base_url: str, address: str) -> str:
    try:
        return urljoin(base_url, address)
    except ValueError:
        return address


def image_source(image: Element) -> str:
    """Return the address that the image's attributes hold; embedded data only where no other has any."""
    values = [value for name in _SOURCES if (value := (image.get(name) or "").strip())]
    values += [value.split()[0].rstrip(",") for name in _SOURCE_SETS if (value := (image.get(name) or "").strip())]
    return next((value for value in values if not _is_data(value)), values[-1] if values else "")


def _is_data(value: str) -> bool:
    return value[:5].lower() == "data:"


def image_address(source: str, base_url: str) -> str | None:
    """Return the absolute address of an image, or None if it has none; a small embedded picture is its own."""
    if not _is_data(source):
        return resolve(source, base_url) if source else None
    return encode_url(source) if _PICTURE.match(source) and len(source) <= _MAX_DATA_CHARS else None


def words(text: str | None) -> str:
    """Return an attribute's text on one line."""
    return " ".join(clean_text(text).split()) if text else ""


def title_of(element: Element) -> str:
    """Return the element's title, without blank lines."""
    return _BLANK_LINES.sub("\n", clean_text(element.get("title") or "").strip(" "))


def player(element: Element) -> tuple[str, str]:
    """Return the address of an embedded player and its title, '' for what it has not."""
    address = image_source(element) or element.get("data") or ""
    if not address:
        for child in element.iterchildren("source", "param", "embed", "iframe"):
            address = image_source(child) or (child.get("value") or "" if _names_movie(child) else "")
            if address:
                break
    return address, words(title_of(element))


def _names_movie(param: Element) -> bool:
    return (param.get("name") or "").lower() in ("movie", "src", "url")
