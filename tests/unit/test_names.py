"""Names are asked for once; a name server that hangs neither grows a queue nor stops anything else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from watcher.fetch import names
from watcher.fetch.names import Names

if TYPE_CHECKING:
    import pytest


async def test_a_silent_name_server_has_a_bounded_queue(caplog: pytest.LogCaptureFixture) -> None:
    never = asyncio.Event()

    async def silent(_host: str) -> list[str]:
        await never.wait()
        return ["127.0.0.1"]

    asked = Names(silent)
    waiting = [asyncio.create_task(asked.first(f"h{n}.example")) for n in range(600)]
    for _ in range(5):
        await asyncio.sleep(0)
    refused = [task for task in waiting if task.done()]
    assert len(refused) == 600 - names._MOST_WAITING
    assert all(isinstance(task.exception(), OSError) for task in refused)
    said = [vars(line)["fields"]["status"] for line in caplog.records]
    assert said == ["the name server does not answer"]
    never.set()
    answered = await asyncio.gather(*waiting, return_exceptions=True)
    assert answered.count("127.0.0.1") == names._MOST_WAITING
    await asked.close()


async def test_what_is_being_asked_for_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names, "_KEPT_S", 0.0)
    answer, questions = asyncio.Event(), []

    async def slow(host: str) -> list[str]:
        questions.append(host)
        await answer.wait()
        return ["127.0.0.1"]

    asked = Names(slow)
    waiting = [asyncio.create_task(asked.first("one.example")) for _ in range(50)]
    for _ in range(5):
        await asyncio.sleep(0)
    answer.set()
    await asyncio.gather(*waiting)
    assert questions == ["one.example"]
    await asked.close()


async def test_names_without_end_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_KEPT_NAMES", 100)

    async def quick(_host: str) -> list[str]:
        return ["127.0.0.1"]

    asked = Names(quick)
    for number in range(1000):
        assert await asked.first(f"h{number}.example") == "127.0.0.1"
        assert len(asked._answers) <= 100
    await asked.close()
