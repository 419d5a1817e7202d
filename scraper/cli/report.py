"""How the job is doing: status, runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from scraper.cli.options import archive_option, json_option, local_time, one_line, print_json
from scraper.settings import current_time, parse_duration


@click.command(
    "status", epilog="Example: scraper status --max-age 26h    (for a monitor: exit code 1 when it is not so)"
)
@archive_option
@click.option("--max-age", metavar="SPAN", help="Exit with 1 where a source was not crawled well within this time.")
@json_option
def status_command(db: Path, max_age: str | None, as_json: bool) -> int:
    """Show what the archive holds, how its sources and hosts do, and what is due.

    A source was crawled well when its whole list was had, and its posts that were due, or some of them.
    """
    from scraper.archive import Archive, frontier, run_log, runs

    now = current_time()
    max_age_s = None if max_age is None else parse_duration(max_age).total_seconds()
    with Archive(db) as archive, archive.read() as connection:
        last = runs.recent(connection, limit=1)
        state: dict[str, Any] = {
            "archive": str(db),
            "size_bytes": db.stat().st_size,
            **frontier.counts(connection, now),
            "last_run": last[0] if last else None,
            "last_good_run_at": run_log.last_good(connection),
            "next_due_at": run_log.next_due(connection),
            "set_aside": run_log.set_aside(connection),
            "sources": run_log.source_states(connection),
            "hosts": frontier.list_hosts(connection),
        }
    stale = [] if max_age_s is None else _stale(state["sources"], now, max_age_s)
    if as_json:
        print_json(state | {"stale": stale})
    else:
        _print(db, state, now)
    for seed in stale:
        click.echo(f"scraper: {one_line(seed)}: not crawled well within {max_age}", err=True)
    return 1 if stale else 0


def _stale(sources: list[dict[str, Any]], now: datetime, max_age_s: float) -> list[str]:
    from scraper.archive import run_log

    return [source["seed"] for source in sources if not run_log.is_well(source, now, max_age_s)]


def _print(db: Path, state: dict[str, Any], now: datetime) -> None:
    click.echo(f"{db}: {state['posts']} posts, {state['size_bytes'] / 1e6:.1f} MB, {state['due_now']} due now")
    if state["next_due_at"]:
        click.echo(f"next due: {local_time(state['next_due_at'])}")
    if state["last_run"]:
        click.echo(f"last run: {_run_line(state['last_run'])}")
        click.echo(f"last run without trouble: {local_time(state['last_good_run_at']) or 'never'}")
    for source in state["sources"]:
        click.echo(_source_line(source))
    for host in state["hosts"]:
        paused = host["paused_until"] is not None and host["paused_until"] > now
        if paused:
            said = f"paused until {local_time(host['paused_until'])}: {host['pause_reason']}"
        elif host["failures"]:
            said = f"failing: {host['failures']} addresses in a row"
        else:
            continue
        click.echo(f"host {host['host']}: {one_line(said)}")
    for page in state["set_aside"]:
        click.echo(f"{one_line(page['url'])}: {one_line(page['reason'])}")


def _source_line(source: dict[str, Any]) -> str:
    total = "?" if source["total"] is None else source["total"]
    names = ("new", "changed", "gone", "failing")
    counts = "".join(f", {name} {source[name]}" for name in names if source[name])
    well = f"well at {local_time(source['last_good_at'])}" if source["last_good_at"] else "never well yet"
    due = f", next due {local_time(source['next_due_at'])}" if source["next_due_at"] else ""
    trouble = f": {one_line(source['reason'])}" if source["reason"] else ""
    return f"source {one_line(source['seed'])}: {source['posts']} of {total} posts, {well}{counts}{due}{trouble}"


@click.command("runs", epilog="Example: scraper runs --limit 5 --json")
@archive_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Show this many.")
@json_option
def runs_command(db: Path, limit: int, as_json: bool) -> None:
    """List the runs, newest first, with what failed in each.

    With --json also its settings, the version, and the traceback of what nobody expected.
    """
    from scraper.archive import Archive, runs

    with Archive(db) as archive, archive.read() as connection:
        rows = runs.recent(connection, limit)
    for row in rows:
        if as_json:
            print_json(row | {"duration_s": _duration_s(row)})
            continue
        click.echo(_run_line(row))
        for failure in row["failures"]:
            click.echo(f"    {one_line(failure['url'])}: {one_line(failure['reason'])}")


def _duration_s(run: dict[str, Any]) -> float | None:
    """Return how long a run took; of one that crashed only the next knows, and not when."""
    if run["finished_at"] is None or run["outcome"] == "crashed":
        return None
    return float((run["finished_at"] - run["started_at"]).total_seconds())


def _run_line(run: dict[str, Any]) -> str:
    from scraper.summary import counts_line

    seconds = _duration_s(run)
    ended = "" if seconds is None else f"  {seconds:.0f} s"
    code = "" if run["exit_code"] is None else f" ({run['exit_code']})"
    counts = f"  {counts_line(run['counts'])}" if run["counts"] else ""
    return f"#{run['id']}  {local_time(run['started_at'])}  {run['command']}  {run['outcome']}{code}{ended}{counts}"
