"""The tables, and the column types that keep instants in UTC and text storable. No queries here.

The migrations in `alembic/` are the way there; a test compares the two on both databases.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Replace what cannot be kept: NUL (PostgreSQL refuses it), lone surrogates (no UTF-8)."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class Words(TypeDecorator[str]):
    """Text from outside: one odd character in a page must not stop it from being recorded."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Make the text storable."""
        return None if value is None else storable(value)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite knows no zones: they are taken off and put on here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; refuse an instant without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        utc = _in_utc(value)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the instant back with its zone, which is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else _in_utc(value)


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:  # a page dated in year 1 or 9999: off by the zone is near enough
        return value.replace(tzinfo=UTC)


# SQLite numbers rows by itself only where the type is called exactly INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON(none_as_null=True)


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True)


def _words(name: str, **options: Any) -> Column[str]:
    return Column(name, Words, nullable=False, server_default="", **options)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

sources = Table(
    "sources",
    metadata,
    Column("id", Words, primary_key=True),
    _words("name"),
    _words("outlet"),
    _words("configured_url"),
    Column("kind", Text, nullable=False, server_default="feed"),
    _words("links"),
    _words("url"),
    Column("is_active", Boolean, nullable=False),
    Column("due", Instant, nullable=False),
    _words("etag"),
    _words("last_modified"),
    _words("body_hash"),
    Column("polled", Instant),
    Column("succeeded", Instant),
    _count("failures"),
    _count("not_found"),
    _words("moved_to"),
    _count("moved_seen"),
    _words("remark"),
    _count("entries_last"),
    Column("interval_s", Float, nullable=False, server_default="0"),
    Column("seen_before", Boolean, nullable=False),
    Column("more", _Json),
    # What polls have shown: written with every poll, so nothing here is JSON.
    Column("rhythm", LargeBinary),
    Column("asked_s", Float, nullable=False, server_default="0"),
    Column("delay_s", Float, nullable=False, server_default="0"),
    Column("new_at", Instant),
    Column("quiet_until", Instant),
    Column("failing_since", Instant),
    _words("failing_why"),
    Column("empty_since", Instant),
    _words("host"),
    _words("elsewhere"),
    _count("elsewhere_seen"),
    Column("entries_usual", Float, nullable=False, server_default="0"),
    Column("few_since", Instant),
    _words("troubles"),
    # What readings have shown: written with every reading, never by a poll.
    Column("vitals", _Json),
    Column("article_at", Instant),
    # What was learned of its stamps: how they were found -> by how much they are off.
    Column("clock", _Json),
    Index("sources_due", "due"),
)

# What each source did on each day (since 1970, in UTC); days without anything have no row.
source_days = Table(
    "source_days",
    metadata,
    Column("source", Words, ForeignKey("sources.id"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    _count("entries"),
    _count("failures"),
    _count("articles"),
    _count("refused"),
    Column("quality", Float, nullable=False, server_default="0"),
    Column("characters", BigInteger, nullable=False, server_default="0"),
    Index("source_days_day", "day"),
    sqlite_with_rowid=False,
)

troubles = Table(
    "troubles",
    metadata,
    _id(),
    Column("source", Words, ForeignKey("sources.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    _words("what"),
    # How many of its two words, that it began and that it is over, have been taken care of.
    _count("told"),
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
    Column("learned", _Json, nullable=False),
    Column("updated", Instant, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    _id(),
    # Canonical addresses are unique by their hash: percent-encoded Arabic ones outgrow what
    # PostgreSQL can index (2,704 bytes).
    Column("url_hash", Text, nullable=False, unique=True),
    _words("url"),
    Column("source", Words, ForeignKey("sources.id"), nullable=False),
    Column("entry", _Json),
    Column("status", Text, nullable=False),
    _words("why"),
    _count("attempts"),
    _count("unanswered"),
    Column("first_contact", Boolean, nullable=False),
    Column("seen", Instant, nullable=False),
    # How long the source had not been looked at then.
    Column("gap_s", Float),
    Column("retry_at", Instant, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("finished", Instant),
    # What the source said of it, hashed; how often that changed on the day it last did.
    _words("version"),
    _count("again"),
    _count("again_day"),
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
    _id(),
    Column("entry_id", _Id, ForeignKey("entries.id"), nullable=False, index=True),
    Column("hash", Text, ForeignKey("raw.hash"), index=True),
    Column("size", Integer, nullable=False),
    Column("received", Instant, nullable=False, index=True),
    _words("final_url"),
    _words("content_type"),
    _words("etag"),
    _words("last_modified"),
    _words("served"),
    Column("listed", LargeBinary, nullable=False),
    Index("evidence_size", "size"),
)

stories = Table(
    "stories",
    metadata,
    _id(),
    _words("title"),
    # The address of the first article, hashed: names the story in messages, whatever its number.
    Column("origin", Text, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    _count("articles"),
    Index("stories_last_seen", "last_seen"),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    Column("entry_id", _Id, ForeignKey("entries.id"), nullable=False, unique=True),
    Column("source", Words, ForeignKey("sources.id"), nullable=False),
    Column("story_id", _Id, ForeignKey("stories.id"), nullable=False, index=True),
    _words("relation"),
    _words("relation_why"),
    _words("url"),
    _words("title"),
    _words("text"),
    Column("published", Instant),
    _words("published_raw"),
    _words("published_how"),
    Column("updated", Instant),
    _words("updated_raw"),
    _words("updated_how"),
    # When its entry was first listed; entries may be pruned.
    Column("first_seen", Instant),
    # Why this is an old article announced again; empty when it is not.
    _words("old_news"),
    _words("author"),
    _words("language"),
    _words("credit"),
    Column("tags", _Json),
    Column("removed", _Json),
    Column("quality", Float, nullable=False, server_default="1"),
    Column("quality_why", _Json),
    Column("text_hash", Text, nullable=False, index=True),
    Column("sketch", LargeBinary, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    _count("size"),
    Column("seen", Instant, nullable=False, index=True),
)

revisions = Table(
    "revisions",
    metadata,
    _id(),
    Column("article_id", _Id, ForeignKey("articles.id"), nullable=False, index=True),
    Column("entry_id", _Id, ForeignKey("entries.id"), nullable=False, index=True),
    _words("url"),
    _words("title"),
    _words("text"),
    Column("published", Instant),
    Column("text_hash", Text, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("superseded", Instant, nullable=False),
    _words("why"),
    # How its text differs from the one after it: places in both, without the words.
    Column("differences", _Json),
)

# An index over articles, not a record: rows may outlive their article, so there is no foreign key
# that every deletion would have to search. Days since 1970 keep it half the size of instants.
fingerprint_keys = Table(
    "fingerprint_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("article_id", _Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# The archive's vocabulary: every printed word, without marks, under the number that stands for it.
words = Table(
    "words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("word", Words, nullable=False, unique=True),
)

# Which words each article holds. Over it lies the index that finds articles: on SQLite the FTS5
# table `article_search`, on PostgreSQL the GIN index `article_words_gin`; migrations make both.
article_words = Table(
    "article_words",
    metadata,
    Column("article_id", _Id, primary_key=True, autoincrement=False),
    Column("words", Text().with_variant(ARRAY(Integer), "postgresql"), nullable=False),
)

rule_revisions = Table(
    "rule_revisions",
    metadata,
    Column("hash", Text, primary_key=True),
    _words("yaml"),
    Column("first_seen", Instant, nullable=False),
)

matches = Table(
    "matches",
    metadata,
    _id(),
    Column("article_id", _Id, ForeignKey("articles.id"), nullable=False, index=True),
    # Set when the text that the spans point into has been superseded.
    Column("revision_id", _Id, ForeignKey("revisions.id"), index=True),
    _words("rule"),
    # No foreign key: an article must be recorded even where the rules' text could not be.
    Column("rule_revision", Text),
    Column("severity", Integer, nullable=False),
    _words("found_in"),
    Column("spans", _Json, nullable=False),
    _words("held_back"),
    Column("seen", Instant, nullable=False),
    Index("matches_rule_seen", "rule", "seen"),
)

# Matches whose words no longer stand in the article, or whose page is gone.
match_changes = Table(
    "match_changes",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("match_id", _Id, ForeignKey("matches.id"), nullable=False, index=True),
    # The text in which they stood; empty where the page is gone and nothing new is known.
    Column("revision_id", _Id, ForeignKey("revisions.id"), index=True),
    _words("before"),
    _words("after"),
    Column("seen", Instant, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    _id(),
    Column("identity", Words, nullable=False, unique=True),
    _words("rule"),
    # Empty for what the program has to say of itself.
    Column("story_id", _Id, ForeignKey("stories.id"), index=True),
    _words("target"),
    _words("occasion"),
    Column("severity", Integer, nullable=False),
    Column("alert", _Json, nullable=False),
    Column("status", Text, nullable=False),
    _words("why"),
    _count("attempts"),
    Column("created", Instant, nullable=False),
    Column("retry_at", Instant, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("finished", Instant),
    UniqueConstraint("rule", "story_id", "target", "occasion"),
)
IS_WAITING = notices.c.status == literal_column("'waiting'", Text)
IS_DEAD = notices.c.status == literal_column("'dead'", Text)
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
    _id(),
    Column("notice_id", _Id, ForeignKey("notices.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    _words("answer"),
    Column("took_s", Float, nullable=False, server_default="0"),
)

silences = Table(
    "silences",
    metadata,
    _id(),
    _words("rule"),
    _words("target"),
    Column("story_id", _Id, ForeignKey("stories.id"), index=True),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False, index=True),
    _words("author"),
    _words("why"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    _id(),
    Column("notice_id", _Id, ForeignKey("notices.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    _words("author"),
    _words("note"),
)

# What a person should know about the whole, such as rule files that could not be taken up.
remarks = Table(
    "remarks",
    metadata,
    Column("about", Text, primary_key=True),
    _words("what"),
    Column("since", Instant, nullable=False),
)

# One row that is written only to learn whether writing works.
pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _count("beats"),
)
