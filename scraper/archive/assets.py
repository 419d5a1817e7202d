"""Images of posts: each address once, its bytes a blob shared by all that are the same, or why it could not be had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from scraper.archive.schema import assets, blobs, images
from scraper.archive.statements import Prepared

RETRY_DAYS = (1, 2, 4, 8, 16)
"""An image that could not be had is tried again after these many days, then no more."""


@dataclass(frozen=True, slots=True)
class Asset:
    """An image to fetch: the address in the post's Markdown, and the page's own in case that one is refused."""

    id: int
    url: str
    original_url: str


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that the archive holds."""

    url: str
    sha256: str
    media_type: str
    blob_id: int


_ADD = Prepared(upsert(assets).on_conflict_do_nothing(), ("url",))


def add(connection: Connection, urls: Iterable[str]) -> None:
    """Note addresses of images that are wanted; those that are known stay as they are."""
    rows = [{"url": url} for url in dict.fromkeys(urls) if url.startswith(("http://", "https://"))]
    if rows:
        _ADD.run_many(connection, rows)


def due(connection: Connection, now: datetime) -> list[Asset]:
    """Return the images to fetch now, those never tried first."""
    original = select(images.c.original_url).where(images.c.url == assets.c.url).limit(1).scalar_subquery()
    rows = connection.execute(
        select(assets.c.id, assets.c.url, original.label("original_url"))
        .where(or_(assets.c.state == "pending", (assets.c.state == "failed") & (assets.c.retry_at <= now)))
        .order_by(assets.c.tries, assets.c.id)
    )
    return [Asset(row.id, row.url, row.original_url or "") for row in rows]


def stored(connection: Connection, asset_id: int, blob_id: int, media_type: str) -> None:
    """Note that an image is held."""
    values = {"state": "ok", "blob_id": blob_id, "media_type": media_type, "reason": "", "retry_at": None}
    connection.execute(update(assets).where(assets.c.id == asset_id).values(**values, tries=assets.c.tries + 1))


def failed(connection: Connection, asset_id: int, reason: str, now: datetime) -> None:
    """Note why an image could not be had, and when it is tried again."""
    tries = 1 + int(connection.scalar(select(assets.c.tries).where(assets.c.id == asset_id)) or 0)
    retry_at = now + timedelta(days=RETRY_DAYS[tries - 1]) if tries <= len(RETRY_DAYS) else None
    values = {"state": "failed", "reason": reason, "tries": tries, "retry_at": retry_at}
    connection.execute(update(assets).where(assets.c.id == asset_id).values(**values))


def of_post(connection: Connection, post_id: int) -> list[StoredImage]:
    """Return the images of a post's current revision that the archive holds, in order."""
    rows = connection.execute(
        select(assets.c.url, blobs.c.sha256, assets.c.media_type, assets.c.blob_id)
        .select_from(images.join(assets, assets.c.url == images.c.url).join(blobs, blobs.c.id == assets.c.blob_id))
        .where(images.c.post_id == post_id)
        .order_by(images.c.position)
    )
    return [StoredImage(row.url, row.sha256, row.media_type, row.blob_id) for row in rows]
