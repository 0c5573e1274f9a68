"""The record: all that the daemon remembers; one method per question or step, one transaction each.

Decides nothing about articles or messages. Every method raises StorageUnavailable when the database
cannot be used now, and then has changed nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

from sqlalchemy import select, update

from watcher.errors import StorageUnavailable
from watcher.record import articles, entries, lease, notices, sources, status, tables
from watcher.record.engine import Database, parse_url
from watcher.record.holder import holder
from watcher.record.lease import Lease
from watcher.record.migrate import upgrade
from watcher.record.upsert import insert_unless_known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from types import TracebackType

    from watcher.model import (
        Entry,
        Fingerprint,
        Neighbor,
        Notice,
        Pending,
        Reading,
        Sent,
        Source,
        SourceState,
    )
    from watcher.record.status import Status

READING_LEASE_S = 300.0
"""Longer than reading any page may take; what a killed process was reading is free at once."""
SENDING_LEASE_S = 180.0
"""Longer than any service takes to answer."""


class Record:
    """The record in one database; `async with Record(url) as record`, or `await Record.open(url)`.

    `url` is the operator's: sqlite:///watcher.db or postgresql://user:password@host/name.
    """

    def __init__(
        self,
        url: str,
        *,
        migrate: bool = True,
        reading_lease_s: float = READING_LEASE_S,
        sending_lease_s: float = SENDING_LEASE_S,
    ) -> None:
        self._url = parse_url(url)
        self._migrates = migrate
        self._reading_lease_s = reading_lease_s
        self._sending_lease_s = sending_lease_s
        self._database = Database(self._url)
        self._holder = holder()
        self._rule_revision: str | None = None

    @classmethod
    async def open(cls, url: str, *, migrate: bool = True) -> Self:
        """Open the record; the caller closes it."""
        return await cls(url, migrate=migrate).__aenter__()

    async def __aenter__(self) -> Self:
        """Bring the tables up to date, and free what processes that were killed still hold."""
        if self._migrates:
            await asyncio.to_thread(upgrade, self._url)
            async with self._database.writing() as connection:
                for table in (tables.entries, tables.notices):
                    gone = await lease.gone_holders(connection, table)
                    await lease.release(connection, table, gone)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the record."""
        await self.close()

    async def close(self) -> None:
        """Free what this process holds, if the database lets it, and close every connection."""
        try:
            with contextlib.suppress(StorageUnavailable):
                await self._let_go()
        finally:
            await self._database.dispose()

    async def _let_go(self) -> None:
        async with self._database.writing() as connection:
            mine = (self._holder,)
            begun = tables.entries.c.unanswered
            await lease.release(connection, tables.entries, mine, unanswered=begun - 1)
            await lease.release(connection, tables.notices, mine)

    # --- sources --------------------------------------------------------------------------

    async def sync_sources(self, wanted: Iterable[Source], now: datetime) -> None:
        """Add new sources (due now) and retire those no longer listed or enabled.

        A source whose address the operator changed forgets what it learned at the old one.
        """
        async with self._database.writing() as connection:
            await sources.sync(connection, wanted, now)

    async def due(self, now: datetime, limit: int) -> list[SourceState]:
        """Give up to `limit` active sources that are due, the longest overdue first."""
        async with self._database.reading() as connection:
            return await sources.due(connection, now, limit)

    async def next_due(self) -> datetime | None:
        """Give the instant at which the next active source is due; None where there is none."""
        async with self._database.reading() as connection:
            return await sources.next_due(connection)

    async def state(self, source_id: str) -> SourceState:
        """Give the state of a source. Raises KeyError for one that never was."""
        async with self._database.reading() as connection:
            return await sources.state(connection, source_id)

    async def polled(self, state: SourceState, listed: Sequence[Entry], now: datetime) -> int:
        """Keep the state after a poll, and the entries not yet known; give how many were new.

        Validators and entries are kept together: when a feed answers 304 after a crash, nothing
        is lost.
        """
        async with self._database.writing() as connection:
            seen_before = await sources.keep_state(connection, state)
            first = not seen_before
            return await entries.add(connection, state.id, listed, now, first_contact=first)

    # --- entries and articles -------------------------------------------------------------

    async def pending(self, now: datetime, limit: int, busy: Collection[str] = ()) -> list[Pending]:
        """Take up to `limit` entries to read now, the oldest first, but none of `busy` sources.

        They are this process's until it answers with `reading`, `entry_failed` or `entry_skipped`,
        closes the record, dies, or the lease ends.
        """
        claim = Lease(self._holder, now, self._reading_lease_s)
        async with self._database.writing() as connection:
            return await entries.claim(connection, claim, limit, busy)

    async def entry_failed(
        self, pending: Pending, why: str, now: datetime, retry_at: datetime | None
    ) -> None:
        """Note that an entry could not be read; without `retry_at` it has failed for good."""
        async with self._database.writing() as connection:
            await entries.failed(connection, pending, why, now, retry_at)

    async def entry_skipped(self, pending: Pending, why: str, now: datetime) -> None:
        """Note that an entry is no article."""
        async with self._database.writing() as connection:
            await entries.finish(connection, pending, "skipped", why, now)

    async def neighbors(self, fingerprint: Fingerprint, since: datetime) -> list[Neighbor]:
        """Give articles seen since then that share a key or the whole text, the nearest first."""
        async with self._database.reading() as connection:
            return await articles.neighbors(connection, fingerprint, since)

    async def reading(self, reading: Reading, now: datetime) -> tuple[Notice, ...]:
        """Record what reading an entry gave; give the notices that this queued.

        Nothing is recorded twice: an entry that was closed in the meantime gives ().
        """
        async with self._database.writing() as connection:
            if not await entries.finish(connection, reading.pending, "done", "", now):
                return ()
            story_id = await articles.add(connection, reading, now, self._rule_revision)
            return await notices.queue(connection, story_id, reading.alerts, now)

    async def rule_revision(self, revision: str, yaml: str, now: datetime) -> None:
        """Keep the rules as they were written; matches recorded from now on refer to `revision`."""
        self._rule_revision = revision
        row = {"hash": revision, "yaml": yaml, "first_seen": now}
        async with self._database.writing() as connection:
            await connection.execute(insert_unless_known(connection, tables.rule_revisions), row)

    async def remember_rules_refused(self, what: str, now: datetime) -> None:
        """Keep the mistakes of edited rule files for `status`; empty when all are in force."""
        async with self._database.writing() as connection:
            await status.remember_rules_refused(connection, what, now)

    # --- the outbox -----------------------------------------------------------------------

    async def due_notices(
        self, now: datetime, limit: int, busy: Collection[str] = ()
    ) -> list[Notice]:
        """Take up to `limit` notices: severest first, then oldest, none for `busy` targets.

        They are this process's until it says `sent`, `postponed` or `refused`, closes the record,
        dies, or the lease ends.
        """
        claim = Lease(self._holder, now, self._sending_lease_s)
        async with self._database.writing() as connection:
            return await notices.claim(connection, claim, limit, busy)

    async def sent(self, notice: Notice, outcome: Sent, now: datetime, took_s: float = 0.0) -> None:
        """Note that the other side took the message."""
        async with self._database.writing() as connection:
            await notices.settle(connection, notice, "sent", "", now)
            await notices.note_delivery(
                connection, notice, outcome="sent", answer=outcome.answer, now=now, took_s=took_s
            )

    async def postponed(
        self, notice: Notice, why: str, retry_at: datetime, now: datetime, took_s: float = 0.0
    ) -> None:
        """Note a failure that may pass; the notice waits until `retry_at`."""
        async with self._database.writing() as connection:
            await notices.postpone(connection, notice, why, retry_at, self._holder)
            await notices.note_delivery(
                connection, notice, outcome="postponed", answer=why, now=now, took_s=took_s
            )

    async def refused(self, notice: Notice, why: str, now: datetime, took_s: float = 0.0) -> None:
        """Note a failure for good; the notice becomes a dead letter."""
        async with self._database.writing() as connection:
            await notices.settle(connection, notice, "dead", why, now)
            await notices.note_delivery(
                connection, notice, outcome="refused", answer=why, now=now, took_s=took_s
            )

    # --- health ---------------------------------------------------------------------------

    async def status(self, now: datetime, last: int = 10) -> Status:
        """Tell how sources, entries and the outbox are doing, with the `last` alerts."""
        async with self._database.reading() as connection:
            return await status.read(connection, now, last)

    async def is_usable(self) -> bool:
        """Say whether the record can be written now, by writing: a full disk still reads well."""
        beat = update(tables.pulse).values(beats=tables.pulse.c.beats + 1)
        try:
            async with self._database.writing() as connection:
                await connection.execute(select(tables.sources.c.id).limit(1))
                await connection.execute(beat)
        except StorageUnavailable:
            return False
        return True
