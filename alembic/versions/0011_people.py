"""What holds notices back or puts them together, threads, and escalation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_WORDS = ("thread", "topic", "source", "bundle")


def upgrade() -> None:
    for name in _WORDS:
        op.add_column("notices", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("notices", sa.Column("bundled_in", _ID))
    op.add_column("notices", sa.Column("digest", sa.JSON(none_as_null=True)))
    op.add_column("notices", sa.Column("escalated", sa.DateTime(timezone=True)))
    # What was sent before there was anybody to escalate to is not looked back at.
    op.execute("UPDATE notices SET escalated = finished WHERE status = 'sent'")
    op.create_index("notices_bundled_in", "notices", ["bundled_in"])
    op.create_index("notices_heard", "notices", ["target", "rule", "finished"])
    op.create_index("notices_thread", "notices", ["thread"])
    conditions = {
        "notices_collected": ("retry_at", "status = 'collected'"),
        "notices_unanswered": ("finished", "status = 'sent' AND escalated IS NULL"),
    }
    for name, (column, condition) in conditions.items():
        where = sa.text(condition)
        op.create_index(name, "notices", [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    # An earlier version knows only what waits, was sent or is dead.
    op.execute("UPDATE notices SET status = 'waiting' WHERE status = 'collected'")
    # What a digest that has not been sent was to tell of is told one by one instead.
    op.execute(
        "UPDATE notices SET status = 'waiting', finished = NULL "
        "WHERE status = 'bundled' AND bundled_in IN "
        "(SELECT id FROM notices WHERE digest IS NOT NULL AND status IN ('waiting', 'dead'))"
    )
    op.execute(
        "UPDATE notices SET status = 'sent' "
        "WHERE digest IS NOT NULL AND status IN ('waiting', 'dead')"
    )
    op.execute("UPDATE notices SET status = 'sent' WHERE status IN ('bundled', 'silenced')")
    for name in ("unanswered", "collected", "thread", "heard", "bundled_in"):
        op.drop_index(f"notices_{name}", "notices")
    for name in ("escalated", "digest", "bundled_in", *reversed(_WORDS)):
        op.drop_column("notices", name)
