"""What every test may use."""

from __future__ import annotations

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
