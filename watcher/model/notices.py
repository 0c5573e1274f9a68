"""What people are told, and what the other side answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import TypeAlias

from watcher.model.basics import Severity, Where  # noqa: TC001 - part of the values themselves


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the article around a hit; `hits` are spans inside `text`, in order, apart."""

    text: str
    hits: tuple[tuple[int, int], ...]
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """What a notice says, whoever it is for: everything a message needs, nothing to look up."""

    rule: str
    rule_title: str
    severity: Severity
    where: Where
    title: str
    title_hits: tuple[tuple[int, int], ...]
    passages: tuple[Passage, ...]
    terms: tuple[str, ...]
    """The terms that were found, as the rule writes them."""
    source: str
    """The source's display name."""
    url: str
    published: datetime | None
    seen: datetime
    author: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one target is to be told about one story by one rule; the same over retries."""

    id: int
    identity: str
    """Stable text made of rule, story, target and occasion: messages carry it for threading."""
    rule: str
    story_id: int | None
    """None for what the program has to say of itself."""
    target: str
    alert: Alert
    attempts: int = 0
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took the message."""

    answer: str = ""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now; trying again can help. `after_s` is what the other side asked for, if it did."""

    why: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: the same message to the same target will be refused again."""

    why: str


Outcome: TypeAlias = Sent | TryAgain | Refused
