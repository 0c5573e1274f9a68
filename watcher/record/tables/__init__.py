"""The tables. No queries here.

The migrations in `alembic/` are the way there; a test compares the two on both databases.
"""

from watcher.record.tables.archive import (
    IS_OPEN_STORY,
    article_words,
    articles,
    fingerprint_keys,
    match_changes,
    matches,
    revisions,
    rule_revisions,
    stories,
    word_counts,
    words,
)
from watcher.record.tables.base import metadata
from watcher.record.tables.outbox import (
    IS_COLLECTED,
    IS_DEAD,
    IS_UNANSWERED,
    IS_WAITING,
    acknowledgements,
    deliveries,
    notices,
    pulse,
    remarks,
    silences,
)
from watcher.record.tables.sources import (
    IS_OPEN,
    IS_OPEN_TROUBLE,
    IS_PENDING,
    IS_UNTOLD,
    entries,
    evidence,
    furniture,
    raw,
    source_days,
    sources,
    troubles,
)
from watcher.record.tables.upkeep import processes, tombstones

__all__ = [
    "IS_COLLECTED",
    "IS_DEAD",
    "IS_OPEN",
    "IS_OPEN_STORY",
    "IS_OPEN_TROUBLE",
    "IS_PENDING",
    "IS_UNANSWERED",
    "IS_UNTOLD",
    "IS_WAITING",
    "acknowledgements",
    "article_words",
    "articles",
    "deliveries",
    "entries",
    "evidence",
    "fingerprint_keys",
    "furniture",
    "match_changes",
    "matches",
    "metadata",
    "notices",
    "processes",
    "pulse",
    "raw",
    "remarks",
    "revisions",
    "rule_revisions",
    "silences",
    "source_days",
    "sources",
    "stories",
    "tombstones",
    "troubles",
    "word_counts",
    "words",
]
