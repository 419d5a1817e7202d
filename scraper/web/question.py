"""What a request asks of the archive: query, filters, order and place, checked, and back into an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo
from urllib.parse import urlencode

from scraper.archive.records import Filters

SORTS = ("relevance", "newest", "oldest", "reads")
KINDS = ("original", "repost", "translation")
STATUSES = ("live", "gone", "locked")


class BadRequest(Exception):
    """The request has a value that cannot be right; the text says which."""


@dataclass(frozen=True, slots=True)
class Question:
    """The parameters of a search; an empty one asks for all. ``after`` and ``before`` are places in the list."""

    q: str = ""
    author: str = ""
    tag: str = ""
    site: str = ""
    kind: str = ""
    status: str = ""
    year: str = ""
    sort: str = ""
    after: str = ""
    before: str = ""

    def filters(self, zone: tzinfo) -> Filters:
        """Return the filters as the archive takes them; a year is that of the zone."""
        first = int(self.year) if self.year else 0
        return Filters(
            author=self.author, tag=self.tag, site=self.site, kind=self.kind, status=self.status,
            since=datetime(first, 1, 1, tzinfo=zone) if first else None,
            until=datetime(first + 1, 1, 1, tzinfo=zone) if first else None,
        )  # fmt: skip

    def query(self, **changes: str) -> str:
        """Return the question as the query of an address, with changes; the place is left out unless it is given."""
        changed = replace(self, **{"after": "", "before": "", **changes})
        said = {field.name: getattr(changed, field.name) for field in fields(changed)}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.author or self.tag or self.site or self.kind or self.status or self.year)


def read_question(parameters: Mapping[str, str]) -> Question:
    """Return what the parameters ask; those with other names are left alone.

    Raises:
        BadRequest: a value is none that can be.
    """
    given = {field.name: clean(parameters.get(field.name, "")) for field in fields(Question)}
    _one_of("sort", given["sort"], SORTS)
    _one_of("kind", given["kind"], KINDS)
    _one_of("status", given["status"], STATUSES)
    year = given["year"]
    if year and not (len(year) == 4 and year.isascii() and year.isdecimal() and 1000 < int(year) < 9999):
        raise BadRequest("year: four digits are expected")
    return Question(**given)


def clean(value: str) -> str:
    """Return a parameter without NULs and lone surrogates, which no database takes, cut to what a person types."""
    return value[:10_000].replace("\0", "").encode("utf-8", "replace").decode().strip()


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value and value not in allowed:
        raise BadRequest(f"{name}: one of {', '.join(allowed)} is expected")
