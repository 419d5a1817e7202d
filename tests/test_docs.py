"""What the README says is true: its commands run, its SQL answers, its names exist."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive.views import VIEWS
from scraper.cli import _COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's shell blocks have run, each line a command of its own."""
    folder = tmp_path_factory.mktemp("readme")
    environ = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for line in "".join(blocks("sh")).splitlines():
        done = subprocess.run(shlex.split(line), cwd=folder, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return folder


def test_the_shell_blocks_run_and_leave_an_archive_and_an_export(folder: Path) -> None:
    assert (folder / "archive.db").exists()
    assert list((folder / "exported").rglob("*.md"))


def test_the_questions_in_sql_are_answered(folder: Path) -> None:
    statements = [part for block in blocks("sql") for part in block.split(";") if part.strip()]
    assert len(statements) == 5
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        answers = [connection.execute(statement).fetchall() for statement in statements]
    assert answers[0]
    assert answers[1]
    assert answers[4]


def test_the_python_block_runs(folder: Path) -> None:
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "他说“**中文**”和" in done.stdout


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"
    assert command in README
    assert command in (ROOT / ".ci" / "run").read_text("utf-8").replace("install -q -e", "install -e")


def test_every_command_is_named_in_the_readme() -> None:
    for name in _COMMANDS:
        assert f"scraper {name}" in README, name


def test_every_view_and_every_key_of_records_is_named_in_the_readme(folder: Path) -> None:
    for view in VIEWS:
        assert f"`{view}`" in README, view
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        keys = [column[0] for column in connection.execute("SELECT * FROM records LIMIT 0").description]
    (row,) = re.findall(r"^\| `records` \|.*?`(.*?)` \|$", README, re.MULTILINE)
    assert row.split(", ") == keys
