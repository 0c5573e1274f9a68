"""Articles and their stories, what finds them, and which rules match them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from watcher.record.columns import Id, Instant, Json, Words, count, own_id, written
from watcher.record.tables.base import metadata

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
    # When it was last put in force; empty for what only earlier versions did.
    Column("in_force", Instant),
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
