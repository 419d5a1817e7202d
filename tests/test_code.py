"""What the code promises of itself: lint, types, import directions, and the names the package offers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    run(str(BIN / "ruff"), "check", "scraper", "tests")


def test_the_code_is_formatted() -> None:
    run(str(BIN / "ruff"), "format", "--check", "scraper", "tests")


def test_mypy_strict_finds_nothing() -> None:
    run(str(BIN / "mypy"))


def test_imports_go_one_way() -> None:
    run(str(BIN / "lint-imports"), "--no-cache")


def test_the_public_names_are_there_and_stay_functions_when_modules_of_the_same_name_are_imported() -> None:
    import scraper.crawl.seeds
    import scraper.parse.dates

    for name in scraper.__all__:
        assert getattr(scraper, name) is not None
    assert callable(scraper.parse)
    assert callable(scraper.crawl)
    assert scraper.parse(b"---\ntitle: a\n---\nb", "").post.title == "a"


def test_starting_the_command_imports_neither_network_nor_parsers_nor_database() -> None:
    code = (
        "import sys, scraper.cli\n"
        "try: scraper.cli.command_line.main(['--help'], standalone_mode=False)\n"
        "finally: print(sorted({'httpx', 'lxml', 'bs4', 'sqlalchemy', 'alembic', 'starlette', 'uvicorn', 'jinja2'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "crawl" in done.stdout
