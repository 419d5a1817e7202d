from __future__ import annotations

import io
import json
import logging
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scraper import logs
from scraper.errors import UsageError
from scraper.fetch.logline import format_event
from scraper.settings import Settings

logger = logging.getLogger("scraper.tests")


def written(settings: Settings, *events: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "scraper.log"
    with logs.writing(replace(settings, log_file=str(path))):
        for event in events:
            logger.info("%s", event)
    return path.read_text("utf-8").splitlines()


def test_an_event_is_one_line_with_time_and_level(tmp_path: Path) -> None:
    (line,) = written(Settings(), format_event("ok", url="https://a.example/1"), tmp_path=tmp_path)
    moment, rest = line.split(" ", 1)
    assert moment.endswith("Z")
    assert rest == "info ok url=https://a.example/1"


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_event_can_forge_a_second_line_or_give_a_terminal_orders(form: str, tmp_path: Path) -> None:
    forged = "a\n2026-11-24 info ok\r\x1b[2J\u202e\u2028\x85\x00b"
    (line,) = written(Settings(log_format=form), forged, tmp_path=tmp_path)
    assert line.isprintable()
    assert "\\x1b" in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_never_get_in(form: str, tmp_path: Path) -> None:
    settings = Settings(
        log_format=form,
        cookies={"blog.csdn.net": "UserToken=c00kie"},
        proxy="http://me:pa55word@proxy.example:3128",
        ping_url="https://hc-ping.com/3f1c5c8e-token",
        webhook_url="https://chat.example/hooks/t0ken?key=1",
    )
    lines = written(
        settings,
        "Cookie: UserToken=c00kie",
        "407 from http://me:pa55word@proxy.example:3128 for me:pa55word",
        "https://hc-ping.com/3f1c5c8e-token/fail https://CHAT.example/hooks/t0ken",
        tmp_path=tmp_path,
    )
    text = "\n".join(lines)
    assert len(lines) == 3
    for secret in ("c00kie", "pa55word", "3f1c5c8e", "t0ken"):
        assert secret not in text
    assert "***" in text


def test_json_lines_carry_the_values_of_the_event(tmp_path: Path) -> None:
    path = tmp_path / "scraper.log"
    with logs.writing(Settings(log_format="json", log_file=str(path))):
        values = {"event": "ok", "url": "https://a.example/标题", "status": 200, "reason": "", "ms": None}
        logger.info("%s", "ok url=…", extra={"values": values})
        try:
            raise ValueError("two\nlines")
        except ValueError:
            logger.exception("broken")
    event, broken = map(json.loads, path.read_text("utf-8").splitlines())
    assert event["at"].endswith("Z")
    assert {key: event[key] for key in ("event", "url", "status", "level")} == {
        "event": "ok", "url": "https://a.example/标题", "status": 200, "level": "info",
    }  # fmt: skip
    assert not {"reason", "ms"} & set(event)
    assert "ValueError: two\\nlines" in broken["traceback"]


def test_the_file_rotates_and_old_ones_go(tmp_path: Path) -> None:
    settings = Settings(log_bytes=500, log_keep=2)
    written(settings, *(f"event {number}" for number in range(100)), tmp_path=tmp_path)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["scraper.log", "scraper.log.1", "scraper.log.2"]
    assert all(path.stat().st_size <= 500 for path in files)


def test_a_log_file_that_cannot_be_opened_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"nowhere/a\.log: the log cannot be written: No such file"),
        logs.writing(Settings(log_file=str(tmp_path / "nowhere" / "a.log"))),
    ):
        pass


def test_a_disk_that_fills_up_is_told_once_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    with logs.writing(Settings(log_file="/dev/full")):
        logger.info("one")
        logger.info("two")
    assert told.getvalue().count("\n") == 1
    assert "/dev/full: the log cannot be written" in told.getvalue()


def test_what_is_said_aloud_goes_to_stderr_and_debugging_only_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    for verbose, expected in ((0, ""), (1, "said"), (2, "thought said")):
        with logs.writing(Settings(), verbose=verbose):
            logger.debug("thought")
            logger.info("said")
        assert " ".join(line.rsplit(" ", 1)[1] for line in capsys.readouterr().err.splitlines()) == expected
