"""Each platform's pages, in small, against the records expected of them, which stand beside them as we export."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.export.markdown import render
from scraper.read import parse

PAGES = sorted(Path(__file__).parent.glob("*/*.html"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_page_gives_the_record_beside_it(page: Path, request: pytest.FixtureRequest) -> None:
    parsed = parse(page.read_bytes(), "", name=page.name)
    assert parsed.post is not None, (parsed.verdict, parsed.reason)
    record = render(parsed.post)
    expected = page.with_suffix(".md")
    if request.config.getoption("--update"):
        expected.write_text(record, "utf-8", newline="\n")
    assert record == expected.read_text("utf-8")


def test_every_record_has_its_page() -> None:
    assert {page.with_suffix(".md") for page in PAGES} == set(Path(__file__).parent.glob("*/*.md"))
