"""Counts by author, year, tag, site and kind are those of the posts that they are asked for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scraper.archive import Archive
from scraper.web.facets import Facets


@pytest.mark.parametrize("share", [0.0, 0.2, 0.8, 1.0])
def test_few_posts_and_nearly_all_posts_are_counted_alike(full: Path, share: float) -> None:
    facets = Facets(ZoneInfo("Asia/Shanghai"))
    with Archive(full) as archive:
        records = list(archive.posts())
        some = records[: round(share * len(records))]
        with archive.read() as connection:
            counted = facets.count(connection, [record["id"] for record in some], 1)
    told = {name: {one.value: one.count for one in values} for name, values in counted.items()}
    assert len(records) > 5
    assert told["kind"] == Counter(record["kind"] for record in some if record["kind"])
    assert told["site"] == Counter(record["site"] for record in some)
    named = Counter(name for record in some for name in {*record["tags"], *record["categories"]})
    assert told["tag"] == {name: named[name] for name in told["tag"]}
    assert len(told["tag"]) == min(12, len(named))
    assert facets.total == len(records)


def test_a_post_that_came_after_the_table_was_made_is_left_out(full: Path) -> None:
    facets = Facets(ZoneInfo("Asia/Shanghai"))
    with Archive(full) as archive, archive.read() as connection:
        assert facets.count(connection, [10**9], 1) == dict.fromkeys(("author", "year", "tag", "site", "kind"), ())
