"""WeChat public accounts (mp.weixin.qq.com): articles, text and picture shares, exporters' files, albums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlencode

from scraper.models import Author, Entry, Parsed
from scraper.parse.dates import parse_date
from scraper.parse.page import Page, decode_js
from scraper.parse.select import first, select, text, texts
from scraper.parse.site import Address, ListRequest, Site, draft, identify, read_body
from scraper.parse.tree import collapse, text_of
from scraper.parse.verdict import judge
from scraper.sites._lists import platform_posts, read_answer
from scraper.sites._weixin_share import shared_body
from scraper.urls import parse_url

_HOME = "https://mp.weixin.qq.com"
_SHORT = re.compile(r"/s/(?P<id>[\w-]{16,32})/?")
_BIZ = re.compile(r"[A-Za-z0-9+/]{8,24}={0,2}")
_NAMES = (
    "biz", "mid", "idx", "sn", "ct", "create_time", "ori_create_time", "nickname", "nick_name", "msg_title",
    "msg_desc", "msg_cdn_url", "alias", "user_name", "copyright_stat", "item_show_type",
)  # fmt: skip
_VALUE = re.compile(
    rf"\b({'|'.join(_NAMES)})\s{{0,3}}[:=]\s{{0,3}}(?:(?:JsDecode|htmlDecode)\(\s{{0,3}})?"
    r"""((?:(?:'(?:[^'\\\n]|\\.){0,4000}'|"(?:[^"\\\n]|\\.){0,4000}")(?:\s{0,3}\|\|\s{0,3})?){1,4})"""
)
_STRING = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)\"""")
_GONE = re.compile(r"删除|违规|违反|无法查看|停止访问|被投诉|已注销|屏蔽|迁移")
# The last is a video's player as its script builds it, with buttons, tips and messages.
_ADDED = "#js_tags | .rich_media_tool | mp-common-profile | .code-snippet__line-index | div[id^=js_mpvedio_wrapper]"
_API_PAGE = 20
_NO_LIST = (
    "WeChat lists an account's articles in its own app alone; name the articles (mp.weixin.qq.com/s/…) or an album "
    "of the account (mp.weixin.qq.com/mp/appmsgalbum?…)"
)
_SHARES = ("8", "10")
"""``item_show_type`` of pictures and of a text, whose article element holds only a bar that asks to follow."""


def address(url: str) -> Address | None:
    """Return the article that an address names, by account, message and position or by a short name, or the album.

    The short name is a second one: the page itself tells the long one.
    """
    parsed = parse_url(unescape(url))
    if parsed is None or parsed.hostname != "mp.weixin.qq.com":
        return None
    if match := _SHORT.fullmatch(parsed.pathname):
        return Address("post", match["id"], f"{_HOME}/s/{match['id']}", alias=True)
    query = {key: values[0] for key, values in parse_qs(parsed.search[1:], max_num_fields=50).items()}
    if parsed.pathname == "/mp/appmsgalbum":
        return _album_address(query)
    return _long_address(query) if parsed.pathname in ("/s", "/mp/appmsg/show") else None


def _album_address(query: Mapping[str, str]) -> Address | None:
    biz, album = query.get("__biz", "").replace(" ", "+"), query.get("album_id", "")
    if not (_BIZ.fullmatch(biz) and album.isdigit()):
        return None
    return Address("column", album, f"{_HOME}/mp/appmsgalbum?__biz={biz}&action=getalbum&album_id={album}", biz)


def _long_address(query: Mapping[str, str]) -> Address | None:
    biz = query.get("__biz", "").replace(" ", "+")
    mid, idx, sn = query.get("mid") or query.get("appmsgid", ""), query.get("idx") or query.get("itemidx", ""), ""
    if not (_BIZ.fullmatch(biz) and mid.isdigit() and idx.isdigit()):
        return None
    if re.fullmatch(r"[0-9a-f]{32}", query.get("sn", "")):
        sn = f"&sn={query['sn']}"  # without it old articles do not open
    url = f"{_HOME}/s?__biz={biz}&mid={mid}&idx={idx}{sn}"
    return Address("post", f"{biz.rstrip('=')}_{mid}_{idx}", url, biz)


def claims(page: Page) -> bool:
    """Tell whether a page has a template of the platform: an article as served or exported, or a message."""
    if first(page, "#js_content") is not None and first(page, "#activity-name | #js_article | #js_name") is not None:
        return True
    return first(page, "body.wx_wap_page | .about-page | .weui-msg") is not None and "mp.weixin.qq.com" in page.text


def read(page: Page) -> Parsed:
    """Return the article or share of a page, or why it holds none."""
    if (message := text(page, ".weui-msg__title | .mesg-block .tips | .global_error_msg")) and _GONE.search(message):
        return Parsed("gone", f"the page says {message!r}")
    said = _variables(page)
    body = first(page, "#js_content")
    if said.get("item_show_type") in _SHARES or body is None or not (text_of(body) or body.findall(".//img")):
        body = shared if (shared := shared_body(page)) is not None else body
    if body is None:
        return _read_album(page) or _without_article(page)
    where = identify(page, address)
    if where is None or not where.author_id:  # a short name: the scripts tell what it stands for
        where = _long_address({"__biz": said.get("biz", ""), **said}) or where
    published = next((said[name] for name in ("ct", "ori_create_time", "create_time") if said.get(name)), "")
    published = published or text(page, "#publish_time")
    post = replace(
        draft(page, SITE.parser, where),
        title=text(page, "#activity-name") or page.meta.meta.get("og:title", "") or said.get("msg_title", ""),
        author=_author(page, said),
        kind="original" if said.get("copyright_stat") == "1" else "",
        published_at=parse_date(published),
        published_raw=published,
        description=page.meta.meta.get("og:description", "") or said.get("msg_desc", ""),
        cover_url=page.meta.meta.get("og:image", "") or said.get("msg_cdn_url", ""),
        tags=tuple(dict.fromkeys(name.lstrip("#").strip() for name in texts(page, ".article-tag__item"))),
    )
    return read_body(post, body, drop=_ADDED)


def _without_article(page: Page) -> Parsed:
    """Return what a page without an article is; of an account's own pages it is said why they lead to none."""
    parsed, asked = judge(page), parse_url(page.url)
    is_account = first(page, ".about-page") is not None or (asked and asked.pathname.startswith("/mp/"))
    return Parsed("other", _NO_LIST) if parsed.verdict == "other" and is_account else parsed


def _read_album(page: Page) -> Parsed | None:
    """Return the articles that an album's page shows, or None for any other page."""
    shown = select(page, "li.album__list-item[data-link]")
    entries = (Entry(item.get("data-link") or "", "", item.get("data-title") or "") for item in shown)
    posts = platform_posts(tuple(entries), address)
    return Parsed("listing", f"a list of {len(posts)} posts", links=posts) if posts else None


def read_list(body: bytes, url: str, content_type: str) -> Parsed:
    """Return the articles of an album, from its page or as its API answers.

    Raises:
        ParseError: bytes that are no text.
    """
    return read_answer(body, url, content_type, address, _read_album, lambda answer: _read_api(answer, url))


def _read_api(answer: object, url: str) -> Parsed | None:
    if not isinstance(answer, dict) or not isinstance(base := answer.get("base_resp"), dict):
        return None
    if base.get("ret") != 0:
        return Parsed("challenge", f"the API answers {base.get('ret')}")
    album = answer.get("getalbum_resp")
    if not isinstance(album, dict):
        return None
    listed = album.get("article_list") or []
    items = [item for item in (listed if isinstance(listed, list) else [listed]) if isinstance(item, dict)]
    entries = (
        Entry(str(item.get("url") or ""), "", str(item.get("title") or ""), parse_date(str(item.get("create_time"))))
        for item in items
    )
    posts, next_url = platform_posts(tuple(entries), address), ""
    if items and str(album.get("continue_flag")) == "1" and (where := address(url)):
        begin = urlencode({"begin_msgid": items[-1].get("msgid"), "begin_itemidx": items[-1].get("itemidx")})
        next_url = f"{where.url}&count={_API_PAGE}&f=json&{begin}"
    return Parsed("listing", f"a list of {len(posts)} posts", links=posts, next_url=next_url)


def list_requests(where: Address, page: int) -> tuple[ListRequest, ...]:
    """Return the ways to ask for an album's articles: the API, each of whose answers names the next, and the page."""
    if where.kind != "column" or page > 1:
        return ()
    return (ListRequest(f"{where.url}&count={_API_PAGE}&f=json", "api"), ListRequest(where.url, "list"))


def _author(page: Page, said: Mapping[str, str]) -> Author:
    """Return the account: by its own WeChat name where the page shows it, else by its number."""
    shown = text(page, ".profile_meta .profile_meta_value")
    named = shown or text(page, ".profile_meta").removeprefix("微信号").strip()
    identifier = (
        named if re.fullmatch(r"[A-Za-z][\w-]{4,40}", named) else said.get("alias") or said.get("user_name", "")
    )
    name = text(page, "#js_name | .wx_follow_nickname | .profile_nickname")
    return Author(identifier, name or said.get("nick_name") or said.get("nickname", ""))


def _variables(page: Page) -> Mapping[str, str]:
    """Return what scripts say of the article: ``var mid = "" || "2247"`` and ``mid: JsDecode('2247')``, decoded."""
    found: dict[str, str] = {}
    for script in page.tree.iter("script"):
        for match in _VALUE.finditer(script.text or ""):
            value = _first_said(_STRING.findall(match[2]))
            if value and match[1] not in found:
                found[match[1]] = value
    return found


def _first_said(strings: Iterable[tuple[str, str]]) -> str:
    return next((said for single, double in strings if (said := collapse(decode_js(single or double)))), "")


SITE = Site(
    name="weixin",
    version=2,
    address=address,
    claims=claims,
    read=read,
    read_list=read_list,
    list_requests=list_requests,
    delay_s=3.0,
    hosts=(re.compile(r"mp\.weixin\.qq\.com"),),
    home=_HOME,
)
