from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.blog import Blog
from tests.cli.conftest import Command


def test_init_writes_a_commented_file_beside_the_archive_and_never_over_another(
    scraper: Command, tmp_path: Path
) -> None:
    ran = scraper("init", "--contact", "mailto:me@example.org")
    assert (ran.code, ran.out) == (0, "")
    text = (tmp_path / "scraper.toml").read_text()
    assert 'contact = "mailto:me@example.org"' in text
    again = scraper("init", "--contact", "other")
    assert again.code == 2
    assert "exists already and stays as it is" in again.err
    assert (tmp_path / "scraper.toml").read_text() == text
    elsewhere = scraper("init", "--config", "mine.toml", "--db", "data/archive.db")
    assert elsewhere.code == 0
    assert "no contact is set" in elsewhere.err
    assert (tmp_path / "mine.toml").exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "line"), [("me@example.org\n", 'contact = "me@example.org"'), ("\n", "# contact = ")]
)
def test_init_asks_for_the_contact_on_a_terminal(
    scraper: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, line: str
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    ran = scraper("init")
    assert ran.code == 0
    assert "Your mail address or URL" in ran.err
    assert f"\n{line}" in (tmp_path / "scraper.toml").read_text()


def test_init_says_what_cannot_be_written(scraper: Command) -> None:
    assert "cannot be written" in scraper("init", "--config", "nowhere/scraper.toml").err
    assert "wants a text on one line" in scraper("init", "--contact", "a\nb").err


def test_config_prints_what_holds_and_where_it_comes_from(
    scraper: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scraper.toml").write_text('contact = "me"\n[hosts."a.example"]\ndelay = 4\n')
    monkeypatch.setenv("SCRAPER_MAX_TIME", "90m")
    monkeypatch.setenv("SCRAPER_RESOLVE", "a.example:443:192.0.2.7")
    monkeypatch.setenv("SCRAPER_PROXY", "http://me:pa55word@proxy.example:3128")
    said = scraper("config").out
    assert f'contact = "me"    # {tmp_path}/scraper.toml:1\n' in said
    assert "max_time = 5400    # SCRAPER_MAX_TIME\n" in said
    assert 'resolve = ["a.example:443:192.0.2.7"]    # SCRAPER_RESOLVE\n' in said
    assert "images = true    # default\n" in said
    assert "max_posts = (not set)    # default\n" in said
    assert f'hosts."a.example".delay = 4    # {tmp_path}/scraper.toml:3\n' in said
    assert 'proxy = "***"    # SCRAPER_PROXY\n' in said
    assert "pa55word" not in said
    rows = [json.loads(line) for line in scraper("config", "--json").out.splitlines()]
    assert {"key": "contact", "value": "me", "origin": f"{tmp_path}/scraper.toml:1"} in rows


def test_config_names_every_mistake_and_other_commands_the_first(scraper: Command, tmp_path: Path) -> None:
    (tmp_path / "scraper.toml").write_text("delya = 3\nimages = 7\n")
    ran = scraper("config")
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(": ")[2] for line in ran.err.splitlines()] == ["delya", "images"]
    for command in (("crawl", "https://blog.csdn.net/lin"), ("status",), ("search", "x"), ("schedule",)):
        refused = scraper(*command)
        assert (refused.code, len(refused.err.splitlines())) == (2, 1)
        assert "did you mean delay? (and 1 more: `scraper config` names them all); nothing was done" in refused.err
    assert not (tmp_path / "archive.db").exists()


def test_the_settings_time_zone_is_that_of_days_and_times(scraper: Command, crawl: Command, blog: Blog) -> None:
    crawl(blog.post(1))
    Path("scraper.toml").write_text('timezone = "America/New_York"\n')
    assert (
        len(scraper("search", "笔记", "--since", "2024-01-30", "--until", "2024-01-30", "--json").out.splitlines()) == 1
    )
    assert scraper("search", "笔记", "--since", "2024-01-31").out == ""


def test_the_contact_is_sent_and_its_absence_said_once_a_run(crawl: Command, blog: Blog) -> None:
    without = crawl(blog.author)
    assert without.err.count("no contact is set") == 1
    Path("scraper.toml").write_text('contact = "mailto:me@example.org"\n')
    assert "no contact" not in crawl(blog.author).err
    assert blog.agents == {"scraper/0.1.0", "scraper/0.1.0 (+mailto:me@example.org)"}


def test_a_flag_overrules_the_delay_of_one_host_and_leaves_its_budget(crawl: Command, blog: Blog) -> None:
    host = blog.base.removeprefix("http://")
    Path("scraper.toml").write_text(f'[hosts."{host}"]\nmax_posts = 1\ndelay = 3600\n')
    assert f"stopped by max_posts of {host}" in crawl(blog.author, "--full").err
