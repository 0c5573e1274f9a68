"""How often and how many at once one host is asked, and for how long it asked to be left alone.

Keeps no socket and knows no HTTP but the forms of Retry-After. Hosts are names, as in the URL.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

MAX_QUIET_S: Final = 86_400.0
"""A host that asks for more than a day is asked again after a day."""
_KEPT_HOSTS: Final = 1_000


class AskedForQuiet(Exception):
    """The host does not want to be asked for another `seconds`."""

    def __init__(self, host: str, seconds: float) -> None:
        self.host = host
        self.seconds = seconds
        super().__init__(f"{host} asked to be left alone for another {seconds:.0f} s")


def retry_after_s(value: str, server_time: datetime) -> float | None:
    """Read a Retry-After header, seconds or HTTP date (RFC 9110 10.2.3), as seconds from now.

    `server_time` is what the server's own Date header says, so that a wrong clock cancels out.
    None for what is neither; never negative, never above MAX_QUIET_S.
    """
    text = value.strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{0,6})?", text):
        return min(float(text), MAX_QUIET_S)
    moment = http_date(text)
    if moment is None:
        return None
    return min(max((moment - server_time).total_seconds(), 0.0), MAX_QUIET_S)


def http_date(value: str) -> datetime | None:
    """Read an HTTP date; None for anything else."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    # An HTTP date is in GMT by definition; "-0000" is read as a time without zone.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(slots=True)
class Pace:
    """When one host may be asked next. Pure: every `now` is given, in seconds of any clock."""

    pause_s: float
    next_start: float = 0.0
    quiet_until: float = 0.0

    def reserve(self, now: float) -> float:
        """Take the next free start, at least `pause_s` after the one before."""
        start = max(now, self.next_start)
        self.next_start = start + self.pause_s
        return start

    def ask_quiet(self, now: float, seconds: float) -> None:
        """Remember the longest quiet that was asked for."""
        self.quiet_until = max(self.quiet_until, now + seconds)

    def quiet_for(self, now: float) -> float:
        """Give the seconds of quiet that are left; 0 if there is none."""
        return max(self.quiet_until - now, 0.0)

    def is_idle(self, now: float) -> bool:
        """Tell whether forgetting this pace changes nothing."""
        return now >= max(self.next_start, self.quiet_until)


@dataclass(slots=True)
class _Host:
    pace: Pace
    slots: asyncio.Semaphore
    users: int = 0


class Politeness:
    """Hands out turns at a host: so many at once, so far apart, and none while it wants quiet."""

    def __init__(
        self, connections: int, pause_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connections = connections
        self._pause_s = pause_s
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn and hold it; AskedForQuiet at once where the host wants none."""
        state = self._state(host)
        state.users += 1
        try:
            self._check(host, state)
            async with state.slots:
                self._check(host, state)  # a 429 may have come while we waited
                now = self._clock()
                await asyncio.sleep(state.pace.reserve(now) - now)
                self._check(host, state)
                yield
        finally:
            state.users -= 1

    def slow_down(self, host: str, pause_s: float) -> None:
        """Keep requests to `host` at least so far apart, and never closer than all others."""
        self._state(host).pace.pause_s = max(self._pause_s, pause_s)

    def ask_quiet(self, host: str, seconds: float) -> None:
        """Let nobody ask `host` for so long."""
        self._state(host).pace.ask_quiet(self._clock(), seconds)

    def _check(self, host: str, state: _Host) -> None:
        seconds = state.pace.quiet_for(self._clock())
        if seconds > 0:
            raise AskedForQuiet(host, seconds)

    def _state(self, host: str) -> _Host:
        if host not in self._hosts:
            self._forget_idle()
            pace = Pace(self._pause_s)
            self._hosts[host] = _Host(pace, asyncio.Semaphore(self._connections))
        return self._hosts[host]

    def _forget_idle(self) -> None:
        if len(self._hosts) < _KEPT_HOSTS:
            return
        now = self._clock()
        for name in [n for n, h in self._hosts.items() if not h.users and h.pace.is_idle(now)]:
            del self._hosts[name]
