"""When a host may be asked next, and whether an address is asked again. Pure.

Times are seconds, moments are aware datetimes; no clock and no chance in here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

ADAPTIVE_FACTOR = 2.0
MAX_ADAPTIVE_S = 15.0
JITTER = 0.2
MAX_PAUSE_S = 7 * 86400.0
FAILURES_BEFORE_PAUSE = 5
REFUSALS_BEFORE_PAUSE = 2
FAILURE_PAUSE_S = 3600.0
REFUSAL_PAUSE_S = 6 * 3600.0
REFUSAL_STATUSES = frozenset({403, 429, 444, 521})
CHALLENGE_STATUSES = frozenset({444, 521})
BACK_OFF_STATUSES = frozenset({429, 503})

Cause = Literal["status", "broken", "truncated", "timeout"]
_TRIES = {"status": 3, "broken": 3, "truncated": 3, "timeout": 2}
_BACK_OFF_TRIES = 4
_FIRST_RETRY_S = 2.0
_FIRST_BACK_OFF_S = 5.0
_DELAY_SECONDS = re.compile(r"[0-9]{1,400}", re.ASCII)


def gap_s(delay_s: float, crawl_delay_s: float | None, last_response_s: float, jitter: float) -> float:
    """Return the seconds to leave between two requests to a host.

    The wanted delay, robots' Crawl-delay where larger, and twice the time of the last answer (up to a cap)
    where the host has become slow; ``jitter`` from 0 to 1 lengthens it by up to a fifth, and never shortens it.
    """
    slow = min(ADAPTIVE_FACTOR * last_response_s, MAX_ADAPTIVE_S)
    return max(delay_s, crawl_delay_s or 0.0, slow) * (1 + JITTER * jitter)


def retry_after_s(value: str, date: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, None where it says nothing valid.

    A date counts from the answer's own Date header, or from ``now`` without one, since the two clocks may
    differ. The result is capped at seven days. Source: RFC 9110, 10.2.3.
    """
    value = value.strip()
    if _DELAY_SECONDS.fullmatch(value):
        return min(float(value), MAX_PAUSE_S)
    moment = _http_date(value)
    if moment is None:
        return None
    return min(max((moment - (_http_date(date) or now)).total_seconds(), 0.0), MAX_PAUSE_S)


def _http_date(text: str) -> datetime | None:
    if not text.isascii() or not any(character.isalpha() for character in text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Retry:
    """Ask again after ``wait_s``; ``whole_host`` where the host, not only this address, is to be quiet so long."""

    wait_s: float
    whole_host: bool = False


def next_try(cause: Cause, status: int | None, retry_after: float | None, attempt: int) -> Retry | None:
    """Return when an address is asked again after its ``attempt``-th try (from 1) failed, None for not at all.

    Lost connections, cut bodies and 5xx get three tries with growing gaps; timeouts two, for each costs a whole
    deadline; 429 and 503 four, when the server says or after 5, 10 and 20 s.
    """
    if status in BACK_OFF_STATUSES:
        if attempt >= _BACK_OFF_TRIES:
            return None
        own = _FIRST_BACK_OFF_S * 2 ** (attempt - 1)
        return Retry(own if retry_after is None else retry_after, whole_host=True)
    if attempt >= _TRIES[cause]:
        return None
    return Retry(_FIRST_RETRY_S * 2 ** (attempt - 1))


@dataclass(frozen=True, slots=True)
class Health:
    """How a host has answered lately: addresses that failed in a row, and refusals in a row."""

    failures: int = 0
    refusals: int = 0


def restored(failures: int, paused: bool) -> Health:
    """Return the health of a host remembered from an earlier run.

    One that was paused is on probation: the next trouble of the kind that paused it pauses it again.
    """
    on_probation = paused and failures < FAILURES_BEFORE_PAUSE
    return Health(failures, REFUSALS_BEFORE_PAUSE - 1 if on_probation else 0)


def after_trouble(health: Health, kind: Literal["failure", "refusal"]) -> Health:
    """Return a host's health after one more address failed, or one more answer refused us."""
    if kind == "failure":
        return Health(health.failures + 1, health.refusals)
    return Health(health.failures, health.refusals + 1)


def pause_s(health: Health) -> float | None:
    """Return how long a host in that health is left alone, None for not at all.

    Once over the limit each further trouble doubles the pause, up to a day: when a pause is over the host is
    asked one address, and what that brings decides.
    """
    over_failures = health.failures - FAILURES_BEFORE_PAUSE
    over_refusals = health.refusals - REFUSALS_BEFORE_PAUSE
    pauses = [
        first * 2 ** min(over, 5)
        for first, over in ((FAILURE_PAUSE_S, over_failures), (REFUSAL_PAUSE_S, over_refusals))
        if over >= 0
    ]
    return min(max(pauses), 86400.0) if pauses else None


def remaining_s(until: datetime | None, now: datetime) -> float:
    """Return the seconds that a remembered pause still lasts.

    A moment further away than any pause that is ever set comes from a clock that was wrong: it counts as over.
    """
    if until is None:
        return 0.0
    left = (until - now).total_seconds()
    return left if 0 < left <= MAX_PAUSE_S + 1 else 0.0


def later(now: datetime, seconds: float) -> datetime:
    """Return the moment that many seconds after now, rounded up to a whole second as it is stored."""
    return now.replace(microsecond=0) + timedelta(seconds=int(min(seconds, MAX_PAUSE_S)) + 1)
