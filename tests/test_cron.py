"""Two nights in Debian's own cron, a minute apart, and the same without it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.blog import Blog, serve
from tests.job import Job

CRON = Path("/usr/sbin/cron")
SENDMAIL = Path("/usr/sbin/sendmail")
CRONTABS = Path("/etc/cron.d")
TWO_MINUTES_S = 150


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve(Blog()) as blog:
        yield blog


@pytest.fixture
def job(tmp_path: Path, blog: Blog) -> Job:
    """The job of a blog that is asked slowly enough for a second run to meet the first."""
    job = Job(tmp_path, blog)
    job.settings()
    path = tmp_path / "scraper.toml"
    path.write_text(path.read_text().replace("delay = 0\n", "delay = 1\n"))
    job.add()
    return job


def scheduled(job: Job) -> str:
    """Return the command of the crontab line that `scraper schedule` prints."""
    return job.run("schedule", "--only", "crontab").out.rstrip("\n").split(maxsplit=5)[5]


def edit(blog: Blog) -> None:
    """Let a post be another than the night before, and the list promise more than it has."""
    blog.edits[3] = "<p>改了</p>"
    blog.titles[3] = "改了题目"
    blog.listed_total = 7


def outcomes(job: Job) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(f"file:{job.db}?mode=ro", uri=True)) as connection, suppress(sqlite3.OperationalError):
        query = "SELECT outcome, exit_code FROM runs WHERE command = 'crawl' AND outcome <> 'running' ORDER BY id"
        return connection.execute(query).fetchall()
    return []


def check(job: Job, mails: list[str]) -> None:
    """Check what two nights left: two runs and no more, a revision, and a mail for each thing that went wrong."""
    assert outcomes(job)[:2] == [("done", 0), ("failed", 1)]
    with closing(sqlite3.connect(job.db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        revised = connection.execute("SELECT native_id, title, revisions FROM records WHERE revisions > 1").fetchall()
    assert revised == [("1003", "改了题目", 2)]
    locked = [mail for mail in mails if "another run holds it: crawl, pid " in mail]
    failed = [mail for mail in mails if "5 of 7 posts found, 2 missing" in mail]
    assert len(locked) >= 1
    assert len(failed) >= 1
    assert len(locked) + len(failed) == len(mails)
    assert f"safe: 5 posts in {job.db}" in failed[0]
    assert "do: Its list names fewer posts than it should" in failed[0]


@contextmanager
def cron(crontab: str, outbox: Path) -> Iterator[None]:
    """Run cron with a crontab beside the machine's own, and a sendmail that keeps what it is given."""
    table = CRONTABS / f"scraper-test-{os.getpid()}"
    outbox.mkdir()
    SENDMAIL.write_text(f'#!/bin/sh\nexec cat > "$(mktemp {outbox}/mail.XXXXXX)"\n')
    SENDMAIL.chmod(0o755)
    daemon = subprocess.Popen([CRON, "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        table.write_text(crontab)
        yield
    finally:
        table.unlink(missing_ok=True)
        daemon.terminate()
        daemon.wait()
        SENDMAIL.unlink()


def bodies(outbox: Path) -> list[str]:
    messages = (message_from_bytes(path.read_bytes()) for path in outbox.iterdir())
    return [message.get_payload(decode=True).decode() for message in messages]  # type: ignore[union-attr]


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TWO_MINUTES_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_two_nights_in_real_cron(job: Job, blog: Blog, tmp_path: Path) -> None:
    if not CRON.exists() or os.geteuid() != 0:
        pytest.skip("no cron here, or no right to use it; the same is run without it")
    if SENDMAIL.exists():
        pytest.skip("a mail program is installed here and stays as it is; the same is run without cron")
    line = f"* * * * *  root  {scheduled(job)}\n"
    outbox = tmp_path / "outbox"
    with cron(f"MAILTO=person\n{line}{line}", outbox):
        wait_for(lambda: len(outcomes(job)) == 1)
        edit(blog)
        # cron mails a job's output when the job has ended.
        wait_for(lambda: any("2 missing" in mail for mail in bodies(outbox)))
    for path in outbox.iterdir():
        headers = message_from_bytes(path.read_bytes())
        assert headers["To"] == "person"
        assert "scraper crawl --db" in headers["Subject"]
        print(path.read_text("utf-8"))
    check(job, bodies(outbox))


def test_the_same_two_nights_without_cron(job: Job, blog: Blog) -> None:
    """As cron would: /bin/sh, next to no environment, the home folder, and a mail where something is printed."""
    shell = shutil.which("sh") or "/bin/sh"

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [shell, "-c", scheduled(job)],
            env={"HOME": "/", "LOGNAME": "root", "PATH": "/usr/bin:/bin", "SHELL": shell},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    printed = []
    for night in range(2):
        if night:
            edit(blog)
        both = [start(), start()]
        printed += [process.communicate()[0].decode() for process in both]
    check(job, [text for text in printed if text])
