"""Routing to people against what was promised them: any order of events, across changes of clocks.

Quiet hours are read from the wall clock here, not by the program's own arithmetic.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, insert, select

from tests.fakes.readings import alert
from watcher.model import Secret, Sent, Severity, Silence
from watcher.notify import DigestTimes, Holding, QuietHours, Target
from watcher.record import Record, notices
from watcher.record import tables as t
from watcher.record.store import SENDING_LEASE_S

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from watcher.model import Notice

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CHANGES = (
    ("Europe/London", "2024-03-31 01:00"),
    ("Europe/London", "2024-10-27 01:00"),
    ("Asia/Baghdad", "2007-10-01 00:00"),
    ("Asia/Baghdad", "2024-05-04 21:00"),
    ("America/New_York", "2024-03-10 07:00"),
    ("America/New_York", "2024-11-03 06:00"),
    ("Africa/Cairo", "2024-04-25 22:00"),
    ("Africa/Cairo", "2024-10-31 21:00"),
    ("Asia/Tehran", "2022-03-21 20:30"),
    ("Asia/Tehran", "2022-09-21 19:30"),
)
"""Zones, and the instants in UTC at which their clocks change (Baghdad's did once, too)."""
TABLES = (t.acknowledgements, t.deliveries, t.silences, t.notices, t.stories)

clocks = st.builds(time, st.sampled_from([0, 1, 1, 2, 6, 8, 22, 23]), st.sampled_from([0, 30]))
nights = st.builds(
    QuietHours, clocks, clocks, st.frozensets(st.integers(0, 6), min_size=4, max_size=6)
)
quiets = st.tuples(nights, st.none() | nights)
ups = st.sampled_from([Severity.LOW, Severity.MEDIUM, Severity.HIGH])
some_digests = st.builds(
    DigestTimes, st.lists(clocks, min_size=1, max_size=2).map(tuple), up_to=ups
) | st.builds(DigestTimes, every_s=st.sampled_from([1800.0, 6 * 3600.0]), up_to=ups)
digests = st.tuples(st.none() | some_digests, st.none() | some_digests)
rules = st.sampled_from(["bridges", "bridges", "roads"])
names = st.sampled_from(["desk", "officer"])


@dataclass(frozen=True)
class Message:
    """What left."""

    notice: Notice
    at: datetime
    bundle: str


def is_quiet(quiet: QuietHours, wall: datetime) -> bool:
    """Read the wall clock, as a person would."""
    clock, today = wall.time(), wall.weekday()
    if quiet.begin < quiet.end:
        return today in quiet.days and quiet.begin <= clock < quiet.end
    is_evening = today in quiet.days and clock >= quiet.begin
    return is_evening or ((today - 1) % 7 in quiet.days and clock < quiet.end)


class People(RuleBasedStateMachine):
    """One daemon, two targets, and a day or two around a change of their clocks."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.run = self.stack.enter_context(asyncio.Runner()).run
        self.sent: list[Message] = []
        self.queued: set[int] = set()
        self.stories = 0

    @initialize(
        where=st.sampled_from(CHANGES),
        quiet=quiets,
        digest=digests,
        most=st.tuples(st.sampled_from([0, 1, 3]), st.sampled_from([0, 2])),
    )
    def begin(self, where: Any, quiet: Any, digest: Any, most: Any) -> None:
        zone, change = where
        self.change = datetime.fromisoformat(change).replace(tzinfo=UTC)
        self.now = self.change - 7 * HOUR
        self.targets = tuple(
            Target(
                name,
                Secret("console://"),
                zone=zone,
                quiet=quiet[n],
                digest=digest[n],
                most_per_hour=most[n],
                escalate_to="officer" if name == "desk" else "",
                escalate_after_s=1800.0,
            )
            for n, name in enumerate(("desk", "officer"))
        )
        self.record = self.opened()
        self.run(self.record._database.write(self._empty))

    def _empty(self, connection: Connection) -> None:
        for table in TABLES:
            connection.execute(delete(table))

    def opened(self) -> Record:
        judge = Holding.of(self.targets)
        return self.run(Record(self.url, migrate=False, judge=judge).__aenter__())

    def teardown(self) -> None:
        if hasattr(self, "record"):
            try:
                self.everything_comes_to_an_end()
            finally:
                self.run(self.record.close())
                self.stack.close()

    # --- what happens ---------------------------------------------------------------------

    @rule(
        of=rules,
        severity=st.sampled_from(Severity),
        whom=st.sampled_from([["desk"], ["officer"], ["desk", "officer"]]),
        times=st.sampled_from([1, 2, 5]),
    )
    def report(self, of: str, severity: Severity, whom: list[str], times: int) -> None:
        for _ in range(times):
            self.stories += 1
            told = alert(of, severity, title=f"خبر {self.stories}")
            added = self.run(self.record._database.write(self._queue, told, whom))
            self.queued |= {notice.id for notice in added}

    def _queue(self, connection: Connection, told: Any, whom: list[str]) -> Any:
        story = {"origin": str(self.stories), "first_seen": self.now, "last_seen": self.now}
        number = connection.scalars(insert(t.stories).values(story).returning(t.stories.c.id)).one()
        alerts = [(name, told) for name in whom]
        judge = Holding.of(self.targets)
        return notices.queue(connection, number, alerts, self.now, judge)

    @rule(hours=st.integers(1, 9))
    def work(self, hours: int) -> None:
        """Let hours pass with a daemon that looks and delivers twice an hour."""
        for _ in range(2 * hours):
            self.tick()
            self.deliver_all()
            self.now += 30 * MINUTE

    @rule()
    def deliver_all(self) -> None:
        while due := self.run(self.record.due_notices(self.now, 50)):
            for notice in due:
                self._send(notice)

    @rule(answer=st.sampled_from(["sent", "postponed", "crash"]))
    def deliver(self, answer: str) -> None:
        due = self.run(self.record.due_notices(self.now, 2))
        for notice in due:
            if answer == "sent":
                self._send(notice)
            elif answer == "postponed":
                again = self.now + 7 * MINUTE
                self.run(self.record.postponed(notice, "451", again, self.now))
        if answer == "crash":
            self.run(self.record._database.dispose())
            self.record = self.opened()

    def _send(self, notice: Notice) -> None:
        row = self.run(self.record.people.alert(notice.id))
        assert row
        self.sent.append(Message(notice, self.now, row.bundle))
        self._check(self.sent[-1])
        self.run(self.record.sent(notice, Sent("ok"), self.now, 0.1))

    @rule()
    def tick(self) -> None:
        self.run(self.record.people.bundle_due(self.now))
        wanted = [one for target in self.targets if (one := target.escalation)]
        self.queued |= set(self.run(self.record.people.escalate(wanted, self.now)))

    @rule(length=st.sampled_from([1, 5, 10, 31, 59, 60, 61, 200]))
    def wait(self, length: int) -> None:
        self.now += timedelta(minutes=length)

    @rule(minutes=st.sampled_from([-40, -15, 0, 15, 40]))
    def news_at_the_change(self, minutes: int) -> None:
        """Something is reported within the hour in which clocks jump."""
        self.now = max(self.now, self.change + timedelta(minutes=minutes))
        self.report("bridges", Severity.LOW, ["desk", "officer"], 1)
        self.deliver_all()

    @rule(of=st.sampled_from(["", "bridges"]), whom=names, is_first=st.booleans())
    def silence_what_is_due(self, of: str, whom: str, is_first: bool) -> None:
        """A silence is set right before or after what was collected is put together."""
        collected = self.run(self.record.people.alerts(status="collected", limit=1000))
        self.now = max([self.now, *(one.due for one in collected)])
        steps = [lambda: self.silence(of, whom, 1), self.tick]
        for step in steps if is_first else reversed(steps):
            step()
        self.deliver_all()

    @rule(of=st.sampled_from(["", "bridges"]), whom=names, hours=st.sampled_from([1, 9]))
    def silence(self, of: str, whom: str, hours: int) -> None:
        ends = self.now + timedelta(hours=hours)
        wanted = Silence(0, of, whom, None, self.now, ends, "سعاد", "an exercise")
        self.run(self.record.people.silence(wanted))

    @rule()
    def end_silences(self) -> None:
        for one in self.run(self.record.people.silences(self.now)):
            self.run(self.record.people.end_silence(one.id, self.now))

    @rule(pick=st.integers(0, 20))
    def acknowledge(self, pick: int) -> None:
        if self.sent:
            number = self.sent[pick % len(self.sent)].notice.id
            self.run(self.record.people.acknowledge(number, "سعاد", "", self.now))

    @rule(quiet=quiets, digest=digests)
    def change_of_mind(self, quiet: Any, digest: Any) -> None:
        """The daemon is started again with other wishes, while notices wait."""
        self.run(self.record.close())
        self.targets = tuple(
            replace(target, quiet=quiet[n], digest=digest[n])
            for n, target in enumerate(self.targets)
        )
        self.record = self.opened()
        self.run(self.record.release_held(self.now))

    # --- what was promised ----------------------------------------------------------------

    def _check(self, message: Message) -> None:
        notice = message.notice
        target = next(one for one in self.targets if one.name == notice.target)
        alerts = notice.digest.alerts if notice.digest else (notice.alert,)
        severest = max(one.severity for one in alerts)
        if target.quiet and severest < Severity.CRITICAL:
            wall = self.now.astimezone(ZoneInfo(target.zone))
            assert not is_quiet(target.quiet, wall), "nothing below critical in quiet hours"
        for silence in self.run(self.record.people.silences(self.now)):
            rules = {one.rule for one in alerts}
            is_covered = silence.target == notice.target and silence.rule in {"", *rules}
            assert not is_covered, "nothing that is silenced"
        if notice.digest:
            assert len(alerts) > 1, "a digest of one is that one"
            assert list(alerts) == sorted(alerts, key=lambda one: -one.severity)
        lately = [
            one
            for one in self.sent
            if (one.notice.rule, one.notice.target) == (notice.rule, notice.target)
            and one.at > self.now - HOUR
        ]
        if target.most_per_hour and notice.rule:
            singles = [one for one in lately if not one.notice.digest and one.bundle != "storm"]
            assert len(singles) <= target.most_per_hour
            assert len([one for one in lately if one.bundle == "storm"]) <= 1

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        counts = Counter(message.notice.identity for message in self.sent)
        assert set(counts.values()) <= {1}
        told = Counter(
            (message.notice.target, one.rule, one.title, bool(one.update))
            for message in self.sent
            if not (message.notice.digest and message.notice.alert.update)
            for one in (
                message.notice.digest.alerts if message.notice.digest else (message.notice.alert,)
            )
        )
        assert set(told.values()) <= {1}

    @invariant()
    def nothing_critical_waits_for_the_morning(self) -> None:
        if hasattr(self, "record"):
            for one in self.run(self.record.people.alerts(status="waiting", limit=1000)):
                assert one.severity < Severity.CRITICAL or one.why != "quiet hours"

    def everything_comes_to_an_end(self) -> None:
        """Let days pass with a daemon that works: all that was queued was sent or silenced."""
        self.now += timedelta(seconds=SENDING_LEASE_S)
        for _ in range(9 * 24):
            self.tick()
            self.deliver_all()
            if not self.run(self.record._database.read(self._open)):
                break
            self.now += HOUR
        self.nothing_is_sent_twice()
        ended = {one.id: one for one in self.run(self.record.people.alerts(limit=10_000))}
        assert self.queued <= ended.keys()
        for one in ended.values():
            if one.status == "bundled":
                assert one.bundled_in
                assert ended[one.bundled_in].status == "sent"
            elif one.status == "silenced":
                assert one.why == "silenced by سعاد: an exercise"
            else:
                assert one.status == "sent"

    def _open(self, connection: Connection) -> bool:
        is_open = t.notices.c.status.in_(["waiting", "collected"])
        return connection.scalar(select(t.notices.c.id).where(is_open).limit(1)) is not None


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_people_are_told_as_they_were_promised(database_url: str) -> None:
    async with Record(database_url):
        People.url = database_url
    most = hypothesis.settings().max_examples
    settings = hypothesis.settings(
        # PostgreSQL takes several times as long for the same.
        max_examples=min(40 if database_url.startswith("sqlite") else 8, most),
        stateful_step_count=50,
        deadline=None,
        # Shrinking runs hundreds of days: it would end in the timeout, not in the failure.
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, People, settings=settings)
