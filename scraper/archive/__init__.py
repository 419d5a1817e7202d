"""Records to archive.db and back. The only code that touches the database."""

from scraper.archive.store import Archive, EmptyArchiveWarning

__all__ = ["Archive", "EmptyArchiveWarning"]
