"""Platforms besides CSDN: what their addresses name, what their lists are asked by and give, what is no article."""

# ruff: noqa: E501

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scraper import sites
from scraper.models import Parsed
from scraper.parse.page import open_page
from scraper.parse.site import Site
from scraper.read import parse

FIXTURES = sorted(Path(__file__).parent.glob("*/*.html"))
JUEJIN_API = "https://api.juejin.cn/content_api/v1/article/query_list"
OSCHINA_API = "https://apiv1.oschina.net/oschinapi/blog/otherUser/web"
OSCHINA_LIST = "/widgets/_space_index_newest_blog?catalogId=0&q=&p={}&sortType=time&type=ajax"
ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA5OTk5OTk5OQ==&action=getalbum&album_id=2470770057669738497"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA5OTk5OTk5OQ==&mid=2650000001&idx=1"


@pytest.mark.parametrize(
    ("url", "site", "kind", "native_id", "canonical"),
    [
        ("http://www.cnblogs.com/a-b/p/16324793.html?x=1", "cnblogs", "post", "16324793", "https://www.cnblogs.com/a-b/p/16324793.html"),
        ("http://cnblogs.com/ab/archive/2010/1/2/123.html", "cnblogs", "post", "123", "https://www.cnblogs.com/ab/p/123.html"),
        ("https://www.cnblogs.com/ab/p/some-name.html", "cnblogs", "post", "ab/some-name", "https://www.cnblogs.com/ab/p/some-name.html"),
        ("https://www.cnblogs.com/ab/category/77.html", "cnblogs", "column", "77", "https://www.cnblogs.com/ab/category/77.html"),
        ("https://www.cnblogs.com/ab/", "cnblogs", "author", "ab", "https://www.cnblogs.com/ab"),
        ("https://www.cnblogs.com/ab/rss", "cnblogs", "feed", "ab", "https://www.cnblogs.com/ab/rss"),
        ("https://juejin.im/post/6844903960#c", "juejin", "post", "6844903960", "https://juejin.cn/post/6844903960"),
        ("https://juejin.cn/spost/6844903960", "juejin", "post", "6844903960", "https://juejin.cn/post/6844903960"),
        ("https://juejin.cn/user/34213359/posts", "juejin", "author", "34213359", "https://juejin.cn/user/34213359"),
        ("https://juejin.cn/column/6960559453037199391", "juejin", "column", "6960559453037199391", "https://juejin.cn/column/6960559453037199391"),
        ("https://zhuanlan.zhihu.com/p/22925478480?utm_id=0", "zhihu", "post", "22925478480", "https://zhuanlan.zhihu.com/p/22925478480"),
        ("https://www.zhihu.com/column/c_1335313713054887936", "zhihu", "column", "c_1335313713054887936", "https://www.zhihu.com/column/c_1335313713054887936"),
        ("https://zhuanlan.zhihu.com/bigo", "zhihu", "column", "bigo", "https://www.zhihu.com/column/bigo"),
        ("https://www.zhihu.com/people/feng-ye-85/posts", "zhihu", "author", "feng-ye-85", "https://www.zhihu.com/people/feng-ye-85"),
        (f"{LONG}&sn={'a1' * 16}&chksm=f2#rd", "weixin", "post", "MzA5OTk5OTk5OQ_2650000001_1", f"{LONG}&sn={'a1' * 16}"),
        (LONG.replace("&", "&amp;"), "weixin", "post", "MzA5OTk5OTk5OQ_2650000001_1", LONG),
        ("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt_w", "weixin", "post", "AbCdEfGhIjKlMnOpQrSt_w", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrSt_w"),
        (f"{ALBUM.replace('&action=getalbum', '')}&scene=1#wechat_redirect", "weixin", "column", "2470770057669738497", ALBUM),
        ("https://blog.51cto.com/u_15214399/5880761", "51cto", "post", "5880761", "https://blog.51cto.com/u_15214399/5880761"),
        ("https://blog.51cto.com/u_15214399", "51cto", "author", "u_15214399", "https://blog.51cto.com/u_15214399"),
        ("https://blog.51cto.com/old_boy/p_2", "51cto", "author", "old_boy", "https://blog.51cto.com/old_boy"),
        ("https://blog.51cto.com/13942177", "51cto", "author", "13942177", "https://blog.51cto.com/13942177"),
        ("https://www.jianshu.com/p/165a6ea0386a", "jianshu", "post", "165a6ea0386a", "https://www.jianshu.com/p/165a6ea0386a"),
        ("https://www.jianshu.com/users/468c57ae5cbd/latest_articles", "jianshu", "author", "468c57ae5cbd", "https://www.jianshu.com/u/468c57ae5cbd"),
        ("https://www.jianshu.com/nb/31132695", "jianshu", "column", "nb/31132695", "https://www.jianshu.com/nb/31132695"),
        ("http://my.oschina.net/flash/blog/158200", "oschina", "post", "158200", "https://my.oschina.net/flash/blog/158200"),
        ("https://my.oschina.net/u/818848/blog/1", "oschina", "post", "1", "https://my.oschina.net/u/818848/blog/1"),
        ("http://www.oschina.net/question/818848_107307", "oschina", "post", "818848_107307", "https://www.oschina.net/question/818848_107307"),
        ("http://my.oschina.net/flash/blog", "oschina", "author", "flash", "https://my.oschina.net/flash"),
        ("http://masong1987.iteye.com/blog/1191016", "iteye", "post", "1191016", "https://masong1987.iteye.com/blog/1191016"),
        ("http://masong1987.iteye.com/", "iteye", "author", "masong1987", "https://masong1987.iteye.com"),
        ("http://blog.sina.com.cn/s/blog_3d55a9b70100nyl8.html?tj=1", "sina", "post", "3d55a9b70100nyl8", ""),
        ("http://blog.sina.com.cn/s/articlelist_1028002233_0_1.html", "sina", "author", "1028002233", "https://blog.sina.com.cn/u/1028002233"),
        ("https://www.douban.com/group/topic/80835701/?start=100", "douban", "post", "80835701", "https://www.douban.com/group/topic/80835701/"),
        ("https://www.douban.com/note/577377985/?_i=1", "douban", "post", "note/577377985", "https://www.douban.com/note/577377985/"),
        ("https://www.douban.com/people/ahbei/", "douban", "author", "ahbei", "https://www.douban.com/people/ahbei/notes"),
        ("https://www.douban.com/group/beijing/discussion", "douban", "column", "beijing", "https://www.douban.com/group/beijing/discussion"),
    ],
)  # fmt: skip
def test_an_address_names(url: str, site: str, kind: str, native_id: str, canonical: str) -> None:
    found = sites.find(url)
    assert found is not None
    assert (found[0].name, found[1].kind, found[1].native_id) == (site, kind, native_id)
    if canonical:
        assert found[1].url == canonical
        again = sites.find(canonical)
        assert again is not None
        assert again[1] == found[1]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.cnblogs.com/news/", "https://www.cnblogs.com/", "https://juejin.cn/", "https://juejin.cn/post/x",
        "https://www.zhihu.com/question/1/answer/2", "https://www.zhihu.com/", "https://zhuanlan.zhihu.com/write",
        "https://mp.weixin.qq.com/s?__biz=x", "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA5OTk5OTk5OQ==", "https://mp.weixin.qq.com/mp/homepage", "https://blog.51cto.com/topic/123", "https://blog.51cto.com/nav",
        "https://www.jianshu.com/", "https://www.oschina.net/news/1", "https://www.iteye.com/blog/1", "ftp://x",
        "https://masong1987.iteye.com/category/1", "http://blog.sina.com.cn/", "https://www.douban.com/group/explore",
    ],
)  # fmt: skip
def test_an_address_that_names_no_post_or_list_is_none(url: str) -> None:
    assert sites.find(url) is None


@pytest.mark.parametrize("page", FIXTURES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_every_page_is_claimed_by_its_own_platform_alone(page: Path) -> None:
    opened = open_page(page.read_text("utf-8"))
    assert opened is not None
    claims = {site.name for site in sites.all_sites() if site.claims(opened)}
    assert claims == ({page.parent.name} if sites.by_name(page.parent.name) else set())


@pytest.mark.parametrize(
    ("url", "page", "asked"),
    [
        ("https://www.cnblogs.com/ab", 1, ["list https://www.cnblogs.com/ab/default.html?page=1", "rss https://www.cnblogs.com/ab/rss/"]),
        ("https://www.cnblogs.com/ab", 2, ["list https://www.cnblogs.com/ab/default.html?page=2"]),
        ("https://www.cnblogs.com/ab/category/7.html", 2, ["list https://www.cnblogs.com/ab/category/7.html?page=2"]),
        ("https://www.cnblogs.com/ab/rss", 1, ["rss https://www.cnblogs.com/ab/rss"]),
        ("https://www.cnblogs.com/ab/rss", 2, []),
        ("https://juejin.cn/user/34213359", 1, [f"api {JUEJIN_API}", "list https://juejin.cn/user/34213359/posts"]),
        ("https://juejin.cn/user/34213359", 2, [f"api {JUEJIN_API}"]),
        ("https://zhuanlan.zhihu.com/bigo", 2, ["api https://www.zhihu.com/api/v4/columns/bigo/items?limit=20&offset=20"]),
        ("https://www.zhihu.com/people/ab", 3, ["list https://www.zhihu.com/people/ab/posts?page=3"]),
        ("https://zhuanlan.zhihu.com/p/22925478480", 1, []),
        ("https://www.jianshu.com/u/468c57ae5cbd", 2, ["list https://www.jianshu.com/u/468c57ae5cbd?order_by=shared_at&page=2"]),
        ("https://www.jianshu.com/p/468c57ae5cbd", 1, []),
        (ALBUM, 1, [f"api {ALBUM}&count=20&f=json", f"list {ALBUM}"]),
        (ALBUM, 2, []),
        (LONG, 1, []),
        ("https://blog.51cto.com/u_15214399", 1, ["list https://blog.51cto.com/u_15214399"]),
        ("https://blog.51cto.com/u_15214399", 3, ["list https://blog.51cto.com/u_15214399/p_3"]),
        ("https://blog.51cto.com/u_15214399/5880761", 1, []),
        ("https://my.oschina.net/u/3920392", 2, [f"api {OSCHINA_API}?userId=3920392&pageNum=2&pageSize=20", f"list https://my.oschina.net/u/3920392{OSCHINA_LIST.format(2)}"]),
        ("https://my.oschina.net/flash/blog", 1, [f"list https://my.oschina.net/flash{OSCHINA_LIST.format(1)}"]),
        ("https://my.oschina.net/flash/blog/158200", 1, []),
        ("http://masong1987.iteye.com/", 1, ["list https://masong1987.iteye.com/?page=1", "rss https://masong1987.iteye.com/rss"]),
        ("http://masong1987.iteye.com/", 2, ["list https://masong1987.iteye.com/?page=2"]),
        ("http://masong1987.iteye.com/blog/1191016", 1, []),
        ("https://blog.sina.com.cn/u/1028002233", 1, ["list https://blog.sina.com.cn/s/articlelist_1028002233_0_1.html", "rss https://blog.sina.com.cn/rss/1028002233.xml"]),
        ("https://blog.sina.com.cn/u/1028002233", 2, ["list https://blog.sina.com.cn/s/articlelist_1028002233_0_2.html"]),
        ("http://blog.sina.com.cn/s/blog_3d55a9b70100nyl8.html", 1, []),
        ("https://www.douban.com/group/beijing/", 1, ["list https://www.douban.com/group/beijing/discussion?start=0", "rss https://www.douban.com/feed/group/beijing/discussion"]),
        ("https://www.douban.com/group/beijing/", 2, ["list https://www.douban.com/group/beijing/discussion?start=25"]),
        ("https://www.douban.com/people/ahbei/notes", 1, ["list https://www.douban.com/people/ahbei/notes?start=0", "rss https://www.douban.com/feed/people/ahbei/notes"]),
        ("https://www.douban.com/people/ahbei/notes", 3, ["list https://www.douban.com/people/ahbei/notes?start=20"]),
        ("https://www.douban.com/note/577377985/", 1, []),
    ],
)  # fmt: skip
def test_lists_are_asked(url: str, page: int, asked: list[str]) -> None:
    found = sites.find(url)
    assert found is not None
    assert found[0].list_requests is not None
    assert [f"{one.way} {one.url}" for one in found[0].list_requests(found[1], page)] == asked


def listed(parsed: Parsed) -> list[str]:
    assert parsed.verdict in ("listing", "feed"), parsed.reason
    return [entry.native_id for entry in parsed.links]


def answer(value: Any, url: str) -> Parsed:
    return parse(json.dumps(value).encode(), url, content_type="application/json")


def test_the_feed_of_juejin_names_articles_without_the_advertisements() -> None:
    info = {"article_id": "7034323356459466760", "title": "甲", "ctime": "1637806067", "mtime": "1637809667"}
    items = [
        {"item_type": 2, "item_info": {"article_info": info}},
        {"item_type": 14, "item_info": {"advert_id": 1}},
        {"item_type": 2, "item_info": {"article_info": None}},
        {"article_info": info | {"article_id": "7034323356459466761"}},
    ]
    parsed = answer({"err_no": 0, "err_msg": "success", "data": items, "cursor": "x"}, "")
    assert listed(parsed) == ["7034323356459466760", "7034323356459466761"]
    assert str(parsed.links[0].published_at) == "2021-11-25 10:07:47+08:00"
    assert (
        answer({"err_no": 403, "err_msg": "must login", "data": None}, "https://api.juejin.cn/x").verdict == "challenge"
    )
    assert answer({"data": []}, "https://api.juejin.cn/x").verdict == "other"


def test_the_api_of_a_column_names_articles_their_number_and_the_next_page() -> None:
    url = "https://www.zhihu.com/api/v4/columns/bigo/items?limit=20&offset=0"
    item = {"id": 348810960, "type": "article", "title": "甲", "created": 1612254530, "updated": 1612254600, "url": "x"}
    paging = {"totals": 3, "is_end": False, "next": "https://www.zhihu.com/api/v4/columns/bigo/items?offset=20"}
    parsed = answer({"data": [item, item | {"type": "answer"}, None], "paging": paging}, url)
    assert (listed(parsed), parsed.total, parsed.next_url) == (["348810960"], 3, paging["next"])
    assert parsed.links[0].url == "https://zhuanlan.zhihu.com/p/348810960"
    assert answer({"error": {"message": "身份未经过验证"}}, url).verdict == "challenge"
    assert answer({"data": {}}, url).verdict == "other"


@pytest.mark.parametrize(
    ("url", "box", "link", "native_id"),
    [
        ("https://www.cnblogs.com/ab", "div class=postTitle", "a class=postTitle2 href=/ab/p/12.html", "12"),
        ("https://juejin.cn/user/34213359", "li", "a class=title href=/post/6844903960", "6844903960"),
        ("https://www.zhihu.com/column/bigo", "h2 class=ContentItem-title", "a href=//zhuanlan.zhihu.com/p/348810960", "348810960"),
        ("https://www.jianshu.com/u/468c57ae5cbd", "ul class=note-list><li", "a class=title href=/p/165a6ea0386a", "165a6ea0386a"),
        ("https://blog.51cto.com/u_15214399", "h3 class=title", "a href=https://blog.51cto.com/u_15214399/5880761", "5880761"),
        ("https://ab.iteye.com/", "div class=blog_main><div class=blog_title><h3", "a href=/blog/12", "12"),
        ("https://blog.sina.com.cn/u/1028002233", "div class=blog_title", "a href=/s/blog_3d55a9b70100nyl8.html", "3d55a9b70100nyl8"),
        ("https://blog.sina.com.cn/s/articlelist_1028002233_0_2.html", "div class=articleCell><span class=atc_title", "a href=/s/blog_3d55a9b70100nyl8.html", "3d55a9b70100nyl8"),
        ("https://my.oschina.net/u/3920392", "div class='item blog-item'><div class=content", "a class=header href=https://my.oschina.net/u/3920392/blog/12", "12"),
        ("https://www.douban.com/group/ab/", "table class=olt><tr><td class=title", "a href=/group/topic/80835701/", "80835701"),
        ("https://www.douban.com/people/ab/notes", "div class=note-header-container><h3", "a href=https://www.douban.com/note/577377985/", "note/577377985"),
    ],
)  # fmt: skip
def test_a_list_page_names_its_posts(url: str, box: str, link: str, native_id: str) -> None:
    html, ids = f"<{box}><{link}>甲</a>", [native_id]
    parsed = parse(f"<title>列表</title><body><a href=/about>关于</a>{html}".encode(), url)
    assert listed(parsed) == ids
    assert parsed.links[0].title == "甲"
    found = sites.find(url)
    assert found is not None
    if found[0].read_list:
        assert listed(found[0].read_list(f"<title>列表</title>{html}".encode(), url, "text/html")) == ids


def test_an_authors_page_on_51cto_tells_how_many_posts_there_are() -> None:
    one = "<div class=common-article-list><h3 class=title><a href=/u_1/{0}>甲</a></h3><p class=dec><a href=/u_1/{0}>乙</a></p></div>"
    pages = "<ul class=pagination><li class=next><a href=/u_1/p_2></a></li><li class=last><span>共470条记录</span></li></ul>"
    parsed = parse(f"<body>{one.format(5001)}{one.format(5002)}{pages}".encode(), "https://blog.51cto.com/u_1")
    assert (listed(parsed), parsed.total, parsed.links[0].title) == (["5001", "5002"], 470, "甲")


def test_the_api_of_oschina_names_a_persons_posts() -> None:
    item = {"id": 158200, "title": "甲", "createTime": "2024-05-11 10:00:00", "userVo": {"id": 3920392, "name": "乙"}}
    parsed = answer({"code": 200, "result": {"list": [item, item | {"userVo": None}, None]}}, f"{OSCHINA_API}?userId=1")
    assert listed(parsed) == ["158200"]
    assert parsed.links[0].url == "https://my.oschina.net/u/3920392/blog/158200"
    assert str(parsed.links[0].published_at) == "2024-05-11 10:00:00+08:00"
    assert answer({"code": 500, "result": None}, OSCHINA_API).verdict == "other"
    assert answer({"code": 200}, OSCHINA_API).verdict == "other"


def test_a_player_that_wechats_script_built_is_none_of_the_text() -> None:
    player = "<div id=js_mpvedio_wrapper_wxv_1><p>视频加载失败，请刷新页面再试</p><a>Refresh</a></div>"
    html = f"<body><h1 id=activity-name>题</h1><div id=js_content><p>正文。</p>{player}<p>之后。</p></div>"
    post = parse(html.encode(), LONG).post
    assert post is not None
    assert post.text.split() == ["正文。", "之后。"]


def test_an_album_of_wechat_names_its_articles_and_the_next_answer() -> None:
    item = {
        "title": "甲",
        "url": f"{LONG.replace('https', 'http')}&chksm=f#rd",
        "create_time": "1700000000",
        "msgid": "2650000001",
        "itemidx": "1",
    }
    album = {
        "article_list": [item, {"url": "https://example.com"}, item | {"msgid": "2650000002"}],
        "continue_flag": "1",
    }
    parsed = answer({"base_resp": {"ret": 0}, "getalbum_resp": album}, f"{ALBUM}&count=20&f=json")
    assert listed(parsed) == ["MzA5OTk5OTk5OQ_2650000001_1"]
    assert str(parsed.links[0].published_at) == "2023-11-15 06:13:20+08:00"
    assert parsed.next_url == f"{ALBUM}&count=20&f=json&begin_msgid=2650000002&begin_itemidx=1"
    last = answer({"base_resp": {"ret": 0}, "getalbum_resp": {"article_list": item, "continue_flag": "0"}}, ALBUM)
    assert (listed(last), last.next_url) == (["MzA5OTk5OTk5OQ_2650000001_1"], "")
    assert answer({"base_resp": {"ret": -3}}, ALBUM).verdict == "challenge"
    assert answer({"base_resp": {"ret": 0}}, ALBUM).verdict == "other"
    shown = f"<body><ul><li class='album__list-item' data-title=乙 data-link='{LONG}'></li><li>丙</li></ul>"
    page = parse(shown.encode(), ALBUM)
    assert (listed(page), page.links[0].title) == (["MzA5OTk5OTk5OQ_2650000001_1"], "乙")


@pytest.mark.parametrize("path", ["mp/profile_ext?action=home&__biz=MzA5OTk5OTk5OQ==", "mp/appmsgalbum?__biz=MzA5OTk5OTk5OQ==&album_id=1"])  # fmt: skip
def test_an_account_that_wechat_lists_nowhere_is_said_to_be_so(path: str) -> None:
    parsed = parse("<title>验证</title><p>请在微信客户端打开链接</p>".encode(), f"https://mp.weixin.qq.com/{path}")
    assert parsed.verdict == "other"
    assert "name the articles" in parsed.reason


@pytest.mark.parametrize(
    ("seed", "link", "native_id"),
    [
        ("https://ab.iteye.com/", "https://ab.iteye.com/blog/12", "12"),
        ("https://blog.sina.com.cn/u/1028002233", "http://blog.sina.com.cn/s/blog_3d55a9b70100nyl8.html", "3d55a9b70100nyl8"),
        ("https://www.douban.com/group/ab/", "https://www.douban.com/group/topic/80835701/", "80835701"),
        ("https://www.douban.com/people/ab/", "https://www.douban.com/note/577377985/", "note/577377985"),
    ],
)  # fmt: skip
def test_a_feed_has_its_posts_numbers(seed: str, link: str, native_id: str) -> None:
    found = sites.find(seed)
    assert found is not None
    assert found[0].list_requests is not None
    assert found[0].read_list is not None
    (feed,) = (one for one in found[0].list_requests(found[1], 1) if one.way == "rss")
    body = f"<rss><channel><item><title>甲</title><link>{link}</link></item></channel></rss>".encode()
    assert listed(found[0].read_list(body, feed.url, "application/xml")) == [native_id]


def test_the_feed_of_a_blog_on_cnblogs_has_its_posts_numbers() -> None:
    item = "<item><title>甲</title><link>https://www.cnblogs.com/ab/p/12.html</link></item>"
    parsed = parse(f"<rss><channel>{item}</channel></rss>".encode(), "https://www.cnblogs.com/ab/rss/")
    assert listed(parsed) == ["12"]


@pytest.mark.parametrize(
    ("body", "verdict"),
    [(b"{not whole", "other"), (b'{"a": 1}', "other"), (b"<!-- -->", "empty"), (b"<p>x</p>", "other")],
)
def test_an_answer_that_is_no_list_is_named(body: bytes, verdict: str) -> None:
    site = sites.by_name("cnblogs")
    assert site is not None
    assert site.read_list is not None
    assert site.read_list(body, "https://www.cnblogs.com/ab", "").verdict == verdict


def test_a_column_that_is_a_shell_tells_how_many_articles_there_are() -> None:
    state = json.dumps({"initialState": {"entities": {"columns": {"c_1": {"articlesCount": 165}}}}})
    html = f"<title>知乎专栏</title><div class=ColumnPageHeader></div><script id=js-initialData>{state}</script>"
    parsed = parse(html.encode(), "https://www.zhihu.com/column/c_1099248962871169024")
    assert (listed(parsed), parsed.total) == ([], 165)


@pytest.mark.parametrize(
    ("url", "html", "verdict"),
    [
        ("https://www.zhihu.com/question/1", "<h1 class=QuestionHeader-title>问</h1><p>答</p>", "other"),
        (
            "https://zhuanlan.zhihu.com/p/22925478480",
            "<meta id=zh-zse-ck content=x><script>zh-zse-ck</script>",
            "challenge",
        ),
        ("https://zhuanlan.zhihu.com/p/22925478480", "<script id=js-initialData>{]</script><p>知乎</p>", "other"),
        (LONG, "<div class=weui-msg><h2 class=weui-msg__title>此内容因违规无法查看</h2></div>", "gone"),
        (LONG, "<div class=weui-msg><h2 class='weui-msg__title warn'>该内容已被发布者删除</h2></div>", "gone"),
        (LONG, "<div class=weui-msg><p class=tips>当前环境异常，完成验证后即可继续访问。</p></div>", "challenge"),
        (LONG, "<div class=mesg-block><p>该内容暂时无法查看</p></div>", "other"),
        (LONG, "<h1 id=activity-name>题</h1><div id=js_content> </div>", "empty"),
        ("https://www.cnblogs.com/ab/p/12.html", "<title>404_页面不存在 - 博客园</title>", "gone"),
        ("https://juejin.cn/post/6844903960", "<title>稀土掘金</title><div id=juejin></div>", "empty"),
        ("https://my.oschina.net/a/blog/1", "<p>页面不存在</p>", "gone"),
    ],
)
def test_a_page_without_an_article_is_named(url: str, html: str, verdict: str) -> None:
    assert parse(html.encode(), url).verdict == verdict


@pytest.mark.parametrize(
    ("file", "url", "verdict", "count"),
    [
        ("other-html/zhihu-question-2023-house.html", "", "other", 0),
        (
            "other-listing/zhihu-column-2021-bigo.html",
            "https://www.zhihu.com/column/c_1335313713054887936",
            "listing",
            3,
        ),
        ("other-listing/zhihu-column-kwsy-2020.html", "https://zhuanlan.zhihu.com/c_1099248962871169024", "listing", 0),
        ("other-listing/juejin-2021-frontend-list.html", "https://juejin.cn/frontend", "listing", 20),
        ("other-listing/api-juejin-recommend-2022-home.json", "", "listing", 20),
        ("other-html/cnblogs-backup-rss.xml", "https://www.cnblogs.com/x/rss", "feed", 15),
        ("other-html/douban-group-topic-2015.html", "", "article", 0),
        ("other-listing/weixin-aboutbiz-MjM5ODMxNzE2NQ.html", "", "other", 0),
        ("other-listing/weixin-deleted-by-author-01.html", LONG, "gone", 0),
        ("other-listing/weixin-violation-01.html", LONG, "gone", 0),
        ("other-listing/weixin-cannot-be-viewed-01.html", LONG, "other", 0),
    ],
)
def test_real_pages_are_what_they_are(shared: Path, file: str, url: str, verdict: str, count: int) -> None:
    parsed = parse((shared / "corpus" / file).read_bytes(), url)
    assert (parsed.verdict, len(parsed.links)) == (verdict, count)


def test_the_platform_that_the_readme_adds_reads_its_pages() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    (code,) = re.findall(r"^```py\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    module: dict[str, Any] = {}
    exec(compile(code, "notes.py", "exec"), module)
    site: Site = module["SITE"]
    html = """<title>甲 - Notes</title><link rel=canonical href=https://notes.example/ping/12><div class=note-main>
    <h1 class=note-title>甲</h1><a class=note-author>阿平</a><time class=note-time datetime=2024-01-02T03:04:05Z>昨天</time>
    <div class=note-body><p>正文。</p><div class=note-share>分享</div></div>
    <p class=note-tags><a rel=tag>番茄</a></p></div>"""
    page = open_page(html, "https://m.notes.example/ping/12")
    assert page is not None
    assert site.claims(page)
    post = site.read(page).post
    assert post is not None
    assert (post.site, post.native_id, post.url) == ("notes", "12", "https://notes.example/ping/12")
    assert (post.title, post.author.name, post.tags, post.markdown.strip()) == ("甲", "阿平", ("番茄",), "正文。")
    assert site.list_requests is not None
    assert site.read_list is not None
    author = site.address("https://notes.example/ping")
    assert author is not None
    assert [one.url for one in site.list_requests(author, 2)] == ["https://notes.example/ping?page=2"]
    listing = b"<title>Notes</title><div class=note-list><h2><a href=/ping/12>x</a></h2></div>"
    assert listed(site.read_list(listing, author.url, "text/html")) == ["12"]
