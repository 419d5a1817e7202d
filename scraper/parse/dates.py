"""The times that blogs show, in the forms that they show them. Pure: it knows no present but ``now``."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone, tzinfo

CHINA = timezone(timedelta(hours=8))
"""The zone of a page that names none."""


def parse_date(text: str, *, default_zone: tzinfo = CHINA, now: datetime | None = None) -> datetime | None:
    """Return the first time that the text names, as an aware datetime, or None.

    The text may be wrapped in words. A date without a time is its midnight in ``default_zone``. "3 days ago"
    and the like are read only against ``now``. A date without its year or month is not guessed. Whatever the
    text, nothing is raised.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).strip()
    try:
        return (
            _from_number(text, default_zone)
            or _from_digits(text, default_zone)
            or _from_words(text, default_zone)
            or (_from_distance(text, now.astimezone(default_zone)) if now else None)
        )
    except (ValueError, OverflowError):
        return None


_LONGEST = 300
# Backslashes are escapes that a Markdown writer put before the hyphens.
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\\\\]")
_DAYS = (
    r"(?:星期|周|週|礼拜)[一二三四五六日天]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
)
_HALF = r"上午|下午|早上|凌晨|中午|晚上|傍晚|[ap]\.?m\.?"
_OFFSET = r"[+-][0-9]{1,2}(?::?[0-9]{2})?"
_TIME = (
    rf"(?P<half>{_HALF})?\s*(?P<hour>[0-9]{{1,2}})\s*[:时時点]\s*(?P<minute>[0-9]{{1,2}})"
    r"(?:\s*[:分]\s*(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?\s*[秒分]?(?![0-9])"
    rf"\s*(?P<half_after>{_HALF})?\s*"
    rf"(?:(?P<zone>z|{_OFFSET}|(?:utc|gmt)(?:{_OFFSET})?|[a-z]{{3,4}})(?![a-z0-9]))?"
)
_TIME_AFTER = re.compile(rf"(?:[T_\s,;|@·()]|at\b|-(?=\s)|{_DAYS})*{_TIME}", re.IGNORECASE)
_TIME_BEFORE = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*,?\s*\Z")
_YEAR_FIRST = re.compile(
    r"(?<![0-9])(?P<year>[0-9]{4})\s*(?:年\s*|(?P<mark>[-/.])\s*)"
    r"(?P<month>[0-9]{1,2})\s*(?:月\s*|(?P=mark)\s*)(?P<day>[0-9]{1,2})(?![0-9])\s*[日号]?"
)
# "2022-09-12 10:47:12" that lost its century to a script. Without a time, day and year could be in any order.
_CUT_YEAR = re.compile(
    r"(?<![0-9/.:-])(?P<year>[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?=\s+[0-9]{1,2}:[0-9]{2})"
)
_COMPACT = re.compile(r"(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})T?([0-9]{2})?([0-9]{2})?([0-9]{2})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CHINESE_MONTHS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_MONTH = (
    r"(?P<month>(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
    r"|(?:十[一二]?|[一二三四五六七八九]|1?[0-9])月)"
)
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|日)?"
_YEAR = r"(?P<year>[0-9]{4})(?![0-9:])"
_MONTH_FIRST = re.compile(rf"{_MONTH}\s*{_DAY}[\s,]*{_YEAR}", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(?<![0-9]){_DAY}[\s-]*{_MONTH}[\s,-]*{_YEAR}", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"{_MONTH}\s+{_DAY}\s+{_TIME}\s*{_YEAR}", re.IGNORECASE)
_DISTANCE = re.compile(
    r"(?P<count>[0-9]{1,4}|an?|[半一两二三四五六七八九十])\s*"
    r"(?P<unit>秒|分|小时|天|日|周|星期|个?月|年|sec|min|hour|day|week|month|year)[a-z钟鐘]*\s*(?:之?前|ago)",
    re.IGNORECASE,
)
_UNITS = {
    "秒": 1, "分": 60, "小时": 3600, "天": 86400, "日": 86400, "周": 604800, "星期": 604800, "个月": 2592000,
    "月": 2592000, "年": 31536000, "sec": 1, "min": 60, "hour": 3600, "day": 86400, "week": 604800,
    "month": 2592000, "year": 31536000,
}  # fmt: skip
_COUNTS = {"a": 1.0, "an": 1.0, "半": 0.5, "两": 2.0} | {
    char: float(count) for count, char in enumerate("一二三四五六七八九十", 1)
}
_NEAR_DAY = re.compile(
    r"(今天|昨天|前天|today|yesterday)\s*(?:([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?",
    re.IGNORECASE,
)
_DAYS_BACK = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}
# RFC 2822, section 4.3, but CST is China's: it comes from Java and shells on Chinese servers.
_ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
          "pdt": -7, "cst": 8, "jst": 9, "kst": 9, "cet": 1, "cest": 2, "bst": 1}  # fmt: skip


def _from_number(text: str, zone: tzinfo) -> datetime | None:
    """Read Unix time in seconds, milliseconds or microseconds, and dates without separators."""
    digits, _, fraction = text.partition(".")
    if not (digits.isascii() and digits.isdigit()) or (fraction and not fraction.isdigit()):
        compact = _COMPACT.fullmatch(text)
    elif len(digits) in (10, 13, 16):
        seconds = int(digits) / 10 ** (len(digits) - 10)
        return datetime.fromtimestamp(seconds, zone).astimezone(zone)
    else:
        compact = _COMPACT.fullmatch(digits)
    if not compact:
        return None
    hour, minute, second = (int(part or 0) for part in compact.groups()[3:])
    return _moment(compact, zone) + timedelta(seconds=_seconds(hour, minute, second))


def _from_digits(text: str, zone: tzinfo) -> datetime | None:
    """Read 2019-4-08, 2019/4/8, 2019.04.08 and 2019年4月8日, with or without a time beside it."""
    found = _YEAR_FIRST.search(text) or _CUT_YEAR.search(text)
    if not found:
        return None
    time = _TIME_AFTER.match(text, found.end())
    if time:
        return _at(found, time, zone)
    before = _TIME_BEFORE.search(text[: found.start()])
    moment = _moment(found, zone)
    if before:
        return moment + timedelta(seconds=_seconds(*(int(part or 0) for part in before.groups())))
    return moment


def _from_words(text: str, zone: tzinfo) -> datetime | None:
    """Read dates with the month's name, English or Chinese: feeds, WordPress, Java."""
    whole = _YEAR_LAST.search(text)
    if whole:
        return _at(whole, whole, zone)
    found = _DAY_FIRST.search(text) or _MONTH_FIRST.search(text)
    if not found:
        return None
    time = _TIME_AFTER.match(text, found.end())
    return _at(found, time, zone) if time else _moment(found, zone)


def _from_distance(text: str, now: datetime) -> datetime | None:
    """Read "3 days ago", "yesterday 12:30" and "just now" against a given present."""
    if re.search(r"刚刚|just now", text, re.IGNORECASE):
        return now
    near = _NEAR_DAY.search(text)
    if near:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        back = timedelta(days=_DAYS_BACK[near[1].lower()])
        return midnight - back + timedelta(seconds=_seconds(*(int(part or 0) for part in near.groups()[1:])))
    found = _DISTANCE.search(text)
    if not found:
        return None
    count = found["count"].lower()
    number = _COUNTS[count] if count in _COUNTS else int(count)
    return now - timedelta(seconds=number * _UNITS[found["unit"].lower()])


def _moment(date: re.Match[str], zone: tzinfo) -> datetime:
    """Return midnight of a matched date.

    Raises:
        ValueError: there is no such day, or it lies outside what a blog can mean (0001-01-01 is Go's "no date").
    """
    year = int(date["year"])
    if len(date["year"]) == 2:
        year += 2000 if year < 69 else 1900
    if not 1900 <= year < 2200:
        raise ValueError(f"year {year}")
    return datetime(year, _month(date["month"].lower()), int(date["day"]), tzinfo=zone)


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    if name.endswith("月"):
        number = name.removesuffix("月")
        return int(number) if number.isdigit() else _CHINESE_MONTHS.index(number) + 1
    return _MONTHS.index(name[:3]) + 1


def _at(date: re.Match[str], time: re.Match[str], zone: tzinfo) -> datetime:
    hour, minute, second = int(time["hour"]), int(time["minute"]), int(time["second"] or 0)
    half = (time["half"] or time["half_after"] or "").lower().replace(".", "")
    if (half in ("下午", "晚上", "傍晚", "pm") and hour < 12) or (half == "中午" and hour < 11):
        hour += 12
    elif half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    moment = _moment(date, _zone((time["zone"] or "").lower(), zone))
    fraction = int((time["fraction"] or "0")[:6].ljust(6, "0"))
    return moment + timedelta(seconds=_seconds(hour, minute, second), microseconds=fraction)


def _seconds(hour: int, minute: int, second: int) -> int:
    """Return the seconds since midnight; 24:00 is the next midnight, a leap second the second before it.

    Raises:
        ValueError: no clock shows that.
    """
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError(f"{hour}:{minute}:{second}")
    return hour * 3600 + minute * 60 + min(second, 59)


def _zone(name: str, default: tzinfo) -> tzinfo:
    """Return the zone of "z", "+0800", "+8", "gmt+8" or "pst"; ``default`` for a word that is none."""
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    offset = re.fullmatch(r"(?:utc|gmt)?([+-])([0-9]{1,2}):?([0-9]{2})?", name)
    if not offset:
        return default
    span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(span if offset[1] == "+" else -span)
