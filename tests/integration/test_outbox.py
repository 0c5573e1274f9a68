"""The outbox on SQLite and PostgreSQL: order, leases, what each answer leads to, nothing twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.model import Relation, Sent, Severity
from watcher.record import Record
from watcher.record.migrate import engine_for
from watcher.record.store import SENDING_LEASE_S
from watcher.record.tables import deliveries

if TYPE_CHECKING:
    from watcher.model import Alert, Notice

MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=SENDING_LEASE_S)


async def queue(record: Record, *alerts: tuple[str, Alert], at: datetime = NOW) -> list[Notice]:
    """Record an article of a story of its own that alerts these targets."""
    await record.sync_sources([source()], NOW)
    name = f"{at}{alerts}"
    await record.polled(await record.state("nahr"), [entry(name)], at)
    [pending] = await record.pending(at, 1)
    return list(await record.reading(replace(reading(pending), alerts=alerts), at))


async def attempts(record: Record) -> list[tuple[int, str, str]]:
    columns = deliveries.c.notice_id, deliveries.c.outcome, deliveries.c.answer
    with engine_for(record._url).begin() as connection:
        found = connection.execute(select(*columns).order_by(deliveries.c.id))
        return [tuple(row) for row in found]


async def test_a_notice_says_what_was_queued(record: Record) -> None:
    full = alert(author="سعاد", credit="رويترز", severity=Severity.CRITICAL)
    [queued] = await queue(record, ("desk", full))
    [due] = await record.due_notices(NOW, 10)
    assert due == queued
    assert (due.alert, due.created, due.attempts) == (full, NOW, 0)


async def test_the_severest_come_first_then_the_oldest(record: Record) -> None:
    order = [
        (Severity.LOW, 0),
        (Severity.HIGH, 3),
        (Severity.CRITICAL, 4),
        (Severity.HIGH, 1),
        (Severity.MEDIUM, 2),
    ]
    for severity, minutes in order:
        await queue(record, ("desk", alert(severity=severity)), at=NOW + minutes * MINUTE)
    due = await record.due_notices(NOW + 5 * MINUTE, 4)
    assert [notice.alert.severity.word for notice in due] == ["critical", "high", "high", "medium"]
    assert due[1].created < due[2].created  # type: ignore[operator]  # both were created


async def test_busy_targets_hold_up_nobody_else(record: Record) -> None:
    await queue(record, ("slack", alert(severity=Severity.CRITICAL)), ("desk", alert()))
    due = await record.due_notices(NOW, 10, busy={"slack"})
    assert [notice.target for notice in due] == ["desk"]


async def test_the_identity_is_plain_and_of_one_story_rule_and_target(record: Record) -> None:
    one = await queue(record, ("desk", alert()), ("مكتب", alert()), ("desk", alert("roads")))
    other = await queue(record, ("desk", alert()), at=NOW + MINUTE)
    identities = [notice.identity for notice in (*one, *other)]
    assert len(set(identities)) == 4
    for identity in identities:
        assert identity.isascii()
        assert set(identity) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


async def test_two_daemons_never_send_the_same(record: Record, database_url: str) -> None:
    for n in range(12):
        await queue(record, ("desk", alert()), at=NOW + n * MINUTE)
    now = NOW + timedelta(hours=1)
    async with Record(database_url) as other:
        batches = await asyncio.gather(
            *(daemon.due_notices(now, 5) for daemon in (record, other) for _ in range(3))
        )
        taken = [notice.id for batch in batches for notice in batch]
        assert len(taken) == len(set(taken)) == 12
        assert await other.due_notices(now, 10) == []


async def test_a_lease_ends(record: Record, database_url: str) -> None:
    [queued] = await queue(record, ("desk", alert()))
    assert await record.due_notices(NOW, 10) == [queued]
    assert await record.due_notices(NOW + LEASE - MINUTE, 10) == []
    async with Record(database_url) as other:
        assert await other.due_notices(NOW + LEASE, 10) == [queued]
        # The first one comes late with its failure: the notice is no longer its business.
        await record.postponed(queued, "timeout", NOW + LEASE, NOW + LEASE)
        assert await record.due_notices(NOW + LEASE, 10) == []
        # But what was sent was sent, whoever says so.
        await record.sent(queued, Sent("250 OK"), NOW + LEASE, 1.5)
        assert await other.due_notices(NOW + 9 * LEASE, 10) == []
    assert [outcome for _, outcome, _ in await attempts(record)] == ["postponed", "sent"]


async def test_a_closed_record_lets_go_of_its_notices(record: Record, database_url: str) -> None:
    [queued] = await queue(record, ("desk", alert()))
    async with Record(database_url) as other:
        assert await other.due_notices(NOW, 10) == [queued]
    assert await record.due_notices(NOW, 10) == [queued]


async def test_sent_is_the_end(record: Record) -> None:
    [queued] = await queue(record, ("desk", alert()))
    await record.due_notices(NOW, 10)
    await record.sent(queued, Sent("ok"), NOW, 0.25)
    assert await record.due_notices(NOW + 9 * LEASE, 10) == []
    status = await record.status(NOW)
    assert (status.outbox.waiting, status.outbox.dead, status.outbox.sent) == (0, 0, 1)
    assert (status.alerts[0].status, status.alerts[0].finished) == ("sent", NOW)


async def test_a_postponed_notice_waits_its_time(record: Record) -> None:
    [queued] = await queue(record, ("desk", alert()))
    await record.due_notices(NOW, 10)
    await record.postponed(queued, "451 اصبر", NOW + MINUTE, NOW)
    assert await record.due_notices(NOW, 10) == []
    assert await record.due_notices(NOW + MINUTE, 10) == [replace(queued, attempts=1)]
    assert await attempts(record) == [(queued.id, "postponed", "451 اصبر")]
    [waiting] = (await record.status(NOW)).alerts
    assert (waiting.status, waiting.why, waiting.attempts) == ("waiting", "451 اصبر", 1)


async def test_a_refused_notice_is_a_dead_letter(record: Record) -> None:
    [queued] = await queue(record, ("desk", alert()))
    await record.due_notices(NOW, 10)
    await record.refused(queued, "550 no such mailbox", NOW)
    assert await record.due_notices(NOW + 9 * LEASE, 10) == []
    status = await record.status(NOW)
    assert (status.outbox.waiting, status.outbox.dead) == (0, 1)
    [dead] = status.dead_letters
    assert (dead.id, dead.target, dead.why) == (queued.id, "desk", "550 no such mailbox")


async def test_what_was_sent_is_never_dead(record: Record, database_url: str) -> None:
    """Two send after a lease ended; the one that is refused hears of it last."""
    [queued] = await queue(record, ("desk", alert()))
    await record.due_notices(NOW, 10)
    async with Record(database_url) as other:
        await other.due_notices(NOW + LEASE, 10)
        await record.sent(queued, Sent("ok"), NOW + LEASE)
        await other.refused(queued, "550 too late", NOW + LEASE)
    outbox = (await record.status(NOW)).outbox
    assert (outbox.waiting, outbox.sent, outbox.dead) == (0, 1, 0)


async def test_a_story_is_told_once_to_each_target(record: Record) -> None:
    [first] = await queue(record, ("desk", alert()))
    await record.due_notices(NOW, 10)
    await record.sent(first, Sent(), NOW, 0.1)
    await record.polled(await record.state("nahr"), [entry("copy")], NOW)
    [pending] = await record.pending(NOW, 1)
    copy = Relation("copy", first.story_id, None, "the same text")
    again = reading(pending, "desk", "desk", "slack", relation=copy)
    assert [notice.target for notice in await record.reading(again, NOW)] == ["slack"]


async def test_a_story_is_told_once_though_many_record_it_at_once(
    record: Record, database_url: str
) -> None:
    """Each transaction alone would find no notice yet: the database has the last word."""
    [first] = await queue(record, ("old", alert()))
    await record.polled(await record.state("nahr"), [entry(n) for n in range(8)], NOW)
    copy = Relation("copy", first.story_id, None, "the same text")
    pendings = await record.pending(NOW, 8)
    targets = ["desk", "slack", "mail"]
    async with Record(database_url) as other:

        async def tell(number: int, pending: Any) -> list[str]:
            ordered = targets if number % 2 else targets[::-1]
            daemon = other if number % 3 else record
            told = await daemon.reading(reading(pending, *ordered, relation=copy), NOW)
            return [notice.target for notice in told]

        told = await asyncio.gather(*(tell(n, pending) for n, pending in enumerate(pendings)))
    assert sorted(target for some in told for target in some) == sorted(targets)
    assert (await record.status(NOW)).outbox.waiting == 4


async def test_status_tells_how_long_the_oldest_waits(record: Record) -> None:
    assert (await record.status(NOW)).outbox.oldest is None
    await queue(record, ("desk", alert()), at=NOW + MINUTE)
    await queue(record, ("desk", alert()), at=NOW)
    assert (await record.status(NOW)).outbox.oldest == NOW
