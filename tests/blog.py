"""A CSDN-like blog on loopback: real HTTP, posts that can be edited, removed and blocked, and a count of requests."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<link rel="canonical" href="{url}">
<title>{title}_林一的博客-CSDN博客</title>
<script>var username = "lin"; var nickName = "林一"; var articleId = "{id}";</script></head>
<body><div class="blog-content-box">
<div class="article-header-box"><h1 class="title-article" id="articleContentId">{title}</h1>
<div class="article-info-box"><img class="article-type-img" src="https://csdnimg.cn/release/original.png" alt="">
<div class="bar-content"><a class="follow-nickName" href="{base}/lin" title="林一">林一</a>
<span class="time">已于&nbsp;2024-02-01 08:00:00&nbsp;修改</span>
<span class="read-count">阅读量{reads}</span></div>
<div class="up-time">于&nbsp;2024-01-30 16:00:00&nbsp;首次发布</div>
<div class="tags-box"><span class="label">文章标签：</span>
<a class="tag-link" href="https://so.csdn.net/so/search?q=ai">人工智能</a></div></div></div>
<article><div id="article_content" class="article_content"><div id="content_views" class="markdown_views">
{body}
</div></div></article></div>
<div class="recommend-box">猜你喜欢 {noise}</div></body></html>"""

CHALLENGE = "<html><script>\nvar arg1='7AF5707D454D70667AFAC07D0083B51ABAD57D4F';\n</script></html>"
LOGIN = (
    "<html><head><title>CSDN-专业IT技术社区-登录</title></head><body><div class='login-box'>"
    "<form><input type='password'></form>登录</div></body></html>"
)


@dataclass
class Blog:
    """What the server serves; change it while it runs. ``served`` counts requests by path (queries left out)."""

    count: int = 5
    base: str = ""
    edits: dict[int, str] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    listed_total: int | None = None
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    served: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    validators: bool = True
    noise: int = 0

    @property
    def author(self) -> str:
        return f"{self.base}/lin"

    def post(self, number: int) -> str:
        return f"{self.base}/lin/article/details/{1000 + number}"

    def page(self, number: int) -> bytes:
        text = f"<p>第 {number} 篇：昇思 MindSpore AI框架 笔记{number}。</p>"
        body = self.edits.get(number, f"{text}<pre><code>x = {number}</code></pre>")
        values = {"url": self.post(number), "id": 1000 + number, "base": self.base, "body": body}
        title = self.titles.get(number, f"星火笔记 {number}")
        return PAGE.format(**values, title=title, reads=number * 10 + self.noise, noise=self.noise).encode()

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        if path in self.answers:
            return self.answers[path]
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private/\n"
        if path == "/community/home-api/v1/get-business-list":
            return self._list(int(query.get("page", ["1"])[0]), int(query.get("size", ["20"])[0]))
        number = int(path.rpartition("/")[2]) - 1000 if path.startswith("/lin/article/details/1") else 0
        if 0 < number <= self.count and number not in self.removed:
            body = self.page(number)
            tag = f'"{md5(body, usedforsecurity=False).hexdigest()}"'
            return 200, {"Content-Type": "text/html; charset=utf-8"} | ({"ETag": tag} if self.validators else {}), body
        return 404, {"Content-Type": "text/html"}, b"<html><body>404</body></html>"

    def _list(self, page: int, size: int) -> tuple[int, dict[str, str], bytes]:
        numbers = [n for n in range(self.count, 0, -1) if n not in self.removed]
        items = [
            {
                "articleId": 1000 + n,
                "title": self.titles.get(n, f"星火笔记 {n}"),
                "url": self.post(n),
                "postTime": "2024-01-30 16:00:00",
                "viewCount": n + self.noise,
            }
            for n in numbers[(page - 1) * size : page * size]
        ]
        total = len(numbers) if self.listed_total is None else self.listed_total
        body = {"code": 200, "message": "success", "data": {"list": items or None, "total": total}}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


@contextmanager
def serve(blog: Blog) -> Iterator[Blog]:
    """Serve a blog on a port of its own; ``blog.base`` is its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            blog.served[parts.path] += 1
            blog.agents.add(self.headers.get("User-Agent", ""))
            status, headers, body = blog.answer(parts.path, parse_qs(parts.query))
            if status == 200 and headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    blog.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield blog
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
