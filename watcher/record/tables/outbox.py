"""Notices, what became of them, and what people answered; remarks."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from watcher.record.columns import Id, Instant, Json, Words, count, own_id, written
from watcher.record.tables.base import metadata

notices = Table(
    "notices",
    metadata,
    own_id(),
    Column("identity", Words, nullable=False, unique=True),
    written("rule"),
    # Empty for what the program has to say of itself.
    Column("story_id", Id, ForeignKey("stories.id"), index=True),
    written("target"),
    written("occasion"),
    Column("severity", Integer, nullable=False),
    Column("alert", Json, nullable=False),
    Column("status", Text, nullable=False),
    written("why"),
    count("attempts"),
    Column("created", Instant, nullable=False),
    Column("retry_at", Instant, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("finished", Instant),
    # All notices of one rule and story for one target; they reply to the first that was sent.
    written("thread"),
    written("topic"),
    written("source"),
    # What it is collected for, or was sent as: `digest`, `storm` or `backlog`.
    written("bundle"),
    # Which notice told of it instead: with others, or again after it had died. No foreign key:
    # SQLite would have to make the table anew; what told of others is deleted after them.
    Column("bundled_in", Id, index=True),
    # Of a notice that tells of others: why, since and until when, and whose members they are.
    Column("digest", Json),
    # When another target was told that nobody had acknowledged it.
    Column("escalated", Instant),
    UniqueConstraint("rule", "story_id", "target", "occasion"),
    Index("notices_heard", "target", "rule", "finished"),
    Index("notices_thread", "thread"),
)
IS_WAITING = notices.c.status == literal_column("'waiting'", Text)
IS_DEAD = notices.c.status == literal_column("'dead'", Text)
IS_COLLECTED = notices.c.status == literal_column("'collected'", Text)
Index(
    "notices_collected",
    notices.c.retry_at,
    sqlite_where=IS_COLLECTED,
    postgresql_where=IS_COLLECTED,
)
IS_UNANSWERED = (notices.c.status == literal_column("'sent'", Text)) & notices.c.escalated.is_(None)
Index(
    "notices_unanswered",
    notices.c.finished,
    sqlite_where=IS_UNANSWERED,
    postgresql_where=IS_UNANSWERED,
)
Index(
    "notices_waiting",
    notices.c.severity.desc(),
    notices.c.created,
    notices.c.id,
    sqlite_where=IS_WAITING,
    postgresql_where=IS_WAITING,
)
Index("notices_dead", notices.c.finished, sqlite_where=IS_DEAD, postgresql_where=IS_DEAD)
_NOTICE_CLAIMED = notices.c.claimed_by.is_not(None)
Index(
    "notices_claimed",
    notices.c.claimed_by,
    sqlite_where=_NOTICE_CLAIMED,
    postgresql_where=_NOTICE_CLAIMED,
)

deliveries = Table(
    "deliveries",
    metadata,
    own_id(),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    written("answer"),
    Column("took_s", Float, nullable=False, server_default="0"),
    # What the service calls the message, for replies to it.
    written("receipt"),
    # Who has it by then, where others still wait: recipients, channels, parts.
    Column("taken", Json),
    # From publication, and from first sight, until it was delivered; empty for what was not.
    Column("after_published_s", Float),
    Column("after_seen_s", Float),
    Index("deliveries_at", "at"),
)

silences = Table(
    "silences",
    metadata,
    own_id(),
    written("rule"),
    written("target"),
    Column("story_id", Id, ForeignKey("stories.id"), index=True),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False, index=True),
    written("author"),
    written("why"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    own_id(),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    written("author"),
    written("note"),
)

# What a person should know about the whole, such as rule files that could not be taken up.
remarks = Table(
    "remarks",
    metadata,
    Column("about", Text, primary_key=True),
    written("what"),
    Column("since", Instant, nullable=False),
)

# One row that is written only to learn whether writing works.
pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    count("beats"),
)
