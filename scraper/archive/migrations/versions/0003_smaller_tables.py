"""Code as a place in its post's text, parts of posts without row ids, and what `status` counts by index.

A post's code stood in its Markdown, in its text and once more by itself: a twentieth of an archive.
"""

from alembic import op
from sqlalchemy import Connection

revision = "0003"
down_revision = "0002"

_PARTS = {
    "links": """
        position INTEGER NOT NULL,
        url TEXT NOT NULL,
        text TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (post_id, position),
    """,
    "images": """
        position INTEGER NOT NULL,
        url TEXT NOT NULL,
        original_url TEXT DEFAULT '' NOT NULL,
        alt TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (post_id, position),
    """,
    "code_blocks": """
        position INTEGER NOT NULL,
        language TEXT DEFAULT '' NOT NULL,
        start INTEGER,
        length INTEGER,
        text TEXT,
        PRIMARY KEY (post_id, position),
    """,
    "post_tags": """
        kind TEXT NOT NULL,
        position INTEGER NOT NULL,
        tag_id INTEGER NOT NULL REFERENCES tags (id),
        PRIMARY KEY (post_id, kind, position),
    """,
    "metrics": """
        at TEXT NOT NULL,
        read_count INTEGER,
        like_count INTEGER,
        comment_count INTEGER,
        collect_count INTEGER,
        PRIMARY KEY (post_id, at),
    """,
}
_INDEXES = (
    "CREATE INDEX ix_images_url ON images (url)",
    "CREATE INDEX ix_post_tags_tag_id ON post_tags (tag_id, post_id)",
    "DROP INDEX ix_frontier_due_at",
    "CREATE INDEX ix_frontier_due_at ON frontier (due_at, state)",
    "CREATE INDEX ix_frontier_state ON frontier (state) WHERE state != 'done'",
)
_CODE = """
    SELECT c.post_id, c.position, c.language, c.text, t.text
    FROM old_code_blocks c
    LEFT JOIN posts p ON p.id = c.post_id
    LEFT JOIN revision_texts t ON t.revision_id = p.revision_id
    ORDER BY c.post_id, c.position
"""


def upgrade() -> None:
    """Make the tables of parts anew, and the indexes."""
    for name, columns in _PARTS.items():
        op.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
        op.execute(
            f"CREATE TABLE {name} (post_id INTEGER NOT NULL, {columns}"
            " FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE) STRICT, WITHOUT ROWID"
        )
        if name != "code_blocks":
            op.execute(f"INSERT INTO {name} SELECT * FROM old_{name}")  # noqa: S608 - the names are those above
    _move_code(op.get_bind())
    for name in _PARTS:
        op.execute(f"DROP TABLE old_{name}")
    for statement in _INDEXES:
        op.execute(statement)


def _move_code(connection: Connection) -> None:
    """Find each block of code in its post's text, after the one before; what is not there is kept as it is."""
    of_post, at = None, 0
    for post_id, position, language, code, text in connection.exec_driver_sql(_CODE):
        if post_id != of_post:
            of_post, at = post_id, 0
        start = -1 if text is None else text.find(code, at)
        place = (None, None, code) if start < 0 else (start, len(code), None)
        at = max(at, start + len(code))
        connection.exec_driver_sql(
            "INSERT INTO code_blocks VALUES (?, ?, ?, ?, ?, ?)", (post_id, position, language, *place)
        )
