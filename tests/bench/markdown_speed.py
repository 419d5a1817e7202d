"""Time the converter against bs4 and stock markdownify on the same bodies, in one run.

The folder holds HTML pages; the article of each is its CSDN container, else its ``article`` or body. Both ways
begin with the article's lxml subtree; what counts is the ratio.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bs4 import BeautifulSoup
from lxml import html
from markdownify import MarkdownConverter

from scraper.parse.encoding import decode
from scraper.parse.markdown import convert
from scraper.parse.tree import parse_html

CONTAINERS = ("//*[@id='content_views']", "//*[@id='article_content']", "//article", "//body")


def bodies(folder: Path) -> list[html.HtmlElement]:
    """Return the article element of each page in the folder."""
    found = []
    for page in sorted(folder.glob("*.html")):
        tree, _ = parse_html(decode(page.read_bytes()).text)
        if tree is not None:
            found.append(next(hit[0] for path in CONTAINERS if (hit := tree.xpath(path))))
    return found


def stock(element: html.HtmlElement) -> str:
    """Convert as most scripts do, from the article on."""
    soup = BeautifulSoup(html.tostring(element, encoding="unicode"), "lxml")
    return str(MarkdownConverter().convert_soup(soup))


def main() -> None:
    """Print both times and their ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    articles = bodies(options.folder)
    spent = {"ours": 0.0, "stock": 0.0}
    for _ in range(options.rounds):
        for article in articles:
            begin = time.process_time()
            convert(article, "https://example.org/post")
            middle = time.process_time()
            stock(article)
            spent["ours"] += middle - begin
            spent["stock"] += time.process_time() - middle
    count = options.rounds * len(articles)
    for name, seconds in spent.items():
        print(f"{name}: {1000 * seconds / count:.2f} ms an article")
    print(f"ratio: {spent['stock'] / spent['ours']:.2f}")


if __name__ == "__main__":
    main()
