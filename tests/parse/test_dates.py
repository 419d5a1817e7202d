from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.parse.dates import CHINA, parse_date

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-01-08T16:40:14+08:00", "2025-01-08T16:40:14+08:00"),
        ("2025-01-08 16:40:14 +08:00", "2025-01-08T16:40:14+08:00"),
        ("2024-07-10 17:17:26 +0800", "2024-07-10T17:17:26+08:00"),
        ("2018-10-07T05:04:00Z", "2018-10-07T05:04:00+00:00"),
        ("2024-01-02T03:04:05.5-0330", "2024-01-02T03:04:05.500000-03:30"),
        ("2020-03-04 10:20:30 UTC", "2020-03-04T10:20:30+00:00"),
        ("2019-4-08  12:00", "2019-04-08T12:00:00+08:00"),
        ("2018-10-05 6:40:51", "2018-10-05T06:40:51+08:00"),
        ("2015年12月20日 11:46:10", "2015-12-20T11:46:10+08:00"),
        ("2021年1月2日 下午3:04", "2021-01-02T15:04:00+08:00"),
        ("2021年1月2日 15时4分5秒", "2021-01-02T15:04:05+08:00"),
        ("2021/1/2 中午12:04", "2021-01-02T12:04:00+08:00"),
        ("2021-01-02 12:04 am", "2021-01-02T00:04:00+08:00"),
        ("2019.01.17 13:08*", "2019-01-17T13:08:00+08:00"),
        ("2023/2/6", "2023-02-06T00:00:00+08:00"),
        ("１９９９年１２月３１日", "1999-12-31T00:00:00+08:00"),
        ("Feb 28, 2020", "2020-02-28T00:00:00+08:00"),
        ("February 28th, 2020 at 2:43 pm", "2020-02-28T14:43:00+08:00"),
        ("28 Sept 2020", "2020-09-28T00:00:00+08:00"),
        ("八月 26, 2016, 2:43 下午", "2016-08-26T14:43:00+08:00"),
        ("12月 1, 2016", "2016-12-01T00:00:00+08:00"),
        ("Wed, 08 Jan 2025 08:40:14 GMT", "2025-01-08T08:40:14+00:00"),
        ("Wed, 8 Jan 2025 08:40:14 -0500", "2025-01-08T08:40:14-05:00"),
        ("Wed Jan 08 16:40:14 CST 2025", "2025-01-08T16:40:14+08:00"),
        ("Wed Jan 08 2025 16:40:14 GMT+0800 (中国标准时间)", "2025-01-08T16:40:14+08:00"),
        ("1704067200", "2024-01-01T08:00:00+08:00"),
        ("1704067200500", "2024-01-01T08:00:00.500000+08:00"),
        ("20200228", "2020-02-28T00:00:00+08:00"),
        ("20200228T123005", "2020-02-28T12:30:05+08:00"),
        ("22-09-12 10:47:12 修改", "2022-09-12T10:47:12+08:00"),
        ("于\xa02022-05-08\xa021:54:16\xa0首次发布", "2022-05-08T21:54:16+08:00"),
        ("最后发布于2018-06-09 11:50:19", "2018-06-09T11:50:19+08:00"),
        ("发表于3天前(2013-08-31 08:24)", "2013-08-31T08:24:00+08:00"),
        ("13:08 2019-01-17", "2019-01-17T13:08:00+08:00"),
        ("2019-06-28 周五 10:20", "2019-06-28T10:20:00+08:00"),
        ("2020-01-01 24:00", "2020-01-02T00:00:00+08:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        (r"2023\-08\-27 21:34:19", "2023-08-27T21:34:19+08:00"),
        ("2020-02-28-title.md", "2020-02-28T00:00:00+08:00"),
        ("\u200b2020-02-28", "2020-02-28T00:00:00+08:00"),
    ],
)
def test_the_forms_that_blogs_use_are_read(text: str, iso: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.isoformat() == iso


@pytest.mark.parametrize(
    "text",
    [
        "", "0000-00-00", "99999-01-01", "2020-13-01", "2024-02-30", "2020-01-01 25:00", "2020-01-01 10:61",
        "0001-01-01T00:00:00Z", "{{ .Date }}", "03-15", "03月15日", "12:30", "2020-01", "Mar 2020", "192.168.1.1",
        "0-10-21 22:38:41 发布", "12-09-22", "24-02-30 10:00", "12345678901234567890", "12345", "1704067200.5x",
        "三天前", "昨天 12:30", "just now",
    ],
)  # fmt: skip
def test_what_names_no_day_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("刚刚", timedelta()),
        ("30秒前", timedelta(seconds=30)),
        ("5 分钟前", timedelta(minutes=5)),
        ("半小时前", timedelta(minutes=30)),
        ("20 小时前", timedelta(hours=20)),
        ("3天前", timedelta(days=3)),
        ("两周前", timedelta(weeks=2)),
        ("2个月前", timedelta(days=60)),
        ("an hour ago", timedelta(hours=1)),
        ("3 days ago", timedelta(days=3)),
        ("今天 09:00", timedelta(hours=1)),
        ("昨天 12:30", timedelta(hours=21, minutes=30)),
        ("前天", timedelta(days=2, hours=10)),
    ],
)
def test_distances_are_counted_back_from_now(text: str, ago: timedelta) -> None:
    assert parse_date(text, now=NOW.astimezone(UTC)) == NOW - ago


def test_words_that_are_no_distance_stay_none_with_a_present_too() -> None:
    assert parse_date("以前", now=NOW) is None


def test_the_default_zone_is_a_page_s_own() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert parse_date("2020-02-28 01:00", default_zone=tokyo) == datetime(2020, 2, 28, 1, tzinfo=tokyo)


@given(st.text() | st.from_regex(r"[0-9]{1,14}[-/.年 T:][0-9]{1,4}[-/.月:]?[0-9]{0,3}[ 日][0-9:+]{0,12}"))
@settings(max_examples=200)
def test_any_text_gives_an_aware_time_that_has_a_utc_form_or_none(text: str) -> None:
    found = parse_date(text, now=NOW)
    assert found is None or found.astimezone(UTC).year > 1800


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2199, 1, 1)))  # noqa: DTZ001
@settings(max_examples=100)
def test_iso_times_are_read_exactly(moment: datetime) -> None:
    aware = moment.replace(tzinfo=CHINA)
    assert parse_date(aware.isoformat()) == aware
