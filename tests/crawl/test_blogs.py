from __future__ import annotations

import pytest

from scraper.archive import Archive, frontier
from tests.blog import Blog
from tests.crawl.conftest import NOW, Crawl

HTML = {"Content-Type": "text/html; charset=utf-8"}
POST = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>第 {n} 篇 | 小站</title>
<meta name="generator" content="Hexo 6.3.0"></head><body><main><article class="post">
<h1 class="post-title">第 {n} 篇</h1><time itemprop="datePublished" datetime="2024-01-{n:02}T08:00:00+08:00"></time>
<div class="post-body"><p>这是第 {n} 篇文章的正文，写的是怎样把一个小站搬到新的机器上，以及路上遇到的几件事。</p>
<p>第二段说说结果：一切都好，只是慢了一些，后来换了线路也就好了。</p></div></article></main></body></html>"""


@pytest.fixture
def site(blog: Blog) -> Blog:
    """A Hexo blog of seven posts, three a page, newest first."""
    fill(blog, 7)
    return blog


def fill(blog: Blog, number: int) -> None:
    for n in range(1, number + 1):
        blog.answers[f"/2024/post-{n}/"] = (200, HTML, POST.format(n=n).encode())
    pages = [list(range(number, 0, -1))[at : at + 3] for at in range(0, number, 3)]
    for at, numbers in enumerate(pages, 1):
        items = "".join(
            f'<article class="post"><h2><a class="post-title-link" href="/2024/post-{n}/">第 {n} 篇</a></h2></article>'
            for n in numbers
        )
        more = f'<a class="extend next" rel="next" href="/page/{at + 1}/">下一页</a>' if at < len(pages) else ""
        body = f"<html><head><title>小站</title></head><body><main>{items}</main><nav>{more}</nav></body></html>"
        blog.answers["/" if at == 1 else f"/page/{at}/"] = (200, HTML, body.encode())


def titles(archive: Archive) -> set[str]:
    return {record["title"] for record in archive.posts()}


def test_a_blogs_home_page_leads_to_all_its_posts(site: Blog, archive: Archive, run: Crawl) -> None:
    report = run(f"{site.base}/", site="")
    assert report.exit_code == 0
    assert titles(archive) == {f"第 {n} 篇" for n in range(1, 8)}
    assert all(record["origin"] == "live" for record in archive.posts())


def test_a_kept_blog_is_asked_each_night_and_paged_only_as_far_as_there_is_news(
    site: Blog, archive: Archive, run: Crawl
) -> None:
    with archive.write() as connection:
        kept = {"kind": "blog", "site": "", "native_id": "", "match": "", "now": NOW}
        frontier.add_source(connection, f"{site.base}/", **kept)  # type: ignore[arg-type]
    assert run(sources=True, site="").counts["new"] == 7
    assert site.served["/page/3/"] == 1
    run(sources=True, site="", days=0.3)
    assert dict(site.served) == {"/": 1}
    fill(site, 8)
    report = run(sources=True, site="", days=0.6)
    assert (report.counts["new"], site.served["/2024/post-8/"]) == (1, 1)
    assert "/page/3/" not in site.served


def test_a_page_that_is_neither_post_nor_list_is_named(site: Blog, archive: Archive, run: Crawl) -> None:
    site.answers["/about/"] = (200, HTML, b"<html><body><h1>x</h1></body></html>")
    report = run(f"{site.base}/about/", site="")
    assert report.exit_code == 1
    assert "not an article" in report.failures[0].reason


def test_a_list_that_leads_to_other_hosts_is_not_followed_there(site: Blog, archive: Archive, run: Crawl) -> None:
    site.answers["/"] = (200, HTML, site.answers["/"][2].replace(b'href="/2024/post-7/"', b'href="http://127.0.0.2/x"'))
    run(f"{site.base}/", site="")
    assert titles(archive) == {f"第 {n} 篇" for n in range(1, 7)}


def test_a_home_page_without_a_continuation_gives_way_to_feed_and_sitemap(
    site: Blog, archive: Archive, run: Crawl
) -> None:
    head = b'<head><link rel="alternate" type="application/atom+xml" href="/atom.xml">'
    home = site.answers["/"][2].replace(b"<head>", head).replace(b'rel="next"', b"").replace("下一页".encode(), b"")
    site.answers["/"] = (200, HTML, home.replace(b'class="extend next"', b'class="x"'))
    entries = "".join(f"<entry><link href='{site.base}/2024/post-{n}/'/></entry>" for n in (7, 4))
    site.answers["/atom.xml"] = (200, {"Content-Type": "application/atom+xml"}, f"<feed>{entries}</feed>".encode())
    urls = "".join(f"<url><loc>{site.base}/2024/post-{n}/</loc></url>" for n in range(1, 8))
    index = f"<sitemapindex><sitemap><loc>{site.base}/posts.xml</loc></sitemap></sitemapindex>"
    site.answers["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, index.encode())
    posts = f"<urlset>{urls}<url><loc>{site.base}/tags/x/</loc></url></urlset>"
    site.answers["/posts.xml"] = (200, {"Content-Type": "application/xml"}, posts.encode())
    report = run(f"{site.base}/", site="")
    assert titles(archive) == {f"第 {n} 篇" for n in range(1, 8)}
    assert report.exit_code == 0
    assert "/tags/x/" not in site.served


@pytest.mark.parametrize("path", ["/atom.xml", "/sitemap.xml"])
def test_a_feed_or_sitemap_can_be_the_seed(site: Blog, archive: Archive, run: Crawl, path: str) -> None:
    items = "".join(f"<item><link>{site.base}/2024/post-{n}/</link></item>" for n in (1, 2, 3))
    site.answers["/atom.xml"] = (
        200,
        {"Content-Type": "application/xml"},
        f"<rss><channel>{items}</channel></rss>".encode(),
    )
    urls = "".join(f"<url><loc>{site.base}/2024/post-{n}/</loc></url>" for n in (1, 2, 3))
    site.answers["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, f"<urlset>{urls}</urlset>".encode())
    assert run(f"{site.base}{path}", site="").exit_code == 0
    assert titles(archive) == {"第 1 篇", "第 2 篇", "第 3 篇"}


def test_what_a_sitemap_names_beside_posts_is_passed_over_and_no_failure(
    site: Blog, archive: Archive, run: Crawl
) -> None:
    site.answers["/gallery/"] = (200, HTML, b"<html><body><h1>x</h1></body></html>")
    urls = "".join(f"<url><loc>{site.base}{path}</loc></url>" for path in ("/2024/post-1/", "/gallery/"))
    site.answers["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, f"<urlset>{urls}</urlset>".encode())
    report = run(f"{site.base}/sitemap.xml", site="")
    assert (report.exit_code, report.counts["passed_over"]) == (0, 1)
    run(f"{site.base}/sitemap.xml", site="", days=2)
    assert "/gallery/" not in site.served


def test_only_what_is_below_a_blogs_folder_is_its_posts(site: Blog, archive: Archive, run: Crawl) -> None:
    for n in (1, 2):
        site.answers[f"/blog/post-{n}/"] = site.answers[f"/2024/post-{n}/"]
    paths = ("/blog/post-1/", "/blog/post-2/", "/2024/post-3/")
    links = "".join(f'<h2><a class="post-title-link" href="{path}">{path}</a></h2>' for path in paths)
    site.answers["/blog/"] = (200, HTML, f"<html><body><h1>博客</h1>{links}</body></html>".encode())
    run(f"{site.base}/blog/", site="")
    assert titles(archive) == {"第 1 篇", "第 2 篇"}
