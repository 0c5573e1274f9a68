"""Sending over real connections: what arrives, and what each refusal becomes."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import shutil
import socket
import ssl
import subprocess
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.notices import SEEN, alert, notice
from tests.fakes.site import Reply, Site
from tests.fakes.slack import BOT_TOKEN, BOT_URL, OK, TOKENS, WEBHOOK_URL, Slack, open_slack
from tests.fakes.smtp import HANG_UP, MailServer, free_port
from watcher.model import Digest, Outcome, Refused, Secret, Sent, TryAgain
from watcher.notify import Notifier, Target, fault_of
from watcher.notify.threads import MOST_HANGING

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "correct-horse-battery"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def slack(site: Site, monkeypatch: pytest.MonkeyPatch) -> Slack:
    return open_slack(site, monkeypatch)


def target(url: str, name: str = "desk") -> Target:
    return Target(name, Secret(url), zone="Asia/Baghdad")


async def send(to: str, *, times: int = 1, **changes: Any) -> Outcome:
    """Send the same notice some times through one notifier; give the last outcome's words."""
    async with Notifier([target(to)], timeout_s=2, clock=lambda: SEEN, sleep=no_wait) as notifier:
        for _ in range(times):
            outcome = words(await notifier.send(notice(**changes)))
    return words(outcome)


def words(outcome: Outcome) -> Outcome:
    """Leave out what is for the outbox: tests/integration/test_notify_receipts.py is about that."""
    if isinstance(outcome, Sent):
        return Sent(outcome.answer)
    if isinstance(outcome, TryAgain):
        return TryAgain(outcome.why, outcome.after_s)
    return outcome


async def no_wait(_seconds: float) -> None:
    """Let rate limits cost no time."""


def bodies(message: Any) -> tuple[str, str]:
    plain = message.get_body(("plain",)).get_content()
    return plain, message.get_body(("html",)).get_content()


# --- mail


async def test_mail_arrives_with_both_parts_and_an_arabic_subject(mail: MailServer) -> None:
    assert await send(mail.url()) == Sent("SMTP 250")

    (message,) = mail.taken
    plain, page = bodies(message)
    assert "الوحدات الأجنبية تبدأ إخلاء معسكر النخيل" in message["Subject"]
    assert message["Subject"].startswith("مهم: \u2068CNN\u2069: ")
    assert message["From"] == "watcher <watcher@example.org>"
    assert message["To"] == "desk@example.org"
    assert "*إخلاء معسكر النخيل*" in plain
    assert "<b>إخلاء معسكر النخيل</b></mark>" in page
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


async def test_the_same_notice_is_the_same_mail(mail: MailServer) -> None:
    await send(mail.url())
    await send(mail.url())
    await send(mail.url(), url="https://news.example.org/other")

    first, again, other = mail.taken
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert first["Date"] == again["Date"]


async def test_mails_of_one_thread_refer_to_one_root(mail: MailServer) -> None:
    """A thread is what one rule tells one target of one story."""
    await send(mail.url())
    await send(mail.url(), title="أخلي المعسكر", url="https://news.example.org/later")
    await send(mail.url(), rule="another-rule")
    await send(mail.url(), story_id=4)

    first, second, other, third = mail.taken
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]
    assert len({first["References"], other["References"], third["References"]}) == 3


async def test_each_digest_is_a_thread_of_its_own(mail: MailServer) -> None:
    for identity in ("monday", "tuesday"):
        digest = Digest("digest", SEEN, SEEN, (alert(),))
        told = replace(notice(), identity=identity, story_id=None, digest=digest)
        async with Notifier([target(mail.url())], clock=lambda: SEEN) as notifier:
            await notifier.send(told)

    first, second = mail.taken
    assert first["References"] != second["References"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(["451 try later"], TryAgain("SMTP 451 try later"), id="greylisted"),
        pytest.param(["421 closing"], TryAgain("SMTP 421 closing"), id="service-closing"),
        pytest.param(["552 quota"], TryAgain("SMTP 552 quota"), id="mailbox-full"),
        pytest.param(["550 spam"], Refused("SMTP 550 spam"), id="rejected"),
        pytest.param(["553 no"], Refused("SMTP 553 no"), id="name-not-allowed"),
        pytest.param(
            [HANG_UP], TryAgain("the mail server hung up in the middle"), id="hangs-up-after-data"
        ),
    ],
)
async def test_the_answer_to_data_decides(
    mail: MailServer, script: list[str], expected: Outcome
) -> None:
    mail.data = script

    assert await send(mail.url()) == expected
    assert mail.taken == []


async def test_a_refused_recipient_does_not_repeat_the_mail_for_the_others(
    mail: MailServer,
) -> None:
    mail.rcpt = {"late@example.org": ["451 greylisted"]}
    url = mail.url("desk@example.org,late@example.org")
    async with Notifier([target(url)], timeout_s=2) as notifier:
        first = words(await notifier.send(notice()))
        second = words(await notifier.send(notice()))

    assert first == TryAgain("late@example.org: SMTP 451 greylisted")
    assert second == Sent("SMTP 250")
    assert mail.envelopes == [["desk@example.org"], ["late@example.org"]]


async def test_an_unknown_recipient_among_good_ones_is_told_but_not_retried(
    mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    mail.rcpt = {"gone@example.org": ["550 unknown"]}

    outcome = await send(mail.url("desk@example.org,gone@example.org"))

    assert outcome == Sent("SMTP 250, but not for gone@example.org: SMTP 550 unknown")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_only_unknown_recipients_are_a_refusal(mail: MailServer) -> None:
    mail.rcpt = {"desk@example.org": ["550 unknown"]}

    assert await send(mail.url()) == Refused("desk@example.org: SMTP 550 unknown")


async def test_a_login_is_used_and_a_wrong_one_is_refused_without_being_quoted() -> None:
    with MailServer(password=PASSWORD) as server:
        good = await send(server.url(login=f"desk:{PASSWORD}@"))
        bad = await send(server.url(login="desk:wrong-horse@"))

    assert good == Sent("SMTP 250")
    assert bad == Refused("SMTP 535 5.7.8 no such password: ***")


async def test_starttls_that_is_not_offered_waits_for_somebody_to_mend_it(
    mail: MailServer,
) -> None:
    outcome = await send(mail.url().replace("mode=insecure", "mode=starttls"))

    assert isinstance(outcome, TryAgain)
    assert "STARTTLS" in outcome.why


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Give a server's side of TLS with a certificate nobody vouches for."""
    if shutil.which("openssl") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("openssl is missing, and CI must test mail over TLS: install openssl")
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context


async def test_starttls_is_used(certificate: ssl.SSLContext) -> None:
    with MailServer(password=PASSWORD, tls=certificate) as server:
        url = server.url(login=f"desk:{PASSWORD}@").replace("mode=insecure", "mode=starttls")
        outcome = await send(f"{url}&verify=no")

    assert outcome == Sent("SMTP 250")
    assert len(server.taken) == 1


async def test_a_certificate_nobody_vouches_for_is_not_accepted(
    certificate: ssl.SSLContext,
) -> None:
    with MailServer(tls=certificate) as server:
        outcome = await send(server.url().replace("mode=insecure", "mode=starttls"))

    assert outcome == TryAgain("the mail server's certificate was not accepted")
    assert server.taken == []


async def test_a_mail_server_that_is_away_is_tried_again() -> None:
    url = f"mailto://127.0.0.1:{free_port()}?from=a@example.org&to=b@example.org&mode=insecure"

    assert await send(url) == TryAgain("the mail server could not be reached: Connection refused")


async def test_a_mail_server_that_never_speaks_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org&mode=insecure"
        async with Notifier([target(url)], timeout_s=0.2) as notifier:
            outcome = words(await notifier.send(notice()))

    assert outcome == TryAgain("the mail server did not answer in time")


# --- Slack


async def test_slack_gets_blocks_with_the_same_content(slack: Slack) -> None:
    assert await send(WEBHOOK_URL) == Sent("HTTP 200")

    (payload,) = slack.payloads
    assert [block["type"] for block in payload["blocks"]] == [
        "header", "section", "section", "section", "context", "section",
    ]  # fmt: skip
    assert "*إخلاء معسكر النخيل*" in payload["blocks"][1]["text"]["text"]
    assert "channel" not in payload


STATUSES = [
    pytest.param(Reply(status, b"", headers), kind, wait, id=f"{status}{label}")
    for status, headers, kind, wait, label in [
        (301, (("Location", "http://127.0.0.1:1/"),), Refused, None, ""),
        (400, (), Refused, None, ""),
        (401, (), Refused, None, ""),
        (403, (), Refused, None, ""),
        (404, (), Refused, None, ""),
        (408, (), TryAgain, None, ""),
        (410, (), Refused, None, ""),
        (413, (), Refused, None, ""),
        (422, (), Refused, None, ""),
        (429, (), TryAgain, None, ""),
        (429, (("Retry-After", "90"),), TryAgain, 90.0, "-in-seconds"),
        (429, (("Retry-After", "Sat, 04 May 2024 09:05:00 GMT"),), TryAgain, 300.0, "-at-a-date"),
        (500, (), TryAgain, None, ""),
        (502, (), TryAgain, None, ""),
        (503, (("Retry-After", "7"),), TryAgain, 7.0, "-in-seconds"),
        (504, (), TryAgain, None, ""),
    ]
]


@pytest.mark.parametrize(("reply", "kind", "wait"), STATUSES)
async def test_slack_status_decides(
    slack: Slack, reply: Reply, kind: type[Outcome], wait: float | None
) -> None:
    slack.webhook(reply)

    outcome = await send(WEBHOOK_URL)

    assert isinstance(outcome, kind)
    assert getattr(outcome, "after_s", None) == wait
    assert f"HTTP {reply.status}" in getattr(outcome, "why", "")


async def test_slacks_own_reason_is_passed_on(slack: Slack) -> None:
    slack.webhook(Reply(410, b"channel_is_archived"))

    outcome = await send(WEBHOOK_URL)

    assert outcome == Refused(
        "HTTP 410 Gone (channel_is_archived): the target was removed on the other side"
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [("not_in_channel", Refused), ("invalid_auth", Refused), ("ratelimited", TryAgain)],
)
async def test_a_bot_is_refused_inside_a_200(slack: Slack, error: str, kind: type[Outcome]) -> None:
    slack.bot(Reply(200, json.dumps({"ok": False, "error": error}).encode()))

    outcome = await send(f"{BOT_URL}/#desk")

    assert isinstance(outcome, kind)
    assert error in getattr(outcome, "why", "")


async def test_channels_that_have_the_message_are_not_told_again(slack: Slack) -> None:
    busy = Reply(429, b"")
    fine = Reply(200, b'{"ok": true}')
    slack.bot(fine, busy, fine)

    outcome = await send(f"{BOT_URL}/#desk/+C024BE91L", times=2)

    assert outcome == Sent("HTTP 200")
    assert [p["channel"] for p in slack.payloads] == ["#desk", "C024BE91L", "C024BE91L"]
    assert slack.site.requests[0].headers["authorization"] == f"Bearer {BOT_TOKEN}"


# --- any other service of Apprise


def webhook(site: Site) -> str:
    return f"json://127.0.0.1:{site.port}/hook-5up3rs3cr3t"


async def test_any_service_gets_title_and_text(site: Site) -> None:
    site.on("/hook-5up3rs3cr3t", OK)

    assert await send(webhook(site)) == Sent("HTTP 200")

    (request,) = site.requests
    said = json.loads(request.body)
    assert "إخلاء معسكر النخيل" in said["title"]
    assert "*إخلاء معسكر النخيل*" in said["message"]


@pytest.mark.parametrize(("reply", "kind", "wait"), STATUSES[1:])
async def test_any_services_status_is_overheard(
    site: Site, reply: Reply, kind: type[Outcome], wait: float | None
) -> None:
    site.on("/hook-5up3rs3cr3t", reply)

    outcome = await send(webhook(site))

    assert isinstance(outcome, kind)
    assert getattr(outcome, "after_s", None) == wait
    assert f"HTTP {reply.status}" in getattr(outcome, "why", "")
    assert len(site.requests) == 1, "Apprise's own retry must stay off"


async def test_a_service_that_rejects_markup_gets_plain_text(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.telegram import NotifyTelegram

    monkeypatch.setattr(NotifyTelegram, "notify_url", site.url("/bot"))
    path = "/bot123456789:abcdefg_hijklmnop/sendMessage"
    site.on(path, Reply(400, b'{"ok":false}'), Reply(200, b'{"ok":true,"result":{}}'))

    outcome = await send("tgram://123456789:abcdefg_hijklmnop/12315544/")

    assert outcome == Sent("HTTP 200")
    first, second = (json.loads(request.body) for request in site.asked(path))
    assert first.get("parse_mode") != second.get("parse_mode")


async def test_a_service_without_http_tells_its_own_warning() -> None:
    from apprise.decorators import notify

    @notify(on="pigeon")  # type: ignore[untyped-decorator]  # Apprise is typed in part
    def _fly(*_: object, **__: object) -> bool:
        logging.getLogger("apprise").warning("the bird for s3cretive did not return")
        return False

    outcome = await send("pigeon://s3cretive")

    assert outcome == TryAgain(
        "the bird for *** did not return; Failed to send Custom - pigeon notification."
    )


async def test_a_service_that_hangs_is_given_up(site: Site) -> None:
    site.on("/hook-5up3rs3cr3t", Reply(200, pieces=lambda: [3.0]))
    async with Notifier([target(webhook(site))], limit_s=0.2) as notifier:
        outcome = words(await notifier.send(notice()))

    assert outcome == TryAgain("no answer within 0 s")


async def test_a_service_that_drips_its_answers_keeps_few_threads(site: Site) -> None:
    """Each try would leave one until the answer ends: for days, at the pace of retries."""
    let_go = threading.Event()

    def drip() -> Iterator[float | bytes]:
        while not let_go.is_set():
            yield b"."
            yield 0.05

    site.on("/hook-5up3rs3cr3t", Reply(200, pieces=drip))
    async with Notifier([target(webhook(site))], limit_s=0.1) as notifier:
        for _ in range(MOST_HANGING):
            assert words(await notifier.send(notice())) == TryAgain("no answer within 0 s")
        refused = await notifier.send(notice())
        hanging = [thread for thread in threading.enumerate() if thread.name == "notify"]
        let_go.set()
        for thread in hanging:
            await asyncio.to_thread(thread.join, 5)
        after = words(await notifier.send(notice()))

    assert isinstance(refused, TryAgain)
    assert refused.is_of_target
    assert "4 earlier attempts" in refused.why
    assert len(hanging) == MOST_HANGING
    assert isinstance(after, Sent)


async def test_a_delivery_that_is_cancelled_holds_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org&mode=insecure"
        async with Notifier([target(url)], timeout_s=5) as notifier:
            task = asyncio.create_task(notifier.send(notice()))
            connection, _ = await asyncio.to_thread(silent.accept)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        left = [thread for thread in threading.enumerate() if thread.name == "notify"]
        connection.close()

    assert left
    assert all(thread.daemon for thread in left)


async def test_a_service_that_is_away_is_tried_again() -> None:
    outcome = await send(f"json://127.0.0.1:{free_port()}/x")

    assert outcome == TryAgain("the service could not be reached, or hung up")


# --- the console, and targets that are not there


async def test_the_console_gets_plain_text_when_it_is_no_terminal() -> None:
    stream = io.StringIO()
    async with Notifier([target("console://")], console=stream) as notifier:
        outcome = words(await notifier.send(notice()))

    assert outcome == Sent("printed")
    assert "\x1b" not in stream.getvalue()
    assert "*إخلاء معسكر النخيل*" in stream.getvalue()


async def test_a_console_whose_reader_left_is_tried_again() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    async with Notifier([target("console://")], console=Broken()) as notifier:
        outcome = words(await notifier.send(notice()))

    assert outcome == TryAgain("the console cannot be written: [Errno 32] Broken pipe")


async def test_a_console_that_knows_no_arabic_still_prints() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    async with Notifier([target("console://")], console=stream) as notifier:
        outcome = words(await notifier.send(notice()))

    assert outcome == Sent("printed")
    assert b"https://news.example.org/" in raw.getvalue()


async def test_a_target_that_was_removed_refuses() -> None:
    async with Notifier([]) as notifier:
        outcome = words(await notifier.send(notice("desk")))

    assert outcome == Refused("there is no target named 'desk' any more")


async def test_a_sample_can_be_sent(mail: MailServer) -> None:
    async with Notifier([target(mail.url())], timeout_s=2) as notifier:
        assert words(await notifier.send_test("desk")) == Sent("SMTP 250")

    plain, _ = bodies(mail.taken[0])
    assert "*العبارة المطلوبة*" in plain


# --- secrets


BAD_ADDRESSES = [
    pytest.param("slack://T1JJ3T3L2/5up3rs3cr3t", id="incomplete"),
    pytest.param("nosuch://user:5up3rs3cr3t@host", id="unknown-service"),
    pytest.param("5up3rs3cr3t", id="no-address"),
]


@pytest.mark.parametrize("url", BAD_ADDRESSES)
async def test_a_bad_address_is_told_without_being_quoted(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    fault = fault_of(target(url))
    outcome = await send(url)

    assert fault
    assert isinstance(outcome, TryAgain)
    assert "5up3rs3cr3t" not in fault + outcome.why + caplog.text


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 410, 429, 500])
async def test_no_secret_is_told_whatever_happens(
    slack: Slack, site: Site, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"ok": False, "error": f"{BOT_TOKEN} and {TOKENS[2]}"}).encode()
    slack.webhook(Reply(status, echo))
    slack.bot(Reply(status, echo))
    site.on("/hook-5up3rs3cr3t", Reply(status, b"5up3rs3cr3t"))
    urls = (WEBHOOK_URL, f"{BOT_URL}/#desk", webhook(site), "json://127.0.0.1:9/hook-5up3rs3cr3t")

    targets = [target(url, name=str(number)) for number, url in enumerate(urls)]

    async with Notifier(targets, timeout_s=2) as notifier:
        outcomes = [await notifier.send(notice(each.name)) for each in targets]

    told = caplog.text + repr(outcomes) + repr(targets)
    secrets = (*TOKENS, BOT_TOKEN, "5up3rs3cr3t")
    assert [secret for secret in secrets if secret in told] == []


async def test_an_unforeseen_error_is_an_outcome_without_secrets(
    mail: MailServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError(f"could not log in with {PASSWORD}")

    monkeypatch.setattr("smtplib.SMTP.login", explode)

    outcome = await send(mail.url(login=f"desk:{PASSWORD}@"))

    assert outcome == TryAgain("RuntimeError while sending: could not log in with ***")
    assert PASSWORD not in caplog.text
