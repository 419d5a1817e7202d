"""How a run went, for the person who gets its mail: what failed, since when, what is safe, what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from scraper.archive import frontier, run_log
from scraper.archive.run_log import FailingSince
from scraper.archive.schema import format_moment
from scraper.logs import escape_controls
from scraper.settings import Settings
from scraper.urls import host_of

MAX_TROUBLES = 8
MAX_ADVICE = 4
MAX_CHARS = 240

_UNREACHABLE = (
    "The site or the network does not answer. Nothing is to be done at first: it is tried again by the next run. "
    "If that lasts, look at the address in a browser."
)
_ADVICE = (
    (
        r"the reader failed|died while reading",
        "The page broke the reader. It is asked again; after three runs it is set aside so that no run ends at it. "
        "`scraper runs --limit 1 --json` has the traceback: please report it.",
    ),
    (r"robots\.txt cannot be read", _UNREACHABLE),
    (
        r"login",
        "The site wants a login. If you have an account there, SCRAPER_COOKIE_<HOST> carries your own cookie.",
    ),
    (
        r"robots",
        "The site's robots.txt does not allow it. Ask its owner, or let the source go with `scraper remove`.",
    ),
    (
        r"challenge|forbidden|refusals in a row|status 40[13]|status 429",
        "The site refuses programs for now. The host is left alone for some hours and asked again by itself; "
        "a larger `delay` in scraper.toml helps. Nothing gets around a challenge.",
    ),
    (
        r"missing|posts found|no end",
        "Its list names fewer posts than it should. Look at the page in a browser: if the number is right, lower "
        "min_posts; if not, the site has changed or hides something, and a later run may see all again.",
    ),
    (
        r"does not exist",
        "Look at the address in a browser. A seed that is gone for good goes with `scraper remove`.",
    ),
    (r"paused until", "The host wanted to be left alone. It is asked again by itself after that time."),
    (
        r"not an article|another post",
        "The page is none that can be kept. Look at it in a browser; a seed that was wrong goes with `scraper remove`.",
    ),
    (r"time|connect|resolved|status 5|broken|disconnect|network|answer", _UNREACHABLE),
)
"""What to do, by signs in the reasons that fetch and crawl give; the first that fits holds."""

_VARIABLE = re.compile(r"https?://\S+|\d{4,}[\d:TZ.-]*")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Addresses of one host that failed for one reason, since when, and in how many runs."""

    urls: tuple[str, ...]
    reason: str
    since: datetime
    runs: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A run of the archive at a path; ``posts`` are those that the archive holds now."""

    archive: str
    run: dict[str, Any]
    troubles: tuple[Trouble, ...]
    posts: int
    size_bytes: int
    last_good_at: datetime | None
    sources: tuple[dict[str, Any], ...]
    due: int

    @property
    def exit_code(self) -> int:
        """The command's, by the table in the README."""
        return int(self.run["exit_code"])

    @property
    def duration_s(self) -> float:
        """How long the run took."""
        return float((self.run["finished_at"] - self.run["started_at"]).total_seconds())


def summarise(connection: Connection, run_id: int, path: Path, now: datetime) -> Summary:
    """Return how a run that has ended went."""
    counts = frontier.counts(connection, now)
    run = dict(run_log.find_run(connection, run_id)._mapping)
    return Summary(
        archive=str(path.absolute()),
        run=run,
        troubles=tuple(_troubles(connection, run, run_log.failures_of(connection, run_id))),
        posts=counts["posts"],
        size_bytes=path.stat().st_size,
        last_good_at=run_log.last_good(connection),
        sources=tuple(run_log.source_states(connection)),
        due=counts["due_now"],
    )


def _troubles(connection: Connection, run: dict[str, Any], failed: Sequence[tuple[str, str]]) -> list[Trouble]:
    """Return the failures grouped by host and reason, the largest groups first."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for url, reason in failed:
        groups.setdefault((host_of(url), _VARIABLE.sub("#", reason)), []).append((url, reason))
    examples = [group[0][0] for group in groups.values()]
    known = run_log.failing_since(connection, [*examples, *(url for url, _ in failed)])
    unknown = FailingSince(run["started_at"], 1)
    found = []
    for group in groups.values():
        since = [known.get(url, unknown) for url, _ in group]
        first = min(one.at for one in since)
        found.append(Trouble(tuple(url for url, _ in group), group[0][1], first, max(one.runs for one in since)))
    return sorted(found, key=lambda trouble: -len(trouble.urls))


def report(summary: Summary, settings: Settings) -> str:
    """Return the mail: at most twenty short lines, times as a person in the settings' zone reads them."""
    zone = settings.zone()

    def said(moment: datetime) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    run, troubles = summary.run, summary.troubles
    number = sum(len(trouble.urls) for trouble in troubles)
    lines = [
        f"scraper: {run['command']} #{run['id']} {run['outcome']}, exit code {run['exit_code']}: "
        f"{number} {'thing' if number == 1 else 'things'} could not be had",
        "failed:",
    ]
    for trouble in troubles[:MAX_TROUBLES]:
        also = f" (and {len(trouble.urls) - 1} more for the same reason)" if len(trouble.urls) > 1 else ""
        since = f"since {said(trouble.since)}, {trouble.runs} runs" if trouble.runs > 1 else "since this run"
        lines.append(f"  {_short(trouble.urls[0])}{also}: {_short(trouble.reason)}; {since}")
    if len(troubles) > MAX_TROUBLES:
        lines.append(f"  and {len(troubles) - MAX_TROUBLES} more reasons: `scraper runs --limit 1` lists them all")
    well = (
        f"last run without trouble: {said(summary.last_good_at)}"
        if summary.last_good_at
        else "no run was without trouble yet"
    )
    lines.append(f"safe: {summary.posts} posts in {summary.archive}; nothing was removed or overwritten; {well}")
    lines += [f"do: {advice}" for advice in _advice(troubles)]
    if not settings.contact:
        lines.append("note: no contact is set, so that sites cannot reach you: `scraper init`, or SCRAPER_CONTACT")
    counts = counts_line(run["counts"])
    lines.append(f"run: {said(run['started_at'])}, {summary.duration_s:.0f} s, version {run['version']}: {counts}")
    return "\n".join(lines)


def counts_line(counts: dict[str, int]) -> str:
    """Return a run's counts on one line, noughts left out."""
    names = ("found", "fetched", "new", "changed", "unchanged", "gone", "images", "failed", "requests")
    return ", ".join(f"{name} {counts[name]}" for name in names if counts.get(name)) or "nothing was due"


def _advice(troubles: Sequence[Trouble]) -> list[str]:
    found = dict.fromkeys(
        next((advice for signs, advice in _ADVICE if re.search(signs, trouble.reason)), "") for trouble in troubles
    )
    return [advice for advice in found if advice][:MAX_ADVICE] or [
        "Look at the addresses in a browser; the next run tries again."
    ]


def _short(text: str) -> str:
    text = escape_controls(text)
    return text if len(text) <= MAX_CHARS else text[:MAX_CHARS] + "…"


def as_json(summary: Summary, settings: Settings) -> dict[str, Any]:
    """Return the summary as a webhook gets it; ``text`` is the mail, '' where all is well."""
    run = summary.run
    return {
        "event": run["command"],
        "ok": summary.exit_code == 0,
        "exit_code": summary.exit_code,
        "outcome": run["outcome"],
        "archive": summary.archive,
        "run": run["id"],
        "version": run["version"],
        "started_at": format_moment(run["started_at"]),
        "finished_at": format_moment(run["finished_at"]),
        "counts": run["counts"],
        "posts": summary.posts,
        "due": summary.due,
        "troubles": [
            {"urls": list(trouble.urls[:20]), "count": len(trouble.urls), "reason": trouble.reason,
             "since": format_moment(trouble.since), "runs": trouble.runs}
            for trouble in summary.troubles[:20]
        ],
        "text": report(summary, settings) if summary.exit_code else "",
    }  # fmt: skip
