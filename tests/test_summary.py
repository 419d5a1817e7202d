from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.archive import Archive, runs
from scraper.settings import Settings
from scraper.summary import Summary, as_json, report, summarise

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    with Archive(tmp_path / "archive.db", write=True, command="test") as archive:
        yield archive  # type: ignore[misc]


def failed_run(archive: Archive, failures: list[tuple[str, str]], *, days: int = 0) -> Summary:
    """Leave a run in which these addresses failed, and return its summary."""
    now = NOW + timedelta(days=days)
    with archive.write() as connection:
        run_id = runs.start(connection, "crawl", {}, now)
        for url, reason in failures:
            runs.log_failure(connection, run_id, url=url, reason=reason, now=now)
        counts = {"failed": len(failures)}
        runs.finish(connection, run_id, outcome="failed", exit_code=1, counts=counts, now=now + timedelta(seconds=9))
    with archive.read() as connection:
        return summarise(connection, run_id, archive.path, now)


def test_a_night_of_very_many_reasons_is_still_a_short_mail(archive: Archive) -> None:
    failures = [
        (f"https://host{number}.example/{n}", f"reason {'x' * number}") for number in range(40) for n in range(30)
    ]
    text = report(failed_run(archive, failures), Settings())
    assert len(text.splitlines()) <= 20
    assert "1200 things could not be had" in text
    assert "and 32 more reasons: `scraper runs --limit 1` lists them all" in text


def test_a_long_address_or_reason_is_cut_and_cannot_forge_a_line(archive: Archive) -> None:
    text = report(
        failed_run(archive, [("https://a.example/" + "x" * 5000, "bad\nsafe: nothing\x1b[2J" + "y" * 5000)]), Settings()
    )
    assert max(map(len, text.splitlines())) < 700
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("safe: ")] == [
        line for line in text.splitlines() if line.startswith("safe: 0 posts")
    ]


def test_since_when_counts_the_runs_and_the_nights_before(archive: Archive) -> None:
    url = "https://a.example/1"
    for days in range(3):
        summary = failed_run(archive, [(url, "status 500")], days=days)
    assert f"{url}: status 500; since 2026-11-24 10:00, 3 runs" in report(summary, Settings(contact="me"))
    (trouble,) = summary.troubles
    assert (trouble.since, trouble.runs) == (NOW, 3)
    said = as_json(summary, Settings())
    assert said["troubles"] == [
        {"urls": [url], "count": 1, "reason": "status 500", "since": "2026-11-24T02:00:00Z", "runs": 3}
    ]


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("the reader failed: ValueError: x", "The page broke the reader"),
        ("robots: a.example: robots.txt cannot be read (no complete answer)", "does not answer"),
        ("robots: a.example: robots.txt disallows this address", "robots.txt does not allow it"),
        ("list by api: challenge: the site challenges us (status 521)", "refuses programs for now"),
        ("login: the site wants a login (status 401)", "SCRAPER_COOKIE_<HOST>"),
        ("5 of 7 posts found, 2 missing", "lower min_posts"),
        ("does not exist: HTTP 404", "`scraper remove`"),
        ("host paused until 2026-11-24T08:00:01Z: status 503, come back after 9999 s", "asked again by itself"),
        ("no complete answer within 30 s", "does not answer"),
        ("All connection attempts failed", "does not answer"),
        ("not an article: no article on the page", "none that can be kept"),
        ("something unheard of", "Look at the addresses in a browser"),
    ],
)
def test_each_kind_of_trouble_has_its_advice(archive: Archive, reason: str, advice: str) -> None:
    text = report(failed_run(archive, [("https://a.example/1", reason)]), Settings(contact="me"))
    (line,) = [line for line in text.splitlines() if line.startswith("do: ")]
    assert advice in line
