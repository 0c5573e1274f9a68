"""People on both databases: what is held, collected, silenced, answered, escalated; nothing twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.errors import StorageUnavailable
from watcher.model import (
    Escalation,
    FigureChange,
    Relation,
    Secret,
    Sent,
    Severity,
    Silence,
    Update,
)
from watcher.notify import DigestTimes, Holding, QuietHours, Target
from watcher.record import Record, bundles

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from watcher.model import Alert, Notice
    from watcher.record import Told

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DESK = Target("desk", Secret("console://"))
OFFICER = Target("officer", Secret("console://"))
EVENING = NOW.replace(hour=18)


class Desk:
    """A record that judges by what these targets wish, and what happens to it."""

    def __init__(self, url: str) -> None:
        self.url, self.count = url, 0
        self.record: Record

    async def open(self, *targets: Target) -> None:
        """Start, or start again with other wishes."""
        if self.count:
            await self.record.close()
        self.count += 1
        self.record = await Record.open(self.url)
        await self.record.close()
        self.record = await Record(self.url, judge=Holding.of(targets)).__aenter__()
        await self.record.sync_sources([source()], NOW)

    async def report(
        self, *alerts: tuple[str, Alert], at: datetime = NOW, story: int | None = None
    ) -> list[Notice]:
        """Record an article that alerts these targets, of a story of its own or of one there is."""
        self.count += 1
        await self.record.polled(await self.record.state("nahr"), [entry(self.count)], at)
        [pending] = await self.record.pending(at, 1)
        told = replace(reading(pending), alerts=alerts)
        if story is not None:
            told = replace(told, relation=Relation("copy", story, None, "the same text"))
        return list(await self.record.reading(told, at))

    async def send(self, at: datetime, receipt: str = "") -> list[Notice]:
        """Send all that is due."""
        await self.record.people.bundle_due(at)
        sent = await self.record.due_notices(at, 100)
        for notice in sent:
            await self.record.sent(notice, Sent("ok", receipt), at, 0.5)
        return sent

    async def told(self, notice: Notice) -> Told:
        found = await self.record.people.alert(notice.id)
        assert found
        return found

    async def states(self) -> list[tuple[str, str]]:
        return [(one.status, one.why) for one in (await self.record.people.alerts())[::-1]]

    async def silence(self, now: datetime = NOW, **of: object) -> Silence:
        given = {"rule": "", "target": "", "story_id": None, "starts": now, "ends": now + HOUR}
        given |= {"author": "سعاد", "why": "an exercise"}
        kept = await self.record.people.silence(Silence(0, **given | of))  # type: ignore[arg-type]
        assert kept
        return kept


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    made = Desk(database_url)
    yield made
    await made.record.close()


def digest_at(*clocks: time, up_to: Severity = Severity.HIGH) -> Target:
    return replace(DESK, digest=DigestTimes(clocks, up_to=up_to))


async def test_quiet_hours_hold_until_morning_and_lose_nothing(desk: Desk) -> None:
    await desk.open(replace(DESK, quiet=QuietHours(time(8), time(11))))
    await desk.report(("desk", alert()), ("desk", alert("fire", Severity.CRITICAL)))
    assert await desk.states() == [("waiting", "quiet hours"), ("waiting", "")]
    assert [notice.rule for notice in await desk.send(NOW)] == ["fire"]
    assert await desk.send(NOW + 2 * HOUR - MINUTE) == []
    assert [notice.rule for notice in await desk.send(NOW + 2 * HOUR)] == ["bridges"]


async def test_quiet_hours_begin_while_a_notice_is_tried_again(desk: Desk) -> None:
    await desk.open(replace(DESK, quiet=QuietHours(time(9, 30), time(11))))
    await desk.report(("desk", alert()))
    [notice] = await desk.record.due_notices(NOW, 1)
    await desk.record.postponed(notice, "451", NOW + 40 * MINUTE, NOW)
    assert await desk.send(NOW + 40 * MINUTE) == []
    assert [one.id for one in await desk.send(NOW + 2 * HOUR)] == [notice.id]


async def test_quiet_hours_that_are_no_more_hold_nothing(desk: Desk) -> None:
    await desk.open(replace(DESK, quiet=QuietHours(time(8), time(11))))
    await desk.report(("desk", alert()))
    await desk.open(DESK)
    await desk.record.release_held(NOW + MINUTE)
    assert len(await desk.send(NOW + MINUTE)) == 1


async def test_a_digest_is_one_message_of_all_that_was_collected(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    severities = (Severity.LOW, Severity.HIGH, Severity.MEDIUM)
    for n, severity in enumerate(severities):
        await desk.report(("desk", alert(f"rule-{n}", severity)), at=NOW + n * MINUTE)
    assert await desk.send(EVENING - MINUTE) == []

    [notice] = await desk.send(EVENING)

    assert notice.digest
    assert notice.digest.why == "digest"
    assert [one.severity.word for one in notice.digest.alerts] == ["high", "medium", "low"]
    assert (notice.digest.since, notice.digest.until) == (NOW, EVENING)
    assert (notice.alert, notice.rule) == (notice.digest.alerts[0], "")
    assert [status for status, _ in await desk.states()] == ["bundled"] * 3 + ["sent"]
    assert await desk.send(EVENING + 48 * HOUR) == []


async def test_a_digest_keeps_its_name_and_its_alerts_over_retries(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    for _ in range(2):
        await desk.report(("desk", alert()))
    await desk.record.people.bundle_due(EVENING)
    [first] = await desk.record.due_notices(EVENING, 10)
    await desk.record.postponed(first, "451", EVENING + MINUTE, EVENING)
    await desk.report(("desk", alert()), at=EVENING)
    await desk.record.people.bundle_due(EVENING + MINUTE)
    [again] = await desk.record.due_notices(EVENING + MINUTE, 10)
    assert again == replace(first, attempts=1)
    assert first.digest
    assert len(first.digest.alerts) == 2


async def test_a_digest_of_one_alert_is_that_alert(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    [queued] = await desk.report(("desk", alert()))
    [sent] = await desk.send(EVENING)
    assert (sent.id, sent.digest, sent.identity) == (queued.id, None, queued.identity)


async def test_what_is_severer_does_not_wait_for_the_digest(desk: Desk) -> None:
    await desk.open(digest_at(time(18), up_to=Severity.MEDIUM))
    await desk.report(("desk", alert(severity=Severity.HIGH)), ("desk", alert("roads")))
    assert [notice.rule for notice in await desk.send(NOW)] == ["bridges"]


@pytest.mark.parametrize("wishes", [DESK, digest_at(time(6)), OFFICER], ids=["none", "other", "no"])
async def test_a_digest_is_sent_though_it_is_wanted_no_more(desk: Desk, wishes: Target) -> None:
    await desk.open(digest_at(time(18)))
    for _ in range(2):
        await desk.report(("desk", alert()))
    await desk.open(wishes)
    [notice] = await desk.send(EVENING)
    assert notice.digest
    assert notice.target == "desk"


async def test_a_digest_waits_for_the_end_of_quiet_hours(desk: Desk) -> None:
    target = replace(digest_at(time(18)), quiet=QuietHours(time(17), time(20)))
    await desk.open(target)
    for _ in range(2):
        await desk.report(("desk", alert()))
    assert await desk.send(EVENING) == []
    assert len(await desk.send(EVENING + 2 * HOUR)) == 1


async def test_a_crash_while_a_digest_is_made_leaves_it_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open(digest_at(time(18)))
    for _ in range(3):
        await desk.report(("desk", alert()))
    before = await desk.states()
    change = bundles._change

    def dies(*_: object) -> None:
        raise StorageUnavailable("gone")

    monkeypatch.setattr(bundles, "_change", dies)
    with pytest.raises(StorageUnavailable):
        await desk.record.people.bundle_due(EVENING)
    monkeypatch.setattr(bundles, "_change", change)
    assert await desk.states() == before
    [notice] = await desk.send(EVENING)
    assert notice.digest
    assert len(notice.digest.alerts) == 3


async def test_two_daemons_make_one_digest(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    for _ in range(8):
        await desk.report(("desk", alert()))
    judge = Holding.of([digest_at(time(18))])
    async with Record(desk.url, judge=judge) as other:
        freed = await asyncio.gather(
            *(one.people.bundle_due(EVENING) for one in (desk.record, other) for _ in range(2))
        )
    assert sum(freed) == 8
    [notice] = await desk.send(EVENING)
    assert notice.digest
    assert len(notice.digest.alerts) == 8


async def test_a_very_long_digest_says_how_many_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MOST_TOLD", 2)
    await desk.open(digest_at(time(18)))
    for _ in range(5):
        await desk.report(("desk", alert()))
    [notice] = await desk.send(EVENING)
    assert notice.digest
    assert (len(notice.digest.alerts), notice.digest.more) == (2, 3)


async def test_a_storm_becomes_one_summary(desk: Desk) -> None:
    await desk.open(replace(DESK, most_per_hour=3))
    for n in range(10):
        await desk.report(("desk", alert()), at=NOW + n * MINUTE)
        await desk.send(NOW + n * MINUTE)
    await desk.report(("desk", alert("roads")), at=NOW + 10 * MINUTE)
    assert [status for status, _ in await desk.states()] == ["sent"] * 3 + ["collected"] * 7 + [
        "waiting"
    ]
    roads, summary = await desk.send(NOW + 13 * MINUTE)
    assert roads.rule == "roads"
    assert summary.digest
    assert (summary.digest.why, summary.rule, len(summary.digest.alerts)) == ("storm", "bridges", 7)
    assert summary.occasion.startswith("storm 2024-05-04T09:13")


async def test_storms_that_last_have_one_summary_an_hour(desk: Desk) -> None:
    await desk.open(replace(DESK, most_per_hour=2))
    sent: list[tuple[datetime, bool]] = []
    for n in range(0, 300, 3):
        at = NOW + n * MINUTE
        await desk.report(("desk", alert()), at=at)
        sent += [(at, notice.digest is not None) for notice in await desk.send(at)]
    for begin, _ in sent:
        hour = [is_summary for at, is_summary in sent if begin <= at < begin + HOUR]
        assert hour.count(True) <= 1
        assert hour.count(False) <= 2


async def test_the_brake_is_reached_while_notices_wait(desk: Desk) -> None:
    """A digest of one alert and an urgent one leave together: one of them is too many."""
    await desk.open(replace(digest_at(time(18), up_to=Severity.MEDIUM), most_per_hour=1))
    await desk.report(("desk", alert()))
    await desk.report(("desk", alert(severity=Severity.HIGH)), at=EVENING)
    await desk.record.people.bundle_due(EVENING)
    taken = await desk.record.due_notices(EVENING, 10)
    assert [notice.alert.severity.word for notice in taken] == ["high"]
    assert (await desk.states())[0] == ("collected", "more than 1 an hour")
    await desk.record.sent(taken[0], Sent("ok"), EVENING)
    assert len(await desk.send(EVENING + 10 * MINUTE)) == 1


async def test_silences_hold_back_what_is_queued_and_what_waits(desk: Desk) -> None:
    await desk.open(DESK)
    [before] = await desk.report(("desk", alert()))
    silence = await desk.silence(rule="bridges")
    [after] = await desk.report(("desk", alert(severity=Severity.CRITICAL)))
    assert await desk.send(NOW) == []
    for notice in (before, after):
        told = await desk.told(notice)
        assert (told.status, told.why) == ("silenced", "silenced by سعاد: an exercise")
    assert (await desk.record.people.end_silence(silence.id, NOW)) == "done"
    assert (await desk.record.people.end_silence(silence.id, NOW)) == "before"
    assert (await desk.record.people.end_silence(99, NOW)) == "unknown"
    await desk.report(("desk", alert()))
    assert len(await desk.send(NOW)) == 1


async def test_silences_of_a_story_take_it_out_of_a_digest(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    notices = [(await desk.report(("desk", alert())))[0] for _ in range(3)]
    await desk.silence(EVENING, story_id=notices[1].story_id)
    [digest] = await desk.send(EVENING)
    assert digest.digest
    assert len(digest.digest.alerts) == 2
    assert (await desk.told(notices[1])).status == "silenced"


async def test_a_silence_of_a_target_silences_a_digest_with_its_alerts(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    for _ in range(2):
        await desk.report(("desk", alert()))
    await desk.record.people.bundle_due(EVENING)
    await desk.silence(EVENING, target="desk")
    assert await desk.send(EVENING) == []
    assert [status for status, _ in await desk.states()] == ["silenced"] * 3


async def test_status_shows_silences_and_what_is_collected(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    await desk.report(("desk", alert()))
    silence = await desk.silence(rule="roads")
    status = await desk.record.status(NOW)
    assert status.silences == (silence,)
    assert (status.outbox.collected, status.outbox.waiting) == (1, 0)


async def test_a_silence_of_a_story_that_is_none_is_not_kept(desk: Desk) -> None:
    await desk.open(DESK)
    wanted = Silence(0, "", "", 99, NOW, NOW + HOUR, "سعاد", "x")
    assert await desk.record.people.silence(wanted) is None


async def test_what_follows_replies_to_the_first_message_of_its_thread(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    [first] = await desk.report(("desk", alert()))
    await desk.send(NOW, receipt="1714.55")
    number = await desk.record.people.resend(first.id, NOW)
    [again] = await desk.record.due_notices(NOW, 5)
    assert (again.id, again.replies_to, again.thread) == (number, "1714.55", first.thread)
    [other] = await desk.report(("officer", alert()), story=first.story_id)
    assert other.thread != first.thread
    assert [one.replies_to for one in await desk.send(NOW)] == [""]


async def test_what_a_person_sends_again_is_a_new_notice_that_nothing_holds(desk: Desk) -> None:
    await desk.open(replace(DESK, quiet=QuietHours(time(8), time(11)), most_per_hour=1))
    [notice] = await desk.report(("desk", alert()))
    number = await desk.record.people.resend(notice.id, NOW)
    assert [one.id for one in await desk.send(NOW)] == [number]
    assert await desk.record.people.resend(99, NOW) is None


async def test_a_digest_that_is_sent_again_tells_of_the_same(desk: Desk) -> None:
    await desk.open(digest_at(time(18)))
    for _ in range(2):
        await desk.report(("desk", alert()))
    [digest] = await desk.send(EVENING)
    await desk.record.people.resend(digest.id, EVENING)
    [again] = await desk.send(EVENING)
    assert again.digest == digest.digest
    assert again.identity != digest.identity


ESCALATION = Escalation("desk", "officer", 1800.0, Severity.HIGH)


async def test_what_nobody_acknowledges_is_escalated_once(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    await desk.report(("desk", alert(severity=Severity.HIGH)), ("desk", alert("roads")))
    await desk.send(NOW)
    escalate = desk.record.people.escalate
    assert await escalate([ESCALATION], NOW + 29 * MINUTE) == []
    [number] = await escalate([ESCALATION], NOW + 30 * MINUTE)
    assert await escalate([ESCALATION], NOW + 31 * MINUTE) == []
    [notice] = await desk.send(NOW + 30 * MINUTE)
    assert (notice.id, notice.target, notice.rule) == (number, "officer", "bridges")
    assert notice.occasion == "escalated from desk"
    assert notice.alert.update
    assert (notice.alert.update.kind, notice.alert.update.within_s) == ("escalated", 1800.0)


async def test_what_cannot_be_delivered_in_time_is_escalated_once(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    await desk.report(("desk", alert(severity=Severity.HIGH)), at=NOW - HOUR)
    escalate, late = desk.record.people.escalate, NOW + 30 * MINUTE
    assert await escalate([ESCALATION], NOW) == [], "it was never tried"
    [notice] = await desk.record.due_notices(NOW, 1)
    await desk.record.postponed(notice, "HTTP 503", NOW + HOUR, NOW)
    assert await escalate([ESCALATION], late - MINUTE) == []
    [number] = await escalate([ESCALATION], late)
    assert await escalate([ESCALATION], late + MINUTE) == []
    [told] = await desk.send(late + MINUTE)
    assert (told.id, told.target, told.occasion) == (number, "officer", "escalated from desk")
    assert [one.target for one in await desk.send(NOW + HOUR)] == ["desk"], (
        "it is sent all the same"
    )
    assert await escalate([ESCALATION], NOW + 3 * HOUR) == []


async def test_what_quiet_hours_hold_is_not_escalated(desk: Desk) -> None:
    await desk.open(replace(DESK, quiet=QuietHours(time(9, 30), time(11))), OFFICER)
    await desk.report(("desk", alert(severity=Severity.HIGH)))
    [notice] = await desk.record.due_notices(NOW, 1)
    await desk.record.postponed(notice, "451", NOW + 31 * MINUTE, NOW)
    assert await desk.send(NOW + 31 * MINUTE) == []
    assert await desk.record.people.escalate([ESCALATION], NOW + 40 * MINUTE) == []


async def test_what_is_escalated_keeps_what_was_new(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    new = Update("figures", (FigureChange("القتلى", "3", "7"),))
    await desk.report(("desk", alert(severity=Severity.HIGH, update=new)))
    await desk.send(NOW)
    chain = [ESCALATION, Escalation("officer", "chief", 600.0, Severity.HIGH)]
    await desk.record.people.escalate(chain, NOW + HOUR)
    [notice] = await desk.send(NOW + HOUR)
    assert notice.alert.update
    assert notice.alert.update.earlier == new
    [number] = await desk.record.people.escalate(chain, NOW + HOUR + 10 * MINUTE)
    told = await desk.record.people.alert(number)
    assert told
    assert told.alert.update
    assert (told.alert.update.kind, told.alert.update.earlier) == ("escalated", new)


async def test_an_escalated_notice_is_escalated_to_the_next(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    await desk.report(("desk", alert(severity=Severity.HIGH)))
    await desk.send(NOW)
    chain = [ESCALATION, Escalation("officer", "chief", 600.0, Severity.HIGH)]
    await desk.record.people.escalate(chain, NOW + HOUR)
    await desk.send(NOW + HOUR)
    [number] = await desk.record.people.escalate(chain, NOW + HOUR + 10 * MINUTE)
    told = await desk.record.people.alert(number)
    assert told
    assert (told.target, told.occasion) == ("chief", "escalated from officer")


@pytest.mark.parametrize("whose", ["desk", "slack"])
async def test_whoever_acknowledges_the_story_keeps_it_from_being_escalated(
    desk: Desk, whose: str
) -> None:
    await desk.open(DESK, OFFICER)
    told = alert(severity=Severity.HIGH)
    queued = await desk.report(("desk", told), ("slack", told))
    await desk.send(NOW)
    [notice] = [one for one in queued if one.target == whose]
    acknowledge = desk.record.people.acknowledge
    assert await acknowledge(notice.id, "سعاد", "", NOW) == "done"
    assert await acknowledge(notice.id, "زيد", "", NOW) == "before"
    assert await acknowledge(99, "زيد", "", NOW) == "unknown"
    assert await desk.record.people.escalate([ESCALATION], NOW + HOUR) == []


async def test_an_acknowledgement_of_another_rule_or_story_does_not_count(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    [first] = await desk.report(("desk", alert(severity=Severity.HIGH)))
    await desk.report(("desk", alert("roads", Severity.HIGH)), story=first.story_id)
    await desk.report(("desk", alert(severity=Severity.HIGH)))
    await desk.send(NOW)
    await desk.record.people.acknowledge(first.id, "سعاد", "", NOW)
    assert len(await desk.record.people.escalate([ESCALATION], NOW + HOUR)) == 2


async def test_a_summary_is_escalated_as_one_unless_it_is_acknowledged(desk: Desk) -> None:
    await desk.open(replace(DESK, most_per_hour=1), OFFICER)
    queued = [(await desk.report(("desk", alert(severity=Severity.HIGH))))[0] for _ in range(4)]
    await desk.send(NOW)
    [summary] = await desk.send(NOW + 10 * MINUTE)
    await desk.record.people.acknowledge(queued[0].id, "سعاد", "", NOW)
    await desk.record.people.acknowledge(queued[1].id, "سعاد", "", NOW)
    [number] = await desk.record.people.escalate([ESCALATION], NOW + HOUR)
    [notice] = await desk.send(NOW + HOUR)
    assert notice.id == number
    assert notice.digest
    assert notice.digest.alerts == summary.digest.alerts if summary.digest else False
    assert notice.alert.update
    assert notice.alert.update.count == 2, "one of its three was acknowledged by itself"


async def test_an_acknowledged_summary_covers_its_alerts(desk: Desk) -> None:
    await desk.open(replace(DESK, most_per_hour=1), OFFICER)
    for _ in range(4):
        await desk.report(("desk", alert(severity=Severity.HIGH)), ("slack", alert("roads")))
    await desk.send(NOW)
    [summary] = await desk.send(NOW + 10 * MINUTE)
    await desk.record.people.acknowledge(summary.id, "سعاد", "", NOW)
    told = await desk.record.people.alerts(status="bundled")
    assert [one.acknowledged[0].author for one in told] == ["سعاد"] * 3
    assert len(await desk.record.people.escalate([ESCALATION], NOW + HOUR)) == 1, "the first alone"


async def test_what_is_a_day_late_is_not_escalated_any_more(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    await desk.report(("desk", alert(severity=Severity.HIGH)))
    await desk.send(NOW)
    assert await desk.record.people.escalate([ESCALATION], NOW + 25 * HOUR) == []


async def test_two_daemons_escalate_once(desk: Desk) -> None:
    await desk.open(DESK, OFFICER)
    for _ in range(4):
        await desk.report(("desk", alert(severity=Severity.HIGH)))
    await desk.send(NOW)
    async with Record(desk.url) as other:
        queued = await asyncio.gather(
            *(one.people.escalate([ESCALATION], NOW + HOUR) for one in (desk.record, other) * 2)
        )
    assert len({number for some in queued for number in some}) == 4
    assert sum(map(len, queued)) == 4


async def test_alerts_are_listed_as_they_are_asked_for(desk: Desk) -> None:
    await desk.open(digest_at(time(18)), OFFICER)
    [one] = await desk.report(("officer", alert("roads")))
    for _ in range(2):
        await desk.report(("desk", alert()))
    await desk.send(EVENING)
    people = desk.record.people
    assert [told.rule for told in await people.alerts(rule="roads")] == ["roads"]
    assert [told.id for told in await people.alerts(story=one.story_id)] == [one.id]
    assert {told.status for told in await people.alerts(target="desk")} == {"sent", "bundled"}
    [digest, *_] = await people.alerts(target="desk", status="sent")
    assert digest.count == 2
    assert await people.alerts(EVENING + HOUR) == []
    told = await desk.told(one)
    [attempt] = told.deliveries
    assert (attempt.outcome, attempt.answer, attempt.took_s) == ("sent", "ok", 0.5)
