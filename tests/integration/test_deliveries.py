"""Receipts on SQLite and PostgreSQL: what was answered, what to reply to, and dead letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from tests.fakes.readings import NOW, alert, entry, reading
from tests.integration.test_outbox import queue
from watcher.model import FALLBACK, Relation, Sent, Severity
from watcher.record.migrate import engine_for
from watcher.record.tables import deliveries, notices

if TYPE_CHECKING:
    from watcher.model import Notice
    from watcher.record import Record

MINUTE = timedelta(minutes=1)


def rows(record: Record, table: Any) -> list[Any]:
    with engine_for(record._url).begin() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


async def test_a_receipt_says_how_long_after_the_news_it_was(record: Record) -> None:
    told = alert(published=NOW - 5 * MINUTE, seen=NOW - MINUTE)
    undated = alert("roads", published=None, seen=NOW)
    for notice in await queue(record, ("desk", told), ("desk", undated)):
        await record.sent(notice, Sent("HTTP 200", "C1:12.5"), NOW + MINUTE, 0.5)
    receipts = [
        (row.outcome, row.answer, row.receipt, row.took_s, row.after_published_s, row.after_seen_s)
        for row in rows(record, deliveries)
    ]
    assert receipts == [
        ("sent", "HTTP 200", "C1:12.5", 0.5, 360.0, 120.0),
        ("sent", "HTTP 200", "C1:12.5", 0.5, None, 60.0),
    ]


async def another_notice(record: Record, first: Notice, target: str = "desk") -> Notice:
    """Queue a later notice about the same story, as an update would be."""
    await record.polled(await record.state("nahr"), [entry(f"again {target}")], NOW)
    [pending] = await record.pending(NOW, 1)
    copy = Relation("copy", first.story_id, None, "the same text")
    told = reading(pending, relation=copy, alerts=((f"later {target}", alert()),))
    [queued] = await record.reading(told, NOW)
    with engine_for(record._url).begin() as connection:
        mine = update(notices).where(notices.c.id == queued.id)
        thread = first.thread if target == first.target else f"of {target}"
        later = {"target": target, "thread": thread, "occasion": "figures killed 7"}
        connection.execute(mine.values(later))
    return queued


async def test_what_follows_replies_to_the_first_message_of_its_thread(record: Record) -> None:
    first, other = await queue(record, ("desk", alert()), ("else", alert()))
    await record.due_notices(NOW, 10)
    await record.sent(other, Sent("ok", "X:1"), NOW)
    await record.postponed(first, "503", NOW, NOW)
    await record.due_notices(NOW, 10)
    await record.sent(first, Sent("ok", "C1:1"), NOW)
    second = await another_notice(record, first)
    [due] = await record.due_notices(NOW, 10)
    assert (due.id, due.occasion, due.replies_to) == (second.id, "figures killed 7", "C1:1")
    await record.sent(due, Sent("ok", "C1:2"), NOW)
    await another_notice(record, first, "third")
    [due] = await record.due_notices(NOW, 10)
    assert due.replies_to == ""


async def test_what_an_earlier_version_queued_replies_to_nobody(record: Record) -> None:
    first, _ = await queue(record, ("desk", alert()), ("else", alert("roads")))
    with engine_for(record._url).begin() as connection:
        connection.execute(update(notices).values(thread=""))
    await record.due_notices(NOW, 1)
    await record.sent(first, Sent("ok", "C1:17.5"), NOW)
    [due] = await record.due_notices(NOW, 10)
    assert due.replies_to == ""


async def test_who_has_it_already_is_remembered(record: Record) -> None:
    [queued] = await queue(record, ("desk", alert()))
    await record.due_notices(NOW, 10)
    await record.postponed(queued, "451", NOW, NOW, taken=("#one 1/2", "#one 2/2"))
    [due] = await record.due_notices(NOW, 10)
    assert due.taken == ("#one 1/2", "#one 2/2")
    await record.postponed(due, "451", NOW, NOW, taken=(*due.taken, "#two 1/2"))
    [due] = await record.due_notices(NOW, 10)
    assert due.taken == ("#one 1/2", "#one 2/2", "#two 1/2")


async def test_a_dead_letter_goes_once_to_another_target(record: Record) -> None:
    full = alert(severity=Severity.HIGH)
    [queued] = await queue(record, ("desk", full))
    await record.due_notices(NOW, 10)
    await record.refused(queued, "550 gone", NOW, fallback="mail")
    await record.refused(queued, "550 gone", NOW, fallback="mail")
    [again] = await record.due_notices(NOW, 10)
    assert (again.target, again.occasion) == ("mail", f"{FALLBACK}desk: first-report")
    assert (again.alert, again.rule, again.story_id) == (full, queued.rule, queued.story_id)
    assert (again.attempts, again.created) == (0, queued.created)
    assert again.identity != queued.identity
    # From there it goes nowhere: no chain, and no way back.
    await record.refused(again, "550 gone", NOW, fallback="desk")
    assert await record.due_notices(NOW + timedelta(days=1), 10) == []
    assert (await record.status(NOW)).outbox.dead == 2


async def test_what_the_other_target_is_told_anyway_is_not_told_it_twice(record: Record) -> None:
    queued = await queue(record, ("desk", alert()), ("mail", alert()))
    refused = next(notice for notice in queued if notice.target == "desk")
    await record.refused(refused, "550 gone", NOW, fallback="mail")
    assert [due.target for due in await record.due_notices(NOW, 10)] == ["mail"]


async def test_what_was_sent_meanwhile_does_not_fall_back(record: Record) -> None:
    [queued] = await queue(record, ("desk", alert()))
    await record.sent(queued, Sent("ok"), NOW)
    await record.refused(queued, "550", NOW, fallback="mail", word=("office", alert("own"), "dead"))
    assert await record.due_notices(NOW, 10) == []


async def test_the_word_about_a_dead_letter_is_queued_with_it(record: Record) -> None:
    [queued] = await queue(record, ("desk", alert()))
    await record.refused(queued, "550", NOW, word=("office", alert("own"), "dead desk"))
    [word] = await record.due_notices(NOW, 10)
    assert (word.target, word.story_id) == ("office", None)


async def test_its_own_trouble_falls_back_too(record: Record) -> None:
    await record.selfreport.tell("office", alert("own"), "network", NOW)
    [word] = await record.due_notices(NOW, 10)
    await record.refused(word, "550", NOW, fallback="mail")
    [again] = await record.due_notices(NOW, 10)
    assert (again.target, again.alert.rule) == ("mail", "own")


async def test_some_are_due_whatever_their_time_says_and_some_are_not(record: Record) -> None:
    for n, severity in enumerate((Severity.LOW, Severity.HIGH, Severity.MEDIUM)):
        await queue(record, ("desk", alert(severity=severity)), at=NOW + n * MINUTE)
    now = NOW + 5 * MINUTE
    high = (await record.due_notices(now, 1))[0]
    await record.postponed(high, "451", now + MINUTE, now)
    assert (await record.due_notices(now, 1, also={high.id}))[0].id == high.id
    await record.postponed(high, "451", now + MINUTE, now)
    low = (await record.due_notices(now, 1))[0]
    assert low.alert.severity is Severity.MEDIUM
    await record.postponed(low, "451", now, now)
    [left] = await record.due_notices(now, 9, but={low.id})
    assert left.alert.severity is Severity.LOW


async def test_recent_attempts_are_told_by_target(record: Record) -> None:
    one, two = await queue(record, ("desk", alert()), ("mail", alert()))
    await record.due_notices(NOW, 9)
    await record.postponed(two, "451", NOW, NOW + MINUTE)
    await record.sent(replace(one), Sent("ok"), NOW)
    assert await record.recent_deliveries(NOW) == [
        (one.target, NOW),
        (two.target, NOW + MINUTE),
    ]
    assert await record.recent_deliveries(NOW + MINUTE) == [(two.target, NOW + MINUTE)]
