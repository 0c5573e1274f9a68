"""What was forgotten, who uses the record, and when rules were last put in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="tombstones_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "processes",
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False, server_default=""),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("holder", name="processes_pkey"),
    )
    op.add_column("rule_revisions", sa.Column("in_force", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("rule_revisions", "in_force")
    op.drop_table("processes")
    op.drop_table("tombstones")
