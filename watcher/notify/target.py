"""Where people read. Knows no service: that is services' business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time  # noqa: TC003 - part of the values themselves
from typing import Final, Literal, TypeAlias

from watcher.model import Escalation, Secret, Severity

Wish: TypeAlias = Literal["confirmed", "figures", "corrections", "closing"]
WISHES: Final[tuple[Wish, ...]] = ("confirmed", "figures", "corrections", "closing")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When people sleep, on their own clock; `end` before `begin` is the next morning."""

    begin: time
    end: time
    days: frozenset[int] = frozenset(range(7))
    """Weekdays on which they begin, Monday 0."""


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When a digest is sent: at times of the reader's day, or every so many hours."""

    at: tuple[time, ...] = ()
    every_s: float = 0.0
    up_to: Severity = Severity.HIGH
    """The severest alerts that wait for it; what is severer is sent at once."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place where people read, as the operator wrote it.

    `url` is an Apprise address (mailto://, slack://, tgram://, json:// …) or `console://`.
    `zone` is the IANA zone in which times are told.
    """

    name: str
    url: Secret
    min_severity: Severity = Severity.LOW
    zone: str = "UTC"
    rules: tuple[str, ...] = ()
    """Patterns of rule ids (`coalition-*`) that it is told of; empty for all."""
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Patterns of source ids."""
    updates: frozenset[Wish] = frozenset({"confirmed", "figures", "corrections"})
    """What it wants to hear of a story after the first notice."""
    quiet: QuietHours | None = None
    digest: DigestTimes | None = None
    most_per_hour: int = 0
    """Alerts of one rule in an hour; what is beyond becomes one summary. 0 for no brake."""
    fallback: str = ""
    """The target that gets, once, what this one refuses for good."""
    escalate_to: str = ""
    """The target that is told when nobody acknowledges in time."""
    escalate_after_s: float = 0.0
    escalate_from: Severity = Severity.HIGH

    @property
    def escalation(self) -> Escalation | None:
        """Whom its alerts go to when nobody acknowledges them; None for nobody."""
        if not self.escalate_to:
            return None
        return Escalation(self.name, self.escalate_to, self.escalate_after_s, self.escalate_from)

    @property
    def scheme(self) -> str:
        """The service's name in the address, in lower case; empty where there is none."""
        scheme, divider, _ = self.url.reveal().partition("://")
        return scheme.strip().lower() if divider else ""
