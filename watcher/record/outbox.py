"""How long a notice waits before it is tried again, and when the whole target is at fault. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FIRST_DELAY_S = 30.0
LONGEST_DELAY_S = 900.0
"""When a server comes back after hours, what waited is told within a quarter of an hour."""
LONGEST_ASKED_S = 86_400.0
"""A server that asks for more than a day is taken at a day: it is more often wrong than patient."""
MAX_ATTEMPTS = 392
"""Even with every delay at its shortest this takes three days: a weekend without a server."""
_EVERY = 4
MOST_HELD = 1000
"""Notices that are kept in mind for one target; older ones wait their own time."""


def retry_delay(attempts: int, asked_s: float | None, jitter: float) -> float | None:
    """Give the seconds to wait after `attempts` failures (1 or more), or None to give up.

    Doubles from 30 s to 15 minutes, less up to a quarter by `jitter` in [0, 1), so that notices
    that failed together do not come back together. Never sooner than the other side asked for.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    grown = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(attempts - 1, 16))
    delay = grown * (1 - jitter / 4)
    # `>` is also False for NaN.
    return min(asked_s, LONGEST_ASKED_S) if asked_s is not None and asked_s > delay else delay


@dataclass(slots=True)
class Outage:
    """What failures in a row say of one target: it takes nothing now, or one message is at fault.

    A target that fails for one notice after another rests as a whole, and is then tried with the
    severest notice that waits: hundreds of notices do not each knock at a door that is closed, and
    when it opens they leave in order of severity and age, not in that of their own delays. A notice
    that fails where others are taken waits its own time and holds up nobody.
    """

    until: datetime | None = None
    """When the target is tried next; None for now."""
    since: datetime | None = None
    """When the first of the failures in a row was; None where there are none."""
    _failures: int = 0
    """In a row."""
    _is_of_target: bool = False
    _is_asked_for: bool = False
    """The server named the time at which it is tried next."""
    _held: set[int] = field(default_factory=set)
    """Notices whose failure may have been the target's: they need not wait their own time."""
    _doubted: set[int] = field(default_factory=set)
    """Those of them after which another was taken: if they fail again, it is their own fault."""
    _tried: set[int] = field(default_factory=set)
    """Notices that failed since one was taken last."""

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Outage:
        """Read it as `written` gives it, which goes into JSON."""
        instants = (written.get("until"), written.get("since"))
        until, since = (datetime.fromisoformat(at) if at else None for at in instants)
        numbers = (set(written.get(name, ())) for name in ("held", "doubted", "tried"))
        failures, of_target = written.get("failures", 0), written.get("is_of_target", False)
        return cls(until, since, failures, of_target, written.get("is_asked_for", False), *numbers)

    @property
    def written(self) -> dict[str, Any]:
        """All there is to know, for JSON; empty where there is nothing."""
        known = {
            "until": self.until.isoformat() if self.until else None,
            "since": self.since.isoformat() if self.since else None,
            "failures": self._failures,
            "is_of_target": self._is_of_target,
            "is_asked_for": self._is_asked_for,
            "held": sorted(self._held),
            "doubted": sorted(self._doubted),
            "tried": sorted(self._tried),
        }
        return {name: value for name, value in known.items() if value}

    @property
    def is_on(self) -> bool:
        """Whether the target is taken to be at fault."""
        return self._is_of_target or self._failures > 1

    @property
    def due_at_once(self) -> Collection[int]:
        """Notices that are due whatever their own time says."""
        return frozenset(self._held) if self.is_on or not self._failures else frozenset()

    @property
    def passed_over(self) -> Collection[int]:
        """Notices that are left out this time: now and then another is tried than the severest.

        Otherwise a few notices that no server ever takes would keep all others waiting: many meet
        on one message what is said of a server, such as 503 or no answer in time. Not where the
        server named a time, for then it is sure that the target is at fault.
        """
        is_turn = self.is_on and not self._is_asked_for and self._failures % _EVERY == 0
        return frozenset(self._tried) if is_turn else frozenset()

    def rests(self, now: datetime) -> bool:
        """Tell whether the target is left alone for now."""
        return self.until is not None and now < self.until

    def failed(
        self,
        notice_id: int,
        now: datetime,
        *,
        asked_s: float | None = None,
        is_of_target: bool = False,
        jitter: float = 0.0,
    ) -> None:
        """Note a failure that may pass.

        What fails where others were taken is not held for the target's sake, whatever was said of
        it, unless the server named a time.
        """
        if notice_id in self._doubted and asked_s is None:
            self._held.discard(notice_id)
            if not is_of_target:
                return
        else:
            self._held.add(notice_id)
        self._tried.add(notice_id)
        for known in (self._held, self._doubted, self._tried):
            while len(known) > MOST_HELD:
                known.remove(min(known))
        self.since = self.since or now
        self._failures += 1
        self._is_of_target = is_of_target
        self._is_asked_for = asked_s is not None
        if self.is_on:
            wait = retry_delay(min(self._failures, MAX_ATTEMPTS - 1), asked_s, jitter)
            self.until = now + timedelta(seconds=wait or 0.0)

    def taken(self, notice_id: int) -> None:
        """Note that the target took a message: what it held up is due at once, in order."""
        self.forget(notice_id)
        if self._failures:
            self._doubted |= self._held
            self._tried.clear()
        self.until, self.since, self._failures, self._is_of_target = None, None, 0, False

    def moved(self, step: timedelta) -> None:
        """Go on waiting for as long as before, though the clock was put forward or back."""
        self.until = self.until + step if self.until else None
        self.since = self.since + step if self.since else None

    def forget(self, notice_id: int) -> None:
        """Note that a notice is closed."""
        self._held.discard(notice_id)
        self._doubted.discard(notice_id)
        self._tried.discard(notice_id)
