"""Only public addresses are dialled, and those that the settings name; what was checked is what is dialled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.fetch.guard import Guard, OffLimits, is_public
from scraper.fetch.outcome import Ok, OutOfScope
from scraper.fetch.transport import GuardedBackend
from scraper.settings import Resolve, Settings
from tests.fetch.hostile import Stage, answer, play

PUBLIC = "93.184.216.34"


class Names:
    """A resolver with scripted answers: each is given once, the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Dialler(httpcore.AsyncNetworkBackend):
    """Notes what would be dialled and dials nothing."""

    def __init__(self, *unreachable: str) -> None:
        self.dialled: list[str] = []
        self.unreachable = unreachable

    async def connect_tcp(self, host: str, port: int, *args: object, **options: object) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if host in self.unreachable:
            raise httpcore.ConnectError("unreachable")
        return httpcore.AsyncMockStream([])


def dial(names: Names, host: str = "blog.example", dialler: Dialler | None = None, **settings: object) -> list[str]:
    dialler = dialler or Dialler()
    backend = GuardedBackend(Guard(Settings(**settings), names), dialler)
    asyncio.run(backend.connect_tcp(host, 80))
    return dialler.dialled


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255", "168.63.129.16",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "100::1", "2001::1", "2001:0:7f00:1::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "3fff::1",
        "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1",
        "ff02::1", "not-an-address",
    ],
)  # fmt: skip
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "93.184.216.34", "172.32.0.1", "192.0.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8",
        "64:ff9b::808:808", "2002:808:808::1",
    ],
)  # fmt: skip
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7"))
def test_no_private_address_is_public(address: object) -> None:
    assert not is_public(str(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1/", "no public address"),
        ("http://2130706433/", "no public address"),
        ("http://0x7f.1/", "no public address"),
        ("http://127。0。0。1/", "no public address"),
        ("http://[::ffff:127.0.0.1]/", "no public address"),
        ("http://127.1.1.1:80\\@blog.csdn.net/", "no public address"),
        ("http://LOCALHOST./", "this machine"),
        ("http://foo.localhost/", "this machine"),
        ("http://blog.example:25/", "port 25"),
        ("http://blog.example:99999/", "not a valid address"),
        ("http://me:secret@blog.example/", "user name"),
        ("http://blog.example@127.0.0.1/", "user name"),
        ("file:///etc/passwd", "scheme 'file'"),
        ("javascript:alert(1)", "scheme 'javascript'"),
        ("data:text/html,x", "scheme 'data'"),
        ("http://[::1", "not a valid address"),
        ("//blog.example/", "not a valid address"),
        ("", "not a valid address"),
        ("http://[fe80::1%25eth0]/", "not a valid address"),
        ("http://a.example/" + "a" * 9000, "9017 characters"),
        ("http://\ud800.example/", "not a valid address"),
    ],
)
def test_an_address_is_refused_as_written_without_a_socket(url: str, reason: str) -> None:
    with pytest.raises(OffLimits, match=reason) as caught:
        Guard(Settings(), Names([PUBLIC])).check(url)
    assert "secret" not in str(caught.value)


def test_an_address_is_asked_as_browsers_write_it() -> None:
    guard = Guard(Settings(), Names([PUBLIC]))
    target = guard.check("HTTPS://Blog.Example:443/a/../文?q=数#part")
    assert target.url == "https://blog.example/%E6%96%87?q=%E6%95%B0"
    assert (target.host, target.port, target.path) == ("blog.example", 443, "/%E6%96%87?q=%E6%95%B0")
    assert guard.check("http://blog.example:443/").host == "blog.example:443"
    assert guard.check("../b", "https://blog.example/a/c").url == "https://blog.example/b"


def test_the_settings_allow_exactly_what_they_name() -> None:
    guard = Guard(
        Settings(
            allow_hosts=("127.0.0.1:8000", "[::1]:8000", "Local.Test:81", "nonsense:::"),
            resolve=(Resolve("blog.example", 81, "127.0.0.1"),),
        ),
        Names(["127.0.0.1"]),
    )
    for url in ("http://127.0.0.1:8000/", "http://2130706433:8000/", "http://[::1]:8000/", "http://local.test:81/",
                "http://blog.example:81/"):  # fmt: skip
        guard.check(url)
    for url in ("http://127.0.0.1:8001/", "http://127.0.0.2:8000/", "http://127.0.0.1/", "http://other.test:81/"):
        with pytest.raises(OffLimits, match="--allow-host"):
            guard.check(url)
    assert asyncio.run(guard.addresses("local.test", 81)) == ["127.0.0.1"]
    assert asyncio.run(guard.addresses("blog.example", 81)) == ["127.0.0.1"]
    with pytest.raises(OffLimits, match=r"blog.example is at 127.0.0.1"):
        asyncio.run(guard.addresses("blog.example", 80))


def test_the_address_that_was_checked_is_dialled_after_one_resolution() -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    assert dial(names) == [PUBLIC]
    assert names.asked == ["blog.example"]


@pytest.mark.parametrize("found", [[PUBLIC, "127.0.0.1"], ["::1", PUBLIC], ["169.254.169.254"], ["fe80::1%eth0"]])
def test_one_private_address_among_the_answers_refuses_the_host(found: list[str]) -> None:
    dialler = Dialler()
    with pytest.raises(OffLimits, match="no public address"):
        dial(Names(found), dialler=dialler)
    assert dialler.dialled == []


def test_a_literal_that_reaches_the_dialler_is_checked_there_too() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        with pytest.raises(OffLimits):
            dial(Names([PUBLIC]), host=host)


def test_another_checked_address_is_dialled_where_the_first_does_not_answer() -> None:
    assert dial(Names(["8.8.8.8", PUBLIC]), dialler=Dialler("8.8.8.8")) == ["8.8.8.8", PUBLIC]
    with pytest.raises(httpcore.ConnectError, match="unreachable"):
        dial(Names([PUBLIC]), dialler=Dialler(PUBLIC))


def test_a_name_without_an_address_is_a_connection_error() -> None:
    with pytest.raises(httpcore.ConnectError, match="cannot be resolved"):
        dial(Names([]))


def test_a_given_address_is_dialled_without_asking_the_resolver() -> None:
    names = Names([PUBLIC])
    assert dial(names, resolve=(Resolve("blog.example", 80, "127.0.0.9"),)) == ["127.0.0.9"]
    assert names.asked == []


def test_a_proxy_is_dialled_and_nothing_beside_it() -> None:
    settings = {"proxy": "http://proxy.test:80"}
    assert dial(Names(["10.0.0.1"]), host="proxy.test", **settings) == ["10.0.0.1"]
    with pytest.raises(OffLimits):
        dial(Names(["10.0.0.1"]), host="blog.example", **settings)


def test_the_fetcher_dials_through_the_guard() -> None:
    """Fails where httpx resolves or connects by itself: the system's resolver knows neither name."""
    names = Names(["127.0.0.1"])

    async def scene(stage: Stage) -> None:
        stage.server.on("/", answer())
        inside = await stage.fetcher.fetch("http://inside.test/")
        assert isinstance(inside, OutOfScope)
        assert "inside.test is at 127.0.0.1" in inside.reason
        assert stage.server.asked == []

    play(scene, resolver=names)
    assert names.asked == ["inside.test"]


def test_the_host_header_is_the_name_and_not_the_address_that_is_dialled() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("/", answer())
        url = f"http://named.test:{stage.server.port}/"
        assert isinstance(await stage.fetcher.fetch(url), Ok)
        assert stage.server.asked[-1].headers["host"] == f"named.test:{stage.server.port}"

    play(scene, resolver=Names(["127.0.0.1"]), allow=("named.test:{port}",))


def test_shared_addresses_are_refused_or_lead_nowhere(shared: Path) -> None:
    cases = json.loads((shared / "cases/ssrf/blocked.json").read_text())
    hosts: dict[str, list[str]] = {"ip6-localhost": ["::1"], "blog.csdn.net": [PUBLIC]}

    async def names(host: str, port: int) -> Sequence[str]:
        return hosts.get(host, [])

    def is_dialled(url: str) -> bool:
        guard = Guard(Settings(), names)
        try:
            target = guard.check(url)
            return bool(asyncio.run(guard.addresses(target.hostname, target.port)))
        except (OffLimits, OSError):
            return False

    assert [case["url"] for case in cases["blocked"] if is_dialled(case["url"])] == []
    for url in cases["allowed"]:
        target = Guard(Settings(), names).check(url)
        assert target.hostname
    for script in cases["dns_rebinding"]:
        for found in script["answers"][:1]:
            private = any(not is_public(address) for address in found)
            if private:
                with pytest.raises(OffLimits):
                    dial(Names(found))
            else:
                assert dial(Names(*script["answers"])) == found
