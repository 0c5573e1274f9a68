"""Sources, what they listed, and what was received of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    literal_column,
)

from watcher.record.columns import Id, Instant, Json, Words, count, own_id, written
from watcher.record.tables.base import metadata

sources = Table(
    "sources",
    metadata,
    Column("id", Words, primary_key=True),
    written("name"),
    written("outlet"),
    written("configured_url"),
    Column("kind", Text, nullable=False, server_default="feed"),
    written("links"),
    written("url"),
    Column("is_active", Boolean, nullable=False),
    Column("due", Instant, nullable=False),
    written("etag"),
    written("last_modified"),
    written("body_hash"),
    Column("polled", Instant),
    Column("succeeded", Instant),
    count("failures"),
    count("not_found"),
    written("moved_to"),
    count("moved_seen"),
    written("remark"),
    count("entries_last"),
    Column("interval_s", Float, nullable=False, server_default="0"),
    Column("seen_before", Boolean, nullable=False),
    Column("more", Json),
    # What polls have shown: written with every poll, so nothing here is JSON.
    Column("rhythm", LargeBinary),
    Column("asked_s", Float, nullable=False, server_default="0"),
    Column("delay_s", Float, nullable=False, server_default="0"),
    Column("new_at", Instant),
    Column("quiet_until", Instant),
    Column("failing_since", Instant),
    written("failing_why"),
    Column("empty_since", Instant),
    written("host"),
    written("elsewhere"),
    count("elsewhere_seen"),
    Column("entries_usual", Float, nullable=False, server_default="0"),
    Column("few_since", Instant),
    written("troubles"),
    # What readings have shown: written with every reading, never by a poll.
    Column("vitals", Json),
    Column("article_at", Instant),
    # What was learned of its stamps: how they were found -> by how much they are off.
    Column("clock", Json),
    Index("sources_due", "due"),
)

# What each source did on each day (since 1970, in UTC); days without anything have no row.
source_days = Table(
    "source_days",
    metadata,
    Column("source", Words, ForeignKey("sources.id"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    count("entries"),
    count("failures"),
    count("articles"),
    count("refused"),
    Column("quality", Float, nullable=False, server_default="0"),
    Column("characters", BigInteger, nullable=False, server_default="0"),
    Index("source_days_day", "day"),
    sqlite_with_rowid=False,
)

troubles = Table(
    "troubles",
    metadata,
    own_id(),
    Column("source", Words, ForeignKey("sources.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    written("what"),
    # How many of its two words, that it began and that it is over, have been taken care of.
    count("told"),
    Index("troubles_source", "source"),
)
IS_OPEN_TROUBLE = troubles.c.until.is_(None)
IS_UNTOLD = troubles.c.told < literal_column("2", Integer)
Index("troubles_untold", troubles.c.id, sqlite_where=IS_UNTOLD, postgresql_where=IS_UNTOLD)

# What cleaning has learned of a source. Not a column of sources: polls have no use for it.
furniture = Table(
    "furniture",
    metadata,
    Column("source", Words, ForeignKey("sources.id"), primary_key=True),
    Column("learned", Json, nullable=False),
    Column("updated", Instant, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    own_id(),
    # Canonical addresses are unique by their hash: percent-encoded Arabic ones outgrow what
    # PostgreSQL can index (2,704 bytes).
    Column("url_hash", Text, nullable=False, unique=True),
    written("url"),
    Column("source", Words, ForeignKey("sources.id"), nullable=False),
    Column("entry", Json),
    Column("status", Text, nullable=False),
    written("why"),
    count("attempts"),
    count("unanswered"),
    Column("first_contact", Boolean, nullable=False),
    Column("seen", Instant, nullable=False),
    # How long the source had not been looked at then.
    Column("gap_s", Float),
    Column("retry_at", Instant, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("finished", Instant),
    # What the source said of it, hashed; how often that changed on the day it last did.
    written("version"),
    count("again"),
    count("again_day"),
)
# Conditions of partial indexes must stand literally in the query too, or SQLite does not use them.
IS_PENDING = entries.c.status == literal_column("'pending'", Text)
IS_OPEN = entries.c.status.in_(
    [literal_column("'pending'", Text), literal_column("'failed'", Text)]
)
Index("entries_pending", entries.c.id, sqlite_where=IS_PENDING, postgresql_where=IS_PENDING)
Index(
    "entries_open",
    entries.c.source,
    entries.c.status,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)
_ENTRY_CLAIMED = entries.c.claimed_by.is_not(None)
Index(
    "entries_claimed",
    entries.c.claimed_by,
    sqlite_where=_ENTRY_CLAIMED,
    postgresql_where=_ENTRY_CLAIMED,
)

# The bodies of pages as received, compressed; one that two readings name is kept once.
raw = Table(
    "raw",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Index("raw_size", "size"),
)

# What each reading was read from: the entry as listed, and the answer that brought the body.
evidence = Table(
    "evidence",
    metadata,
    own_id(),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False, index=True),
    Column("hash", Text, ForeignKey("raw.hash"), index=True),
    Column("size", Integer, nullable=False),
    Column("received", Instant, nullable=False, index=True),
    written("final_url"),
    written("content_type"),
    written("etag"),
    written("last_modified"),
    written("served"),
    Column("listed", LargeBinary, nullable=False),
    Index("evidence_size", "size"),
)
