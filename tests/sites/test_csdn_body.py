"""Inside and around a CSDN article: what the site adds leaves no trace, what a reader needs stays in some form."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.models import Column, Metrics, Post
from scraper.read import parse

URL = "https://blog.csdn.net/u/article/details/7"


def page(body: str, head: str = "") -> str:
    return (
        f"<html><head><link rel=canonical href={URL}><link href=https://csdnimg.cn/a.css>{head}</head><body>"
        "<div class=blog-content-box><div class=article-title-box><h1 class=title-article>标题</h1></div>"
        "<article class=baidu_pl><div id=article_content class='article_content clearfix'>"
        f"<div id=content_views class=markdown_views>{body}</div></div></article></div></body></html>"
    )


def post_of(html: str, url: str = URL) -> Post:
    parsed = parse(html.encode(), url)
    assert parsed.post is not None, (parsed.verdict, parsed.reason)
    return parsed.post


def markdown(body: str) -> str:
    return post_of(page(body)).markdown


CARD = (
    "<a class='link-info has-card' data-link-title='某页' href='https://example.com/y' title='某页'>"
    "<span class=link-card-box><span class=link-title>某页</span><span class=link-desc>说明</span>"
    "<span class=link-link><img class=link-link-icon src=https://csdnimg.cn/icon-default.png alt=icon>"
    "https://example.com/y</span></span></a>"
)
CODE_BAR = (
    "<pre class='set-code-hide prettyprint'><code class='prism language-python'>import os\nprint(1)\n</code>"
    "<div class='hljs-button signin active' data-title=登录复制></div><ul class=pre-numbering><li>1<li>2</ul>"
    "<div class=hide-preCode-box><span><img class='look-more-preCode' src=https://csdnimg.cn/newCodeMore.png></span></div>"
    "<div class=opt-box><button class=btn-code-notes>AI写代码</button></div><span class=code-copy-btn>复制</span></pre>"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<p>看：{CARD}尾</p>", "看：[某页](https://example.com/y)尾"),
        (f"{CODE_BAR}<p>后</p>", "```python\nimport os\nprint(1)\n```\n\n后"),
        ("<p>@[TOC](文章目录)</p><p>@[TOC]</p><p>[toc]</p><p>正文 [TOC] 的用法</p>", "正文 [TOC] 的用法"),
        (
            "<div class=code-toolbar><pre><code class=language-c>x;</code></pre><div class=toolbar>C</div></div>",
            "```c\nx;\n```",
        ),
        (
            "<div><h4>用哪种？</h4><ul><li><input type=radio>甲</li><li><input type=radio>乙</li></ul></div>",
            "#### 用哪种？\n\n- 甲\n- 乙",
        ),
        (
            "<form>用哪种？<label><input type=radio>甲</label><label><input type=checkbox>乙</label></form>",
            "用哪种？\n\n甲\n\n乙",
        ),
        (
            "<iframe src=https://mindmap.csdn.net/embed/12 title=脑图></iframe><p>后</p>",
            "[脑图](https://mindmap.csdn.net/embed/12)\n\n后",
        ),
        (
            "<div class=csdn-video-box><iframe src=//player.bilibili.com/p.html?aid=1></iframe><p>视频</p></div>",
            "[视频](https://player.bilibili.com/p.html?aid=1)",
        ),
        (
            "<div class=csdn-video-box><img src=https://img-blog.csdnimg.cn/c.png><p>视频</p></div>",
            "![](https://img-blog.csdnimg.cn/c.png)\n\n视频",
        ),
        (
            "<div class=flow-chart><svg><text><tspan>开始</tspan></text><text><tspan>结束</tspan></text></svg></div>",
            "- 开始\n- 结束",
        ),
        ("<pre><code class='prism language-mermaid'>A--&gt;B\n</code></pre>", "```mermaid\nA-->B\n```"),
        (
            "<p>好<img class=emoji src=https://img-home.csdnimg.cn/s.png alt=:smile:></p>",
            "好![:smile:](https://img-home.csdnimg.cn/s.png)",
        ),
        (
            "<p><img src=data:image/gif;base64,R0lGOD srcset='https://img-blog.csdnimg.cn/c.png 1x, d.png 2x'></p>",
            "![](https://img-blog.csdnimg.cn/c.png)",
        ),
    ],
)
def test_what_a_reader_needs_is_kept_in_a_form_of_its_own(body: str, expected: str) -> None:
    assert markdown(body) == expected


@pytest.mark.parametrize(
    "chrome",
    [
        "<div class=article-show-more>展开</div>",
        "<div id=csdn-redpack>红包个数</div>",
        "<div class='recommend-item-box type_download'><a href=/x>资源</a><span class=time>2020-01-01</span></div>",
        "<div class=skill-tree-box>技能树</div>",
        "<div class=passport-login-container>登录后您可以</div>",
        "<div class=csdn-side-toolbar>举报</div>",
        "<div class=comment-box>评论</div>",
        "<div class=reward-box>打赏作者</div>",
        "<div class=article-copyright>版权声明</div>",
        "<div class=more-toolbox>点赞</div>",
    ],
)
def test_what_the_site_adds_leaves_no_trace(chrome: str) -> None:
    assert markdown(f"<p>前</p>{chrome}<p>后</p>") == "前\n\n后"


@pytest.mark.parametrize(
    ("mathml", "shown", "latex"),
    [
        ("\n  x\n  →\n  1\n\n  x \\to 1\n\n", "x→1", "$x \\to 1$"),
        (" x → 1 x \\to 1 ", "x→1", "$x \\to 1$"),
        ("\n x\n →\n 1\n x \\to 1\n", "x→1", "$x \\to 1$"),
        ("y = 2 1 y = \\frac{2}{1}", "y=12", "$y = \\frac{2}{1}$"),
        ("x", "x", "$x$"),
        ("a + b", "a+c", "$a + b$"),
        ("\n x\n\n<span class=MathJax>x</span><script type=math/tex>\\begin{x}</script>", "x", "$\\begin{x}$"),
    ],
)
def test_the_source_of_a_formula_is_found_after_its_glyphs(mathml: str, shown: str, latex: str) -> None:
    katex = f"<span class=katex-mathml>{mathml}</span><span class=katex-html>{shown}</span>"
    assert markdown(f"<p><span class=katex--inline><span class=katex>{katex}</span></span></p>") == latex


def test_the_skin_of_2017_is_read_with_all_it_says() -> None:
    html = (Path(__file__).parent / "csdn" / "2017-second-skin.html").read_text("utf-8")
    post = post_of(html, "")
    assert (post.native_id, post.author.id, post.author.name, post.kind) == (
        "78600900",
        "shanjian_88",
        "山间",
        "repost",
    )
    assert post.columns == (Column("sql-notes", "数据库笔记", "https://blog.csdn.net/column/details/sql-notes.html"),)
    assert post.metrics == Metrics(1940, None, 2, None)


PROSE = "<p>很久以前，有人写下这一段话，为的是让后来的人知道，一篇文章该有多长，才算得上是一篇文章。</p>" * 4
DATA = (
    '<script type="application/ld+json">{"@type":"BlogPosting","headline":"真题","datePublished":'
    '"2026-01-02T03:04:05+08:00","author":{"@type":"Person","name":"小红"}}</script>'
)


@pytest.mark.parametrize(
    "html",
    [
        f"<title>假题-CSDN博客</title>{DATA}<nav><a href=/>首页</a></nav><h1>真题</h1><article>{PROSE}</article>"
        "<section class=recommend><h3>推荐</h3><a href=https://blog.csdn.net/b/article/details/9>另一篇</a></section>",
        f"<title>真题-CSDN博客</title>{DATA}<h1 class=p-title>真题</h1><div class=p-main>{PROSE}</div>",
    ],
)
def test_a_template_not_known_is_read_as_the_post_of_its_address(html: str) -> None:
    served = f"<html><head><link href=https://csdnimg.cn/a.css></head><body>{html}</body></html>"
    post = post_of(served, f"{URL}?spm=1001")
    assert (post.site, post.native_id, post.url, post.title) == ("csdn", "7", URL, "真题")
    assert (post.author.id, post.author.name, post.published_raw) == ("u", "小红", "2026-01-02T03:04:05+08:00")
    assert post.parser.startswith("csdn/")
    assert "另一篇" not in post.markdown


def test_the_mobile_page_is_the_same_post() -> None:
    html = f"<link rel=canonical href={URL}><title>题目-CSDN博客</title><h1>题目</h1><div>{PROSE}</div></html>"
    post = post_of(html, "https://m.blog.csdn.net/u/article/details/7")
    assert (post.native_id, post.url, post.title, post.author.id) == ("7", URL, "题目", "u")


@pytest.mark.parametrize(
    "html",
    [
        f"<link href=https://csdnimg.cn/a.css><title>404</title><body><h1>文章不存在</h1><article>{PROSE}</article>",
        f"<link href=https://csdnimg.cn/a.css><div class=article-title-box><h1>题目</h1></div><div>{PROSE}",
        f"<link href=https://csdnimg.cn/a.css><title>题</title><div>{PROSE}</div>",
        f"{DATA}<link href=https://csdnimg.cn/a.css><title>题</title><div></div>",
    ],
)
def test_a_page_without_a_plain_article_is_none(html: str) -> None:
    assert parse(html.encode(), URL).post is None


@pytest.mark.parametrize("title", ["(1条消息) 标题-CSDN博客", "（12条未读私信）标题_某的博客-CSDN博客"])
def test_messages_of_who_was_logged_in_are_no_part_of_the_title(title: str) -> None:
    html = f"<title>{title}</title><div id=content_views class=htmledit_views><p>正文</p></div>"
    assert post_of(html).title == "标题"


def test_pictures_of_a_template_not_known_are_the_originals() -> None:
    picture = "<img src='https://img-blog.csdnimg.cn/a.png?x-oss-process=image/watermark,type_x'>"
    html = f"<link rel=canonical href={URL}><body><h1>题目</h1><article>{PROSE}{picture}</article></body>"
    assert [image.url for image in post_of(html).images] == ["https://img-blog.csdnimg.cn/a.png"]
