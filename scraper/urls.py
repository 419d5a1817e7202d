"""Addresses as browsers read them, in the one form that the archive keeps. Pure.

Parsing follows the WHATWG URL standard (https://url.spec.whatwg.org); what this module adds is what it drops.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

import ada_url

MAX_URL_CHARS = 8192
"""Longer than any server takes (nginx and Apache stop at 8 KiB a header line): such an address is data."""

_TRACKING_PREFIXES = (
    "utm_",  # Google Analytics campaigns
    "hmsr", "hmpl", "hmcu", "hmkw", "hmci",  # Baidu Tongji campaigns
    "_hs",  # HubSpot: _hsenc, _hsmi
    "sharer", "share_",  # who passed a link on, through which app: CSDN, Bilibili, WeChat
)  # fmt: skip
_TRACKING = frozenset({
    "spm", "spm_id_from", "scm",  # Alibaba's page position, used by CSDN and Bilibili too
    "ops_request_misc", "request_id", "biz_id", "dist_request_id",  # CSDN search: which query led here
    "csdn_share_tail", "fromshare", "sharefrom", "sharesource", "sharetype", "shareid",  # CSDN share buttons
    "from", "from_source", "isappinstalled", "nsukey",  # WeChat and Weibo: from=timeline
    "vd_source", "unique_k",  # Bilibili accounts and short links
    "hybrid_search_source", "hybrid_search_extra", "search_source",  # Zhihu search
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "igshid",  # click ids
    "mc_cid", "mc_eid", "wt.mc_id", "bd_vid", "_ga", "_gl",  # Mailchimp, Microsoft, Baidu, Google
})  # fmt: skip
_DEPTH = re.compile(r"^depth_\d{1,3}-")  # CSDN recommendations: depth_1-utm_source

_WRAPPERS = {
    "link.csdn.net": ("/", "target"),
    "link.zhihu.com": ("/", "target"),
    "link.juejin.cn": ("/", "target"),
    "link.jianshu.com": ("/", "t"),
    "www.jianshu.com": ("/go", "url"),  # /go-wild, /go/
    "gitee.com": ("/link", "target"),
    "sspai.com": ("/link", "target"),
    "xie.infoq.cn": ("/link", "target"),
    "leetcode.cn": ("/link", "target"),
    "www.oschina.net": ("/action/GoToLink", "url"),
    "cloud.tencent.com": ("/developer/tools/blog-entry", "target"),
    "blog.51cto.com": ("/transfer", "url"),
    "www.douban.com": ("/link2", "url"),
    "www.yuque.com": ("/r/goto", "url"),
}
"""Pages that only lead elsewhere: host, how the path begins, the parameter that holds the target."""

_MAX_WRAPPERS = 4


@lru_cache(maxsize=1024)
def parse_url(text: str, base: str = "") -> ada_url.URL | None:
    """Return the http or https URL that a browser reads in the text, resolved against the base, or None."""
    if len(text) > MAX_URL_CHARS or len(base) > MAX_URL_CHARS:
        return None
    try:
        url = ada_url.URL(_scalar_values(text), _scalar_values(base) if base else None)
    except ValueError:
        return None
    return url if url.protocol in ("http:", "https:") else None


def canonicalise(url: str, base: str = "") -> str | None:
    """Return the absolute address under which a page is kept, or None for what is no http or https address.

    Fragment, tracking parameters and empty queries are dropped; parameters that may choose the content stay
    as they stand. An address with a user name or password is None: it would put a secret into the archive.
    """
    parsed = parse_url(url, base)
    if parsed is None or parsed.username or parsed.password:
        return None
    address, _, query = parsed.href.partition("#")[0].partition("?")
    kept = "&".join(piece for piece in query.split("&") if piece and not _is_tracking(piece))
    canonical = f"{address}?{kept}" if kept else address
    return canonical if len(canonical) <= MAX_URL_CHARS else None


def is_url(text: str) -> bool:
    """Tell whether the text is by itself an http or https address, as against a path or a relative link."""
    return text.strip()[:8].lower().startswith(("http://", "https://")) and parse_url(text) is not None


def host_of(url: str) -> str:
    """Return the address's host, with its port where that is not the scheme's own, or '' for no address."""
    parsed = parse_url(url)
    return parsed.host if parsed else ""


def same_site(first: str, second: str) -> bool:
    """Tell whether two addresses have the same host and port, whatever the scheme or a leading ``www.``."""
    host = host_of(first).removeprefix("www.")
    return bool(host) and host == host_of(second).removeprefix("www.")


def url_key(url: str) -> str | None:
    """Return what identifies a page without a platform's id, or None for no address.

    It is the canonical address without its scheme and, where no query follows, without a slash at its end.
    """
    canonical = canonicalise(url)
    if canonical is None:
        return None
    key = canonical.partition("://")[2]
    return key if "?" in key else key.removesuffix("/")


def unwrap(url: str) -> str:
    """Return where a link through a platform's "you are leaving" page leads, or the address itself."""
    for _ in range(_MAX_WRAPPERS):
        target = _wrapped(url)
        if target is None:
            break
        url = target
    return url


def _wrapped(url: str) -> str | None:
    parsed = parse_url(url)
    path, name = _WRAPPERS.get(parsed.hostname, ("", "")) if parsed else ("", "")
    if parsed is None or not name or not parsed.pathname.startswith(path):
        return None
    start = re.search(rf"[?&]{name}=", parsed.search)
    if start is None:
        return None
    raw = parsed.search[start.end() :]
    # An unencoded target owns every parameter behind it.
    value = raw if "://" in raw.partition("&")[0] else raw.partition("&")[0]
    target = unquote(value, errors="replace")
    return target if is_url(target) else None


def _is_tracking(piece: str) -> bool:
    name, _, value = piece.partition("=")
    name = unquote(name).lower().removeprefix("amp;")
    name = _DEPTH.sub("", name)
    if name == "from":
        return not value.isdecimal()  # a number is where a list goes on
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _scalar_values(text: str) -> str:
    """Return the text with lone surrogates replaced, as WebIDL's USVString has it."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
