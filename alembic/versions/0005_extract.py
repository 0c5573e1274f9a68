"""How well an article was read, and what cleaning has learned of each source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("quality", sa.Float, nullable=False, server_default="1"))
    op.add_column("articles", sa.Column("quality_why", sa.JSON(none_as_null=True)))
    op.create_table(
        "furniture",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("learned", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name="furniture_pkey"),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name="furniture_source_fkey"),
    )
    op.drop_column("sources", "furniture")


def downgrade() -> None:
    op.add_column("sources", sa.Column("furniture", sa.JSON(none_as_null=True)))
    op.drop_table("furniture")
    op.drop_column("articles", "quality_why")
    op.drop_column("articles", "quality")
