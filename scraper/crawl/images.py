"""Fetch the images of stored posts: once each, without a Referer, sniffed, kept by their content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from scraper.archive import assets
from scraper.archive.assets import Asset
from scraper.crawl.ledger import Ledger
from scraper.fetch import outcome as fetched
from scraper.fetch.client import Fetcher
from scraper.models import Snapshot
from scraper.parse.media_type import image_type


@dataclass(frozen=True)
class ImageFetcher:
    """Fetches what ``archive.assets`` wants, one image at a call."""

    fetcher: Fetcher
    ledger: Ledger
    now: Callable[[], datetime]

    async def fetch(self, asset: Asset) -> bool:
        """Fetch an image and hand it to the ledger; return False where its host wants to be left alone.

        Where the address without watermark and size is refused, the page's own is asked.
        """
        reason = ""
        for url in dict.fromkeys((asset.url, asset.original_url)):
            if not url.startswith(("http://", "https://")):
                continue
            outcome = await self.fetcher.fetch(url, kind="image", scope=_anywhere)
            if isinstance(outcome, fetched.HostPaused):
                return False
            if isinstance(outcome, fetched.Ok):
                media_type = image_type(outcome.snapshot.body)
                if media_type:
                    self._keep(asset, outcome.snapshot, media_type)
                    return True
                reason = f"no image but {outcome.snapshot.content_type or 'bytes without a type'}"
            else:
                reason = reason or f"{outcome.name}: {outcome.reason}".rstrip(": ")
        self._fail(asset, reason)
        return True

    def _keep(self, asset: Asset, snapshot: Snapshot, media_type: str) -> None:
        now, blobs = self.now(), self.ledger.archive.blobs

        def change(connection: Connection) -> None:
            blob_id = blobs.put(connection, snapshot.body, family="", now=now)
            assets.stored(connection, asset.id, blob_id, media_type)

        self.ledger.counts["images"] += 1
        self.ledger.add(change)

    def _fail(self, asset: Asset, reason: str) -> None:
        now = self.now()
        self.ledger.counts["images_failed"] += 1
        self.ledger.add(lambda connection: assets.failed(connection, asset.id, reason, now))


def _anywhere(url: str) -> bool:
    """Let an image's address lead to another public host, as image stores do; the guard still checks each hop."""
    return True
