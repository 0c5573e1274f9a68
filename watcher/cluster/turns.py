"""Turns at hosts, shared by all machines: `fetch.politeness` asks for them."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watcher.errors import StorageUnavailable
from watcher.model import LEASE_S

if TYPE_CHECKING:
    from watcher.cluster.server import Server

_TAKE = """
SELECT wait, quiet FROM cluster_take_turn(%(host)s, %(server)s, %(at_once)s, %(holder)s,
    %(lease)s, %(pause)s, %(server_pause)s)
"""
_GIVE_BACK = """
UPDATE cluster_hosts SET holder = '', held_until = '-infinity',
    quiet_until = greatest(quiet_until, clock_timestamp() + %(quiet)s * interval '1 second')
WHERE name = %(host)s AND holder = %(holder)s
"""
FORGET = """
DELETE FROM cluster_hosts WHERE name IN (
    SELECT name FROM cluster_hosts
    WHERE greatest(held_until, next_start, quiet_until) < clock_timestamp() - interval '1 hour'
    FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True)
class SharedTurns:
    """Takes turns at hosts in the name of one process; who asks has one at a time of each host."""

    server: Server
    holder: str
    held: set[str] = field(default_factory=set)
    """The hosts at which it is this process's turn: its beats hold them."""

    async def take(
        self, host: str, server: str, at_once: int, pause_s: float, server_pause_s: float
    ) -> tuple[float, float]:
        """Take a turn, if there is one now: (0, 0). Or give the wait, or the quiet, in seconds."""
        [told] = await self.server.rows(
            _TAKE,
            host=host,
            server=server,
            at_once=at_once,
            holder=self.holder,
            lease=LEASE_S,
            pause=pause_s,
            server_pause=server_pause_s,
        )
        if not (told["wait"] or told["quiet"]):
            self.held.add(host)
        return told["wait"], told["quiet"]

    async def give_back(self, host: str, quiet_s: float) -> None:
        """End a turn, also where who had it is being canceled; what fails ends by itself."""
        self.held.discard(host)
        ending = asyncio.create_task(self._give_back(host, quiet_s))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise

    async def _give_back(self, host: str, quiet_s: float) -> None:
        with contextlib.suppress(StorageUnavailable):
            await self.server.rows(_GIVE_BACK, host=host, holder=self.holder, quiet=quiet_s)
