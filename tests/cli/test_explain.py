from __future__ import annotations

import json
from pathlib import Path

from scraper.cli.progress import describe
from tests.blog import Blog
from tests.cli.conftest import Command

POST = "https://blog.csdn.net/lin/article/details/1001"


def test_explain_says_what_is_known_of_an_address_and_what_comes_next(
    blog: Blog, crawl: Command, scraper: Command
) -> None:
    crawl(blog.author)
    said = scraper("explain", POST).out
    for part in ("csdn/1001", "星火笔记 1: live, revision 1", "found by api", "0 failures in a row", "next: due at"):
        assert part in said
    known = json.loads(scraper("explain", POST, "--json").out)
    assert known["frontier"]["way"] == "api"
    assert known["post"]["title"] == "星火笔记 1"


def test_explain_knows_what_it_does_not_know(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.post(1))
    assert "unknown: no seed has led here" in scraper("explain", "https://blog.csdn.net/lin/article/details/9").out
    assert scraper("explain", "nothing").code == 2
    page = f"{blog.base}/private/x"
    crawl("--site", "", page)
    assert "robots.txt: refused by a rule" in scraper("explain", page).out


def test_a_topic_that_passed_a_post_over_is_explained(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.author, "--match", "没有的词")
    assert "next: passed over: does not match" in scraper("explain", POST).out


def test_a_dry_run_says_what_and_why_and_stores_nothing(blog: Blog, crawl: Command, scraper: Command) -> None:
    ran = crawl(blog.author, "--dry-run")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 5
    assert f"fetch  {blog.post(5)}  new, found by api" in ran.out
    assert scraper("status").code == 4
    crawl(blog.author)
    blog.titles[2] = "改过的题目"
    blog.served.clear()
    again = crawl(blog.author, "--dry-run").out
    assert f"fetch  {blog.post(2)}  its list entry changed" in again
    assert f"leave  {blog.post(1)}  not due before" in again
    assert not any("/details/" in path for path in blog.served)
    assert f"fetch  {blog.post(1)}  --full" in crawl(blog.author, "--dry-run", "--full").out


def test_a_dry_run_of_the_sources_names_what_is_due(blog: Blog, crawl: Command, scraper: Command) -> None:
    scraper("add", "--site", "csdn", blog.author)
    host = blog.base.removeprefix("http://")
    scraper("crawl", "--allow-host", host, "--delay", "0", "--max-posts", "1")
    said = scraper("crawl", "--allow-host", host, "--delay", "0", "--dry-run").out
    assert said.count("found before, not yet read") == 4


def test_a_dry_run_says_what_it_could_not_find_out(blog: Blog, crawl: Command) -> None:
    blog.listed_total = 9
    ran = crawl(blog.author, "--dry-run")
    assert ran.code == 1
    assert "5 of 9 posts found" in ran.err


def test_adding_a_post_suggests_its_author_and_columns(blog: Blog, crawl: Command, scraper: Command) -> None:
    assert "the author of this post: scraper add https://blog.csdn.net/lin" in scraper("add", POST).err
    assert scraper("add", "https://blog.csdn.net/lin", "--match", "昇思").code == 0
    assert "matching '昇思'" in scraper("sources").out


def test_progress_is_one_line_of_what_matters() -> None:
    counts = {"found": 100, "fetched": 30, "new": 28, "failed": 2}
    line = describe(counts, {"blog.csdn.net": 60, "www.jianshu.com": 10}, 15.0)
    assert line == "found 100  fetched 30  new 28  failed 2  2 hosts, 70 waiting  2.0/s  35 s left"
    assert describe({}, {}, 0.0) == ""
    assert describe({"fetched": 1}, {"h": 5000}, 1.0).endswith("83 min left")
    assert describe({"fetched": 1}, {"h": 500000}, 1.0).endswith("138.9 h left")


def test_a_file_that_lists_addresses_is_as_many_seeds(blog: Blog, crawl: Command, scraper: Command) -> None:
    Path("seeds.txt").write_text(f"# my posts\n{blog.post(1)}\n{blog.post(2)}\n", "utf-8")
    assert "new 2" in crawl("seeds.txt").err
    outline = "".join(f'<outline text="{n}" xmlUrl="https://blog.csdn.net/u{n}/rss/list"/>' for n in (1, 2))
    Path("blogs.opml").write_text(f'<opml version="2.0"><body>{outline}</body></opml>', "utf-8")
    assert scraper("add", "blogs.opml").err.count("kept: ") == 2
    assert len(scraper("sources").out.splitlines()) == 2
    Path("notes.md").write_text("# notes", "utf-8")
    ran = scraper("crawl", "notes.md")
    assert (ran.code, "use `scraper import notes.md`" in ran.err) == (2, True)
