"""Markdown files with front matter: what a person keeps, and what ``scraper import`` reads back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scraper.export.records import complete_files, with_values
from scraper.models import Post
from scraper.parse import front_matter

_KEYS = {
    "title": "title",
    "url": "url",
    "site": "site",
    "native_id": "native_id",
    "author": "author",
    "author_id": "author_id",
    "kind": "kind",
    "date": "published_at",
    "updated": "updated_at",
    "description": "description",
    "language": "language",
    "categories": "categories",
    "tags": "tags",
    "keywords": "keywords",
    "cover": "cover_url",
    "license": "license",
    "status": "status",
    "revision": "revision",
}
"""Keys of the front matter, in their order, and the column that each one holds."""

_MAX_SLUG_BYTES = 120  # file systems take 255; archives and mirrors of them add to it


def document(record: Mapping[str, Any]) -> str:
    """Return the record as a Markdown file; what is empty has no line in the front matter."""
    record = with_values(record)
    values = {key: record.get(column) for key, column in _KEYS.items()}
    return front_matter.join({key: value for key, value in values.items() if value}, record["markdown"])


def render(post: Post, *, status: str = "live", revision: int = 1) -> str:
    """Return the post as the Markdown file that an export of it is."""
    return document(
        {
            "title": post.title,
            "url": post.url,
            "site": post.site,
            "native_id": post.native_id,
            "author": post.author.name,
            "author_id": post.author.id,
            "kind": post.kind,
            "published_at": _utc(post.published_at),
            "updated_at": _utc(post.updated_at),
            "description": post.description,
            "language": post.language,
            "categories": list(post.categories),
            "tags": list(post.tags),
            "keywords": list(post.keywords),
            "cover_url": post.cover_url,
            "license": post.license,
            "status": status,
            "revision": revision,
            "markdown": post.markdown,
        }
    )


def write(records: Iterable[Mapping[str, Any]], folder: Path) -> int:
    """Write one file a record and return their number.

    Raises:
        UsageError: the folder cannot be written.
    """
    count = 0
    with complete_files(folder) as workplace:
        for count, record in enumerate(records, 1):  # noqa: B007 -- the last number is the count
            path = workplace / file_name(record["id"], record["title"])
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(document(record))
    return count


def file_name(record_id: int, title: str) -> str:
    """Return a name that every file system takes: the id, which makes it unique, and the title's words."""
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", title)).strip("-")
    slug = words.encode()[:_MAX_SLUG_BYTES].decode(errors="ignore").strip("-")
    return f"{record_id}-{slug}.md" if slug else f"{record_id}.md"


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
