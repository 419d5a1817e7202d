"""What keys of front matter mean, as Hexo, Hugo, Jekyll, Obsidian, Docusaurus and VuePress have them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scraper.models import Author, Kind
from scraper.parse.dates import parse_date

_PUBLISHED = (
    "publishdate", "pubdate", "datepublished", "publishedat", "publishedtime", "published", "posttime", "date",
    "createdat", "created", "createtime", "createdtime", "creationdate", "datecreated", "time",
    "发布时间", "发布日期", "创建时间", "日期", "时间",
)  # fmt: skip
_UPDATED = (
    "updated", "updatedat", "updatetime", "lastmod", "lastmodified", "lastmodifiedat", "modified", "modifiedat",
    "modifieddate", "datemodified", "lastupdate", "lastupdated", "mtime", "update", "更新时间", "修改时间",
)  # fmt: skip
_COVERS = (
    "cover", "coverurl", "coverimage", "coverimg", "featuredimage", "featuredimg", "featureimage", "image", "thumbnail",
    "banner", "bannerimg", "headerimg", "headerimage", "heroimage", "topimg", "ogimage", "socialimage", "封面",
)  # fmt: skip
_KINDS: dict[str, Kind] = {
    "original": "original", "原创": "original", "原": "original",
    "repost": "repost", "reprint": "repost", "reprinted": "repost", "转载": "repost", "转": "repost",
    "translation": "translation", "translated": "translation", "翻译": "translation", "译": "translation",
}  # fmt: skip
_NOTHING = frozenset(("", "~", "null", "nil", "none", "undefined", "未分类", "uncategorized", "uncategorised", "无"))
_CHANGED = re.compile(r"修改|更新|编辑|modified|updated|edited", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|avif|bmp)(?![a-z0-9])", re.IGNORECASE)
_RANDOM = re.compile(r"(?:^|[/?&=._-])rand(?:om)?(?:[/?&=._-]|$)", re.IGNORECASE)
_SERVICE = re.compile(
    r"//api\.|/api(?:[/?.]|$)|[/.]bing[/.]|\.php(?:[/?]|$)|//(?:picsum\.photos|source\.unsplash\.com)/"
)


class Keys:
    """Front matter by the letters of its keys alone: ``last_modified_at``, ``lastModifiedAt`` are one key."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._values: dict[str, Any] = {}
        nested = [data.get(name) for name in ("taxonomies", "extra", "params")]
        for mapping in (data, *(value for value in nested if isinstance(value, dict))):
            for key, value in mapping.items():
                self._values.setdefault(re.sub(r"[\W_]", "", key).lower(), value)

    def value(self, *names: str) -> Any:
        """Return the value of the first of these keys that has one, or None."""
        return next((self._values[name] for name in names if self._values.get(name) not in (None, "", [], {})), None)

    def text(self, *names: str) -> str:
        """Return the first text under one of these keys that says something, '' for none."""
        return next(self._texts(names), "")

    def _texts(self, names: tuple[str, ...]) -> Iterator[str]:
        for name in names:
            value = self._values.get(name)
            if isinstance(value, dict):
                value = next((value[key] for key in ("date", "path", "url", "src", "name") if value.get(key)), "")
            if isinstance(value, str) and value.strip().lower() not in _NOTHING and not is_template(value):
                yield value.strip()

    def published(self) -> tuple[datetime | None, str]:
        """Return the time of publication and how it was written; a time that says "modified" is none."""
        return _first_date(text for text in self._texts(_PUBLISHED) if not _CHANGED.search(text))

    def updated(self) -> tuple[datetime | None, str]:
        """Return the time of the last change: a key for it, ``date`` beside a key for publication, or "… 修改"."""
        changed = (text for text in self._texts(_PUBLISHED) if _CHANGED.search(text))
        found = _first_date((*self._texts(_UPDATED), *changed))
        published, date = self.published(), _first_date(self._texts(("date",)))
        if found[0] is None and published[0] and date[0] and date[0] > published[0]:
            return date
        return found

    def names(self, plural: str, *others: str) -> tuple[str, ...]:
        """Return the tags or categories under these keys, each once; a text under ``plural`` may hold several.

        A text is parted at commas, else at blanks as Jekyll does, unless it is a capitalised phrase.
        """
        found: dict[str, None] = {}
        for key in (plural, *others):
            value = self._values.get(key)
            if isinstance(value, str):
                value = [] if is_template(value) else _parted(value, blanks=key == plural)
            for text in _flattened(value):
                name = _LINK.sub(r"\1", _ESCAPE.sub("", text)).strip().strip("[]\"'").lstrip("#").strip()
                if name.lower() not in _NOTHING:
                    found[name] = None
        return tuple(found)

    def author(self) -> Author:
        """Return who wrote it, from a name, a list of names, or a mapping with name and url."""
        value = self.value("author", "authors", "作者", "nickname")
        people = value if isinstance(value, list) else [value]
        names = [str((one.get("name") or one.get("title") if isinstance(one, dict) else one) or "") for one in people]
        first = people[0] if people and isinstance(people[0], dict) else {}
        identity = self.text("authorid") or str(first.get("id") or first.get("key") or "")
        names = [name.strip() for name in names if name.strip().lower() not in _NOTHING and not is_template(name)]
        return Author(identity, ", ".join(names), str(first.get("url") or first.get("link") or ""))

    def kind(self) -> Kind:
        """Return whether the post says that it is original, a repost or a translation; '' if it doesn't say."""
        for name in ("kind", "type", "copyrighttype", "articletype", "类型"):
            found = read_kind(self.text(name))
            if found:
                return found
        for name in ("original", "isoriginal", "repost", "reprint", "translation", "translated"):
            said = self.text(name).lower()
            meant: Kind = "original" if "original" in name else _KINDS[name]
            if said in ("true", "yes", "1"):
                return meant
            if said in ("false", "no", "0") and meant == "original":
                return "repost"
        return ""

    def cover(self) -> str:
        """Return the cover's address as written; a service that gives another picture each time is no cover.

        Such a service shows in its address: a part ``rand`` or ``random``, or an ``api``, ``bing`` or ``.php``
        and no name of a picture file.
        """
        for address in self._texts(_COVERS):
            passing = _RANDOM.search(address) or (_SERVICE.search(address) and not _PICTURE.search(address))
            if not passing and address.lower() not in ("true", "false"):
                return address
        return ""


def read_kind(badge: str) -> Kind:
    """Return what a badge such as 原创 says a post is, '' for other words."""
    return _KINDS.get(badge.strip().lower(), "")


def is_template(text: str) -> bool:
    """Tell whether a value was never filled in: ``{{ title }}`` of a generator's scaffold."""
    return "{{" in text and "}}" in text and text.strip().strip("\"'").startswith("{{")


def _first_date(texts: Any) -> tuple[datetime | None, str]:
    """Return the first text that is a date, with it; else the first text that is not just yes or no."""
    raw = ""
    for text in texts:
        moment = parse_date(text)
        if moment:
            return moment, text
        raw = raw or (text if re.search(r"\d", text) else "")
    return None, raw


def _flattened(value: Any) -> Iterator[str]:
    """Yield the texts of a list, of lists in it (Hexo's nested categories) and of mappings with a label."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            pending += reversed(item)
        elif isinstance(item, dict):
            pending.append(next((item[key] for key in ("label", "name", "title") if item.get(key)), list(item)))


def _parted(text: str, *, blanks: bool) -> list[str]:
    text = text.strip()
    if re.search(r"[,，;；、]", text):
        return re.split(r"[,，;；、]", text)
    words = text.split()
    if blanks and (text == text.lower() or not text.isascii()):
        return words
    return [text]
