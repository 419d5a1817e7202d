"""Addresses of CSDN: what they name, in which of their many forms.

A post keeps its id for ever, while the user in its address changes: people rename their accounts, and the
label of ``LABEL.blog.csdn.net`` need not be the account at all.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote

from scraper.parse.site import Address
from scraper.urls import parse_url, unwrap

HOSTS = (re.compile(r"(?:[a-z0-9-]{1,63}\.)?blog\.csdn\.net"), re.compile(r"rss\.csdn\.net"))

_BLOG = "blog.csdn.net"
_USER = r"(?P<user>[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})"
_ID = r"(?P<id>[1-9][0-9]{0,18})"
_POST = re.compile(rf"/(?:{_USER}/)?(?:[a-z]{{1,12}}/)?article/details/{_ID}/?")
_OLD_POST = re.compile(rf"/{_USER}/archive/[0-9/]{{1,16}}/{_ID}\.aspx")
_OLD_MOBILE_POST = re.compile(rf"/blog/{_USER}/{_ID}/?")
_COLUMN = re.compile(
    rf"/(?:{_USER}/)?(?:category_{_ID}(?:_[0-9]{{1,6}})?\.html"
    r"|article/category/(?P<old>[1-9][0-9]{0,18})(?:/[0-9]{1,6})?/?)"
)
_NAMED_COLUMN = re.compile(r"/column/details/(?P<id>[A-Za-z0-9_-]{1,64})(?:\.html)?/?")
_HOME = re.compile(rf"/{_USER}(?:/(?:article/list(?:/[0-9]{{1,6}})?|article/month/[0-9/]{{1,16}}|index\.html))?/?")
_FEED = re.compile(rf"/{_USER}/rss/(?:list|map)/?")
_ARCHIVED = re.compile(r"^(?:https?://[a-z.-]{1,60})?/web/[0-9]{4,14}(?:[a-z]{2}_)?/(?=https?://)")
_NOT_USERS = frozenset({
    "api", "article", "column", "community", "content", "css", "devtools", "favicon.ico", "feed", "home", "images",
    "index.html", "js", "login", "mobile", "nav", "phoenix", "rank", "ranking", "robots.txt", "rss", "s", "search",
    "sitemap.xml", "so", "static", "tags", "ui",
})  # fmt: skip
_NOT_LABELS = frozenset({"m", "www", "app", "mobile"})


def address(url: str) -> Address | None:
    """Return what a CSDN address names, or None for what is none or names neither post, author nor list.

    A post's canonical form is ``https://blog.csdn.net/USER/article/details/ID``; where the user is not in the
    address, as on ``LABEL.blog.csdn.net``, that host is kept: it is known to answer. The same goes for the
    lists there, whose author is then known by the label alone.
    """
    parsed = parse_url(unwrap(unarchived(url.strip())))
    if parsed is None:
        return None
    host, path = parsed.hostname, parsed.pathname
    if host == "rss.csdn.net":
        match = _FEED.fullmatch(path)
        return _feed(match["user"], f"https://rss.csdn.net{path}") if match else None
    if host != _BLOG and not host.endswith(f".{_BLOG}"):
        return None
    label = host.removesuffix(_BLOG).rstrip(".")
    if label in _NOT_LABELS:
        label = ""
    query = parse_qs(parsed.search[1:], max_num_fields=50)
    for find in (_post, _list):
        if found := find(path, label, {key: values[0] for key, values in query.items()}):
            return found
    return None


def unarchived(url: str) -> str:
    """Return the address that a copy in the Wayback Machine was made of, or the address itself."""
    return _ARCHIVED.sub("", url)


def is_blog(host: str) -> bool:
    """Tell whether a host serves CSDN's blogs."""
    return any(pattern.fullmatch(host) for pattern in HOSTS)


def post_address(native_id: str, user: str = "", label: str = "") -> Address:
    """Return the address of the post with that id."""
    home = home_url(user) or _label_url(label) or f"https://{_BLOG}"
    return Address("post", native_id, f"{home}/article/details/{native_id}", user)


def home_url(user: str) -> str:
    """Return the address of a user's home page, '' for no user."""
    return f"https://{_BLOG}/{quote(user)}" if user else ""


def _label_url(label: str) -> str:
    return f"https://{label}.{_BLOG}" if label else ""


def _post(path: str, label: str, query: dict[str, str]) -> Address | None:
    match = _POST.fullmatch(path) or _OLD_POST.fullmatch(path)
    if match and match["user"] not in _NOT_USERS:
        return post_address(match["id"], match["user"] or "", label)
    if match := _OLD_MOBILE_POST.fullmatch(path):
        return post_address(match["id"], match["user"], label)
    if path == "/article/details" and re.fullmatch(_ID, query.get("id", "")):  # m.blog.csdn.net until 2018
        return post_address(query["id"], "", label)
    return None


def _list(path: str, label: str, query: dict[str, str]) -> Address | None:
    if match := _NAMED_COLUMN.fullmatch(path):
        return Address("column", match["id"], f"https://{_BLOG}{path}")
    if match := _COLUMN.fullmatch(path):
        native_id = match["id"] or match["old"]
        tail = f"category_{native_id}.html" if match["id"] else f"article/category/{native_id}"
        home = home_url(match["user"] or "") or _label_url(label)
        return Address("column", native_id, f"{home}/{tail}", match["user"] or label) if home else None
    if match := _FEED.fullmatch(path):
        return _feed(match["user"], f"https://{_BLOG}{path}")
    if path.startswith("/community/home-api/") and query.get("username"):
        return _author(query["username"])
    if label and re.fullmatch(r"/(?:article/list(?:/[0-9]{1,6})?/?)?", path):
        return Address("author", label, _label_url(label), label)
    match = _HOME.fullmatch(path)
    return _author(match["user"]) if match and match["user"] not in _NOT_USERS else None


def _author(user: str) -> Address | None:
    return Address("author", user, home_url(user), user) if re.fullmatch(_USER, user) else None


def _feed(user: str, url: str) -> Address:
    return Address("feed", user, url, user)
