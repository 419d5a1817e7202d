"""What stands in an article's box without being its text goes; what only looks like it stays."""

from __future__ import annotations

import pytest

from scraper.read import parse

TEXT = "这一段是正文，写得足够长，有逗号，有句号，谁看了都知道不是导航，也不是广告，而是文章自己的话。"
BODY = f"<p>{TEXT}</p>" * 6


def markdown(inside: str, title: str = "题目") -> str:
    html = f"<title>{title}</title><body><div id=wrap><div class=x>{inside}</div></div></body>"
    post = parse(html.encode(), "https://blog.example.org/p/1").post
    assert post is not None
    return post.markdown


@pytest.mark.parametrize(
    "junk",
    [
        "<div class=share-bar><a href=/s>分享到微博</a> <a href=/t>分享到空间</a></div>",
        "<ul class=related-posts><li><a href=/a>另一篇文章</a></li><li><a href=/b>又一篇文章</a></li></ul>",
        "<p>相关文章</p><ul><li><a href=/a>另一篇文章</a></li><li><a href=/b>又一篇文章</a></li></ul>",
        "<div id=comments><p>这条评论写得很长，有逗号，有句号，不过它不是正文，而是别人的话。</p></div>",
        "<p>上一篇：<a href=/prev>另一篇文章</a></p>",
        "<p>版权声明：另一篇文章。</p>",
        "<div><a href=/a>另一篇文章</a> | <a href=/b>又一篇文章</a> | <a href=/c>第三篇文章</a></div>",
        "<p>© 2020 另一篇文章</p>",
        "<p><a href=/x>READ MORE OF WHAT WE WROTE: 另一篇文章</a></p>",
        "<form><p>另一篇文章</p><input name=mail><input name=name></form>",
        "<nav><a href=/a>另一篇文章</a></nav>",
        "<div class=author-bio>另一篇文章的作者</div>",
    ],
)
def test_what_is_no_text_goes(junk: str) -> None:
    found = markdown(BODY + junk)
    assert found.count(TEXT) == 6
    assert not any(word in found for word in ("另一篇", "微博", "评论"))


@pytest.mark.parametrize(
    "kept",
    [
        "<p>本文介绍一种留下来的办法。</p>",
        "<p>上一篇文章里，留下来的话说得很清楚，这里不再重复。</p>",
        "<p>参考：</p><ul><li><a href=https://a.org/>留下来的链接</a></li><li><a href=https://b.org/>文档</a></li></ul>",
        "<h2 id=share-a-branch-with-others>留下来的标题</h2>",
        "<pre><code><span class='token comment'># 留下来的注释</span></code></pre>",
        "<table><tr><td>留下来的<td>格子</table>",
        "<figure><img src=/a.png><figcaption>留下来的图</figcaption></figure>",
        "<div class=share-a-story><p>留下来的话，" + TEXT + "</p></div>",
    ],
)
def test_what_only_looks_like_it_stays(kept: str) -> None:
    assert "留下来的" in markdown(kept + BODY)
    assert "留下来的" in markdown(BODY + kept + BODY)


def test_title_byline_and_time_before_the_first_paragraph_go() -> None:
    found = markdown(f"<h1>题目</h1><p>作者：小明</p><p>2020-01-02 10:20</p><p>https://blog.example.org/p/1</p>{BODY}")
    assert found.startswith(TEXT)


def test_a_title_that_the_page_shows_apart_was_written_into_the_text_and_stays() -> None:
    html = f"<title>题目</title><body><h1>题目</h1><div class=x><h1>题目</h1>{BODY}</div></body>"
    post = parse(html.encode(), "https://blog.example.org/p/1").post
    assert post is not None
    assert post.markdown.startswith("# 题目")


def test_a_caption_does_not_end_the_opening() -> None:
    caption = f"<div class=photo><p>{TEXT}{TEXT}</p></div>"
    assert "作者：小明" not in markdown(f"{caption}<p>作者：小明</p>{BODY}")
