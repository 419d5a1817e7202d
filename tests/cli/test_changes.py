from __future__ import annotations

import json

from lxml import etree

from tests.blog import Blog
from tests.cli.conftest import Command


def edited(blog: Blog, crawl: Command) -> None:
    """Crawl a post, then again after its author has edited it."""
    blog.edits[1] = "<p>行锁与死锁。</p><p>缓存穿透怎么办</p><p>结尾</p>"
    crawl(blog.post(1))
    blog.titles[1] = "锁的笔记"
    blog.edits[1] = "<p>行锁与死锁。</p><p>缓存击穿怎么办？</p><p>结尾</p>"
    crawl(blog.post(1), "--full")


def test_diff_shows_what_an_edit_changed(blog: Blog, crawl: Command, scraper: Command) -> None:
    edited(blog, crawl)
    ran = scraper("diff", "1001")
    assert ran.out.splitlines()[:3] == ["title: 星火笔记 1 → 锁的笔记", "--- revision 1", "+++ revision 2"]
    assert "-缓存穿透怎么办" in ran.out
    assert "+缓存击穿怎么办？" in ran.out
    assert scraper("diff", "1001", "2", "1").out.splitlines()[0] == "title: 锁的笔记 → 星火笔记 1"
    assert scraper("diff", "1001", "1").out == ran.out


def test_diff_by_words_marks_chinese_by_the_character(blog: Blog, crawl: Command, scraper: Command) -> None:
    edited(blog, crawl)
    said = scraper("diff", "1001", "--words").out.splitlines()
    assert "-缓存穿[-透-]怎么办" in said
    assert "+缓存{+击+}穿怎么办{+？+}" in said
    assert " 行锁与死锁。" in said


def test_diff_as_json_has_fields_and_lines(blog: Blog, crawl: Command, scraper: Command) -> None:
    edited(blog, crawl)
    said = json.loads(scraper("diff", "1001", "--json").out)
    assert (said["from"], said["to"]) == (1, 2)
    assert said["fields"] == {"title": ["星火笔记 1", "锁的笔记"]}
    assert {line["change"] for line in said["lines"]} >= {"removed", "added"}


def test_what_cannot_be_compared_is_said(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.post(2))
    for arguments, said in (
        (("1002",), "has one revision only"),
        (("1002", "1", "2", "3"), "two revisions at most"),
        (("9",), "no such post"),
    ):
        ran = scraper("diff", *arguments)
        assert (ran.code, len(ran.err.splitlines())) == (2, 1)
        assert said in ran.err
    edited(blog, crawl)
    assert "has no revision 7" in scraper("diff", "1001", "7").err
    assert scraper("diff", "1001", "1", "1").err == "revisions 1 and 1 are the same\n"


def test_changes_are_listed_for_people_and_as_json(blog: Blog, crawl: Command, scraper: Command) -> None:
    edited(blog, crawl)
    said = scraper("changes", "--since", "1h").out
    assert "changed  #1  锁的笔记  (was: 星火笔记 1)  林一\n" in said
    rows = [json.loads(line) for line in scraper("changes", "--json").out.splitlines()]
    assert [(row["change"], row["revision"]) for row in rows] == [("changed", 2), ("new", 2)]
    assert scraper("changes", "--since", "2999-01-01").out == ""
    ran = scraper("changes", "--since", "someday")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_search_counts_by_facet(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.author)
    last = json.loads(scraper("search", "昇思", "--json", "--facets", "--limit", "2").out.splitlines()[-1])
    assert last["facets"] == {
        "author": {"林一": 5},
        "year": {"2024": 5},
        "tag": {"人工智能": 5},
        "site": {"csdn": 5},
        "kind": {"original": 5},
    }
    assert (last["total"], last["more"], last["order"]) == (5, False, "relevance")
    assert "year: 2024 5" in scraper("search", "昇思", "--facets").out
    assert scraper("search", "人工智能").err == "5 found\n"
    assert scraper("search", "林一 笔记2").err == "1 found\n"


def test_changes_are_a_feed_that_readers_follow(blog: Blog, crawl: Command, scraper: Command) -> None:
    crawl(blog.author)
    feed = etree.fromstring(scraper("changes", "--since", "1h", "--atom").out.encode())
    titles = feed.xpath("//*[local-name()='entry']/*[local-name()='title']/text()")
    assert sorted(titles) == [f"New: 星火笔记 {number}" for number in range(1, 6)]
    ran = scraper("changes", "--atom", "--json")
    assert (ran.code, ran.out) == (2, "")
