"""The index that finds articles by their words; the first search enters older ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "words",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="words_pkey"),
        sa.UniqueConstraint("word", name="words_word_key"),
    )
    op.create_table(
        "article_words",
        sa.Column("article_id", big, nullable=False, autoincrement=False),
        sa.Column("words", sa.Text().with_variant(ARRAY(sa.Integer), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="article_words_pkey"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE article_search USING fts5(words, content='article_words', "
            "content_rowid='article_id', tokenize='ascii', detail='none', columnsize=0)"
        )
    else:
        op.execute("CREATE INDEX article_words_gin ON article_words USING gin (words)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE article_search")
    op.drop_table("article_words")
    op.drop_table("words")
