"""When a host may be asked next, and whether an address is asked again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.fetch import pace
from scraper.fetch.pace import Health, Retry

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECONDS = st.floats(0, 500)


def test_the_gap_is_the_largest_of_the_wanted_the_sites_and_the_adapted() -> None:
    assert pace.gap_s(2.0, None, 0.1, 0.0) == 2.0
    assert pace.gap_s(2.0, 5.0, 0.1, 0.0) == 5.0
    assert pace.gap_s(2.0, 1.0, 3.0, 0.0) == 6.0
    assert pace.gap_s(2.0, None, 100.0, 0.0) == pace.MAX_ADAPTIVE_S
    assert pace.gap_s(10.0, None, 0.0, 0.5) == pytest.approx(11.0)


@given(SECONDS, st.none() | SECONDS, SECONDS, st.floats(0, 1))
def test_jitter_never_shortens_a_gap(delay: float, crawl_delay: float | None, response: float, jitter: float) -> None:
    assert pace.gap_s(delay, crawl_delay, response, jitter) >= max(delay, crawl_delay or 0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("86400", 86400),
        ("99999999999999999999", pace.MAX_PAUSE_S),
        ("9" * 400, pace.MAX_PAUSE_S),
        ("9" * 5000, None),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        ("5, 10", None),
        ("٣", None),
        ("banana", None),
        ("", None),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Sun Nov  6 08:49:37 1994", 0),
        ("Wed, 32 Oct 2099 07:28:00 GMT", None),
        ("Thu, 01 Jan 9999 00:00:00 GMT", pace.MAX_PAUSE_S),
        ("Thu, 01 Jan 99999 00:00:00 GMT", None),
        ("2026-11-24", None),
    ],
)
def test_retry_after_is_read_as_the_grammar_has_it(value: str, seconds: float | None) -> None:
    assert pace.retry_after_s(value, "", NOW) == seconds


def test_a_date_to_come_back_counts_from_the_servers_own_clock() -> None:
    sent = "Tue, 24 Nov 2020 08:00:00 GMT"
    assert pace.retry_after_s("Tue, 24 Nov 2020 08:00:03 GMT", sent, NOW) == 3
    assert pace.retry_after_s("Tue, 24 Nov 2026 12:00:09 GMT", "no date", NOW) == 9


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_retry_after_is_a_bounded_wait_or_none(value: str, date: str) -> None:
    seconds = pace.retry_after_s(value, date, NOW)
    assert seconds is None or 0 <= seconds <= pace.MAX_PAUSE_S


def test_shared_retry_after_values_are_read_as_they_must_be(shared: Path) -> None:
    for case in json.loads((shared / "cases/http-cache/retry_after.json").read_text()):
        sent = NOW + timedelta(days=400)
        value = case["value"]
        if value.startswith("NOW+30"):
            value = format_datetime(sent + timedelta(seconds=30), usegmt=True)
        seconds = pace.retry_after_s(value, format_datetime(sent, usegmt=True), NOW)
        if case["wait_s"] == "cap":
            assert seconds is not None
            assert seconds >= 86400
        else:
            assert seconds == case["wait_s"], case


@pytest.mark.parametrize(
    ("trouble", "waits"),
    [("status", [2.0, 4.0]), ("broken", [2.0, 4.0]), ("truncated", [2.0, 4.0]), ("timeout", [2.0])],
)
def test_an_address_is_asked_again_a_few_times_with_growing_gaps(trouble: pace.Cause, waits: list[float]) -> None:
    status = 500 if trouble == "status" else None
    retries = [pace.next_try(trouble, status, None, attempt) for attempt in range(1, 5)]
    assert retries == [*map(Retry, waits), *[None] * (4 - len(waits))]


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_wants_quiet_gets_it(status: int) -> None:
    own = [pace.next_try("status", status, None, attempt) for attempt in range(1, 5)]
    assert own == [Retry(5.0, True), Retry(10.0, True), Retry(20.0, True), None]
    assert pace.next_try("status", status, 3.0, 1) == Retry(3.0, True)
    assert pace.next_try("status", status, 3.0, 4) is None


def test_a_host_is_left_after_five_failures_or_two_refusals() -> None:
    health = Health()
    for _ in range(4):
        health = pace.after_trouble(health, "failure")
        assert pace.pause_s(health) is None
    assert pace.pause_s(pace.after_trouble(health, "failure")) == pace.FAILURE_PAUSE_S
    health = pace.after_trouble(Health(), "refusal")
    assert pace.pause_s(health) is None
    assert pace.pause_s(pace.after_trouble(health, "refusal")) == pace.REFUSAL_PAUSE_S


def test_pauses_grow_up_to_a_day() -> None:
    pauses = [pace.pause_s(Health(failures=count)) for count in range(5, 20)]
    assert pauses[:3] == [3600.0, 7200.0, 14400.0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 86400.0


def test_a_host_remembered_as_paused_is_on_probation() -> None:
    assert pace.pause_s(pace.after_trouble(pace.restored(0, paused=True), "refusal")) == pace.REFUSAL_PAUSE_S
    assert pace.pause_s(pace.after_trouble(pace.restored(5, paused=True), "failure")) == 2 * pace.FAILURE_PAUSE_S
    assert pace.pause_s(pace.after_trouble(pace.restored(1, paused=False), "refusal")) is None


def test_a_pause_from_a_wrong_clock_counts_as_over() -> None:
    assert pace.remaining_s(None, NOW) == 0
    assert pace.remaining_s(NOW - timedelta(days=1), NOW) == 0
    assert pace.remaining_s(NOW + timedelta(hours=6), NOW) == 6 * 3600
    assert pace.remaining_s(NOW + timedelta(days=14 * 365), NOW) == 0


@given(st.floats(0, 1e30), st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year < 9000))
def test_a_pause_that_is_set_is_kept_whole(seconds: float, now: datetime) -> None:
    left = pace.remaining_s(pace.later(now, seconds), now)
    assert min(seconds, pace.MAX_PAUSE_S) - 1 <= left <= pace.MAX_PAUSE_S + 1
    assert left > 0
