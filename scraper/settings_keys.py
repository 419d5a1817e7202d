"""The keys of scraper.toml: what each may hold, which setting it fills, and how it is explained. Pure."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scraper.errors import UsageError
from scraper.settings import Resolve, parse_duration, parse_resolve, parse_size

Reader = Callable[[Any], Any]
"""Returns the setting for a value of the file or the text of a variable; raises ValueError saying what is wanted."""

MAX_REVISIT_DAYS = 366
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_HOST_PORT = re.compile(r"(?:[^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its name in the file, the field it fills, its reader, what it means, and an example in TOML."""

    name: str
    field: str
    read: Reader
    about: str
    example: str

    @property
    def variable(self) -> str:
        """The environment variable of the same meaning."""
        return f"SCRAPER_{self.name.upper()}"


def _text(value: Any) -> str:
    if not isinstance(value, str) or _CONTROL.search(value):
        raise ValueError("a text on one line")
    return value.strip()


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUTHS:
        return _TRUTHS[value.lower()]
    raise ValueError("true or false")


def _count(least: int, most: int) -> Reader:
    def read(value: Any) -> int:
        if isinstance(value, str) and value.isdecimal() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return read


def _span(value: Any) -> float:
    """Seconds, from a number of them or a text such as '30m'."""
    try:
        seconds = parse_duration(str(value)).total_seconds() if not isinstance(value, bool) else -1.0
    except UsageError:
        seconds = -1.0
    if seconds < 0:
        raise ValueError("seconds, or a span of time such as 90s, 30m or 2h")
    return seconds


def _size(value: Any) -> int:
    try:
        return parse_size(str(value)) if not isinstance(value, bool) else parse_size("")
    except UsageError as error:
        raise ValueError("bytes, or a size such as 500k, 20M or 2G") from error


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise ValueError("a list of texts")
    return tuple(_text(part) for part in value)


def _days(value: Any) -> tuple[int, ...]:
    wanted = f"a rising list of days from 1 to {MAX_REVISIT_DAYS}, as [1, 7, 30]"
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or not value:
        raise ValueError(wanted)
    try:
        days = tuple(_count(1, MAX_REVISIT_DAYS)(day.strip() if isinstance(day, str) else day) for day in value)
    except ValueError as error:
        raise ValueError(wanted) from error
    if sorted(set(days)) != list(days):
        raise ValueError(wanted)
    return days


def _zone(value: Any) -> str:
    try:
        zoneinfo.ZoneInfo(_text(value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("a time zone such as Asia/Shanghai") from error
    return _text(value)


def _address(value: Any) -> str:
    text = _text(value)
    if text and not re.match(r"https?://[^\s/]", text):
        raise ValueError("an http or https address")
    return text


def _hosts(value: Any) -> tuple[str, ...]:
    texts = _texts(value)
    if not all(_HOST_PORT.fullmatch(text) for text in texts):
        raise ValueError('a list of HOST:PORT, as ["192.168.1.5:3001"]')
    return texts


def _resolves(value: Any) -> tuple[Resolve, ...]:
    try:
        return tuple(parse_resolve(text) for text in _texts(value))
    except UsageError as error:
        raise ValueError("a list of HOST:PORT:ADDRESS") from error


def _one_of(*names: str) -> Reader:
    def read(value: Any) -> str:
        if value not in names:
            raise ValueError(" or ".join(names))
        return str(value)

    return read


_MANY = 10**9
_DELAY = Key("delay", "delay_s", _span, "Seconds between requests to one host; without it the site's own.", "3")
_POSTS = Key("max_posts", "max_posts", _count(1, _MANY), "Ask for no more posts than this in one run.", "500")
_REVISIT = Key(
    "revisit", "revisit_days", _days, "Look at an unchanged post again after these many days.", "[1, 3, 7, 21, 60]"
)
_IMAGES = Key("images", "images", _flag, "Fetch the images of posts.", "true")

KEYS = (
    Key(
        "contact",
        "contact",
        _text,
        "Who you are to the sites you ask, a mail address or URL: part of the User-Agent.",
        '"mailto:you@example.org"',
    ),
    Key("timezone", "timezone", _zone, "Where your days begin.", '"Asia/Shanghai"'),
    _DELAY,
    Key("concurrency", "concurrency", _count(1, 16), "Requests at once to one host.", "1"),
    _POSTS,
    Key("max_time", "max_time_s", _span, "Stop a run after this long; the next one goes on.", '"2h"'),
    Key("max_bytes", "max_bytes", _size, "Stop a run after this much came over the wire.", '"500M"'),
    _REVISIT,
    _IMAGES,
    Key("deadline", "deadline_s", _span, "Give one request this long, from connecting to the last byte.", "30"),
    Key("max_wait", "max_wait_s", _span, "Leave a host that asks for a longer pause to a later run.", "60"),
    Key(
        "max_crawl_delay",
        "max_crawl_delay_s",
        _span,
        "Leave a host alone whose robots.txt wants more between requests.",
        "120",
    ),
    Key("max_page_size", "max_page_bytes", _size, "Skip larger pages.", '"20M"'),
    Key("max_image_size", "max_image_bytes", _size, "Skip larger images.", '"10M"'),
    Key(
        "ca_bundle",
        "ca_bundle",
        _text,
        "A file or folder of certificates to trust in place of the usual ones.",
        '"/etc/ssl/certs/ca-certificates.crt"',
    ),
    Key("proxy", "proxy", _address, "A proxy; no other variable names one.", '"http://proxy.example:3128"'),
    Key(
        "allow_hosts",
        "allow_hosts",
        _hosts,
        "Private or loopback addresses that may be dialled, exactly these.",
        '["192.168.1.5:3001"]',
    ),
    Key("resolve", "resolve", _resolves, "Where a host is, as HOST:PORT:ADDRESS.", '["blog.example:443:192.0.2.7"]'),
    Key("log_format", "log_format", _one_of("text", "json"), "How a log line looks: text or json.", '"text"'),
    Key("log_file", "log_file", _text, "Write the log here too.", '"/var/log/scraper.log"'),
    Key("log_size", "log_bytes", _size, "Begin a new log file at this size.", '"10M"'),
    Key("log_keep", "log_keep", _count(1, 1000), "Keep this many old log files.", "5"),
    Key(
        "ping_url",
        "ping_url",
        _address,
        "Ping this address at start, success and failure: healthchecks.io or Uptime Kuma push.",
        '"https://hc-ping.com/UUID"',
    ),
    Key("webhook_url", "webhook_url", _address, "POST a JSON summary of every run here.", '"https://example.org/hook"'),
    Key(
        "metrics_file",
        "metrics_file",
        _text,
        "Write this file for Prometheus' node_exporter (its textfile collector).",
        '"/var/lib/node_exporter/scraper.prom"',
    ),
)
"""Keys that stand at the top of the file, in the order in which `init` writes them."""

RULES = (
    _DELAY,
    _POSTS,
    _REVISIT,
    _IMAGES,
    Key("scope", "scope", _texts, "Follow only addresses that begin so.", '["/blog/", "https://example.org/notes/"]'),
    Key("min_posts", "min_posts", _count(1, _MANY), "A list that names fewer posts is a failure.", "40"),
)
"""Keys of a table [hosts."HOST"] or [sources."SEED"]."""

TABLES: Mapping[str, str] = {"hosts": "blog.csdn.net", "sources": "https://blog.csdn.net/USER"}
"""The tables and what a name in each looks like."""
