"""What the process that leads looks for: work that is due by the record and has no job."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from watcher.cluster.jobs import NO_TARGET, deliver_job, poll_job, read_job
from watcher.cluster.turns import FORGET
from watcher.log import event
from watcher.record import REMEMBERED_S

if TYPE_CHECKING:
    from watcher.cluster.jobs import JobQueue
    from watcher.cluster.server import Server

_AT_ONCE: Final = 1000

# A poll that is being made is still due by the record: its job is not queued a second time.
_DUE_SOURCES = """
SELECT id, url FROM sources
WHERE is_active AND due <= clock_timestamp()
    AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS job
                    WHERE job.queueing_lock = 'poll ' || sources.id AND job.status = 'todo')
    AND 'poll ' || id NOT IN (SELECT queueing_lock FROM procrastinate_jobs
                              WHERE status = 'doing' AND worker_id IS NOT NULL
                                  AND queueing_lock IS NOT NULL)
    AND NOT (%(read_up)s AND EXISTS (SELECT FROM entries WHERE entries.source = sources.id
                                     AND entries.status = 'pending'))
ORDER BY due, id LIMIT %(most)s
"""
_DUE_ENTRIES = """
SELECT id, url FROM entries
WHERE status = 'pending' AND retry_at <= clock_timestamp()
    AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
    AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS job
                    WHERE job.queueing_lock = 'read ' || entries.id AND job.status = 'todo')
ORDER BY id LIMIT %(most)s
"""
_DUE_TARGETS = """
SELECT DISTINCT target FROM notices
WHERE status = 'waiting' AND retry_at <= clock_timestamp()
    AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
UNION
SELECT name FROM cluster_targets
WHERE (state ->> 'until')::timestamptz <= clock_timestamp()
    AND EXISTS (SELECT 1 FROM notices WHERE target = cluster_targets.name AND status = 'waiting')
"""
_OLD_MEMBERS = """
DELETE FROM cluster_members
WHERE seen < clock_timestamp() - %(remembered)s * interval '1 second'
"""
_OLD_RULES = """
DELETE FROM cluster_rules WHERE revision NOT IN
    (SELECT revision FROM cluster_rules ORDER BY since DESC LIMIT 3)
"""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Makes jobs of what is due."""

    server: Server
    queue: JobQueue

    async def sources(self, *, read_up: bool = False) -> None:
        """Have sources polled that are due; none with entries to be read where `read_up`."""
        due = await self.server.rows(_DUE_SOURCES, most=_AT_ONCE, read_up=read_up)
        await self.queue.add([poll_job(row["id"], row["url"]) for row in due])

    async def entries(self) -> None:
        """Have entries read that wait for another attempt, or whose reader is gone."""
        due = await self.server.rows(_DUE_ENTRIES, most=_AT_ONCE)
        await self.queue.add([read_job(row["id"], row["url"]) for row in due])

    async def targets(self) -> None:
        """Have delivered what waited for its time."""
        due = await self.server.rows(_DUE_TARGETS)
        lanes = {self.queue.lanes.get(row["target"], NO_TARGET) for row in due}
        await self.queue.add([deliver_job(lane, is_sweep=True) for lane in sorted(lanes)])

    async def stalled(self) -> None:
        """Take up what workers that are gone had in hand."""
        if ended := await self.queue.end_stalled():
            event("cluster", status="taken up from workers that are gone", jobs=ended)

    async def tidy(self) -> None:
        """Forget what is of no more use."""
        await self.server.rows(_OLD_MEMBERS, remembered=REMEMBERED_S)
        for statement in (_OLD_RULES, FORGET):
            await self.server.rows(statement)
        await self.queue.tidy()


_OUTAGES = "SELECT name, state FROM cluster_targets WHERE name = ANY(%(names)s)"
_KEEP_OUTAGE = """
INSERT INTO cluster_targets (name, state) VALUES (%(name)s, %(state)s::jsonb)
ON CONFLICT (name) DO UPDATE SET state = excluded.state
"""


@dataclass(frozen=True, slots=True)
class KeptOutages:
    """What failures in a row say of targets, known to every process that sends."""

    server: Server

    async def read(self, targets: list[str]) -> dict[str, dict[str, object]]:
        """Give what is known of some targets."""
        rows = await self.server.rows(_OUTAGES, names=targets)
        return {row["name"]: row["state"] for row in rows}

    async def keep(self, target: str, state: dict[str, object]) -> None:
        """Keep what is known of a target."""
        await self.server.rows(_KEEP_OUTAGE, name=target, state=json.dumps(state))
