"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    sources()
    entries()
    stories()
    articles()
    revisions()
    rules()
    notices()
    answers()
    health()


def downgrade() -> None:
    for table in (
        "pulse",
        "remarks",
        "acknowledgements",
        "silences",
        "deliveries",
        "notices",
        "matches",
        "rule_revisions",
        "fingerprint_keys",
        "revisions",
        "articles",
        "stories",
        "entries",
        "sources",
    ):
        op.drop_table(table)


def sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Text, nullable=False),
        words("name"),
        words("outlet"),
        words("configured_url"),
        words("url"),
        sa.Column("is_active", sa.Boolean, nullable=False),
        instant("due"),
        words("etag"),
        words("last_modified"),
        words("body_hash"),
        instant("polled", nullable=True),
        instant("succeeded", nullable=True),
        count("failures"),
        count("not_found"),
        words("moved_to"),
        count("moved_seen"),
        words("remark"),
        count("entries_last"),
        sa.Column("interval_s", sa.Float, nullable=False, server_default="0"),
        sa.Column("seen_before", sa.Boolean, nullable=False),
        sa.Column("furniture", JSON),
        sa.PrimaryKeyConstraint("id", name="sources_pkey"),
    )
    op.create_index("sources_due", "sources", ["due"])


def entries() -> None:
    op.create_table(
        "entries",
        *numbered("entries"),
        sa.Column("url_hash", sa.Text, nullable=False),
        words("url"),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("entry", JSON),
        sa.Column("status", sa.Text, nullable=False),
        words("why"),
        count("attempts"),
        count("unanswered"),
        sa.Column("first_contact", sa.Boolean, nullable=False),
        instant("seen"),
        instant("retry_at"),
        sa.Column("claimed_by", sa.Text),
        instant("claimed_until", nullable=True),
        instant("finished", nullable=True),
        sa.UniqueConstraint("url_hash", name="entries_url_hash_key"),
        refers("entries", "source", "sources"),
    )
    index_where("entries_pending", "entries", ["id"], "status = 'pending'")
    index_where("entries_open", "entries", ["source", "status"], "status IN ('pending', 'failed')")
    index_where("entries_claimed", "entries", ["claimed_by"], "claimed_by IS NOT NULL")


def stories() -> None:
    op.create_table(
        "stories",
        *numbered("stories"),
        words("title"),
        sa.Column("origin", sa.Text, nullable=False),
        instant("first_seen"),
        instant("last_seen"),
        count("articles"),
    )
    op.create_index("stories_last_seen", "stories", ["last_seen"])


def articles() -> None:
    op.create_table(
        "articles",
        *numbered("articles"),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("story_id", BIG, nullable=False),
        words("relation"),
        words("relation_why"),
        words("url"),
        words("title"),
        words("text"),
        instant("published", nullable=True),
        words("published_raw"),
        words("author"),
        words("language"),
        words("credit"),
        sa.Column("tags", JSON),
        sa.Column("removed", JSON),
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
        sa.Column("keys", sa.LargeBinary, nullable=False),
        count("size"),
        instant("seen"),
        sa.UniqueConstraint("entry_id", name="articles_entry_id_key"),
        refers("articles", "entry_id", "entries"),
        refers("articles", "source", "sources"),
        refers("articles", "story_id", "stories"),
    )
    for column in ("seen", "story_id", "text_hash"):
        op.create_index(f"articles_{column}", "articles", [column])
    op.create_table(
        "fingerprint_keys",
        sa.Column("key", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "day", "article_id", name="fingerprint_keys_pkey"),
        sqlite_with_rowid=False,
    )


def revisions() -> None:
    op.create_table(
        "revisions",
        *numbered("revisions"),
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        words("url"),
        words("title"),
        words("text"),
        instant("published", nullable=True),
        sa.Column("text_hash", sa.Text, nullable=False),
        instant("seen"),
        instant("superseded"),
        refers("revisions", "article_id", "articles"),
        refers("revisions", "entry_id", "entries"),
    )
    for column in ("article_id", "entry_id"):
        op.create_index(f"revisions_{column}", "revisions", [column])


def rules() -> None:
    op.create_table(
        "rule_revisions",
        sa.Column("hash", sa.Text, nullable=False),
        words("yaml"),
        instant("first_seen"),
        sa.PrimaryKeyConstraint("hash", name="rule_revisions_pkey"),
    )
    op.create_table(
        "matches",
        *numbered("matches"),
        sa.Column("article_id", BIG, nullable=False),
        sa.Column("revision_id", BIG),
        words("rule"),
        sa.Column("rule_revision", sa.Text),
        sa.Column("severity", sa.Integer, nullable=False),
        words("found_in"),
        sa.Column("spans", JSON, nullable=False),
        words("held_back"),
        instant("seen"),
        refers("matches", "article_id", "articles"),
        refers("matches", "revision_id", "revisions"),
    )
    for column in ("article_id", "revision_id"):
        op.create_index(f"matches_{column}", "matches", [column])
    op.create_index("matches_rule_seen", "matches", ["rule", "seen"])


def notices() -> None:
    unique = ("rule", "story_id", "target", "occasion")
    op.create_table(
        "notices",
        *numbered("notices"),
        sa.Column("identity", sa.Text, nullable=False),
        words("rule"),
        sa.Column("story_id", BIG),
        words("target"),
        words("occasion"),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("alert", JSON, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        words("why"),
        count("attempts"),
        instant("created"),
        instant("retry_at"),
        sa.Column("claimed_by", sa.Text),
        instant("claimed_until", nullable=True),
        instant("finished", nullable=True),
        sa.UniqueConstraint("identity", name="notices_identity_key"),
        sa.UniqueConstraint(*unique, name="notices_rule_story_id_target_occasion_key"),
        refers("notices", "story_id", "stories"),
    )
    op.create_index("notices_story_id", "notices", ["story_id"])
    urgency = [sa.text("severity DESC"), "created", "id"]
    index_where("notices_waiting", "notices", urgency, "status = 'waiting'")
    index_where("notices_dead", "notices", ["finished"], "status = 'dead'")
    index_where("notices_claimed", "notices", ["claimed_by"], "claimed_by IS NOT NULL")


def answers() -> None:
    op.create_table(
        "deliveries",
        *numbered("deliveries"),
        sa.Column("notice_id", BIG, nullable=False),
        instant("at"),
        sa.Column("outcome", sa.Text, nullable=False),
        words("answer"),
        sa.Column("took_s", sa.Float, nullable=False, server_default="0"),
        refers("deliveries", "notice_id", "notices"),
    )
    op.create_index("deliveries_notice_id", "deliveries", ["notice_id"])
    op.create_table(
        "silences",
        *numbered("silences"),
        words("rule"),
        words("target"),
        sa.Column("story_id", BIG),
        instant("starts"),
        instant("ends"),
        words("author"),
        words("why"),
        refers("silences", "story_id", "stories"),
    )
    for column in ("ends", "story_id"):
        op.create_index(f"silences_{column}", "silences", [column])
    op.create_table(
        "acknowledgements",
        *numbered("acknowledgements"),
        sa.Column("notice_id", BIG, nullable=False),
        instant("at"),
        words("author"),
        words("note"),
        refers("acknowledgements", "notice_id", "notices"),
    )
    op.create_index("acknowledgements_notice_id", "acknowledgements", ["notice_id"])


def health() -> None:
    op.create_table(
        "remarks",
        sa.Column("about", sa.Text, nullable=False),
        words("what"),
        instant("since"),
        sa.PrimaryKeyConstraint("about", name="remarks_pkey"),
    )
    table = op.create_table(
        "pulse",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        count("beats"),
        sa.PrimaryKeyConstraint("id", name="pulse_pkey"),
    )
    op.bulk_insert(table, [{"id": 1}])


def numbered(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", BIG, nullable=False), sa.PrimaryKeyConstraint("id", name=f"{table}_pkey")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"{table}_{column}_fkey")


def index_where(name: str, table: str, columns: list[Any], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
