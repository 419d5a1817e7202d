"""What a new archive is made of, and how its shape is told from another's."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive.creation import create, shape_of
from scraper.errors import ArchiveError

TAGS = "post_id INTEGER NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL, tag_id INTEGER NOT NULL"
KEYS = "PRIMARY KEY (post_id, kind, position), FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE"
POST_TAGS = f"CREATE TABLE post_tags ({TAGS} REFERENCES tags, {KEYS}) STRICT, WITHOUT ROWID"


def make_anew(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"DROP TABLE post_tags; {statement};")


def test_a_first_run_does_not_load_what_only_older_archives_need(tmp_path: Path) -> None:
    program = (
        "import sys; from scraper.archive import Archive; Archive(sys.argv[1], write=True).close();"
        "print('alembic' in sys.modules)"
    )
    path = tmp_path / "new.db"
    run = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"]
    assert ("table", "posts") in shape_of(path)


def test_one_table_in_other_words_is_the_same_table(path: Path) -> None:
    create(path)
    before = shape_of(path)
    make_anew(
        path,
        POST_TAGS.replace(" REFERENCES tags", "").replace("CASCADE", "CASCADE, FOREIGN KEY(tag_id) REFERENCES tags"),
    )
    in_other_words = shape_of(path)
    make_anew(path, POST_TAGS)
    assert shape_of(path)["table", "post_tags"] == in_other_words["table", "post_tags"]
    assert in_other_words["table", "post_tags"] != before["table", "posts"]


@pytest.mark.parametrize(
    "words", [
        ("tag_id INTEGER NOT NULL", "tag_id INTEGER"), ("kind TEXT", "kind INTEGER"), (" ON DELETE CASCADE", ""),
        (", FOREIGN", ", UNIQUE (tag_id), FOREIGN"), ("STRICT, ", ""), (", WITHOUT ROWID", ""),
        (" REFERENCES tags", ""), (", position)", ")"), ("position INTEGER NOT", "position INTEGER DEFAULT 1 NOT"),
    ],
)  # fmt: skip
def test_any_difference_in_a_table_shows(path: Path, words: tuple[str, str]) -> None:
    create(path)
    make_anew(path, POST_TAGS)
    before = shape_of(path)
    make_anew(path, POST_TAGS.replace(*words))
    assert POST_TAGS.replace(*words) != POST_TAGS
    assert shape_of(path)["table", "post_tags"] != before["table", "post_tags"]


def test_an_archive_that_another_process_has_just_made_is_left_alone(path: Path) -> None:
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO sites (name) VALUES ('csdn')")
        connection.commit()
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sites").fetchall() == [("csdn",)]


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"nowhere/archive\.db: cannot be made or written to"):
        create(tmp_path / "nowhere" / "archive.db")
