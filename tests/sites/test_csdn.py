"""Whole CSDN pages: what their records say beyond the exported file, who they are, what is kept back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from scraper.models import Column, Metrics, Parsed, Post
from scraper.read import parse

PAGES = Path(__file__).parent / "csdn"
BODY = "<div id=content_views class=htmledit_views><p>正文</p></div>"


def post_of(html: str, url: str = "", name: str = "") -> Post:
    parsed = parse(html.encode(), url, name=name)
    assert parsed.post is not None, (parsed.verdict, parsed.reason)
    return parsed.post


def fixture(slug: str, url: str = "") -> Post:
    return post_of((PAGES / f"{slug}.html").read_text("utf-8"), url, f"{slug}.html")


def page(
    info: str = "", body: str = BODY, title: str = "<h1 class=title-article>标题</h1>", script: str = "", head: str = ""
) -> str:
    return (
        f"<html><head><link href=https://csdnimg.cn/a.css>{head}<script>{script}</script></head><body>"
        f"<div class=blog-content-box><div class=article-title-box>{title}</div>"
        f"<div class=article-info-box>{info}</div>{body}</div></body></html>"
    )


@pytest.mark.parametrize(
    ("slug", "metrics"),
    [
        ("2013-blog-channel", Metrics(1204, None, 3, None)),
        ("2016-markdown-editor", Metrics(88, None, 0, None)),
        ("2018-copyright-in-body", Metrics(7582, None, 2, None)),
        ("2019-last-published", Metrics(129, 4, None, None)),
        ("2020-after-scripts", Metrics(13_000, 7, 0, 12)),
        ("2022-changed", Metrics(7128, 7, 5, 87)),
        ("2024-recommended-date", Metrics(2087, 17, 1, 19)),
        ("2025-paid-column", Metrics(548_001, 768, 43, 2500)),
        ("saved-with-singlefile", Metrics(2400, None, None, None)),
        ("fragment-without-id", Metrics()),
    ],
)
def test_counters_are_numbers_whatever_their_form(slug: str, metrics: Metrics) -> None:
    assert fixture(slug).metrics == metrics


@pytest.mark.parametrize(
    ("shown", "reads"),
    [("10w+ 阅读", 100_000), ("阅读数 129", 129), ("1,024", 1024), ("2.5万", 25_000), ("3k", 3000), ("阅读", None)],
)
def test_read_counts_are_read_with_their_units(shown: str, reads: int | None) -> None:
    assert post_of(page(f"<span class=read-count>{shown}</span>")).metrics.reads == reads


def test_the_like_counter_is_not_taken_for_the_reads() -> None:
    metrics = post_of(page("<span class=read-count id=blog-digg-num>点赞数 6</span>")).metrics
    assert (metrics.reads, metrics.likes) == (None, 6)


def test_categories_columns_and_tags_are_told_apart_by_their_addresses() -> None:
    post = fixture("2018-copyright-in-body")
    assert post.categories == ("软件工程",)
    assert post.columns == (Column("22000", "从零开始画图", "https://blog.csdn.net/column/details/22000.html"),)
    post = fixture("2025-paid-column")
    assert (post.categories, post.tags) == (("英语",), ("学习",))
    assert post.columns == (Column("10480001", "英语", "https://blog.csdn.net/words_up/category_10480001.html"),)


def test_labels_are_not_taken_from_the_body_or_an_advertisement() -> None:
    body = "<div id=content_views><p><a href='https://blog.csdn.net/u/category_1.html'>不是</a></p></div>"
    assert post_of(page(body=body)).categories == ()
    assert "付费专栏 订阅" not in fixture("2020-after-scripts").categories


@pytest.mark.parametrize(
    ("head", "description"),
    [
        ("<meta name=description content='文章浏览阅读10w+次，点赞768次，收藏2.5k次。正文。'>", "正文。"),
        ("<meta name=description content='文章浏览阅读12次。正文_词'><meta name=keywords content=词>", "正文"),
        ("<meta name=description content='正文_词'><title>标题_词-CSDN博客</title>", "正文"),
        ("<meta name=description content='正文_1671465600'>", "正文"),
        ("<meta name=description content='snake_case'>", "snake_case"),
        ("", ""),
    ],
)
def test_the_description_is_the_authors_alone(head: str, description: str) -> None:
    assert post_of(page(head=head)).description == description


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("标题 - 河边的小屋 - 博客频道 - CSDN.NET", "标题"),
        ("标题 - 老明的笔记 - CSDN博客", "标题"),
        ("标题_拾光的博客-CSDN博客_搜索词", "标题"),
        ("标题_搜索词-CSDN博客", "标题"),
        ("标题-CSDN博客", "标题"),
        ("a_b - c", "a_b - c"),
    ],
)
def test_without_a_heading_the_title_is_the_pages_less_its_ends(title: str, shown: str) -> None:
    assert post_of(page(title="", head=f"<title>{title}</title>")).title == shown


def test_raw_dates_are_the_pages_own_words() -> None:
    assert fixture("2018-copyright-in-body").published_raw == "2018年06月16日 10:32:07"
    post = fixture("2024-recommended-date")
    assert (post.published_raw, post.updated_raw) == ("2024-09-29 17:00:56", "2024-09-29T17:01:21+08:00")


@pytest.mark.parametrize(
    ("badge", "kind"),
    [
        ("<span class='article-type type-1'>原</span>", "original"),
        ("<span class='article-type type-2'>转载</span>", "repost"),
        ("<span class='article-type type-4'>译</span>", "translation"),
        ("<img class=article-type-img src=https://x.cn/img/original.png>", "original"),
        ("<img class=article-type-img src=./page_files/reprint.png>", "repost"),
        ("<img class=article-type-img src=https://x.cn/translated2.png>", "translation"),
        ("<span class='article-type-text reprint'></span>", "repost"),
        ("", ""),
    ],
)
def test_the_badge_tells_the_kind(badge: str, kind: str) -> None:
    assert post_of(page(badge)).kind == kind


def test_the_script_tells_the_kind_where_no_badge_does() -> None:
    assert post_of(page(script="var articleType = 2;")).kind == "repost"
    assert post_of(page(script="var articleType = 9;")).kind == ""


def test_a_page_is_the_post_of_its_canonical_link_and_a_warning_says_that_another_was_asked_for() -> None:
    post = fixture("2022-changed", "https://blog.csdn.net/other/article/details/42?spm=1")
    assert post.native_id == "124600700"
    assert "this is post 124600700, and 42 is named too" in post.warnings


def test_the_users_present_name_is_the_canonical_one() -> None:
    post = fixture("2018-copyright-in-body", "https://blog.csdn.net/old_name/article/details/80700600")
    assert (post.author.id, post.url) == ("laoming", "https://blog.csdn.net/laoming/article/details/80700600")
    assert post.warnings == ()


def test_a_label_in_the_address_gives_way_to_the_account_that_the_page_names() -> None:
    post = post_of(page(script='var username = "real_1";'), "https://label.blog.csdn.net/article/details/7")
    assert (post.author.id, post.url) == ("real_1", "https://blog.csdn.net/real_1/article/details/7")
    assert post_of(page(), "https://label.blog.csdn.net/article/details/7").author.id == ""


@pytest.mark.parametrize(
    "parts",
    [
        {"head": "<link rel=canonical href=https://blog.csdn.net/u/article/details/77>"},
        {"head": "<meta property=og:url content=https://u.blog.csdn.net/article/details/77>"},
        {"script": 'var articleDetailUrl = "https://blog.csdn.net/u/article/details/77";'},
        {"script": "var articleId = 77;"},
        {"script": 'var articleID = "77";'},
        {"title": "<span class=link_title><a href=/u/article/details/77>标题</a></span>"},
        {
            "body": f"<div class=article-copyright>版权声明：不得转载 https://blog.csdn.net/u/article/details/77</div>{BODY}"
        },
        {"head": "<!-- saved from url=(0042)https://blog.csdn.net/u/article/details/77 -->"},
    ],
)
def test_a_saved_page_is_identified_by_what_it_says_of_itself(parts: Mapping[str, str]) -> None:
    post = post_of(page(**parts), name="x.html")
    assert (post.site, post.native_id) == ("csdn", "77")


def test_the_source_of_a_repost_does_not_identify_it() -> None:
    source = "<div class=article-source-link>原文链接：<a>https://blog.csdn.net/other/article/details/5</a></div>"
    post = post_of(page(source), name="folder/x.html")
    assert (post.site, post.native_id, post.url) == ("file", "folder/x.html", "")


def test_a_fragment_is_named_by_its_file_and_titled_by_its_heading() -> None:
    post = fixture("fragment-without-id")
    assert (post.site, post.native_id, post.url, post.parser) == ("file", "fragment-without-id.html", "", "csdn/2")
    assert post.title == "数据类型"


def test_what_is_kept_back_for_payment_is_told() -> None:
    post = fixture("2025-paid-column")
    assert post.access == "partial"
    assert any("剩余 60%" in warning for warning in post.warnings)
    assert "解锁" not in post.markdown


@pytest.mark.parametrize(
    ("fold", "access"),
    [
        ("<div class=hide-article-box>阅读更多</div>", "full"),
        ("<div class='hide-article-box hide-article-pos'>展开阅读全文</div>", "full"),
        ("<div class='hide-article-box'>关注博主即可阅读全文</div>", "partial"),
        ("<div class=column-mask>订阅专栏 解锁全文</div>", "partial"),
    ],
)
def test_a_fold_of_a_whole_text_is_no_wall(fold: str, access: str) -> None:
    post = post_of(page(body=BODY + fold))
    assert post.access == access
    assert bool(post.warnings) == (access == "partial")


def test_pictures_keep_the_pages_address_beside_the_original() -> None:
    (image,) = fixture("2022-changed").images
    assert image.url == "https://img-blog.csdnimg.cn/0a1b2c3d.png"
    assert image.original_url.startswith("https://img-blog.csdnimg.cn/0a1b2c3d.png?x-oss-process=image/watermark,")
    (image,) = fixture("2020-after-scripts").images
    assert image.url == "https://example.com/pic/a.png"


def test_a_text_copied_into_another_blog_is_not_read_as_csdns() -> None:
    copied = "<div id=content_views class=htmledit_views>" + "<p>一段从别处搬来的正文，足够长。</p>" * 20 + "</div>"
    html = (
        "<link rel=canonical href=https://blog.example.org/a><title>我的标题</title><h1>我的标题</h1>"
        f"<p>写在前面的话，也足够长，足够说明这一页有自己的模板。</p><nav>{'<a href=/x>导航</a>' * 80}</nav>{copied}"
    )
    post = post_of(html)
    assert (post.site, post.native_id, post.title) == ("blog.example.org", "blog.example.org/a", "我的标题")


def test_other_pages_of_csdn_made_with_the_same_editors_are_not_posts_of_its_blogs() -> None:
    html = page(head="<link rel=canonical href=https://wenku.csdn.net/answer/1>")
    parsed = parse(html.encode(), "https://wenku.csdn.net/answer/1")
    assert parsed.post is None or parsed.post.site == "wenku.csdn.net"


def test_the_title_that_an_author_gave_a_table_of_contents_stays() -> None:
    toc = "<div class=toc><h3>{}</h3><ul><li><a href=#a>第一节</a></li></ul></div>"
    for title, kept in (("我的标题", ["我的标题"]), ("文章目录", [])):
        post = post_of(page(body=f"<div id=content_views>{toc.format(title)}<p>正文</p></div>"))
        assert [heading.text for heading in post.headings] == kept
        assert "第一节" not in post.markdown


def test_links_lead_where_their_author_meant_them_to() -> None:
    (link,) = fixture("2019-last-published").links
    assert link.url == "https://example.com/long?a=1"


def test_the_authors_name_is_found_where_scripts_are_gone() -> None:
    home = "<a class=follow-nickName href=https://blog.csdn.net/u_1 title='昵 称'>x</a>"
    post = post_of(page(home))
    assert (post.author.id, post.author.name, post.author.url) == ("u_1", "昵 称", "https://blog.csdn.net/u_1")
    assert post_of(page(body=f"{BODY}<a id=uid href=https://blog.csdn.net/u_2>名</a>")).author.name == "名"


def test_a_badge_inside_the_title_is_no_part_of_it() -> None:
    post = post_of(page(title="<h1 class=title-article><span class='article-type type-1'>原创</span> 标题</h1>"))
    assert (post.title, post.kind) == ("标题", "original")


def test_the_cover_is_the_first_picture_of_the_pages_description() -> None:
    ld = '<script type="application/ld+json">{"images": ["https://img-blog.csdnimg.cn/a.png?x-oss-process=image/x"]}</script>'
    assert post_of(page(head=ld)).cover_url == "https://img-blog.csdnimg.cn/a.png"
    assert post_of(page()).cover_url == ""


def test_the_reader_can_be_forced_on_a_page_of_any_host() -> None:
    parsed = parse(page(script="var articleId = 5;").encode(), "https://mirror.example/5", site="csdn")
    assert parsed.post is not None
    assert (parsed.post.site, parsed.post.native_id) == ("csdn", "5")


def test_pictures_are_the_assets_of_a_page() -> None:
    parsed: Parsed = parse((PAGES / "2018-copyright-in-body.html").read_bytes(), "")
    assert parsed.assets == ("https://img-blog.csdn.net/20180616103000123",)


def test_every_gold_page_is_read_with_its_metadata(shared: Path) -> None:
    wrong = []
    for path in sorted((shared / "corpus" / "gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        if not gold["file"].startswith("csdn-html"):
            continue
        post = parse((shared / "corpus" / gold["file"]).read_bytes(), "", name=path.stem).post
        assert post is not None
        got = {
            "title": post.title if gold["title"] else None,
            "author": post.author.name if gold["author"] else None,
            "author_id": post.author.id if gold["author_id"] else None,
            "published_at": post.published_at.isoformat() if post.published_at else None,
            "updated_at": post.updated_at.isoformat() if post.updated_at else None,
            "categories": sorted(post.categories),
            "tags": sorted(post.tags),
        }
        want = {key: sorted(gold[key]) if isinstance(gold[key], list) else gold[key] for key in got}
        wrong += [(path.stem, key, want[key], got[key]) for key in got if want[key] != got[key]]
    assert wrong == []
