"""robots.txt by RFC 9309."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import quote

import ada_url
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.fetch import robots

# Cases of other parsers' suites that contradict RFC 9309 itself.
EXCEPTIONS = {
    "ID_Encoding": "2.2.2: percent-encoded and plain forms of a path are equal, in the rule and in the address",
    "test_grouping_unknown_keys": "2.2.4: records of other kinds do not interfere, so they do not close a group",
}


def allows(text: str | bytes, url: str, agent: str = "FooBot") -> bool:
    body = text if isinstance(text, bytes) else text.encode()
    agent = quote(agent, safe=" /().;:+*")
    rules = robots.parse(robots.normalise(body, 1_000_000), agent)
    return rules.allows(ada_url.URL(url, "http://blog.example/").href, agent)


@pytest.mark.parametrize(
    ("text", "url", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", "/private/1", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow: /\nUser-agent: foobot\nAllow: /", "/x", True),
        ("User-agent: foobot/2.1\nDisallow: /", "/x", False),
        ("User-agent: foobot and friends\nDisallow: /", "/x", False),
        ("User-agent: otherbot\nDisallow: /", "/x", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /a/b\nAllow: /a", "/a/b/c", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.php$", "/x.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/x.php?a=1", True),
        ("User-agent: *\nDisallow: /文", "/文/1", False),
        ("User-agent: *\nDisallow: /%E6%96%87", "/文/1", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: foobot\nX-Unknown: 1\nUser-agent: *\nDisallow: /", "/x", False),
        ("\ufeffUser-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\0\nDis\0allow: /", "/x", False),
        ("User-agent: *\rDisallow: /", "/x", False),
        ("User-agent: *\r\n\r\nDisallow: /\r\n", "/x", False),
        ("User-agent: *\nDisallow: /a\u2028b", "/a\u2028b", False),
        ("User-agent: *\nDisallow: /".encode("utf-16"), "/x", False),
        ("User-agent: *\nDisallow: /文章".encode("gbk"), "/%CE%C4%D5%C2/1", False),
        ("<!DOCTYPE html><html><body>Page not found: /</body></html>", "/x", True),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "/x", True),
        ("", "/x", True),
    ],
)
def test_rules_are_read_as_the_rfc_has_them(text: str | bytes, url: str, allowed: bool) -> None:
    assert allows(text, url) is allowed


def test_our_own_group_goes_by_the_name_of_the_program() -> None:
    assert not robots.parse("User-agent: Scraper\nDisallow: /").allows("http://blog.example/x")
    assert robots.parse("User-agent: bot\nDisallow: /").allows("http://blog.example/x")


@pytest.mark.parametrize(
    ("line", "delay"),
    [("2", 2.0), ("0.5", 0.5), ("999999", 999999.0), ("nan", None), ("inf", None), ("-1", None), ("soon", None)],
)
def test_a_crawl_delay_is_a_number_or_nothing(line: str, delay: float | None) -> None:
    assert robots.parse(f"User-agent: *\nCrawl-delay: {line}").crawl_delay_s == delay


def test_sitemaps_are_kept_whatever_group_they_stand_in() -> None:
    text = "User-agent: x\nDisallow: /\nSitemap: https://blog.example/sitemap.xml"
    assert robots.parse(text).sitemaps == ("https://blog.example/sitemap.xml",)


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(200, False), (204, True), (301, True), (404, True), (410, True), (401, False), (403, False), (500, False),
     (503, False), (0, False)],
)  # fmt: skip
def test_the_status_decides_before_the_rules(status: int, allowed: bool) -> None:
    text = "User-agent: *\nDisallow: /" if status == 200 else ""
    read = robots.read(status, text)
    assert read.allows("http://blog.example/x") is allowed
    assert bool(read.refusal) is (not allowed and status != 200)


def test_what_lies_beyond_the_cap_is_cut_at_a_line_end() -> None:
    body = b"User-agent: *\nDisallow: /a\nDisallow: /b-and-more\n"
    text = robots.normalise(body, len(body) - 9)
    assert text == "User-agent: *\nDisallow: /a\n"
    assert robots.normalise(b"x" * 100, 50) == ""


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_a_robots_file(body: bytes) -> None:
    text = robots.normalise(b"User-agent: *\n" + body, 1_000_000)
    assert text.isascii()
    assert isinstance(robots.parse(text).allows("http://blog.example/x"), bool)


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\n" + "\n".join(f"Disallow: /p{number}" for number in range(100_000)),
        "User-agent: *\nDisallow: /" + "a*" * 50_000 + "b",
        "User-agent: *\nDisallow: /" + "*" * 100_000,
        "User-agent" + " " * 500_000,
        "User-agent:" + ": " * 250_000 + "\nDisallow: /",
        "".join(f"User-agent: a{number}\n" for number in range(10_000)) + "Disallow: /x\n" * 10_000,
        "".join(f"User-agent: {'*' * number}s\n" for number in range(1000)) + "Disallow: /x\n" * 1000,
    ],
)
def test_hostile_files_take_linear_time(text: str) -> None:
    begun = time.process_time()
    robots.parse(robots.normalise(text.encode(), 10**9)).allows("http://blog.example/" + "a" * 8000)
    assert time.process_time() - begun < 2


def is_right(case: dict[str, object]) -> bool:
    try:
        return allows(str(case["robots_txt"]), str(case["url"]), str(case["agent"])) is case["allowed"]
    except ValueError:
        return bool(case.get("google_only"))


def test_shared_cases_of_google_and_protego_are_right_but_for_the_named_exceptions(shared: Path) -> None:
    google = json.loads((shared / "cases/robots/google_robotstxt.json").read_text())["cases"]
    protego = json.loads((shared / "cases/robots/protego.json").read_text())
    assert len(google) + len(protego["can_fetch"]) > 500
    wrong = {
        case["test"] for case in (*google, *protego["can_fetch"]) if not case.get("google_only") and not is_right(case)
    }
    assert wrong == set(EXCEPTIONS)
    for case in protego["crawl_delay"]:
        assert robots.parse(case["robots_txt"], case["agent"]).crawl_delay_s == case["crawl_delay"]


def test_shared_examples_of_the_rfc_are_right(shared: Path) -> None:
    for example in json.loads((shared / "cases/robots/rfc9309_rules.json").read_text())["examples"]:
        for agent, path, allowed in example["checks"]:
            assert allows(example["robots_txt"], path, agent) is allowed, (example["name"], agent, path)
    csdn = json.loads((shared / "cases/robots/blog_csdn_net.json").read_text())
    for path, allowed in csdn["checks"]:
        assert allows(csdn["copies"][0]["robots_txt"], path) is allowed
