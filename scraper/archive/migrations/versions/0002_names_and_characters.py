"""Search by tags, author and single characters; find reposts.

The search indexes are made empty: the next command that writes fills them (archive/index.py).
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    "DROP TABLE post_fts",
    "DROP TABLE search_state",
    """
    CREATE TABLE search_state (
        post_id INTEGER NOT NULL,
        revision_id INTEGER NOT NULL,
        segmenter INTEGER NOT NULL,
        names TEXT DEFAULT '' NOT NULL,
        text_digest TEXT DEFAULT '' NOT NULL,
        passage_digest TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (post_id),
        FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
    )
     STRICT
    """,
    "CREATE INDEX ix_search_state_segmenter ON search_state (segmenter)",
    "CREATE INDEX ix_search_state_text_digest ON search_state (text_digest)",
    "CREATE INDEX ix_search_state_passage_digest ON search_state (passage_digest)",
    """
    CREATE VIRTUAL TABLE post_fts USING fts5(title, body, names, content='',
    tokenize="unicode61 remove_diacritics 2 tokenchars '+#'")
    """,
    "CREATE VIRTUAL TABLE char_fts USING fts5(chars, content='', detail=none, columnsize=0)",
    "DROP INDEX ix_frontier_due",
    "CREATE INDEX ix_frontier_due_at ON frontier (due_at)",
)


def upgrade() -> None:
    """Make the indexes anew, with the columns that they now have."""
    for statement in STATEMENTS:
        op.execute(statement)
