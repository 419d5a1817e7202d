"""Which redirects are followed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from scraper.fetch.guard import Target
from scraper.fetch.outcome import FetchKind

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT_STATUSES = frozenset({301, 308})
MAX_REDIRECTS = 5

_LOGIN_HOST = re.compile(r"(?:passport|login|signin|sso|auth|accounts?)\.")
_LOGIN_PATH = re.compile(r"/(?:login|log-in|signin|sign-in|sign_in|passport|sso)(?:[/.?]|$)", re.IGNORECASE)


def in_scope(start: Target, target: Target) -> bool:
    """Return whether a redirect stays with the host that was asked: itself, with or without www, or below it."""
    home = start.hostname.removeprefix("www.")
    if target.hostname.removeprefix("www.") != home and not target.hostname.endswith(f".{home}"):
        return False
    return target.port == start.port or (start.port, target.port) == (80, 443)


def refusal(start: Target, target: Target, kind: FetchKind, scope: Callable[[str], bool] | None) -> str:
    """Return why a redirect from ``start`` to ``target`` is not followed, '' if it is.

    ``scope`` decides on the address in place of ``in_scope``.
    """
    # A robots.txt may lie anywhere (RFC 9309, 2.3.1.2); the guard still has its say.
    if kind == "robots":
        return ""
    if start.scheme == "https" and target.scheme == "http":
        return "redirected from https to http"
    if leads_to_login(target) and not leads_to_login(start):
        return "login"
    if not (scope(target.url) if scope else in_scope(start, target)):
        return f"redirected to {target.url[:200]}"
    if kind == "page" and _is_home(target) and not _is_home(start):
        return "redirected to the home page"
    return ""


def leads_to_login(target: Target) -> bool:
    """Return whether an address looks like a page to log in at."""
    return bool(_LOGIN_HOST.match(target.hostname) or _LOGIN_PATH.search(target.path.split("?")[0]))


def _is_home(target: Target) -> bool:
    return target.path.split("?")[0] == "/"
