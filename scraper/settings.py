"""The settings of a run. settings_file.py fills them from scraper.toml, the environment and flags, in this order."""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from scraper.errors import UsageError

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Resolve:
    """An address given by hand for a host and port, as curl's --resolve has it."""

    host: str
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What is said of one host or one source alone; None where nothing is, and the settings' own word holds."""

    delay_s: float | None = None
    max_posts: int | None = None
    revisit_days: tuple[int, ...] | None = None
    images: bool | None = None
    scope: tuple[str, ...] | None = None
    """Only addresses that begin so are followed: whole ones, or paths such as /blog/."""
    min_posts: int | None = None
    """A list that names fewer is a failure."""

    def admits(self, url: str) -> bool:
        """Say whether an address lies within the scope."""
        path = "/" + url.partition("://")[2].partition("/")[2]
        return self.scope is None or any((path if start[:1] == "/" else url).startswith(start) for start in self.scope)


SECRETS = frozenset({"cookies", "proxy", "ping_url", "webhook_url"})
"""Fields that no log, no archive and no report may show: who knows a signal's address can send it."""


MIN_SECRET_CHARS = 8
"""A shorter path in a signal's address is a word, not a token."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run can be told. Sizes are in bytes of decoded content, times in seconds."""

    contact: str = ""
    timezone: str = "Asia/Shanghai"
    delay_s: float | None = None
    """Seconds between requests to one host; None takes the site's own."""
    concurrency: int = 1
    deadline_s: float = 30.0
    """From connecting to the last byte of one request."""
    max_page_bytes: int = 20_000_000
    max_image_bytes: int = 10_000_000
    max_robots_bytes: int = 512 * 1024
    max_crawl_delay_s: float = 120.0
    max_wait_s: float = 60.0
    """A host that asks for a longer pause than this is left for a later run."""
    ca_bundle: str = ""
    proxy: str = field(default="", repr=False)
    allow_hosts: tuple[str, ...] = ()
    """HOST:PORT of loopback or private addresses that may be dialled, exactly those."""
    resolve: tuple[Resolve, ...] = ()
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Cookie header by host, from SCRAPER_COOKIE_<HOST> with dots as underscores; never stored or logged."""
    images: bool = True
    revisit_days: tuple[int, ...] = (1, 3, 7, 21, 60)
    """A post that stays as it is, is looked at again after these many days; from the last on, every so many."""
    hosts: Mapping[str, Rules] = field(default_factory=dict)
    sources: Mapping[str, Rules] = field(default_factory=dict)
    ping_url: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    metrics_file: str = ""
    log_format: str = "text"
    log_file: str = ""
    log_bytes: int = 10_000_000
    log_keep: int = 5
    max_posts: int | None = None
    max_time_s: float | None = None
    max_bytes: int | None = None
    full: bool = False
    dry_run: bool = False
    match: str = ""
    site: str = ""

    @property
    def user_agent(self) -> str:
        """Our own name, version and the contact, as a polite client gives them."""
        return f"scraper/{VERSION}" + (f" (+{self.contact})" if self.contact else "")

    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the zone in which a person's days begin."""
        return zoneinfo.ZoneInfo(self.timezone)

    def rules(self, host: str, source: str = "") -> Rules:
        """Return what holds for a host, or for a source on it: the source's word, else the host's, else none."""
        ours = self.sources.get(source, Rules())
        theirs = self.hosts.get(host, Rules())
        return Rules(
            **{
                rule.name: getattr(theirs, rule.name) if getattr(ours, rule.name) is None else getattr(ours, rule.name)
                for rule in fields(Rules)
            }
        )

    def delay_of(self, host: str) -> float | None:
        """Return the seconds to leave between requests to a host, None for the site's own."""
        return self.delay_s if (said := self.rules(host).delay_s) is None else said

    def revisit_of(self, host: str, source: str) -> tuple[int, ...]:
        """Return the days after which an unchanged post is looked at again."""
        return self.rules(host, source).revisit_days or self.revisit_days

    def wants_images(self, host: str, source: str) -> bool:
        """Say whether the images of a post are fetched."""
        return self.images if (said := self.rules(host, source).images) is None else said

    @property
    def any_images(self) -> bool:
        """Whether images of any post are fetched."""
        return self.images or any(rules.images for rules in (*self.hosts.values(), *self.sources.values()))

    def public(self) -> dict[str, Any]:
        """Return the settings as they may be logged."""
        return {name: value for name, value in asdict(self).items() if name not in SECRETS}

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that may be printed nowhere."""
        login = self.proxy.rpartition("@")[0].rpartition("/")[2]
        password = login.partition(":")[2]
        # Signals go to addresses below the given ones, whose host may be written in another way.
        paths = [
            url.partition("?")[0].partition("://")[2].partition("/")[2] for url in (self.ping_url, self.webhook_url)
        ]
        tokens = [path for path in paths if len(path) >= MIN_SECRET_CHARS]
        return tuple(filter(None, (*self.cookies.values(), *tokens, self.proxy, login, password)))


def current_time(environ: Mapping[str, str] = os.environ) -> datetime:
    """Return the present moment in UTC, or the one that SCRAPER_NOW sets.

    Raises:
        UsageError: SCRAPER_NOW is no ISO 8601 time.
    """
    text = environ.get("SCRAPER_NOW", "")
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"SCRAPER_NOW={text!r} is no time; give one such as 2026-11-24T02:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_duration(text: str) -> timedelta:
    """Return the span that '90', '30m', '26h' or '7d' names; a bare number is seconds.

    Raises:
        UsageError: the text names no span.
    """
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    try:
        return timedelta(seconds=float(number) * units[unit])
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no span of time; give one such as 90s, 30m, 26h or 7d") from error


def parse_size(text: str) -> int:
    """Return the bytes that '500', '200k', '50M' or '2G' names, in steps of 1,000.

    Raises:
        UsageError: the text names no size.
    """
    units = {"k": 10**3, "m": 10**6, "g": 10**9}
    number, unit = (text[:-1], text[-1].lower()) if text[-1:].lower() in units else (text, "")
    try:
        size = int(float(number) * units.get(unit, 1))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no size; give one such as 500k, 50M or 2G") from error
    if size < 0:
        raise UsageError(f"{text!r} is no size; give one such as 500k, 50M or 2G")
    return size


def parse_resolve(text: str) -> Resolve:
    """Return what HOST:PORT:ADDRESS says; an IPv6 address may stand in brackets.

    Raises:
        UsageError: the text has not that form.
    """
    host, _, rest = text.partition(":")
    port, _, address = rest.partition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 65536 and address):
        raise UsageError(f"--resolve {text!r} is not of the form HOST:PORT:ADDRESS")
    return Resolve(host.lower(), int(port), address.strip("[]"))
