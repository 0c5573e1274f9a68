"""Parts of a cluster, several in one process, over a real PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.fakes import site as answers
from tests.fakes.readings import NOW, alert, entry, listed, reading, source
from watcher.cluster import (
    JobQueue,
    KeptOutages,
    Member,
    Server,
    SharedTurns,
    Stranger,
    Sweep,
    lead,
    put_in_force,
)
from watcher.cluster.jobs import deliver_job, host_lock, poll_job, read_job
from watcher.fetch import Fetcher, FetchSettings
from watcher.fetch.politeness import AskedForQuiet, Politeness
from watcher.metrics import Metrics
from watcher.model import (
    LEASE_S,
    ClusterStatus,
    Fetched,
    FetchFailed,
    MemberStatus,
    Secret,
    Source,
)
from watcher.notify import Notifier, Target
from watcher.record import Outage, Record, newest_revision
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.site import Site

pytestmark = pytest.mark.postgres


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Server]:
    async with Server(postgres_url) as opened:
        yield opened


@pytest.fixture
async def queue(server: Server) -> JobQueue:
    made = JobQueue(server, {"desk": "desk", "mail": "desk"})
    await made.open()
    return made


async def jobs_of(server: Server) -> list[tuple[str, str, str | None]]:
    rows = await server.rows(
        "SELECT task_name, lock, queueing_lock FROM procrastinate_jobs ORDER BY id"
    )
    return [(row["task_name"], row["lock"], row["queueing_lock"]) for row in rows]


def member(server: Server, name: str, roles: str = "work") -> Member:
    return Member(server, name, roles, newest_revision())


# --- turns at hosts -----------------------------------------------------------------------------


def politeness(server: Server, holder: str, **limits: float) -> Politeness:
    connections = int(limits.pop("connections_per_address", 0))
    return Politeness(
        1,
        limits.pop("pause_s", 0.0),
        everywhere=SharedTurns(server, holder),
        connections_per_address=connections,
        pause_per_address_s=limits.pop("pause_per_address_s", 0.0),
    )


async def test_a_host_is_asked_by_one_machine_at_a_time(server: Server) -> None:
    machines = [politeness(server, f"machine {number}") for number in range(3)]
    at_once, most = 0, 0

    async def ask(machine: Politeness) -> None:
        nonlocal at_once, most
        async with machine.turn("news.example", "192.0.2.1"):
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.02)
            at_once -= 1

    await asyncio.gather(*(ask(machine) for machine in machines for _ in range(5)))
    assert most == 1


async def test_the_pause_is_kept_between_machines(server: Server) -> None:
    machines = [politeness(server, f"machine {number}", pause_s=0.2) for number in range(3)]
    starts: list[float] = []

    async def ask(machine: Politeness) -> None:
        async with machine.turn("news.example", "192.0.2.1"):
            starts.append(time.monotonic())

    await asyncio.gather(*(ask(machine) for machine in machines for _ in range(2)))
    pauses = [after - before for before, after in itertools.pairwise(starts)]
    assert min(pauses) > 0.1


async def test_names_on_one_server_share_a_limit(server: Server) -> None:
    machines = [politeness(server, f"m{number}", connections_per_address=1) for number in range(2)]
    at_once, most = 0, 0

    async def ask(machine: Politeness, name: str) -> None:
        nonlocal at_once, most
        async with machine.turn(name, "192.0.2.1"):
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.02)
            at_once -= 1

    names = ("a.example", "b.example")
    await asyncio.gather(*(ask(machine, name) for machine in machines for name in names * 3))
    assert most == 1


async def test_what_a_machine_that_is_gone_holds_is_free_after_its_lease(server: Server) -> None:
    gone, here = SharedTurns(server, "gone"), SharedTurns(server, "here")
    assert await gone.take("news.example", "", 1, 0.0, 0.0) == (0, 0)
    wait, _ = await here.take("news.example", "", 1, 0.0, 0.0)
    assert wait > 0
    await server.rows(
        "UPDATE cluster_hosts SET held_until = held_until - %(lease)s * interval '1 second'",
        lease=LEASE_S,
    )
    assert await here.take("news.example", "", 1, 0.0, 0.0) == (0, 0)
    await gone.give_back("news.example", 0.0)  # too late: it is not its own any more
    assert gone.held == set()
    wait, _ = await gone.take("news.example", "", 1, 0.0, 0.0)
    assert wait > 0


async def test_beats_hold_what_a_machine_has(server: Server) -> None:
    one = member(server, "one")
    turns = SharedTurns(server, "one", one.hosts)
    assert await turns.take("news.example", "", 1, 0.0, 0.0) == (0, 0)
    asked = "SELECT held_until FROM cluster_hosts WHERE name = 'news.example'"
    before = (await server.rows(asked))[0]["held_until"]
    await one.join()
    held_until = (await server.rows(asked))[0]["held_until"]
    assert held_until > before
    one.hosts.clear()  # given back, and that was lost on the way
    await one._beat()
    assert (await server.rows(asked))[0]["held_until"] == held_until
    assert await turns.take("news.example", "", 1, 0.0, 0.0) == (0, 0)


async def test_leases_are_renewed_for_what_is_in_hand(postgres_url: str) -> None:
    from datetime import timedelta

    async with Record(postgres_url, reading_lease_s=10) as record:
        [one, two] = await listed(record, entry(1), entry(2))
        later = NOW + timedelta(seconds=8)
        await record.renew(later, [one.id], [])
        after = NOW + timedelta(seconds=11)
        assert [pending.id for pending in await record.pending(after, 9)] == [two.id]


async def test_quiet_is_kept_everywhere(site: Site, server: Server) -> None:
    site.on("/busy", answers.too_many("60"))
    site.on("/rss", answers.page("<rss/>", "application/rss+xml"))
    settings = FetchSettings(allow_networks=("127.0.0.0/8",), pause_s=0, connections_per_host=1)
    turns = [SharedTurns(server, f"machine {number}") for number in range(2)]
    async with (
        Fetcher(settings, everywhere=turns[0]) as one,
        Fetcher(settings, everywhere=turns[1]) as two,
    ):
        assert isinstance(await two.fetch(site.url("/rss")), Fetched)
        busy = await one.fetch(site.url("/busy"))
        assert isinstance(busy, FetchFailed)
        quiet = await two.fetch(site.url("/rss"))
    assert isinstance(quiet, FetchFailed)
    assert quiet.why == "politeness"
    assert len(site.asked("/rss")) == 1


async def test_who_waits_hears_of_quiet(server: Server) -> None:
    turns = SharedTurns(server, "one")
    await turns.take("news.example", "", 1, 0.0, 0.0)
    await turns.give_back("news.example", 30.0)
    with pytest.raises(AskedForQuiet):
        async with politeness(server, "two").turn("news.example"):
            pytest.fail("it wants to be left alone")


# --- who is there, and who leads ----------------------------------------------------------------


async def test_one_leads_and_another_takes_over(server: Server) -> None:
    leading: list[str] = []
    members = [member(server, f"machine {number}") for number in range(3)]

    def work(name: str):
        async def lead_on() -> None:
            leading.append(name)
            try:
                await asyncio.Event().wait()
            finally:
                leading.remove(name)

        return lead_on

    running = {
        one.holder: asyncio.create_task(lead(server, one, work(one.holder))) for one in members
    }
    seen = set()
    for _ in members:
        async with asyncio.timeout(20):
            while not leading:  # noqa: ASYNC110 - who it will be is not known
                await asyncio.sleep(0.02)
        assert len(leading) == 1
        name = leading[0]
        seen.add(name)
        running[name].cancel()
        await asyncio.gather(running[name], return_exceptions=True)
    assert seen == set(running)


async def test_who_leads_stops_when_its_session_is_ended(server: Server) -> None:
    one, is_leading, ended = member(server, "one"), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        is_leading.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    running = asyncio.create_task(lead(server, one, work))
    async with asyncio.timeout(20):
        await is_leading.wait()
        await server.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        )
        await ended.wait()
        is_leading.clear()
        await is_leading.wait()  # it takes the lead again
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_daemon_that_does_everything_stays_alone(server: Server) -> None:
    cluster, alone = member(server, "one"), member(server, "two", "all")
    await cluster._beat()
    with pytest.raises(Stranger, match="a cluster works on this database already"):
        await alone._beat()
    await cluster._beat()  # who was there first goes on
    await cluster._leave()
    await alone._leave()
    await alone._beat()
    with pytest.raises(Stranger, match="a daemon that does everything"):
        await cluster._beat()


async def test_all_go_by_the_clock_of_the_database(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from watcher.cluster import member as room

    monkeypatch.setattr(room, "utc_now", lambda: datetime.now(UTC) + timedelta(hours=3))
    one = member(server, "one")
    await one.join()
    assert abs((one.now() - datetime.now(UTC)).total_seconds()) < 5


async def test_the_record_knows_who_is_there(queue: JobQueue, postgres_url: str) -> None:
    """Who leads, what each has in hand; who is gone, until another is started in its place."""
    server = queue.server
    async with Record(postgres_url) as record:
        assert (await record.status(NOW)).cluster is None
        one, two = member(server, record.holder, "schedule,work"), member(server, "two", "send")
        one.is_leading, one.rules = True, "abc"
        await put_in_force(server, "abc", {})
        await one.join()
        await two.join()
        now = one.now()
        await record.sync_sources([source()], now)
        await record.polled(await record.state("nahr"), [entry(1), entry(2)], now)
        await record.pending(now, 1)
        await SharedTurns(server, one.holder).take("news.example", "", 1, 0.0, 0.0)

        found = await cluster_of(record)
        assert (found.rules, found.leader) == ("abc", at(found, 0))
        assert at(found, 0).roles == ("schedule", "work")
        assert (at(found, 0).requests, at(found, 0).entries, at(found, 0).notices) == (1, 1, 0)
        assert [found.remarks(each) for each in found.members][1]
        assert found.problems == ()

        late = (
            "UPDATE cluster_members SET seen = seen - %(s)s * interval '1 second' WHERE id = 'two'"
        )
        await server.rows(late, s=LEASE_S)
        found = await cluster_of(record)
        assert [each.is_gone for each in found.members] == [False, True]
        assert at(found, 1).silent_s > LEASE_S
        assert [what for what, _ in found.problems] == [
            "no process has the role send: no message is sent"
        ]
        metrics = Metrics([])
        metrics.cluster(await record.selfreport.cluster())
        written = metrics.written().decode()
        for role, count in {"schedule": 1, "work": 1, "send": 0, "leader": 1}.items():
            assert f'watcher_cluster_members{{role="{role}"}} {count}.0' in written
        await Sweep(server, queue).tidy()
        assert len((await cluster_of(record)).members) == 2
        await member(server, "three", "send").join()
        assert not any(each.is_gone for each in (await cluster_of(record)).members)

        alone = member(server, "four", "all")
        await server.rows("UPDATE cluster_members SET seen = seen - interval '1 minute'")
        await alone.join()
        assert (await record.status(NOW)).cluster is None, "those that are gone are not missed"
        metrics.cluster(await record.selfreport.cluster())
        assert "watcher_cluster_members{" not in metrics.written().decode()


async def cluster_of(record: Record) -> ClusterStatus:
    found = (await record.status(NOW)).cluster
    assert found
    return found


def at(found: ClusterStatus, place: int) -> MemberStatus:
    return found.members[place]


# --- jobs ---------------------------------------------------------------------------------------


async def test_jobs_belong_to_the_transaction(postgres_url: str, queue: JobQueue) -> None:
    """New entries and notices make jobs; what is undone makes none."""
    async with Record(postgres_url, queue=queue) as record:
        [pending] = await listed(record, entry(1))
        lock = host_lock(pending.entry.url)
        assert await jobs_of(queue.server) == [("read", lock, f"read {pending.id}")]
        assert await record.take_entry(pending.id, NOW) is None  # it is in hand
        told = (("desk", alert("one", url=pending.entry.url)), ("mail", alert("one")))
        await record.reading(reading(pending, alerts=told), NOW)
        assert (await jobs_of(queue.server))[1:] == [("deliver", "lane desk", None)]

    async with Record(postgres_url, queue=queue) as record:
        broken = RuntimeError("in the middle of the transaction")

        def learn(*_: object) -> object:
            raise broken

        state = await record.state("nahr")
        with pytest.raises(RuntimeError):
            await record.polled(state, [entry(2)], NOW, learn=learn)  # type: ignore[arg-type]
        assert len(await jobs_of(queue.server)) == 2


async def test_what_is_due_is_swept_up_once(postgres_url: str, queue: JobQueue) -> None:
    sweep, now = Sweep(queue.server, queue), datetime.now(UTC)
    async with Record(postgres_url) as record:  # without a queue: as if every job had been lost
        source = Source("a", "أ", "https://a.example/rss")
        await record.sync_sources([source], now)
        state = await record.state("a")
        await record.polled(state, [entry(1)], now)
        for _ in range(2):
            await sweep.sources()
            await sweep.entries()
            await sweep.targets()
        names = [name for name, _, _ in await jobs_of(queue.server)]
        assert sorted(names) == ["poll", "read"]
        [pending] = await record.pending(now, 1)
        told = (("desk", alert("one", url=pending.entry.url)), ("gone", alert("one")))
        await record.reading(reading(pending, alerts=told), now)
        for _ in range(2):
            await sweep.targets()
    locks = [lock for name, lock, _ in await jobs_of(queue.server) if name == "deliver"]
    assert sorted(locks) == ["lane (no such target)", "lane desk"]


async def test_jobs_of_the_dead_are_ended(queue: JobQueue) -> None:
    server = queue.server
    jobs = [poll_job("a", "https://a.example/"), read_job(1, "https://b.example/")]
    assert await queue.add([*jobs, deliver_job("desk")]) == 3
    assert await queue.add(jobs) == 0
    await server.rows("SELECT * FROM procrastinate_register_worker_v1()")
    taken = (
        "SELECT id FROM procrastinate_fetch_job_v2(NULL, (SELECT id FROM procrastinate_workers))"
    )
    for _ in range(3):
        await server.rows(taken)
    assert await queue.end_stalled() == 0
    await server.rows(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
    )
    assert await queue.end_stalled() == 3
    assert await jobs_of(server) == []
    await queue.tidy()


async def test_a_long_queue_is_not_read_for_one_job(queue: JobQueue) -> None:
    """A queue that has just filled: what the server knows of it says that it is empty."""
    jobs = [read_job(number, f"https://{number % 500}.example/") for number in range(4000)]
    await queue.add(jobs)
    async with queue.server.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT procrastinate_fetch_job_v2('{read}', NULL)")
        cursor = await connection.execute(
            "SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_xact_user_tables"
            " WHERE relname = 'procrastinate_jobs'"
        )
        [row] = await cursor.fetchall()
    assert 0 < row["read"] < 100


async def test_the_tables_know_no_driver_error(queue: JobQueue, postgres_url: str) -> None:
    from watcher.errors import StorageUnavailable

    engine = engine_for(parse_url(postgres_url))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE procrastinate_jobs CASCADE"))
    with pytest.raises(StorageUnavailable):
        await queue.add([deliver_job("desk")])
    with engine.begin() as connection, pytest.raises(StorageUnavailable):
        queue.deliver(connection, ["desk"])
    engine.dispose()


# --- targets ------------------------------------------------------------------------------------


async def test_what_failures_say_of_a_target_is_known_to_all(server: Server) -> None:
    outages, outage = KeptOutages(server), Outage()
    for number in range(3):
        outage.failed(number, NOW, is_of_target=True)
    await outages.keep("desk", outage.written)
    kept = Outage.read((await outages.read(["desk", "mail"]))["desk"])
    assert kept == outage
    assert kept.rests(NOW)
    outage.taken(1)
    await outages.keep("desk", outage.written)
    assert Outage.read((await outages.read(["desk"]))["desk"]) == outage


async def test_targets_that_share_a_pace_share_a_lane() -> None:
    def target(name: str, url: str) -> Target:
        return Target(name, Secret(url))

    bot = "tgram://123456789:abcdefg_hijklmnop"
    targets = [
        target("one", f"{bot}/1001"),
        target("hook", "json://127.0.0.1:1/a"),
        target("two", f"{bot}/1002"),
        target("screen", "console://"),
    ]
    async with Notifier(targets) as notifier:
        lanes = notifier.sharing()
    assert lanes == {"one": "one", "hook": "hook", "two": "one", "screen": "screen"}
