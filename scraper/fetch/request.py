"""What is wanted of an address, and the headers that a hop on the way to it carries. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scraper.fetch.guard import Target
from scraper.fetch.outcome import FetchKind

_ACCEPT: Mapping[str, str] = {
    "page": "text/html,application/xhtml+xml,*/*;q=0.5",
    "list": "application/json,text/html;q=0.9,application/xml;q=0.9,*/*;q=0.5",
    "feed": "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5",
    "image": "image/*,*/*;q=0.1",
    "robots": "text/plain,*/*;q=0.5",
    "ping": "*/*",
}
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,1000}")


@dataclass(frozen=True, slots=True)
class Request:
    """What was wanted, the same for every hop and try."""

    requested_url: str
    start: Target
    kind: FetchKind
    headers: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    last_modified: str = ""
    scope: Callable[[str], bool] | None = None
    cookie: str = field(default="", repr=False)
    content: bytes | None = field(default=None, repr=False)
    """What is sent to the address (POST); None for asking it (GET)."""

    @property
    def validators(self) -> dict[str, str]:
        """The headers of a conditional request; what a server sent that cannot be sent back is left out."""
        wanted = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in wanted.items() if _VALIDATOR.fullmatch(value)}

    def headers_for(self, target: Target, *, may_have_cookie: bool) -> dict[str, str]:
        """Return the headers for one hop: another host than the first gets nothing that was meant for that one."""
        headers = {"Accept": _ACCEPT[self.kind]}
        if target.hostname != self.start.hostname:
            return headers
        headers |= dict(self.headers) | self.validators
        if self.cookie and may_have_cookie:
            headers["Cookie"] = self.cookie
        return headers
