"""robots.txt by RFC 9309: what a host lets us ask. Pure; protego matches, what it misreads is mended before.

Mended: agents with a version or blanks behind the product token, unknown lines that would close a group, bytes
that are no UTF-8, line ends that are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from protego import Protego

PRODUCT_TOKEN = "scraper"  # noqa: S105 the name of the program, no secret
MAX_AGE_S = 86400.0

_ANOTHER = "another/"
_LINE_END = re.compile(rb"\r\n?")
_NOT_ASCII = re.compile(rb"[^\t\n\x20-\x7e]")
_AGENT_LINE = re.compile(r"\s*user[ -]?agent[\s:]*([^\s:/#]+)", re.IGNORECASE)
_KNOWN_LINE = re.compile(
    r"\s*(?:allow|disallow|dissallow|dissalow|disalow|diasllow|disallaw|crawl[ -]delay|site-?maps?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Robots:
    """What a robots.txt says to us; ``refusal`` is why nothing may be asked, '' where the rules decide."""

    refusal: str = ""
    crawl_delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()
    _rules: Protego | None = field(default=None, repr=False)

    def allows(self, url: str, agent: str = PRODUCT_TOKEN) -> bool:
        """Return whether an address, percent-encoded as requests carry it, may be asked."""
        if self._rules is None:
            return not self.refusal
        return bool(self._rules.can_fetch(url, agent))


def normalise(body: bytes, max_bytes: int) -> str:
    """Return a robots.txt as ASCII lines, the part after ``max_bytes`` cut off at a line end.

    Other bytes are percent-encoded, as they are in the addresses that the rules are compared with.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = body.decode("utf-16", "replace").encode()
    if len(body) > max_bytes:
        body = body[:max_bytes]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    body = body.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    return _NOT_ASCII.sub(_percent_encode, _LINE_END.sub(b"\n", body)).decode("ascii")


def _percent_encode(match: re.Match[bytes]) -> bytes:
    return b"%%%02X" % match[0][0]


def parse(text: str, agent: str = PRODUCT_TOKEN) -> Robots:
    """Return the rules in a normalised robots.txt; text without rules, such as a web page, allows everything."""
    lines = (_mended(line, agent.lower()) for line in text.split("\n"))
    rules = Protego.parse("\n".join(filter(None, lines)))
    return Robots(crawl_delay_s=rules.crawl_delay(agent), sitemaps=tuple(rules.sitemaps), _rules=rules)


def _mended(line: str, agent: str) -> str:
    found = _AGENT_LINE.match(line)
    if not found:
        return line if _KNOWN_LINE.match(line) else ""
    # RFC 9309, 2.2.1: a group is named by a product token; what stands behind it does not count.
    name = found[1].lower()
    # All others become one: protego copies every rule to every agent of its group, and there may be thousands.
    kept = (form for form in (name, name.replace("*", "") or "*") if form == "*" or form in agent)
    return f"User-agent: {next(kept, _ANOTHER)}"


def read(status: int, text: str) -> Robots:
    """Return what an answer for robots.txt means; status 0 stands for none.

    RFC 9309, 2.3.1: no robots.txt (4xx, or endless redirects) allows everything, an unreachable one nothing.
    401 and 403 are taken as a refusal although the RFC would let us go on.
    """
    if 200 <= status < 300:
        return parse(text)
    if status in (401, 403):
        return Robots(refusal=f"robots.txt itself is refused (status {status})")
    if 300 <= status < 500:
        return Robots()
    cause = f"status {status}" if status else "no complete answer"
    return Robots(refusal=f"robots.txt cannot be read ({cause}), which by RFC 9309 disallows everything")
