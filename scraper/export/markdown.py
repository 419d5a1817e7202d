"""Markdown files with front matter: what a person keeps, and what ``scraper import`` reads back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scraper.export.records import complete_files, with_values
from scraper.models import Post
from scraper.parse import front_matter, local_images
from scraper.parse.media_type import SUFFIXES

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


@dataclass(frozen=True, slots=True)
class ExportedImage:
    """An image that goes beside the posts: its address in them, the digest and type of its bytes, and the bytes."""

    url: str
    sha256: str
    media_type: str
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The file's name, the same for the same bytes."""
        return f"{self.sha256[:32]}{SUFFIXES.get(self.media_type, '.bin')}"


ImagesOf = Callable[[int], Iterable[ExportedImage]]


def write(records: Iterable[Mapping[str, Any]], folder: Path, images_of: ImagesOf | None = None) -> int:
    """Write one file a record and return their number.

    Images that ``images_of`` gives for a record's id are put into the folder ``images`` beside the files, and the
    Markdown points to them, with their address as title.

    Raises:
        UsageError: the folder cannot be written.
    """
    count = 0
    with complete_files(folder) as workplace:
        for count, record in enumerate(records, 1):  # noqa: B007 -- the last number is the count
            if images_of is not None:
                record = {**record, "markdown": _with_images(record, folder, images_of)}
            path = workplace / file_name(record["id"], record["title"])
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(document(record))
    return count


def _with_images(record: Mapping[str, Any], folder: Path, images_of: ImagesOf) -> str:
    """Write a record's images where they are missing, and return its Markdown pointing to them."""
    names = {}
    for image in images_of(record["id"]):
        path = folder / local_images.FOLDER / image.name
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(image.read())
            unfinished.replace(path)
        names[image.url] = image.name
    return local_images.point_to_files(record["markdown"], names)


def file_name(record_id: int, title: str) -> str:
    """Return a name that every file system takes: the id, which makes it unique, and the title's words."""
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", title)).strip("-")
    slug = words.encode()[:_MAX_SLUG_BYTES].decode(errors="ignore").strip("-")
    return f"{record_id}-{slug}.md" if slug else f"{record_id}.md"


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
