"""What the pages ask of the archive beside search: lists, one post with all that belongs to it, and the log."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, text

from scraper.archive import records, runs
from scraper.archive.schema import assets, blobs, posts
from scraper.archive.schema import runs as run_table

Rows = list[dict[str, Any]]


def rows(connection: Connection, sql: str, **values: Any) -> Rows:
    """Return what a statement selects, each row as a dict."""
    return [dict(row._mapping) for row in connection.execute(text(sql), values)]


def totals(connection: Connection) -> dict[str, int]:
    """Return how many posts, authors, gone and revised posts there are."""
    sql = (
        "SELECT (SELECT count(*) FROM posts) AS posts, (SELECT count(*) FROM authors) AS authors,"
        " (SELECT count(*) FROM posts WHERE gone_at IS NOT NULL AND status = 'gone') AS gone,"
        " (SELECT count(DISTINCT post_id) FROM revisions WHERE number > 1) AS changed"
    )
    return rows(connection, sql)[0]


def list_authors(connection: Connection) -> Rows:
    """Return the authors with posts, those with most first, each with the years of the first and last."""
    return rows(
        connection,
        "SELECT a.native_id, a.name, a.url, s.name AS site, count(*) AS posts, min(r.published_at) AS first,"
        " max(r.published_at) AS last, sum(p.read_count) AS reads"
        " FROM posts p JOIN authors a ON a.id = p.author_id JOIN sites s ON s.id = a.site_id"
        " JOIN revisions r ON r.id = p.revision_id GROUP BY a.id ORDER BY posts DESC, a.id LIMIT 2000",
    )


def list_tags(connection: Connection, kind: str = "") -> Rows:
    """Return tags, categories and keywords, the commonest first; of one kind only, if given."""
    return rows(
        connection,
        "SELECT t.name, count(DISTINCT x.post_id) AS posts FROM post_tags x JOIN tags t ON t.id = x.tag_id"
        " WHERE :kind = '' OR x.kind = :kind GROUP BY t.id ORDER BY posts DESC, t.name LIMIT 1000",
        kind=kind,
    )


def list_years(connection: Connection, zone: str) -> Rows:
    """Return the years with their posts in all and by month, the latest first; ``zone`` as SQLite shifts times."""
    months = rows(
        connection,
        "SELECT strftime('%Y', published_at, :zone) AS year, strftime('%m', published_at, :zone) AS month,"
        " count(*) AS posts FROM revisions r JOIN posts p ON p.revision_id = r.id"
        " WHERE published_at IS NOT NULL GROUP BY 1, 2",
        zone=zone,
    )
    years: dict[str, dict[str, Any]] = {}
    for row in months:
        year = years.setdefault(row["year"], {"year": row["year"], "posts": 0, "months": [0] * 12})
        year["posts"] += row["posts"]
        year["months"][int(row["month"]) - 1] = row["posts"]
    return sorted(years.values(), key=lambda year: str(year["year"]), reverse=True)


def list_columns(connection: Connection) -> Rows:
    """Return the columns with posts, those with most first."""
    return rows(
        connection,
        "SELECT c.id, c.title, c.native_id, s.name AS site, count(*) AS posts, max(a.name) AS author"
        " FROM post_columns x JOIN columns c ON c.id = x.column_id JOIN sites s ON s.id = c.site_id"
        " JOIN posts p ON p.id = x.post_id LEFT JOIN authors a ON a.id = p.author_id"
        " GROUP BY c.id ORDER BY posts DESC, c.id LIMIT 2000",
    )


def find_column(connection: Connection, column_id: int) -> dict[str, Any] | None:
    """Return a column, or None."""
    found = rows(connection, "SELECT id, title, native_id, url FROM columns WHERE id = :id", id=column_id)
    return found[0] if found else None


def posts_of_column(connection: Connection, column_id: int) -> Rows:
    """Return the posts of a column in its order; those of which it gives none by publication."""
    return rows(
        connection,
        "SELECT p.id, r.title, r.published_at, x.position, p.status, a.name AS author FROM post_columns x"
        " JOIN posts p ON p.id = x.post_id JOIN revisions r ON r.id = p.revision_id"
        " LEFT JOIN authors a ON a.id = p.author_id WHERE x.column_id = :id"
        " ORDER BY x.position IS NULL, x.position, r.published_at, p.id LIMIT 5000",
        id=column_id,
    )


def columns_of_post(connection: Connection, post_id: int) -> Rows:
    """Return the columns that a post is in, with its number in each and the posts before and after it."""
    held = rows(
        connection,
        "SELECT c.id, c.title FROM post_columns x JOIN columns c ON c.id = x.column_id"
        " WHERE x.post_id = :id ORDER BY c.id LIMIT 20",
        id=post_id,
    )
    placed = (
        "SELECT o.*, b.title AS before_title, n.title AS after_title FROM (SELECT x.post_id, row_number() OVER w AS"
        " number, count(*) OVER () AS posts, lag(x.post_id) OVER w AS before_id, lead(x.post_id) OVER w AS after_id,"
        " lag(r.id) OVER w AS b, lead(r.id) OVER w AS n FROM post_columns x JOIN posts p ON p.id = x.post_id"
        " JOIN revisions r ON r.id = p.revision_id WHERE x.column_id = :column"
        " WINDOW w AS (ORDER BY x.position IS NULL, x.position, r.published_at, p.id)) o"
        " LEFT JOIN revisions b ON b.id = o.b LEFT JOIN revisions n ON n.id = o.n WHERE o.post_id = :id"
    )
    return [column | rows(connection, placed, column=column["id"], id=post_id)[0] for column in held]


def neighbours(connection: Connection, post_id: int) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the same author's posts published just before and after this one; None where there is none."""
    of_author = (
        "SELECT o.id, o_r.title FROM posts t JOIN revisions t_r ON t_r.id = t.revision_id"
        " JOIN posts o ON o.author_id = t.author_id JOIN revisions o_r ON o_r.id = o.revision_id WHERE t.id = :id AND"
    )
    place = "(o_r.published_at, o.id)", "(t_r.published_at, t.id)"
    order = "ORDER BY o_r.published_at {0}, o.id {0} LIMIT 1"
    before = rows(connection, f"{of_author} {place[0]} < {place[1]} {order.format('DESC')}", id=post_id)
    after = rows(connection, f"{of_author} {place[0]} > {place[1]} {order.format('ASC')}", id=post_id)
    return (before[0] if before else None), (after[0] if after else None)


def images_of_post(connection: Connection, post_id: int) -> dict[str, str]:
    """Return the digest of each archived image of a post by its address."""
    sql = (
        "SELECT i.url, b.sha256 FROM images i JOIN assets a ON a.url = i.url JOIN blobs b ON b.id = a.blob_id"
        " WHERE i.post_id = :id AND a.state = 'ok'"
    )
    return {row["url"]: row["sha256"] for row in rows(connection, sql, id=post_id)}


def posts_at(connection: Connection, urls: list[str], but: int) -> dict[str, int]:
    """Return the ids of the archived posts among the addresses, one post left out."""
    found = {}
    for url in urls[:300]:
        post_id = records.find(connection, url) if url.startswith(("http://", "https://")) else None
        if post_id is not None and post_id != but:
            found[url] = post_id
    return found


def rows_of_post(connection: Connection, view: str, post_id: int) -> Rows:
    """Return a post's rows of one of the archive's ``record_`` views, in their order."""
    order = {"record_metrics": "at", "record_columns": "title"}.get(view, "position")
    return rows(connection, f"SELECT * FROM {view} WHERE record_id = :id ORDER BY {order}", id=post_id)


def details_of_post(connection: Connection, post_id: int) -> dict[str, Any]:
    """Return what the view ``records`` leaves out: why a post is gone, and what reading it met."""
    held = connection.execute(select(posts.c.gone_reason, posts.c.warnings).where(posts.c.id == post_id)).one()
    return {"gone_reason": held.gone_reason, "notes": held.warnings}


def find_image(connection: Connection, sha256: str) -> tuple[int, str] | None:
    """Return blob and media type of an archived image, or None; no other blob can be had this way."""
    row = connection.execute(
        select(blobs.c.id, assets.c.media_type)
        .join(assets, assets.c.blob_id == blobs.c.id)
        .where(blobs.c.sha256 == sha256, assets.c.state == "ok")
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.id, row.media_type)


def find_run(connection: Connection, run_id: int) -> dict[str, Any] | None:
    """Return a run with its failures, or None."""
    row = connection.execute(select(run_table).where(run_table.c.id == run_id)).one_or_none()
    return None if row is None else dict(row._mapping) | {"failures": runs.failures_of(connection, run_id)}


def running(connection: Connection) -> dict[str, Any] | None:
    """Return the run that has not ended, with what it did so far, or None."""
    found = rows(
        connection,
        "SELECT id, command, started_at,"
        " (SELECT count(*) FROM fetches f WHERE f.run_id = r.id) AS fetched,"
        " (SELECT count(*) FROM revisions v WHERE v.run_id = r.id AND v.number = 1) AS new,"
        " (SELECT count(*) FROM revisions v WHERE v.run_id = r.id AND v.number > 1) AS changed,"
        " (SELECT count(*) FROM failures f WHERE f.run_id = r.id) AS failed"
        " FROM runs r WHERE outcome = 'running' ORDER BY id DESC LIMIT 1",
    )
    return found[0] if found else None
