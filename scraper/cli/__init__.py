"""The command line: options in, one call, an exit code out.

Data goes to stdout, everything else to stderr; every error is one line, and its exit code is the table of the README.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from typing import TextIO

import click

from scraper.errors import ScraperError
from scraper.settings import VERSION

_COMMANDS = {
    "crawl": "crawl", "explain": "explain", "add": "sources", "remove": "sources", "sources": "sources",
    "import": "files", "export": "files", "reparse": "reparse",
    "search": "query", "show": "query", "history": "query", "diff": "changes", "changes": "changes",
    "check": "care", "backup": "care", "compact": "care", "upgrade": "care", "forget": "care",
    "status": "report", "runs": "report",
    "init": "config", "config": "config", "schedule": "schedule",
    "serve": "serve", "demo": "demo",
}  # fmt: skip
"""Where each command is, so that starting one does not import the others."""


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = import_module(f"scraper.cli.{_COMMANDS[name]}")
        command = getattr(module, f"{name}_command")
        assert isinstance(command, click.Command)  # noqa: S101 - the table above says so
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: scraper crawl https://blog.csdn.net/USER  &&  scraper search 大模型",
)
@click.version_option(VERSION, prog_name="scraper")
def command_line() -> None:
    """Keep CSDN-style blog posts in one SQLite file that can be searched, queried and read."""


class Interrupted(Exception):
    """A signal ended the command cleanly."""

    def __init__(self, number: int, advice: str = "") -> None:
        self.number = number
        super().__init__(advice or "what was read is stored; run the same command to go on")


def main() -> None:
    """Run the command line and exit with the documented code."""
    # Pages are read into trees full of cycles, whose collector else runs at every 700 objects, and modules are made of
    # objects that stay: a fifteenth of a crawl's CPU, for 10 MB.
    gc.set_threshold(5_000)
    # At its end Python would look for cycles among all modules once more: a tenth of what a search costs.
    atexit.register(gc.freeze)
    _fill_closed_descriptors()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What a locale cannot write is escaped, not the end of the command.
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = _show_warning
    with _progress_shown():
        code = _run()
    sys.exit(code)


@contextmanager
def _progress_shown() -> Iterator[None]:
    """Let long work on the archive say how far it is, on one line of a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.terminator = ""
    handler.setFormatter(logging.Formatter("\r\x1b[K%(message)s\r"))
    logger = logging.getLogger("scraper.progress")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield
    logger.removeHandler(handler)


def _run() -> int:
    try:
        code = command_line.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(code or 0)
    except ScraperError as error:
        return _complain(str(error), error.exit_code)
    except click.exceptions.Abort:
        return _complain("interrupted", 128 + signal.SIGINT)
    except Interrupted as interruption:
        return _complain(f"interrupted: {interruption}", 128 + interruption.number)
    except KeyboardInterrupt:
        return _complain("interrupted", 128 + signal.SIGINT)
    except click.ClickException as error:
        return _complain(error.format_message().replace("\n", " "), 2)
    except BrokenPipeError:
        # The reader of our output has had enough.
        _drop_output()
        return 0
    except OSError as error:
        if error.filename is not None:
            raise
        _drop_output()
        return _complain(f"the output cannot be written: {error.strerror}", 1)


def _drop_output() -> None:
    """Let what Python would still flush at its end go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _fill_closed_descriptors() -> None:
    """Open /dev/null where a standard stream is closed: the next file opened would else take its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _complain(message: str, code: int) -> int:
    click.echo(f"scraper: {message}", err=True)
    return code


def _show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int,
    file: TextIO | None = None, line: str | None = None,
) -> None:  # fmt: skip
    click.echo(f"scraper: warning: {message}", err=True)
