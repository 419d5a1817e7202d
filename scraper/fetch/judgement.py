"""What one exchange came to, as an outcome, before anybody thinks of trying again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypedDict

from scraper.fetch.exchange import READ_STATUSES, Answer, Trouble
from scraper.fetch.outcome import (
    Blocked,
    BlockReason,
    Failed,
    Gone,
    NotModified,
    Ok,
    Outcome,
    OutOfScope,
    Timeout,
    TooBig,
    Truncated,
)
from scraper.fetch.pace import CHALLENGE_STATUSES
from scraper.fetch.redirects import REDIRECT_STATUSES
from scraper.fetch.request import Request
from scraper.models import Snapshot

_BLOCKED: dict[int, tuple[BlockReason, str]] = {
    401: ("login", "the site wants a login (status 401)"),
    403: ("forbidden", "the site refuses us (status 403)"),
    451: ("legal", "withheld for legal reasons (status 451)"),
    **{status: ("challenge", f"the site challenges us (status {status})") for status in CHALLENGE_STATUSES},
}


class Facts(TypedDict):
    """What every outcome of an exchange says."""

    url: str
    requested_url: str
    status: int | None
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Redirect:
    """The answer names another address; ``location`` is what it says, unread."""

    name: ClassVar[str] = "redirect"
    facts: Facts
    location: bytes
    reason: str = ""


def judge(request: Request, url: str, result: Answer | Trouble, at: datetime, elapsed_s: float) -> Outcome | Redirect:
    """Return what an exchange about ``url`` came to."""
    facts = Facts(
        url=url,
        requested_url=request.requested_url,
        status=result.status,
        elapsed_ms=round(elapsed_s * 1000),
    )
    if isinstance(result, Trouble):
        return _of_trouble(result, facts)
    if result.is_challenge:
        return Blocked(**facts, reason="challenge", detail="the site challenges us (cf-mitigated)")
    if result.status in _BLOCKED:
        reason, detail = _BLOCKED[result.status]
        return Blocked(**facts, reason=reason, detail=detail)
    if result.status in REDIRECT_STATUSES:
        return Redirect(facts, result.location)
    if result.status in READ_STATUSES:
        return Ok(**facts, snapshot=_snapshot(request, url, result, at))
    if result.status in (404, 410):
        return Gone(**facts, reason=f"status {result.status}")
    if result.status == 304 and request.validators:
        return NotModified(**facts, headers=result.headers)
    return Failed(**facts, reason="304 unasked" if result.status == 304 else f"status {result.status}")


def _of_trouble(trouble: Trouble, facts: Facts) -> Outcome:
    match trouble.what:
        case "off_limits":
            return OutOfScope(**facts, reason=trouble.reason)
        case "too_big":
            return TooBig(**facts, reason=trouble.reason)
        case "timeout":
            return Timeout(**facts, reason=trouble.reason)
        case "truncated":
            return Truncated(**facts, reason=trouble.reason)
        case _:
            return Failed(**facts, reason=trouble.reason)


def _snapshot(request: Request, url: str, answer: Answer, at: datetime) -> Snapshot:
    return Snapshot(
        url=url,
        body=answer.body,
        fetched_at=at,
        status=answer.status,
        headers=answer.headers,
        requested_url=request.requested_url,
    )
