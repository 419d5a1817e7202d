from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive import Archive
from tests.blog import Blog
from tests.cli.conftest import Command


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_crawled_author_can_be_searched_shown_and_exported(blog: Blog, crawl: Command, scraper: Command) -> None:
    ran = crawl(blog.author)
    assert (ran.code, ran.out) == (0, "")
    assert "found 5, fetched 5, new 5" in ran.err

    found = scraper("search", "昇思 笔记3")
    assert found.code == 0
    assert "星火笔记 3" in found.out
    assert "«昇思» MindSpore" in found.out
    assert found.err == "1 found\n"

    (hit,) = lines(scraper("search", "昇思 笔记3", "--json").out)
    assert (hit["native_id"], hit["tags"]) == ("1003", ["人工智能"])

    assert "昇思 MindSpore AI框架 笔记3" in scraper("show", "1003").out
    (record,) = lines(scraper("show", "csdn/1003", "--json").out)
    assert record["title"] == "星火笔记 3"
    assert "<p>第 3 篇" in scraper("show", "1003", "--format", "html").out
    assert scraper("show", "1003", "--format", "text").out.startswith("第 3 篇")
    assert scraper("show", "1003", "--format", "raw").out == blog.page(3).decode()

    assert "live" in scraper("history", "1003").out
    assert [row["revision"] for row in lines(scraper("history", "1003", "--json").out)] == [1]

    assert scraper("export", "out").err == "out: 5 posts\n"
    assert len(list(Path("out").rglob("*.md"))) == 5
    assert scraper("export", "lines", "--format", "jsonl").code == 0
    assert scraper("export", "table", "--format", "csv", "--quiet").err == ""


def test_what_is_exported_is_imported_to_equal_records(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.author)
    scraper("export", "out")
    assert scraper("import", "out", "--db", "copy.db").code == 0
    of_the_copy = ("id", "origin", "parser", "snapshot_sha256", "first_seen_at", "checked_at", "front_matter")
    of_the_page = ("read_count", "like_count", "comment_count", "collect_count", "published_raw", "updated_raw")
    left_out = {*of_the_copy, *of_the_page}

    def records(path: str) -> list[dict[str, object]]:
        with Archive(path) as archive:
            return [{k: v for k, v in record.items() if k not in left_out} for record in archive.posts()]

    assert sorted(map(str, records("archive.db"))) == sorted(map(str, records("copy.db")))


def test_sources_are_kept_listed_crawled_and_removed(blog: Blog, crawl: Command, scraper: Command) -> None:
    assert scraper("add", "--site", "csdn", blog.author).err == f"kept: {blog.author} (author)\n"
    assert scraper("add", "--site", "csdn", blog.author).err == f"kept already: {blog.author} (author)\n"
    assert "not yet crawled" in scraper("sources").out
    host = blog.base.removeprefix("http://")
    assert scraper("crawl", "--allow-host", host, "--delay", "0").code == 0
    assert "5 of 5 posts  well at" in scraper("sources").out
    (source,) = lines(scraper("sources", "--json").out)
    assert (source["seed"], source["posts"], source["total"]) == (blog.author, 5, 5)
    assert scraper("remove", blog.author).code == 0
    assert scraper("remove", blog.author).code == 2
    assert scraper("sources").out == ""


def test_status_and_runs_say_how_the_job_does(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.author)
    blog.answers["/robots.txt"] = (503, {"Retry-After": "86400"}, b"")
    said = scraper("status").out
    assert said.startswith("archive.db: 5 posts, ")
    assert "last run: #1" in said
    (status,) = lines(scraper("status", "--json").out)
    assert (status["posts"], status["due_now"]) == (5, 0)
    assert "crawl  done" in scraper("runs").out
    (run,) = lines(scraper("runs", "--json").out)
    assert (run["outcome"], run["exit_code"]) == ("done", 0)


def test_quiet_says_nothing_on_success_and_what_failed_on_failure(blog: Blog, crawl: Command) -> None:
    assert crawl(blog.author, "--quiet") == type(crawl(blog.author, "--quiet"))(0, "", "")
    blog.answers["/lin/article/details/1001"] = (410, {}, b"")
    ran = crawl("--quiet", f"{blog.base}/lin/article/details/1099")
    assert ran.code == 1
    assert "1099: does not exist: HTTP 404" in ran.err


def test_verbose_says_what_happens_to_each_address(blog: Blog, crawl: Command) -> None:
    said = crawl("-v", blog.post(1)).err
    assert f"url={blog.post(1)}" in said


def test_files_are_imported_and_those_that_are_no_posts_named(scraper: Command, tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "2024-01-30-a.md").write_text("---\ntitle: 甲\ntags: [x]\n---\n正文\n", "utf-8")
    (folder / "wall.html").write_text(
        "<html><script>\nvar arg1='7AF5707D454D70667AFAC07D0083B51ABAD57D4F';</script></html>"
    )
    (folder / "picture.png").write_bytes(b"\x89PNG")
    ran = scraper("import", str(folder))
    assert ran.code == 1
    assert "wall.html: not an article: challenge" in ran.err
    assert "files 2, new 1, failed 1" in ran.err
    with Archive("archive.db") as archive:
        (record,) = archive.posts()
    assert (record["site"], record["native_id"], record["title"]) == ("file", "sub/2024-01-30-a.md", "甲")
    assert scraper("import", str(folder / "sub")).code == 0


def test_a_file_that_is_no_text_is_named(scraper: Command, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    ran = scraper("import", "a.md")
    assert ran.code == 1
    assert ran.err.startswith("scraper: a.md: ")


BAD = [
    (("crawl", "no-address"), 2, "no http or https address"),
    (("crawl", "https://blog.csdn.net/lin", "--delay", "-1"), 2, "--delay"),
    (("crawl", "https://blog.csdn.net/lin", "--max-time", "soon"), 2, "no span of time"),
    (("crawl", "https://blog.csdn.net/lin", "--max-bytes", "much"), 2, "no size"),
    (("crawl", "https://blog.csdn.net/lin", "--resolve", "x"), 2, "HOST:PORT:ADDRESS"),
    (("crawl", "https://blog.csdn.net/lin", "--site", "nowhere"), 2, "no such platform"),
    (("crawl",), 2, "nothing to crawl"),
    (("crawl", "--what"), 2, "No such option"),
    (("add", "nothing"), 2, "no http or https address"),
    (("import", "missing.md"), 2, "missing.md: no such file or folder"),
    (("import", "empty"), 2, "no posts in it"),
    (("import",), 2, "Missing argument"),
    (("crawl", "empty"), 2, "use `scraper import empty`"),
    (("search", "x"), 4, "no such archive"),
    (("show", "1"), 4, "no such archive"),
    (("status",), 4, "no such archive"),
    (("status", "--db", "empty"), 4, "a folder, not an archive"),
    (("crawl", "https://blog.csdn.net/lin", "--db", "words.txt"), 4, "no archive (not an SQLite file)"),
    (("import", "words.txt", "--db", "words.txt"), 4, "no archive"),
    (("search", "x", "--db", "nowhere/a.db"), 4, "folder does not exist"),
    (("frobnicate",), 2, "No such command"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), BAD, ids=[" ".join(case[0]) for case in BAD])
def test_bad_input_is_one_line_and_an_exit_code(
    scraper: Command, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.txt").write_text("words " * 100)
    ran = scraper(*arguments)
    assert ran.code == code
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.out == ""
    assert (tmp_path / "words.txt").read_text() == "words " * 100


def test_bad_values_for_queries_are_one_line(crawl: Command, scraper: Command, blog: Blog) -> None:
    crawl(blog.post(1))
    for arguments, said in (
        (("show", "csdn/7"), "no such post here"),
        (("show", "1001", "--revision", "9"), "has no revision 9"),
        (("history", "nothing"), "no such post here"),
        (("search", " "), "nothing to search"),
        (("search", "x", "--since", "yesterday"), "--since 'yesterday' is no day"),
    ):
        ran = scraper(*arguments)
        assert (ran.code, len(ran.err.splitlines())) == (2, 1)
        assert said in ran.err


def test_a_host_that_does_not_answer_is_one_report_and_nothing_is_lost(
    crawl: Command, scraper: Command, blog: Blog
) -> None:
    crawl(blog.author)
    import socket

    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"  # bound, not listening: every connection is refused
        ran = scraper("crawl", f"http://{host}/lin", "--site", "csdn", "--allow-host", host, "--delay", "0", "--quiet")
    assert ran.code in (1, 5)
    assert host in ran.err
    assert len(ran.err.splitlines()) <= 20
    with closing(sqlite3.connect("archive.db")) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (5,)


def test_a_second_crawl_leaves_with_exit_3_and_says_who_works(scraper: Command, tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db", write=True, command="crawl"):
        ran = scraper("crawl", "https://blog.csdn.net/lin")
    assert ran.code == 3
    assert "another run holds it: crawl, pid" in ran.err


def test_every_command_has_help_with_an_example(scraper: Command) -> None:
    from scraper.cli import _COMMANDS

    for name in _COMMANDS:
        ran = scraper(name, "--help")
        assert ran.code == 0
        assert "Example: scraper" in ran.out
    assert "Example:" in scraper("--help").out
    assert scraper("--version").out.startswith("scraper, version ")


def test_images_are_exported_beside_the_posts_and_come_back_as_addresses(
    blog: Blog, crawl: Command, scraper: Command
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    blog.edits[1] = f'<p>图</p><p><img src="{blog.base}/a.png" alt="图"></p>'
    blog.answers["/a.png"] = (200, {"Content-Type": "image/png"}, picture)
    crawl(blog.post(1))
    scraper("export", "out")
    (image,) = Path("out/images").iterdir()
    assert image.read_bytes() == picture
    (exported,) = Path("out").glob("*.md")
    assert f"![图](images/{image.name}" in exported.read_text("utf-8")
    scraper("import", "out", "--db", "copy.db")
    with Archive("archive.db") as one, Archive("copy.db") as two:
        assert [record["markdown"] for record in one.posts()] == [record["markdown"] for record in two.posts()]
    scraper("export", "plain", "--no-images")
    assert not Path("plain/images").exists()
