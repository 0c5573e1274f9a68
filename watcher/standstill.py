"""While the database cannot be used no new work is taken, and that is said once and each minute.

Otherwise each lane would fetch again and again what it cannot record, and each failure would be a
line in the log of a disk that may be full.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from watcher.errors import StorageDamaged, StorageUnavailable
from watcher.log import error, event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SAID_AGAIN_S: Final = 60.0
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 60.0
"""A disk that is nearly full takes small things and refuses large ones: it is tried ever less."""


@dataclass(slots=True)
class Standstill:
    """Whether work stands still because the database cannot be used, and since when."""

    clock: Callable[[], float] = time.monotonic
    why: str = ""
    """What the database said last; empty while it can be used."""
    since: float = 0.0
    damage: StorageDamaged | None = None
    """Set for good: what is damaged is not waited for."""
    _pause_s: float = 0.0
    """How long it lasts at least."""
    _ended: float = -math.inf
    _failures: int = 0
    _said: float = 0.0

    @property
    def is_on(self) -> bool:
        """Whether no work is to be taken."""
        return bool(self.why)

    @property
    def lasts_s(self) -> float:
        """Give for how many seconds it has lasted."""
        return self.clock() - self.since if self.why else 0.0

    def met(self, lane: str, failure: StorageUnavailable) -> None:
        """Note that a lane could not use the database."""
        if isinstance(failure, StorageDamaged):
            self.damage = failure
        if not self.why:
            self.since = self._said = self.clock()
            self._failures = 0
            is_again = self.since - self._ended < LONGEST_PAUSE_S
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S) if is_again else FIRST_PAUSE_S
            error("record", lane=lane, status="no new work is taken", why=str(failure))
        self.why = str(failure)
        self._failures += 1

    async def look(self, why_not: Callable[[], Awaitable[str]]) -> float | None:
        """See whether the database can be used again; give the seconds that it could not, then.

        `why_not` says why it cannot be used now, empty if it can.
        """
        if not self.why or self.damage or self.lasts_s < self._pause_s:
            return None
        why = await why_not()
        lasted, self.why = self.lasts_s, why
        if not why:
            self._ended = self.clock()
            event("record", status="usable again", after_s=lasted, failures=self._failures)
            return lasted
        if self.clock() - self._said >= SAID_AGAIN_S:
            self._said = self.clock()
            error("record", status="still unusable", for_s=self.lasts_s, why=self.why)
        return None
