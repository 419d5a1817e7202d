"""What every test may use."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of conformance data and real pages that stands beside a checkout, where it does."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: conformance data and real pages are not checked here")
    return SHARED


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let fixtures be written anew: a person reads the difference before it is committed."""
    parser.addoption("--update", action="store_true", help="write the expected records of tests/sites anew")


FLOORS = {
    "scraper/read.py scraper/sites/* scraper/parse/* scraper/segment.py scraper/urls.py scraper/fetch/pace.py": 95.0,
    "scraper/*": 90.0,
}
"""Branch coverage in per cent that the whole suite must reach, by files."""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hold the whole suite to the coverage floors; a part of it is held to none."""
    whole = session.config.args_source is not pytest.Config.ArgsSource.ARGS and not session.config.option.keyword
    if not whole or exitstatus or session.config.option.no_cov:
        return
    import coverage

    measured = coverage.Coverage()
    measured.load()
    reporter = session.config.get_terminal_writer()
    for files, floor in FLOORS.items():
        reached = measured.report(include=files.split(), file=io.StringIO())
        reporter.line(f"\ncoverage {reached:.1f} % (floor {floor:.0f} %): {files}", red=reached < floor)
        if reached < floor:
            measured.report(include=files.split(), show_missing=True, skip_covered=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
