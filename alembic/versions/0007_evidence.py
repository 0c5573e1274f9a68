"""What readings were read from, as received."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_WORDS = ("final_url", "content_type", "etag", "last_modified", "served")


def upgrade() -> None:
    op.create_table(
        "raw",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="raw_pkey"),
    )
    op.create_index("raw_size", "raw", ["size"])
    op.create_table(
        "evidence",
        sa.Column("id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("hash", sa.Text),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in _WORDS),
        sa.Column("listed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="evidence_pkey"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="evidence_entry_id_fkey"),
        sa.ForeignKeyConstraint(["hash"], ["raw.hash"], name="evidence_hash_fkey"),
    )
    op.create_index("evidence_entry_id", "evidence", ["entry_id"])
    op.create_index("evidence_hash", "evidence", ["hash"])
    op.create_index("evidence_received", "evidence", ["received"])
    op.create_index("evidence_size", "evidence", ["size"])


def downgrade() -> None:
    op.drop_table("evidence")
    op.drop_table("raw")
