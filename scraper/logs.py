"""The log: one line an event, as text or JSON, to stderr and to a rotating file; what is secret never gets in."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import Any

from scraper.errors import UsageError
from scraper.settings import Settings

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
HIDDEN = "***"


def escape_controls(text: str) -> str:
    """Return text that stays on its line and gives a terminal no orders: such characters written as escapes."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


def hide(text: str, secrets: tuple[str, ...]) -> str:
    """Return text with each of the secrets blotted out."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


class _LineFormatter(logging.Formatter):
    """``TIME LEVEL event key=value …``, the time in UTC; a traceback follows on the same line."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = tuple(sorted(secrets, key=len, reverse=True))

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return self.line(record, moment.replace("+00:00", "Z"), _traceback(record))

    def line(self, record: logging.LogRecord, moment: str, trace: str) -> str:
        return self._safe(" ".join(filter(None, (moment, record.levelname.lower(), record.getMessage(), trace))))

    def _safe(self, text: str) -> str:
        return escape_controls(hide(text, self._secrets))


class _JsonFormatter(_LineFormatter):
    """An object a line: at, level, logger, message; and where the event has them, its name and its values."""

    def line(self, record: logging.LogRecord, moment: str, trace: str) -> str:
        values: dict[str, Any] = getattr(record, "values", {})
        said = {"at": moment, "level": record.levelname.lower(), "logger": record.name}
        said |= {name: value for name, value in values.items() if value is not None and value != ""}
        said |= {"message": record.getMessage()} | ({"traceback": trace} if trace else {})
        return json.dumps({name: self._clean(value) for name, value in said.items()}, ensure_ascii=False)

    def _clean(self, value: Any) -> Any:
        # JSON escapes the controls below U+0020 by itself; the others are escaped as in text.
        return self._safe(str(value)) if not isinstance(value, int | float) else value


def _traceback(record: logging.LogRecord) -> str:
    return "".join(traceback.format_exception(*record.exc_info)).strip() if record.exc_info else ""


class _QuietFile(RotatingFileHandler):
    """A log file whose trouble, a full disk say, is told once on stderr and stops nothing."""

    _told = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        self._tell(sys.exc_info()[1])

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:
            self._tell(error)

    def _tell(self, reason: BaseException | None) -> None:
        if not self._told and sys.stderr is not None:
            self._told = True
            sys.stderr.write(f"scraper: warning: {self.baseFilename}: the log cannot be written: {reason}\n")


@contextmanager
def writing(settings: Settings, *, verbose: int = 0) -> Iterator[None]:
    """Write the package's log while the block runs: to the settings' file, and to stderr if ``verbose``.

    With ``verbose`` of 2 or more, debugging lines too.

    Raises:
        UsageError: the log file cannot be opened.
    """
    logger = logging.getLogger("scraper")
    handlers: list[logging.Handler] = []
    if verbose and sys.stderr is not None:
        handlers.append(logging.StreamHandler(sys.stderr))
    if settings.log_file:
        try:
            handlers.append(
                _QuietFile(
                    settings.log_file, maxBytes=settings.log_bytes, backupCount=settings.log_keep, encoding="utf-8"
                )
            )
        except OSError as error:
            raise UsageError(f"{settings.log_file}: the log cannot be written: {error.strerror}") from error
    form = _JsonFormatter if settings.log_format == "json" else _LineFormatter
    before = logger.level
    logger.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
    for handler in handlers:
        handler.setFormatter(form(settings.secrets()))
        logger.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
        logger.setLevel(before)
