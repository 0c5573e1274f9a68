"""Six hours without a server, on a fake clock: all is told when it is back, in order, once."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes import site as answers
from tests.fakes.readings import NOW, alert
from tests.fakes.site import Reply, Request, Site
from tests.fakes.slack import OK, WEBHOOK_URL, Slack, open_slack
from tests.fakes.smtp import HANG, HANG_UP, MailServer, free_port
from watcher.delivery import Delivery
from watcher.model import Secret, Severity
from watcher.notify import Notifier, Target, pace
from watcher.selfreport import SelfReport

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from watcher.record import Record

HOUR = timedelta(hours=1)
BACK = NOW + 6 * HOUR
TICK_S = 60.0
"""Looks during the outage; in the daemon they are two seconds apart."""


@dataclass
class Time:
    """A clock that goes on only while somebody waits."""

    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant

    async def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@dataclass
class Parts:
    """What a delivery is made with."""

    record: Record
    notifier: Notifier
    targets: Sequence[Target]
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    operator: str = ""
    jitter: Callable[[], float] = random.Random(5).random

    @property
    def report(self) -> SelfReport:
        return SelfReport(self.record, self.operator, {}, self.now)


@dataclass
class Told:
    """What arrived: when, how severe, and which."""

    at: datetime
    title: str


PATIENT_S, BRIEF_S = 10.0, 0.5
"""How long a server may take: on a busy machine one that works must not look as if it hung, or its
message comes twice. Only where one does hang is waiting kept brief."""


class Outage:
    """Two targets on one record, the second for what the first refuses, and a server each."""

    def __init__(self, url: str, *, timeout_s: float = PATIENT_S) -> None:
        self.told: list[Told] = []
        self.also_told: list[Told] = []
        self.expected: list[str] = []
        self.time = Time()
        self.url = url
        self.timeout_s = timeout_s

    async def wait_out(
        self, record: Record, count: int, at: Callable[[datetime], None], fallback: str = ""
    ) -> None:
        """Queue notices of every severity and age, and deliver until none waits."""
        targets = [Target("desk", Secret(self.url), fallback="mail" if fallback else "")]
        if fallback:
            targets.append(Target("mail", Secret(fallback)))
        time = self.time
        notifier = Notifier(targets, clock=time.now, sleep=time.sleep, timeout_s=self.timeout_s)
        parts = Parts(record, notifier, targets, now=time.now, sleep=time.sleep)
        await self._queue(record, count)
        delivery, names = Delivery(parts), [target.name for target in targets]
        async with notifier:
            while parts.now() < BACK or (await record.status(parts.now())).outbox.waiting:
                assert parts.now() < BACK + 3 * HOUR, self.told
                at(parts.now())
                done = [await self._drain(delivery, name, names, at) for name in names]
                if not any(done):
                    await parts.sleep(TICK_S)

    async def _drain(
        self, delivery: Delivery, name: str, names: list[str], at: Callable[[datetime], None]
    ) -> int:
        done = 0
        while due := await delivery.due(name, [other for other in names if other != name]):
            at(self.time.now())
            for notice in due:
                await delivery.deliver(notice)
                done += 1
        return done

    async def _queue(self, record: Record, count: int) -> None:
        chance, queued = random.Random(7), []
        for number in range(count):
            severity = chance.choice(list(Severity))
            title = f"خبر رقم {number}"
            told = alert(f"rule-{number}", severity, title=title, url=f"https://n.example/{number}")
            created = NOW - timedelta(seconds=count - number)
            await record.selfreport.tell("desk", told, f"occasion {number}", created)
            queued.append((-severity, created, title))
        self.expected = [title for _, _, title in sorted(queued)]


def in_order(told: list[Told], expected: list[str], *, but_the_first: bool = False) -> None:
    """Check that all arrived, once each, by severity and age.

    The first may be another where the server named no time, so that the failures could have been
    those of single messages: then now and then another is tried than the severest.
    """
    titles = [one.title for one in told]
    assert sorted(titles) == sorted(expected)
    if but_the_first:
        expected = [titles[0], *(title for title in expected if title != titles[0])]
    assert titles == expected


def in_pace(told: list[Told], limits: tuple[pace.Limit, ...]) -> None:
    for limit in limits:
        window = timedelta(seconds=limit.per_s)
        for early, late in zip(told, told[limit.most :], strict=False):
            assert late.at - early.at >= window


# --- mail


class Post(Outage):
    """A mail server of which something is wrong."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server.url())
        self.server = server
        self.fault = ""

    def set_fault(self, fault: str) -> None:
        if fault == self.fault:
            return
        if self.fault == "refuse":
            self.server.start()
        elif fault == "refuse":
            self.server.stop()
        self.fault = self.server.fault = fault

    async def run(self, record: Record, count: int, faults: Sequence[str], **more: Any) -> None:
        """Have one fault after another for six hours."""
        each = 6 * HOUR / len(faults)
        self.timeout_s = BRIEF_S if HANG in faults else PATIENT_S

        def at(now: datetime) -> None:
            number = int((now - NOW) / each)
            self.set_fault(faults[number] if number < len(faults) else "")

        def note(mail: Any) -> None:
            self.told.append(Told(self.time.now(), str(mail["Subject"])))

        self.server.on_taken = note
        await self.wait_out(record, count, at, **more)


@pytest.fixture
def post() -> Iterator[Post]:
    with MailServer() as server:
        yield Post(server)


def titles_of(told: list[Told]) -> list[Told]:
    """Find the title inside a subject or header."""
    numbers = [one.title.split("خبر رقم ")[1].split(" ")[0] for one in told]
    return [Told(one.at, f"خبر رقم {n}") for one, n in zip(told, numbers, strict=True)]


async def test_500_mails_wait_six_hours_for_a_server_with_every_fault(
    record: Record, post: Post
) -> None:
    """Refuses, hangs, is closing, greylists, hangs up after the message: an hour and more each."""
    faults = [HANG_UP, "451 try later", "421 closing", HANG, "refuse"]
    await post.run(record, 500, faults)
    told = titles_of(post.told)
    in_order(told, post.expected, but_the_first=True)
    in_pace(told, pace.MAIL)
    assert len({mail["Message-ID"] for mail in post.server.taken}) == 500
    assert told[0].at - BACK < timedelta(minutes=20)


@pytest.mark.parametrize("fault", ["refuse", HANG, "421 closing", "451 try later", HANG_UP])
async def test_mails_wait_six_hours_for_a_server_that(
    record: Record, post: Post, fault: str
) -> None:
    await post.run(record, 40, [fault])
    told = titles_of(post.told)
    in_order(told, post.expected, but_the_first=True)
    in_pace(told, pace.MAIL)
    status = await record.status(post.time.now())
    assert (status.outbox.sent, status.outbox.dead) == (40, 0)


async def test_mails_that_are_refused_for_good_go_to_the_other_target(
    record: Record, post: Post, site: Site
) -> None:
    """550: never again there, each once to the fallback, in the same order."""
    note = _noting(post, lambda request: json.loads(request.body)["title"], post.also_told)
    site.on("/hook", note)
    await post.run(record, 40, ["550 no"], fallback=f"json://127.0.0.1:{site.port}/hook")
    assert post.told == []
    in_order(titles_of(post.also_told), post.expected)
    status = await record.status(post.time.now())
    assert (status.outbox.sent, status.outbox.dead) == (40, 40)


# --- Slack


class Channel(Outage):
    """A Slack-shaped server of which something is wrong."""

    def __init__(self, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(self.at(PATIENT_S))
        self.slack = slack
        self.patch = monkeypatch
        self.fault = ""
        self.closed = f"http://127.0.0.1:{free_port()}/services"

    @staticmethod
    def at(wait_s: float) -> str:
        """Give the address for so much patience."""
        return f"{WEBHOOK_URL}?rto={wait_s}&cto={wait_s}"

    async def run(self, record: Record, count: int, faults: Sequence[str], **more: Any) -> None:
        each = 6 * HOUR / len(faults)
        self.url = self.at(BRIEF_S if "hang" in faults else PATIENT_S)
        fine = _noting(self, _header, self.told)
        broken: dict[str, answers.Answer] = {
            "hang": answers.slow_head(1.0),
            "429": answers.too_many("120"),
            "429 for hours": answers.too_many("5400"),
            "503": answers.too_many("", 503),
            "500": Reply(500, b""),
            "break": answers.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"),
            "404": Reply(404, b"no_service"),
            "": fine,
            "refuse": fine,
        }
        from apprise.plugins.slack import NotifySlack

        def at(now: datetime) -> None:
            number = int((now - NOW) / each)
            fault = faults[number] if number < len(faults) else ""
            if fault != self.fault or not self.told:
                self.fault = fault
                self.slack.webhook(broken[fault])
                url = self.closed if fault == "refuse" else self.slack.site.url("/services")
                self.patch.setattr(NotifySlack, "webhook_url", url)

        await self.wait_out(record, count, at, **more)


def _header(request: Request) -> str:
    return str(json.loads(request.body)["blocks"][0]["text"]["text"])


def _noting(
    outage: Outage, title: Callable[[Request], str], told: list[Told]
) -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        told.append(Told(outage.time.now(), title(request)))
        return OK

    return answer


@pytest.fixture
def channel(site: Site, monkeypatch: pytest.MonkeyPatch) -> Channel:
    return Channel(open_slack(site, monkeypatch), monkeypatch)


async def test_500_messages_wait_six_hours_for_slack_with_every_fault(
    record: Record, channel: Channel
) -> None:
    faults = ["500", "break", "503", "429", "hang", "refuse"]
    await channel.run(record, 500, faults)
    told = titles_of(channel.told)
    in_order(told, channel.expected, but_the_first=True)
    in_pace(told, pace.SLACK)
    assert told[0].at - BACK < timedelta(minutes=20)


@pytest.mark.parametrize("fault", ["refuse", "hang", "429", "503", "500", "break"])
async def test_messages_wait_six_hours_for_slack_that(
    record: Record, channel: Channel, fault: str
) -> None:
    await channel.run(record, 40, [fault])
    told = titles_of(channel.told)
    in_order(told, channel.expected, but_the_first=fault != "429")
    in_pace(told, pace.SLACK)


async def test_nobody_knocks_before_the_time_that_was_asked_for(
    record: Record, channel: Channel
) -> None:
    """429 with Retry-After of an hour and a half: four attempts in six hours, whatever waits."""
    await channel.run(record, 40, ["429 for hours"])
    in_order(titles_of(channel.told), channel.expected)
    refused = len(channel.slack.site.requests) - 40
    assert refused <= 4


async def test_messages_that_are_refused_for_good_go_to_the_other_target(
    record: Record, channel: Channel
) -> None:
    with MailServer() as server:
        server.on_taken = lambda mail: channel.also_told.append(
            Told(channel.time.now(), str(mail["Subject"]))
        )
        await channel.run(record, 40, ["404"], fallback=server.url())
    assert channel.told == []
    in_order(titles_of(channel.also_told), channel.expected)


@pytest.mark.parametrize(
    ("status", "within"),
    [
        pytest.param(500, timedelta(minutes=10), id="said of a message"),
        pytest.param(504, 2 * HOUR, id="said of a server"),
    ],
)
async def test_one_message_that_no_server_takes_holds_up_nobody(
    record: Record, channel: Channel, status: int, within: timedelta
) -> None:
    """Two such, and the severest: all others are told all the same."""
    poison: set[str] = set()
    fine = _noting(channel, _header, channel.told)

    def answer(request: Request) -> Reply:
        return (
            Reply(status)
            if any(f"{title} " in f"{_header(request)} " for title in poison)
            else fine(request)
        )

    def at(_now: datetime) -> None:
        if not poison and channel.expected:
            poison.update(channel.expected[:2])
            channel.slack.webhook(answer)
        if len(channel.told) == 38:
            channel.slack.webhook(fine)

    await channel.wait_out(record, 40, at)
    told = titles_of(channel.told)
    assert [one.title for one in told[:38]] == channel.expected[2:]
    assert told[37].at - NOW < within
    assert {one.title for one in told[38:]} == set(channel.expected[:2])
