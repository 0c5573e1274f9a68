"""What reading one entry gave."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - part of the values themselves
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import Final

from watcher.model.articles import Article, Match, Relation, Traces
from watcher.model.entries import Entry, Pending  # noqa: TC001 - part of the values themselves
from watcher.model.notices import Alert  # noqa: TC001 - part of the values themselves
from watcher.model.sources import Fetched  # noqa: TC001 - part of the values themselves
from watcher.model.stories import Said, When


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an entry was read from, as received: shown when it is disputed, and read again."""

    entry: Entry
    received: datetime
    page: Fetched | None = None
    """None where the feed's own text was all that was read."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What reading one entry shows of its source's health."""

    quality: float
    """As the article's; 0 for a page that gave none."""
    characters: int = 0
    """Length of the text; 0 for a page that gave none."""
    arabic: float | None = None
    """Share of Arabic letters among the letters; None where there are too few."""
    is_garbled: bool = False
    """Holds replacement characters, or letters of a wrong encoding."""
    withheld: str = ""
    """Why the server did not show the page; empty where it did."""
    age_s: float | None = None
    """Age when it was listed, less than 0 when dated ahead; None where that says nothing."""
    is_old_news: bool = False
    """An old article announced again as new, whatever its age was said to be."""


UNRELATED: Final = Relation("new", None, None, "it was compared with nothing")
"""Before its story is looked for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that reading one entry gave, to be recorded in one transaction."""

    pending: Pending
    article: Article
    traces: Traces
    matches: tuple[Match, ...]
    relation: Relation = UNRELATED
    alerts: tuple[tuple[str, Alert], ...] = field(default_factory=tuple)
    """(target, alert) for every notice to queue, unless rule, story and target had one."""
    held_back: Mapping[str, str] = field(default_factory=dict)
    """Rule -> why its match tells nobody, e.g. too old."""
    sample: Sample | None = None
    clocks: Mapping[str, Mapping[str, object]] | None = None
    """What is now known of the source's clocks, as JSON; None to leave what is on record."""
    evidence: Evidence | None = None
    """None where none is kept."""
    said: Said = field(default_factory=Said)
    when: Mapping[str, When] = field(default_factory=dict)
    """Rule -> what it waits for, of those that wait."""
    wishes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Target -> what it wants to hear of a story after the first notice."""
