"""What a service calls a message, replies to it, long messages in parts, and the pace of both."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.notices import SEEN, notice
from tests.fakes.site import Reply, Request, Site
from tests.fakes.slack import BOT_URL, OK, WEBHOOK_URL, Slack, open_slack
from tests.fakes.smtp import MailServer
from watcher.model import Passage, Refused, Secret, Sent, TryAgain
from watcher.notify import Notifier, Target

if TYPE_CHECKING:
    from watcher.model import Notice

BOT = "123456789:abcdefg_hijklmnop"
TELEGRAM = f"/bot{BOT}/sendMessage"
LONG = "وقال المتحدث إن الوحدات انسحبت من المعسكر الشمالي صباح السبت. "


class Clock:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = SEEN
        self.waited: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(site: Site, monkeypatch: pytest.MonkeyPatch) -> Slack:
    return open_slack(site, monkeypatch)


@pytest.fixture
def telegram(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    from apprise.plugins.telegram import NotifyTelegram

    monkeypatch.setattr(NotifyTelegram, "notify_url", site.url("/bot"))
    site.on(TELEGRAM, _telegram())
    return site


def _telegram() -> Any:
    numbers = iter(range(100, 1000))

    def answer(request: Request) -> Reply:
        chat = json.loads(request.body)["chat_id"]
        told = {"ok": True, "result": {"message_id": next(numbers), "chat": {"id": chat}}}
        return Reply(200, json.dumps(told).encode())

    return answer


def opened(clock: Clock, *urls: str, **more: Any) -> Notifier:
    targets = [Target(str(n), Secret(url)) for n, url in enumerate(urls)]
    return Notifier(targets, clock=clock, sleep=clock.sleep, timeout_s=2, **more)


def to(target: int = 0, **changes: Any) -> Notice:
    return notice(str(target), **changes)


def said(site: Site, path: str = TELEGRAM) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in site.asked(path)]


# --- receipts and replies


async def test_a_slack_bot_replies_in_the_thread_of_the_first_message(
    slack: Slack, clock: Clock
) -> None:
    slack.bot(Reply(200, b'{"ok": true, "channel": "C1", "ts": "17.5"}'))
    async with opened(clock, f"{BOT_URL}/#desk") as notifier:
        first = await notifier.send(to())
        assert first == Sent("HTTP 200", "C1:17.5")
        await notifier.send(replace(to(id=8), replies_to="C1:17.5"))

    one, two = slack.payloads
    assert ("thread_ts" in one, one["channel"]) == (False, "#desk")
    assert (two["thread_ts"], two["channel"]) == ("17.5", "C1")


async def test_a_thread_that_is_gone_does_not_swallow_the_update(
    slack: Slack, clock: Clock
) -> None:
    gone = Reply(200, b'{"ok": false, "error": "thread_not_found"}')
    slack.bot(gone, Reply(200, b'{"ok": true, "channel": "C1", "ts": "18.5"}'))
    async with opened(clock, f"{BOT_URL}/#desk") as notifier:
        outcome = await notifier.send(replace(to(), replies_to="C1:17.5"))

    assert outcome == Sent("HTTP 200", "C1:18.5")
    assert ["thread_ts" in payload for payload in slack.payloads] == [True, False]


async def test_each_channel_has_a_receipt_of_its_own(slack: Slack, clock: Clock) -> None:
    def answer(request: Request) -> Reply:
        channel = json.loads(request.body)["channel"].strip("#").upper()
        return Reply(200, json.dumps({"ok": True, "channel": channel, "ts": "1.5"}).encode())

    slack.bot(answer)
    async with opened(clock, f"{BOT_URL}/#one/#two") as notifier:
        first = await notifier.send(to())
        assert first == Sent("HTTP 200", "#one=ONE:1.5 #two=TWO:1.5")
        await notifier.send(replace(to(id=8), replies_to=first.receipt))

    assert [payload["channel"] for payload in slack.payloads] == ["#one", "#two", "ONE", "TWO"]


async def test_a_channel_that_never_takes_it_keeps_it_from_no_other(
    slack: Slack, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fine = Reply(200, b'{"ok": true, "channel": "C2", "ts": "18.5"}')
    never, busy = Reply(200, b'{"ok": false, "error": "is_archived"}'), Reply(429)
    slack.bot(never, busy, never, fine, never, never)
    async with opened(clock, f"{BOT_URL}/#one/#two") as notifier:
        assert isinstance(await notifier.send(to()), TryAgain), "the other may still take it"
        outcome = await notifier.send(to())
        assert isinstance(await notifier.send(to(id=8)), Refused), "where none takes it"

    assert isinstance(outcome, Sent)
    assert outcome.receipt == "#two=C2:18.5"
    assert outcome.answer.startswith("HTTP 200, but not for *** (1 of 2): ")
    assert [record.levelname for record in caplog.records][1] == "ERROR"


async def test_a_slack_webhook_gives_no_receipt(slack: Slack, clock: Clock) -> None:
    async with opened(clock, WEBHOOK_URL) as notifier:
        assert await notifier.send(to()) == Sent("HTTP 200")


async def test_telegram_replies_to_the_first_message(telegram: Site, clock: Clock) -> None:
    async with opened(clock, f"tgram://{BOT}/-100200/") as notifier:
        first = await notifier.send(to())
        assert first == Sent("HTTP 200", "-100200:100")
        await notifier.send(replace(to(id=8), replies_to=first.receipt))

    one, two = said(telegram)
    assert "reply_parameters" not in one
    assert two["reply_parameters"] == {"message_id": 100, "allow_sending_without_reply": True}
    assert one["parse_mode"] == "HTML"
    assert "<b>إخلاء معسكر النخيل</b>" in one["text"]


async def test_telegram_says_inside_how_long_to_wait(telegram: Site, clock: Clock) -> None:
    body = {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 33}}
    telegram.on(TELEGRAM, Reply(429, json.dumps(body).encode()))
    async with opened(clock, f"tgram://{BOT}/4711/") as notifier:
        outcome = await notifier.send(to())

    why = "HTTP 429 Too Many Requests (Too Many Requests)"
    assert outcome == TryAgain(why, 33.0, is_of_target=True)


async def test_markup_in_a_title_does_no_harm(telegram: Site, clock: Clock) -> None:
    async with opened(clock, f"tgram://{BOT}/4711/") as notifier:
        await notifier.send(to(title="<b>قطار</i> & <script>", title_hits=()))

    (message,) = said(telegram)
    assert "<b>مهم: &lt;\u2068b\u2069&gt;قطار" in message["text"]
    assert "&amp; " in message["text"]
    assert "<script>" not in message["text"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"parameters": 7}', b'{"result": []}', b"\xff"], ids=repr
)
async def test_an_answer_that_is_odd_is_judged_by_its_status(
    telegram: Site, clock: Clock, body: bytes
) -> None:
    telegram.on(TELEGRAM, Reply(200, body), Reply(403, body))
    async with opened(clock, f"tgram://{BOT}/4711/") as notifier:
        assert await notifier.send(to()) == Sent("HTTP 200")
        assert isinstance(await notifier.send(to()), Refused)


async def test_an_update_by_mail_is_a_reply_to_the_first_mail(clock: Clock) -> None:
    with MailServer() as server:
        async with opened(clock, server.url()) as notifier:
            first = await notifier.send(to())
            assert isinstance(first, Sent)
            await notifier.send(replace(to(url="https://e.example/2"), replies_to=first.receipt))

    one, two = server.taken
    assert one["Message-ID"] == first.receipt == two["In-Reply-To"]
    assert two["References"].split() == [one["References"], one["Message-ID"]]


@pytest.mark.parametrize(
    "body", [b"", b"<html>log in to the network</html>", b"{}", b"[]"], ids=repr
)
async def test_what_does_not_answer_as_slack_does_has_not_taken_it(
    slack: Slack, clock: Clock, body: bytes
) -> None:
    """A hotel's page or half an answer says 200 as well."""
    slack.webhook(Reply(200, body))
    async with opened(clock, WEBHOOK_URL) as notifier:
        outcome = await notifier.send(to())
    assert outcome == TryAgain("HTTP 200 without Slack's ok", is_of_target=True)


# --- parts


def long_notice() -> Notice:
    return to(passages=tuple(Passage(LONG * 20, ()) for _ in range(5)))


async def test_a_long_message_goes_in_numbered_parts(telegram: Site, clock: Clock) -> None:
    async with opened(clock, f"tgram://{BOT}/4711/") as notifier:
        outcome = await notifier.send(long_notice())

    texts = [each["text"] for each in said(telegram)]
    assert outcome == Sent("HTTP 200", "4711:100")
    assert [text.rsplit("\n", 1)[1] for text in texts] == ["(1/2)", "(2/2)"]
    assert all(len(text) <= 4096 for text in texts)
    assert texts[0].removesuffix("\n\n(1/2)").endswith(".</blockquote>")


async def test_parts_that_were_taken_are_not_sent_again(telegram: Site, clock: Clock) -> None:
    """Neither by the same process nor by one that knows only what is on record."""
    fine = _telegram()
    busy = Reply(500, b"{}")
    telegram.on(TELEGRAM, fine, busy, fine)
    async with opened(clock, f"tgram://{BOT}/4711/") as notifier:
        first = await notifier.send(long_notice())
    assert isinstance(first, TryAgain)
    assert first.taken == ("4711 1/2\t4711:100",)

    async with opened(clock, f"tgram://{BOT}/4711/") as notifier:
        again = await notifier.send(replace(long_notice(), attempts=1, taken=first.taken))
    assert again == Sent("HTTP 200", "4711:100")
    endings = [each["text"].rsplit("\n", 1)[1] for each in said(telegram)]
    assert endings == ["(1/2)", "(2/2)", "(2/2)"]


async def test_recipients_that_have_a_mail_are_on_record(clock: Clock) -> None:
    with MailServer() as server:
        server.rcpt = {"late@example.org": ["451 greylisted"]}
        url = server.url("desk@example.org,late@example.org")
        async with opened(clock, url) as notifier:
            first = await notifier.send(to())
        assert isinstance(first, TryAgain)
        assert first.taken == ("desk@example.org",)
        async with opened(clock, url) as notifier:
            await notifier.send(replace(to(), taken=first.taken))

    assert server.envelopes == [["desk@example.org"], ["late@example.org"]]


async def test_parts_for_any_other_service(site: Site, clock: Clock, monkeypatch: Any) -> None:
    """Apprise knows how much a service takes, and would cut words: it gets parts that fit."""
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 600)
    site.on("/hook", OK)
    async with opened(clock, f"json://127.0.0.1:{site.port}/hook") as notifier:
        assert await notifier.send(long_notice()) == Sent("HTTP 200")

    bodies = [each["message"] for each in said(site, "/hook")]
    assert len(bodies) > 5
    assert all(len(body) <= 600 for body in bodies)
    assert bodies[1].endswith(f"(2/{len(bodies)})")


# --- pace


async def test_slack_gets_a_message_a_second_in_each_channel(slack: Slack, clock: Clock) -> None:
    slack.bot(Reply(200, b'{"ok": true}'))
    async with opened(clock, f"{BOT_URL}/#one", f"{BOT_URL}/#two") as notifier:
        for number in range(3):
            await notifier.send(to(0, id=number))
            await notifier.send(to(1, id=10 + number))
    assert clock.waited == [1.0, 1.0]


async def test_two_targets_on_one_chat_share_its_limit(telegram: Site, clock: Clock) -> None:
    url = f"tgram://{BOT}/-100200/"
    async with opened(clock, url, f"{url}?silent=yes") as notifier:
        for number in range(21):
            await notifier.send(to(number % 2, id=number))
    assert (clock.now - SEEN).total_seconds() == 60.0


async def test_what_was_sent_before_a_restart_counts(telegram: Site, clock: Clock) -> None:
    async with opened(clock, f"tgram://{BOT}/-100200/") as notifier:
        ago = [SEEN - timedelta(seconds=30 - second) for second in range(20)]
        notifier.remember([("0", instant) for instant in ago])
        assert notifier.next_turn("0") == SEEN + timedelta(seconds=30)
        await notifier.send(to())
    assert clock.waited == [30.0]


async def test_a_clock_that_is_put_back_stops_nobody(telegram: Site, clock: Clock) -> None:
    async with opened(clock, f"tgram://{BOT}/4711/") as notifier:
        await notifier.send(to())
        clock.now -= timedelta(days=1)
        await notifier.send(to(id=8))
    assert clock.waited == []


async def test_a_target_nobody_knows_waits_for_nothing(clock: Clock) -> None:
    async with opened(clock, "json://") as notifier:
        assert notifier.next_turn("0") == notifier.next_turn("gone") == SEEN
