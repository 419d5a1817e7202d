"""What one fetch can come to: typed outcomes, and the record of each HTTP exchange behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from scraper.models import Snapshot

FetchKind = Literal["page", "list", "feed", "image", "robots", "ping"]
BlockReason = Literal["challenge", "login", "robots", "forbidden", "legal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What all outcomes say: ``url`` is the address asked last, ``requested_url`` the one that was wanted."""

    name: ClassVar[str] = ""
    url: str
    requested_url: str
    status: int | None = None
    elapsed_ms: int = 0
    """Time of the last HTTP exchange; 0 where none took place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ok(_Outcome):
    """A complete answer. ``snapshot.url`` is the final address.

    ``moved`` is true where every redirect on the way was a permanent one (301, 308): the address has changed.
    """

    name: ClassVar[str] = "ok"
    snapshot: Snapshot
    moved: bool = False

    @property
    def reason(self) -> str:
        """Nothing to explain."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified(_Outcome):
    """304 to a request that carried a validator; ``headers`` may hold newer validators."""

    name: ClassVar[str] = "not_modified"
    headers: tuple[tuple[str, str], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(_Outcome):
    """404 or 410."""

    name: ClassVar[str] = "gone"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(_Outcome):
    """The site, or its robots.txt, does not want us to have this; ``detail`` says in a sentence why."""

    name: ClassVar[str] = "blocked"
    reason: BlockReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooBig(_Outcome):
    """More bytes than the settings allow, announced or found while decoding."""

    name: ClassVar[str] = "too_big"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated(_Outcome):
    """The answer began and did not end as it said it would; nothing of it is handed on."""

    name: ClassVar[str] = "truncated"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(_Outcome):
    """No complete answer within the deadline."""

    name: ClassVar[str] = "timeout"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScope(_Outcome):
    """An address that is not asked: its form, its port, where it leads, or where it redirects to."""

    name: ClassVar[str] = "out_of_scope"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPaused(_Outcome):
    """The host is left alone until then, in this run and, where memory lasts, in later ones."""

    name: ClassVar[str] = "host_paused"
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_Outcome):
    """Any other end: an error status after the last try, a broken connection, an answer that is not HTTP."""

    name: ClassVar[str] = "failed"
    reason: str


Outcome = Ok | NotModified | Gone | Blocked | TooBig | Truncated | Timeout | OutOfScope | HostPaused | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRecord:
    """One HTTP exchange, for the fetch log: each hop, each try and each robots.txt has its own.

    ``outcome`` is an outcome's name, or "redirect". ``size_bytes`` counts the decoded body, ``wire_bytes`` what
    came over the connection, headers included. ``headers`` are only those worth keeping, never cookies.
    """

    url: str
    kind: FetchKind
    started_at: datetime
    elapsed_ms: int
    status: int | None
    outcome: str
    reason: str = ""
    size_bytes: int = 0
    wire_bytes: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    attempt: int = 1
