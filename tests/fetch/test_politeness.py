"""Hosts are asked as they wish: robots.txt, gaps, pauses, and what is remembered of them."""

from __future__ import annotations

import asyncio
import gzip
import logging
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from scraper.errors import UsageError
from scraper.fetch.client import Fetcher
from scraper.fetch.hosts import SystemClock
from scraper.fetch.outcome import Blocked, Failed, Gone, HostPaused, Ok, OutOfScope
from scraper.settings import Settings
from tests.fetch.hostile import (
    START,
    Answer,
    HostileServer,
    Memory,
    Stage,
    answer,
    dripping,
    endless,
    head,
    play,
    redirect,
    resetting,
    silent,
)

DISALLOW_A = b"User-agent: *\nDisallow: /a\n"


def test_robots_is_asked_first_and_once_and_everybody_knows_who_asks() -> None:
    async def scene(stage: Stage) -> None:
        for path in ("/1", "/2", "/3"):
            stage.server.on(path, answer())
        await asyncio.gather(*(stage.fetch(path) for path in ("/1", "/2", "/3")))
        assert stage.server.asked[0].path == "/robots.txt"
        assert stage.server.count("/robots.txt") == 1
        for request in stage.server.asked:
            assert request.headers["user-agent"] == "scraper/0.1.0 (+王 me@example.org)".encode().decode("latin-1")
            assert request.headers["accept-language"].startswith("zh-CN")
            assert "referer" not in request.headers

    play(scene, contact="王 me@example.org")


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(answer(b"", status=500), id="500"),
        pytest.param(answer(b"", status=503), id="503"),
        pytest.param(answer(b"", status=521), id="521"),
        pytest.param(answer(b"", status=401), id="401"),
        pytest.param(answer(b"", status=403), id="403"),
        pytest.param(resetting(), id="reset"),
        pytest.param(silent(), id="silence"),
        pytest.param(dripping(DISALLOW_A, begin=head()), id="byte by byte"),
        pytest.param(answer(DISALLOW_A, length=5000), id="cut"),
        pytest.param(answer(DISALLOW_A, "Content-Encoding: br"), id="unreadable"),
        pytest.param(redirect("http://169.254.169.254/robots.txt"), id="redirect to an internal address"),
        pytest.param(redirect("file:///etc/passwd"), id="redirect to a file"),
    ],
)
def test_without_a_readable_robots_nothing_is_asked_and_one_is_told_why(robots: Answer) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/robots.txt", robots)
        stage.server.on("/page", answer())
        for _ in range(2):
            outcome = await stage.fetch("/page")
            assert isinstance(outcome, Blocked), outcome
            assert outcome.reason == "robots"
            assert "robots.txt" in outcome.detail
        assert stage.server.paths() == []
        assert stage.server.count("/robots.txt") <= 4

    play(scene, deadline_s=0.15)


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(answer(b"", status=404), id="404"),
        pytest.param(answer(b"", status=410), id="410"),
        pytest.param(head(status=204), id="204"),
        pytest.param(answer(b"<html><p>Disallow: no, a page</p></html>", "Content-Type: text/html"), id="a page"),
        pytest.param(redirect("/robots.txt"), id="a circle"),
    ],
)
def test_a_host_without_rules_may_be_asked(robots: Answer) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/robots.txt", robots)
        stage.server.on("/a", answer())
        assert isinstance(await stage.fetch("/a"), Ok)

    play(scene)


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(answer(DISALLOW_A), id="plain"),
        pytest.param(answer(b"\xef\xbb\xbf" + DISALLOW_A.replace(b"\n", b"\r")), id="BOM and CR"),
        pytest.param(answer(DISALLOW_A.replace(b"a", b"a\0")), id="NUL"),
        pytest.param(endless(b"# and so on\n" * 1000, begin=head() + DISALLOW_A), id="endless"),
        pytest.param(answer(DISALLOW_A + b"#" * 600_000 + b"\nAllow: /a/1"), id="too long"),
        pytest.param(answer(gzip.compress(DISALLOW_A + bytes(50_000_000)), "Content-Encoding: gzip"), id="a bomb"),
    ],
)
def test_a_disallowed_post_is_never_asked_for(robots: Answer) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/robots.txt", robots)
        stage.server.on("/a/1", answer())
        assert isinstance(await stage.fetch("/a/1"), Blocked)
        assert stage.server.paths() == []
        assert stage.records[0].size_bytes <= Settings().max_robots_bytes
        assert isinstance(await stage.fetch("/b"), Gone)

    play(scene)


def test_robots_is_followed_over_redirects_and_holds_for_redirected_posts_too() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/robots.txt", redirect("/r1"))
        stage.server.on("/r1", redirect("/r2"))
        stage.server.on("/r2", redirect("/r3"))
        stage.server.on("/r3", answer(DISALLOW_A + b"Sitemap: https://blog.example/sitemap.xml"))
        stage.server.on("/b", redirect("/a"))
        for path in ("/a", "/b"):
            outcome = await stage.fetch(path)
            assert isinstance(outcome, Blocked)
            assert outcome.reason == "robots"
        assert stage.server.count("/a") == 0
        assert await stage.fetcher.sitemaps(stage.server.url("/")) == ("https://blog.example/sitemap.xml",)
        assert await stage.fetcher.sitemaps("file:///x") == ()

    play(scene)


def test_each_host_of_a_redirect_has_its_own_robots() -> None:
    async def scene(stage: Stage) -> None:
        async with HostileServer(stage.clock.monotonic) as other:
            stage.server.on("/page", redirect(other.url("/a")))
            other.on("/robots.txt", answer(DISALLOW_A))
            fetcher = Fetcher(
                Settings(
                    allow_hosts=(f"127.0.0.1:{stage.server.port}", f"127.0.0.1:{other.port}"),
                    delay_s=0.0,
                ),
                Memory(),
                now=lambda: START,
                clock=stage.clock,
            )
            async with fetcher:
                outcome = await fetcher.fetch(stage.server.url("/page"), scope=lambda url: True)
                assert isinstance(outcome, Blocked)
                assert outcome.url == other.url("/a")
                # robots.txt of one host may lie on another (RFC 9309, 2.3.1.2).
            assert other.paths() == []

    play(scene)


def test_robots_is_remembered_for_a_day_but_an_unreachable_one_only_for_the_run() -> None:
    memory = Memory()
    port = 0

    def run(robots: Answer, at: timedelta = timedelta()) -> int:
        async def scene(stage: Stage) -> int:
            nonlocal port
            key = f"127.0.0.1:{stage.server.port}"
            # Each run has a server, and so a port, of its own: what was learned of the last is moved to it.
            if port:
                state = memory.pop(f"127.0.0.1:{port}")
                robots_at = state.robots_at and state.robots_at - at
                memory[key] = type(state)(
                    key, state.robots_body, state.robots_status, robots_at, failures=state.failures
                )
            port = stage.server.port
            stage.server.on("/robots.txt", robots)
            outcome = await stage.fetch("/a")
            assert isinstance(outcome, Blocked)
            return stage.server.count("/robots.txt")

        return play(scene, memory=memory)

    assert run(answer(DISALLOW_A)) == 1
    assert run(answer(DISALLOW_A)) == 0
    assert run(answer(DISALLOW_A), timedelta(hours=23)) == 0
    assert run(answer(DISALLOW_A), timedelta(hours=25)) == 1
    assert run(answer(b"", status=500), timedelta(hours=25)) == 3
    assert run(answer(DISALLOW_A)) == 1
    assert run(answer(DISALLOW_A), timedelta(days=-5000)) == 1


def gaps(stage: Stage) -> list[float]:
    times = [request.at for request in stage.server.asked]
    return [round(later - earlier, 6) for earlier, later in pairwise(times)]


@pytest.mark.parametrize(
    ("robots", "delay_s", "gap"),
    [
        (b"", 1.5, 1.5),
        (b"User-agent: *\nCrawl-delay: 2", 0.0, 2.0),
        (b"User-agent: *\nCrawl-delay: 2", 3.0, 3.0),
        (b"User-agent: *\nCrawl-delay: nan", 1.0, 1.0),
        (b"User-agent: *\nCrawl-delay: -7", 1.0, 1.0),
        (b"User-agent: *\nCrawl-delay: 120", 1.0, 120.0),
    ],
)
def test_requests_of_all_kinds_keep_the_gap(robots: bytes, delay_s: float, gap: float) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/robots.txt", answer(robots))
        kinds = ("page", "list", "feed", "image")
        await asyncio.gather(*(stage.fetch(f"/{kind}", kind=kind) for kind in kinds))
        assert gaps(stage) == [gap] * 4

    play(scene, delay_s=delay_s)


def test_the_sites_own_delay_holds_where_the_settings_name_none() -> None:
    async def scene(stage: Stage) -> None:
        await stage.fetch("/1")
        await stage.fetch("/2")
        assert gaps(stage) == [1.0, 1.0]

    play(scene, delay_s=None)


def test_a_host_with_too_large_a_crawl_delay_is_left_with_a_message() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/robots.txt", answer(b"User-agent: *\nCrawl-delay: 999999"))
        outcome = await stage.fetch("/page")
        assert isinstance(outcome, Blocked)
        assert "999999 s between requests" in outcome.detail
        assert stage.server.paths() == []

    play(scene)


def test_a_host_that_answers_slowly_is_asked_more_slowly() -> None:
    async def scene(stage: Stage) -> None:
        async def slow(writer: asyncio.StreamWriter) -> None:
            stage.clock.time += 4.0
            writer.write(answer())

        stage.server.on("/slow", slow)
        await stage.fetch("/slow")
        await stage.fetch("/next")
        assert gaps(stage)[-1] == 12.0

    play(scene, delay_s=1.0)


@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (2, 2)])
def test_no_more_requests_run_at_once_than_there_are_tokens(concurrency: int, most: int) -> None:
    async def scene(stage: Stage) -> None:
        running, peak = 0, 0

        async def count(writer: asyncio.StreamWriter) -> None:
            nonlocal running, peak
            running += 1
            peak = max(peak, running)
            await asyncio.sleep(0.03)
            running -= 1
            writer.write(answer())

        for number in range(6):
            stage.server.on(f"/{number}", count)
        outcomes = await asyncio.gather(*(stage.fetch(f"/{number}") for number in range(6)))
        assert all(isinstance(outcome, Ok) for outcome in outcomes)
        assert peak == most

    play(scene, concurrency=concurrency)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("after", ["3", "Tue, 24 Nov 2020 08:00:03 GMT"])
def test_retry_after_quiets_the_whole_host_and_then_the_page_is_fetched(status: int, after: str) -> None:
    async def scene(stage: Stage) -> None:
        busy = answer(b"", f"Retry-After: {after}", "Date: Tue, 24 Nov 2020 08:00:00 GMT", status=status)
        stage.server.on("/busy", busy, answer())
        stage.server.on("/other", answer())
        outcomes = await asyncio.gather(stage.fetch("/busy"), stage.fetch("/other"))
        assert all(isinstance(outcome, Ok) for outcome in outcomes)
        assert [request.path for request in stage.server.asked[:2]] == ["/robots.txt", "/busy"]
        assert gaps(stage)[1] >= 3.0
        assert stage.host.pause_reason == ""

    play(scene)


@pytest.mark.parametrize(
    ("after", "least_s"), [("86400", 86400), ("99999999999999999999", 7 * 86400), ("banana", 6 * 3600)]
)
def test_a_longer_pause_ends_the_asking_and_outlives_the_run(after: str, least_s: float) -> None:
    memory = Memory()

    async def scene(stage: Stage) -> None:
        stage.server.on("/page", answer(b"", f"Retry-After: {after}", status=429))
        outcome = await stage.fetch("/page")
        assert isinstance(outcome, HostPaused)
        assert (outcome.until - START).total_seconds() >= least_s
        assert "429" in outcome.reason
        asked = len(stage.server.asked)
        assert asked <= 3
        assert isinstance(await stage.fetch("/other"), HostPaused)
        assert len(stage.server.asked) == asked
        assert sum(stage.clock.slept) < 60
        assert stage.host.paused_until == outcome.until

        later = Fetcher(
            Settings(allow_hosts=(f"127.0.0.1:{stage.server.port}",)),
            memory,
            now=lambda: START + timedelta(seconds=60),
            clock=stage.clock,
        )
        async with later:
            again = await later.fetch(stage.server.url("/page"))
            assert isinstance(again, HostPaused)
            assert again.until == outcome.until
        assert len(stage.server.asked) == asked

    play(scene, memory=memory)


def test_a_server_that_names_a_wait_and_never_keeps_its_word_is_left() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/busy", answer(b"", "Retry-After: 3", status=429))
        assert isinstance(await stage.fetch("/busy"), HostPaused)
        assert stage.server.count("/busy") == 4

    play(scene)


def test_503_without_a_time_is_asked_four_times_with_growing_gaps() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/busy", answer(b"", status=503))
        outcome = await stage.fetch("/busy")
        assert isinstance(outcome, Failed)
        assert outcome.reason == "status 503"
        assert gaps(stage)[1:] == [5.0, 10.0, 20.0]

    play(scene)


def test_500_is_asked_three_times_with_growing_gaps() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/broken", answer(b"", status=500))
        stage.server.on("/mended", answer(b"", status=502), answer(b"", status=500), answer())
        outcome = await stage.fetch("/broken")
        assert isinstance(outcome, Failed)
        assert gaps(stage)[1:] == [2.0, 4.0]
        assert isinstance(await stage.fetch("/mended"), Ok)
        assert stage.host.failures == 0
        assert [record.attempt for record in stage.records] == [1, 1, 2, 3, 1, 2, 3]

    play(scene)


@pytest.mark.parametrize(("status", "reason"), [(403, "forbidden"), (521, "challenge")])
def test_a_host_that_refuses_twice_is_left_and_probed_when_the_pause_is_over(status: int, reason: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/no", answer(b"", status=status))
        stage.server.on("/yes", answer())
        assert (await stage.fetch("/no")).reason == reason
        assert isinstance(await stage.fetch("/yes"), Ok)
        assert (await stage.fetch("/no")).reason == reason
        assert (await stage.fetch("/no")).reason == reason
        paused = await stage.fetch("/yes")
        assert isinstance(paused, HostPaused)
        assert f"status {status}" in paused.reason
        assert stage.server.count("/no") == 3
        stage.clock.time += 7 * 3600
        assert isinstance(await stage.fetch("/yes"), Ok)
        assert stage.host.paused_until is None

    play(scene)


def test_a_challenge_behind_a_header_or_in_disguise_counts_as_a_refusal() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/cf", answer(b"", "cf-mitigated: challenge", status=503))
        stage.server.on("/captcha", answer(b"<html>slide to verify</html>"))
        assert (await stage.fetch("/cf")).reason == "challenge"
        assert isinstance(await stage.fetch("/captcha"), Ok)
        stage.fetcher.report_block(f"127.0.0.1:{stage.server.port}", "challenge page")
        paused = await stage.fetch("/captcha")
        assert isinstance(paused, HostPaused)
        assert "challenge page" in paused.reason
        stage.fetcher.report_block("never.asked.example", "challenge page")

    play(scene)


def test_a_host_that_fails_five_times_in_a_row_is_left() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/good", answer())
        for number in range(4):
            stage.server.on(f"/{number}", resetting())
            assert isinstance(await stage.fetch(f"/{number}"), Failed)
        assert stage.host.failures == 4
        assert isinstance(await stage.fetch("/good"), Ok)
        assert stage.host.failures == 0
        for _ in range(5):
            assert isinstance(await stage.fetch("/0"), Failed)
        paused = await stage.fetch("/good")
        assert isinstance(paused, HostPaused)
        assert paused.reason.startswith("5 failures in a row")

    play(scene)


def test_several_hosts_go_on_while_one_waits() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/page", answer())
        name = f"http://other.test:{stage.server.port}/page"
        waiting = asyncio.Event()
        clock = stage.clock

        async def sleep(seconds: float) -> None:
            await waiting.wait()
            clock.time += seconds

        clock.sleep = sleep  # type: ignore[method-assign]
        first = asyncio.create_task(stage.fetch("/page"))
        assert isinstance(await stage.fetcher.fetch(name, kind="ping"), Ok)
        assert not first.done()
        waiting.set()
        assert isinstance(await first, Ok)

    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    play(scene, delay_s=2.0, resolver=here, allow=("other.test:{port}",))


def test_a_host_that_may_not_be_dialled_is_out_of_scope_and_not_a_matter_of_robots() -> None:
    async def inside(host: str, port: int) -> list[str]:
        return ["10.0.0.1"]

    async def scene(stage: Stage) -> None:
        outcome = await stage.fetcher.fetch("http://inside.test/image.png", kind="image")
        assert isinstance(outcome, OutOfScope)
        assert outcome.url == "http://inside.test/image.png"
        assert await stage.fetcher.sitemaps("http://inside.test/") == ()

    play(scene, resolver=inside)


def test_the_real_clock_waits_and_never_runs_backwards() -> None:
    clock = SystemClock()
    begun = clock.monotonic()
    asyncio.run(clock.sleep(0.02))
    assert 0.02 <= clock.monotonic() - begun < 5


def test_each_outcome_is_one_line_of_the_log_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/page", answer())
        await stage.fetch("/page?q=%0a\n")
        await stage.fetcher.fetch("http://x\x1b[31m/\nforged url=http://y/")

    with caplog.at_level(logging.INFO, "scraper.fetch"):
        play(scene, cookies={"127.0.0.1": "session=mine"})
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("scraper")]
    assert len(lines) == 3
    assert lines[1].startswith("gone kind=page url=")
    assert all(line.isprintable() and "mine" not in line for line in lines)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cookies": {"blog.example": "a=b\r\nX: y"}}, "the cookie for blog.example"),
        ({"contact": "me\nX: y"}, "contact"),
        ({"ca_bundle": "/does/not/exist.pem"}, "CA bundle"),
        ({"proxy": "socks5://proxy.example:1080"}, "proxy"),
        ({"proxy": "http://:secret@:"}, "proxy"),
    ],
)
def test_settings_that_cannot_be_used_are_named_without_their_secrets(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        Fetcher(Settings(**settings), Memory(), now=lambda: START)
    assert "X: y" not in str(caught.value)
    assert "secret" not in str(caught.value)
