"""Dates and pictures of CSDN pages: which of several is meant, and where it really lies."""

from __future__ import annotations

import base64

import pytest

from scraper.sites._csdn_dates import Dates, read_dates
from scraper.sites._csdn_images import original_image


def shown(*statements: str, published: tuple[str, ...] = (), updated: tuple[str, ...] = ()) -> tuple[str, str]:
    dates: Dates = read_dates(statements, published, updated)
    return dates.published_raw, dates.updated_raw


FIRST, LATER = "2020-02-29 00:37:35", "2023-10-11 09:48:52"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (("2012-03-13 10:26",), ("2012-03-13 10:26", "")),
        (("2018年04月18日 11:22:27",), ("2018年04月18日 11:22:27", "")),
        ((f"已于 {LATER} 修改", f"于 {FIRST} 首次发布"), (FIRST, LATER)),
        ((f"于 {FIRST} 发布",), (FIRST, "")),
        ((FIRST, f"文章最后发布于: {LATER}"), (FIRST, LATER)),
        ((LATER, f"最后发布:{LATER}首发:{FIRST}"), (FIRST, LATER)),
        ((f"最后发布于{LATER}",), (LATER, "")),
        ((f"最后发布:{FIRST}首发:{FIRST}",), (FIRST, "")),
        ((f"发布于 {FIRST}", f"修改于：{LATER}"), (FIRST, LATER)),
        ((f"最后更新于 {LATER}", f"发布于 {FIRST}"), (FIRST, LATER)),
        (("最新推荐文章于 2025-04-29 18:28:01 发布",), ("", "")),
        ((f"最新推荐文章于 {LATER} 发布", f"于 {FIRST} 发布"), (FIRST, "")),
        (("3天前",), ("", "")),
        (("2020-13-45 99:99:99",), ("", "")),
    ],
)
def test_the_words_around_a_date_tell_what_it_is(statements: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert shown(*statements) == expected


def test_hidden_sources_count_only_where_the_page_shows_nothing() -> None:
    assert shown(FIRST, published=(LATER,)) == (FIRST, "")
    assert shown("最新推荐文章于 2025-04-29 18:28:01 发布", published=("", FIRST, LATER)) == (FIRST, "")
    assert shown(FIRST, updated=("0", LATER)) == (FIRST, LATER)


def test_a_change_at_the_moment_of_publication_is_none() -> None:
    assert shown(FIRST, updated=(FIRST.replace(" ", "T") + "+08:00",)) == (FIRST, "")


def wrapped(url: str) -> str:
    return "https://imgconvert.csdnimg.cn/" + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


OWN = "https://img-blog.csdnimg.cn/0a1b2c.png"
FOREIGN = "https://mmbiz.qpic.cn/mmbiz_png/x/640?wx_fmt=png"


@pytest.mark.parametrize(
    ("url", "original"),
    [
        (OWN, OWN),
        (f"{OWN}#pic_center", OWN),
        (f"{OWN}?x-oss-process=image/watermark,type_ZHJ,text_Q1NE,size_20,t_70#pic_center", OWN),
        (f"{OWN}?x-oss-process=image/resize,m_fixed,h_64,w_64", OWN),
        (
            "https://img-blog.csdn.net/2018?watermark/2/text/aHR0/font/5a6L/fontsize/400",
            "https://img-blog.csdn.net/2018",
        ),
        (f"{OWN}?token=1", f"{OWN}?token=1"),
        (f"{FOREIGN}#imgIndex=2", f"{FOREIGN}#imgIndex=2"),
        (f"https://ss.csdn.net/p?{FOREIGN}", FOREIGN),
        (f"{wrapped(FOREIGN)}?x-oss-process=image/format,png", FOREIGN),
        (wrapped(f"https://ss.csdn.net/p?{OWN}?watermark/2"), OWN),
        ("https://imgconvert.csdnimg.cn/!!!", "https://imgconvert.csdnimg.cn/!!!"),
        (wrapped("javascript:alert(1)"), wrapped("javascript:alert(1)")),
        ("./title_files/a.png", "./title_files/a.png"),
        ("data:,", "data:,"),
        ("", ""),
    ],
)
def test_the_original_of_a_picture_is_found(url: str, original: str) -> None:
    assert original_image(url) == original


def test_wrappers_without_an_end_are_followed_a_few_times() -> None:
    url = OWN
    for _ in range(20):
        url = f"https://ss.csdn.net/p?{url}"
    assert original_image(url).endswith(OWN)
