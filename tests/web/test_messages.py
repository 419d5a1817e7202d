from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import httpx
import pytest

import scraper.web
from scraper.web.messages import MESSAGES, negotiate, say


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.9", "en"), ("en;q=0.5,zh;q=0.6", "zh"),
        ("fr,en;q=0.3", "en"), ("fr", "zh"), ("*", "zh"), ("EN", "en"), ("zh;q=0,en;q=0.1", "en"),
        (";;;,q=,en;q=x", "en"), ("en;q=0.8,zh-TW;q=0.9", "zh"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_that_a_browser_prefers(header: str, language: str) -> None:
    assert negotiate(header) == language


def test_both_languages_fill_the_same_blanks() -> None:
    for name, texts in MESSAGES.items():
        blanks = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in texts]
        assert blanks[0] == blanks[1], name
        assert all(texts), name
    assert say("en", "results", n=3) == "3 posts"


def test_every_message_is_said_somewhere() -> None:
    folder = Path(scraper.web.__file__).parent
    sources = [*folder.glob("templates/*.html"), *folder.glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources if path.name != "messages.py")
    families = ("count_", "outcome_", "source_", "origin_", "change_")
    for name in MESSAGES:
        assert name.startswith(families) or re.search(rf"""["']{name}["']""", text), name


def test_a_person_can_switch_and_the_choice_is_kept(address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False, headers={"Accept-Language": "zh"}) as client:
        assert '<html lang="zh-CN">' in client.get("/search?q=笔记").text
        switched = client.get("/search?q=笔记&lang=en")
        assert '<html lang="en">' in switched.text
        assert switched.headers["Content-Language"] == "en"
        assert "HttpOnly" in switched.headers["Set-Cookie"]
        assert "samesite=strict" in switched.headers["Set-Cookie"].lower()
        assert '<html lang="en">' in client.get("/").text
        assert "Set-Cookie" not in client.get("/").headers
        assert '<html lang="en">' in client.get("/?lang=xx").text
    assert client.cookies.get("lang") == "en"
