"""The effective settings: defaults, then scraper.toml, then SCRAPER_* variables, then flags; checked as a whole.

Reading the environment happens here and in settings.current_time, and nowhere else.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scraper.errors import UsageError
from scraper.settings import Rules, Settings
from scraper.settings_keys import KEYS, RULES, TABLES, Key

FILE_NAME = "scraper.toml"
MAX_FILE_BYTES = 1_000_000
_COOKIE = "SCRAPER_COOKIE_"


class SettingsError(UsageError):
    """The settings hold mistakes; ``mistakes`` has all of them, the message the first."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        more = f" (and {len(mistakes) - 1} more: `scraper config` names them all)" if len(mistakes) > 1 else ""
        super().__init__(f"{mistakes[0]}{more}; nothing was done")
        self.mistakes = mistakes


@dataclass(frozen=True)
class Effective:
    """Settings and, by key, where each that is not a default comes from."""

    settings: Settings
    origins: Mapping[str, str] = field(default_factory=dict)

    def with_flags(self, **flags: Any) -> Effective:
        """Return them as changed by flags, named as fields; None stands for a flag that was not given."""
        given = {name: value for name, value in flags.items() if value is not None}
        names = {key.field: key.name for key in KEYS}
        # What a flag says is meant for this run, whatever the file says of one host or source.
        overruled: dict[str, Any] = {name: None for name in ("delay_s", "images") if name in given}
        hosts = {name: replace(rules, **overruled) for name, rules in self.settings.hosts.items()}
        sources = {name: replace(rules, **overruled) for name, rules in self.settings.sources.items()}
        settings = replace(self.settings, **{"hosts": hosts, "sources": sources, **given})
        return Effective(settings, {**self.origins, **{names.get(name, name): "flag" for name in given}})


def load(archive: Path, config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Effective:
    """Return the settings for the archive at a path: of ``config``, else of scraper.toml beside it, else none.

    Raises:
        SettingsError: the file cannot be read, or a key or value in it or in a variable cannot be right.
    """
    beside = archive.absolute().parent / FILE_NAME
    path = config or (beside if beside.is_file() else None)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    mistakes: list[str] = []
    if path is not None:
        _read_file(path, values, origins, mistakes)
    _read_variables(environ, values, origins, mistakes)
    if mistakes:
        raise SettingsError(tuple(mistakes))
    return Effective(replace(Settings(), **values), origins)


def _read_file(path: Path, values: dict[str, Any], origins: dict[str, str], mistakes: list[str]) -> None:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1).decode("utf-8-sig")
        if len(text) > MAX_FILE_BYTES:
            raise ValueError(f"larger than {MAX_FILE_BYTES} bytes")
        document = tomllib.loads(text.replace("\r\n", "\n"))
    except OSError as error:
        mistakes.append(f"{path}: cannot be read: {error.strerror}")
    except (ValueError, RecursionError) as error:
        mistakes.append(f"{path}: no TOML: {str(error) or 'nested too deeply'}")
    else:
        _FileReader(path, text.splitlines(), origins, mistakes).read(document, values)


@dataclass(frozen=True)
class _FileReader:
    """Reads one file's keys; notes of each where it stands, and of each mistake what would be right."""

    path: Path
    lines: list[str]
    origins: dict[str, str]
    mistakes: list[str]

    def read(self, document: dict[str, Any], values: dict[str, Any]) -> None:
        tables = {name: document.pop(name) for name in TABLES if name in document}
        values |= self._keys(document, KEYS, ())
        for table, named in tables.items():
            rules = {}
            if not isinstance(named, dict):
                self._refuse((table,), f'wants tables such as [{table}."{TABLES[table]}"]')
                continue
            for name, keys in named.items():
                at = (table, name)
                if not isinstance(keys, dict):
                    self._refuse(at, f'stands for itself; write a table [{table}."{TABLES[table]}"]')
                elif table == "sources" and "://" not in name:
                    self._refuse(at, f"is no address; name the seed, as {TABLES[table]}")
                else:
                    rules[name.lower() if table == "hosts" else name] = Rules(**self._keys(keys, RULES, at))
            values[table] = rules

    def _keys(self, table: dict[str, Any], keys: tuple[Key, ...], at: tuple[str, ...]) -> dict[str, Any]:
        known = {key.name: key for key in keys}
        read = {}
        for name, value in table.items():
            where = (*at, name)
            if name not in known:
                self._refuse(where, _unknown(name, known, whole=not at))
                continue
            try:
                read[known[name].field] = known[name].read(value)
            except ValueError as error:
                self._refuse(where, f"wants {error}")
            self.origins[".".join(where)] = f"{self.path}:{self._line(where)}"
        return read

    def _refuse(self, where: tuple[str, ...], reason: str) -> None:
        self.mistakes.append(f"{self.path}:{self._line(where)}: {'.'.join(where)}: {reason}")

    def _line(self, where: tuple[str, ...]) -> int:
        """Return the line of a key: the last that names it before the first beginning of the file that holds it."""
        named = [number for number, line in enumerate(self.lines, 1) if where[-1] in line]
        for number in range(named[0] if named else 1, len(self.lines) + 1):
            try:
                held: Any = tomllib.loads("\n".join(self.lines[:number]))
            except tomllib.TOMLDecodeError:
                continue
            for part in where:
                held = held.get(part) if isinstance(held, dict) else None
            if held is not None:
                return max((line for line in named if line <= number), default=number)
        return 1


def _unknown(name: str, known: Mapping[str, Key], *, whole: bool) -> str:
    if name.startswith("cookie"):
        return f"cookies are never read from a file; set {_COOKIE}<HOST> in the environment"
    near = difflib.get_close_matches(name, [*known, *(TABLES if whole else ())], n=1, cutoff=0.5)
    return f"no such key; did you mean {near[0]}?" if near else f"no such key; there are {', '.join(known)}"


def _read_variables(
    environ: Mapping[str, str], values: dict[str, Any], origins: dict[str, str], mistakes: list[str]
) -> None:
    """Let variables change the values; an empty one says nothing, and one of another name is another program's."""
    for key in KEYS:
        text = environ.get(key.variable, "")
        variable = key.variable
        if not text and key.name == "ca_bundle":
            text, variable = environ.get("SSL_CERT_FILE", ""), "SSL_CERT_FILE"
            if key.field in values:
                continue
        if not text:
            continue
        try:
            values[key.field] = key.read(text)
        except ValueError as error:
            said = "" if key.field in ("proxy", "ping_url", "webhook_url") else f" {text!r}"
            mistakes.append(f"{variable}{said}: wants {error}")
        origins[key.name] = variable
    values["cookies"] = dict(_cookies(environ.items(), origins))


def _cookies(variables: Iterable[tuple[str, str]], origins: dict[str, str]) -> Iterable[tuple[str, str]]:
    for variable, value in variables:
        if variable.startswith(_COOKIE) and value:
            host = variable.removeprefix(_COOKIE).replace("_", ".").lower()
            origins[f"cookies.{host}"] = variable
            yield host, value
