"""The record: all that the daemon remembers; one method per question or step, one transaction each.

Decides nothing about articles or messages. Every method raises StorageUnavailable when the database
cannot be used now, and then has changed nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Self

from watcher.clock import utc_now
from watcher.errors import StorageUnavailable
from watcher.points import reached
from watcher.record import (
    articles,
    deliveries,
    entries,
    furniture,
    notices,
    raw,
    sources,
    status,
    steps,
    threads,
    wordcounts,
)
from watcher.record.archive import Archive
from watcher.record.deliveries import Attempt
from watcher.record.engine import Database, parse_url
from watcher.record.holder import holder as new_holder
from watcher.record.holding import at_once
from watcher.record.lease import Lease
from watcher.record.migrate import upgrade
from watcher.record.people import People
from watcher.record.selfreport import SelfReport
from watcher.record.unchanged import UnchangedPolls
from watcher.record.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from types import TracebackType

    from watcher.model import (
        Alert,
        Entry,
        Evidence,
        Fingerprint,
        Judge,
        Neighbor,
        Notice,
        Pending,
        Reading,
        Relation,
        Sample,
        Sent,
        Source,
        SourceState,
        WordCounts,
    )
    from watcher.record.queue import Queue
    from watcher.record.status import Status
    from watcher.record.steps import Learn, Relate
    from watcher.record.threads import Wishes

READING_LEASE_S = 300.0
"""Longer than reading any page may take; what a killed process was reading is free at once."""
SENDING_LEASE_S = 180.0
"""Longer than any service takes to answer."""


class Record:
    """The record in one database; `async with Record(url) as record`, or `await Record.open(url)`.

    `url` is the operator's: sqlite:///watcher.db or postgresql://user:password@host/name.
    `judge` decides when a notice goes, as targets wish. What people ask and answer is `people`'s,
    what is looked up `archive`'s, what is forgotten `upkeep`'s.
    `queue` takes the jobs that transactions make, where other machines are to do them.
    """

    def __init__(  # noqa: PLR0913 - how it is kept, and what it hands decisions to
        self,
        url: str,
        *,
        migrate: bool = True,
        reading_lease_s: float = READING_LEASE_S,
        sending_lease_s: float = SENDING_LEASE_S,
        judge: Judge = at_once,
        queue: Queue | None = None,
    ) -> None:
        self._url = parse_url(url)
        self._judge = judge
        self._migrates = migrate
        self._reading_lease_s = reading_lease_s
        self._sending_lease_s = sending_lease_s
        self._database = Database(self._url, queue)
        self.people = People(self._database, judge)
        self.archive = Archive(self._database)
        self.selfreport = SelfReport(self._database, judge)
        self._holder = new_holder()
        self.upkeep = Upkeep(self._database, self._holder)
        self._rule_revision: str | None = None
        self._unchanged = UnchangedPolls(self._database)

    @property
    def holder(self) -> str:
        """What this use of the record is called where it holds something."""
        return self._holder

    @classmethod
    async def open(cls, url: str, *, migrate: bool = True) -> Self:
        """Open the record; the caller closes it."""
        return await cls(url, migrate=migrate).__aenter__()

    async def __aenter__(self) -> Self:
        """Bring the tables up to date, and free what processes that were killed still hold."""
        if self._migrates:
            await asyncio.to_thread(upgrade, self._url)
            await self._database.write(steps.arrive, self._holder, utc_now())
            reached("leases-freed")
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
                await self.keep_unchanged()
                await self._database.write(steps.let_go, self._holder)
        finally:
            await self._database.dispose()

    # --- sources --------------------------------------------------------------------------

    async def sync_sources(self, wanted: Iterable[Source], now: datetime) -> None:
        """Add new sources (due now) and retire those no longer listed or enabled.

        A source whose address the operator changed forgets what it learned at the old one.
        """
        await self._database.write(sources.sync, wanted, now)

    async def due(
        self, now: datetime, limit: int, busy: Collection[str] = (), *, read_up: bool = False
    ) -> list[SourceState]:
        """Give up to `limit` active sources that are due, the longest overdue first.

        None of `busy`, which are being polled; none with entries to be read where `read_up`.
        """
        await self.keep_unchanged()
        found = await self._database.read(sources.due, now, limit, busy, read_up)
        # What was polled while we looked is not due any more.
        return [state for state in found if state.id not in self._unchanged]

    async def next_due(self) -> datetime | None:
        """Give the instant at which the next active source is due; None where there is none."""
        return await self._database.read(sources.next_due)

    async def state(self, source_id: str) -> SourceState:
        """Give the state of a source. Raises KeyError for one that never was."""
        await self.keep_unchanged()
        return await self._database.read(sources.state, source_id)

    async def polled(
        self,
        state: SourceState,
        listed: Sequence[Entry],
        now: datetime,
        most: int = 100_000,
        learn: Learn | None = None,
    ) -> int:
        """Keep the state after a poll, and the entries not yet known; give how many were new.

        `learn` is called inside the transaction with the state and the new entries, where there are
        some, and gives the state to keep.

        Validators and entries are kept together: when a feed answers 304 after a crash, nothing
        is lost. Of more than `most` new entries the newest are taken; the validators are then not
        kept, so that the next poll brings the others.
        """
        self._unchanged.forget(state.id)
        return await self._database.write(steps.keep_poll, state, listed, now, most, learn)

    def polled_unchanged(self, after: SourceState, before: SourceState | None = None) -> None:
        """Keep the state after a poll that brought nothing, when `due` is asked next.

        All such states are one transaction then, which costs little more than one state; less where
        `before` is known and only instants changed. A crash before it costs another poll of each.
        """
        self._unchanged.add(after, before)

    async def keep_unchanged(self) -> None:
        """Keep the states after polls that brought nothing now."""
        await self._unchanged.keep()

    async def knows_one_of(self, listed: Sequence[Entry]) -> bool:
        """Tell whether any of these entries has been listed before, by whichever source."""
        return await self._database.read(entries.knows_one_of, listed)

    # --- entries and articles -------------------------------------------------------------

    async def pending(self, now: datetime, limit: int, busy: Collection[str] = ()) -> list[Pending]:
        """Take up to `limit` entries to read now, the oldest first, but none of `busy` sources.

        They are this process's until it answers with `reading`, `entry_failed` or `entry_skipped`,
        closes the record, dies, or the lease ends.
        """
        claim = Lease(self._holder, now, self._reading_lease_s)
        return await self._database.write(entries.claim, claim, limit, busy)

    async def take_entry(self, entry_id: int, now: datetime) -> Pending | None:
        """Take one entry, if it can be read now and nobody does; the same holds for it."""
        claim = Lease(self._holder, now, self._reading_lease_s)
        taken = await self._database.write(entries.claim, claim, 1, only=entry_id)
        return taken[0] if taken else None

    async def renew(
        self, now: datetime, entry_ids: Collection[int], notice_ids: Collection[int]
    ) -> None:
        """Hold what this process has in hand for the length of another lease."""
        reading = Lease(self._holder, now, self._reading_lease_s)
        sending = Lease(self._holder, now, self._sending_lease_s)
        await self._database.write(steps.renew, reading, sending, entry_ids, notice_ids)

    async def entry_failed(
        self,
        pending: Pending,
        why: str,
        now: datetime,
        retry_at: datetime | None,
        sample: Sample | None = None,
    ) -> None:
        """Note that an entry could not be read; without `retry_at` it has failed for good."""
        await self._database.write(steps.keep_failure, pending, why, now, retry_at, sample)

    async def entry_skipped(
        self,
        pending: Pending,
        why: str,
        now: datetime,
        sample: Sample | None = None,
        evidence: Evidence | None = None,
    ) -> None:
        """Note that an entry is no article, what that shows of its source, and the evidence."""
        packed = await _packed(evidence)
        await self._database.write(steps.keep_refusal, pending, why, now, sample, packed)

    async def neighbors(self, fingerprint: Fingerprint, since: datetime) -> list[Neighbor]:
        """Give articles seen since then that share a key or the whole text, the nearest first."""
        return await self._database.read(articles.neighbors, fingerprint, since)

    async def word_counts(self, words: Collection[str]) -> WordCounts:
        """Give in how many stories these stems stand."""
        return await self._database.read(wordcounts.read, words)

    async def furniture(self, source_id: str) -> frozenset[str]:
        """Give the lines that a source is known to repeat; cleaning takes them out."""
        return await self._database.read(furniture.lines, source_id)

    async def clocks(self, source_id: str) -> dict[str, Any]:
        """Give what was learned of a source's clocks, as JSON; `reading` keeps it."""
        return await self._database.read(sources.clocks, source_id)

    async def reading(self, reading: Reading, now: datetime) -> tuple[Notice, ...]:
        """Record what reading an entry gave; give the notices that this queued.

        Nothing is recorded twice: an entry that was closed in the meantime gives ().
        """
        packed = await _packed(reading.evidence)
        return await self._database.write(
            steps.keep_reading, reading, now, self._rule_revision, packed, self._judge
        )

    async def related(
        self,
        reading: Reading,
        relate: Relate,
        since: datetime,
        now: datetime,
    ) -> tuple[Relation, tuple[Notice, ...]]:
        """Relate what reading an entry gave to what is on record, and record it with that.

        `relate` is called inside the transaction with the articles seen since then that share a key
        or the whole text, the nearest first, and with the counts of their words.
        """
        packed, rules = await _packed(reading.evidence), self._rule_revision
        keep, judge = steps.keep_related, self._judge
        return await self._database.write(keep, reading, relate, since, now, rules, packed, judge)

    async def read_again(self, reading: Reading, now: datetime) -> tuple[Notice, ...]:
        """Record what an entry that was done says when its evidence is read anew."""
        return await self._database.write(
            steps.keep_again, reading, now, self._rule_revision, self._judge
        )

    async def stays(
        self,
        pending: Pending,
        why: str,
        now: datetime,
        *,
        is_gone: bool,
        wishes: Wishes | None = None,
    ) -> bool:
        """Close an entry whose page could not be read again; what was read of it before stays.

        Notes that the page is gone with its matches, and tells those who were told of it and wish
        for corrections. False where nothing had been read of it.
        """
        return await self._database.write(
            steps.keep_stays, pending, why, now, is_gone, wishes or {}, self._judge
        )

    async def close_stories(self, quiet_since: datetime, wishes: Wishes, now: datetime) -> int:
        """Sum up some stories that nothing was added to since then; give how many were closed."""
        return await self._database.write(threads.close, quiet_since, wishes, now, self._judge)

    async def tell_of_story(
        self, story_id: int, alerts: Sequence[tuple[str, Alert]], occasion: str, now: datetime
    ) -> tuple[Notice, ...]:
        """Queue notices about a story; give those that had not been queued on this occasion."""
        return await self._database.write(
            notices.queue, story_id, alerts, now, self._judge, occasion
        )

    async def rule_revision(self, revision: str, yaml: str, now: datetime) -> None:
        """Keep the rules as they were written; matches recorded from now on refer to `revision`."""
        self._rule_revision = revision
        await self._database.write(status.keep_rule_revision, revision, yaml, now)

    # --- the outbox -----------------------------------------------------------------------

    async def due_notices(
        self,
        now: datetime,
        limit: int,
        busy: Collection[str] = (),
        *,
        also: Collection[int] = (),
        but: Collection[int] = (),
    ) -> list[Notice]:
        """Take up to `limit` notices: severest first, then oldest, none for `busy` targets.

        The notices `also` are due whatever their own time says, the notices `but` are not. They are
        this process's until it says `sent`, `postponed` or `refused`, closes the record, dies, or
        the lease ends.
        """
        claim = Lease(self._holder, now, self._sending_lease_s)
        return await self._database.write(notices.claim, claim, limit, busy, self._judge, also, but)

    async def sent(self, notice: Notice, outcome: Sent, now: datetime, took_s: float = 0.0) -> None:
        """Note that the other side took the message, and what it calls it."""
        attempt = Attempt("sent", outcome.answer, now, took_s, outcome.receipt)
        await self._database.write(notices.settle, notice, attempt)

    async def release_held(self, now: datetime) -> None:
        """Have what waits for the end of quiet hours judged anew, as these may have changed."""
        await self._database.write(notices.release_held, now)

    async def postponed(  # noqa: PLR0913 - what was answered, when, and what comes of it
        self,
        notice: Notice,
        why: str,
        retry_at: datetime,
        now: datetime,
        took_s: float = 0.0,
        *,
        taken: tuple[str, ...] = (),
    ) -> None:
        """Note a failure that may pass; the notice waits until `retry_at`.

        `taken` names who has the message already.
        """
        attempt = Attempt("postponed", why, now, took_s, taken=taken)
        await self._database.write(notices.postpone, notice, attempt, retry_at, self._holder)

    async def refused(  # noqa: PLR0913 - what was answered, and what comes of it
        self,
        notice: Notice,
        why: str,
        now: datetime,
        took_s: float = 0.0,
        *,
        fallback: str = "",
        word: tuple[str, Alert, str] | None = None,
    ) -> None:
        """Note a failure for good; the notice becomes a dead letter.

        In the same transaction it is queued for the target `fallback`, once and never again from
        there, and `word`, which is (target, alert, occasion), is queued for the operator.
        """
        attempt = Attempt("refused", why, now, took_s)
        await self._database.write(steps.keep_refused, notice, attempt, fallback, word, self._judge)

    async def recent_deliveries(
        self, since: datetime, targets: Collection[str] | None = None
    ) -> list[tuple[str, datetime]]:
        """Give (target, instant) of every attempt to deliver since then, the oldest first.

        To these targets only, where some are given.
        """
        return await self._database.read(deliveries.recent, since, targets)

    # --- itself ---------------------------------------------------------------------------

    async def status(self, now: datetime, last: int = 10) -> Status:
        """Tell how sources, entries and the outbox are doing, with the `last` alerts."""
        return await self._database.read(status.read, now, last)

    async def is_usable(self) -> bool:
        """Say whether the record can be written now, by writing: a full disk still reads well."""
        try:
            await self._database.write(status.beat)
        except StorageUnavailable:
            return False
        return True


async def _packed(evidence: Evidence | None) -> raw.Packed | None:
    return None if evidence is None else await asyncio.to_thread(raw.pack, evidence)
