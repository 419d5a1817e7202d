"""What monitors hear of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.blog import CHALLENGE, Blog
from tests.cli.conftest import Command
from tests.monitor import Monitor, listen

TOKEN = "3f1c5c8e-token"


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    with listen() as monitor:
        yield monitor


@pytest.fixture
def settings(tmp_path: Path, monitor: Monitor) -> Path:
    path = tmp_path / "scraper.toml"
    path.write_text(
        f'contact = "me@example.org"\nallow_hosts = ["{monitor.host}"]\nping_url = "{monitor.base}/{TOKEN}"\n'
        f'webhook_url = "{monitor.base}/hook"\nmetrics_file = "{tmp_path}/scraper.prom"\n'
    )
    return path


def test_start_and_success_are_pinged_and_a_summary_posted(
    monitor: Monitor, settings: Path, blog: Blog, crawl: Command
) -> None:
    assert crawl(blog.author, "--quiet") == type(crawl(blog.author, "--quiet"))(0, "", "")
    (start, success, hook) = sorted(
        monitor.taken[:3], key=lambda signal: ("hook" in signal[1], "start" not in signal[1])
    )
    assert start == ("POST", f"/{TOKEN}/start", "")
    assert success == ("POST", f"/{TOKEN}", "found 5, fetched 5, new 5, requests 7")
    said = json.loads(hook[2])
    assert hook[1] == "/hook"
    assert (said["event"], said["ok"], said["exit_code"], said["posts"]) == ("crawl", True, 0, 5)
    assert (said["counts"]["new"], said["troubles"], said["text"]) == (5, [], "")
    assert monitor.headers[0]["User-Agent"].endswith("(+me@example.org)")


def test_a_failure_is_pinged_with_the_report(monitor: Monitor, settings: Path, blog: Blog, crawl: Command) -> None:
    ran = crawl(f"{blog.base}/lin/article/details/1099", "--quiet")
    fail = next(body for _, path, body in monitor.taken if path == f"/{TOKEN}/fail")
    assert fail == ran.err.rstrip("\n")
    assert "1099: does not exist: HTTP 404" in fail
    (hook,) = [json.loads(body) for _, path, body in monitor.taken if path == "/hook"]
    assert (hook["ok"], hook["exit_code"], hook["text"]) == (False, 1, fail)
    assert hook["troubles"][0]["count"] == 1


def test_a_run_that_could_not_begin_is_a_failure_too(
    monitor: Monitor, settings: Path, scraper: Command, tmp_path: Path
) -> None:
    assert scraper("crawl", "--quiet").code == 2
    (tmp_path / "archive.db").write_text("words " * 100)
    assert scraper("crawl", "--quiet").code == 4
    said = [body for _, path, body in monitor.taken if path == f"/{TOKEN}/fail"]
    assert ["nothing to crawl" in said[0], "not an SQLite file" in said[1]] == [True, True]


def test_a_run_that_finds_another_one_working_says_nothing_of_it(
    monitor: Monitor, settings: Path, scraper: Command, tmp_path: Path
) -> None:
    from scraper.archive import Archive

    with Archive(tmp_path / "archive.db", write=True, command="crawl"):
        assert scraper("crawl", "https://blog.csdn.net/lin", "--quiet").code == 3
    assert monitor.taken == []


def test_uptime_kuma_hears_up_and_down(monitor: Monitor, settings: Path, blog: Blog, crawl: Command) -> None:
    address = f"{monitor.base}/api/push/{TOKEN}?status=up&msg=OK&ping="
    settings.write_text(f'allow_hosts = ["{monitor.host}"]\nping_url = "{address}"\n')
    crawl(blog.author, "--quiet")
    blog.answers["/community/home-api/v1/get-business-list"] = (521, {}, CHALLENGE.encode())
    crawl(blog.author, "--quiet")
    asked = [(method, parse_qs(urlsplit(path).query)) for method, path, _ in monitor.taken]
    assert asked[0] == ("GET", {"status": ["up"], "msg": ["found 5, fetched 5, new 5, requests 7"]})
    assert asked[1][1]["status"] == ["down"]
    assert len(asked) == 2


def test_a_monitor_that_is_down_or_refuses_costs_a_line_and_nothing_else(
    monitor: Monitor, settings: Path, blog: Blog, crawl: Command
) -> None:
    monitor.status = 404
    ran = crawl(blog.author, "--quiet")
    assert ran.code == 0
    assert [line.split(":")[1] for line in ran.err.splitlines()] == [" warning"] * 3
    assert f"the webhook to {monitor.host} was not taken: status 404" in ran.err
    assert TOKEN not in ran.err


def test_what_is_sent_is_not_sent_on_to_another_address(
    monitor: Monitor, settings: Path, blog: Blog, crawl: Command
) -> None:
    monitor.status, monitor.location = 307, "/elsewhere"
    ran = crawl(blog.author, "--quiet")
    assert ran.code == 0
    assert "redirects what is sent to it" in ran.err
    assert not [path for _, path, _ in monitor.taken if path == "/elsewhere"]


def test_a_monitor_at_a_private_address_must_be_named(
    monitor: Monitor, settings: Path, blog: Blog, crawl: Command
) -> None:
    settings.write_text(f'ping_url = "{monitor.base}/{TOKEN}"\n')
    ran = crawl(blog.author, "--quiet")
    assert ran.code == 0
    assert f"--allow-host {monitor.host} allows it" in ran.err
    assert monitor.taken == []


def test_the_monitor_gets_no_cookie_and_no_log_its_address(
    monitor: Monitor, settings: Path, blog: Blog, crawl: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SCRAPER_COOKIE_127_0_0_1", "UserToken=c00kie")
    ran = crawl(blog.author, "-v", "--log-file", "log.txt")
    assert len(monitor.taken) == 3
    assert all("Cookie" not in headers for headers in monitor.headers)
    said = ran.err + (tmp_path / "log.txt").read_text() + (tmp_path / "archive.db").read_bytes().decode("latin-1")
    assert "kind=ping" in said
    assert TOKEN not in said
    assert "c00kie" not in said


def test_metrics_are_replaced_whole_and_tell_how_each_source_does(
    monitor: Monitor, settings: Path, blog: Blog, crawl: Command, scraper: Command, tmp_path: Path
) -> None:
    scraper("add", blog.author, "--site", "csdn")
    host = blog.base.removeprefix("http://")
    assert scraper("crawl", "--allow-host", host, "--delay", "0", "--quiet").code == 0
    lines = (tmp_path / "scraper.prom").read_text().splitlines()
    values = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}
    archive = f'archive="{tmp_path}/archive.db"'
    assert values[f"scraper_posts{{{archive}}}"] == 5
    assert values[f"scraper_last_run_exit_code{{{archive}}}"] == 0
    assert values[f'scraper_last_run_count{{{archive},kind="new"}}'] == 5
    assert values[f'scraper_source_last_good_timestamp_seconds{{{archive},source="{blog.author}"}}'] > 1.7e9
    assert len([line for line in lines if line.startswith("# TYPE")]) == len({key.split("{")[0] for key in values})
    assert [path.name for path in tmp_path.iterdir() if "prom" in path.name] == ["scraper.prom"]
    assert (tmp_path / "scraper.prom").stat().st_mode & 0o777 == 0o644


def test_metrics_that_cannot_be_written_cost_a_line(settings: Path, blog: Blog, crawl: Command) -> None:
    settings.write_text('metrics_file = "nowhere/scraper.prom"\n')
    ran = crawl(blog.author, "--quiet")
    assert ran.code == 0
    assert (
        ran.err == "scraper: warning: nowhere/scraper.prom: the metrics were not written: No such file or directory\n"
    )
