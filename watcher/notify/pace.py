"""How fast a service takes messages. Pure: the clock is handed in, and somebody else waits.

A limit holds in every window of its length, wherever it begins, not only from one full minute to
the next: that is how services count, and a bucket that is full at both ends of a minute would let
through twice as many.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many messages in any so many seconds."""

    most: int
    per_s: float


SLACK: Final = (Limit(1, 1),)
"""A channel or a webhook: docs.slack.dev, "Rate limits", posting messages."""
TELEGRAM_CHAT: Final = (Limit(1, 1),)
TELEGRAM_GROUP: Final = (Limit(1, 1), Limit(20, 60))
TELEGRAM_BOT: Final = (Limit(30, 1),)
"""core.telegram.org/bots/faq: a message a second in a chat, 20 a minute in a group, 30 a second."""
DISCORD: Final = (Limit(5, 2), Limit(30, 60))
"""A webhook: five in two seconds, and thirty a minute in its channel."""
MAIL: Final = (Limit(5, 1), Limit(120, 60))
"""Servers differ and say 4yz when it is too much; this keeps a storm from looking like spam."""
ANY: Final = (Limit(1, 1),)
"""A service of which nothing is known but that Apprise spaces its messages."""
OWN: Final = (Limit(20, 1), Limit(100, 10))
"""One that Apprise does not space: a server of one's own, mostly. A burst need not wait."""
LONGEST_WINDOW_S: Final = 60.0


@dataclass(slots=True)
class Pace:
    """When the next message may go to one place."""

    limits: tuple[Limit, ...] = ANY
    _taken: deque[datetime] = field(init=False)

    def __post_init__(self) -> None:
        """Remember as many turns as the widest limit counts."""
        self._taken = deque(maxlen=max((limit.most for limit in self.limits), default=1))

    def next_turn(self, now: datetime) -> datetime:
        """Give the earliest instant, not before `now`, at which one more message keeps the limits.

        Never before a turn that was given already, even where the clock was put back.
        """
        turn = max(now, self._taken[-1]) if self._taken else now
        for limit in self.limits:
            if len(self._taken) >= limit.most:
                turn = max(turn, self._taken[-limit.most] + timedelta(seconds=limit.per_s))
        return turn

    def take_turn(self, now: datetime) -> datetime:
        """Take the next turn; the message must not be sent before the instant given."""
        turn = self.next_turn(now)
        self._taken.append(turn)
        return turn

    def remember(self, sent: Iterable[datetime]) -> None:
        """Count messages that were sent before the program started, the oldest first."""
        for instant in sent:
            self._taken.append(max(instant, self._taken[-1]) if self._taken else instant)
