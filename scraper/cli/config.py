"""The settings: init writes a file of them, config says which hold and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from scraper.cli.options import json_option, paths_option, print_json
from scraper.errors import UsageError
from scraper.settings import SECRETS, Rules, Settings
from scraper.settings_file import FILE_NAME, Effective, SettingsError, load
from scraper.settings_keys import KEYS, RULES, TABLES, Key

HIDDEN = "***"


@click.command("config", epilog="Example: scraper config --json")
@paths_option
@json_option
def config_command(db: Path, config: Path | None, as_json: bool) -> int:
    """Print the settings that hold for the archive, and where each comes from; secrets are masked.

    Mistakes are printed one a line, and the exit code is 2.
    """
    try:
        effective = load(db, config)
    except SettingsError as error:
        for mistake in error.mistakes:
            click.echo(f"scraper: {mistake}", err=True)
        return error.exit_code
    for row in rows(effective):
        if as_json:
            print_json(row)
        else:
            click.echo(f"{row['key']} = {toml_value(row['value'])}    # {row['origin']}")
    return 0


def rows(effective: Effective) -> list[dict[str, Any]]:
    """Return key, value and origin of every setting, secrets masked, in the order of the file that `init` writes."""
    settings, origins = effective.settings, effective.origins
    found = [_row(key.name, key, settings, origins) for key in KEYS]
    for host in settings.cookies:
        name = f"cookies.{host}"
        found.append({"key": name, "value": HIDDEN, "origin": origins[name]})
    for table in TABLES:
        for name, rules in getattr(settings, table).items():
            said = [key for key in RULES if getattr(rules, key.field) is not None]
            found += [_row(f'{table}."{name}".{key.name}', key, rules, origins, f"{table}.{name}.") for key in said]
    return found


def _row(name: str, key: Key, holder: Settings | Rules, origins: Any, prefix: str = "") -> dict[str, Any]:
    value = getattr(holder, key.field)
    if key.field in SECRETS and value:
        value = HIDDEN
    if key.field == "resolve":
        value = [f"{entry.host}:{entry.port}:{entry.address}" for entry in value]
    return {"key": name, "value": value, "origin": origins.get(prefix + key.name, "default")}


def toml_value(value: Any) -> str:
    """Return a setting as scraper.toml would have it; what is not set has no form there."""
    if value is None:
        return "(not set)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(part) for part in value) + "]"
    return str(value)


@click.command("init", epilog="Example: scraper init --contact mailto:you@example.org")
@paths_option
@click.option("--contact", help="Who you are to the sites you ask: a mail address or URL.")
def init_command(db: Path, config: Path | None, contact: str | None) -> None:
    """Write a commented scraper.toml beside the archive, or where --config says; one that exists stays as it is."""
    path = config or db.absolute().parent / FILE_NAME
    if path.exists():
        raise UsageError(f"{path}: exists already and stays as it is; edit it, or remove it first")
    if contact is None and sys.stdin is not None and sys.stdin.isatty():
        contact = click.prompt("Your mail address or URL, for the sites you ask (empty for none)", default="", err=True)
    try:
        text = file_text(contact or "")
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    click.echo(f"{path}: written; `scraper config` prints what holds", err=True)
    if not contact:
        click.echo("scraper: no contact is set: sites that have a question cannot reach you", err=True)


def file_text(contact: str) -> str:
    """Return a scraper.toml in which everything but the contact is a comment.

    Raises:
        UsageError: the contact is not a text on one line.
    """
    lines = ["# Settings of scraper. A line without # in front holds; `scraper config` prints all of them."]
    lines.append("# Each may also be set in the environment, as SCRAPER_DELAY; flags have the last word.")
    for key in KEYS:
        lines += ["", f"# {key.about}", f"# {key.name} = {key.example}"]
        if key.name == "contact" and contact:
            try:
                lines[-1] = f"{key.name} = {toml_value(key.read(contact))}"
            except ValueError as error:
                raise UsageError(f"--contact {contact!r}: wants {error}") from error
    for table, name in TABLES.items():
        lines += [
            "",
            f"# Of one {table.removesuffix('s')} alone; its word comes before the general one.",
            f'# [{table}."{name}"]',
        ]
        lines += [f"# {key.name} = {key.example}    # {key.about}" for key in RULES]
    return "\n".join(lines) + "\n"
