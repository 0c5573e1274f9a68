"""Messages of each kind over real connections, by our templates and the operator's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.daemon import Daemon
from tests.fakes.notices import SEEN
from tests.fakes.slack import WEBHOOK_URL, open_slack
from tests.fakes.smtp import MailServer
from watcher.app.build import open_watcher
from watcher.config import load_config
from watcher.model import Secret, Sent
from watcher.notify import Notifier, Target, Templates
from watcher.notify.samples import sample_notices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.site import Site


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def body(message: Any, kind: str) -> str:
    return str(message.get_body((kind,)).get_content())


def target(url: str) -> Target:
    return Target("desk", Secret(url), zone="Asia/Baghdad")


def notifier_of(url: str) -> Notifier:
    """Give a notifier that keeps the pace of its service on a clock of its own."""
    now = [SEEN]

    async def sleep(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    return Notifier([target(url)], timeout_s=5, clock=lambda: now[0], sleep=sleep)


async def test_every_kind_arrives_by_mail_and_says_so(mail: MailServer) -> None:
    async with notifier_of(mail.url()) as notifier:
        for notice in sample_notices().values():
            assert isinstance(await notifier.send(notice), Sent)

    subjects = [str(message["Subject"]) for message in mail.taken]
    assert len(subjects) == len(set(subjects)) == 13
    assert all("Harbour TV" in subject for subject in subjects)
    digest = body(mail.taken[-2], "html")
    assert 'href="#topic-2"' in digest
    assert 'id="topic-2"' in digest


async def test_every_kind_arrives_in_slack(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    slack = open_slack(site, monkeypatch)
    async with notifier_of(WEBHOOK_URL) as notifier:
        for notice in sample_notices().values():
            assert isinstance(await notifier.send(notice), Sent)

    heads = [payload["blocks"][0]["text"]["text"] for payload in slack.payloads]
    assert len(heads) == len(set(heads)) == 13


async def test_mail_is_written_by_the_operators_template_or_else_by_ours(
    mail: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "mail.txt.j2").write_text("{{ m.rule }}: {{ m.title.text }}")
    (tmp_path / "mail.html.j2").write_text("\n{{ m.headline }}")
    templates = Templates(tmp_path)
    notice = sample_notices()["first"]
    async with Notifier([target(mail.url())], templates=templates) as notifier:
        assert isinstance(await notifier.send(notice), Sent)
        (problem,) = notifier.template_problems

    (message,) = mail.taken
    assert body(message, "plain").strip() == f"حوادث الموانئ والمستودعات: {notice.alert.title}"
    assert "<mark" in body(message, "html")
    assert (problem.file, problem.line) == (str(tmp_path / "mail.html.j2"), 2)


async def test_the_operator_is_told_of_a_broken_template_once(
    mail: MailServer, tmp_path: Path
) -> None:
    daemon = Daemon(tmp_path, targets={"desk": mail.url()}, sources={})
    (daemon.rules / "one.yaml").write_text("rules:\n  - {id: trains, match: قطار}\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mail.html.j2").write_text("{% if %}")
    daemon.config.write_text(f"{daemon.config.read_text()}operator: desk\ntemplates: mine\n")
    async with open_watcher(load_config(daemon.config)) as watcher:
        assert isinstance(await watcher.pipeline.notifier.send_test("desk"), Sent)
        for _ in range(2):
            await watcher.periodic.tell_troubles()
        (told,) = await watcher.record.due_notices(watcher.pipeline.now(), 10)

    assert "template is broken" in told.alert.title
    assert "mail.html.j2:1:1: Expected an expression" in told.alert.passages[0].text
