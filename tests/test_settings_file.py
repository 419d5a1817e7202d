from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scraper.cli.config import file_text, rows
from scraper.errors import UsageError
from scraper.settings import Resolve, Rules, Settings, current_time
from scraper.settings_file import SettingsError, load
from scraper.settings_keys import KEYS, RULES


def write(folder: Path, text: str) -> Path:
    path = folder / "scraper.toml"
    path.write_text(text, "utf-8")
    return folder / "archive.db"


def mistakes(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load(write(folder, text), environ=environ or {})
    assert "\n" not in str(raised.value)
    return [mistake.replace(f"{folder}/", "") for mistake in raised.value.mistakes]


def test_without_a_file_or_variables_the_defaults_hold(tmp_path: Path) -> None:
    effective = load(tmp_path / "archive.db", environ={})
    assert effective.settings == Settings()
    assert effective.origins == {}


def test_the_file_beside_the_archive_is_read_and_a_named_one_takes_its_place(tmp_path: Path) -> None:
    db = write(tmp_path, 'contact = "beside"')
    other = tmp_path / "other.toml"
    other.write_text('contact = "named"')
    assert load(db, environ={}).settings.contact == "beside"
    assert load(db, other, environ={}).settings.contact == "named"


def test_variables_come_before_the_file_and_flags_before_both(tmp_path: Path) -> None:
    db = write(tmp_path, 'contact = "file"\ndelay = 3\nmax_posts = 7\n')
    effective = load(db, environ={"SCRAPER_DELAY": "4", "SCRAPER_MAX_POSTS": "8"}).with_flags(max_posts=9, delay_s=None)
    settings = effective.settings
    assert (settings.contact, settings.delay_s, settings.max_posts) == ("file", 4.0, 9)
    assert effective.origins == {
        "contact": f"{tmp_path}/scraper.toml:1", "delay": "SCRAPER_DELAY", "max_posts": "flag",
    }  # fmt: skip


def test_every_key_is_read_from_the_file_and_from_its_variable_alike(tmp_path: Path) -> None:
    for key in KEYS:
        value = tomllib.loads(f"x = {key.example}")["x"]
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        from_file = load(write(tmp_path, f"{key.name} = {key.example}"), environ={}).settings
        (tmp_path / "scraper.toml").unlink()
        from_variable = load(tmp_path / "archive.db", environ={key.variable: text}).settings
        assert getattr(from_file, key.field) == getattr(from_variable, key.field), key.name


def test_values_are_read_in_the_units_that_people_use(tmp_path: Path) -> None:
    text = 'max_time = "2h"\nmax_bytes = "500M"\ndeadline = 12.5\nimages = false\nresolve = ["a.example:443:[::1]"]\n'
    settings = load(write(tmp_path, text), environ={}).settings
    assert (settings.max_time_s, settings.max_bytes, settings.deadline_s) == (7200.0, 500_000_000, 12.5)
    assert settings.images is False
    assert settings.resolve == (Resolve("a.example", 443, "::1"),)


def test_a_mistake_is_named_with_file_line_and_key_and_the_nearest_right_one(tmp_path: Path) -> None:
    text = '# mine\ncontact = "x"\n\nrevisit = [\n  1, 7\n]\ndelya = 3\n\n[hosts."blog.csdn.net"]\nmin_post = 3\n'
    assert mistakes(tmp_path, text) == [
        "scraper.toml:7: delya: no such key; did you mean delay?",
        "scraper.toml:10: hosts.blog.csdn.net.min_post: no such key; did you mean min_posts?",
    ]


@pytest.mark.parametrize(
    ("line", "wants"),
    [
        ('max_posts = "many"', "max_posts: wants a whole number from 1"),
        ("max_posts = 0", "max_posts: wants a whole number from 1"),
        ("max_posts = true", "max_posts: wants a whole number from 1"),
        ("concurrency = 17", "concurrency: wants a whole number from 1 to 16"),
        ("delay = -1", "delay: wants seconds"),
        ('delay = "soon"', "delay: wants seconds"),
        ("delay = nan", "delay: wants seconds"),
        ("delay = inf", "delay: wants seconds"),
        ("delay = true", "delay: wants seconds"),
        ('max_bytes = "much"', "max_bytes: wants bytes"),
        ("max_bytes = true", "max_bytes: wants bytes"),
        ('images = "perhaps"', "images: wants true or false"),
        ("contact = 3", "contact: wants a text"),
        (r'contact = "a\nCookie: b"', "contact: wants a text on one line"),
        ('timezone = "Mars/Base"', "timezone: wants a time zone"),
        ('timezone = "../etc/passwd"', "timezone: wants a time zone"),
        ("revisit = []", "revisit: wants a rising list of days"),
        ("revisit = [7, 3]", "revisit: wants a rising list of days"),
        ("revisit = 7", "revisit: wants a rising list of days"),
        ('allow_hosts = ["192.168.1.5"]', "allow_hosts: wants a list of HOST:PORT"),
        ("allow_hosts = 5", "allow_hosts: wants a list of texts"),
        ('resolve = ["a"]', "resolve: wants a list of HOST:PORT:ADDRESS"),
        ('log_format = "xml"', "log_format: wants text or json"),
        ('ping_url = "hc-ping.com/x"', "ping_url: wants an http or https address"),
        ("frob = 1", "frob: no such key; there are contact, timezone"),
        ('cookie = "a=b"', "cookie: cookies are never read from a file"),
        ("hosts = 3", 'hosts: wants tables such as [hosts."blog.csdn.net"]'),
        ("hosts.a = 3", 'hosts.a: stands for itself; write a table [hosts."blog.csdn.net"]'),
        ("[sources.lin]\nimages = true", "sources.lin: is no address"),
        ("[host.a]", "host: no such key; did you mean hosts?"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(tmp_path: Path, line: str, wants: str) -> None:
    (mistake,) = mistakes(tmp_path, line)
    assert mistake.startswith("scraper.toml:1: ")
    assert wants in mistake


def test_all_mistakes_are_found_at_once_those_of_variables_too(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "delay = -1\nfrob = 2\n", {"SCRAPER_TIMEZONE": "Mars", "SCRAPER_PROXY": "pw@host"})
    assert len(found) == 4
    assert found[2].startswith("SCRAPER_TIMEZONE 'Mars': wants a time zone")
    assert found[3] == "SCRAPER_PROXY: wants an http or https address"


@pytest.mark.parametrize(
    "text", ["delay = ", "[[[", "a = 1\na = 2", "x = " + "[" * 100_000, "\udcff", "# " + "x" * 1_000_001]
)
def test_a_file_that_is_no_toml_is_one_mistake(tmp_path: Path, text: str) -> None:
    (tmp_path / "scraper.toml").write_text(text, "utf-8", "surrogateescape")
    with pytest.raises(SettingsError) as raised:
        load(tmp_path / "archive.db", environ={})
    (mistake,) = raised.value.mistakes
    assert mistake.startswith(f"{tmp_path}/scraper.toml: no TOML: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml: cannot be read: No such file"):
        load(tmp_path / "archive.db", tmp_path / "gone.toml", {})


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "scraper.toml").write_bytes(b'\xef\xbb\xbfcontact = "x"\r\ndelay = 2\r\n')
    assert load(tmp_path / "archive.db", environ={}).settings.delay_s == 2


def test_what_is_said_of_a_source_comes_before_its_host_and_both_before_the_general(tmp_path: Path) -> None:
    source = "https://blog.csdn.net/lin"
    text = (
        f'delay = 1\nmax_posts = 9\n[hosts."Blog.CSDN.net"]\ndelay = 5\nimages = false\nscope = ["/lin/"]\n'
        f'[sources."{source}"]\nimages = true\nmin_posts = 40\nrevisit = [2, 30]\n'
    )
    settings = load(write(tmp_path, text), environ={}).settings
    assert settings.rules("blog.csdn.net", source) == Rules(
        delay_s=5.0, revisit_days=(2, 30), images=True, scope=("/lin/",), min_posts=40
    )
    assert settings.rules("blog.csdn.net") == Rules(delay_s=5.0, images=False, scope=("/lin/",))
    assert settings.rules("other.example") == Rules()
    assert (settings.delay_of("blog.csdn.net"), settings.delay_of("other.example")) == (5.0, 1.0)


def test_a_flag_comes_before_what_is_said_of_one_host(tmp_path: Path) -> None:
    effective = load(write(tmp_path, '[hosts."a.example"]\ndelay = 5\nmin_posts = 3\n'), environ={})
    settings = effective.with_flags(delay_s=0.0).settings
    assert settings.delay_of("a.example") == 0.0
    assert settings.rules("a.example").min_posts == 3


def test_cookies_come_from_the_environment_and_are_shown_to_nobody(tmp_path: Path) -> None:
    environ = {
        "SCRAPER_COOKIE_BLOG_CSDN_NET": "UserToken=s3cret", "SCRAPER_PROXY": "http://me:pa55word@proxy.example:3128",
        "SCRAPER_PING_URL": "https://hc-ping.com/3f1c5c8e-token", "SCRAPER_COOKIE_EMPTY": "",
    }  # fmt: skip
    effective = load(tmp_path / "archive.db", environ=environ)
    assert effective.settings.cookies == {"blog.csdn.net": "UserToken=s3cret"}
    shown = str(rows(effective)) + str(effective.settings) + str(effective.settings.public())
    for secret in ("s3cret", "pa55word", "3f1c5c8e-token"):
        assert secret not in shown
        assert any(secret in text for text in effective.settings.secrets())
    assert {"key": "cookies.blog.csdn.net", "value": "***", "origin": "SCRAPER_COOKIE_BLOG_CSDN_NET"} in rows(effective)


def test_the_certificates_of_the_system_are_taken_unless_the_settings_name_others(tmp_path: Path) -> None:
    system = {"SSL_CERT_FILE": "/etc/system.pem"}
    assert load(tmp_path / "a.db", environ=system).settings.ca_bundle == "/etc/system.pem"
    assert load(write(tmp_path, 'ca_bundle = "mine.pem"'), environ=system).settings.ca_bundle == "mine.pem"
    both = system | {"SCRAPER_CA_BUNDLE": "ours.pem"}
    assert load(tmp_path / "archive.db", environ=both).settings.ca_bundle == "ours.pem"


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path / "archive.db", environ={"SCRAPER_API_KEY": "x"}).settings == Settings()


def test_the_file_that_init_writes_holds_with_every_line_uncommented(tmp_path: Path) -> None:
    text = file_text("mailto:me@example.org")
    assert load(write(tmp_path, text), environ={}).settings == Settings(contact="mailto:me@example.org")
    live = [line.removeprefix("# ") for line in text.splitlines() if " = " in line or line.startswith("# [")]
    settings = load(write(tmp_path, "\n".join(live)), environ={}).settings
    assert settings.hosts["blog.csdn.net"].min_posts == 40
    assert {key.name for key in (*KEYS, *RULES)} <= {line.partition(" = ")[0] for line in live}


def test_the_present_moment_can_be_set_and_must_be_one() -> None:
    assert current_time({"SCRAPER_NOW": "2026-11-24T02:00:00"}) == current_time({"SCRAPER_NOW": "2026-11-24T02:00:00Z"})
    with pytest.raises(UsageError, match="is no time"):
        current_time({"SCRAPER_NOW": "tonight"})
