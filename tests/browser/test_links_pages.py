"""The pages behind links in a real browser: they read from the right, and their button works."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.chromium import Browser
from tests.fakes.readings import NOW, alert, entry, reading, source
from watcher.model import Secret
from watcher.notify.links import Signer
from watcher.record import Record
from watcher.web import Room

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

SECRET = Secret("0123456789abcdef0123456789abcdef")
TITLE = 'CNN: <img src=x onerror="document.title=1"> افتتاح جسر ' + "ك" * 200


async def test_people_answer_in_a_browser(chromium: str, tmp_path: Path) -> None:
    async with Record(f"sqlite:///{tmp_path}/watcher.db") as record:
        await record.sync_sources([source()], NOW)
        await record.polled(await record.state("nahr"), [entry()], NOW)
        [pending] = await record.pending(NOW, 1)
        told = replace(reading(pending), alerts=(("desk", alert(title=TITLE)),))
        [notice] = await record.reading(told, NOW)
        room = Room(record.people, Signer("", SECRET), ("127.0.0.1", 0), {}, lambda: NOW)
        await room.open()
        try:
            links = Signer(f"http://127.0.0.1:{room.port}", SECRET).links(notice)
            async with Browser(chromium, tmp_path / "profile") as browser:
                await looks_right(browser, links.acknowledge)
                assert (await told_of(record, notice.id)) == []
                await browser.value('document.querySelector("[name=name]").value = "سعاد"')
                await browser.press("button")
                assert "سُجّل اطلاعك" in await browser.value("document.body.innerText")
                assert (await told_of(record, notice.id)) == ["سعاد"]

                await browser.open(links.silence, 360)
                is_valid = "document.forms[0].checkValidity()"
                assert await browser.value(is_valid) is False, "a reason is needed"
                await browser.value('document.querySelector("[name=note]").value = "تمرين"')
                await browser.press("button")
                [silence] = await record.people.silences(NOW)
                assert (silence.why, silence.story_id) == ("تمرين", notice.story_id)
        finally:
            await room.close()


async def looks_right(browser: Browser, url: str) -> None:
    for width in (360, 1000):
        await browser.open(url, width)
        assert await browser.value("getComputedStyle(document.body).direction") == "rtl"
        assert await browser.value("document.documentElement.scrollWidth") <= width
        style = "getComputedStyle(document.querySelector('button')).backgroundColor"
        assert await browser.value(style) in {"rgb(11, 93, 75)", "rgb(79, 185, 159)"}
        assert await browser.value("document.images.length") == 0
        assert await browser.value("document.title") == "تأكيد الاطلاع"
        assert "img src=x onerror" in await browser.value("document.body.innerText")
        assert await browser.value("document.cookie") == ""
        quote = "getComputedStyle(document.querySelector('blockquote')).direction"
        assert await browser.value(quote) == "rtl", "though its first word is Latin"
        right = "document.querySelector('h1').getBoundingClientRect().right"
        assert await browser.value(right) > width / 2


async def told_of(record: Record, number: int) -> list[str]:
    found = await record.people.alert(number)
    assert found
    return [answer.author for answer in found.acknowledged]
