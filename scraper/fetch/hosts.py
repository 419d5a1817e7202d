"""What is known of each host: whose turn it is, how long it is to be left alone, what is remembered of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Protocol

from scraper.errors import ScraperError
from scraper.fetch import pace
from scraper.fetch.exchange import Answer, Trouble
from scraper.fetch.judgement import Redirect
from scraper.fetch.outcome import Blocked, Outcome
from scraper.fetch.robots import MAX_AGE_S, Robots, read
from scraper.models import HostState
from scraper.settings import Settings


class Clock(Protocol):
    """Where waiting happens; tests bring one that does not."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""


class SystemClock:
    """The real one."""

    def monotonic(self) -> float:
        """Return the system's monotonic time."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait in the event loop."""
        await asyncio.sleep(seconds)


class HostMemory(Protocol):
    """Where what is known of hosts outlives the run."""

    def load(self, host: str) -> HostState:
        """Return what is remembered of a host, a fresh state for an unknown one."""

    def save(self, state: HostState) -> None:
        """Remember it."""


class HostLeft(ScraperError):
    """The host is to be left alone for longer than one waits."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(reason)
        self.until = until
        self.reason = reason


class Host:
    """One host in this run. All kinds of request take their turn here."""

    def __init__(
        self,
        key: str,
        settings: Settings,
        memory: HostMemory,
        *,
        now: Callable[[], datetime],
        clock: Clock,
        delay_s: float,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.key = key
        self.robots_lock = asyncio.Lock()
        self._settings = settings
        self._memory = memory
        self._now = now
        self._clock = clock
        self._delay_s = delay_s
        self._jitter = jitter
        self._slots = asyncio.Semaphore(max(1, settings.concurrency))
        self._order = asyncio.Lock()
        self._state = memory.load(key)
        self._robots: Robots | None = None
        self._last_request_at: float | None = None
        self._last_response_s = 0.0
        self._refusals_before = 0
        left = pace.remaining_s(self._state.paused_until, now())
        self._quiet_until = clock.monotonic() + left
        self._health = pace.restored(self._state.failures, bool(self._state.pause_reason))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one of the host's tokens, after the gap that is due.

        Raises:
            HostLeft: the host is to be left alone for longer than the settings let one wait.
        """
        async with self._slots:
            async with self._order:
                await self._wait()
                self._last_request_at = self._clock.monotonic()
            try:
                yield
            finally:
                # With one token the gap counts from the end of an answer: so it holds at the other side too.
                if self._settings.concurrency <= 1:
                    self._last_request_at = self._clock.monotonic()

    async def _wait(self) -> None:
        gap = self._gap()
        while True:
            clock = self._clock.monotonic()
            quiet = self._quiet_until - clock
            if quiet > self._settings.max_wait_s:
                until = self._state.paused_until or pace.later(self._now(), quiet)
                raise HostLeft(until, self._state.pause_reason)
            due = 0.0 if self._last_request_at is None else self._last_request_at + gap - clock
            if max(quiet, due) <= 0:
                return
            await self._clock.sleep(max(quiet, due))

    def _gap(self) -> float:
        crawl_delay = self._robots.crawl_delay_s if self._robots else None
        return pace.gap_s(self._delay_s, crawl_delay, self._last_response_s, self._jitter())

    def conclude(
        self, outcome: Outcome | Redirect, result: Answer | Trouble, attempt: int, elapsed_s: float
    ) -> pace.Retry | None:
        """Note what an address's ``attempt``-th try came to, and return whether to ask again.

        Where the whole host is to be quiet for that, its next turn waits, or says how long it would have to.
        """
        if isinstance(outcome, Blocked):
            if outcome.reason in ("challenge", "forbidden"):
                self._trouble("refusal", outcome.detail)
            return None
        if isinstance(result, Answer):
            if result.status < 500 and result.status != 429:
                self._answered(elapsed_s)
                return None
            return self._after_error_status(result, attempt)
        if result.what in ("broken", "truncated", "timeout"):
            retry = pace.next_try(result.what, None, None, attempt)
            if retry is None:
                self._trouble("failure", result.reason)
            return retry
        return None

    def _after_error_status(self, answer: Answer, attempt: int) -> pace.Retry | None:
        wanted_s = pace.retry_after_s(answer.header("retry-after"), answer.header("date"), self._now())
        reason = f"status {answer.status}" + ("" if wanted_s is None else f", come back after {wanted_s:g} s")
        retry = pace.next_try("status", answer.status, wanted_s, attempt)
        if answer.status == 429 and wanted_s is None:
            self._trouble("refusal", reason)
        if retry is None and answer.status == 429:
            # It was asked when it said and still says no: the next turn finds the host paused.
            retry = pace.Retry(pace.FAILURE_PAUSE_S, whole_host=True)
        if retry is None:
            self._trouble("failure", reason)
        elif retry.whole_host:
            self._pause(retry.wait_s, reason)
        return retry

    def report_block(self, reason: str) -> None:
        """Note that the last proper answer was a refusal in disguise."""
        self._health = replace(self._health, refusals=self._refusals_before)
        self._trouble("refusal", reason)

    def _answered(self, response_s: float) -> None:
        self._last_response_s = response_s
        self._refusals_before = self._health.refusals
        if self._health != pace.Health() or self._state.pause_reason:
            self._health = pace.Health()
            self._remember(paused_until=None, pause_reason="")

    def _pause(self, seconds: float, reason: str) -> None:
        seconds = min(seconds, pace.MAX_PAUSE_S)
        quiet_until = self._clock.monotonic() + seconds
        if quiet_until <= self._quiet_until:
            self._remember()
            return
        self._quiet_until = quiet_until
        self._remember(paused_until=pace.later(self._now(), seconds), pause_reason=reason)

    def _trouble(self, kind: Literal["failure", "refusal"], reason: str) -> None:
        self._health = pace.after_trouble(self._health, kind)
        pause_s = pace.pause_s(self._health)
        if pause_s is None:
            self._remember()
            return
        count = self._health.failures if kind == "failure" else self._health.refusals
        self._pause(pause_s, f"{count} {kind}s in a row, the last: {reason}")

    def known_robots(self) -> Robots | None:
        """Return what robots.txt says, or None where it is to be read (again).

        That it could not be reached is known for one run only.
        """
        if self._state.robots_at is None or self._state.robots_status is None:
            return None
        if not 0 <= (self._now() - self._state.robots_at).total_seconds() < MAX_AGE_S:
            return None
        if self._robots is None and 200 <= self._state.robots_status < 500:
            self._robots = read(self._state.robots_status, self._state.robots_body or "")
        return self._robots

    def learn_robots(self, status: int, text: str) -> Robots:
        """Remember an answer for robots.txt, and return what it means; status 0 stands for none."""
        self._robots = read(status, text)
        self._remember(robots_status=status, robots_body=text, robots_at=self._now())
        return self._robots

    def _remember(self, **changes: Any) -> None:
        delay_s = round(self._gap(), 3)
        self._state = replace(self._state, failures=self._health.failures, delay_s=delay_s, **changes)
        self._memory.save(self._state)
