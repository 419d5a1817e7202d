from __future__ import annotations

import re
import threading
from pathlib import Path

import httpx
import pytest
from lxml import html

from scraper.archive import Archive, posts, runs
from tests.web.conftest import NOW, Get, a_post, serve


def titles(answer: httpx.Response) -> list[str]:
    return [
        str(link.text_content()) for link in html.fromstring(answer.text).xpath("//main//*[contains(@class,'item')]")
    ]


def follow(get: Get, answer: httpx.Response, relation: str) -> httpx.Response:
    (address,) = html.fromstring(answer.text).xpath(f"//nav[@class='pages']//a[@rel='{relation}']/@href")
    return get(address)


def test_home_tells_what_is_new_changed_and_gone_by_day_and_how_sources_do(get: Get) -> None:
    page = html.fromstring(get("/").text)
    days = page.xpath("//main//time/@datetime")
    assert days[:3] == ["2026-11-27", "2026-11-26", "2026-11-24"]
    text = " ".join(page.xpath("//main")[0].text_content().split())
    assert "33 文章" in text
    assert "变更 1" in text
    assert "消失 1" in text
    assert "新增 33" in text
    assert "另有 25 篇" in text
    assert "https://blog.csdn.net/lin 正常" in text
    assert "https://x.example 失败 0 文章 challenge page" in text


def test_search_highlights_counts_and_narrows(get: Get) -> None:
    answer = get("/search?q=昇思")
    assert titles(answer) == ["从零写一个爬虫"]
    assert "<mark>昇思</mark> MindSpore" in answer.text
    page = html.fromstring(answer.text)
    assert {str(x) for x in page.xpath("//aside//nav/@aria-label")} == {"作者", "年份", "标签", "站点", "类型"}
    narrowed = get("/search?q=笔记&kind=repost&year=2024&author=lin&site=csdn&tag=人工智能")
    assert len(titles(narrowed)) == 6
    assert len(html.fromstring(narrowed.text).xpath("//ul[@class='chips']/li")) == 5


def test_facets_add_up_to_the_posts_found(get: Get) -> None:
    page = html.fromstring(get("/search?q=数据库").text)
    assert page.xpath("string(//p[@id='count'])") == "32 篇文章"
    years = page.xpath("//nav[@aria-label='年份']//li/a")
    assert [" ".join(year.text_content().split()) for year in years] == ["2024 29"]
    sites = page.xpath("//nav[@aria-label='站点']//b/text()")
    assert sorted(sites) == ["29", "3"]


@pytest.mark.parametrize("query", ["q=笔记", "", "sort=oldest", "q=笔记&sort=newest", "sort=reads", "kind=original"])
def test_pages_of_a_list_show_every_post_once_and_lead_back(get: Get, query: str) -> None:
    first = get(f"/search?{query}")
    second = follow(get, first, "next")
    assert not set(titles(first)) & set(titles(second))
    total = int(re.findall(r'role="status">([0-9]+) ', first.text)[0])
    assert len(titles(first)) == 20
    assert len(titles(first)) + len(titles(second)) == total
    assert titles(follow(get, second, "prev")) == titles(first)
    assert 'rel="next"' not in html.tostring(html.fromstring(second.text).find(".//main")).decode()


def test_undated_posts_come_last_in_either_order(get: Get) -> None:
    for sort in ("newest", "oldest"):
        second = follow(get, get(f"/search?sort={sort}"), "next")
        assert set(titles(second)[-3:]) == {"笔记 31", "笔记 32", "笔记 33"}
    assert titles(get("/search?sort=newest"))[0] == "笔记 30"
    assert titles(get("/search?sort=oldest"))[0] == "从零写一个爬虫"


def test_pages_go_on_backward_from_the_undated(get: Get) -> None:
    page = get("/search?sort=newest&before=_32")
    assert titles(page)[-1] == "笔记 33"
    assert titles(get("/search?sort=newest&after=_32")) == ["笔记 31"]


def test_a_query_without_words_says_so_and_an_address_leads_to_its_post(get: Get) -> None:
    assert "没有可以搜索的词" in get("/search?q=-").text or "没有找到" in get("/search?q=-").text
    assert "没有可以搜索的词" in get('/search?q=""').text
    assert "没有找到文章" in get("/search?q=绝无此词").text
    found = get("/search?q=https://blog.csdn.net/lin/article/details/1001")
    assert '<a href="/posts/1">从零写一个爬虫</a>' in found.text


def test_a_post_is_a_page_to_read(get: Get) -> None:
    page = html.fromstring(get("/posts/1").text)
    article = page.xpath("//article")[0]
    assert [h.text_content() for h in article.xpath(".//h1|.//h2")] == [
        "从零写一个爬虫",
        "一、代码",
        "二、公式",
        "三、尾声",
    ]
    assert page.xpath("//nav[@class='contents']//a/@href") == ["#h-1", "#h-2", "#h-3"]
    assert len(article.xpath(".//math")) == 2
    assert article.xpath("string(.//pre)").endswith('return "<script>alert(1)</script>"\n')
    assert re.fullmatch("/images/[0-9a-f]{64}", article.xpath(".//img/@src")[0])
    assert "图片未归档 · 图二" in article.text_content()
    assert article.xpath(".//a[@class='local']/@href") == ["/posts/2"]
    assert article.xpath(".//p[@class='by']/a/@href")[-1] == "https://blog.csdn.net/lin/article/details/1001"
    about = " ".join(page.xpath("//section[@class='about']")[0].text_content().split())
    assert "爬虫专栏 1 / 4" in about
    assert "下一篇 → 笔记 2" in about
    assert "修订 2" in about
    assert len(page.xpath("//svg[@class='plot']")) == 2
    assert page.xpath("//svg[@class='plot']/@aria-label")[0] == "阅读：从 2026-11-24 的 100 到 2026-11-27 的 180"


def test_an_older_revision_says_that_it_is_one(get: Get) -> None:
    old = get("/posts/1/revisions/1").text
    assert "的一天" in old
    assert "这是修订 1，不是当前版本" in old
    assert "的两天" in get("/posts/1").text


def test_a_gone_post_says_so_and_is_listed(get: Get) -> None:
    assert "原站已不再提供这篇文章（2026-11-26 确认）" in get("/posts/2").text
    assert titles(get("/gone")) == ["笔记 2"]
    assert titles(get("/search?status=gone")) == ["笔记 2"]


def test_the_difference_of_revisions_is_marked(get: Get) -> None:
    page = html.fromstring(get("/posts/1/diff").text)
    assert page.xpath("string(//tr[@class='removed']//del)") == "一"
    assert page.xpath("string(//tr[@class='added']//ins)") == "两"
    assert "行未变" in page.text_content()
    assert "两个版本的正文相同" in get("/posts/1/diff?from=1&to=1").text
    assert "只有一个版本" in get("/posts/3/diff").text


def test_authors_columns_tags_and_years_lead_to_their_posts(get: Get) -> None:
    (author,) = html.fromstring(get("/authors").text).xpath("//tbody//a/@href")
    assert len(titles(get(author))) == 20
    (column,) = html.fromstring(get("/columns").text).xpath("//main//a/@href")
    assert titles(get(column)) == ["从零写一个爬虫", "笔记 2", "笔记 3", "笔记 4"]
    tags = html.fromstring(get("/tags").text).xpath("//ul[@class='cloud']//a/@href")
    assert titles(get(next(tag for tag in tags if "C%2B%2B" in tag))) == ["从零写一个爬虫"]
    assert titles(get("/tags?kind=category")) == ["大模型 1"]
    page = html.fromstring(get("/years").text)
    assert page.xpath("//tbody//th//text()[normalize-space()]") == ["2024"]
    assert len(page.xpath("//svg//rect")) == 2


def test_runs_and_their_failures_are_shown(get: Get) -> None:
    assert "有失败" in get("/runs").text
    page = get("/runs/1").text
    assert "https://x.example/1" in page
    assert "Traceback: …" in page
    assert "<dt>other</dt><dd>2</dd>" in page


def test_changes_can_be_narrowed_and_paged(get: Get) -> None:
    assert titles(get("/changes?kind=changed")) == ["从零写一个爬虫"]
    assert len(titles(get("/changes"))) == 35
    assert titles(get("/changes?after=2026-11-24T02:00:00Z_9")) == ["笔记 2", "从零写一个爬虫"]


def test_an_empty_archive_has_pages_too(tmp_path: Path) -> None:
    with Archive(tmp_path / "empty.db", write=True, command="test"):
        pass
    with serve(tmp_path / "empty.db") as address, httpx.Client(base_url=address, trust_env=False) as client:
        for path in ("/", "/search", "/authors", "/columns", "/tags", "/years", "/gone", "/runs", "/changes"):
            assert client.get(path).status_code == 200, path
        assert client.get("/feeds/new.atom").status_code == 200


def test_a_crawl_that_writes_is_seen_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "live.db"
    with (
        Archive(path, write=True, command="test") as archive,
        serve(path) as address,
        httpx.Client(base_url=address, trust_env=False, headers={"Accept-Language": "en"}) as client,
    ):
        assert "data-live" not in client.get("/").text
        with archive.write() as connection:
            run = runs.start(connection, "crawl", {}, NOW)
            posts.save(connection, a_post(1), lineage="live", now=NOW, run_id=run)
        first = client.get("/runs/1").text
        assert "0 requests, 1 new, 0 changed" in first
        with archive.write() as connection:
            posts.save(connection, a_post(2), lineage="live", now=NOW, run_id=run)
            assert "笔记 2" not in client.get("/search").text
        assert "笔记 2" in client.get("/search").text
        assert "2 new" in client.get("/").text
        with archive.write() as connection:
            runs.finish(connection, run, outcome="done", exit_code=0, counts={}, now=NOW)
        assert "data-live" not in client.get("/").text


def test_many_readers_are_answered_while_a_writer_writes(tmp_path: Path) -> None:
    path = tmp_path / "busy.db"
    statuses: list[int] = []
    with Archive(path, write=True, command="test") as archive, serve(path) as address:
        with archive.write() as connection:
            posts.save(connection, a_post(1), lineage="live", now=NOW)

        def read() -> None:
            with httpx.Client(base_url=address, trust_env=False) as client:
                statuses.extend(client.get(page).status_code for page in ("/", "/search?q=笔记", "/posts/1") * 2)

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for number in range(2, 20):
            with archive.write() as connection:
                posts.save(connection, a_post(number), lineage="live", now=NOW)
        for reader in readers:
            reader.join()
    assert statuses == [200] * 24
