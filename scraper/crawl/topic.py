"""What a source keeps of what it finds: a post that passes a query, as search understands it. Pure."""

from __future__ import annotations

from datetime import datetime, time, tzinfo

from scraper.models import Post
from scraper.segment import Filter, fold, matches, parse_query


def passes(text: str, post: Post, zone: tzinfo) -> bool:
    """Say whether a post holds the query's terms in title, tags or text, none of the excluded, and passes its filters.

    ``zone`` is where the days of ``before:`` and ``after:`` begin.
    """
    query = parse_query(text)
    labels = (*post.tags, *post.categories)
    kept = all(_passes(one, post, zone) != one.excluded for one in query.filters)
    return kept and matches(query, post.title, labels, post.text)


def _passes(one: Filter, post: Post, zone: tzinfo) -> bool:
    value = fold(one.value)
    match one.field:
        case "author":
            return value in (fold(post.author.name), fold(post.author.id))
        case "tag":
            return value in map(fold, (*post.tags, *post.categories, *post.keywords))
        case "site":
            return value == fold(post.site)
        case "kind":
            return value == post.kind
    day = datetime.combine(datetime.fromisoformat(one.value).date(), time.min, zone)
    if post.published_at is None:
        return False
    return post.published_at < day if one.field == "before" else post.published_at >= day
