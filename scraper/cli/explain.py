"""explain: what is known of an address, and what the next crawl will do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scraper.cli.options import archive_option, json_option, local_time, one_line, print_json
from scraper.settings import current_time


@click.command("explain", epilog="Example: scraper explain https://blog.csdn.net/USER/article/details/136070530")
@click.argument("url")
@archive_option
@json_option
def explain_command(url: str, db: Path, as_json: bool) -> None:
    """Say what is known of a URL: what it names, how it was found, when it is due, what its host wants."""
    from scraper.archive import Archive, frontier, records, runs
    from scraper.crawl.seeds import read_seed

    seed = read_seed(url)
    target = seed.target()
    with Archive(db) as archive, archive.read() as connection:
        row = frontier.find(connection, target.key)
        host = frontier.load_host(connection, target.host)
        post_id = records.find(connection, seed.url)
        known: dict[str, Any] = {
            "url": target.url,
            "key": target.key,
            "kind": seed.kind,
            "site": seed.site,
            "post": None if post_id is None else records.record(connection, post_id),
            "frontier": row,
            "robots": _robots(host.robots_status, host.robots_body, target.url),
            "paused_until": host.paused_until,
            "pause_reason": host.pause_reason,
            "fetches": runs.fetches_of(connection, target.url, limit=5),
        }
    known["next"] = _next(known)
    if as_json:
        print_json(known)
        return
    _print(known)


def _robots(status: int | None, body: str | None, url: str) -> str:
    if status is None:
        return "not yet asked"
    from scraper.fetch import robots

    rules = robots.read(status, body or "")
    if rules.refusal:
        return f"refused: {rules.refusal}"
    return "allowed" if rules.allows(url) else "refused by a rule"


def _next(known: dict[str, Any]) -> str:
    """Return in a few words what the next crawl does about the address."""
    row, now = known["frontier"], current_time()
    if known["paused_until"] and known["paused_until"] > now:
        return f"its host is left alone until {local_time(known['paused_until'])}: {known['pause_reason']}"
    if row is None:
        return "unknown: no seed has led here; `scraper crawl URL` asks for it"
    if row["state"] == "skipped":
        return f"passed over: {row['reason']}"
    if row["due_at"] <= now:
        return "due now"
    return f"due at {local_time(row['due_at'])}"


def _print(known: dict[str, Any]) -> None:
    post, row = known["post"], known["frontier"]
    lines = [known["url"], f"{known['kind']}  {known['key']}"]
    if post is not None:
        lines.append(f"post #{post['id']} {post['title']}: {post['status']}, revision {post['revision']}")
        lines.append(f"first seen {local_time(post['first_seen_at'])}, checked {local_time(post['checked_at'])}")
    if row is not None:
        validators = " and ".join(name for name in ("etag", "last_modified") if row[name])
        lines.append(f"found by {row['way']} at {local_time(row['found_at'])}, {row['state']} {row['reason']}")
        lines.append(
            f"read {local_time(row['checked_at']) or 'never'}, changed {local_time(row['changed_at']) or 'never'},"
            f" asked with {validators or 'no validator'}, {row['attempts']} failures in a row"
        )
    lines += [f"robots.txt: {known['robots']}", f"next: {known['next']}"]
    lines += [
        f"{local_time(fetch['at'])}  {fetch['status'] or ''}  {fetch['outcome']}  {fetch['reason']}"
        for fetch in known["fetches"]
    ]
    for line in lines:
        click.echo(one_line(line).rstrip())
