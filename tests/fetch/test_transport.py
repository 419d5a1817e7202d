"""The connection under the client: TLS by name, a proxy where one is named, and any bytes at all."""

from __future__ import annotations

import random
import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest

from scraper.fetch.outcome import Blocked, Failed, Ok, OutOfScope, Timeout
from tests.fetch.hostile import PAGE, Stage, answer, head, play

CERTIFICATE = str(Path(__file__).parent / "blog.example.pem")


async def everything_is_here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def play_tls(name: str, ca_bundle: str) -> tuple[object, list[str]]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    names: list[str] = []
    tls.sni_callback = lambda connection, asked, context: names.append(asked)

    async def scene(stage: Stage) -> object:
        stage.server.on("/page", answer())
        return await stage.fetcher.fetch(f"https://{name}:{stage.server.port}/page", kind="ping")

    allow = ("blog.example:{port}", "other.example:{port}")
    return play(scene, tls=tls, resolver=everything_is_here, allow=allow, ca_bundle=ca_bundle), names


def test_the_certificate_is_checked_for_the_name_and_not_the_address() -> None:
    outcome, names = play_tls("blog.example", CERTIFICATE)
    assert isinstance(outcome, Ok)
    assert outcome.snapshot.body == PAGE
    assert names == ["blog.example"]


@pytest.mark.parametrize(("name", "ca_bundle"), [("other.example", CERTIFICATE), ("blog.example", "")])
def test_a_certificate_that_does_not_hold_is_a_failure_that_is_not_tried_again(name: str, ca_bundle: str) -> None:
    outcome, names = play_tls(name, ca_bundle)
    assert isinstance(outcome, Failed)
    assert "SCRAPER_CA_BUNDLE" in outcome.reason
    assert names == [name]


def test_a_folder_of_authorities_is_a_ca_bundle_too(tmp_path: Path) -> None:
    outcome, _ = play_tls("blog.example", str(tmp_path))
    assert isinstance(outcome, Failed)


def test_tls_on_a_plain_port_is_a_failure() -> None:
    async def scene(stage: Stage) -> None:
        outcome = await stage.fetcher.fetch(stage.server.url("/page").replace("http:", "https:"), kind="ping")
        assert isinstance(outcome, Failed | Timeout)
        assert stage.server.asked == []

    play(scene, deadline_s=0.2)


def test_a_proxy_is_asked_in_place_of_the_site_and_told_its_own_password_only() -> None:
    async def scene(stage: Stage) -> None:
        stage.server.on("http://blog.example/page", answer())
        assert isinstance(await stage.fetcher.fetch("http://blog.example/page"), Ok)
        assert isinstance(await stage.fetcher.fetch("http://127.0.0.1/page"), OutOfScope)
        assert [asked.path for asked in stage.server.asked] == [
            "http://blog.example/robots.txt",
            "http://blog.example/page",
        ]
        assert stage.server.asked[-1].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"
        assert stage.server.asked[-1].headers["host"] == "blog.example"
        assert "cookie" not in stage.server.asked[-1].headers

    async def unasked(host: str, port: int) -> Sequence[str]:
        assert host == "127.0.0.1"
        return [host]

    play(
        scene,
        resolver=unasked,
        proxy="http://me:secret@127.0.0.1:{port}",
        cookies={"blog.example": "not over plain http"},
    )


def test_the_servers_of_a_run_are_asked_whatever_the_environment_says_of_proxies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def scene(stage: Stage) -> None:
        stage.server.on("/page", answer())
        assert isinstance(await stage.fetch("/page"), Ok)

    play(scene)


def test_any_bytes_a_server_sends_come_to_an_outcome() -> None:
    """Valid answers, damaged at random: nothing is raised, and nothing is handed on that is no whole answer."""
    chance = random.Random(5)
    seeds = [
        answer(PAGE, 'ETag: "1"', "Content-Encoding: gzip"),
        head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
        answer(b"", "Location: /page", status=302),
        answer(b"", "Retry-After: 1", status=404),
    ]

    async def scene(stage: Stage) -> None:
        for number in range(100):
            sent = bytearray(chance.choice(seeds))
            for _ in range(chance.randint(1, 4)):
                place = chance.randrange(len(sent))
                sent[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
            stage.server.on(f"/{number}", bytes(sent))
            outcome = await stage.fetch(f"/{number}", kind="ping")
            assert outcome.name
            assert outcome.reason.isprintable()
            if not isinstance(outcome, Ok | Blocked):
                assert outcome.reason
            stage.clock.time += 2 * 86400

    play(scene)
