"""Why texts were superseded and by how much, matches that changed, and versions of entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("revisions", sa.Column("why", sa.Text, nullable=False, server_default=""))
    op.add_column("revisions", sa.Column("differences", sa.JSON(none_as_null=True)))
    op.add_column("entries", sa.Column("version", sa.Text, nullable=False, server_default=""))
    op.add_column("entries", sa.Column("again", sa.Integer, nullable=False, server_default="0"))
    op.add_column("entries", sa.Column("again_day", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "match_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("match_id", _ID, nullable=False),
        sa.Column("revision_id", _ID),
        sa.Column("before", sa.Text, nullable=False, server_default=""),
        sa.Column("after", sa.Text, nullable=False, server_default=""),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="match_changes_pkey"),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"], name="match_changes_match_id_fkey"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name="match_changes_revision_id_fkey"
        ),
    )
    op.create_index("match_changes_match_id", "match_changes", ["match_id"])
    op.create_index("match_changes_revision_id", "match_changes", ["revision_id"])


def downgrade() -> None:
    op.drop_table("match_changes")
    for name in ("again_day", "again", "version"):
        op.drop_column("entries", name)
    for name in ("differences", "why"):
        op.drop_column("revisions", name)
