"""One request is bounded in time and bytes, whatever the other side sends."""

from __future__ import annotations

import time

import pytest

from scraper.fetch.outcome import Failed, Ok, Outcome, Timeout, TooBig, Truncated
from tests.fetch.hostile import (
    PAGE,
    Answer,
    Stage,
    answer,
    dripping,
    endless,
    head,
    late,
    play,
    resetting,
    silent,
)


def fetch_one(*answers: Answer, **settings: object) -> tuple[Outcome, int]:
    """What a path with these answers comes to, and how often it was asked; its neighbour must still be fetched."""

    async def scene(stage: Stage) -> tuple[Outcome, int]:
        stage.server.on("/bad", *answers)
        stage.server.on("/good", answer())
        outcome = await stage.fetch("/bad")
        assert isinstance(await stage.fetch("/good"), Ok)
        return outcome, stage.server.count("/bad")

    return play(scene, **settings)


@pytest.mark.parametrize(
    "misbehaviour",
    [
        pytest.param(dripping(b"X-A: b\r\n", begin=b"HTTP/1.1 200 OK\r\n"), id="header bytes one by one"),
        pytest.param(dripping(b"a", begin=answer(b"", length=10_000)), id="body bytes one by one"),
        pytest.param(dripping(b"HTTP/1.1 103 Early Hints\r\n\r\n"), id="103 one by one"),
        pytest.param(silent(), id="no answer"),
        pytest.param(silent(answer(b"<p>", length=100)), id="headers and silence"),
    ],
)
def test_a_request_that_does_not_end_is_given_up_at_the_deadline_and_tried_twice(misbehaviour: Answer) -> None:
    begun = time.monotonic()
    outcome, count = fetch_one(misbehaviour, deadline_s=0.15)
    assert isinstance(outcome, Timeout)
    assert "0.15 s" in outcome.reason
    assert count == 2
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "misbehaviour",
    [
        pytest.param(endless(b"a" * 65536, begin=head()), id="endless body"),
        pytest.param(
            endless(b"8000\r\n" + b"a" * 0x8000 + b"\r\n", begin=head("Transfer-Encoding: chunked")),
            id="endless chunks",
        ),
        pytest.param(silent(answer(b"", length=1 << 30)), id="announced as 1 GiB"),
        pytest.param(silent(answer(b"", length=10**19)), id="announced as more than there is"),
    ],
)
def test_a_body_over_the_cap_is_refused_and_not_asked_again(misbehaviour: Answer) -> None:
    outcome, count = fetch_one(misbehaviour)
    assert isinstance(outcome, TooBig)
    assert count == 1


@pytest.mark.parametrize(
    "misbehaviour",
    [
        pytest.param(endless(b"X-Pad: " + b"a" * 8000 + b"\r\n", begin=b"HTTP/1.1 200 OK\r\n"), id="endless headers"),
        pytest.param(endless(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000), id="endless 103"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * (8 << 20) + b"\r\n\r\n", id="8 MiB header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 50_000 + b"\r\n", id="50,000 headers"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=%s\r\n" % (b"b" * 60) * 3000 + b"\r\n", id="3,000 cookies"
        ),
        pytest.param(b"garbage\r\n\r\n", id="garbage status line"),
        pytest.param(b"<html>HTTP/0.9</html>", id="HTTP/0.9"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", id="negative length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", id="two lengths"),
        pytest.param(b"HTTP/1.1 99999 OK\r\n\r\n", id="status of five digits"),
        pytest.param(b"", id="closed at once"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="SSH"),
    ],
)
def test_what_is_not_http_is_a_failure(misbehaviour: Answer) -> None:
    outcome, count = fetch_one(misbehaviour)
    assert isinstance(outcome, Failed | TooBig), outcome
    assert 1 <= count <= 3
    assert "\n" not in outcome.reason


@pytest.mark.parametrize(
    "misbehaviour",
    [
        pytest.param(answer(PAGE, length=5000), id="short of its Content-Length"),
        pytest.param(head("Transfer-Encoding: chunked") + b"100\r\nabc", id="cut inside a chunk"),
        pytest.param(head("Transfer-Encoding: chunked") + b"3\r\nabc\r\n", id="last chunk missing"),
        pytest.param(head("Transfer-Encoding: chunked") + b"zz\r\nabc\r\n0\r\n\r\n", id="bad chunk size"),
        pytest.param(resetting(answer(PAGE, length=5000)), id="reset inside the body"),
        pytest.param(resetting(head() + PAGE), id="reset where the end would be"),
    ],
)
def test_a_body_that_is_cut_is_tried_again_and_never_handed_on(misbehaviour: Answer) -> None:
    outcome, count = fetch_one(misbehaviour)
    assert isinstance(outcome, Truncated)
    assert count == 3


@pytest.mark.parametrize("misbehaviour", [resetting(), b"", answer(PAGE, length=5000)])
def test_what_fails_twice_and_then_works_is_fetched(misbehaviour: Answer) -> None:
    outcome, count = fetch_one(misbehaviour, misbehaviour, answer())
    assert isinstance(outcome, Ok)
    assert outcome.snapshot.body == PAGE
    assert count == 3


def test_bytes_sent_ahead_never_become_the_next_answer() -> None:
    forged = answer() + answer(b"forged")

    async def scene(stage: Stage) -> None:
        stage.server.on("/first", forged)
        stage.server.on("/second", answer(b"second"))
        stage.server.on("/unchanged", answer(b"body of a 304", status=304) + answer(b"forged"))
        stage.server.on("/gone", answer(b"gone", status=404) + answer(b"forged"))
        for path, options in (("/first", {}), ("/unchanged", {"etag": '"1"'}), ("/gone", {})):
            await stage.fetch(path, **options)
            assert (await stage.fetch("/second")).snapshot.body == b"second"

    play(scene)


def test_a_slow_but_good_answer_is_fetched() -> None:
    outcome, count = fetch_one(late(answer(), 0.4), deadline_s=2.0)
    assert isinstance(outcome, Ok)
    assert count == 1


def test_a_304_counts_only_if_it_was_asked_for() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/page", answer(b"", 'ETag: W/"2"', status=304))
        assert (await stage.fetch("/page")).reason == "304 unasked"
        outcome = await stage.fetch("/page", etag='W/"1"', last_modified="Tue, 24 Nov 2026 00:00:00 GMT")
        assert outcome.name == "not_modified"
        assert ("etag", 'W/"2"') in outcome.headers
        assert stage.server.asked[-1].headers["if-none-match"] == 'W/"1"'
        assert stage.server.asked[-1].headers["if-modified-since"] == "Tue, 24 Nov 2026 00:00:00 GMT"
        # A validator that no header can carry is not sent, and nothing else fails for it.
        assert (await stage.fetch("/page", etag='"数"')).reason == "304 unasked"

    play(scene)


@pytest.mark.parametrize(
    ("status", "name"),
    [(204, "ok"), (404, "gone"), (410, "gone"), (401, "blocked"), (451, "blocked"), (206, "failed"), (418, "failed")],
)
def test_each_status_is_asked_once(status: int, name: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/page", head(status=status))
        assert (await stage.fetch("/page")).name == name
        assert stage.server.count("/page") == 1

    play(scene)


def test_an_empty_page_is_an_answer() -> None:
    outcome, _ = fetch_one(answer(b""))
    assert isinstance(outcome, Ok)
    assert outcome.snapshot.body == b""


def test_a_host_that_is_not_there_is_a_failure() -> None:
    async def scene(stage: Stage) -> None:
        outcome = await stage.fetcher.fetch("http://127.0.0.1:9/", kind="ping")
        assert outcome.name == "failed"

    play(scene, allow=("127.0.0.1:9",))
