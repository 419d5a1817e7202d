"""The first schema.

Written out in full, because the tables in schema.py will go on to change and this step must not.
"""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE blobs (
        id INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        codec TEXT NOT NULL,
        dict_id INTEGER,
        size_bytes INTEGER NOT NULL,
        stored_bytes INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (sha256),
        FOREIGN KEY(dict_id) REFERENCES blob_dicts (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_blobs_dict_id ON blobs (dict_id)
    """,
    """
    CREATE TABLE forgotten (
        id INTEGER NOT NULL,
        site TEXT NOT NULL,
        native_id TEXT DEFAULT '' NOT NULL,
        author_id TEXT DEFAULT '' NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (site, native_id, author_id)
    )
     STRICT
    """,
    """
    CREATE TABLE hosts (
        host TEXT NOT NULL,
        robots_status INTEGER,
        robots_at TEXT,
        delay_ms INTEGER,
        paused_until TEXT,
        pause_reason TEXT DEFAULT '' NOT NULL,
        failures INTEGER DEFAULT '0' NOT NULL,
        robots_body TEXT,
        PRIMARY KEY (host)
    )
     STRICT
    """,
    """
    CREATE TABLE runs (
        id INTEGER NOT NULL,
        command TEXT NOT NULL,
        version TEXT NOT NULL,
        settings TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        outcome TEXT NOT NULL,
        exit_code INTEGER,
        counts TEXT NOT NULL,
        PRIMARY KEY (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_runs_started_at ON runs (started_at)
    """,
    """
    CREATE TABLE sites (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (name)
    )
     STRICT
    """,
    """
    CREATE TABLE sources (
        id INTEGER NOT NULL,
        seed TEXT NOT NULL,
        kind TEXT NOT NULL,
        site TEXT DEFAULT '' NOT NULL,
        native_id TEXT DEFAULT '' NOT NULL,
        "match" TEXT DEFAULT '' NOT NULL,
        added_at TEXT NOT NULL,
        run_at TEXT,
        ok_at TEXT,
        total INTEGER,
        found INTEGER,
        way TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (seed)
    )
     STRICT
    """,
    """
    CREATE TABLE tags (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (name)
    )
     STRICT
    """,
    """
    CREATE TABLE assets (
        id INTEGER NOT NULL,
        url TEXT NOT NULL,
        state TEXT DEFAULT 'pending' NOT NULL,
        tries INTEGER DEFAULT '0' NOT NULL,
        retry_at TEXT,
        reason TEXT DEFAULT '' NOT NULL,
        media_type TEXT DEFAULT '' NOT NULL,
        blob_id INTEGER,
        PRIMARY KEY (id),
        UNIQUE (url),
        FOREIGN KEY(blob_id) REFERENCES blobs (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_assets_blob_id ON assets (blob_id)
    """,
    """
    CREATE TABLE authors (
        id INTEGER NOT NULL,
        site_id INTEGER NOT NULL,
        native_id TEXT DEFAULT '' NOT NULL,
        name TEXT DEFAULT '' NOT NULL,
        url TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (site_id, native_id),
        FOREIGN KEY(site_id) REFERENCES sites (id)
    )
     STRICT
    """,
    """
    CREATE TABLE blob_dicts (
        id INTEGER NOT NULL,
        family TEXT NOT NULL,
        blob_id INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(blob_id) REFERENCES blobs (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_blob_dicts_family ON blob_dicts (family)
    """,
    """
    CREATE TABLE columns (
        id INTEGER NOT NULL,
        site_id INTEGER NOT NULL,
        native_id TEXT NOT NULL,
        title TEXT DEFAULT '' NOT NULL,
        url TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (site_id, native_id),
        FOREIGN KEY(site_id) REFERENCES sites (id)
    )
     STRICT
    """,
    """
    CREATE TABLE failures (
        id INTEGER NOT NULL,
        run_id INTEGER NOT NULL,
        at TEXT NOT NULL,
        url TEXT DEFAULT '' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        traceback TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE INDEX ix_failures_run_id ON failures (run_id)
    """,
    """
    CREATE TABLE fetches (
        id INTEGER NOT NULL,
        run_id INTEGER,
        at TEXT NOT NULL,
        url TEXT NOT NULL,
        host TEXT DEFAULT '' NOT NULL,
        kind TEXT NOT NULL,
        status INTEGER,
        outcome TEXT NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        attempt INTEGER DEFAULT '1' NOT NULL,
        elapsed_ms INTEGER DEFAULT '0' NOT NULL,
        wire_bytes INTEGER DEFAULT '0' NOT NULL,
        size_bytes INTEGER DEFAULT '0' NOT NULL,
        etag TEXT DEFAULT '' NOT NULL,
        last_modified TEXT DEFAULT '' NOT NULL,
        content_type TEXT DEFAULT '' NOT NULL,
        blob_id INTEGER,
        PRIMARY KEY (id),
        FOREIGN KEY(run_id) REFERENCES runs (id),
        FOREIGN KEY(blob_id) REFERENCES blobs (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_fetches_at ON fetches (at)
    """,
    """
    CREATE INDEX ix_fetches_blob_id ON fetches (blob_id)
    """,
    """
    CREATE INDEX ix_fetches_run_id ON fetches (run_id)
    """,
    """
    CREATE INDEX ix_fetches_url ON fetches (url)
    """,
    """
    CREATE TABLE posts (
        id INTEGER NOT NULL,
        site_id INTEGER NOT NULL,
        native_id TEXT NOT NULL,
        url TEXT NOT NULL,
        author_id INTEGER,
        revision_id INTEGER,
        fetch_id INTEGER,
        status TEXT DEFAULT 'live' NOT NULL,
        access TEXT DEFAULT 'full' NOT NULL,
        updated_at TEXT,
        updated_raw TEXT DEFAULT '' NOT NULL,
        description TEXT DEFAULT '' NOT NULL,
        language TEXT DEFAULT '' NOT NULL,
        cover_url TEXT DEFAULT '' NOT NULL,
        license TEXT DEFAULT '' NOT NULL,
        keywords TEXT NOT NULL,
        read_count INTEGER,
        like_count INTEGER,
        comment_count INTEGER,
        collect_count INTEGER,
        first_seen_at TEXT NOT NULL,
        checked_at TEXT NOT NULL,
        missing_since TEXT,
        gone_at TEXT,
        gone_reason TEXT DEFAULT '' NOT NULL,
        warnings TEXT NOT NULL,
        front_matter TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (site_id, native_id),
        FOREIGN KEY(site_id) REFERENCES sites (id),
        FOREIGN KEY(author_id) REFERENCES authors (id),
        FOREIGN KEY(revision_id) REFERENCES revisions (id),
        FOREIGN KEY(fetch_id) REFERENCES fetches (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_posts_author_id ON posts (author_id)
    """,
    """
    CREATE INDEX ix_posts_fetch_id ON posts (fetch_id)
    """,
    """
    CREATE INDEX ix_posts_first_seen_at ON posts (first_seen_at)
    """,
    """
    CREATE INDEX ix_posts_gone_at ON posts (gone_at)
    """,
    """
    CREATE INDEX ix_posts_revision_id ON posts (revision_id)
    """,
    """
    CREATE INDEX ix_posts_url ON posts (url)
    """,
    """
    CREATE TABLE code_blocks (
        post_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        language TEXT DEFAULT '' NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (post_id, position),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE TABLE frontier (
        id INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        url TEXT NOT NULL,
        host TEXT NOT NULL,
        site TEXT DEFAULT '' NOT NULL,
        post_id INTEGER,
        state TEXT NOT NULL,
        way TEXT NOT NULL,
        listed TEXT DEFAULT '' NOT NULL,
        found_at TEXT NOT NULL,
        due_at TEXT NOT NULL,
        checked_at TEXT,
        changed_at TEXT,
        attempts INTEGER DEFAULT '0' NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        etag TEXT DEFAULT '' NOT NULL,
        last_modified TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (id),
        UNIQUE ("key"),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE SET NULL
    )
     STRICT
    """,
    """
    CREATE INDEX ix_frontier_due ON frontier (state, due_at)
    """,
    """
    CREATE INDEX ix_frontier_post_id ON frontier (post_id)
    """,
    """
    CREATE TABLE images (
        post_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        url TEXT NOT NULL,
        original_url TEXT DEFAULT '' NOT NULL,
        alt TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (post_id, position),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE INDEX ix_images_url ON images (url)
    """,
    """
    CREATE TABLE links (
        post_id INTEGER NOT NULL,
        position INTEGER NOT NULL,
        url TEXT NOT NULL,
        text TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (post_id, position),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE INDEX ix_links_url ON links (url)
    """,
    """
    CREATE TABLE metrics (
        post_id INTEGER NOT NULL,
        at TEXT NOT NULL,
        read_count INTEGER,
        like_count INTEGER,
        comment_count INTEGER,
        collect_count INTEGER,
        PRIMARY KEY (post_id, at),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE TABLE post_columns (
        post_id INTEGER NOT NULL,
        column_id INTEGER NOT NULL,
        position INTEGER,
        PRIMARY KEY (post_id, column_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(column_id) REFERENCES columns (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_post_columns_column_id ON post_columns (column_id)
    """,
    """
    CREATE TABLE post_tags (
        post_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        position INTEGER NOT NULL,
        tag_id INTEGER NOT NULL,
        PRIMARY KEY (post_id, kind, position),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(tag_id) REFERENCES tags (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_post_tags_tag_id ON post_tags (tag_id, post_id)
    """,
    """
    CREATE TABLE revisions (
        id INTEGER NOT NULL,
        post_id INTEGER NOT NULL,
        number INTEGER NOT NULL,
        lineage TEXT NOT NULL,
        reparsed INTEGER DEFAULT '0' NOT NULL,
        digest TEXT NOT NULL,
        title TEXT NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        published_at TEXT,
        published_raw TEXT DEFAULT '' NOT NULL,
        categories TEXT NOT NULL,
        tags TEXT NOT NULL,
        parser TEXT DEFAULT '' NOT NULL,
        fetch_id INTEGER,
        run_id INTEGER,
        seen_at TEXT NOT NULL,
        char_count INTEGER NOT NULL,
        code_count INTEGER NOT NULL,
        image_count INTEGER NOT NULL,
        link_count INTEGER NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (post_id, number),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
        FOREIGN KEY(fetch_id) REFERENCES fetches (id),
        FOREIGN KEY(run_id) REFERENCES runs (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_revisions_fetch_id ON revisions (fetch_id)
    """,
    """
    CREATE INDEX ix_revisions_published_at ON revisions (published_at)
    """,
    """
    CREATE INDEX ix_revisions_run_id ON revisions (run_id)
    """,
    """
    CREATE INDEX ix_revisions_seen_at ON revisions (seen_at)
    """,
    """
    CREATE TABLE search_state (
        post_id INTEGER NOT NULL,
        revision_id INTEGER NOT NULL,
        segmenter INTEGER NOT NULL,
        PRIMARY KEY (post_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE TABLE revision_texts (
        revision_id INTEGER NOT NULL,
        markdown TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (revision_id),
        FOREIGN KEY(revision_id) REFERENCES revisions (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE TABLE source_posts (
        source_id INTEGER NOT NULL,
        frontier_id INTEGER NOT NULL,
        PRIMARY KEY (source_id, frontier_id),
        FOREIGN KEY(source_id) REFERENCES sources (id) ON DELETE CASCADE,
        FOREIGN KEY(frontier_id) REFERENCES frontier (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE INDEX ix_source_posts_frontier_id ON source_posts (frontier_id)
    """,
    """
    CREATE VIRTUAL TABLE post_fts USING fts5(title, body, content='',
    tokenize="unicode61 remove_diacritics 2 tokenchars '+#'")
    """,
)


def upgrade() -> None:
    """Make the tables, their indexes and the search index."""
    for statement in STATEMENTS:
        op.execute(statement)
