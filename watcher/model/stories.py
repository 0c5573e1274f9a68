"""What articles add to their story, and what a rule waits for before it tells of stories."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - part of the values themselves
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import Literal, TypeAlias

WhenKind: TypeAlias = Literal["stories", "outlets", "quiet_for"]


@dataclass(frozen=True, slots=True)
class When:
    """What a rule waits for: many stories, several outlets, or silence."""

    kind: WhenKind
    within_s: float
    """The window in which they must come; of `quiet_for`, how long the silence must last."""
    count: int = 0
    """How many stories or outlets; 0 for `quiet_for`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that an article gives of something: `high` is above `low` for «dozens»."""

    what: str
    """The kind that is counted, as a key: `killed`."""
    low: int
    high: int
    field: Literal["title", "text"] = "title"
    start: int = 0
    end: int = 0
    """Where the number stands."""


Amount: TypeAlias = tuple[int, int]
"""From and to, both included; the same number twice where it is exact."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one article says about what one rule looks for, beside that it occurs."""

    figures: Mapping[str, Amount] = field(default_factory=dict)
    """Kind -> amount, of figures in the headline, the lead or beside what was found."""
    denial: str = ""
    """The sentence that denies it; empty where none does."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an article adds to its story beside its text."""

    agencies: tuple[str, ...] = ()
    """Whose text it is, by key; empty for the outlet's own."""
    figures: Mapping[str, Amount] = field(default_factory=dict)
    """What the headline and the lead count: kind -> amount."""
    statements: Mapping[str, Statement] = field(default_factory=dict)
    """Rule -> what the article says about what it found."""


@dataclass(frozen=True, slots=True)
class Account:
    """One article of a story, as its life sees it."""

    article: int
    outlet: str
    """The owner group, or else the source."""
    seen: datetime
    agencies: tuple[str, ...] = ()
    """Whose text it is, by key: `reuters`; empty for the outlet's own."""
    copy_of: int | None = None
    """The article that it repeats."""
    statement: Statement = Statement()
    is_withdrawn: bool = False
    """The article no longer says what the rule found: it counts for nothing, what it denied was."""
