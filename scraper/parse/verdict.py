"""What a page is that holds no article: challenge, login wall, "gone", empty or something else. Pure.

The words are those that Chinese platforms, their firewalls and common servers use. They only count on a page
without an article: a post may quote any of them.
"""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

from scraper.models import Parsed, Verdict
from scraper.parse.page import Page
from scraper.parse.tree import collapse
from scraper.urls import parse_url

SHORT = 1500
"""Characters of visible text up to which a page is a message rather than a page about something."""

_CHALLENGE_CODE = (
    ("acw_sc__v2", "Aliyun WAF cookie challenge"),
    ("var arg1='", "Aliyun WAF cookie challenge"),
    ("aliyun_waf", "Aliyun WAF challenge"),
    ("AliyunCaptcha", "Aliyun captcha"),
    ("_cf_chl_opt", "Cloudflare challenge"),
    ("cf-browser-verification", "Cloudflare challenge"),
    ("/cdn-cgi/challenge-platform/", "Cloudflare challenge"),
    ("TencentCaptcha", "Tencent captcha"),
    ("__jsl_clearance", "Jiasule challenge"),
    ("geetest", "captcha"),
    ("h-captcha", "captcha"),
    ("g-recaptcha", "captcha"),
)
_CHALLENGE_WORDS = re.compile(
    r"请进行安全验证|Security Verification|(?:百度)?安全验证|人机验证|滑动验证|完成验证后|"
    r"当前环境异常|网络环境存在异常|访问(?:过于|太)频繁|请求(?:过于|太)频繁|访问被(?:阻断|拒绝)|您的访问(?:被|已被)|"
    r"Just a moment\.\.\.|Attention Required!|Checking your browser|Access Denied|Too Many Requests|"
    r"verify you are (?:a )?human",
    re.IGNORECASE,
)
_LOGIN_WORDS = re.compile(
    r"登录后(?:才能|可|即可|查看|继续)|请先?登录|立即登录|扫码登录|账号登录|密码登录|"
    r"\b(?:sign|log) in to (?:continue|view|read)",
    re.IGNORECASE,
)
_LOGIN_TITLE = re.compile(r"(?:^|[-_|·\s])(?:用户)?登[录陆](?:$|[-_|·\s])|^(?:sign|log) ?in\b", re.IGNORECASE)
_LOGIN_ADDRESS = re.compile(r"/(?:login|signin|sign_in|passport|account/login)(?:[/.?]|$)")
_GONE_WORDS = re.compile(
    r"(?:文章|博文|博客|内容|页面|帖子|网页|资源)(?:(?:已经?)?不存在|未找到|找不到|没有找到|走丢|"
    r"(?:已经?)?被?(?:作者|发布者)?(?:自行)?(?:删除|下架|隐藏))|"
    r"找不到(?:您?要?的?(?:访问|查看)?的?)?(?:页面|文章|网页)|已被?(?:发布者|作者)?删除|因违规无法查看|"
    r"违反.{0,20}规[定范]|审核中|该(?:内容|账号|公众号)已被?(?:屏蔽|停止|封禁|注销)|已下架|"
    r"off[- ]shelf|page (?:was |could )?not (?:be )?found|404 not found|410 gone|no longer (?:available|exists)|"
    r"has been (?:deleted|removed)",
    re.IGNORECASE,
)
_GONE_TITLE = re.compile(r"(?:^|\D)(?:404|410)(?:\D|$)|not found", re.IGNORECASE)

_VISIBLE_TEXT = etree.XPath(
    "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]"
)
_PASSWORD_OR_CODE = etree.XPath(
    "boolean(//input[@type = 'password' or @type = 'tel' or contains(@name, 'pass') or contains(@name, 'code')])"
)


def refusal(page: Page) -> Parsed | None:
    """Return the challenge or login wall that a page plainly is, or None: asked before looking for an article."""
    if name := _challenge(page):
        return Parsed("challenge", name)
    if _LOGIN_TITLE.search(page.meta.title) and len(visible_text(page)) <= SHORT and _PASSWORD_OR_CODE(page.tree):
        return Parsed("login", f"the page is called {page.meta.title!r}")
    return None


def _challenge(page: Page) -> str:
    for mark, name in _CHALLENGE_CODE[:2]:
        if mark in page.text[:4000]:
            return name
    found = _CHALLENGE_WORDS.search(page.meta.title) if len(page.text) < 200_000 else None
    return _quote(found) if found else ""


def judge(page: Page) -> Parsed:
    """Return what a page without an article is, with the words or code that show it as the reason."""
    text = visible_text(page)
    verdict, reason = _judge(page, text, page.meta.title)
    return Parsed(verdict, reason)


def visible_text(page: Page) -> str:
    """Return the text that a page shows, in one line."""
    return collapse(" ".join(cast("list[str]", _VISIBLE_TEXT(page.tree))))


def _judge(page: Page, text: str, title: str) -> tuple[Verdict, str]:
    short = len(text) <= SHORT
    if name := _challenge(page):
        return "challenge", name
    if short:
        for mark, name in _CHALLENGE_CODE:
            if mark in page.text:
                return "challenge", name
        if found := _CHALLENGE_WORDS.search(text):
            return "challenge", _quote(found)
    found = _GONE_WORDS.search(title) or _GONE_TITLE.search(title) or (_GONE_WORDS.search(text) if short else None)
    if found:
        return "gone", _quote(found)
    if reason := _login(page, text if short else "", title):
        return "login", reason
    if not text:
        return "empty", "the page shows no text"
    return "other", "no article on the page"


def _login(page: Page, text: str, title: str) -> str:
    parsed = parse_url(page.url or next(iter(page.meta.addresses), ""))
    if parsed and (parsed.hostname.startswith("passport.") or _LOGIN_ADDRESS.search(parsed.pathname)):
        return "the address is a login page"
    if found := _LOGIN_TITLE.search(title):
        return _quote(found)
    if found := _LOGIN_WORDS.search(text):
        return _quote(found)
    return "the page asks for a password" if text and _PASSWORD_OR_CODE(page.tree) else ""


def _quote(found: re.Match[str]) -> str:
    return f"the page says {found[0].strip()!r}"
