"""What services answer is read up to a limit, and followed nowhere."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from tests.fakes import site as answers
from tests.fakes.notices import notice
from tests.fakes.site import Reply, Site
from tests.fakes.slack import WEBHOOK_URL, open_slack
from watcher.model import Secret, Sent, TryAgain
from watcher.notify import Notifier, Target
from watcher.notify.mail import MOST_SAID
from watcher.notify.posting import MOST_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterator


async def test_an_answer_without_end_is_cut(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    slack = open_slack(site, monkeypatch)
    sent = 0

    def forever() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield b"x" * 100_000

    slack.webhook(Reply(200, pieces=forever))
    async with Notifier([Target("desk", Secret(WEBHOOK_URL))], limit_s=60) as notifier:
        outcome = await notifier.send(notice())
    site.settle()

    assert not isinstance(outcome, Sent)
    assert "no answer within" not in outcome.why
    assert MOST_ANSWER <= sent < MOST_ANSWER + 50_000_000  # what the sockets hold, and no more


async def test_a_long_answer_that_ends_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    slack = open_slack(site, monkeypatch)
    slack.webhook(Reply(200, b"ok" + b" " * (MOST_ANSWER - 2)))
    async with Notifier([Target("desk", Secret(WEBHOOK_URL))]) as notifier:
        outcome = await notifier.send(notice())

    assert isinstance(outcome, Sent)


async def test_a_redirect_is_not_followed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    slack = open_slack(site, monkeypatch)
    site.on("/elsewhere", Reply(200, b"ok"))
    slack.webhook(answers.moved(site.url("/elsewhere"), 307))
    async with Notifier([Target("desk", Secret(WEBHOOK_URL))]) as notifier:
        outcome = await notifier.send(notice())

    assert not isinstance(outcome, Sent)
    assert site.asked("/elsewhere") == []


@pytest.fixture
def talker() -> Iterator[tuple[int, list[int]]]:
    """A mail server whose greeting never ends; the list says how much was taken of it."""
    taken: list[int] = []

    def talk(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            said = 0
            try:
                while True:
                    said += connection.send(b"220-welcome to a server that talks\r\n" * 100)
            except OSError:
                taken.append(said)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=talk, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], taken
        thread.join(timeout=30)


async def test_a_mail_server_that_talks_without_end_is_hung_up_on(
    talker: tuple[int, list[int]],
) -> None:
    port, taken = talker
    url = f"mailto://127.0.0.1:{port}?from=a@example.org&to=b@example.org&mode=insecure"
    async with Notifier([Target("desk", Secret(url))], limit_s=60) as notifier:
        outcome = await notifier.send(notice())

    assert isinstance(outcome, TryAgain)
    assert "talks without end" in outcome.why
    assert taken == [] or taken[0] > MOST_SAID
