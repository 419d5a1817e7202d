"""How the job is doing: status, runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scraper.archive import Archive, frontier, runs
from scraper.cli.options import archive_option, json_option, local_time, one_line, print_json
from scraper.settings import current_time


@click.command("status", epilog="Example: scraper status --json")
@archive_option
@json_option
def status_command(db: Path, as_json: bool) -> None:
    """Show what the archive holds, how its sources and hosts do, and what is due."""
    with Archive(db) as archive, archive.read() as connection:
        last = runs.recent(connection, limit=1)
        state: dict[str, Any] = {
            "archive": str(db),
            "size_bytes": db.stat().st_size,
            **frontier.counts(connection, current_time()),
            "last_run": last[0] if last else None,
            "sources": frontier.list_sources(connection),
            "hosts": frontier.list_hosts(connection),
        }
    if as_json:
        print_json(state)
        return
    click.echo(f"{db}: {state['posts']} posts, {state['size_bytes'] / 1e6:.1f} MB, {state['due_now']} due now")
    if last:
        click.echo(f"last run: {_run_line(last[0])}")
    for source in state["sources"]:
        total = "?" if source["total"] is None else source["total"]
        click.echo(
            f"source {source['seed']}: {source['posts']} of {total} posts  {one_line(source['reason'])}".rstrip()
        )
    for host in state["hosts"]:
        if host["paused_until"] and host["paused_until"] > current_time():
            click.echo(f"host {host['host']}: paused until {local_time(host['paused_until'])}: {host['pause_reason']}")


@click.command("runs", epilog="Example: scraper runs --limit 5 --json")
@archive_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Show this many.")
@json_option
def runs_command(db: Path, limit: int, as_json: bool) -> None:
    """List the runs, newest first, with what failed in each."""
    with Archive(db) as archive, archive.read() as connection:
        rows = runs.recent(connection, limit)
    for row in rows:
        if as_json:
            print_json(row)
            continue
        click.echo(_run_line(row))
        for failure in row["failures"]:
            click.echo(f"    {one_line(failure['url'])}: {one_line(failure['reason'])}")


def _run_line(run: dict[str, Any]) -> str:
    names = ("found", "fetched", "new", "changed", "unchanged", "gone", "failed", "requests")
    counts = ", ".join(f"{name} {run['counts'][name]}" for name in names if run["counts"].get(name))
    ended = f"{(run['finished_at'] - run['started_at']).total_seconds():.0f} s" if run["finished_at"] else "running"
    return (
        f"#{run['id']}  {local_time(run['started_at'])}  {run['command']}  {run['outcome']}  {ended}  {counts}".rstrip()
    )
