"""What may be dialled: addresses are checked twice, as they are written and as they resolve.

Ranges: the special-purpose address registries of IANA (RFC 6890).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import ada_url

from scraper.errors import ScraperError, UsageError
from scraper.settings import Settings

MAX_URL_CHARS = 8192
WEB_PORTS = frozenset({80, 443, 8080, 8443})
DEFAULT_PORTS = {"http": 80, "https": 443}

# Written out, because ipaddress.is_global of Python before 3.11.10 lets some of them pass (CVE-2024-4032).
_SPECIAL_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's own service behind a public address
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


class OffLimits(ScraperError):
    """This address is not dialled; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked, normalized as browsers do, in the parts that a request needs."""

    url: str
    scheme: str
    hostname: str
    port: int
    path: str
    """Path and query, as they go into the request line."""

    @property
    def host(self) -> str:
        """The key under which this host is remembered: its name, with the port unless it is the scheme's own."""
        return self.hostname if self.port == DEFAULT_PORTS[self.scheme] else f"{self.hostname}:{self.port}"


def is_public(address: str) -> bool:
    """Return whether an IP address is global unicast, also in what it wraps (mapped, 6to4, NAT64)."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _SPECIAL_V4)
    wrapped = _wrapped_v4(ip)
    if wrapped is not None:
        return is_public(str(wrapped))
    # A zone id names an interface of this machine.
    return ip.scope_id is None and ip in _GLOBAL_V6 and not any(ip in network for network in _SPECIAL_V6)


def _wrapped_v4(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the system's resolver gives for a host, in its order; an address is its own.

    Raises:
        OSError: it gives none.
    """
    if _is_address(host):
        return [host]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Guard:
    """The rules of one run: the general ones, and what the settings allow by name.

    Raises:
        UsageError: the proxy of the settings is no http(s) address.
    """

    def __init__(self, settings: Settings, resolver: Resolver = resolve_by_system) -> None:
        self._resolver = resolver
        self._given = {(entry.host, entry.port): entry.address for entry in settings.resolve}
        self._allowed = {_host_and_port(text) for text in settings.allow_hosts}
        self._proxy = _proxy_address(settings.proxy)

    def named(self, hostname: str, port: int) -> bool:
        """Return whether the settings name exactly this host and port."""
        key = hostname.strip("[]"), port
        return key in self._allowed or key in self._given

    def check(self, url: str, base: str | None = None) -> Target:
        """Return the parts of an address that may be asked, so far as can be told without resolving it.

        Raises:
            OffLimits: no http(s) URL, one with a user name, or a host or port that is not asked.
        """
        # The cap comes before the parser: a redirect may carry an address of any length.
        if len(url) > MAX_URL_CHARS:
            raise OffLimits(f"an address of {len(url)} characters")
        try:
            parsed = ada_url.URL(url, base) if base else ada_url.URL(url)
            scheme = parsed.protocol.removesuffix(":")
            hostname, port_text, path = parsed.hostname, parsed.port, parsed.pathname + parsed.search
            userinfo = parsed.username or parsed.password
            parsed.hash = ""
            href = parsed.href
        except (ValueError, UnicodeError) as error:
            raise OffLimits("not a valid address") from error
        if scheme not in DEFAULT_PORTS:
            raise OffLimits(f"scheme {scheme[:20]!r} is not http or https")
        if userinfo:
            raise OffLimits("an address with a user name in it")
        port = int(port_text) if port_text else DEFAULT_PORTS[scheme]
        if not self.named(hostname, port):
            _check_host(hostname, port)
        return Target(href, scheme, hostname, port, path)

    async def addresses(self, hostname: str, port: int) -> Sequence[str]:
        """Resolve a host, once, and return the addresses that may be dialled for it.

        Raises:
            OffLimits: any of its addresses is not public and the settings do not name this host and port.
            OSError: it has none.
        """
        hostname = hostname.strip("[]")
        if (hostname, port) in self._given:
            return [self._given[hostname, port]]
        exempt = (hostname, port) in self._allowed or (hostname, port) == self._proxy
        if not exempt:
            _check_host(hostname, port)
        found = await self._resolver(hostname, port)
        if not found:
            raise OSError(f"{hostname} has no address")
        private = [address for address in found if not is_public(address)]
        if private and not exempt:
            raise OffLimits(f"{hostname} is at {private[0]}, no public address{_hint(hostname, port)}")
        return found


def _check_host(hostname: str, port: int) -> None:
    if port not in WEB_PORTS:
        raise OffLimits(f"port {port} is not one of the web's{_hint(hostname, port)}")
    name = hostname.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        raise OffLimits(f"{hostname} is this machine{_hint(hostname, port)}")
    literal = hostname.strip("[]")
    if _is_address(literal) and not is_public(literal):
        raise OffLimits(f"{hostname} is no public address{_hint(hostname, port)}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _hint(hostname: str, port: int) -> str:
    return f"; --allow-host {hostname}:{port} allows it"


def _host_and_port(text: str) -> tuple[str, int]:
    try:
        parsed = ada_url.URL(f"http://{text}")
    except ValueError:
        return text, 0
    return parsed.hostname.strip("[]"), int(parsed.port or 80)


def _proxy_address(proxy: str) -> tuple[str, int] | None:
    if not proxy:
        return None
    try:
        parsed = ada_url.URL(proxy)
        port = DEFAULT_PORTS[parsed.protocol.removesuffix(":")]
        return parsed.hostname.strip("[]"), int(parsed.port or port)
    except (ValueError, KeyError) as error:
        # The address is not quoted: it may hold a password.
        raise UsageError("the proxy of the settings is not of the form http://HOST:PORT") from error
