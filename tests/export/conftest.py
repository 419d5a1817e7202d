"""A record as the ``records`` view gives it."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def record() -> dict[str, Any]:
    return {
        "id": 7,
        "site": "csdn",
        "native_id": "139172010",
        "url": "https://blog.csdn.net/u/article/details/139172010",
        "title": "缓存：穿透与“击穿”",
        "author": "阿平",
        "author_id": "u",
        "kind": "original",
        "published_at": "2024-05-24T02:00:00Z",
        "published_raw": "2024-05-24 10:00:00",
        "updated_at": None,
        "updated_raw": "",
        "description": "",
        "language": "zh-CN",
        "categories": '["后端"]',
        "tags": '["Redis", "C++"]',
        "keywords": "[]",
        "cover_url": "",
        "license": "CC BY-SA 4.0",
        "markdown": "正文\n\n```go\nfunc main() {}\n```\n",
        "text": "正文\nfunc main() {}",
        "char_count": 13,
        "read_count": None,
        "front_matter": '{"artid": "0123"}',
        "status": "gone",
        "revision": 3,
    }
