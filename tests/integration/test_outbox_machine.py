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

from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.model import Notice, Sent, Severity
from watcher.record import Record
from watcher.record.store import SENDING_LEASE_S

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

    @rule(daemon=daemons, severity=st.sampled_from(Severity))
    def queue(self, daemon: int, severity: Severity) -> None:
        self.now += timedelta(seconds=1)
        record = self.records[daemon]
        state = self.run(record.state("nahr"))
        self.run(record.polled(state, [entry(str(self.now))], self.now))
        [pending] = self.run(record.pending(self.now, 1))
        told = replace(reading(pending), alerts=(("desk", alert(severity=severity)),))
        [queued] = self.run(record.reading(told, self.now))
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

    def taken(self, daemon: int, pick: int) -> tuple[Notice, Expected]:
        hand = self.hands[daemon]
        notice = hand.pop(pick % len(hand))
        return notice, self.model[notice.id]

    @precondition(lambda self: self.hands[0])
    @rule(pick=picks)
    def send(self, pick: int) -> None:
        notice, expected = self.taken(0, pick)
        self.run(self.records[0].sent(notice, Sent("ok"), self.now, 0.1))
        expected.attempts += expected.status != "sent"
        expected.status = "sent"

    @precondition(lambda self: self.hands[1])
    @rule(pick=picks)
    def refuse(self, pick: int) -> None:
        notice, expected = self.taken(1, pick)
        self.run(self.records[1].refused(notice, "550", self.now))
        if expected.status != "sent":
            expected.attempts += 1
            expected.status = "dead"

    @precondition(lambda self: self.hands[0] or self.hands[1])
    @rule(pick=picks, minutes=st.integers(0, 10))
    def postpone(self, pick: int, minutes: int) -> None:
        daemon = 0 if self.hands[0] else 1
        notice, expected = self.taken(daemon, pick)
        retry_at = self.now + timedelta(minutes=minutes)
        self.run(self.records[daemon].postponed(notice, "451", retry_at, self.now))
        if expected.status == "waiting" and expected.holder == daemon:
            expected.attempts += 1
            expected.ready, expected.holder = retry_at, None
            expected.until = self.now

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

    @rule(minutes=st.integers(1, 6))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def status_agrees(self) -> None:
        if not self.model:
            return
        outbox = self.run(self.records[0].status(self.now)).outbox
        found = [one.status for one in self.model.values()]
        assert (outbox.waiting, outbox.dead) == (found.count("waiting"), found.count("dead"))


def test_any_order_of_events(sqlite_template: Path) -> None:
    Outbox.template = sqlite_template
    examples = min(20, hypothesis.settings().max_examples)
    settings = hypothesis.settings(max_examples=examples, stateful_step_count=30, deadline=None)
    run_state_machine_as_test(Outbox, settings=settings)
