"""Addresses: agreement with the WHATWG standard, and what the archive drops of them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scraper.urls import MAX_URL_CHARS, canonicalise, host_of, is_url, parse_url, same_site, unwrap, url_key


@pytest.mark.parametrize(
    ("url", "base", "canonical"),
    [
        ("HTTP://Blog.CSDN.net:80/a/article/details/1#t3", "", "http://blog.csdn.net/a/article/details/1"),
        ("https://例子.测试/路径?词=值", "", "https://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF%E5%BE%84?%E8%AF%8D=%E5%80%BC"),
        ("../b?page=2", "https://a.example/x/y", "https://a.example/b?page=2"),
        ("//cdn.example/i.png", "https://a.example/", "https://cdn.example/i.png"),
        (" \thttps://a.example/\n", "", "https://a.example/"),
        ("https://a.example/?", "", "https://a.example/"),
        ("https://a.example/?&&#x", "", "https://a.example/"),
        ("https://a.example/p?spm=1001.2101&id=3&utm_source=x", "", "https://a.example/p?id=3"),
        ("https://a.example/p?amp;utm_medium=x&UTM_Term=y", "", "https://a.example/p"),
        ("https://a.example/p?depth_1-utm_source=d&request_id=1&biz_id=0", "", "https://a.example/p"),
        ("https://a.example/p?from=timeline&isappinstalled=0", "", "https://a.example/p"),
        ("https://a.example/list?from=40&size=20", "", "https://a.example/list?from=40&size=20"),
        ("https://a.example/p?fbclid=1&ref=main&b=%20&a=+", "", "https://a.example/p?ref=main&b=%20&a=+"),
        ("https://mp.weixin.qq.com/s?__biz=M&mid=1&idx=2&sn=f&share_token=z", "",
         "https://mp.weixin.qq.com/s?__biz=M&mid=1&idx=2&sn=f"),
        ("https://a.example/\ud800", "", "https://a.example/%EF%BF%BD"),
        ("http://127.1/", "", "http://127.0.0.1/"),
    ],
)  # fmt: skip
def test_one_page_has_one_address(url: str, base: str, canonical: str) -> None:
    assert canonicalise(url, base) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "a.html", "mailto:a@b.example", "javascript:alert(1)", "ftp://a.example/", "file:///etc/passwd", "http://",
     "https://user:secret@a.example/", "https://user@a.example/", "http://a b/", "http://[::1/", "http://1.2.3.4.5/",
     "https://a.example/" + "x" * MAX_URL_CHARS],
)  # fmt: skip
def test_what_is_no_address_to_keep_is_none(text: str) -> None:
    assert canonicalise(text) is None
    assert url_key(text) is None


def test_an_address_that_grows_over_the_cap_by_encoding_is_none() -> None:
    assert canonicalise("https://a.example/" + "文" * 3000) is None


_parts = st.text(st.sampled_from("ab/?#&=%:@.+ 文\t\\;[]0\ud800") | st.characters(), max_size=30)
_prefixes = st.sampled_from(["", "http://", "https://a.example/", "HTTPS://a.example?utm_x=", "//a?from="])


@settings(max_examples=300)
@given(prefix=_prefixes, rest=_parts, base=st.sampled_from(["", "https://b.example/x/?y#z", "nothing"]))
@example(prefix="https://a.example/?", rest="amp;amp;utm_a=1", base="")
def test_canonicalising_twice_changes_nothing(prefix: str, rest: str, base: str) -> None:
    once = canonicalise(prefix + rest, base)
    if once is not None:
        assert canonicalise(once) == once
        assert is_url(once)
        assert "#" not in once
        assert host_of(once)


def _whatwg_cases(path: Path) -> list[dict[str, str]]:
    return [case for case in json.loads(path.read_text("utf-8")) if isinstance(case, dict)]


@pytest.mark.parametrize("name", ["urltestdata.json", "ada_extra_urltestdata.json"])
def test_parsing_agrees_with_the_whatwg_cases(shared: Path, name: str) -> None:
    cases = _whatwg_cases(shared / "cases/url" / name)
    assert cases
    for case in cases:
        parsed = parse_url(case["input"], case.get("base") or "")
        expected = case.get("href", "")
        if case.get("failure") or not expected.startswith(("http:", "https:")):
            assert parsed is None, case
        else:
            assert parsed is not None, case
            assert parsed.href == expected, case
            assert parsed.host == case["host"], case


def test_host_names_agree_with_the_whatwg_cases(shared: Path) -> None:
    cases = _whatwg_cases(shared / "cases/url/toascii.json")
    assert cases
    for case in cases:
        parsed = parse_url(f"https://{case['input']}/x")
        assert (parsed.hostname if parsed else None) == case["output"], case


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://A.example:443/", "a.example"), ("http://a.example:443/", "a.example:443"), ("x", ""),
     ("http://[::1]:8000/", "[::1]:8000"), ("https://u@a.example/", "a.example")],
)  # fmt: skip
def test_the_host_carries_a_port_only_where_it_is_not_the_usual_one(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_site_is_one_host_whatever_scheme_and_www() -> None:
    assert same_site("http://www.a.example/x", "https://a.example/y")
    assert not same_site("http://b.a.example/", "http://a.example/")
    assert not same_site("http://a.example:8080/", "http://a.example/")
    assert not same_site("", "")


@pytest.mark.parametrize(
    ("url", "key"),
    [("https://a.example/", "a.example"), ("http://a.example/x/", "a.example/x"),
     ("http://a.example/x", "a.example/x"), ("https://a.example/?p=1/", "a.example/?p=1/"),
     ("https://a.example/x/?utm_a=b", "a.example/x")],
)  # fmt: skip
def test_the_key_has_no_scheme_and_no_last_slash(url: str, key: str) -> None:
    assert url_key(url) == key


@pytest.mark.parametrize(
    ("text", "answer"),
    [("https://a.example", True), (" HTTP://a.example/", True), ("a.example", False),
     ("http:a.example", False), ("/tmp/http://x", False), ("https://", False), ("posts/", False)],
)  # fmt: skip
def test_an_address_is_told_from_a_path(text: str, answer: bool) -> None:
    assert is_url(text) is answer


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://link.csdn.net/?target=https%3A%2F%2Fa.example%2F%3Fb%3D1%23c", "https://a.example/?b=1#c"),
        ("https://link.csdn.net?from_id=9&target=https%3A%2F%2Fa.example", "https://a.example"),
        ("https://link.zhihu.com/?target=https%3A//a.example/x&y=1", "https://a.example/x"),
        ("https://link.juejin.cn?target=https://a.example/?x=1&y=2", "https://a.example/?x=1&y=2"),
        ("https://www.jianshu.com/go-wild?ac=2&url=http%3A%2F%2Fa.example%2F", "http://a.example/"),
        ("https://link.csdn.net/?target=https%3A%2F%2Flink.zhihu.com%2F%3Ftarget%3Dhttps%253A%252F%252Fa.example",
         "https://a.example"),
        ("https://link.csdn.net/?target=javascript:alert(1)", "https://link.csdn.net/?target=javascript:alert(1)"),
        ("https://link.csdn.net/", "https://link.csdn.net/"),
        ("https://www.jianshu.com/p/1?url=https://a.example", "https://www.jianshu.com/p/1?url=https://a.example"),
        ("https://a.example/?target=https://b.example", "https://a.example/?target=https://b.example"),
        ("https://link.csdn.net/?target=" + "https://link.csdn.net/?target=" * 6, "https://link.csdn.net/?target=" * 3),
        ("no address", "no address"),
    ],
)  # fmt: skip
def test_a_link_through_a_leaving_page_leads_to_its_target(url: str, target: str) -> None:
    assert unwrap(url) == target


def test_long_hostile_addresses_take_no_time() -> None:
    began = time.process_time()
    for text in [
        "https://a.example/?" + "&" * 8000,
        "https://a.example/?" + "depth_1-" * 1000,
        "http://" + "a." * 4000,
        "https://link.csdn.net/?target=" + "%25" * 2500,
        "x" * 5_000_000,
    ]:
        canonicalise(text)
        unwrap(text)
    assert time.process_time() - began < 0.5
