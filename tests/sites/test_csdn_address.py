"""Every form of a CSDN address names the same thing, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import sites
from scraper.sites._csdn_address import address

POST = "https://blog.csdn.net/zhang_3/article/details/139172010"


@pytest.mark.parametrize(
    "url",
    [
        POST,
        "http://blog.csdn.net/zhang_3/article/details/139172010",
        "https://blog.csdn.net/zhang_3/article/details/139172010?spm=1001.2014.3001.5502&utm_source=x#comments",
        "https://blog.csdn.net/zhang_3/article/details/139172010/",
        "https://m.blog.csdn.net/zhang_3/article/details/139172010",
        "HTTPS://BLOG.CSDN.NET/zhang_3/article/details/139172010",
        "https://blog.csdn.net/zhang_3/java/article/details/139172010",
        "  https://blog.csdn.net/zhang_3/article/details/139172010\n",
        "https://link.csdn.net/?target=https%3A%2F%2Fblog.csdn.net%2Fzhang_3%2Farticle%2Fdetails%2F139172010",
        "https://link.csdn.net/?target=" + POST,
    ],
)
def test_all_forms_of_a_post_have_one_address(url: str) -> None:
    found = address(url)
    assert found is not None
    assert (found.kind, found.native_id, found.url, found.author_id) == ("post", "139172010", POST, "zhang_3")


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://label.blog.csdn.net/article/details/7?x=1", "https://label.blog.csdn.net/article/details/7"),
        ("https://blog.csdn.net/article/details/7", "https://blog.csdn.net/article/details/7"),
        ("https://m.blog.csdn.net/article/details?id=7", "https://blog.csdn.net/article/details/7"),
    ],
)
def test_an_address_without_the_user_names_none(url: str, canonical: str) -> None:
    found = address(url)
    assert found is not None
    assert (found.native_id, found.url, found.author_id) == ("7", canonical, "")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "https://blog.csdn.net/u/article/details/",
        "https://blog.csdn.net/u/article/details/-1",
        "https://blog.csdn.net/u/article/details/1e5",
        "https://blog.csdn.net/u/article/details/0123",
        "https://blog.csdn.net/u/article/details/١٢٣",
        "https://blog.csdn.net/u/article/details/" + "9" * 400,
        "https://blog.csdn.net/u/article/details/1/../../../x/y/z",
        "https://blog.csdn.net/u/article/details/1;drop",
        "https://m.blog.csdn.net/article/details?id=1e5",
        "https://www.csdn.net/u/article/details/1",
        "https://wenku.csdn.net/answer/1",
        "https://evilblog.csdn.net/u/article/details/1",
        "https://blog.csdn.net.evil.example/u/article/details/1",
        "ftp://blog.csdn.net/u/article/details/1",
        "https://blog.csdn.net/",
        "https://blog.csdn.net/nav/python",
        "https://blog.csdn.net/robots.txt",
        "https://blog.csdn.net/category_1.html",
        "https://rss.csdn.net/u",
        "https://blog.csdn.net/community/home-api/v1/get-business-list?username=a%20b",
    ],
)
def test_what_is_no_post_author_or_list_of_csdn_names_nothing(url: str) -> None:
    assert address(url) is None


@pytest.mark.parametrize(
    ("url", "kind", "native_id", "canonical"),
    [
        ("http://blog.csdn.net/zhang_3?type=blog", "author", "zhang_3", "https://blog.csdn.net/zhang_3"),
        ("https://blog.csdn.net/zhang_3/article/list/4", "author", "zhang_3", "https://blog.csdn.net/zhang_3"),
        ("https://label.blog.csdn.net/", "author", "label", "https://label.blog.csdn.net"),
        ("https://label.blog.csdn.net/article/list/2", "author", "label", "https://label.blog.csdn.net"),
        (
            "https://blog.csdn.net/community/home-api/v1/get-business-list?page=2&username=zhang_3",
            "author",
            "zhang_3",
            "https://blog.csdn.net/zhang_3",
        ),
        ("https://blog.csdn.net/u/category_12_3.html", "column", "12", "https://blog.csdn.net/u/category_12.html"),
        ("https://label.blog.csdn.net/category_1.html", "column", "1", "https://label.blog.csdn.net/category_1.html"),
        ("http://blog.csdn.net/u/article/category/9/2", "column", "9", "https://blog.csdn.net/u/article/category/9"),
        (
            "https://blog.csdn.net/column/details/os.html",
            "column",
            "os",
            "https://blog.csdn.net/column/details/os.html",
        ),
        ("https://rss.csdn.net/u/rss/map", "feed", "u", "https://rss.csdn.net/u/rss/map"),
        ("http://blog.csdn.net/u/rss/list", "feed", "u", "https://blog.csdn.net/u/rss/list"),
    ],
)
def test_authors_columns_and_feeds_are_told_apart(url: str, kind: str, native_id: str, canonical: str) -> None:
    found = address(url)
    assert found is not None
    assert (found.kind, found.native_id, found.url) == (kind, native_id, canonical)


@settings(max_examples=100, deadline=None)
@given(st.from_regex(r"/?([A-Za-z0-9_./?=&%-]{0,30}/)?(article/details/|category_)?[0-9]{0,6}", fullmatch=True))
def test_a_canonical_address_is_its_own(path: str) -> None:
    found = address(f"https://blog.csdn.net{path}")
    assert found is None or address(found.url) == found


def test_exactly_one_platform_claims_an_address() -> None:
    found = sites.find(POST)
    assert found is not None
    assert found[0].name == "csdn"
    assert sites.by_name("csdn") is found[0]
    assert sites.by_name("none") is None
    assert sites.find("https://example.com/") is None
