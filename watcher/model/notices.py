"""What people are told, and what the other side answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import Literal, TypeAlias

from watcher.model.articles import Relationship  # noqa: TC001 - part of the values themselves
from watcher.model.basics import Severity, Where  # noqa: TC001 - part of the values themselves


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the article around a hit; `hits` are spans inside `text`, in order, apart."""

    text: str
    hits: tuple[tuple[int, int], ...]
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """One article of a story, as messages name it."""

    outlet: str
    """The outlet's display name."""
    title: str
    url: str
    published: datetime | None
    seen: datetime
    relation: Relationship = "new"
    agency: str = ""
    """Whose text it is, where the outlet credits an agency."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A number that a later report gives differently: killed 3 -> 7."""

    what: str
    """What is counted, in Arabic as messages show it: «القتلى»."""
    before: str
    after: str
    outlet: str = ""
    """Who reports the new number."""


UpdateKind: TypeAlias = Literal[
    "confirmed", "figures", "corrected", "denied", "deleted", "closing",
    "burst", "corroborated", "quiet", "escalated",
]  # fmt: skip
"""What became of a story after its first notice; or what a rule with `when:` waited for."""


@dataclass(frozen=True, slots=True)
class Update:
    """Why a story is told of again, or why a rule with `when:` fires."""

    kind: UpdateKind
    figures: tuple[FigureChange, ...] = ()
    before: str = ""
    """The passage as it was, where one was corrected, denied or deleted."""
    after: str = ""
    """The passage as it is now, or the words of the denial."""
    count: int = 0
    """How many independent outlets, or stories, there are by now."""
    within_s: float = 0.0
    """The window of `when:`, or how long the story or topic has been quiet."""
    earlier: Update | None = None
    """What was told when nobody acknowledged it, of what is escalated."""


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
    topic: str = ""
    """The rule's topic; digests are grouped by it."""
    source_id: str = ""
    reports: tuple[Report, ...] = ()
    """The story's other reports by now, the first one first."""
    update: Update | None = None
    """None for the first notice of a story."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Several alerts in one message."""

    why: Literal["digest", "storm", "backlog"]
    """Asked for by the target, more than its brake lets pass, or more than waited for it."""
    since: datetime
    until: datetime
    alerts: tuple[Alert, ...]
    """Severest first, then oldest."""
    more: int = 0
    """How many there were beyond these."""


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
    occasion: str = "first-report"
    """What is told of the story; unique for rule, story and target: `figures killed 7`."""
    thread: str = ""
    """Stable text made of rule, story and target: all notices of one thread belong together."""
    digest: Digest | None = None
    """What a digest holds; `alert` is then its headline."""
    replies_to: str = ""
    """The receipt of the thread's first message, where its service gave one to reply to."""
    taken: tuple[str, ...] = ()
    """What earlier attempts brought over: recipients, channels, parts; they are left out."""


@dataclass(frozen=True, slots=True)
class Links:
    """Signed addresses under which people answer a notice; empty where none are set up."""

    acknowledge: str = ""
    silence: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took the message."""

    answer: str = ""
    receipt: str = ""
    """What the service calls the message, so that later ones can reply to it; empty for nothing."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now; trying again can help. `after_s` is what the other side asked for, if it did."""

    why: str
    after_s: float | None = None
    is_of_target: bool = False
    """Whether the target takes nothing now, whatever the message: its server is away or busy."""
    taken: tuple[str, ...] = ()
    """What was brought over all the same, with what earlier attempts had."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: the same message to the same target will be refused again."""

    why: str


Outcome: TypeAlias = Sent | TryAgain | Refused
