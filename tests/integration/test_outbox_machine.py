"""The outbox against a model of it: any order of queueing, claiming, answering and crashing."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.model import Notice, Sent, Severity
from watcher.record import Record
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for
from watcher.record.store import SENDING_LEASE_S
from watcher.record.tables import notices

LEASE = timedelta(seconds=SENDING_LEASE_S)
daemons = st.sampled_from([0, 1])
picks = st.integers(0, 10)


@dataclass
class Expected:
    """What the model knows of a notice."""

    notice: Notice
    ready: datetime
    status: str = "waiting"
    attempts: int = 0
    holder: int | None = None
    until: datetime = NOW

    def is_due(self, now: datetime) -> bool:
        return self.status == "waiting" and self.ready <= now and self.until <= now

    def postpone(self, daemon: int, retry_at: datetime) -> None:
        """Only its holder can: a late answer must not free what another is sending."""
        if self.status == "waiting" and self.holder == daemon:
            self.attempts += 1
            self.ready, self.holder, self.until = retry_at, None, NOW

    def close(self, answer: str) -> None:
        """What was sent stays sent, whatever somebody else hears later."""
        if self.status != "sent":
            self.attempts += 1
            self.status = "sent" if answer == "sent" else "dead"

    @property
    def urgency(self) -> tuple[Any, ...]:
        return (-self.notice.alert.severity, self.notice.created, self.notice.id)


class Outbox(RuleBasedStateMachine):
    """Two daemons, one outbox."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.run = self.stack.enter_context(asyncio.Runner()).run
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.url = f"sqlite:///{folder / 'watcher.db'}"
        shutil.copy(self.template, folder / "watcher.db")
        self.reader = engine_for(parse_url(self.url))
        self.records = [self.opened(), self.opened()]
        self.now = NOW
        self.model: dict[int, Expected] = {}
        self.hands: list[list[Notice]] = [[], []]

    def opened(self) -> Record:
        return self.run(Record.open(self.url, migrate=False))

    def teardown(self) -> None:
        for record in self.records:
            self.run(record.close())
        self.stack.close()

    @initialize()
    def begin(self) -> None:
        self.run(self.records[0].sync_sources([source()], NOW))

    @rule(daemon=daemons, severities=st.lists(st.sampled_from(Severity), min_size=1, max_size=4))
    def queue(self, daemon: int, severities: list[Severity]) -> None:
        """Record one article that matches several rules."""
        self.now += timedelta(seconds=1)
        record = self.records[daemon]
        state = self.run(record.state("nahr"))
        self.run(record.polled(state, [entry(str(self.now))], self.now))
        [pending] = self.run(record.pending(self.now, 1))
        alerts = [("desk", alert(f"rule-{n}", one)) for n, one in enumerate(severities)]
        told = replace(reading(pending), alerts=tuple(alerts))
        for queued in self.run(record.reading(told, self.now)):
            self.model[queued.id] = Expected(queued, self.now)

    @rule(daemon=daemons, limit=st.integers(1, 4))
    def claim(self, daemon: int, limit: int) -> None:
        due = self.run(self.records[daemon].due_notices(self.now, limit))
        expected = [one for one in self.model.values() if one.is_due(self.now)]
        expected = sorted(expected, key=lambda one: one.urgency)[:limit]
        assert due == [replace(one.notice, attempts=one.attempts) for one in expected]
        for one in expected:
            one.holder, one.until = daemon, self.now + LEASE
        self.hands[daemon] += due

    @precondition(lambda self: any(self.hands))
    @rule(daemon=daemons, pick=picks, answer=st.sampled_from(["sent", "refused", "postponed"]))
    def answer(self, daemon: int, pick: int, answer: str) -> None:
        """Answer for a notice in hand, however late: its lease may have ended, others may have it."""
        daemon = daemon if self.hands[daemon] else 1 - daemon
        hand = self.hands[daemon]
        notice = hand.pop(pick % len(hand))
        expected, record = self.model[notice.id], self.records[daemon]
        if answer == "postponed":
            retry_at = self.now + timedelta(minutes=pick % 3)  # mostly before the lease would end
            self.run(record.postponed(notice, "451", retry_at, self.now))
            expected.postpone(daemon, retry_at)
            return
        if answer == "sent":
            self.run(record.sent(notice, Sent("ok"), self.now, 0.1))
        else:
            self.run(record.refused(notice, "550", self.now))
        expected.close(answer)

    @rule(daemon=daemons)
    def crash(self, daemon: int) -> None:
        """Go away without a word: what was held stays held until the lease ends."""
        old = self.records[daemon]
        self.run(old._database.dispose())
        self.records[daemon] = self.opened()
        self.hands[daemon] = []
        for expected in self.model.values():
            if expected.holder == daemon:
                expected.holder = None

    @rule(daemon=daemons)
    def restart(self, daemon: int) -> None:
        """End as one should: what was held is free."""
        self.run(self.records[daemon].close())
        self.records[daemon] = self.opened()
        self.hands[daemon] = []
        for expected in self.model.values():
            if expected.holder == daemon:
                expected.holder, expected.until = None, self.now

    @rule(length=st.sampled_from([timedelta(minutes=1), LEASE]))
    def wait(self, length: timedelta) -> None:
        self.now += length

    @invariant()
    def every_notice_is_as_expected(self) -> None:
        with self.reader.begin() as connection:
            columns = notices.c.id, notices.c.status, notices.c.attempts
            found = {
                row.id: (row.status, row.attempts) for row in connection.execute(select(*columns))
            }
        assert found == {id_: (one.status, one.attempts) for id_, one in self.model.items()}


def test_any_order_of_events(sqlite_template: Path) -> None:
    Outbox.template = sqlite_template
    settings = hypothesis.settings(
        max_examples=min(60, hypothesis.settings().max_examples),
        stateful_step_count=40,
        deadline=None,
        # Shrinking opens hundreds of databases: it would end in the timeout, not in the failure.
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.shrink],
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    run_state_machine_as_test(Outbox, settings=settings)
