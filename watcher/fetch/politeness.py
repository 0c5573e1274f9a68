"""How often and how many at once one host is asked, and for how long it asked to be left alone.

Keeps no socket and knows no HTTP but the forms of Retry-After. Hosts are names, as in the URL,
and the addresses that they stand on.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Protocol

from watcher import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

MAX_QUIET_S: Final = 86_400.0
"""A host that asks for more than a day is asked again after a day."""
_KEPT_HOSTS: Final = 1_000
"""Beyond it those are forgotten of which nothing needs to be known."""
_MOST_HOSTS: Final = 20_000
"""Beyond it the wishes of those whose quiet ends first are forgotten, too: a hostile list can name
hosts without end that all ask to be left alone for a day."""


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

    def reserve(self, now: float, least_s: float = 0.0) -> float:
        """Take the next free start, at least `pause_s` after the one before.

        The one after this is kept `least_s` away where that is longer.
        """
        start = max(now, self.next_start)
        self.next_start = start + max(self.pause_s, least_s)
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


class _Hosts:
    """The names, or the addresses, that were asked lately."""

    def __init__(self, connections: int, pause_s: float, clock: Callable[[], float]) -> None:
        self._connections = connections
        self._pause_s = pause_s
        self._clock = clock
        self._known: dict[str, _Host] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, name: str) -> _Host:
        if name not in self._known:
            self._forget_idle()
            pace = Pace(self._pause_s)
            self._known[name] = _Host(pace, asyncio.Semaphore(self._connections))
        return self._known[name]

    def _forget_idle(self) -> None:
        if len(self._known) < _KEPT_HOSTS:
            return
        now = self._clock()
        for name in [n for n, h in self._known.items() if not h.users and h.pace.is_idle(now)]:
            del self._known[name]
        if len(self._known) >= _MOST_HOSTS:
            free = [(h.pace.quiet_until, name) for name, h in self._known.items() if not h.users]
            gone = sorted(free)[: _MOST_HOSTS // 10]
            log.warning("fetch", status="too many hosts to remember", forgotten=len(gone))
            for _, name in gone:
                del self._known[name]


class Everywhere(Protocol):
    """Turns that other machines take, too: one at a time of each host."""

    async def take(
        self, host: str, server: str, at_once: int, pause_s: float, server_pause_s: float
    ) -> tuple[float, float]:
        """Take a turn, if there is one now: (0, 0). Or give the wait, or the quiet, in seconds.

        `at_once` and `server_pause_s` are the limits of all names on that server together.
        """

    async def give_back(self, host: str, quiet_s: float) -> None:
        """End a turn; the host wants to be left alone for `quiet_s`."""


@dataclass(slots=True)
class Turn:
    """A turn that is being used."""

    quiet_s: float = 0.0
    """For how long the host asked to be left alone."""


class Politeness:
    """Hands out turns at a host: so many at once, so far apart, and none while it wants quiet.

    Names on one address share a second, wider limit: whoever runs many sites on one small server
    is not asked as if each had its own.
    """

    def __init__(  # noqa: PLR0913 - the limits, and who else takes turns
        self,
        connections: int,
        pause_s: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        connections_per_address: int = 0,
        pause_per_address_s: float = 0.0,
        everywhere: Everywhere | None = None,
    ) -> None:
        """Take the limits of a name, and of an address where they are to differ.

        With `everywhere`, each turn is taken there, too.
        """
        self._clock = clock
        self._everywhere = everywhere
        self._pauses = pause_s, pause_per_address_s
        self._hosts = _Hosts(connections, pause_s, clock)
        at_once = max(connections, connections_per_address)
        self._at_once = at_once
        self._addresses = _Hosts(at_once, pause_per_address_s, clock)

    @asynccontextmanager
    async def turn(
        self, host: str, address: str = "", least_pause_s: float = 0.0
    ) -> AsyncIterator[Turn]:
        """Wait for a turn and hold it; AskedForQuiet at once where the host wants none.

        `address` is the server that `host` stands on, where known. `least_pause_s` is what the
        host asks for between two requests.
        """
        name, server = self._hosts[host], self._addresses[address or host]
        name.users += 1
        server.users += 1
        try:
            self._check(host, name)
            async with (
                name.slots,
                server.slots,
            ):  # in this order everywhere, so nobody waits in a ring
                self._check(host, name)  # a 429 may have come while we waited
                now = self._clock()
                start = server.pace.reserve(name.pace.reserve(now, least_pause_s))
                if start > now:
                    await asyncio.sleep(start - now)
                    self._check(host, name)
                async with self._turn_everywhere(host, address or host, least_pause_s) as turn:
                    yield turn
                if turn.quiet_s:
                    self.ask_quiet(host, turn.quiet_s)
        finally:
            name.users -= 1
            server.users -= 1

    @asynccontextmanager
    async def _turn_everywhere(
        self, host: str, server: str, least_pause_s: float
    ) -> AsyncIterator[Turn]:
        turn = Turn()
        if self._everywhere is None:
            yield turn
            return
        pause_s, server_pause_s = self._pauses
        limits = self._at_once, max(pause_s, least_pause_s), server_pause_s
        while any(told := await self._everywhere.take(host, server, *limits)):
            wait_s, quiet_s = told
            if quiet_s > 0:
                raise AskedForQuiet(host, quiet_s)
            # Not all who wait look at the same instant.
            await asyncio.sleep(wait_s * (1 + random.random() / 4))  # noqa: S311 - no secret
        try:
            yield turn
        finally:
            await self._everywhere.give_back(host, turn.quiet_s)

    def ask_quiet(self, host: str, seconds: float) -> None:
        """Let nobody ask `host` for so long."""
        self._hosts[host].pace.ask_quiet(self._clock(), seconds)

    def _check(self, host: str, state: _Host) -> None:
        seconds = state.pace.quiet_for(self._clock())
        if seconds > 0:
            raise AskedForQuiet(host, seconds)
