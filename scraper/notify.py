"""Signals out: health pings, a webhook and Prometheus metrics. Off unless set, and never able to fail a run."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from scraper.errors import ScraperError
from scraper.fetch.client import Fetcher
from scraper.fetch.outcome import Outcome
from scraper.logs import hide
from scraper.models import HostState
from scraper.settings import Settings
from scraper.summary import Summary, as_json, counts_line, report
from scraper.urls import host_of

Event = Literal["start", "success", "failure"]

DEADLINE_S = 10.0
"""For all the signals of one event together: a monitor that is down must not hold up the night."""

MAX_BODY_BYTES = 10_000
MAX_MESSAGE_CHARS = 200
_UPTIME_KUMA = "/api/push/"


@dataclass(frozen=True, slots=True)
class Signal:
    """An address and what it is sent; None for being asked only."""

    name: str
    url: str
    content: bytes | None = None
    content_type: str = "text/plain; charset=utf-8"


class _NoMemory:
    """Hosts of signals are remembered by nobody: they are no part of the archive."""

    def load(self, host: str) -> HostState:
        return HostState(host)

    def save(self, state: HostState) -> None:
        pass


def started(settings: Settings) -> list[str]:
    """Tell that a run begins; return a line for each signal that did not arrive."""
    return _send(pings("start", "", settings), settings)


def ended(summary: Summary, settings: Settings) -> list[str]:
    """Tell how a run went, by all the ways that are set; return a line for each that failed."""
    well = summary.exit_code == 0
    text = counts_line(summary.run["counts"]) if well else report(summary, settings)
    signals = pings("success" if well else "failure", text, settings)
    signals += _hooks(as_json(summary, settings), settings)
    warnings = _send(signals, settings)
    if settings.metrics_file:
        warnings += _write_metrics(Path(settings.metrics_file), metrics(summary))
    return warnings


def broke_off(error: Exception, archive: Path, settings: Settings) -> list[str]:
    """Tell that a run could not be done, or not to its end; return a line for each signal that failed."""
    known = isinstance(error, ScraperError)
    text = f"scraper: {error}" if known else f"scraper: crashed: {type(error).__name__}: {error}"
    exit_code = error.exit_code if isinstance(error, ScraperError) else 1
    hook = {"event": "crawl", "ok": False, "exit_code": exit_code, "archive": str(archive.absolute()), "text": text}
    return _send(pings("failure", text, settings) + _hooks(hook, settings), settings)


def pings(event: Event, text: str, settings: Settings) -> list[Signal]:
    """Return the health ping of an event, none where no address is set.

    A push address of Uptime Kuma gets status and msg in its query, and nothing at the start; any other address is
    taken as healthchecks.io has it: /start and /fail below it, the text as body.
    """
    address, _, query = settings.ping_url.partition("?")
    if not address:
        return []
    if _UPTIME_KUMA in address:
        if event == "start":
            return []
        said = {
            "status": "up" if event == "success" else "down",
            "msg": text.split("\n")[0][:MAX_MESSAGE_CHARS] or "OK",
        }
        return [Signal("ping", f"{address}?{urlencode(said)}")]
    path = {"start": "/start", "success": "", "failure": "/fail"}[event]
    body = text.encode("utf-8", "replace")[:MAX_BODY_BYTES]
    return [Signal("ping", address.rstrip("/") + path + (f"?{query}" if query else ""), body)]


def _hooks(summary: dict[str, Any], settings: Settings) -> list[Signal]:
    if not settings.webhook_url:
        return []
    body = json.dumps(summary, ensure_ascii=False).encode("utf-8", "replace")
    return [Signal("webhook", settings.webhook_url, body, "application/json")]


def _send(signals: Sequence[Signal], settings: Settings) -> list[str]:
    """Send signals through the fetch door, side by side, and return what went wrong, addresses left out."""
    if not signals:
        return []
    # Cookies are for the sites that are read, and a monitor is no host to be slow with.
    told = replace(
        settings, cookies={}, delay_s=0.0, hosts={}, deadline_s=DEADLINE_S, concurrency=4, max_wait_s=DEADLINE_S
    )

    async def send() -> list[Outcome | BaseException]:
        async with Fetcher(told, _NoMemory(), now=lambda: datetime.now(UTC)) as fetcher:
            sending = (
                fetcher.fetch(
                    signal.url, kind="ping", content=signal.content, headers=(("Content-Type", signal.content_type),)
                )
                for signal in signals
            )
            return await asyncio.gather(*(asyncio.wait_for(one, DEADLINE_S) for one in sending), return_exceptions=True)

    try:
        outcomes = asyncio.run(send())
    except ScraperError as error:
        return [f"no signal was sent: {error}"]
    pairs = zip(signals, outcomes, strict=True)
    return [hide(_complaint(signal, outcome), settings.secrets()) for signal, outcome in pairs if not _taken(outcome)]


def _taken(outcome: Outcome | BaseException) -> bool:
    # Whatever a monitor answers, 2xx says that it has taken it, 202 too.
    return not isinstance(outcome, BaseException) and 200 <= (outcome.status or 0) < 300


def _complaint(signal: Signal, outcome: Outcome | BaseException) -> str:
    if isinstance(outcome, TimeoutError):
        reason = f"no answer within {DEADLINE_S:g} s"
    elif isinstance(outcome, BaseException):
        reason = str(outcome) or type(outcome).__name__
    else:
        reason = outcome.reason or outcome.name
    return f"the {signal.name} to {host_of(signal.url) or 'its address'} was not taken: {reason}"


def metrics(summary: Summary) -> str:
    """Return the state of the archive after a run in Prometheus' text format."""
    counts = summary.run["counts"]
    lines: list[str] = []

    def gauge(name: str, about: str, values: Sequence[tuple[dict[str, str], float | int]]) -> None:
        lines.append(f"# HELP scraper_{name} {about}")
        lines.append(f"# TYPE scraper_{name} gauge")
        for labels, value in values:
            pairs = {"archive": summary.archive, **labels}
            said = ",".join(f'{label}="{_label(text)}"' for label, text in pairs.items())
            lines.append(f"scraper_{name}{{{said}}} {value}")

    gauge("last_run_timestamp_seconds", "When the last run ended.", [({}, _seconds(summary.run["finished_at"]))])
    gauge("last_run_exit_code", "Its exit code; 0 is well.", [({}, summary.exit_code)])
    gauge("last_run_duration_seconds", "How long it took.", [({}, round(summary.duration_s, 3))])
    names = ("found", "fetched", "new", "changed", "unchanged", "gone", "failed", "requests", "bytes")
    gauge("last_run_count", "What it did, by kind.", [({"kind": name}, counts.get(name, 0)) for name in names])
    gauge("posts", "Posts in the archive.", [({}, summary.posts)])
    gauge("due_posts", "Addresses that are due.", [({}, summary.due)])
    gauge("archive_bytes", "Size of the archive's file.", [({}, summary.size_bytes)])
    good = [
        ({"source": source["seed"]}, _seconds(source["last_good_at"]) if source["last_good_at"] else 0)
        for source in summary.sources
    ]
    gauge("source_last_good_timestamp_seconds", "When all of a source was last had; 0 is never.", good)
    return "\n".join(lines) + "\n"


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _write_metrics(path: Path, text: str) -> list[str]:
    """Replace the file in one step, so that its collector never reads half of it; return what went wrong."""
    written = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        written.write_text(text, "utf-8")
        # A collector runs as somebody else, and the umask of a service may shut it out.
        written.chmod(0o644)
        written.replace(path)
    except OSError as error:
        written.unlink(missing_ok=True)
        return [f"{path}: the metrics were not written: {error.strerror}"]
    return []
