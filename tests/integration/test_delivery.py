"""Deliveries on a fake clock: outages that are told of, and what is held back meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.readings import NOW, alert
from watcher.delivery import Delivery
from watcher.model import Secret, Sent, Severity, TryAgain
from watcher.notify import Holding, QuietHours, Target
from watcher.record import Record
from watcher.record.holding import judged
from watcher.selfreport import SelfReport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from watcher.model import Notice, Outcome

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT = QuietHours(time(9, 5), time(17))
TARGETS = (Target("desk", Secret("json://x"), quiet=NIGHT), Target("ops", Secret("json://y")))
AWAY = TryAgain("HTTP 503", is_of_target=True)


@dataclass
class Scene:
    """What a delivery is made with; each target answers as `answers` says."""

    record: Record
    operator: str = "ops"
    instant: datetime = NOW
    answers: dict[str, Outcome] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    targets: tuple[Target, ...] = TARGETS

    def __post_init__(self) -> None:
        self.delivery = Delivery(self)  # type: ignore[arg-type]  # it is its own notifier

    @property
    def notifier(self) -> Scene:
        return self

    @property
    def report(self) -> SelfReport:
        return SelfReport(self.record, self.operator, {}, self.now)

    def now(self) -> datetime:
        return self.instant

    def jitter(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)

    def next_turn(self, target: str) -> datetime:
        return self.instant

    async def send(self, notice: Notice) -> Outcome:
        outcome = self.answers.get(notice.target, Sent("ok"))
        if isinstance(outcome, Sent):
            self.sent.append((notice.target, notice.alert.title))
        return outcome

    async def run(self, until: datetime, step: timedelta = MINUTE) -> None:
        """Look for what is due at every step, as the daemon's ticks do."""
        while self.instant < until:
            for target in ("desk", "ops"):
                others = {"desk", "ops"} - {target}
                while due := await self.delivery.due(target, others):
                    for notice in due:
                        await self.delivery.deliver(notice)
            await self.delivery.tell_of_outages()
            self.instant += step

    async def queue(self, *severities: Severity, target: str = "desk") -> None:
        for number, severity in enumerate(severities):
            told = alert(f"rule-{number}", severity)
            await self.record.selfreport.tell(
                target, told, f"{self.instant} {number}", self.instant
            )

    def words(self) -> list[str]:
        return [title for target, title in self.sent if target == "ops"]


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with Record(database_url, judge=Holding.of(TARGETS)) as record:
        yield Scene(record)


async def test_a_long_outage_is_told_once_and_its_end(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.queue(Severity.CRITICAL)
    scene.answers["desk"] = AWAY
    await scene.run(NOW + 50 * MINUTE)
    assert scene.words() == []
    await scene.run(NOW + 5 * HOUR)
    begun = "target 'desk' has taken nothing since 2024-05-04 09:00 UTC"
    assert scene.words() == [begun]
    assert [record.levelname for record in caplog.records].count("ERROR") == 1
    scene.answers.clear()
    await scene.run(NOW + 7 * HOUR)
    assert scene.words() == [begun, "target 'desk' takes messages again"]


async def test_each_outage_is_told_of_anew(scene: Scene) -> None:
    for _ in range(2):
        await scene.queue(Severity.CRITICAL)
        scene.answers["desk"] = AWAY
        await scene.run(scene.instant + 2 * HOUR)
        scene.answers.clear()
        await scene.run(scene.instant + HOUR)
    assert len(scene.words()) == 4


async def test_of_the_operators_own_target_the_log_tells(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.queue(Severity.CRITICAL, target="ops")
    scene.answers["ops"] = AWAY
    await scene.run(NOW + 2 * HOUR)
    scene.answers.clear()
    await scene.run(NOW + 3 * HOUR)
    assert len(scene.words()) == 1, "only what waited"
    assert "ERROR" in [record.levelname for record in caplog.records]


async def test_some_who_get_nothing_are_told_of_once_a_day(scene: Scene) -> None:
    scene.answers["desk"] = Sent("HTTP 200, but not for #east (2 of 2): HTTP 404")
    for _ in range(3):
        await scene.queue(Severity.CRITICAL)
        await scene.run(scene.instant + MINUTE)
    assert scene.words() == ["target 'desk' takes messages for some of its people or places only"]


async def test_what_quiet_hours_hold_is_judged_once_though_an_outage_held_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: Counter[int] = Counter()

    def counted(connection: Any, judge_: Any, row: Any, *more: Any) -> Any:
        looks[row.id] += 1
        return judged(connection, judge_, row, *more)

    await scene.queue(*[Severity.MEDIUM] * 3)
    scene.answers["desk"] = AWAY
    await scene.run(NOW + 4 * MINUTE, timedelta(seconds=20))
    scene.instant = NOW + 20 * MINUTE
    monkeypatch.setattr("watcher.record.notices.judged", counted)
    await scene.run(NOW + 25 * MINUTE, timedelta(seconds=2))
    assert max(looks.values()) == 1
    scene.answers.clear()
    await scene.run(NOW + 9 * HOUR)
    assert Counter(scene.sent)["desk", alert().title] == 3
