"""Receipts of deliveries: what to reply to, who has it already, how long after the news."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("receipt", sa.Text, nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("taken", sa.JSON(none_as_null=True)))
    op.add_column("deliveries", sa.Column("after_published_s", sa.Float))
    op.add_column("deliveries", sa.Column("after_seen_s", sa.Float))
    op.create_index("deliveries_at", "deliveries", ["at"])


def downgrade() -> None:
    op.drop_index("deliveries_at", "deliveries")
    for name in ("after_seen_s", "after_published_s", "taken", "receipt"):
        op.drop_column("deliveries", name)
