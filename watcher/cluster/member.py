"""One process of a cluster: it says every second that it is there, and learns what is in force.

A process that cannot say so for `LET_GO_S` lets go of everything it has in hand, before the others
take it up: that is after `LEASE_S`, by the database's clock.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from watcher import __version__
from watcher.clock import utc_now
from watcher.errors import StorageUnavailable, WatcherError
from watcher.log import error, event, warning
from watcher.model import ALL_ROLES, LEASE_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from watcher.cluster.server import Server

BEAT_S: Final = 1.0
LET_GO_S: Final = 7.0
"""Counted from when the last beat that was taken had been sent."""
_PATIENCE_S: Final = 3.0
"""How long a beat may take."""

_BEAT = """
WITH mine AS (
    INSERT INTO cluster_members AS m (id, host, pid, roles, version, settings, rules, is_leading)
    VALUES (%(id)s, %(host)s, %(pid)s, %(roles)s, %(version)s, %(settings)s, %(rules)s,
            %(is_leading)s)
    ON CONFLICT (id) DO UPDATE SET
        seen = clock_timestamp(), rules = excluded.rules, is_leading = excluded.is_leading,
        started = CASE WHEN m.seen < clock_timestamp() - %(lease)s * interval '1 second'
                       THEN clock_timestamp() ELSE m.started END
), hosts AS (
    UPDATE cluster_hosts SET held_until = clock_timestamp() + %(lease)s * interval '1 second'
    WHERE name = ANY(%(hosts)s) AND holder = %(id)s AND held_until > clock_timestamp()
), others AS (
    SELECT * FROM cluster_members
    WHERE id <> %(id)s AND seen > clock_timestamp() - %(lease)s * interval '1 second'
)
SELECT clock_timestamp() AS now,
    (SELECT version_num FROM alembic_version) AS schema,
    (SELECT revision FROM cluster_rules ORDER BY since DESC LIMIT 1) AS in_force,
    (SELECT count(*) FROM others WHERE 'work' = ANY(string_to_array(roles, ','))) AS working,
    (SELECT settings FROM others WHERE is_leading LIMIT 1) AS settings,
    (SELECT string_agg(DISTINCT version, ', ') FROM others
     WHERE version <> %(version)s) AS versions,
    (SELECT host || ', process ' || pid || ', ' || roles FROM others
     WHERE (roles = 'all') <> (%(roles)s = 'all')
     AND (started, id) < (
         (SELECT coalesce(min(started), clock_timestamp()) FROM cluster_members
          WHERE id = %(id)s AND seen > clock_timestamp() - %(lease)s * interval '1 second'),
         %(id)s)
     ORDER BY started LIMIT 1) AS stranger
"""
_GONE = "DELETE FROM cluster_members WHERE id = %(id)s"


class Unfit(WatcherError):
    """This process must not work on this database, as it is now."""


async def _nothing(_now: datetime) -> None:
    pass


@dataclass(slots=True)
class Member:
    """This process among the others."""

    server: Server
    holder: str
    """What it is called where it holds something."""
    roles: str
    schema: str
    """The revision of the tables that this program knows."""
    settings: str = ""
    """Hash of what it was configured with."""
    renew: Callable[[datetime], Awaitable[None]] = _nothing
    """Has the record hold on to what this process has in hand."""
    hosts: set[str] = field(default_factory=set)
    """Where it is this process's turn."""
    rules: str = ""
    """The revision of the rules it goes by."""
    is_leading: bool = False
    in_force: str = ""
    """The revision of the rules that all are to go by."""
    others_working: int = 0
    """How many others poll and read."""
    well: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the others know that this process is there."""
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while they may not know it: nothing may be in hand."""
    _offset: timedelta = timedelta(0)
    _heard: float = 0.0
    _told: set[str] = field(default_factory=set)

    def now(self) -> datetime:
        """Give the instant by the database's clock: all machines go by one."""
        return utc_now() + self._offset

    async def join(self) -> None:
        """Be known to the others; wait for one that must not be there to be gone. Raises Unfit."""
        deadline = time.monotonic() + LEASE_S + BEAT_S
        while True:
            try:
                await self._beat()
                return
            except Stranger:
                await self._leave()
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(BEAT_S)

    async def run(self) -> None:
        """Beat until canceled. Raises Unfit."""
        try:
            while True:
                try:
                    await self._beat()
                except (StorageUnavailable, TimeoutError) as failure:
                    self._missed(failure)
                await asyncio.sleep(BEAT_S)
        finally:
            self.well.clear()
            self.lost.set()
            await self._leave()

    async def _beat(self) -> None:
        sent, before = time.monotonic(), utc_now()
        async with asyncio.timeout(_PATIENCE_S):
            [told] = await self.server.rows(
                _BEAT,
                id=self.holder,
                host=socket.gethostname(),
                pid=os.getpid(),
                roles=self.roles,
                version=__version__,
                settings=self.settings,
                rules=self.rules,
                is_leading=self.is_leading,
                hosts=list(self.hosts),
                lease=LEASE_S,
            )
            self._offset = told["now"] - (before + (utc_now() - before) / 2)
            self._judge(told)
            await self.renew(self.now())
        self._heard = sent
        self.in_force = told["in_force"] or ""
        self.others_working = told["working"]
        if not self.well.is_set():
            event("cluster", status="joined", roles=self.roles)
        self.well.set()
        self.lost.clear()

    def _judge(self, told: dict[str, Any]) -> None:
        """Refuse to go on where this program must not; say what is odd, once."""
        if told["schema"] != self.schema:
            raise Unfit(
                f"the database has the tables of revision {told['schema']}, this program "
                f"({__version__}) those of {self.schema}: another version has been started on it. "
                "Install the same version on every machine; what waits is kept until then."
            )
        if told["stranger"]:
            raise Stranger(told["stranger"], is_alone=self.roles == ALL_ROLES)
        if told["versions"]:
            self._say("versions", f"others run version {told['versions']}, this is {__version__}")
        if told["settings"] not in {None, self.settings} and self.roles != ALL_ROLES:
            what = "the configuration or sources here are not those of the active scheduler"
            self._say("settings", f"{what}: have the same files on every machine, and restart")

    def _say(self, what: str, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            warning("cluster", differs=what, why=words)

    def _missed(self, failure: Exception) -> None:
        if time.monotonic() - self._heard >= LET_GO_S - _PATIENCE_S:
            self._let_go(str(failure) or "the database does not answer")

    def _let_go(self, why: str) -> None:
        if self.well.is_set() and self.roles != ALL_ROLES:
            error("cluster", status="let go of everything in hand", why=why)
        self.well.clear()
        self.lost.set()

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(1):
                await self.server.rows(_GONE, id=self.holder)
        except (StorageUnavailable, TimeoutError):
            pass  # it will be missed


class Stranger(Unfit):
    """One daemon that does everything, and a cluster, are on the same database."""

    def __init__(self, who: str, *, is_alone: bool) -> None:
        cluster = "a cluster works on this database already"
        alone = "a daemon that does everything works on this database already"
        rest = (
            "Stop it, or give this one a role: `--role work`"
            if is_alone
            else "Stop it, or start it with roles: `--role schedule --role work --role send`"
        )
        super().__init__(f"{cluster if is_alone else alone} ({who}). {rest}.")
