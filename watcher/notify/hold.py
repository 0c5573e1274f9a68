"""Whether a notice may go now: silences, digests, the storm brake, quiet hours; in that order.

Pure. The record asks when a notice is queued, in that transaction, and again when it would be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.model import ESCALATED, FALLBACK, QUIET_HOURS, RESENT, Hold, Severity
from watcher.notify.hours import next_digest, quiet_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Self

    from watcher.model import Lately, Silence, Waiting
    from watcher.notify.target import Target

GATHERING: Final = timedelta(minutes=10)
"""How long a storm's first summary gathers: an alert that was one too many is still news."""
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Holding:
    """Decides by what the targets of one configuration wish; the record's `Judge`."""

    targets: Mapping[str, Target]

    @classmethod
    def of(cls, targets: Sequence[Target]) -> Self:
        """Decide for these targets."""
        return cls({target.name: target for target in targets})

    def __call__(
        self,
        waiting: Waiting,
        now: datetime,
        lately: Callable[[], Lately],
        silences: Sequence[Silence],
    ) -> Hold:
        """Decide what becomes of a notice."""
        return hold(self.targets.get(waiting.target), waiting, now, lately, silences)


def hold(
    target: Target | None,
    waiting: Waiting,
    now: datetime,
    lately: Callable[[], Lately],
    silences: Sequence[Silence],
) -> Hold:
    """Decide what becomes of a notice for a target; None where no such target is set any more.

    What a person sends again passes everything but silences; what nobody acknowledged passes
    digests, which would keep it from whoever is to be told at once.
    """
    for silence in silences:
        if silence.covers(waiting, now):
            return Hold("silenced", now, waiting.bundle, _words(silence))
    if target is None or waiting.occasion.startswith(RESENT):
        return Hold("waiting", now, waiting.bundle)
    return (
        _for_digest(target, waiting, now)
        or _for_summary(target, waiting, now, lately)
        or _in_quiet_hours(target, waiting, now)
        or Hold("waiting", now, waiting.bundle)
    )


def summary_due(now: datetime, last: datetime | None) -> datetime:
    """Give when the summary of a storm that begins now is due: soon, and one in an hour."""
    soon = now + GATHERING
    return max(soon, last + HOUR) if last else soon


def _for_digest(target: Target, waiting: Waiting, now: datetime) -> Hold | None:
    if target.digest is None or waiting.bundle or waiting.is_bundle:
        return None
    if waiting.severity > target.digest.up_to or _is_escalated(waiting.occasion):
        return None
    due = next_digest(target.digest, target.zone, now)
    return Hold("collected", due, "digest", "for the digest")


def _is_escalated(occasion: str) -> bool:
    """Tell what nobody acknowledged, also where another target refused it.

    >>> _is_escalated("fallback from mail: escalated from desk")
    True
    """
    if occasion.startswith(FALLBACK):
        occasion = occasion.partition(": ")[2]
    return occasion.startswith(ESCALATED)


def _for_summary(
    target: Target, waiting: Waiting, now: datetime, lately: Callable[[], Lately]
) -> Hold | None:
    most = target.most_per_hour
    if not most or waiting.is_bundle or waiting.bundle == "storm":
        return None
    told = lately()
    is_storm = waiting.is_new and told.storm_due is not None
    if told.singles < most and not is_storm:
        return None
    due = told.storm_due or summary_due(now, told.summary_at)
    return Hold("collected", due, "storm", f"more than {most} an hour")


def _in_quiet_hours(target: Target, waiting: Waiting, now: datetime) -> Hold | None:
    if target.quiet is None or waiting.severity >= Severity.CRITICAL:
        return None
    until = quiet_until(target.quiet, target.zone, now)
    return Hold("waiting", until, waiting.bundle, QUIET_HOURS) if until else None


def _words(silence: Silence) -> str:
    by = f" by {silence.author}" if silence.author else ""
    return f"silenced{by}: {silence.why}"
