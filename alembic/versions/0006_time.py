"""Published, updated and first seen with how each was found; what is learned of outlets' clocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WORDS = ("published_how", "updated_raw", "updated_how", "old_news")
_INSTANTS = ("updated", "first_seen")


def upgrade() -> None:
    for name in _INSTANTS:
        op.add_column("articles", sa.Column(name, sa.DateTime(timezone=True)))
    for name in _WORDS:
        op.add_column("articles", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("sources", sa.Column("clock", sa.JSON(none_as_null=True)))
    op.add_column("entries", sa.Column("gap_s", sa.Float))
    op.execute(
        "UPDATE articles SET first_seen = "
        "(SELECT seen FROM entries WHERE entries.id = articles.entry_id)"
    )


def downgrade() -> None:
    op.drop_column("entries", "gap_s")
    op.drop_column("sources", "clock")
    for name in (*_WORDS, *_INSTANTS):
        op.drop_column("articles", name)
