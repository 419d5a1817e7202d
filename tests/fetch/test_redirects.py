"""Redirects: each hop by the guard, within the scope, with nothing that was meant for another host."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scraper.fetch.guard import Guard, Target
from scraper.fetch.outcome import Blocked, Failed, Ok, OutOfScope
from scraper.fetch.redirects import in_scope, refusal
from scraper.settings import Settings
from tests.fetch.hostile import PAGE, HostileServer, Stage, answer, play, redirect


async def everything_is_here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def target(url: str) -> Target:
    return Guard(Settings(allow_hosts=("blog.example:81",))).check(url)


def test_a_redirect_is_followed_and_the_snapshot_names_both_addresses() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/old", redirect("/new?a=1#part", 301))
        stage.server.on("/new?a=1", redirect("newest", 308))
        stage.server.on("/newest", answer())
        stage.server.on("/for-now", redirect("/old", 302))
        outcome = await stage.fetch("/old")
        assert isinstance(outcome, Ok)
        assert outcome.moved
        assert outcome.snapshot.url == stage.server.url("/newest")
        assert outcome.snapshot.requested_url == stage.server.url("/old")
        assert not (await stage.fetch("/for-now")).moved
        assert not (await stage.fetch("/newest")).moved

    play(scene)


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:{canary}/",
        "http://2130706433:{canary}/",
        "http://[::ffff:127.0.0.1]:{canary}/",
        "http://[::ffff:7f00:1]/",
        "http://localhost:{port}/",
        "http://127.0.0.2:{port}/",
        "http://inside.test/",
        "http://127.0.0.1:{port}@127.0.0.1:{canary}/",
        "http://me:secret@127.0.0.1:{port}/good",
        "http://127.0.0.1:{canary}\\@127.0.0.1:{port}/",
        "//127.0.0.1:{canary}/",
        "//127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,hello",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://xn--a.invalid:{port}/",
        "http://\x80\xff.invalid/",
        "/" + "a" * 60_000,
        "http://other.example/",
    ],
)
@pytest.mark.parametrize("kind", ["page", "image", "robots"])
def test_a_redirect_to_where_one_may_not_go_is_not_followed(location: str, kind: str) -> None:
    async def scene(stage: Stage) -> None:
        async with HostileServer(stage.clock.monotonic) as canary:
            where = location.format(port=stage.server.port, canary=canary.port)
            stage.server.on("/bad", redirect(where))
            outcome = await stage.fetch("/bad", kind=kind)
            assert isinstance(outcome, OutOfScope), outcome
            assert outcome.reason
            assert canary.asked == []
            assert stage.server.paths() == ["/bad"]

    play(scene, resolver=everything_is_here)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (answer(b"", status=302), "where to"),
        (answer(b"", "Location: ", status=302), "where to"),
        (b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * (1 << 20) + b"\r\n\r\n", ""),
        (redirect("/bad"), "in a circle"),
        (redirect("/bad#again"), "in a circle"),
        (answer(b"", "Location: /good", status=300), "status 300"),
        (answer(b"", "Location: /good", status=304), "304 unasked"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_a_failure(sent: bytes, reason: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/bad", sent)
        outcome = await stage.fetch("/bad")
        assert isinstance(outcome, Failed)
        assert reason in outcome.reason
        assert stage.server.count("/good") == 0

    play(scene)


def test_redirects_without_end_are_given_up_after_five() -> None:
    async def scene(stage: Stage) -> None:
        for number in range(50):
            stage.server.on(f"/{number}", redirect(f"/{number + 1}"))
        outcome = await stage.fetch("/0")
        assert isinstance(outcome, Failed)
        assert "more than 5 redirects" in outcome.reason
        assert len(stage.server.paths()) == 6

    play(scene)


def test_a_post_that_redirects_to_the_home_page_is_not_fetched_from_there() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/post/1", redirect("/?from=post"))
        stage.server.on("/?from=post", answer())
        outcome = await stage.fetch("/post/1")
        assert isinstance(outcome, OutOfScope)
        assert outcome.reason == "redirected to the home page"
        assert isinstance(await stage.fetch("/post/1", kind="list"), Ok)

    play(scene)


@pytest.mark.parametrize("location", ["/login?next=/post/1", "https://passport.site.example/x", "/user/sign-in"])
def test_a_redirect_to_a_login_is_a_block(location: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/post/1", redirect(location))
        outcome = await stage.fetch("/post/1")
        assert isinstance(outcome, Blocked)
        assert outcome.reason == "login"
        assert stage.server.paths() == ["/post/1"]

    play(scene)


def test_the_callers_scope_decides_on_each_hop() -> None:
    async def scene(stage: Stage) -> None:
        elsewhere = f"http://elsewhere.test:{stage.server.port}/page"
        stage.server.on("/away", redirect(elsewhere))
        stage.server.on("/near", redirect("/page"))
        stage.server.on("/page", answer())
        assert isinstance(await stage.fetch("/away"), OutOfScope)
        assert isinstance(await stage.fetch("/away", scope=lambda url: url == elsewhere), Ok)
        assert isinstance(await stage.fetch("/near", scope=lambda url: url == elsewhere), OutOfScope)

    play(scene, resolver=everything_is_here, allow=("elsewhere.test:{port}",))


@pytest.mark.parametrize(
    ("start", "end", "within"),
    [
        ("http://blog.example/a", "http://blog.example/b", True),
        ("http://blog.example/", "https://www.blog.example/", True),
        ("https://www.blog.example/", "https://blog.example/", True),
        ("https://blog.example/", "https://me.blog.example/", True),
        ("https://me.blog.example/", "https://blog.example/", False),
        ("https://blog.example/", "https://blog.example.evil.example/", False),
        ("https://blog.example/", "https://evilblog.example/", False),
        ("http://blog.example/", "http://blog.example:81/", False),
        ("http://blog.example:81/", "https://blog.example/", False),
    ],
)
def test_a_redirect_stays_with_the_host_or_goes_below_it(start: str, end: str, within: bool) -> None:
    assert in_scope(target(start), target(end)) is within


def test_a_redirect_from_https_to_http_is_refused_whatever_the_scope() -> None:
    start, end = target("https://blog.example/a"), target("http://blog.example/a")
    assert refusal(start, end, "page", lambda url: True) == "redirected from https to http"
    assert refusal(start, end, "robots", None) == ""


def test_cookies_and_headers_meant_for_a_host_reach_no_other() -> None:
    async def scene(stage: Stage) -> None:
        elsewhere = f"http://elsewhere.test:{stage.server.port}"
        stage.server.on("/away", redirect(f"{elsewhere}/page"))
        stage.server.on("/near", redirect("/page"))
        stage.server.on("/page", answer(PAGE, "Set-Cookie: session=theirs"))
        options = {
            "scope": lambda url: True,
            "headers": (("Referer", "http://blog.example/"), ("X-Key", "k")),
            "etag": '"1"',
        }
        await stage.fetch("/away", **options)
        first, last = (request.headers for request in stage.server.asked if request.path in ("/away", "/page"))
        assert (first["cookie"], first["referer"], first["x-key"], first["if-none-match"]) == (
            "session=mine",
            "http://blog.example/",
            "k",
            '"1"',
        )
        assert not {"cookie", "referer", "x-key", "if-none-match"} & set(last)
        await stage.fetch("/near")
        assert stage.server.asked[-1].headers["cookie"] == "session=mine"
        # Cookies that servers set are not taken, and the one for a host goes to no robots.txt.
        await stage.fetcher.fetch(f"{elsewhere}/page")
        assert "cookie" not in stage.server.asked[-1].headers
        assert all("cookie" not in asked.headers for asked in stage.server.asked if asked.path == "/robots.txt")
        assert "mine" not in repr(stage.records)

    play(
        scene,
        resolver=everything_is_here,
        allow=("elsewhere.test:{port}",),
        cookies={"127.0.0.1": "session=mine"},
    )
