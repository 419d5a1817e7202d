"""Bring an older archive to the newest schema with Alembic: a verified backup first, the views made anew after."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from scraper.archive.backup import back_up
from scraper.archive.creation import changing, drop_views, make_views

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(path: Path) -> None:
    """Migrate the file; a verified copy is left beside it first.

    Raises:
        ArchiveError: the copy or the migration failed; the archive is as it was.
    """
    back_up(path, path.with_name(f"{path.name}.before-upgrade-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))
    with changing(path, "migrated") as connection:
        drop_views(connection)
        command.upgrade(config(connection), "head")
        make_views(connection)


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the packaged migrations."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings
