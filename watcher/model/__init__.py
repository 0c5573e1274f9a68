"""What travels between the stages: frozen values, one word per idea.

Every instant is timezone-aware. Every span counts code points of the field as it stands in the
article.
"""

from watcher.model.articles import (
    Article,
    Fingerprint,
    Match,
    Neighbor,
    NotAnArticle,
    Relation,
    Relationship,
    Removed,
    Span,
    WordCounts,
)
from watcher.model.basics import Secret, Severity, Where
from watcher.model.entries import AHEAD_OF_TIME, Claim, Entry, Parsed, Pending, Polled
from watcher.model.notices import Alert, Notice, Outcome, Passage, Refused, Sent, TryAgain
from watcher.model.readings import Evidence, Reading, Sample
from watcher.model.searching import Each, Either, Wanted
from watcher.model.sources import (
    Condition,
    Fetched,
    FetchFailed,
    NotModified,
    Pages,
    Source,
    SourceKind,
    SourceState,
    Trouble,
    Validators,
)

__all__ = [
    "AHEAD_OF_TIME",
    "Alert",
    "Article",
    "Claim",
    "Condition",
    "Each",
    "Either",
    "Entry",
    "Evidence",
    "FetchFailed",
    "Fetched",
    "Fingerprint",
    "Match",
    "Neighbor",
    "NotAnArticle",
    "NotModified",
    "Notice",
    "Outcome",
    "Pages",
    "Parsed",
    "Passage",
    "Pending",
    "Polled",
    "Reading",
    "Refused",
    "Relation",
    "Relationship",
    "Removed",
    "Sample",
    "Secret",
    "Sent",
    "Severity",
    "Source",
    "SourceKind",
    "SourceState",
    "Span",
    "Trouble",
    "TryAgain",
    "Validators",
    "Wanted",
    "Where",
    "WordCounts",
]
