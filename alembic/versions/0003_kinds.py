"""Sources of other kinds than feeds, and what of a list the next poll fetches, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sources") as table:
        table.add_column(sa.Column("kind", sa.Text, nullable=False, server_default="feed"))
        table.add_column(sa.Column("links", sa.Text, nullable=False, server_default=""))
        table.add_column(sa.Column("more", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    with op.batch_alter_table("sources") as table:
        for name in ("more", "links", "kind"):
            table.drop_column(name)
