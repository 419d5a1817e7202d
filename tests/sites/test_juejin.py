from __future__ import annotations

import json

from scraper.sites.juejin import address, list_requests, read_list


def test_an_authors_posts_are_asked_of_the_api_page_by_page_else_of_the_page() -> None:
    author = address("https://juejin.cn/user/1234567890abcdef/posts")
    assert author is not None
    api, shown = list_requests(author, 1)
    assert (api.way, api.url) == ("api", "https://api.juejin.cn/content_api/v1/article/query_list")
    assert json.loads(api.content or b"") == {"user_id": "1234567890abcdef", "sort_type": 2, "cursor": "0"}
    assert (shown.way, shown.url, shown.content) == ("list", "https://juejin.cn/user/1234567890abcdef/posts", None)
    (second,) = list_requests(author, 2)
    assert json.loads(second.content or b"")["cursor"] == "10"


def test_a_column_is_asked_of_its_page_and_a_post_has_no_list() -> None:
    column, post = (
        address("https://juejin.cn/column/1234567890abcdef"),
        address("https://juejin.cn/post/1234567890abcdef"),
    )
    assert column is not None
    assert post is not None
    assert [request.way for request in list_requests(column, 1)] == ["list"]
    assert list_requests(column, 2) == list_requests(post, 1) == ()


def test_the_apis_count_is_the_total_of_the_list() -> None:
    info = {"article_id": "7000000000000000001", "title": "甲", "ctime": "1700000000"}
    answer = {"err_no": 0, "err_msg": "success", "data": [{"article_info": info}], "count": 31, "has_more": True}
    parsed = read_list(json.dumps(answer).encode(), "https://api.juejin.cn/x", "application/json")
    assert (parsed.total, [entry.title for entry in parsed.links]) == (31, ["甲"])
