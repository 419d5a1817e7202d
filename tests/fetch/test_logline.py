"""A line of the log is one line, and obeys nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.fetch.logline import format_event


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (5, "5"),
        ("plain", "plain"),
        ("数据", "数据"),
        ("two words", '"two words"'),
        ('say "a=b"', r'"say \"a=b\""'),
        ("back\\slash", r'"back\\slash"'),
        ("a\nb", r'"a\x0ab"'),
        ("\x1b[31mred", r'"\x1b[31mred"'),
        ("gnp\u202eexe", r'"gnp\u202eexe"'),
        ("\ud800", r'"\ud800"'),
        ("a" * 1000, "a" * 500 + "…"),
    ],
)
def test_values_are_quoted_and_escaped_as_needed(value: object, written: str) -> None:
    assert format_event("ok", key=value) == f"ok key={written}"


def test_what_is_not_known_is_left_out() -> None:
    assert format_event("ok", status=None, reason="", ms=0) == "ok ms=0"


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=80))
def test_any_text_is_one_printable_line(text: str) -> None:
    line = format_event("event", value=text)
    assert len(line.splitlines()) == 1
    line.encode()
    assert not any(character < " " or 0x7F <= ord(character) < 0xA0 for character in line)


def test_shared_lines_that_would_forge_the_log_are_harmless(shared: Path) -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return [text for child in children for text in strings(child)]

    texts = strings(json.loads((shared / "cases/injection/header_log.json").read_text()))
    assert texts
    for text in texts:
        line = format_event("event", value=text)
        assert len(line.splitlines()) == 1
        assert not set(line) & set("\x1b\x9b\x00\r\u202e\u2066")
