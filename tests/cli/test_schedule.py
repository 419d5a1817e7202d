from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def test_the_crontab_line_holds_the_paths_of_this_machine(scraper: Command, tmp_path: Path) -> None:
    (tmp_path / "x.toml").touch()
    ran = scraper("schedule", "--only", "crontab", "--db", "my blog 100%.db", "--config", "x.toml")
    minute, hour, *days, command = ran.out.rstrip("\n").split(maxsplit=5)
    assert (hour, days) == ("2", ["*", "*", "*"])
    assert 15 <= int(minute) < 30
    words = shlex.split(command.replace("\\%", "%"))
    assert Path(words[0]).is_absolute()
    assert words[-8:] == [
        "crawl", "--config", f"{tmp_path}/x.toml", "--db", f"{tmp_path}/my blog 100%.db", "--quiet", "--max-time", "2h",
    ]  # fmt: skip
    assert "%" not in command.replace("\\%", "")


def test_two_archives_start_at_minutes_of_their_own_always_the_same(scraper: Command) -> None:
    lines = {name: scraper("schedule", "--only", "crontab", "--db", name).out for name in map(str, range(20))}
    assert len({line.split()[0] for line in lines.values()}) > 5
    assert scraper("schedule", "--only", "crontab", "--db", "7").out == lines["7"]


def test_a_time_near_midnight_stays_a_time(scraper: Command) -> None:
    for name in map(str, range(10)):
        minute, hour, *_ = scraper("schedule", "--only", "crontab", "--at", "23:59", "--db", name).out.split()
        assert (int(hour), int(minute) < 60) in ((0, True), (23, True))


def test_all_parts_are_printed_together(scraper: Command) -> None:
    said = scraper("schedule", "--at", "4:05", "--max-time", "90m").out
    for part in (
        "crontab -e",
        "[Service]",
        "[Timer]",
        "OnCalendar=*-*-* 04:05:00",
        "TimeoutStartSec=6000",
        "Persistent=true",
    ):
        assert part in said


def test_the_service_may_write_where_the_archive_and_its_files_lie_and_nowhere_else(
    scraper: Command, tmp_path: Path
) -> None:
    (tmp_path / "scraper.toml").write_text('log_file = "/var/log/blogs/a.log"\nmetrics_file = "/srv/m/a.prom"\n')
    unit = scraper("schedule", "--only", "service").out
    assert f"ReadWritePaths={tmp_path} /var/log/blogs /srv/m\n" in unit
    assert "ProtectSystem=strict" in unit


def test_the_units_are_what_systemd_takes(scraper: Command, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here: the units are not verified")
    folder = tmp_path / "my $blog 100%"
    folder.mkdir()
    for part in ("service", "timer"):
        text = scraper("schedule", "--only", part, "--db", str(folder / "a.db")).out
        (tmp_path / f"scraper.{part}").write_text(text)
    units = [str(tmp_path / f"scraper.{part}") for part in ("service", "timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    scored = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", units[0]],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert scored.returncode == 0, scored.stdout[-300:]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--at", "25:00"), "no time of day"),
        (("--at", "noon"), "no time of day"),
        (("--max-time", "0"), "leaves no time"),
        (("--max-time", "long"), "no span of time"),
        (("--db", "a\nb.db"), "control characters"),
    ],
)
def test_what_cannot_be_scheduled_is_refused(scraper: Command, arguments: tuple[str, str], said: str) -> None:
    ran = scraper("schedule", *arguments)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err


def test_the_program_is_found_without_a_path(scraper: Command) -> None:
    command = shlex.split(scraper("schedule", "--only", "crontab").out.split(maxsplit=5)[5].replace("\\%", "%"))
    program = command[: command.index("crawl")]
    done = subprocess.run([*program, "--version"], env={}, cwd="/", capture_output=True, text=True, check=False)
    assert done.stdout.startswith("scraper, version"), sys.executable
