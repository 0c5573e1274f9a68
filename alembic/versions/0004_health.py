"""Rhythm and health of sources: what polls and readings showed, day by day, and the troubles."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in columns():
        op.add_column("sources", column)
    op.create_table(
        "source_days",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        *(count(name) for name in ("entries", "failures", "articles", "refused")),
        number("quality"),
        sa.Column("characters", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("source", "day", name="source_days_pkey"),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name="source_days_source_fkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("source_days_day", "source_days", ["day"])
    op.create_table(
        "troubles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        words("what"),
        count("told"),
        sa.PrimaryKeyConstraint("id", name="troubles_pkey"),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name="troubles_source_fkey"),
    )
    op.create_index("troubles_source", "troubles", ["source"])
    untold = sa.text("told < 2")
    op.create_index(
        "troubles_untold", "troubles", ["id"], sqlite_where=untold, postgresql_where=untold
    )


def downgrade() -> None:
    op.drop_table("troubles")
    op.drop_table("source_days")
    with op.batch_alter_table("sources") as sources:
        for column in columns():
            sources.drop_column(column.name)


def columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("rhythm", sa.LargeBinary),
        number("asked_s"),
        number("delay_s"),
        *(sa.Column(name, INSTANT) for name in ("new_at", "quiet_until", "failing_since")),
        words("failing_why"),
        sa.Column("empty_since", INSTANT),
        words("host"),
        words("elsewhere"),
        count("elsewhere_seen"),
        number("entries_usual"),
        sa.Column("few_since", INSTANT),
        words("troubles"),
        sa.Column("vitals", sa.JSON(none_as_null=True)),
        sa.Column("article_at", INSTANT),
    ]


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def number(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float, nullable=False, server_default="0")
