"""The article on a page of no known platform is found, with its metadata, and lists are not taken for one."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.models import Parsed, Post
from scraper.read import parse

SENTENCE = "正文的一句话，写得足够长，足够让人看出这里是文章，而不是导航。"
PARAGRAPHS = f"<p>{SENTENCE}</p>" * 8
NAVIGATION = "<nav>" + "<a href=/x>栏目</a>" * 30 + "</nav>"
FOOTER = f"<footer class=footer><p>版权所有，{SENTENCE}</p></footer>"


def parsed(html: str, url: str = "https://blog.example.org/2023/post") -> Parsed:
    return parse(html.encode(), url)


def post_of(html: str, url: str = "https://blog.example.org/2023/post") -> Post:
    found = parsed(html, url)
    assert found.post is not None, (found.verdict, found.reason)
    return found.post


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{PARAGRAPHS}</article>",
        f"<div class='post-content e-content'>{PARAGRAPHS}</div>",
        f"<section itemprop=articleBody>{PARAGRAPHS}</section>",
        f"<div class=x1><div class=x2>{PARAGRAPHS}</div></div>",
        f"<div id=main>{(SENTENCE + '<br><br>') * 8}</div>",
        f"<main><pre>{SENTENCE}</pre>{PARAGRAPHS}</main>",
    ],
)
def test_the_body_is_found_with_or_without_a_known_class(body: str) -> None:
    post = post_of(f"<title>题目 - 站点</title><body>{NAVIGATION}<h1>题目</h1>{body}{FOOTER}</body>")
    assert post.text.count(SENTENCE) >= 8
    assert "栏目" not in post.text
    assert "版权所有" not in post.text
    assert post.title == "题目"
    assert post.parser == "generic/3"


def test_metadata_comes_from_json_ld_meta_and_markup() -> None:
    post = post_of(
        f"""<html lang=zh-CN><head><title>题目 | 站点</title><meta name=description content=摘要>
        <meta name=keywords content="a,b"><meta property=og:image content=https://a.cn/c.png>
        <script type="application/ld+json">{{"@type": "BlogPosting", "datePublished": "2023-02-28T13:41:39+08:00",
        "dateModified": "2023-03-01", "author": [{{"name": "阿平"}}]}}</script></head>
        <body><article><a rel=tag href=/t/1># Go</a>{PARAGRAPHS}</article></body>"""
    )
    assert (post.title, post.author.name, post.description) == ("题目", "阿平", "摘要")
    assert post.published_at == datetime(2023, 2, 28, 5, 41, 39, tzinfo=UTC)
    assert post.updated_raw == "2023-03-01"
    assert (post.tags, post.keywords, post.cover_url) == (("Go",), ("a", "b"), "https://a.cn/c.png")
    assert post.language == "zh-CN"


def test_the_shown_time_and_byline_count_where_the_head_says_nothing() -> None:
    post = post_of(
        f"<meta property=og:title content=题目><body><h1>一</h1><h1>二</h1><span class=author>小明</span>"
        f"<time datetime=2020-07-07>7 月 7 日</time><article>{PARAGRAPHS}</article>"
    )
    assert (post.title, post.author.name, post.published_raw, post.language) == ("题目", "小明", "2020-07-07", "zh")


def test_a_page_without_dates_or_names_has_none() -> None:
    post = post_of(f"<title>题目</title><article>{PARAGRAPHS}</article>")
    assert (post.published_at, post.updated_at, post.author.name, post.tags) == (None, None, "", ())


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example.org/archives/",
        "https://blog.example.org/tags/go/",
        "https://blog.example.org/categories/x/page/2",
        "https://blog.example.org/page/3/",
        "https://blog.example.org/blog/tags/index.html",
    ],
)
def test_archive_and_tag_pages_are_lists_by_their_address(url: str) -> None:
    assert parsed(f"<article>{PARAGRAPHS}</article>", url).verdict == "listing"


def test_a_page_of_headings_that_are_links_is_a_list() -> None:
    items = "".join(f"<h2><a href=/p/{n}>第 {n} 篇文章</a></h2><p>{SENTENCE}</p>" for n in range(6))
    assert parsed(f"<title>博客</title>{items}").verdict == "listing"


def test_an_article_whose_headings_link_to_themselves_is_none() -> None:
    items = "".join(f"<h2><a href=#{n}>第 {n} 节</a></h2><p>{SENTENCE}</p>" for n in range(6))
    assert parsed(f"<title>博客</title><article>{items}</article>").verdict == "article"


def test_links_alone_are_no_article() -> None:
    links = f"<ul>{f'<li><a href=/x>{SENTENCE}</a></li>' * 20}</ul>"
    assert parsed(f"<title>友情链接</title>{links}").verdict == "other"


def test_a_frame_around_an_emptied_body_is_no_article() -> None:
    hidden = f"<article><div style='display:none'>{PARAGRAPHS}</div></article>"
    assert parsed(f"<title>题目</title>{hidden}").post is None


def test_a_wrapper_named_as_an_extra_that_holds_the_text_is_the_body() -> None:
    for wrapper in ("<form id=aspnetForm>", "<aside>", "<div class='sidebar comments'>"):
        assert post_of(f"<title>题目</title><body>{NAVIGATION}{wrapper}{PARAGRAPHS}").text.count(SENTENCE) == 8


def test_comments_longer_than_the_post_are_not_the_post() -> None:
    comments = f"<div id=comments>{'<p>评论。' + SENTENCE * 3 + '</p>'}</div>"
    found = post_of(f"<title>题目</title><body><div class=x>{PARAGRAPHS}</div>{comments}")
    assert "评论" not in found.text


def test_an_article_in_several_boxes_is_read_as_one() -> None:
    long = SENTENCE * 4
    boxes = "".join(f"<section><div><p>{long}</p><p>{n} 之 {long}</p></div></section>" for n in range(4))
    found = post_of(f"<title>题目</title><body>{NAVIGATION}<div><div>{boxes}</div></div>{FOOTER}")
    assert all(f"{n} 之" in found.text for n in range(4))
    assert "版权所有" not in found.text


def test_text_beside_the_best_box_goes_on_in_paragraphs_without_one() -> None:
    html = f"<div class=intro><p>引子，{SENTENCE}</p></div><div class=text>{PARAGRAPHS}</div><p>尾声，{SENTENCE}</p>"
    found = post_of(f"<title>题目</title><body>{NAVIGATION}<div>{html}</div>")
    assert "尾声" in found.text


def test_text_in_an_old_table_is_found() -> None:
    cells = f"<tr><td width=150><a href=/a>首页</a><br><a href=/b>留言</a></td><td>{(SENTENCE + '<br>') * 8}</td></tr>"
    found = post_of(f"<title>题目</title><body><table>{cells}</table>")
    assert found.text.count(SENTENCE) == 8
    assert "留言" not in found.text


def test_a_short_post_in_an_article_element_is_one() -> None:
    assert (
        post_of("<title>题目</title><body><nav><a href=/>站</a></nav><article><p>很短。</p></article>").text == "很短。"
    )
    assert parsed("<title>题目</title><body><div><p>很短。</p></div>").verdict == "other"


def test_an_article_with_many_linked_headings_below_it_is_no_list() -> None:
    related = "".join(f"<h3><a href=/p/{n}>第 {n} 篇文章</a></h3><p>{SENTENCE}</p>" for n in range(6))
    text = f"<div class=text>{'<p>' + SENTENCE * 4 + '</p>'}</div>" * 6
    assert parsed(f"<title>题目</title><body><h1>题目</h1>{text}<div>{related}</div>").verdict == "article"


def test_a_page_that_calls_itself_an_article_is_believed_but_for_a_home_page() -> None:
    items = "".join(f"<h2><a href=/p/{n}>第 {n} 种办法</a></h2><p>{SENTENCE * 2}</p>" for n in range(6))
    html = f"<meta property=og:type content=article><title>六种办法</title><body><div>{items}</div>"
    assert parsed(html).verdict == "article"
    assert parsed(html, "https://blog.example.org/").verdict == "listing"
    assert parsed(html.replace("article>", "website>")).verdict == "listing"


@pytest.mark.parametrize("shape", ["<div>{}</div>", "<div><p>{}</p>", "<ul><li><a href=/x>{}</a></ul>", "<h2>{}</h2>"])
def test_the_time_grows_with_the_page_and_no_faster(shape: str) -> None:
    def cpu(count: int) -> float:
        html = f"<title>题目</title><body>{PARAGRAPHS}{shape.format(SENTENCE) * count}</body>"
        begin = process_time()
        parsed(html)
        return process_time() - begin

    cpu(100)
    assert cpu(8000) < 16 * max(cpu(2000), 0.02)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from([
            "<div class=comments>", "</div>", "<p>", SENTENCE, "<a href=/x>", "</a>", "<h1>题目</h1>", "<table><td>",
            "<pre>", "</pre>", "<article>", "<time>2020-01-02</time>", "<aside>", "<ul><li>", "<br>", "<!-- c -->",
            "<meta itemprop=author content=甲>", "<form><input>", "</form>", "作者：", "<img src=a>", "<b>",
        ]),
        max_size=60,
    )
)  # fmt: skip
def test_any_tangle_of_elements_is_read_as_something(pieces: list[str]) -> None:
    assert parsed("<html><body>" + "".join(pieces)).verdict


def test_a_few_words_above_many_links_are_no_article() -> None:
    links = "".join(f"<div><a href=/p/{n}>第 {n} 篇文章的题目，写在这里</a></div>" for n in range(60))
    html = f"<title>站点</title><body><div><p>{SENTENCE * 2}</p></div><div>{links}</div>"
    found = parsed(html, "https://ping.example/start")
    assert (found.verdict, len(found.links)) == ("listing", 60)


def test_a_dialog_that_says_more_than_a_short_article_is_none_of_it() -> None:
    rules = "".join(f"<p>{SENTENCE * 2}</p>" for _ in range(6))
    dialog = f"<div class='ui modal report'><div class=content>{rules}</div></div>"
    post = post_of(
        f"<title>题</title><body><div class=main><h1>题</h1><p>{SENTENCE}</p><p>{SENTENCE}</p></div>{dialog}"
    )
    assert post.text.count(SENTENCE) == 2


CARD = """<li class="card{1}"><div class=box><a class=pic href=/p/{0}><img src=/{0}.png></a>
<a class=name href=/p/{0}>第 {0} 篇文章的题目</a>
<div class=teaser>{2}</div><div class=more><a href=/p/{0}#comments>3 条评论</a></div></div></li>"""


def cards(teaser: str, *, chrome: str = "ul") -> str:
    items = "".join(CARD.format(n, " with-picture" if n % 2 else "", teaser) for n in range(101, 107))
    return f"<title>站点</title><body><{chrome}>{items}</{chrome}><div><a href=/about>关于本站的一些说明文字</a></div>"


@pytest.mark.parametrize("teaser", ["", SENTENCE, f"<p>{SENTENCE * 3}</p>"])
def test_boxes_that_are_alike_and_lead_to_posts_are_a_list_though_their_titles_are_no_headings(teaser: str) -> None:
    found = parsed(cards(teaser), "https://ping.example/start")
    assert found.verdict == "listing"
    assert [entry.url for entry in found.links] == [f"https://ping.example/p/{n}" for n in range(101, 107)]
    assert found.links[0].title == "第 101 篇文章的题目"


@pytest.mark.parametrize(
    "links",
    [
        "".join(f"<li><a href=/topic{n}>前端</a></li>" for n in range(9)),
        "".join(f"<li><a href=https://{n}.example/>友情链接之一，别处的站点</a></li>" for n in range(9)),
        "".join(f"<li>见<a href=/p/{n}>这一篇讲得很细的文章</a>{SENTENCE}</li>" for n in range(3)),
        "".join(f"<li><a href=/{name}>关于本站的一些说明文字</a></li>" for name in ("a", "b", "c", "d")),
    ],
    ids=["menu", "elsewhere", "too few", "pages of the site"],
)
def test_other_runs_of_links_are_no_list(links: str) -> None:
    assert parsed(f"<title>站点</title><body><ul>{links}</ul>", "https://ping.example/start").verdict != "listing"


def test_a_text_with_links_in_its_lines_or_beside_it_stays_one() -> None:
    inline = "".join(f"<p>{SENTENCE}<a href=/p/{n}>这一篇讲得很细的文章</a>{SENTENCE * 2}</p>" for n in range(8))
    found = parsed(f"<title>题</title><body><div>{inline}</div>", "https://ping.example/start")
    assert found.verdict == "article"
    beside = f"<div class=main><p>{SENTENCE * 3}</p><p>{SENTENCE * 3}</p></div>{cards('')}"
    assert parsed(beside, "https://ping.example/start").verdict == "article"
