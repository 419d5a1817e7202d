"""Options that several commands share, and how records are printed."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import click

from scraper.errors import ParseError, UsageError
from scraper.settings_file import Effective, load

Command = TypeVar("Command", bound=Callable[..., Any])

_EFFECTIVE = "scraper.settings_file.Effective"
_PATH = click.Path(path_type=Path)


def archive_option(command: Command) -> Command:
    """Add --db and --config; the settings are read, and checked as a whole, before the command begins."""

    @functools.wraps(command)
    def with_settings(*arguments: Any, config: Path | None, **options: Any) -> Any:
        click.get_current_context().meta[_EFFECTIVE] = load(options["db"], config)
        return command(*arguments, **options)

    return _path_options(with_settings)  # type: ignore[return-value]


def paths_option(command: Command) -> Command:
    """Add --db and --config alone, for a command that looks at the settings itself."""
    return _path_options(command)


def _path_options(command: Command) -> Command:
    for option in (
        click.option("--config", type=_PATH, help="The settings' file; without it scraper.toml beside the archive."),
        click.option("--db", default="archive.db", type=_PATH, show_default=True, help="The archive's file."),
    ):
        command = option(command)
    return command


def effective_settings() -> Effective:
    """Return the settings of the command that runs."""
    effective: Effective = click.get_current_context().meta[_EFFECTIVE]
    return effective


def json_option(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, keys as in the view records.")(
        command
    )


def quiet_option(command: Command) -> Command:
    """Add -q and -v."""
    command = click.option("-q", "--quiet", is_flag=True, help="Say nothing but trouble.")(command)
    return click.option("-v", "--verbose", count=True, help="Say what happens to each address.")(command)


def filter_options(command: Command) -> Command:
    """Add the filters that choose posts."""
    for option in (
        click.option("--until", default="", metavar="DAY", help="Published before this day ended."),
        click.option("--since", default="", metavar="DAY", help="Published on this day or after, as 2024-01-30."),
        click.option("--site", default="", help="Of this platform or host, as csdn."),
        click.option("--tag", default="", help="With this tag, category or keyword."),
        click.option("--author", default="", help="By this author's name or id."),
    ):
        command = option(command)
    return command


def read_filters(*, author: str, tag: str, site: str, since: str, until: str) -> dict[str, Any]:
    """Return the filters as Archive takes them; days are those of the settings' time zone.

    Raises:
        UsageError: a day is none.
    """
    return {
        "author": author, "tag": tag, "site": site,
        "since": _moment("--since", since, time.min), "until": _moment("--until", until, time.max),
    }  # fmt: skip


def _moment(option: str, day: str, at: time) -> datetime | None:
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), at, effective_settings().settings.zone())
    except ValueError as error:
        raise UsageError(f"{option} {day!r} is no day; give one such as 2024-01-30") from error


def print_json(value: Mapping[str, Any]) -> None:
    """Print one line of JSON; times as the archive has them."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_jsonable))


def _jsonable(value: object) -> str:
    from scraper.archive.schema import format_moment

    if isinstance(value, datetime):
        return format_moment(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def local_time(moment: datetime | str | None, *, day_only: bool = False) -> str:
    """Return a moment as a person in the settings' zone reads it, '' for None."""
    if moment is None or moment == "":
        return ""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value.astimezone(effective_settings().settings.zone()).strftime("%Y-%m-%d" if day_only else "%Y-%m-%d %H:%M")


def one_line(text: str) -> str:
    """Return text as it is safe to print on one line of a terminal: no control characters, no line ends."""
    return "".join(c if c.isprintable() else " " for c in text)


def expand_seeds(seeds: Iterable[str]) -> tuple[str, ...]:
    """Return the seeds with files that are lists of addresses (OPML, bookmarks, one a line) replaced by these.

    Raises:
        UsageError: a seed is a file of another kind, or a folder; the message says what reads it.
    """
    expanded: list[str] = []
    for seed in seeds:
        path = Path(seed)
        if "://" in seed or not path.exists():
            expanded.append(seed)
        elif listed := _listed_in(path):
            expanded += listed
        else:
            raise UsageError(f"{seed}: a file or folder, and no list of addresses; use `scraper import {seed}`")
    return tuple(dict.fromkeys(expanded))


def _listed_in(path: Path) -> list[str]:
    from scraper.parse.encoding import decode
    from scraper.parse.seed_lists import read_seed_list

    if not path.is_file():
        return []
    try:
        parsed = read_seed_list(decode(path.read_bytes()).text)
    except (OSError, ParseError):
        return []
    return [entry.url for entry in parsed.links] if parsed else []
