"""What models cannot say: indexes of the full-text search on each database, the compression of states on PostgreSQL.

Revision 0002, after 0001.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GRAMS = "CREATE VIRTUAL TABLE IF NOT EXISTS case_grams USING fts5(open, office, content='', tokenize='ascii')"
LZ4 = """
DO $$ BEGIN
  ALTER TABLE instances ALTER COLUMN state SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$
"""  # a third of the cost of PostgreSQL's own compression; a server built without it keeps its own


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(GRAMS)
        return
    op.execute(LZ4)
    for column in ("open_grams", "office_grams"):
        op.create_index(f"ix_case_texts_{column}", "case_texts", [column], postgresql_using="gin")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS case_grams")
        return
    for column in ("open_grams", "office_grams"):
        op.drop_index(f"ix_case_texts_{column}", "case_texts")
