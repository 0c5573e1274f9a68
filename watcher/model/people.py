"""What stands between a notice and people: whether it may go now, and who has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of the values themselves
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from watcher.model.basics import Severity  # noqa: TC001 - part of the values themselves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Bundle: TypeAlias = Literal["", "digest", "storm", "backlog"]
"""What several alerts are put together in: the digest of a target, the summary of a storm or
of a backlog."""
QUIET_HOURS = "quiet hours"
"""Why a notice waits that quiet hours hold."""
RESENT, ESCALATED = "resent", "escalated"
"""How the occasions begin of notices that a person asked for, or that nobody acknowledged."""
FALLBACK = "fallback from "
"""How the occasion begins of what another target refused: its name, a colon, its occasion."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What nobody wants to hear of for a while; an empty part stands for any."""

    id: int
    rule: str
    target: str
    story_id: int | None
    starts: datetime
    ends: datetime
    author: str
    why: str

    def covers(self, waiting: Waiting, now: datetime) -> bool:
        """Tell whether a notice is silenced now."""
        return (
            self.starts <= now < self.ends
            and self.rule in {"", waiting.rule}
            and self.target in {"", waiting.target}
            and self.story_id in {None, waiting.story_id}
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is judged of a notice that has not been sent."""

    rule: str
    target: str
    severity: Severity
    story_id: int | None = None
    occasion: str = ""
    bundle: Bundle = ""
    """What it was collected for before, if it was."""
    is_new: bool = False
    """Whether it is only being queued: a storm that has begun takes what is new."""
    is_bundle: bool = False
    """Whether it is itself what others are bundled in."""


@dataclass(frozen=True, slots=True)
class Lately:
    """What a target has heard of a rule within an hour, or is about to hear."""

    singles: int = 0
    """Messages of one alert each."""
    summary_at: datetime | None = None
    """When the last summary of a storm was made or sent."""
    storm_due: datetime | None = None
    """When the summary is due that alerts are being collected for."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What becomes of a notice now.

    `waiting` from `at` on, `collected` for a bundle that is due then, or `silenced`.
    """

    status: Literal["waiting", "collected", "silenced"]
    at: datetime
    bundle: Bundle = ""
    why: str = ""


class Judge(Protocol):
    """Decides what becomes of a notice: the rules of quiet hours, digests, brakes and silences."""

    def __call__(
        self,
        waiting: Waiting,
        now: datetime,
        lately: Callable[[], Lately],
        silences: Sequence[Silence],
    ) -> Hold:
        """Decide; `lately` is asked only where it matters."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Another target is told when nobody acknowledges what this one was told."""

    target: str
    to: str
    after_s: float
    least: Severity
