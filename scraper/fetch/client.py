"""The one door to the network: pages, lists, feeds, robots.txt and images all pass ``Fetcher.fetch``."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from scraper.errors import UsageError
from scraper.fetch.exchange import Answer, Trouble, exchange
from scraper.fetch.guard import Guard, OffLimits, Resolver, Target, resolve_by_system
from scraper.fetch.hosts import Clock, Host, HostLeft, HostMemory, SystemClock
from scraper.fetch.judgement import Redirect, judge
from scraper.fetch.logline import format_event
from scraper.fetch.outcome import (
    Blocked,
    Failed,
    FetchKind,
    FetchRecord,
    HostPaused,
    Ok,
    Outcome,
    OutOfScope,
)
from scraper.fetch.redirects import MAX_REDIRECTS, PERMANENT_STATUSES, refusal
from scraper.fetch.request import Request
from scraper.fetch.robots import Robots, normalise
from scraper.fetch.transport import GuardedBackend, GuardedTransport
from scraper.settings import Settings

__all__ = ["FetchLog", "Fetcher", "HostMemory"]

logger = logging.getLogger(__name__)

FetchLog = Callable[[FetchRecord], None]


class Fetcher:
    """Fetches politely and within bounds; an async context manager, one for a run.

    ``delay_for`` gives a host's own delay in seconds where the settings name none. ``log`` is called once for
    each HTTP exchange. ``now`` is what is recorded; waiting is measured on ``clock``.

    Raises:
        UsageError: the settings name a proxy, a CA bundle, a cookie or a contact that cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        memory: HostMemory,
        *,
        now: Callable[[], datetime],
        log: FetchLog = lambda record: None,
        delay_for: Callable[[str], float] = lambda host: 1.0,
        clock: Clock | None = None,
        resolver: Resolver = resolve_by_system,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        _check_header_values(settings)
        self._settings = settings
        self._memory = memory
        self._now = now
        self._log = log
        self._delay_for = delay_for
        self._clock = clock or SystemClock()
        self._jitter = jitter
        self._guard = Guard(settings, resolver)
        self._hosts: dict[str, Host] = {}
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(GuardedBackend(self._guard), settings),
            trust_env=False,
            follow_redirects=False,
            headers={
                b"User-Agent": settings.user_agent.encode(),
                b"Accept-Language": b"zh-CN,zh;q=0.9,en;q=0.5",
                b"Accept-Encoding": b"gzip",
                b"Connection": b"close",
            },
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def fetch(
        self,
        url: str,
        *,
        kind: FetchKind = "page",
        etag: str = "",
        last_modified: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        scope: Callable[[str], bool] | None = None,
        content: bytes | None = None,
    ) -> Outcome:
        """Return what asking for an address came to; nothing that a server or network does is raised.

        ``headers`` go to the host of the address only. ``scope`` says of a redirect's address whether it is
        still wanted; without it a redirect may lead to the same host or one below it. A page that redirects to
        the home page, or from https to http, is not followed in any case. With ``content`` the address is not
        asked but sent it (POST), and no redirect is followed.
        """
        try:
            target = self._guard.check(url)
        except OffLimits as error:
            outcome: Outcome = OutOfScope(url=url, requested_url=url, reason=str(error))
        else:
            cookie = self._settings.cookies.get(target.hostname, "")
            outcome = await self._follow(
                Request(url, target, kind, headers, etag, last_modified, scope, cookie, content)
            )
        self._report(kind, outcome)
        return outcome

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of an address's host names, none where it cannot be read."""
        try:
            target = self._guard.check(url)
        except OffLimits:
            return ()
        known = await self._robots(target, self._host(target))
        return known.sitemaps if isinstance(known, Robots) else ()

    def report_block(self, host: str, reason: str) -> None:
        """Note that what came as a proper answer of a host was a challenge: it counts as a refusal."""
        if host in self._hosts:
            self._hosts[host].report_block(reason)

    def _host(self, target: Target) -> Host:
        host = self._hosts.get(target.host)
        if host is None:
            given = self._settings.delay_of(target.host)
            host = self._hosts[target.host] = Host(
                target.host,
                self._settings,
                self._memory,
                now=self._now,
                clock=self._clock,
                delay_s=self._delay_for(target.host) if given is None else given,
                jitter=self._jitter,
            )
        return host

    async def _follow(self, request: Request) -> Outcome:
        """Ask, and follow redirects, each hop by the guard, the robots.txt and the turn of its own host."""
        target, seen, permanent = request.start, set[str](), True
        for _ in range(MAX_REDIRECTS + 1):
            seen.add(target.url)
            host = self._host(target)
            result = await self._robots_refusal(request, target, host) or await self._ask(request, target, host)
            if isinstance(result, Ok):
                return replace(result, moved=permanent and len(seen) > 1)
            if not isinstance(result, Redirect):
                return result
            facts = result.facts
            if request.content is not None:
                return Failed(**facts, reason="redirects what is sent to it; name the final address")
            permanent = permanent and facts["status"] in PERMANENT_STATUSES
            hop = self._next_hop(request, target, result)
            if not isinstance(hop, Target):
                return hop
            if hop.url in seen:
                return Failed(**facts, reason="redirects in a circle")
            target = hop
        return Failed(**facts, reason=f"more than {MAX_REDIRECTS} redirects")

    def _next_hop(self, request: Request, target: Target, redirect: Redirect) -> Target | Outcome:
        if not redirect.location:
            return Failed(**redirect.facts, reason="a redirect that does not say where to")
        try:
            hop = self._guard.check(redirect.location.decode("utf-8", "replace"), target.url)
        except OffLimits as error:
            return OutOfScope(**redirect.facts, reason=f"redirected to {error}")
        reason = refusal(request.start, hop, request.kind, request.scope)
        if reason == "login":
            return Blocked(**redirect.facts, reason="login", detail=f"redirected to {hop.url[:200]}")
        return OutOfScope(**redirect.facts, reason=reason) if reason else hop

    async def _robots_refusal(self, request: Request, target: Target, host: Host) -> Outcome | None:
        if request.kind in ("robots", "ping"):
            return None
        known = await self._robots(target, host)
        if not isinstance(known, Robots):
            return replace(known, url=target.url, requested_url=request.requested_url)
        detail = known.refusal
        limit = self._settings.max_crawl_delay_s
        if known.crawl_delay_s is not None and known.crawl_delay_s > limit:
            detail = f"robots.txt wants {known.crawl_delay_s:g} s between requests, more than {limit:g}"
        elif not known.allows(target.url):
            detail = detail or "robots.txt disallows this address"
        else:
            return None
        return Blocked(
            url=target.url, requested_url=request.requested_url, reason="robots", detail=f"{host.key}: {detail}"
        )

    async def _robots(self, target: Target, host: Host) -> Robots | HostPaused | OutOfScope:
        async with host.robots_lock:
            known = host.known_robots()
            if known is not None:
                return known
            url = f"{target.scheme}://{target.host}/robots.txt"
            outcome = await self._follow(Request(url, self._guard.check(url), "robots"))
            self._report("robots", outcome)
            if isinstance(outcome, HostPaused) or (isinstance(outcome, OutOfScope) and outcome.status is None):
                return outcome
            return host.learn_robots(*self._robots_answer(outcome))

    def _robots_answer(self, outcome: Outcome) -> tuple[int, str]:
        """Return status and text of what was asked for as robots.txt; status 0 stands for no usable answer."""
        if isinstance(outcome, Ok):
            return outcome.snapshot.status, normalise(outcome.snapshot.body, self._settings.max_robots_bytes)
        status = outcome.status or 0
        said = not isinstance(outcome, OutOfScope) and status >= 300
        return (status if said else 0), ""

    async def _ask(self, request: Request, target: Target, host: Host) -> Outcome | Redirect:
        """Ask one address, in the host's turn, until there is an answer or no sense in trying again."""
        attempt = 0
        while True:
            attempt += 1
            try:
                async with host.turn():
                    at, started = self._now(), self._clock.monotonic()
                    result = await self._exchange(request, target)
                    elapsed_s = self._clock.monotonic() - started
            except HostLeft as left:
                return HostPaused(
                    url=target.url, requested_url=request.requested_url, until=left.until, reason=left.reason
                )
            outcome = judge(request, target.url, result, at, elapsed_s)
            self._log(
                FetchRecord(
                    url=target.url,
                    kind=request.kind,
                    started_at=at,
                    elapsed_ms=round(elapsed_s * 1000),
                    status=result.status,
                    outcome=outcome.name,
                    reason=outcome.reason,
                    size_bytes=len(result.body) if isinstance(result, Answer) else 0,
                    wire_bytes=result.wire_bytes,
                    headers=result.headers if isinstance(result, Answer) else (),
                    attempt=attempt,
                )
            )
            retry = host.conclude(outcome, result, attempt, elapsed_s)
            if retry is None:
                return outcome
            if not retry.whole_host:
                await self._clock.sleep(retry.wait_s)

    async def _exchange(self, request: Request, target: Target) -> Answer | Trouble:
        settings = self._settings
        limits = {"image": settings.max_image_bytes, "robots": settings.max_robots_bytes}
        # A cookie crosses a network in the clear only to a host that was named for it.
        may_have_cookie = target.scheme == "https" or self._guard.named(target.hostname, target.port)
        return await exchange(
            self._client,
            target,
            request.kind,
            request.headers_for(target, may_have_cookie=may_have_cookie),
            deadline_s=settings.deadline_s,
            max_bytes=limits.get(request.kind, settings.max_page_bytes),
            content=request.content,
        )

    def _report(self, kind: FetchKind, outcome: Outcome) -> None:
        if not logger.isEnabledFor(logging.INFO):
            return
        values = {
            "kind": kind,
            "url": outcome.url,
            "status": outcome.status,
            "ms": outcome.elapsed_ms or None,
            "reason": outcome.reason,
            "detail": outcome.detail if isinstance(outcome, Blocked) else "",
        }
        line = format_event(outcome.name, **values)
        logger.info("%s", line, extra={"values": {"event": outcome.name, **values}})


def _check_header_values(settings: Settings) -> None:
    """Refuse here what no header may hold: the HTTP library's own error would come late, and quote a cookie."""
    if not settings.contact.isprintable():
        raise UsageError("the contact has characters that no header may have")
    for name, cookie in settings.cookies.items():
        if not (cookie.isascii() and cookie.isprintable()):
            raise UsageError(f"the cookie for {name} has characters that no header may have")
