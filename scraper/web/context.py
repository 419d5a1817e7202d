"""What all routes share: the archive, the templates, and a person's language and time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property, partial
from typing import Any, cast
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scraper.archive import Archive
from scraper.segment import highlights, parse_query
from scraper.settings import VERSION
from scraper.web.facets import Facets, zone_modifier
from scraper.web.messages import MESSAGES, Language, negotiate, say
from scraper.web.search import MARK

COOKIE = "lang"


class NotFound(Exception):
    """There is nothing at this address."""


@dataclass(slots=True)
class Reader:
    """The archive as the routes read it."""

    archive: Archive
    zone: tzinfo
    facets: Facets = field(init=False)
    environment: Environment = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what requests share."""
        self.facets = Facets(self.zone)
        self.environment = Environment(
            loader=PackageLoader("scraper.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip
        self.environment.filters |= {
            "marked": marked,
            "day": self.day,
            "minute": self.minute,
            "number": number,
            "highlighted": highlighted,
            "web": web_address,
        }
        self.environment.globals |= {"version": VERSION, "query": _query, "counted": _counted}

    @property
    def name(self) -> str:
        """How the archive is called: by its file."""
        return self.archive.path.stem

    def stamp(self) -> tuple[int, ...]:
        """Return what changes whenever the archive's file or its log is written."""
        stamps: list[int] = []
        for path in (self.archive.path, self.archive.path.with_name(self.archive.path.name + "-wal")):
            try:
                state = path.stat()
                stamps += (state.st_mtime_ns, state.st_size)
            except FileNotFoundError:
                stamps.append(0)
        return tuple(stamps)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the archive; a crawl may go on writing."""
        with self.archive.read() as connection:
            yield connection

    def day(self, moment: str | datetime | None) -> str:
        """Return a moment's day in the reader's zone, '' for none."""
        return self._local(moment, "%Y-%m-%d")

    def minute(self, moment: str | datetime | None) -> str:
        """Return a moment to the minute in the reader's zone, '' for none."""
        return self._local(moment, "%Y-%m-%d %H:%M")

    def _local(self, moment: str | datetime | None, form: str) -> str:
        if not moment:
            return ""
        value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return value.astimezone(self.zone).strftime(form)

    @property
    def zone_modifier(self) -> str:
        """What takes SQLite's times to the reader's zone."""
        return zone_modifier(self.zone)


@dataclass(frozen=True)
class Visit:
    """One request for a page, with the language that its person reads."""

    request: Request

    @property
    def reader(self) -> Reader:
        """What the routes share."""
        return cast("Reader", self.request.app.state.reader)

    @cached_property
    def language(self) -> Language:
        """The language: as just chosen, else as chosen before, else as the browser prefers."""
        for chosen in (self.request.query_params.get("lang"), self.request.cookies.get(COOKIE)):
            if chosen in ("zh", "en"):
                return cast("Language", chosen)
        return negotiate(self.request.headers.get("accept-language", ""))

    def say(self, name: str, /, **values: object) -> str:
        """Return a message in the person's language."""
        return say(self.language, name, **values)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a rendered page; a language chosen in the address is remembered in a cookie."""
        other = "en" if self.language == "zh" else "zh"
        kept = [(key, value) for key, value in self.request.query_params.multi_items() if key != "lang"]
        html = self.reader.environment.get_template(template).render(
            t=partial(say, self.language), language=self.language, archive_name=self.reader.name,
            path=self.request.url.path, switch="?" + urlencode([*kept, ("lang", other)]), **{"q": "", **values},
        )  # fmt: skip
        response = HTMLResponse(html, status)
        response.headers["Content-Language"] = "zh-CN" if self.language == "zh" else "en"
        if self.request.query_params.get("lang") in ("zh", "en"):
            response.set_cookie(COOKIE, self.language, max_age=31_536_000, httponly=True, samesite="strict")
        return response


def marked(snippet: str) -> Markup:
    """Return a snippet as HTML, its hits in ``<mark>``."""
    text = str(escape(snippet)).replace(MARK[0], "<mark>").replace(MARK[1], "</mark>")
    return Markup(text)  # noqa: S704 -- escaped above


def highlighted(title: str, query: str) -> Markup:
    """Return a title as HTML, what the query asks for in ``<mark>``."""
    pieces: list[str] = []
    position = 0
    for start, end in highlights(title[:500], parse_query(query)):
        pieces += [title[position:start], MARK[0], title[start:end], MARK[1]]
        position = end
    return marked("".join((*pieces, title[position:])))


def web_address(url: str) -> str:
    """Return an address as a link may have it: one that is not of the web leads nowhere."""
    return url if url.lower().startswith(("http://", "https://")) else "#"


def number(value: int | None) -> str:
    """Return a number with its thousands apart."""
    return "" if value is None else f"{value:,}"


def _counted(say_: Callable[[str], str], name: str) -> str:
    """Return what a run counted in a person's language, by its own name where that is a new one."""
    return say_(f"count_{name}") if f"count_{name}" in MESSAGES else name


def _query(**values: str) -> str:
    return urlencode({key: value for key, value in values.items() if value})
