"""The tables. No queries here.

The migrations in `alembic/` are the way there; a test compares the two on both databases.
"""

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
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY

from watcher.record.columns import Id, Instant, Json, Words, count, own_id, written

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

stories = Table(
    "stories",
    metadata,
    own_id(),
    written("title"),
    # The address of the first article, hashed: names the story in messages, whatever its number.
    Column("origin", Text, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    count("articles"),
    # Since when people have been told of it; empty again once that was summed up.
    Column("open_since", Instant),
    Index("stories_last_seen", "last_seen"),
)
IS_OPEN_STORY = stories.c.open_since.is_not(None)
Index(
    "stories_open",
    stories.c.last_seen,
    sqlite_where=IS_OPEN_STORY,
    postgresql_where=IS_OPEN_STORY,
)

articles = Table(
    "articles",
    metadata,
    own_id(),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False, unique=True),
    Column("source", Words, ForeignKey("sources.id"), nullable=False),
    Column("story_id", Id, ForeignKey("stories.id"), nullable=False, index=True),
    written("relation"),
    written("relation_why"),
    written("url"),
    written("title"),
    written("text"),
    Column("published", Instant),
    written("published_raw"),
    written("published_how"),
    Column("updated", Instant),
    written("updated_raw"),
    written("updated_how"),
    # When its entry was first listed; entries may be pruned.
    Column("first_seen", Instant),
    # Why this is an old article announced again; empty when it is not.
    written("old_news"),
    written("author"),
    written("language"),
    written("credit"),
    # Agencies whose text it is, by key, with commas between; the article that it repeats.
    written("agency"),
    Column("copy_of", Id),
    # What the headline and the lead count: kind -> [from, to].
    Column("figures", Json),
    Column("tags", Json),
    Column("removed", Json),
    Column("quality", Float, nullable=False, server_default="1"),
    Column("quality_why", Json),
    Column("text_hash", Text, nullable=False, index=True),
    Column("sketch", LargeBinary, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    # Its words as relating compares them: a line of the headline's, one of the text's, the days.
    written("traces"),
    count("size"),
    Column("seen", Instant, nullable=False, index=True),
)

revisions = Table(
    "revisions",
    metadata,
    own_id(),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False, index=True),
    Column("entry_id", Id, ForeignKey("entries.id"), nullable=False, index=True),
    written("url"),
    written("title"),
    written("text"),
    Column("published", Instant),
    Column("text_hash", Text, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("superseded", Instant, nullable=False),
    written("why"),
    # How its text differs from the one after it: places in both, without the words.
    Column("differences", Json),
)

# An index over articles, not a record: rows may outlive their article, so there is no foreign key
# that every deletion would have to search. Days since 1970 keep it half the size of instants.
fingerprint_keys = Table(
    "fingerprint_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("article_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# In how many stories the stems of headlines and openings stand; the empty word counts them all.
word_counts = Table(
    "word_counts",
    metadata,
    Column("word", Words, primary_key=True),
    count("stories"),
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
    Column("article_id", Id, primary_key=True, autoincrement=False),
    Column("words", Text().with_variant(ARRAY(Integer), "postgresql"), nullable=False),
)

rule_revisions = Table(
    "rule_revisions",
    metadata,
    Column("hash", Text, primary_key=True),
    written("yaml"),
    Column("first_seen", Instant, nullable=False),
)

matches = Table(
    "matches",
    metadata,
    own_id(),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False, index=True),
    # Set when the text that the spans point into has been superseded.
    Column("revision_id", Id, ForeignKey("revisions.id"), index=True),
    written("rule"),
    # No foreign key: an article must be recorded even where the rules' text could not be.
    Column("rule_revision", Text),
    Column("severity", Integer, nullable=False),
    written("found_in"),
    Column("spans", Json, nullable=False),
    written("held_back"),
    # What the article says about what was found: figures beside it, the sentence that denies it.
    Column("figures", Json),
    written("denial"),
    Column("seen", Instant, nullable=False),
    Index("matches_rule_seen", "rule", "seen"),
)

# Matches whose words no longer stand in the article, or whose page is gone.
match_changes = Table(
    "match_changes",
    metadata,
    own_id(),
    Column("kind", Text, nullable=False),
    Column("match_id", Id, ForeignKey("matches.id"), nullable=False, index=True),
    # The text in which they stood; empty where the page is gone and nothing new is known.
    Column("revision_id", Id, ForeignKey("revisions.id"), index=True),
    written("before"),
    written("after"),
    Column("seen", Instant, nullable=False),
)

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
    # SQLite would have to make the table anew, and no notice is ever deleted.
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
