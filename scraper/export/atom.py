"""What changed, as an Atom feed that any feed reader follows. Source: RFC 4287."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORDS = {"new": "New", "changed": "Changed", "gone": "Gone"}


def feed(changes: Iterable[Mapping[str, Any]], *, title: str, updated: str) -> str:
    """Return the feed of changes, keys as ``scraper changes --json`` has them, newest first as they come.

    ``updated`` is the feed's time where there are none. An entry's id names the post, what happened and its revision:
    the same change has the same id in every feed.
    """
    happened = list(changes)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_id(title)}</id>",
        f"<title>{_text(title)}</title>",
        f"<updated>{happened[0]['at'] if happened else updated}</updated>",
        "<generator>scraper</generator>",
        *(line for change in happened for line in _entry(change)),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _entry(change: Mapping[str, Any]) -> Iterable[str]:
    name, what, revision = f"{change['site']}/{change['native_id']}", change["change"], change["revision"]
    title, before = change["title"], change["previous_title"]
    yield "<entry>"
    yield f"<id>{_id(f'{name} {what} {revision}')}</id>"
    yield f"<title>{_text(f'{_WORDS[what]}: {title or name}')}</title>"
    yield f"<updated>{change['at']}</updated>"
    yield f"<author><name>{_text(change['author'] or change['site'])}</name></author>"
    yield f"<category term={quoteattr(what)}/>"
    if change["url"]:
        yield f"<link href={quoteattr(_NOT_XML.sub('', change['url']))}/>"
    was = f", was: {before}" if before not in ("", title) else ""
    yield f"<summary>{_text(f'{name}, revision {revision}{was}')}</summary>"
    yield "</entry>"


def _id(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
