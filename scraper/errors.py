"""The errors that this package raises on purpose; ``str(error)`` is one line fit for a cron mail.

ScraperError
├── UsageError            exit 2  settings, a seed or POST that cannot be right
├── ParseError            bytes that are no text at all
├── ArchiveError          exit 4  the archive cannot be used
│   └── ArchiveLocked     exit 3  another run holds it
└── Refused               exit 5  every site asked refuses us
"""

from __future__ import annotations


class ScraperError(Exception):
    """Anything that went wrong in a way this package knows; ``exit_code`` is the command's."""

    exit_code = 1


class UsageError(ScraperError):
    """What was asked for cannot be done as it was asked."""

    exit_code = 2


class ParseError(ScraperError):
    """The bytes are no text at all."""


class ArchiveError(ScraperError):
    """The archive cannot be used; the message names its path and what to do."""

    exit_code = 4


class ArchiveLocked(ArchiveError):
    """Another process is writing to the archive; the message names its pid and since when."""

    exit_code = 3


class Refused(ScraperError):
    """Every site that was asked refuses us, and nothing was fetched."""

    exit_code = 5
