from __future__ import annotations

import pytest

from scraper.crawl.seeds import move, read_seed
from scraper.errors import UsageError
from scraper.models import Entry

POST = "https://blog.csdn.net/lin/article/details/1001"


@pytest.mark.parametrize(
    "text",
    [POST, POST + "?spm=1001.2014#comments", "http://blog.csdn.net/lin/article/details/1001",
     "https://link.csdn.net/?target=https%3A%2F%2Fblog.csdn.net%2Flin%2Farticle%2Fdetails%2F1001"],
)  # fmt: skip
def test_every_form_of_a_posts_address_is_one_target(text: str) -> None:
    seed = read_seed(text)
    assert (seed.kind, seed.site, seed.native_id) == ("post", "csdn", "1001")
    target = seed.target()
    assert (target.key, target.url, target.host) == ("csdn/1001", POST, "blog.csdn.net")


def test_an_author_has_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = read_seed("https://blog.csdn.net/lin")
    assert (seed.kind, seed.native_id) == ("author", "lin")
    first, *_ = seed.list_requests(1)
    assert first.way == "api"
    assert first.url.startswith("https://blog.csdn.net/community/home-api/v1/get-business-list?page=1")


def test_a_platform_named_by_hand_is_asked_at_the_seeds_own_host() -> None:
    seed = read_seed("http://127.0.0.1:8000/lin", "csdn")
    assert {request.url.split("/")[2] for request in seed.list_requests(1)} == {"127.0.0.1:8000"}
    target = seed.target_of(Entry("https://blog.csdn.net/lin/article/details/7", title="题"), "api")
    assert target is not None
    assert (target.key, target.url) == ("csdn/7", "http://127.0.0.1:8000/lin/article/details/7")
    assert read_seed("http://127.0.0.1:8000/lin/article/details/7", "csdn").target().key == "csdn/7"


def test_a_page_of_no_known_platform_is_itself() -> None:
    seed = read_seed("https://blog.example/2024/a-post/?utm_source=x")
    assert (seed.kind, seed.site) == ("blog", "")
    assert seed.target().key == "blog.example/blog.example/2024/a-post"
    assert seed.list_requests(1) == ()


def test_entries_that_are_no_posts_are_not_followed() -> None:
    seed = read_seed("https://blog.csdn.net/lin")
    for url in ("javascript:void(0)", "https://blog.csdn.net/wu", "file:///etc/passwd", ""):
        assert seed.target_of(Entry(url), "api") is None


def test_what_a_list_says_of_a_post_is_remembered_for_comparison() -> None:
    seed = read_seed("https://blog.csdn.net/lin")
    one, two = (seed.target_of(Entry(POST, title=title), "api") for title in ("甲", "乙"))
    assert one is not None
    assert two is not None
    assert one.listed != two.listed


@pytest.mark.parametrize("text", ["", "not a url", "ftp://a.example/", "file:///etc/passwd", "https://", "http://[::1"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="no http or https address"):
        read_seed(text)


def test_an_unknown_platform_and_an_address_that_names_nothing_of_it_are_said() -> None:
    with pytest.raises(UsageError, match="no such platform; known are"):
        read_seed(POST, "nowhere")
    with pytest.raises(UsageError, match="names no post, author or column"):
        read_seed("http://127.0.0.1:8000/a/b/c/d", "csdn")


def test_moving_an_address_keeps_path_and_query() -> None:
    assert move("https://a.example/b?c=d", "http://127.0.0.1:1") == "http://127.0.0.1:1/b?c=d"
    assert move("nothing", "http://127.0.0.1:1") == "nothing"
