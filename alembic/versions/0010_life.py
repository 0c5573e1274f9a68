"""What articles say of their story, and stories that people have been told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_IS_OPEN = sa.text("open_since IS NOT NULL")


def upgrade() -> None:
    op.add_column("articles", sa.Column("agency", sa.Text, nullable=False, server_default=""))
    op.add_column("articles", sa.Column("copy_of", _ID))
    op.execute(
        # Of which article it was a copy was not kept; those of one story are one text.
        "UPDATE articles SET copy_of = (SELECT MIN(others.id) FROM articles AS others"
        " WHERE others.story_id = articles.story_id AND others.id < articles.id)"
        " WHERE relation = 'copy'"
    )
    op.add_column("articles", sa.Column("figures", sa.JSON(none_as_null=True)))
    op.add_column("matches", sa.Column("figures", sa.JSON(none_as_null=True)))
    op.add_column("matches", sa.Column("denial", sa.Text, nullable=False, server_default=""))
    op.add_column("stories", sa.Column("open_since", sa.DateTime(timezone=True)))
    op.create_index(
        "stories_open", "stories", ["last_seen"], sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
    )


def downgrade() -> None:
    op.drop_index("stories_open", "stories")
    op.drop_column("stories", "open_since")
    for name in ("denial", "figures"):
        op.drop_column("matches", name)
    for name in ("figures", "copy_of", "agency"):
        op.drop_column("articles", name)
