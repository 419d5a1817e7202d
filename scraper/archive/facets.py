"""How many of some posts are by whom, of which year, tag, site and kind."""

from __future__ import annotations

import json

from sqlalchemy import Connection, text

Facets = dict[str, dict[str, int]]

MAX_VALUES = 20

_QUERIES = {
    "author": """
SELECT a.name, count(*) FROM posts p JOIN authors a ON a.id = p.author_id
WHERE p.id IN (SELECT value FROM json_each(:ids)) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most""",
    "year": """
SELECT strftime('%Y', r.published_at, '+8 hours'), count(*) FROM posts p JOIN revisions r ON r.id = p.revision_id
WHERE r.published_at IS NOT NULL AND p.id IN (SELECT value FROM json_each(:ids))
GROUP BY 1 ORDER BY 1 DESC LIMIT :most""",
    "tag": """
SELECT t.name, count(DISTINCT x.post_id) FROM post_tags x JOIN tags t ON t.id = x.tag_id
WHERE x.kind <> 'keyword' AND x.post_id IN (SELECT value FROM json_each(:ids))
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most""",
    "site": """
SELECT s.name, count(*) FROM posts p JOIN sites s ON s.id = p.site_id
WHERE p.id IN (SELECT value FROM json_each(:ids)) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most""",
    "kind": """
SELECT r.kind, count(*) FROM posts p JOIN revisions r ON r.id = p.revision_id
WHERE r.kind <> '' AND p.id IN (SELECT value FROM json_each(:ids)) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most""",
}


def count(connection: Connection, ids: list[int]) -> Facets:
    """Count posts by each facet's values, the most frequent first, years from the last; years are those of Beijing."""
    given = {"ids": json.dumps(ids), "most": MAX_VALUES}
    return {
        name: {str(value): int(number) for value, number in connection.execute(text(query), given)}
        for name, query in _QUERIES.items()
    }
