"""The views that analysts query: their names and columns are an interface and stay. Re-made after every migration."""

from __future__ import annotations

ORIGIN = "CASE WHEN r.reparsed THEN 'reparse' ELSE r.lineage END"

RECORDS = f"""
SELECT p.id, s.name AS site, p.native_id, p.url, r.title,
       coalesce(a.name, '') AS author, coalesce(a.native_id, '') AS author_id, r.kind,
       r.published_at, r.published_raw, p.updated_at, p.updated_raw, p.description, p.language,
       r.categories, r.tags, p.keywords, p.cover_url, p.license, t.markdown, t.text,
       r.char_count, r.code_count, r.image_count, r.link_count,
       p.read_count, p.like_count, p.comment_count, p.collect_count, p.front_matter,
       p.status, {ORIGIN} AS origin, r.number AS revision,
       (SELECT count(*) FROM revisions x WHERE x.post_id = p.id) AS revisions,
       p.first_seen_at, p.checked_at, p.gone_at, b.sha256 AS snapshot_sha256, r.parser, p.access
FROM posts p
JOIN sites s ON s.id = p.site_id
JOIN revisions r ON r.id = p.revision_id
JOIN revision_texts t ON t.revision_id = r.id
LEFT JOIN authors a ON a.id = p.author_id
LEFT JOIN fetches f ON f.id = r.fetch_id
LEFT JOIN blobs b ON b.id = f.blob_id
"""

VIEWS = {
    "records": RECORDS,
    "record_revisions": f"""
SELECT r.post_id AS record_id, r.number AS revision, {ORIGIN} AS origin, r.title, r.kind, r.published_at,
       r.categories, r.tags, r.char_count, r.digest, r.parser, r.seen_at, r.run_id, b.sha256 AS snapshot_sha256,
       r.id = p.revision_id AS current, t.markdown, t.text
FROM revisions r
JOIN posts p ON p.id = r.post_id
JOIN revision_texts t ON t.revision_id = r.id
LEFT JOIN fetches f ON f.id = r.fetch_id
LEFT JOIN blobs b ON b.id = f.blob_id
""",
    "record_tags": """
SELECT x.post_id AS record_id, x.kind, x.position, t.name FROM post_tags x JOIN tags t ON t.id = x.tag_id
""",
    "record_columns": """
SELECT x.post_id AS record_id, c.native_id, c.title, c.url, x.position
FROM post_columns x JOIN columns c ON c.id = x.column_id
""",
    "record_code": """
SELECT c.post_id AS record_id, c.position, c.language, coalesce(c.text, substr(t.text, c.start + 1, c.length)) AS text
FROM code_blocks c
LEFT JOIN posts p ON p.id = c.post_id
LEFT JOIN revision_texts t ON t.revision_id = p.revision_id
""",
    "record_links": "SELECT post_id AS record_id, position, url, text FROM links",
    "record_images": """
SELECT i.post_id AS record_id, i.position, i.url, i.original_url, i.alt, coalesce(a.state, '') AS state,
       coalesce(a.reason, '') AS reason, coalesce(a.media_type, '') AS media_type, b.sha256, b.size_bytes
FROM images i
LEFT JOIN assets a ON a.url = i.url
LEFT JOIN blobs b ON b.id = a.blob_id
""",
    "record_metrics": """
SELECT post_id AS record_id, at, read_count, like_count, comment_count, collect_count FROM metrics
""",
    "record_reposts": """
WITH texts AS (
    SELECT s.post_id, s.text_digest, s.passage_digest, coalesce(r.published_at, p.first_seen_at) AS at
    FROM search_state s JOIN posts p ON p.id = s.post_id JOIN revisions r ON r.id = p.revision_id
)
SELECT b.post_id AS record_id, a.post_id AS original_id, 'same' AS likeness
FROM texts b JOIN texts a ON a.text_digest = b.text_digest
WHERE b.text_digest <> '' AND (a.at, a.post_id) < (b.at, b.post_id)
UNION ALL
SELECT b.post_id, a.post_id, 'near'
FROM texts b JOIN texts a ON a.passage_digest = b.passage_digest
WHERE b.passage_digest <> '' AND a.text_digest <> b.text_digest AND (a.at, a.post_id) < (b.at, b.post_id)
""",
    "run_log": """
SELECT id, command, version, settings, started_at, finished_at, outcome, exit_code, counts,
       (SELECT count(*) FROM failures f WHERE f.run_id = runs.id) AS failures
FROM runs
""",
    "fetch_log": """
SELECT f.id, f.run_id, p.id AS record_id, f.at, f.url, f.host, f.kind, f.status, f.outcome, f.reason, f.attempt,
       f.elapsed_ms, f.wire_bytes, f.size_bytes, f.content_type, b.sha256 AS snapshot_sha256
FROM fetches f
LEFT JOIN blobs b ON b.id = f.blob_id
LEFT JOIN posts p ON p.fetch_id = f.id
""",
}
