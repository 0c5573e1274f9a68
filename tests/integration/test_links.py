"""Answers by signed links over real HTTP: GET changes nothing, POST does it once."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.model import Notice, Secret, Severity
from watcher.notify.links import Signer
from watcher.web import Room
from watcher.web.room import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from watcher.record import Record

SECRET = Secret("0123456789abcdef0123456789abcdef")
EVIL = '<script>alert("x")</script>\u202e<b onmouseover=x>خبر'


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


class Answers:
    """A room on a port of its own, and a notice to answer."""

    def __init__(self, room: Room, notice: Notice, clock: Clock) -> None:
        self.room, self.notice, self.clock = room, notice, clock
        self.signer = Signer(f"http://127.0.0.1:{room.port}", SECRET)
        self.links = self.signer.links(notice)

    async def ask(self, method: str, url: str, **form: Any) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, data=form or None) as answer,
        ):
            assert "Set-Cookie" not in answer.headers
            self.headers = answer.headers
            return answer.status, await answer.text()


@pytest.fixture
async def answers(record: Record) -> AsyncIterator[Answers]:
    clock = Clock()
    await record.sync_sources([source()], NOW)
    await record.polled(await record.state("nahr"), [entry()], NOW)
    [pending] = await record.pending(NOW, 1)
    told = alert(title=EVIL, rule_title=EVIL, source=EVIL, severity=Severity.HIGH)
    [notice] = await record.reading(replace(reading(pending), alerts=(("desk", told),)), NOW)
    room = Room(
        record.people, Signer("", SECRET), ("127.0.0.1", 0), {"desk": "Asia/Baghdad"}, clock
    )
    await room.open()
    yield Answers(room, notice, clock)
    await room.close()


async def test_looking_changes_nothing_and_pressing_the_button_acknowledges(
    answers: Answers, record: Record
) -> None:
    for method in ("GET", "HEAD", "GET"):
        status, _ = await answers.ask(method, answers.links.acknowledge)
        assert status == 200
    told = await record.people.alert(answers.notice.id)
    assert told
    assert told.acknowledged == ()

    status, _ = await answers.ask("POST", answers.links.acknowledge, name="سعاد", note="أتابع")

    assert status == 200
    told = await record.people.alert(answers.notice.id)
    assert told
    [answer] = told.acknowledged
    assert (answer.author, answer.note, answer.at) == ("سعاد", "أتابع", NOW)


async def test_a_used_link_says_so(answers: Answers, record: Record) -> None:
    await answers.ask("POST", answers.links.acknowledge, name="سعاد")

    status, text = await answers.ask("GET", answers.links.acknowledge)
    assert (status, "سعاد، 2024-05-04 12:00" in text, "<form" in text) == (200, True, False)
    status, text = await answers.ask("POST", answers.links.acknowledge, name="غيرها")
    assert (status, "سعاد" in text) == (409, True)
    told = await record.people.alert(answers.notice.id)
    assert told
    assert len(told.acknowledged) == 1


async def test_a_link_ends(answers: Answers, record: Record) -> None:
    answers.clock.at = NOW + timedelta(days=7)
    for method in ("GET", "POST"):
        status, text = await answers.ask(method, answers.links.acknowledge)
        assert (status, "انتهت صلاحية الرابط" in text) == (410, True)
    told = await record.people.alert(answers.notice.id)
    assert told
    assert told.acknowledged == ()


async def test_what_we_did_not_sign_is_no_page(answers: Answers, record: Record) -> None:
    acknowledge, silence = answers.links.acknowledge, answers.links.silence
    own = acknowledge.rpartition("/")[2]
    other = silence.rpartition("/")[2]
    forged = [
        acknowledge.replace(own, other),
        acknowledge.replace(own, own[:-1] + ("A" if own[-1] != "A" else "B")),
        acknowledge.replace(own, own[:-1]),
        acknowledge.replace(own, "%D8%B9"),
        acknowledge.replace("/acknowledge/", "/silence/"),
        acknowledge.replace(f"/{answers.notice.id}/", f"/{answers.notice.id + 1}/"),
        re.sub(r"/(\d{9,})/", lambda found: f"/{int(found[1]) + 1}/", acknowledge),
        answers.signer.url + "/",
        answers.signer.url + "/acknowledge/1/99999999999999999999/x",
    ]
    for url in forged:
        for method in ("GET", "POST"):
            status, text = await answers.ask(method, url)
            assert (status, "لا توجد صفحة هنا" in text) == (404, True), url
    told = await record.people.alert(answers.notice.id)
    assert told
    assert told.acknowledged == ()


async def test_silencing_a_story_for_the_target_of_the_message(
    answers: Answers, record: Record
) -> None:
    form = {"what": "story", "hours": "6", "note": "خبر قديم", "name": ""}
    assert (await answers.ask("GET", answers.links.silence))[0] == 200
    assert await record.people.silences(NOW) == []

    status, text = await answers.ask("POST", answers.links.silence, **form)

    assert (status, "2024-05-04 18:00" in text) == (200, True)
    [silence] = await record.people.silences(NOW)
    assert (silence.rule, silence.target, silence.story_id) == (
        "bridges",
        "desk",
        answers.notice.story_id,
    )
    assert (silence.ends, silence.why) == (NOW + timedelta(hours=6), "خبر قديم")
    assert silence.author == ""
    status, _ = await answers.ask("POST", answers.links.silence, **form)
    assert status == 409
    assert len(await record.people.silences(NOW)) == 1


@pytest.mark.parametrize(
    "change", [{"what": "everything"}, {"hours": "100000"}, {"note": " "}, {"what": ""}]
)
async def test_what_no_form_asks_for_is_refused(
    answers: Answers, record: Record, change: dict[str, str]
) -> None:
    form = {"what": "rule", "hours": "1", "note": "x"} | change
    status, _ = await answers.ask("POST", answers.links.silence, **form)
    assert status == 400
    assert await record.people.silences(NOW) == []


async def test_nothing_from_outside_is_markup(answers: Answers) -> None:
    _, text = await answers.ask("GET", answers.links.silence)

    assert "<script" not in text
    assert "<b onmouseover" not in text
    assert "\u202e" not in text
    assert '<script>alert("x")</script>' in html.unescape(text)
    policy = answers.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    for name in ("X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Cache-Control"):
        assert name in answers.headers


async def test_bounds_of_what_is_read(answers: Answers) -> None:
    status, _ = await answers.ask("POST", answers.links.acknowledge, note="x" * (2 * MOST_BYTES))
    assert status == 413
    status, _ = await answers.ask("GET", answers.signer.url + "/" + "x" * 4000)
    assert status in {400, 414}
    for method in ("PUT", "DELETE", "OPTIONS"):
        status, _ = await answers.ask(method, answers.links.acknowledge)
        assert status == 405


async def test_a_record_that_is_away_is_told_and_nothing_ends(
    answers: Answers, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watcher.errors import StorageUnavailable
    from watcher.record import People

    async def gone(*_: object) -> None:
        raise StorageUnavailable("the database is locked")

    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(People, "alert", gone)
    status, text = await answers.ask("GET", answers.links.acknowledge)
    assert (status, "locked" in text) == (503, False)
    monkeypatch.setattr(People, "alert", broken)
    status, text = await answers.ask("POST", answers.links.acknowledge)
    assert (status, "mistake" in text) == (500, False)


async def test_garbage_on_the_wire_harms_nobody(answers: Answers) -> None:
    for bytes_ in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"POST /\r\n" * 500):
        reader, writer = await asyncio.open_connection("127.0.0.1", answers.room.port)
        writer.write(bytes_)
        writer.write_eof()
        await reader.read(1000)
        writer.close()
        await writer.wait_closed()
    assert (await answers.ask("GET", answers.links.acknowledge))[0] == 200


async def test_a_port_that_is_taken_is_tried_again(answers: Answers, record: Record) -> None:
    port = answers.room.port
    second = Room(record.people, Signer("", SECRET), ("127.0.0.1", port), {}, answers.clock)
    await second.open()
    with pytest.raises(AssertionError):
        _ = second.port
    await answers.room.close()
    await second.open()
    assert second.port == port
    await second.close()
