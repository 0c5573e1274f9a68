"""Killed, and two at once: what was said to be recorded is, once, and work goes on where it stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.fakes.readings import NOW, entry, source
from watcher.record import Record
from watcher.record.migrate import engine_for
from watcher.record.tables import articles, entries, fingerprint_keys, matches, notices, stories

ROOT = Path(__file__).resolve().parents[2]
CANCELED = 60
DAEMON = """
import asyncio, sys
from datetime import timedelta
from dataclasses import replace
from tests.fakes.readings import NOW, entry, reading, source
from watcher.record import Record
from watcher.record.migrate import engine_for

async def work(url, name, first, last, take):
    async with Record(url) as record:
        await record.sync_sources([source()], NOW)
        state = await record.state("nahr")
        for n in range(first, last, 10):
            await record.polled(state, [entry(n + i) for i in range(10)], NOW)
            for pending in await record.pending(NOW, take):
                for notice in await record.reading(reading(pending, "desk", "slack"), NOW):
                    print(pending.entry.url, notice.target, flush=True)
                    await record.due_notices(NOW, 1)

asyncio.run(work(sys.argv[1], "nahr", *map(int, sys.argv[2:])))
"""


def daemon(url: str, first: int, last: int, take: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DAEMON, url, str(first), str(last), str(take)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


async def count(record: Record, what: Any) -> int:
    with engine_for(record._url).begin() as connection:
        return connection.scalar(select(func.count()).select_from(what)) or 0


async def assert_whole(record: Record) -> None:
    """Every article has its story, keys, match and two notices, and its entry is done."""
    done = await count(record, select(entries).where(entries.c.status == "done").subquery())
    for table, each in (
        (articles, 1),
        (stories, 1),
        (fingerprint_keys, 1),
        (matches, 1),
        (notices, 2),
    ):
        assert await count(record, table) == done * each, table.name
    with engine_for(record._url).begin() as connection:
        if connection.dialect.name == "sqlite":
            check = connection.exec_driver_sql("PRAGMA integrity_check")
            assert check.scalar() == "ok"
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check")
            assert broken.all() == []


@pytest.mark.parametrize("after", [1, 7, 30])
async def test_killed_in_the_middle_of_writing(database_url: str, after: int) -> None:
    process = daemon(database_url, 0, 100_000, take=10)
    assert process.stdout
    said = [process.stdout.readline().split() for _ in range(after)]
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate()
    said += [line.split() for line in rest.splitlines()]

    async with Record(database_url) as record:
        await assert_whole(record)
        # What the dead process was reading and sending is free at once, not when its leases end.
        waiting = await record.due_notices(NOW, 100_000)
        recorded = Counter((notice.alert.url, notice.target) for notice in waiting)
        assert set(recorded.values()) == {1}
        assert {(url, target) for url, target in said} <= recorded.keys()
        status = await record.status(NOW)
        assert len(await record.pending(NOW, 100_000)) == status.pending


async def test_two_processes_write_at_once(database_url: str) -> None:
    """They list overlapping entries and take from one another: each is recorded once."""
    processes = [daemon(database_url, first, first + 100, take=10) for first in (0, 50)]
    ended = [await asyncio.to_thread(process.communicate) for process in processes]
    assert [
        (process.returncode, err) for process, (_, err) in zip(processes, ended, strict=True)
    ] == [(0, "")] * 2
    said = [line for out, _ in ended for line in out.splitlines()]
    assert len(said) == len(set(said))
    async with Record(database_url) as record:
        await assert_whole(record)
        assert await count(record, entries) == 150
        assert await count(record, notices) == len(said)


async def test_canceled_in_the_middle_of_writing(database_url: str) -> None:
    """Whatever instant a task is canceled at, the next one finds the record usable and whole."""
    async with Record(database_url) as record:
        await record.sync_sources([source()], NOW)
        state = await record.state("nahr")
        for n in range(CANCELED):
            task = asyncio.create_task(record.polled(state, [entry(n)], NOW))
            # From before the first statement to after the commit, in even steps.
            await asyncio.wait({task}, timeout=n * 0.1 / CANCELED)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        known = await count(record, entries)
        assert (
            await record.polled(state, [entry(n) for n in range(CANCELED)], NOW) == CANCELED - known
        )
        assert await record.is_usable()
