"""Make a blog that looks like CSDN's: pages of 90 to 270 KB, its list API and list pages, and what was planted in them.

Everything is made up: words are drawn by Zipf's law, code is this Python's own standard library, marked up as Prism
does. The files are laid out so that any server of static files can serve them; each has a gzip copy beside it.
"""

# ruff: noqa: E501 - markup as it is on such pages
from __future__ import annotations

import gzip
import html
import json
import random
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

USER, NAME = "linyi", "林一"
HOME = "https://blog.csdn.net"
FIRST_ID = 100_000_000
API_PAGE, LIST_PAGE = 100, 40
API_PATH = "/community/home-api/v1/get-business-list"

_CHARACTERS = (
    "数据模型训练推理框架并发缓存索引事务锁网络协议容器部署编译内存指针线程函数接口架构测试日志监控星火开源算法"
    "学习深度卷积注意力优化参数梯度损失样本分布概率矩阵向量张量节点集群服务消息队列存储查询请求响应客户端浏览器"
    "页面组件状态路由权限认证加密签名证书镜像版本分支合并冲突提交回滚发布灰度流量限流熔断降级超时重试幂等一致性"
    "的是在了和有不这中我们可以使用进行通过如果需要但是因此所以然后首先最后问题方法过程结果时间其中对于关于"
)
_ENGLISH = [
    "Python", "Redis", "MySQL", "Kubernetes", "Docker", "Spring", "MindSpore", "PyTorch", "Linux", "HTTP/2", "C++", "GPU",
    "Transformer", "Nginx", "gRPC",
]  # fmt: skip
_PRISM = re.compile(
    r"(?P<comment>\#[^\n]*)|(?P<string>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<keyword>\b(?:def|class|return|if|else|elif|for|while|in|import|from|with|as|try|except|raise|None|True|False|not|and|or)\b)"
    r"|(?P<number>\b\d+\b)|(?P<function>\b[a-z_]+(?=\())|(?P<punctuation>[()\[\]{},:.])|(?P<operator>[=+\-*/<>]+)"
)


@dataclass(frozen=True, slots=True)
class Planted:
    """What a page holds and a record must hold too; ``token`` is a word that no other page has."""

    native_id: str
    title: str
    published: str
    token: str
    edit: int = 0


class Writer:
    """Makes pages, each from its own number alone; ``small`` pages are of about 8 KB."""

    def __init__(self, base: str, *, small: bool = False) -> None:
        self.base = base
        self.small = small
        rng = random.Random(7)
        made = {"".join(rng.choices(_CHARACTERS, k=rng.choice([1, 2, 2, 2, 3, 4]))) for _ in range(9000)}
        self.words = [*_ENGLISH, *sorted(made)]
        rng.shuffle(self.words)
        self.weights = [1 / (rank + 2) for rank in range(len(self.words))]
        self.cumulative = [sum(self.weights[:0])]
        total = 0.0
        self.cumulative = [total := total + weight for weight in self.weights]
        library = Path(string.__file__).parent
        sources = [library / f"{name}.py" for name in ("argparse", "ast", "csv", "heapq", "inspect", "json/decoder")]
        self.code = "\n".join(path.read_text("utf-8") for path in sources).splitlines()
        self.head = self._scripts(random.Random(11), 24_000)
        self.tail = self._scripts(random.Random(12), 16_000)

    def planted(self, number: int) -> Planted:
        """Return what the page of that number holds."""
        rng = random.Random(f"planted {number}")
        title = f"{''.join(self._words(rng, 4))}（{number}）"
        published = datetime(2015, 1, 1) + timedelta(minutes=number * 997)  # noqa: DTZ001 - as the page shows it
        token = f"zq{number}x" + "".join(rng.choices("bcdfghjk", k=5))
        return Planted(str(FIRST_ID + number), title, f"{published:%Y-%m-%d %H:%M:%S}", token)

    def address(self, post: Planted) -> str:
        """Return the address of a page."""
        return f"{self.base}/{USER}/article/details/{post.native_id}"

    def page(self, post: Planted) -> bytes:
        """Return the whole page."""
        rng = random.Random(f"page {post.native_id} {post.edit}")
        boxes = 2 if self.small else rng.randint(10, 46)
        side = 1_000 if self.small else rng.randint(14_000, 30_000)
        url, title = self.address(post), html.escape(post.title)
        return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<link rel="canonical" href="{url}">
<meta name="description" content="文章浏览阅读{rng.randint(10, 9999)}次。{"".join(self._words(rng, 30))}">
<meta name="keywords" content="{html.escape(",".join(self._words(rng, 3)))}">
<title>{title}_{NAME}的博客-CSDN博客</title>
{"" if self.small else self.head}
<script>var username = "{USER}"; var nickName = "{NAME}"; var articleId = "{post.native_id}"; var articleTitle = {json.dumps(post.title)};
var articleDetailUrl = "{url}"; var canRead = true; var trace = "{rng.getrandbits(128):032x}";</script></head>
<body class="nodata"><div id="csdn-toolbar">{self._links(rng, 12)}</div>
<div class="main_father clearfix"><main><div class="blog-content-box">
<div class="article-header-box"><div class="article-header"><div class="article-title-box">
<h1 class="title-article" id="articleContentId">{title}</h1></div>
<div class="article-info-box"><div class="article-bar-top">
<img class="article-type-img" src="https://csdnimg.cn/release/blogv2/dist/pc/img/original.png" alt="">
<div class="bar-content"><a class="follow-nickName" href="{self.base}/{USER}" title="{NAME}">{NAME}</a>
<span class="time blog-postTime" data-time="{post.published}">于&nbsp;{post.published}&nbsp;发布</span>
<span class="read-count">阅读量{rng.randint(100, 90_000)}</span>
<a class="un-collection"><span class="get-collection">{rng.randint(0, 300)}</span></a></div>
<div class="blog-tags-box"><div class="tags-box artic-tag-box"><span class="label">分类专栏：</span>
<a class="tag-link" href="{self.base}/{USER}/category_{1000 + rng.randint(0, 9)}.html">{self._words(rng, 1)[0]}</a>
<span class="label">文章标签：</span>{self._tags(rng)}</div></div></div></div></div></div>
<article class="baidu_pl"><div id="article_content" class="article_content clearfix">
<div id="content_views" class="markdown_views prism-atom-one-dark">
{"".join(self._body(rng, post))}
</div></div></article></div>
<div class="more-toolbox-new"><ul><li><span id="spanCount">{rng.randint(0, 99)}</span></li></ul></div>
{"".join(self._recommended(rng) for _ in range(boxes))}
</main><aside class="blog_container_aside">{self._aside(rng, side)}</aside></div>
{"" if self.small else self.tail}
</body></html>""".encode()

    def api(self, posts: Sequence[Planted], total: int) -> bytes:
        """Return an answer of the list API."""
        items = [
            {
                "articleId": int(post.native_id), "title": post.title, "url": self.address(post), "type": 1,
                "postTime": post.published, "viewCount": int(post.native_id[-3:]), "commentCount": 0, "rtype": "article",
            }
            for post in posts
        ]  # fmt: skip
        answer = {"code": 200, "message": "success", "data": {"list": items or None, "total": total}}
        return json.dumps(answer, ensure_ascii=False).encode()

    def list_page(self, posts: Sequence[Planted], total: int) -> bytes:
        """Return a page of the author's list."""
        items = "".join(
            f'<div class="article-item-box csdn-tracking-statistics" data-articleid="{post.native_id}"><h4 class="">'
            f'<a href="{self.address(post)}" target="_blank"><span class="article-type type-1">原创</span>'
            f"{html.escape(post.title)}</a></h4><div class='info-box'><p><span class='date'>{post.published}</span></p></div></div>"
            for post in posts
        )
        return (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{NAME}的博客</title></head><body><script>var username = "{USER}";'
            f' var listTotal = {total};</script><div class="article-list">{items}</div></body></html>'
        ).encode()

    def _words(self, rng: random.Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self.cumulative, k=count)

    def _sentences(self, rng: random.Random, count: int) -> str:
        return html.escape(
            "".join("".join(self._words(rng, rng.randint(6, 16))) + rng.choice("，。，。；？") for _ in range(count))
        )

    def _body(self, rng: random.Random, post: Planted) -> Iterator[str]:
        yield f"<p>{self._sentences(rng, 3)}{post.token}，第 {post.edit} 版。</p>\n"
        parts = [
            self._paragraph,
            self._paragraph,
            self._paragraph,
            self._code,
            self._list,
            self._table,
            self._image,
            self._heading,
        ]
        for _ in range(6 if self.small else rng.randint(18, 68)):
            yield rng.choice(parts)(rng)

    def _paragraph(self, rng: random.Random) -> str:
        link = f'<a href="https://example.org/{rng.getrandbits(32):x}" target="_blank">{self._words(rng, 1)[0]}</a>'
        mark = (
            f"<strong>{''.join(self._words(rng, 2))}</strong>"
            if rng.random() < 0.5
            else f"<code>x_{rng.randint(0, 999)}</code>"
        )
        return f"<p>{self._sentences(rng, rng.randint(2, 6))}{link}{mark}{self._sentences(rng, 2)}</p>\n"

    def _heading(self, rng: random.Random) -> str:
        level = rng.randint(2, 4)
        return f'<h{level}><a name="t{rng.randint(0, 99)}"></a>{"".join(self._words(rng, 3))}</h{level}>\n'

    def _list(self, rng: random.Random) -> str:
        items = "".join(f"<li>{self._sentences(rng, 1)}</li>\n" for _ in range(rng.randint(3, 7)))
        return f"<ul>\n{items}</ul>\n"

    def _table(self, rng: random.Random) -> str:
        rows = "".join(
            "<tr>" + "".join(f"<td>{''.join(self._words(rng, 2))}</td>" for _ in range(3)) + "</tr>\n"
            for _ in range(rng.randint(3, 8))
        )
        head = "".join(f"<th>{self._words(rng, 1)[0]}</th>" for _ in range(3))
        return f'<div class="table-box"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>\n'

    def _image(self, rng: random.Random) -> str:
        name = f"{rng.getrandbits(128):032x}.png"
        return f'<p><img src="https://i-blog.csdnimg.cn/blog_migrate/{name}#pic_center" alt="在这里插入图片描述"></p>\n'

    def _code(self, rng: random.Random) -> str:
        start = rng.randrange(len(self.code) - 60)
        lines = self.code[start : start + rng.randint(8, 40)]
        marked = "\n".join(_mark_up(line) for line in lines)
        return f'<pre class="prettyprint set-code-show"><code class="prism language-python has-numbering">{marked}\n</code></pre>\n'

    def _scripts(self, rng: random.Random, size: int) -> str:
        names = (f"feature{index}" for index in range(10_000))
        made, length = ["<script>"], 0
        while length < size:
            values = json.dumps({key: rng.getrandbits(40) for key in self._words(rng, 4)}, ensure_ascii=False)
            made.append(f"window.{next(names)} = function (e) {{ return e && e.type ? {values} : null; }};\n")
            length += len(made[-1])
        return "".join(made) + "</script>"

    def _links(self, rng: random.Random, count: int) -> str:
        return "".join(
            f'<a data-report-click=\'{{"spm":"3001.{rng.randint(1000, 9999)}"}}\' href="{HOME}/nav/{rng.getrandbits(20)}">{self._words(rng, 1)[0]}</a>'
            for _ in range(count)
        )

    def _tags(self, rng: random.Random) -> str:
        return "".join(
            f'<a class="tag-link" href="https://so.csdn.net/so/search?q={w}">{w}</a>' for w in self._words(rng, 3)
        )

    def _recommended(self, rng: random.Random) -> str:
        other = FIRST_ID * 2 + rng.getrandbits(20)
        report = html.escape(
            json.dumps(
                {
                    "spm": "1001.2101.3001.6661",
                    "strategy": "BlogCommend",
                    "dist_request_id": f"{rng.getrandbits(64)}",
                    "utm": f"{rng.getrandbits(128):x}",
                }
            )
        )
        return f"""<div class="recommend-item-box type_blog clearfix" data-url="{HOME}/u{other % 977}/article/details/{other}" data-report-view="{report}">
<div class="content-box"><div class="content-blog display-flex"><div class="title-box"><a class="tit" href="{HOME}/u{other % 977}/article/details/{other}" data-report-click="{report}"><div class="left ellipsis-online ellipsis-online-1">{"".join(self._words(rng, 5))}</div></a></div>
<div class="info-box display-flex"><div class="info display-flex"><span class="info-block">{rng.randint(2010, 2024)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}</span></div></div></div>
<div class="desc-box"><a href="{HOME}/u{other % 977}/article/details/{other}" data-report-click="{report}"><div class="desc ellipsis-online">{"".join(self._words(rng, 40))}</div></a></div></div></div>
"""

    def _aside(self, rng: random.Random, size: int) -> str:
        made, length = [], 0
        while length < size:
            made.append(
                f'<li><a class="clearfix" href="{HOME}/{USER}/article/month/{rng.randint(2010, 2024)}/0{rng.randint(1, 9)}"><span class="title">{"".join(self._words(rng, 4))}</span><span class="count float-right">{rng.randint(1, 99)}篇</span></a></li>\n'
            )
            length += len(made[-1].encode())
        return f'<div id="asideCategory" class="aside-box"><ul>{"".join(made)}</ul></div>'


def _mark_up(line: str) -> str:
    made, at = [], 0
    for match in _PRISM.finditer(line):
        made += [
            html.escape(line[at : match.start()], quote=False),
            f'<span class="token {match.lastgroup}">{html.escape(match[0], quote=False)}</span>',
        ]
        at = match.end()
    return "".join([*made, html.escape(line[at:], quote=False)])


def make(folder: Path, base: str, count: int, *, small: bool = False) -> list[Planted]:
    """Make the blog's files below ``folder/public``, unless they are there, and return what its pages hold."""
    manifest = folder / "manifest.json"
    if manifest.exists():
        return [Planted(**one) for one in json.loads(manifest.read_text("utf-8"))]
    writer = Writer(base, small=small)
    posts = [writer.planted(number) for number in range(1, count + 1)]
    for post in posts:
        _put(folder, f"/{USER}/article/details/{post.native_id}", writer.page(post))
    _put(folder, "/robots.txt", b"User-agent: *\nDisallow: /private/\n")
    _put_lists(folder, writer, posts)
    manifest.write_text(json.dumps([asdict(post) for post in posts], ensure_ascii=False), "utf-8")
    return posts


def edit(folder: Path, base: str, posts: Sequence[Planted], every: int, *, small: bool = False) -> list[Planted]:
    """Change the title and text of every so-manieth post, in its page and its lists, and return what pages hold now."""
    writer = Writer(base, small=small)
    now = [replace(p, title=f"改 {p.title}", edit=p.edit + 1) if n % every == 0 else p for n, p in enumerate(posts)]
    for before, after in zip(posts, now, strict=True):
        if before != after:
            _put(folder, f"/{USER}/article/details/{after.native_id}", writer.page(after))
    _put_lists(folder, writer, now)
    return now


def _put_lists(folder: Path, writer: Writer, posts: Sequence[Planted]) -> None:
    newest_first = list(reversed(posts))
    for size, name, render in (
        (API_PAGE, "/api/{}.json", writer.api),
        (LIST_PAGE, f"/{USER}/article/list/{{}}", writer.list_page),
    ):
        for number, start in enumerate(range(0, len(posts) + size, size), 1):
            _put(folder, name.format(number), render(newest_first[start : start + size], len(posts)))


def _put(folder: Path, path: str, body: bytes) -> None:
    file = folder / "public" / path[1:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(body, 6, mtime=0))


def utc(published: str) -> str:
    """Return the moment that a page's date means, as the archive writes it."""
    moment = datetime.fromisoformat(f"{published}+08:00").astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
