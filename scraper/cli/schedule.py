"""schedule: what cron or systemd need to run the crawl every night, printed for this machine."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import click

from scraper.cli.options import archive_option, effective_settings
from scraper.errors import UsageError
from scraper.settings import parse_duration

JITTER_MIN = 15
GRACE_S = 600
"""After its --max-time a run may end what it has begun before systemd ends it."""

PARTS = ("crontab", "service", "timer")
_SECURITY = """NoNewPrivileges=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=
AmbientCapabilities=
RemoveIPC=yes
UMask=0027"""


@dataclass(frozen=True, slots=True)
class Job:
    """The nightly crawl on this machine: its command's words, who runs it, when, and where it may write."""

    command: tuple[str, ...]
    user: str
    hour: int
    minute: int
    max_time_s: int
    writable: tuple[str, ...]

    def part(self, name: str) -> str:
        """Return the crontab line, or a systemd unit, of that name in PARTS."""
        return {"crontab": self.crontab, "service": self.service, "timer": self.timer}[name]()

    def crontab(self) -> str:
        """Return a line for `crontab -e`; an hour's minutes are spread by the archive's path, not at random."""
        spread = zlib.crc32(" ".join(self.command).encode()) % JITTER_MIN
        hour, minute = divmod(self.hour * 60 + self.minute + spread, 60)
        words = " ".join(shlex.quote(word) for word in self.command)
        # An unescaped % ends a crontab's command.
        return f"{minute} {hour % 24} * * *  {words.replace('%', chr(92) + '%')}\n"

    def service(self) -> str:
        """Return a systemd service that may write nothing but where the archive and its log lie."""
        words = " ".join(map(_systemd_word, self.command))
        paths = " ".join(map(_systemd_word, self.writable))
        used = (*self.writable, self.command[0])
        private_tmp = "no" if any(path.startswith(("/tmp/", "/var/tmp/")) for path in used) else "yes"  # noqa: S108
        return (
            "[Unit]\nDescription=Crawl blogs into the archive\n"
            "Wants=network-online.target\nAfter=network-online.target\n\n"
            f"[Service]\nType=oneshot\nUser={self.user}\nExecStart={words}\n"
            f"TimeoutStartSec={self.max_time_s + GRACE_S}\nTimeoutStopSec=30\nNice=10\n"
            f"ReadWritePaths={paths}\nPrivateTmp={private_tmp}\n{_SECURITY}\n"
        )

    def timer(self) -> str:
        """Return the timer that starts the service; a night missed while the machine was off is made up for."""
        return (
            "[Unit]\nDescription=Crawl blogs into the archive every night\n\n"
            f"[Timer]\nOnCalendar=*-*-* {self.hour:02}:{self.minute:02}:00\n"
            f"RandomizedDelaySec={JITTER_MIN}m\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
        )


@click.command("schedule", epilog="Example: scraper schedule --at 02:15 --only service > scraper.service")
@archive_option
@click.option("--at", default="02:15", show_default=True, metavar="HH:MM", help="When, by this machine's clock.")
@click.option("--max-time", default="2h", show_default=True, metavar="SPAN", help="Stop a run after this long.")
@click.option("--only", type=click.Choice(PARTS), help="Print just this.")
def schedule_command(db: Path, at: str, max_time: str, only: str | None) -> None:
    """Print a crontab line, and a systemd service and timer, that crawl into the archive every night.

    Nothing is installed. A run that starts while another works leaves at once, so no lock is needed around it.
    """
    job = _job(db.absolute(), at, max_time)
    if only:
        click.echo(job.part(only), nl=False)
        return
    click.echo("# For `crontab -e`, below a line MAILTO=you@example.org: cron mails what is printed, only trouble.")
    click.echo(job.crontab())
    click.echo(f"# Or for systemd: /etc/systemd/system/scraper.service\n{job.service()}")
    click.echo(f"# /etc/systemd/system/scraper.timer, then: systemctl enable --now scraper.timer\n{job.timer()}")


def _job(db: Path, at: str, max_time: str) -> Job:
    moment = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", at)
    if moment is None:
        raise UsageError(f"--at {at!r}: no time of day; give one such as 02:15")
    limit_s = int(parse_duration(max_time).total_seconds())
    if limit_s <= 0:
        raise UsageError(f"--max-time {max_time!r}: leaves no time")
    options: list[str] = ["--db", str(db), "--quiet", "--max-time", max_time]
    config = click.get_current_context().params.get("config")
    if config is not None:
        options[:0] = ["--config", str(Path(config).absolute())]
    settings = effective_settings().settings
    files = [path for path in (settings.log_file, settings.metrics_file) if path]
    folders = dict.fromkeys([str(db.parent), *(str(Path(path).absolute().parent) for path in files)])
    words = (*_program(), "crawl", *options)
    unfit = next((word for word in (*words, *folders) if not word.isprintable()), None)
    if unfit is not None:
        raise UsageError(f"{unfit!r}: a path with control characters can stand in no crontab")
    return Job(words, getpass.getuser(), int(moment[1]), int(moment[2]), limit_s, tuple(folders))


def _program() -> tuple[str, ...]:
    """Return how this program is started without a shell's PATH."""
    beside = Path(sys.executable).with_name("scraper")
    return (str(beside),) if os.access(beside, os.X_OK) else (sys.executable, "-m", "scraper")


def _systemd_word(word: str) -> str:
    """Return a word as a unit file quotes it.

    Source: systemd.service(5), Command lines; systemd.unit(5), Specifiers.
    """
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"""[\s"'\\;]""", word) else escaped
