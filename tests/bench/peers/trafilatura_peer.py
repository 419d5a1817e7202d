"""trafilatura into SQLite: ``trafilatura_peer.py BASE DB CONCURRENCY``.

Its own downloader refuses loopback addresses, so pages come by urllib3, which it uses itself.
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import urllib3
from store import Store
from trafilatura import extract_with_metadata


def main(base: str, path: str, concurrency: int) -> None:
    http = urllib3.PoolManager(maxsize=concurrency, headers={"Accept-Encoding": "gzip"})
    store = Store(path)
    posts: list[str] = []
    page = 1
    while True:
        found = re.findall(
            r'<h4 class=""><a href="([^"]+)"', http.request("GET", f"{base}/linyi/article/list/{page}").data.decode()
        )
        if not found:
            break
        posts += found
        page += 1
    with ThreadPoolExecutor(concurrency) as threads:
        for url, body in zip(posts, threads.map(lambda url: http.request("GET", url).data, posts), strict=True):
            document = extract_with_metadata(
                body,
                url=url,
                output_format="markdown",
                include_formatting=True,
                include_links=True,
                include_images=True,
            )
            said = document.as_dict() if document else {}
            tags = ",".join(said.get("tags") or [])
            store.add(
                url,
                said.get("title") or "",
                said.get("author") or "",
                said.get("date") or "",
                tags,
                said.get("text") or "",
                body,
            )
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
