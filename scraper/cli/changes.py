"""What changed: diff of two revisions of a post, and changes of the whole archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time
from difflib import unified_diff
from pathlib import Path
from typing import Any

import click

from scraper.cli.options import archive_option, effective_settings, json_option, local_time, one_line, print_json
from scraper.cli.query import find_post
from scraper.errors import UsageError
from scraper.settings import current_time, parse_duration

FIELDS = ("title", "kind", "published_at", "categories", "tags")


@click.command("diff", epilog="Example: scraper diff 136070530 1 3 --words")
@click.argument("post")
@click.argument("numbers", nargs=-1, type=click.IntRange(min=1), metavar="[A B]")
@archive_option
@click.option("--words", is_flag=True, help="Mark the words that changed, Chinese by the character.")
@json_option
def diff_command(post: str, numbers: tuple[int, ...], db: Path, words: bool, as_json: bool) -> None:
    """Show what changed between two revisions of a post: A and B, or A and the newest, or the newest two."""
    if len(numbers) > 2:
        raise UsageError("diff takes two revisions at most")
    from scraper.archive import Archive, records

    with Archive(db) as archive:
        post_id = find_post(archive, post)
        with archive.read() as connection:
            rows = {row["revision"]: row for row in records.history(connection, post_id)}
            a, b = _pair(post, sorted(rows), numbers)
            old, new = (records.texts(connection, post_id, number) or ("", "") for number in (a, b))
    fields = {name: (rows[a][name], rows[b][name]) for name in FIELDS if rows[a][name] != rows[b][name]}
    if as_json:
        print_json({"from": a, "to": b, "fields": fields, "lines": list(_compared(old[0], new[0]))})
        return
    for name, (before, after) in fields.items():
        click.echo(f"{name}: {one_line(_said(before))} → {one_line(_said(after))}")
    lines = _marked(old[0], new[0]) if words else _unified(old[0], new[0], a, b)
    for line in lines:
        click.echo(line)
    if not fields and old[0] == new[0]:
        click.echo(f"revisions {a} and {b} are the same", err=True)


def _pair(post: str, held: list[int], asked: tuple[int, ...]) -> tuple[int, int]:
    """Return the numbers of the two revisions to compare.

    Raises:
        UsageError: there is no such revision, or only one.
    """
    if len(held) < 2:
        raise UsageError(f"{post}: has one revision only; there is nothing to compare")
    a, b = asked if len(asked) == 2 else (*asked, held[-1]) if asked else held[-2:]
    for number in (a, b):
        if number not in held:
            raise UsageError(f"{post}: has no revision {number}; `scraper history {post}` lists them")
    return a, b


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "nothing")


def _unified(old: str, new: str, a: int, b: int) -> Iterator[str]:
    names = (f"revision {a}", f"revision {b}")
    return (_printable(line) for line in unified_diff(old.splitlines(), new.splitlines(), *names, lineterm=""))


def _compared(old: str, new: str) -> Iterator[dict[str, Any]]:
    """Return the lines that differ, with a few around them, and in each the pieces that changed."""
    from scraper.web.differences import compare

    for line in compare(old, new):
        yield asdict(line)


def _marked(old: str, new: str) -> Iterator[str]:
    """Return the lines that differ with removed words as [-word-] and added ones as {+word+}."""
    signs = {"removed": ("-", "[-", "-]"), "added": ("+", "{+", "+}"), "same": (" ", "", "")}
    for line in _compared(old, new):
        if line["change"] == "skipped":
            yield f"@@ {line['skipped']} lines the same"
            continue
        sign, before, after = signs[line["change"]]
        pieces = (f"{before}{part['text']}{after}" if part["marked"] else part["text"] for part in line["parts"])
        yield _printable(sign + "".join(pieces))


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else " " for c in line)


@click.command("changes", epilog="Example: scraper changes --since 7d --atom > changes.xml")
@archive_option
@click.option("--since", default="1d", show_default=True, metavar="SPAN|DAY", help="As 1d, 12h, or 2024-01-30.")
@click.option("--atom", "as_atom", is_flag=True, help="Print an Atom feed, for feed readers.")
@json_option
def changes_command(db: Path, since: str, as_atom: bool, as_json: bool) -> None:
    """List posts that are new, changed or gone, newest first; what only a better reader changed is left out."""
    from scraper.archive import Archive
    from scraper.archive.changes import changes

    if as_atom and as_json:
        raise UsageError("--atom and --json: one of them can be printed")
    moment = _moment(since)
    with Archive(db) as archive, archive.read() as connection:
        happened = map(asdict, changes(connection, moment))
        if as_atom:
            from scraper.archive.schema import format_moment
            from scraper.export.atom import feed

            click.echo(feed(happened, title=str(db.absolute()), updated=format_moment(current_time())), nl=False)
            return
        for change in happened:
            if as_json:
                print_json(change)
            else:
                _print_change(change)


def _print_change(change: dict[str, Any]) -> None:
    name = change["url"] or f"{change['site']}/{change['native_id']}"
    before, title = change["previous_title"], one_line(change["title"])
    was = f"  (was: {one_line(before)})" if before not in ("", change["title"]) else ""
    what = f"{local_time(change['at'])}  {change['change']:<6}  #{change['record_id']}"
    click.echo(f"{what}  {title}{was}  {one_line(change['author'])}\n    {name}")


def _moment(since: str) -> datetime:
    """Return the moment that a span before now, or a day's beginning, names.

    Raises:
        UsageError: the text names neither.
    """
    try:
        return datetime.combine(date.fromisoformat(since), time.min, effective_settings().settings.zone())
    except ValueError:
        pass
    try:
        return current_time() - parse_duration(since)
    except (UsageError, OverflowError) as error:
        raise UsageError(f"--since {since!r} is neither a span nor a day; give one such as 1d or 2024-01-30") from error
