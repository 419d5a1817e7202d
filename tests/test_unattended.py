"""Exit codes and mails of the job as cron starts it, and the odd surroundings that a machine has ready."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scraper.archive import Archive
from tests.blog import CHALLENGE, Blog, serve
from tests.job import SCRAPER, Done, Job

NIGHTS = [f"2026-11-{20 + night}T02:00:00Z" for night in range(8)]


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve(Blog()) as blog:
        yield blog


@pytest.fixture
def job(tmp_path: Path, blog: Blog) -> Job:
    job = Job(tmp_path, blog)
    job.settings()
    job.add()
    return job


def posts(job: Job) -> int:
    with closing(sqlite3.connect(job.db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM records").fetchone()[0])


def mail(done: Done, *parts: str) -> None:
    """Check that what was printed is one short report for a person, and has these parts."""
    assert done.out == ""
    assert 0 < len(done.err.splitlines()) <= 20
    assert "Traceback" not in done.err
    for part in parts:
        assert part in done.err, done.err


# The exit codes of the README's table, one by one.


def test_0_is_done_and_nothing_new_and_no_hits_and_says_nothing(job: Job) -> None:
    assert job.crawl() == Done(0, "", "")
    assert job.crawl() == Done(0, "", "")
    assert job.run("search", "nirgends").code == 0
    assert job.run("status", "--max-age", "26h").code == 0


def test_1_is_done_but_something_failed(job: Job, blog: Blog) -> None:
    blog.listed_total = 7
    done = job.crawl()
    assert done.code == 1
    assert posts(job) == 5
    mail(done, f"{blog.author}: 5 of 7 posts found, 2 missing; since this run", "do: Its list names fewer posts")


def test_1_is_a_source_that_was_not_crawled_well_in_time(job: Job, blog: Blog) -> None:
    job.crawl(now=NIGHTS[0])
    assert job.run("status", "--max-age", "26h", now=NIGHTS[1]).code == 0
    late = job.run("status", "--max-age", "26h", now=NIGHTS[2])
    assert late.code == 1
    assert late.err == f"scraper: {blog.author}: not crawled well within 26h\n"
    (state,) = map(json.loads, job.run("status", "--max-age", "26h", "--json", now=NIGHTS[2]).out.splitlines())
    assert state["stale"] == [blog.author]
    assert state["last_good_run_at"] == NIGHTS[0]


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("crawl", ("no-address",), "no http or https address"),
        ("show", ("nothing",), "no such post here"),
        ("crawl", ("--config", "/nowhere.toml"), "/nowhere.toml: cannot be read"),
    ],
)
def test_2_is_what_cannot_be_right(job: Job, command: str, arguments: tuple[str, ...], said: str) -> None:
    done = job.run(command, *arguments)
    assert done.code == 2
    mail(done, said)


def test_2_is_nothing_to_do(tmp_path: Path, blog: Blog) -> None:
    done = Job(tmp_path, blog).crawl()
    assert done.code == 2
    mail(done, "nothing to crawl: name a seed, or keep one for every night with `scraper add SEED`")


def test_3_is_another_run(job: Job) -> None:
    with Archive(job.db, write=True, command="crawl"):
        assert job.crawl().code == 3


def test_4_is_an_archive_that_cannot_be_used(tmp_path: Path, blog: Blog) -> None:
    job = Job(tmp_path, blog)
    assert job.run("status").code == 4
    job.db.write_text("words " * 1000)
    before = job.db.read_bytes()
    done = job.crawl(blog.author)
    assert done.code == 4
    mail(done, f"{job.db}: no archive (not an SQLite file); nothing was changed")
    assert job.db.read_bytes() == before
    assert blog.served == {}


def test_5_is_every_site_refusing(job: Job, blog: Blog) -> None:
    blog.answers["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")
    done = job.crawl()
    assert done.code == 5
    mail(done, "robots.txt disallows this address", "do: The site's robots.txt does not allow it.")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_are_interruptions(job: Job, blog: Blog, number: int, code: int) -> None:
    process = subprocess.Popen(
        [SCRAPER, "crawl", "--db", str(job.db), "--quiet", "--delay", "0.2"], env={}, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 20
    while len(blog.served) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == code
    assert said == "scraper: interrupted: what was read is stored; run the same command to go on\n"
    assert posts(job) > 0


# The mails for six kinds of trouble.


def test_mail_site_down(job: Job, blog: Blog) -> None:
    job.crawl(now=NIGHTS[0])
    blog.answers["/robots.txt"] = (500, {}, b"")
    done = job.crawl(now=NIGHTS[2])
    assert done.code == 5
    mail(
        done,
        f"{blog.author}: list by api: robots: ",
        "robots.txt cannot be read",
        "; since this run",
        f"safe: 5 posts in {job.db}; nothing was removed or overwritten; last run without trouble: 2026-11-20 10:00",
        "do: The site or the network does not answer.",
    )
    assert posts(job) == 5


def test_mail_blocked_by_a_challenge(job: Job, blog: Blog) -> None:
    job.crawl(now=NIGHTS[0])
    for number in range(1, 6):
        blog.answers[f"/lin/article/details/{1000 + number}"] = (521, {}, CHALLENGE.encode())
    done = job.crawl(now=NIGHTS[1])
    assert done.code == 5
    mail(
        done,
        "(and 1 more for the same reason): challenge: the site challenges us (status 521)",
        "host paused until 2026-11-21T08:00",
        "safe: 5 posts",
        "do: The site refuses programs for now. The host is left alone for some hours",
    )
    assert posts(job) == 5


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Give a folder on a disk of its own of that size; skip where none can be mounted."""
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no small disk can be mounted here")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_mail_disk_full(tmp_path: Path, blog: Blog) -> None:
    with small_disk(tmp_path / "disk", "3m") as folder:
        job = Job(folder, blog)
        job.settings()
        job.add()
        assert job.crawl(now=NIGHTS[0]) == Done(0, "", "")
        (folder / "filler").write_bytes(bytes(1_200_000))
        blog.count = 60
        for number in range(6, 61):
            blog.edits[number] = "<p>" + "".join(
                chr(0x4E00 + (number * 7919 + i * i * 31) % 20000) for i in range(20_000)
            )
        done = job.crawl(now=NIGHTS[1])
        assert done.code == 4
        mail(
            done,
            f"scraper: {job.db}: the disk is full; what was stored before is safe; free some space and run it again",
        )
        held = posts(job)
        (folder / "filler").unlink()
        assert held >= 5


def test_a_disk_that_refuses_is_one_line_and_leaves_the_archive_sound(job: Job, blog: Blog) -> None:
    job.crawl(now=NIGHTS[0])
    size = job.db.stat().st_size
    blog.count = 40
    for number in range(6, 41):
        blog.edits[number] = "<p>" + "".join(chr(0x4E00 + (number * 7919 + i * i * 31) % 20000) for i in range(20_000))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, size + 100_000))

    done = job.crawl(now=NIGHTS[1], limit=limit)
    assert done.code == 4
    mail(done, "the disk refuses (I/O error)")
    assert posts(job) >= 5
    assert job.crawl(now=NIGHTS[1]).code == 0
    assert posts(job) == 40


def test_mail_broken_settings(job: Job, blog: Blog) -> None:
    job.settings("delya = 3\n")
    blog.served.clear()
    done = job.crawl()
    assert done.code == 2
    assert done.err == (
        f"scraper: {job.folder}/scraper.toml:5: delya: no such key; did you mean delay?; nothing was done\n"
    )
    assert blog.served == {}


def test_mail_fewer_posts_than_expected(job: Job, blog: Blog) -> None:
    job.settings(f'[sources."{blog.author}"]\nmin_posts = 5\n')
    assert job.crawl(now=NIGHTS[0]) == Done(0, "", "")
    blog.removed = {4, 5}
    job.crawl(now=NIGHTS[1])
    done = job.crawl(now=NIGHTS[2])
    assert done.code == 1
    mail(
        done,
        f"{blog.author}: only 3 posts found, min_posts is 5; since 2026-11-21 10:00, 2 runs",
        "safe: 5 posts",
        "do: Its list names fewer posts than it should. Look at the page in a browser",
    )


def test_mail_another_run_stuck(job: Job) -> None:
    with Archive(job.db, write=True, command="crawl"):
        done = job.crawl()
    assert done.code == 3
    mail(
        done, "another run holds it: crawl, pid ", ", since 20", "if it hangs, end it with `kill ", "; nothing was done"
    )
    assert len(done.err.splitlines()) == 1


def test_a_mail_about_very_many_failures_stays_short(job: Job, blog: Blog) -> None:
    blog.count = 60
    for number in range(1, 61):
        path, status = f"/lin/article/details/{1000 + number}", 404 if number % 2 else 410
        blog.answers[path] = (status, {}, b"")
    blog.answers["/lin/article/details/1007"] = (200, {"Content-Type": "text/html"}, b"<p>\x1b[2J\x07")
    done = job.crawl()
    assert done.code == 1
    mail(done, "60 things could not be had", "(and 29 more for the same reason): does not exist: HTTP 410")
    assert "\x1b" not in done.err


# What a machine has ready.


def test_a_run_that_was_killed_is_marked_by_the_next(job: Job, blog: Blog) -> None:
    process = subprocess.Popen([SCRAPER, "crawl", "--db", str(job.db), "--quiet", "--delay", "0.2"], env={})
    deadline = time.monotonic() + 20
    while len(blog.served) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert job.crawl() == Done(0, "", "")
    runs = [json.loads(line) for line in job.run("runs", "--json").out.splitlines()]
    crawls = [(run["outcome"], run["exit_code"], run["duration_s"] is None) for run in runs]
    assert crawls == [("done", 0, False), ("crashed", None, True)]
    assert (runs[0]["version"], runs[0]["settings"]["contact"]) == ("0.1.0", "me@example.org")
    assert posts(job) == 5


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_closed_streams_harm_nothing(job: Job, closed: str) -> None:
    line = f"exec {SCRAPER} crawl --db {job.db} {closed}"
    assert (
        subprocess.run(["/bin/sh", "-c", line], env={}, cwd="/", check=False, stderr=subprocess.DEVNULL).returncode == 0
    )
    assert posts(job) == 5


def test_output_that_cannot_be_written_is_one_line(job: Job) -> None:
    job.crawl()
    line = f"exec {SCRAPER} status --db {job.db} > /dev/full"
    done = subprocess.run(["/bin/sh", "-c", line], env={}, cwd="/", check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "scraper: the output cannot be written: No space left on device\n")


@pytest.mark.parametrize(("kind", "amount"), [(resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_AS, 700_000_000)])
def test_few_descriptors_and_little_memory_are_enough(job: Job, blog: Blog, kind: int, amount: int) -> None:
    blog.count = 30
    done = job.crawl("--concurrency", "8", limit=lambda: resource.setrlimit(kind, (amount, amount)))
    assert done == Done(0, "", "")
    assert posts(job) == 30


@pytest.mark.parametrize("locale", [{"LC_ALL": "POSIX"}, {"PYTHONIOENCODING": "ascii"}])
def test_no_locale_is_too_small_for_chinese(job: Job, locale: dict[str, str]) -> None:
    job.crawl()
    done = job.run("search", "昇思 笔记3", **locale)
    assert (done.code, done.err) == (0, "1 found\n")
    assert ("星火笔记 3" in done.out) or ("\\u661f\\u706b\\u7b14\\u8bb0 3" in done.out)


def test_clocks_that_jump_lose_nothing(job: Job, blog: Blog) -> None:
    for now in ("2026-11-24T02:00:00Z", "2026-11-21T02:00:00Z", "2040-11-24T02:00:00Z", "1986-11-24T02:00:00Z"):
        assert job.crawl(now=now) == Done(0, "", "")
    blog.edits[3] = "<p>edited</p>"
    assert job.crawl(now="2026-11-25T02:00:00Z") == Done(0, "", "")
    assert job.run("status", "--max-age", "26h", now="2026-11-25T03:00:00Z").code == 0
    with closing(sqlite3.connect(job.db)) as connection:
        assert connection.execute("SELECT native_id, revisions FROM records WHERE revisions > 1").fetchall() == [
            ("1003", 2)
        ]
