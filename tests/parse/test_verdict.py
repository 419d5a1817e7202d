"""A page without an article is named as what it is; words in an article never count."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.models import Parsed
from scraper.read import parse

ARTICLE = "https://blog.csdn.net/someone/article/details/123456"


def judged(html: str, url: str = ARTICLE) -> Parsed:
    return parse(html.encode(), url)


@pytest.mark.parametrize(
    "html",
    [
        "<html><script>\nvar arg1='7AF5707D454D70667AFAC07D0083B51ABAD57D4F';\nvar _0x4818=[];</script></html>",
        "<html><script>setCookie('acw_sc__v2', x); document.location.reload()</script></html>",
        "<html><head><title>请进行安全验证(Security Verification)</title></head><body><div id=c></div></body></html>",
        "<title>Just a moment...</title><p>Checking your browser before accessing",
        "<title>blog</title><p>您的访问过于频繁，请稍后再试</p>",
        "<title>405</title><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。",
        "<title></title><script src='https://g.alicdn.com/AliyunCaptcha.js'></script><p>拖动滑块",
    ],
)
def test_a_challenge_is_named(html: str) -> None:
    for url in (ARTICLE, "https://segmentfault.com/a/1190000000000001", ""):
        parsed = judged(html, url)
        assert (parsed.verdict, parsed.post) == ("challenge", None)
        assert parsed.reason


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("<title>CSDN-专业IT技术社区-登录</title><p>密码登录<input type=password>", ""),
        ("<title>登录</title><form><input name=password type=password></form>", "https://a.cn/user"),
        ("<title>x</title><p>welcome</p>", "https://passport.csdn.net/login?from=x"),
        ("<title>文章</title><p>登录后才能查看全文</p>", ARTICLE),
        ("<title>member</title><input type=password><p>name</p>", ARTICLE),
    ],
)
def test_a_login_wall_is_named(html: str, url: str) -> None:
    assert judged(html, url).verdict == "login"


@pytest.mark.parametrize(
    "text",
    [
        "文章不存在",
        "您访问的页面不存在",
        "该文章已被删除",
        "该内容已被发布者删除",
        "此内容因违规无法查看",
        "博文已被作者删除",
        "文章正在审核中",
        "The article is off shelf",
        "404 Not Found",
        "该账号已注销",
        "找不到页面",
    ],
)
def test_a_page_that_says_it_is_gone_is_named(text: str) -> None:
    assert judged(f"<title>CSDN</title><body><div class=msg>{text}</div>").verdict == "gone"
    assert judged(f"<title>{text}</title><body><div>返回首页</div>", "https://a.cn/1").verdict == "gone"


@pytest.mark.parametrize("html", ["", " \n ", "<html><body></body></html>", "<div id=app></div><script>x</script>"])
def test_a_page_without_text_is_empty(html: str) -> None:
    assert judged(html).verdict == "empty"


def test_any_other_page_is_other() -> None:
    assert judged("<title>CSDN</title><p>欢迎来到首页</p>").verdict == "other"


@pytest.mark.parametrize("word", ["404", "文章不存在", "请进行安全验证", "登录后才能查看", "var arg1='"])
def test_an_article_may_quote_any_of_these_words(word: str) -> None:
    html = (
        f"<div class=article-title-box><h1 class=title-article>{word}</h1></div>"
        f"<div id=content_views><p>{word}</p></div><script src=https://csdnimg.cn/x.js></script>"
    )
    parsed = judged(f"<title>x</title>{html}")
    assert parsed.verdict == "article"
    assert parsed.post is not None
    assert parsed.post.title == word


def test_an_article_container_without_content_is_empty() -> None:
    assert judged("<h1 class=title-article>标题</h1><div id=content_views><p> </p></div>csdn").verdict == "empty"


@pytest.mark.parametrize(
    ("file", "verdict"),
    [
        ("csdn-listing/2026-login-wall.html", "login"),
        ("csdn-listing/waf-acw-challenge-2019-excerpt.html", "challenge"),
        ("csdn-listing/bbs-home.html", "other"),
        ("csdn-listing/robots-blog.csdn.net.txt", "other"),
        ("csdn-listing/2012-comments-api-page1.json", "other"),
        ("csdn-listing/2021-category_10790248.html", "listing"),
        ("csdn-listing/2021-user-home-KWSY2008.html", "listing"),
        ("csdn-listing/api-get-business-list-2023.json", "listing"),
        ("other-listing/weixin-deleted-by-author-01.html", "gone"),
        ("other-listing/weixin-violation-01.html", "gone"),
        ("other-listing/weixin-cannot-be-viewed-01.html", "other"),
    ],
)
def test_real_pages_without_an_article_are_named(shared: Path, file: str, verdict: str) -> None:
    assert parse((shared / "corpus" / file).read_bytes(), "", name=file).verdict == verdict
