"""Front pages of blogs by many themes, in small: each is a list that names its posts, as card, row or heading."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from scraper.read import parse

POSTS = {
    11: "给番茄装浇水计的完整记录",
    12: "阳台光照一年的数据",
    13: "用旧手机当温室相机",
    14: "黄瓜为什么是苦的",
    15: "堆肥的第三个冬天",
}
TEASER = "这是一段摘要文字，长到足以让人以为是正文，里面有逗号，也有句号。再说一句，好让它更长一些，像真的摘要那样。"
NAV = "<nav><a href=/>首页</a><a href=/archives/>归档</a><a href=/tags/>标签</a><a href=/about/>关于</a></nav>"


def page(body: str) -> str:
    return f"<!DOCTYPE html><html lang=zh-CN><head><meta charset=utf-8><title>站名</title></head><body>{body}</body></html>"


def rep(box: str) -> str:
    return "".join(box.format(n=number, t=title, x=TEASER) for number, title in POSTS.items())


PAGES = {
    "papermod": page(
        NAV
        + '<main class="main">'
        + rep(
            '<article class="post-entry"><header class="entry-header"><h2 class="entry-hint-parent">{t}</h2></header><div class="entry-content"><p>{x}</p></div><footer class="entry-footer"><span title="2024-03-05 08:00:00 +0800 CST">March 5, 2024</span></footer><a class="entry-link" aria-label="post link to {t}" href="https://ping.example/posts/{n}/"></a></article>'
        )
        + '<footer class="page-footer"><nav class="pagination"><a class="next" href="https://ping.example/page/2/">下一页</a></nav></footer></main>'
    ),
    "loveit": page(
        "<header>"
        + NAV
        + '</header><main class="main"><div class="page home" data-home="posts">'
        + rep(
            '<article class="single summary" itemscope itemtype="http://schema.org/Article"><h1 class="single-title" itemprop="name headline"><a href="/{n}-x/">{t}</a></h1><div class="post-meta">阿平 发布于 <time datetime="2024-03-05">2024-03-05</time></div><div class="content">{x}</div><div class="post-footer"><a href="/{n}-x/">阅读全文...</a></div></article>'
        )
        + "</div></main>"
    ),
    "stack": page(
        '<main class="main full-width"><section class="article-list">'
        + rep(
            '<article class="has-image"><header class="article-header"><div class="article-image"><a href="/p/{n}-x/"><img src="a.png"></a></div><div class="article-details"><header class="article-category"><a href="/categories/g/">园艺</a></header><div class="article-title-wrapper"><h2 class="article-title"><a href="/p/{n}-x/">{t}</a></h2><h3 class="article-subtitle">{x}</h3></div></div></header></article>'
        )
        + "</section></main>"
    ),
    "even": page(
        NAV
        + '<section id="posts" class="posts">'
        + rep(
            '<article class="post"><header class="post-header"><h1 class="post-title"><a class="post-link" href="/post/{n}/">{t}</a></h1><div class="post-meta"><span class="post-time"> 2024-03-05 </span></div></header><div class="post-content"><div class="post-summary">{x}</div><div class="read-more"><a href="/post/{n}/" class="read-more-link">阅读更多</a></div></div></article>'
        )
        + '</section><nav class="pagination"><a class="next" href="/page/2/"><span class="next-text">后一页</span></a></nav>'
    ),
    "minimal-mistakes": page(
        '<div class="archive"><h3 class="archive__subtitle">最新文章</h3>'
        + rep(
            '<div class="list__item"><article class="archive__item" itemscope><h2 class="archive__item-title no_toc" itemprop="headline"><a href="/{n}/x/" rel="permalink">{t}</a></h2><p class="archive__item-excerpt" itemprop="description">{x}</p></article></div>'
        )
        + '<nav class="pagination"><ul><li><a href="/page2/">Next</a></li></ul></nav></div>'
    ),
    "chirpy6": page(
        '<main><div id="post-list">'
        + rep(
            '<article class="card-wrapper card"><a href="/posts/{n}-x/" class="post-preview row"><div class="card-body"><h1 class="card-title my-2">{t}</h1><div class="card-text content"><p>{x}</p></div><div class="post-meta"><time data-ts="1709596800">2024-03-05</time></div></div></a></article>'
        )
        + "</div></main>"
    ),
    "typecho": page(
        NAV
        + '<div id="main" role="main">'
        + rep(
            '<article class="post" itemscope itemtype="http://schema.org/BlogPosting"><h2 class="post-title" itemprop="name headline"><a itemprop="url" href="/archives/{n}/">{t}</a></h2><ul class="post-meta"><li>作者: <a href="/author/1/" rel="author">阿平</a></li><li>时间: <time datetime="2024-03-05T00:00:00+00:00">March 5, 2024</time></li></ul><div class="post-content" itemprop="articleBody"><p>{x}</p><p class="more"><a href="/archives/{n}/">- 阅读剩余部分 -</a></p></div></article>'
        )
        + '<ol class="page-navigator"><li class="current"><a href="/page/1/">1</a></li><li><a href="/page/2/">2</a></li><li class="next"><a href="/page/2/">后一页 &raquo;</a></li></ol></div>'
    ),
    "handsome": page(
        '<div class="blog-post">'
        + rep(
            '<div class="single-post panel box-shadow-wrap-normal"><div class="index-post-img"><a href="/archives/{n}/"><div class="item-thumb"></div></a></div><div class="post-meta wrapper-lg"><h2 class="m-t-none text-ellipsis index-post-title text-title"><a href="/archives/{n}/">{t}</a></h2><p class="summary l-h-2x text-muted">{x}</p></div></div>'
        )
        + "</div>"
    ),
    "dux": page(
        '<div class="content">'
        + rep(
            '<article class="excerpt excerpt-1"><a class="focus" href="/{n}.html"><img src="a.jpg" class="thumb"></a><header><a class="cat" href="/g/">园艺<i></i></a><h2><a href="/{n}.html" title="{t}">{t}</a></h2></header><p class="meta"><time>2024-03-05</time></p><p class="note">{x}</p></article>'
        )
        + '<div class="pagination"><ul><li class="active"><span>1</span></li><li class="next-page"><a href="/page/2">下一页</a></li></ul></div></div>'
    ),
    "argon": page(
        NAV
        + '<main id="main" class="site-main article-list">'
        + rep(
            '<article class="post card bg-white shadow-sm border-0" id="post-{n}"><header class="post-header text-center"><a class="post-title" href="/{n}/">{t}</a><div class="post-meta"><time title="2024">2024-3-05 10:00</time></div></header><div class="post-content">{x}</div></article>'
        )
        + "</main>"
    ),
    "joe": page(
        '<div class="joe_index__list"><ul class="joe_list">'
        + rep(
            '<li class="joe_list__item wow default"><div class="line"></div><a href="/archives/{n}" class="thumbnail" title="{t}"><img></a><div class="information"><a href="/archives/{n}" class="title" title="{t}"><span class="badge">置顶</span>{t}</a><a class="abstract" href="/archives/{n}" title="文章摘要">{x}</a><div class="meta"><ul class="items"><li>2024-03-05</li></ul></div></div></li>'
        )
        + "</ul></div>"
    ),
    "reco": page(
        '<div class="theme-container"><div class="home-blog"><div class="abstract-wrapper">'
        + rep(
            '<div class="abstract-item"><div class="title"><a href="/blogs/{n}.html">{t}</a></div><div class="abstract"><p>{x}</p></div><div><i class="reco-date"><span>2024/3/5</span></i></div></div>'
        )
        + "</div></div></div>"
    ),
    "hope": page(
        '<main class="vp-page"><div class="vp-article-list">'
        + rep(
            '<div class="vp-article-wrapper"><article class="vp-article-item" vocab="https://schema.org/" typeof="Article"><a class="route-link vp-article-title" href="/posts/{n}.html"><span property="headline">{t}</span></a><div class="vp-article-excerpt"><p>{x}</p></div></article></div>'
        )
        + "</div></main>"
    ),
    "landscape": page(
        '<section id="main">'
        + rep(
            '<article class="h-entry article article-type-post"><div class="article-meta"><a href="/2024/03/{n}/x/" class="article-date"><time datetime="2024-03-05T02:00:00.000Z">2024-03-05</time></a></div><div class="article-inner"><header class="article-header"><h1 itemprop="name"><a class="p-name article-title" href="/2024/03/{n}/x/">{t}</a></h1></header><div class="e-content article-entry"><p>{x}</p></div></div></article>'
        )
        + '<nav id="page-nav"><span class="page-number current">1</span><a class="page-number" href="/page/2/">2</a><a class="extend next" rel="next" href="/page/2/">Next &raquo;</a></nav></section>'
    ),
    "matery": page(
        '<main class="content"><div id="articles" class="container articles"><div class="row article-row">'
        + rep(
            '<div class="article col s12 m6 l4"><div class="card"><a href="/2024/03/{n}/x/"><div class="card-image"><img class="responsive-img" alt="{t}"><span class="card-title">{t}</span></div></a><div class="card-content article-content"><div class="summary block-with-text">{x}</div><div class="publish-info"><span class="publish-date">2024-03-05</span></div></div></div></div>'
        )
        + "</div></div></main>"
    ),
    "stellar": page(
        '<div class="post-list post">'
        + rep(
            '<div class="post-card-wrap"><a class="post-card post" href="/2024/03/{n}/x/"><article class="md-text"><h2 class="post-title">{t}</h2><div class="excerpt"><p>{x}</p></div></article></a></div>'
        )
        + "</div>"
    ),
    "docusaurus": page(
        '<div id="__docusaurus"><main>'
        + rep(
            '<article class="margin-bottom--xl"><header><h2 class="title_f1Hy"><a href="/blog/{n}-x">{t}</a></h2></header><div class="markdown"><p>{x}</p></div></article>'
        )
        + "</main></div>"
    ),
    "ghost": page(
        '<main id="site-main"><div class="post-feed">'
        + rep(
            '<article class="post-card post"><a class="post-card-image-link" href="/p{n}/"><img></a><div class="post-card-content"><a class="post-card-content-link" href="/p{n}/"><header class="post-card-header"><h2 class="post-card-title">{t}</h2></header><div class="post-card-excerpt">{x}</div></a></div></article>'
        )
        + "</div></main>"
    ),
    "table": page(
        '<table class="list"><tr><th>标题</th><th>日期</th></tr>'
        + rep('<tr><td><a href="show.asp?id={n}">{t}</a></td><td>2024-03-05</td></tr>')
        + "</table>"
    ),
}


@pytest.mark.parametrize("url", ["https://ping.example/", "https://ping.example/blog/all"])
@pytest.mark.parametrize("theme", PAGES)
def test_a_front_page_names_its_posts(theme: str, url: str) -> None:
    parsed = parse(PAGES[theme].encode(), url)
    assert parsed.verdict == "listing", (parsed.verdict, parsed.reason)
    for entry, (number, title) in zip(parsed.links, POSTS.items(), strict=True):
        assert str(number) in entry.url
        assert title in entry.title


@pytest.mark.parametrize(
    ("theme", "url"), [("even", "/page/2/"), ("typecho", "/page/2/"), ("landscape", "/page/2/"), ("dux", "/page/2")]
)
def test_a_front_page_leads_to_the_next(theme: str, url: str) -> None:
    assert parse(PAGES[theme].encode(), "https://ping.example/").next_url == f"https://ping.example{url}"
