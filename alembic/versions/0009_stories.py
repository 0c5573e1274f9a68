"""The words of articles that relating compares, and in how many stories each word stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("traces", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "word_counts",
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("stories", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("word", name="word_counts_pkey"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("word_counts")
    op.drop_column("articles", "traces")
