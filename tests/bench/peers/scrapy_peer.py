"""Scrapy with a pipeline that converts by markdownify and stores in SQLite: ``scrapy_peer.py BASE DB CONCURRENCY``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import scrapy
from markdownify import markdownify
from scrapy.crawler import CrawlerProcess
from store import Store


class Blog(scrapy.Spider):
    name = "blog"

    def __init__(self, base: str) -> None:
        super().__init__()
        self.start_urls = [f"{base}/linyi/article/list/1"]

    def parse(self, response: Any) -> Iterator[Any]:
        posts = response.css(".article-item-box h4 a::attr(href)").getall()
        yield from response.follow_all(posts, self.parse_post)
        if posts:
            page = int(response.url.rpartition("/")[2]) + 1
            yield response.follow(f"/linyi/article/list/{page}", self.parse)

    def parse_post(self, response: Any) -> Iterator[dict[str, Any]]:
        yield {
            "url": response.url,
            "title": response.css("h1.title-article::text").get(""),
            "author": response.css("a.follow-nickName::text").get(""),
            "published": response.css("span.time::attr(data-time)").get(""),
            "tags": ",".join(response.css("a.tag-link[href*='so.csdn']::text").getall()),
            "content": response.css("#content_views").get(""),
            "page": response.body,
        }


class Pipeline:
    def open_spider(self) -> None:
        self.store = Store(sys.argv[2])

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        markdown = markdownify(item.pop("content"), heading_style="ATX")
        self.store.add(markdown=markdown, **item)
        return item

    def close_spider(self) -> None:
        self.store.close()


if __name__ == "__main__":
    process = CrawlerProcess({
        "ITEM_PIPELINES": {Pipeline: 100}, "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[3]), "DOWNLOAD_DELAY": 0,
        "LOG_LEVEL": "WARNING", "ROBOTSTXT_OBEY": True, "TELNETCONSOLE_ENABLED": False,
    })  # fmt: skip
    process.crawl(Blog, base=sys.argv[1])
    process.start()
