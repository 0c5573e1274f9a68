"""What waits keeps to its bounds in a cluster, too: polls are held back, notices summed up."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from tests.fakes.cluster import RULE, Cluster, cluster
from tests.fakes.readings import alert, entry, reading, source
from watcher.app.backpressure import HELD, Backpressure
from watcher.app.build import open_watcher
from watcher.app.cluster import open_node
from watcher.cluster import JobQueue, Server, Sweep
from watcher.config import load_config
from watcher.intake import Intake
from watcher.model import Role, Severity
from watcher.record import Record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.postgres import Postgres

__all__ = ["cluster"]

pytestmark = pytest.mark.postgres
CONFIG = """\
database: {database}
operator: office
limits: {{max_pending: 20, max_waiting: 10}}
targets:
  - {{name: desk, url: 'json://127.0.0.1:1/desk'}}
  - {{name: office, url: 'json://127.0.0.1:1/office'}}
"""
SOURCES = """\
sources:
  - {id: nahr, name: نهر, url: 'https://nahr.example/rss'}
  - {id: dijla, name: دجلة, url: 'https://dijla.example/rss'}
"""


@pytest.fixture
async def record(postgres_url: str) -> AsyncIterator[Record]:
    async with Record(postgres_url) as opened:
        yield opened


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Server]:
    async with Server(postgres_url) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path / "cache"))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "one.yaml").write_text(RULE)
    (tmp_path / "watcher.yaml").write_text(CONFIG.format(database=postgres_url))
    (tmp_path / "sources.yaml").write_text(SOURCES)
    return tmp_path


@asynccontextmanager
async def leading(folder: Path) -> AsyncIterator[None]:
    """Have a process schedule for all."""
    stop = asyncio.Event()
    async with open_node(load_config(folder / "watcher.yaml"), [Role.SCHEDULE]) as node:
        running = asyncio.create_task(node.run(stop))
        try:
            yield
        finally:
            stop.set()
            await running


async def list_entries(record: Record, *numbers: int) -> None:
    now = datetime.now(UTC)
    await record.sync_sources([source(), source("dijla")], now)
    await record.polled(
        replace(await record.state("nahr"), due=now), list(map(entry, numbers)), now
    )


async def until(server: Server, query: LiteralString, wanted: int) -> None:
    async with asyncio.timeout(30):
        while [row["found"] for row in await server.rows(query)] != [wanted]:  # noqa: ASYNC110 - rows tell, not events
            await asyncio.sleep(0.1)


async def test_several_processes_share_what_room_there_is(record: Record) -> None:
    await list_entries(record, *range(4))
    one, two = (Intake(record, 20, lambda: 2) for _ in range(2))
    taken = [await each.reserve(5) for each in (one, one, two, two)]
    assert taken == [5, 3, 5, 3]
    assert await two.reserve(5) == 1  # no source is stopped by the others
    one.settle(5, 2)
    assert await one.reserve(9) == 3
    assert not one.is_full
    one.settle(3, 3)
    assert await one.reserve(9) == 1
    assert one.is_full


async def test_a_list_longer_than_the_room_holds_nothing_back_while_nothing_waits(
    folder: Path,
) -> None:
    """Its entries may all be known; the operator is not told of a bound that is far away."""
    async with open_watcher(load_config(folder / "watcher.yaml")) as watcher:
        looking = Backpressure(watcher.pipeline)
        reserved = await watcher.pipeline.intake.reserve(100)
        watcher.pipeline.intake.settle(reserved, 0)
        assert not watcher.pipeline.intake.is_full
        await looking.look()
        assert not looking.held
        assert await watcher.record.selfreport.behind() == {}


async def test_who_leads_no_more_says_nothing_of_being_behind(folder: Path, server: Server) -> None:
    """The next one tells of it, and of its end."""
    stop = asyncio.Event()
    async with open_node(load_config(folder / "watcher.yaml"), [Role.SCHEDULE]) as node:
        running = asyncio.create_task(node.run(stop))
        await until(server, "SELECT count(*) AS found FROM procrastinate_jobs", 2)
        node.seeing.behind.remember({"disk": datetime.now(UTC)})
        stop.set()
        await running
        assert node.seeing.behind.since == {}


async def test_sources_of_which_entries_wait_are_left_out(record: Record, server: Server) -> None:
    await list_entries(record, 1)
    queue = JobQueue(server)
    await queue.open()
    asked = "SELECT args ->> 'source' AS source FROM procrastinate_jobs ORDER BY 1"
    await Sweep(server, queue).sources(read_up=True)
    assert [row["source"] for row in await server.rows(asked)] == ["dijla"]
    await Sweep(server, queue).sources()
    assert [row["source"] for row in await server.rows(asked)] == ["dijla", "nahr"]


_TOLD: LiteralString = "SELECT count(*) AS found FROM notices WHERE alert ->> 'title' ~ "
BEGUN: LiteralString = f"{_TOLD} '^as many entries wait'"
OVER: LiteralString = f"{_TOLD} '^fewer than 10 entries wait'"
SUMMED_UP: LiteralString = f"{_TOLD} '^more notices wait for target .desk.'"
NOTED = "SELECT count(*) AS found FROM remarks WHERE about = 'behind pending'"


async def test_who_leads_holds_polls_back_and_the_next_one_goes_on_with_it(
    folder: Path, record: Record, server: Server
) -> None:
    await list_entries(record, *range(19))
    async with leading(folder):
        await until(server, NOTED, 1)
    assert HELD in (await record.status(datetime.now(UTC))).behind
    for pending in await record.pending(datetime.now(UTC), 8):
        await record.entry_skipped(pending, "no article", datetime.now(UTC))
    async with leading(folder):
        await until(server, BEGUN, 1)
        await asyncio.sleep(3)  # neither told again nor over: eleven wait
        await until(server, NOTED, 1)
        await until(server, BEGUN, 1)
        for pending in await record.pending(datetime.now(UTC), 8):
            await record.entry_skipped(pending, "no article", datetime.now(UTC))
        await until(server, NOTED, 0)
        await until(server, OVER, 1)


async def test_who_leads_sums_up_what_is_too_much_for_a_target(
    folder: Path, record: Record, server: Server
) -> None:
    await list_entries(record, *range(25))
    now = datetime.now(UTC)
    for number, pending in enumerate(await record.pending(now, 25)):
        severity = Severity.CRITICAL if number % 5 == 0 else Severity.LOW
        alerts = (("desk", alert(f"rule{number}", severity)),)
        await record.reading(replace(reading(pending), alerts=alerts), now)
    async with leading(folder):
        bundled = "SELECT count(*) AS found FROM notices WHERE status = 'bundled'"
        await until(server, bundled, 15)
        await until(server, SUMMED_UP, 1)
    waiting = await record.due_notices(datetime.now(UTC), 100, ["office"])
    assert len(waiting) == 11
    assert sum(notice.alert.severity is Severity.CRITICAL for notice in waiting) >= 5


# --- real processes -----------------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_far_more_than_can_be_read(cluster: Cluster, postgres: Postgres) -> None:
    """Two machines keep to one bound, and in the end all of it is read and told."""
    cluster.limits, most = "workers: 1, max_pending: 8, max_entries_per_poll: 10", 8
    for outlet in cluster.outlets:
        outlet.slow_s = 0.3
    for number in range(60):
        cluster.outlets[number % len(cluster.outlets)].publish(number)
    for name in ("one", "two"):
        cluster.machine(name, "schedule", "work", "send").start()
    pending = "SELECT count(*) FROM entries WHERE status = 'pending'"
    waited = [0]
    with psycopg.connect(postgres.url(cluster.database), autocommit=True) as connection:

        def is_over() -> bool:
            waited.append(int((connection.execute(pending).fetchone() or [0])[0]))
            return cluster.is_all_told()

        cluster.until(is_over, 200, "all that was published")
    # A poll that brings something new brings one entry at least.
    assert most / 2 <= max(waited) <= most + 2 * len(cluster.outlets)
