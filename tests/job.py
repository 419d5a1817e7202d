"""The command as cron starts it: a process of its own with next to no environment, in the root folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scraper.archive import Archive, frontier
from tests.blog import Blog

SCRAPER = Path(sys.executable).with_name("scraper")


@dataclass(frozen=True)
class Done:
    """How it ended and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Job:
    """The nightly job of an archive that keeps a blog on loopback."""

    folder: Path
    blog: Blog

    @property
    def db(self) -> Path:
        return self.folder / "archive.db"

    def settings(self, text: str = "") -> None:
        """Write scraper.toml beside the archive; what lets loopback be dialled is in it."""
        host = self.blog.base.removeprefix("http://")
        given = f'contact = "me@example.org"\nallow_hosts = ["{host}"]\ndelay = 0\ndeadline = 5\n'
        (self.folder / "scraper.toml").write_text(given + text, "utf-8")

    def run(
        self, command: str, *arguments: str, now: str = "", limit: Callable[[], None] | None = None, **environ: str
    ) -> Done:
        """Run a command on the archive; ``now`` is the present moment, ``limit`` is called in the new process."""
        done = subprocess.run(
            [str(SCRAPER), command, "--db", str(self.db), *arguments],
            env={"LANG": "C", **environ} | ({"SCRAPER_NOW": now} if now else {}),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            preexec_fn=limit,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def crawl(self, *arguments: str, now: str = "", limit: Callable[[], None] | None = None, **environ: str) -> Done:
        """Run what cron runs."""
        return self.run("crawl", "--quiet", *arguments, now=now, limit=limit, **environ)

    def add(self) -> None:
        """Keep the blog's author as a source."""
        kept = {"kind": "author", "site": "csdn", "native_id": "lin", "match": "", "now": datetime.now(UTC)}
        with Archive(self.db, write=True, command="add") as archive, archive.write() as connection:
            frontier.add_source(connection, self.blog.author, **kept)  # type: ignore[arg-type]
