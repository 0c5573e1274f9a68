"""A cluster of real processes: killed, cut off, its database restarted; nothing lost or repeated.

The suite makes every fault once. `pytest -m cluster` makes them again and again, and says how long
it took until what was lost in hand was taken up.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fakes.cluster import Cluster, cluster
from tests.fakes.network import network
from tests.fakes.postgres import server_of_its_own
from watcher.record.engine import parse_url
from watcher.record.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.fakes.cluster import Machine
    from tests.fakes.network import Network
    from tests.fakes.postgres import Postgres

    Fault = Callable[[Cluster, Postgres], None]

__all__ = ["cluster", "network"]

pytestmark = pytest.mark.postgres
TAKEN_UP_S = 30.0
ROUNDS = int(os.environ.get("CLUSTER_ROUNDS", "5"))


def start(cluster: Cluster, *names: str) -> list[Machine]:
    made = [cluster.machine(name, "schedule", "work", "send") for name in names]
    for machine in made:
        machine.start()
    for machine in made:
        cluster.until(lambda m=machine: "status=started" in m.log, 60, "a start")  # type: ignore[misc]
    return made


def kill_a_worker(cluster: Cluster, _postgres: Postgres) -> None:
    leader = cluster.leader()
    next(one for one in cluster.machines.values() if one.is_running and one is not leader).kill()


def kill_the_leader(cluster: Cluster, _postgres: Postgres) -> None:
    cluster.leader().kill()


def cut_the_leader_off(cluster: Cluster, _postgres: Postgres) -> None:
    cluster.leader().wire.cut()


def cut_a_worker_off(cluster: Cluster, _postgres: Postgres) -> None:
    leader = cluster.leader()
    next(one for one in cluster.machines.values() if one is not leader).wire.cut()


def restart_postgresql(_cluster: Cluster, postgres: Postgres) -> None:
    postgres.stop()
    time.sleep(1)
    postgres.start()


FAULTS = (
    kill_a_worker,
    kill_the_leader,
    cut_a_worker_off,
    cut_the_leader_off,
    restart_postgresql,
)


def mend(cluster: Cluster) -> None:
    for machine in cluster.machines.values():
        machine.wire.mend()
        if not machine.is_running:
            machine.start()


def assert_well(cluster: Cluster, faults: int) -> None:
    told = cluster.told()
    assert all(told.values()), "lost"
    repeated = [title for title, times in told.items() if len(times) > 1]
    # Each fault may hit one message between leaving and being marked.
    assert len(repeated) <= faults, f"repeated: {repeated}\n{cluster.logs}"
    assert all(len(times) <= 2 for times in told.values())
    assert {outlet.most_at_once for outlet in cluster.outlets} == {1}
    for outlet in cluster.outlets:
        starts = sorted(outlet.starts)
        pauses = [after - before for before, after in itertools.pairwise(starts)]
        assert min(pauses) > cluster.pause_s / 2


@pytest.mark.timeout(300)
def test_every_fault_once(cluster: Cluster, postgres: Postgres) -> None:
    start(cluster, "one", "two", "three")
    with cluster.publishing():
        cluster.until(lambda: len(cluster.delays()) > 3, 60, "the first alerts")
        kill_a_worker(cluster, postgres)
        cut_the_leader_off(cluster, postgres)
        told = len(cluster.delays())
        cluster.until(lambda: len(cluster.delays()) > told + 5, 90, "after a kill and a cut")
        mend(cluster)
        kill_the_leader(cluster, postgres)
        restart_postgresql(cluster, postgres)
        told = len(cluster.delays())
        cluster.until(lambda: len(cluster.delays()) > told + 5, 90, "after a kill and a restart")
    cluster.until(cluster.is_all_told, 90, "the last alerts")
    assert_well(cluster, faults=4)


@pytest.mark.cluster
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("fault", FAULTS, ids=[fault.__name__ for fault in FAULTS])
def test_faults_again_and_again(cluster: Cluster, postgres: Postgres, fault: Fault) -> None:
    again_and_again(cluster, postgres, (fault,) * ROUNDS)


def again_and_again(cluster: Cluster, postgres: Postgres, faults: Sequence[Fault]) -> None:
    """Make one fault after the other, each when the one before it is made good."""
    start(cluster, "one", "two", "three")
    longest = []
    with cluster.publishing(0.5):
        cluster.until(lambda: len(cluster.delays()) > 3, 60, "the first alerts")
        for fault in faults:
            time.sleep(3)
            at = time.monotonic()
            fault(cluster, postgres)
            known = {title for outlet in cluster.outlets for title, _ in outlet.articles}
            cluster.until(lambda known=known: cluster.are_told(known), 120, "all")  # type: ignore[misc]
            longest.append(time.monotonic() - at)
            mend(cluster)
            cluster.until(lambda: all(m.is_running for m in cluster.machines.values()), 30)
            time.sleep(5)
    cluster.until(cluster.is_all_told, 90, "the last alerts")
    assert_well(cluster, faults=len(faults))
    delays = cluster.delays()
    print(
        f"\n{len(delays)} alerts, p50 {statistics.median(delays):.1f} s, "
        f"longest {max(delays):.1f} s; all that was published before a fault told after "
        f"{', '.join(f'{s:.1f}' for s in longest)} s"
    )
    assert max(longest) <= TAKEN_UP_S


@pytest.mark.cluster
@pytest.mark.timeout(900)
def test_hosts_of_their_own(network: Network, tmp_path: Path) -> None:
    """Three hosts with addresses of their own, whose cables are pulled."""
    with server_of_its_own(listen=network.address(1)) as server:
        name = server.make()
        upgrade(parse_url(server.url(name)))
        with Cluster(tmp_path, server.folder, name, network) as cluster:
            for last in range(2, 6):
                cluster.outlet(network.address(last))
            again_and_again(cluster, server, (cut_the_leader_off, cut_a_worker_off))


def test_sqlite_is_refused_with_what_to_do(cluster: Cluster) -> None:
    machine = cluster.machine("one", "work", database="sqlite:///watcher.db")
    machine.start()
    assert machine.wait() == 1
    assert "share one PostgreSQL" in machine.log
    assert "Traceback" not in machine.log


@pytest.mark.cluster
def test_one_daemon_and_a_cluster_do_not_mix(cluster: Cluster) -> None:
    start(cluster, "one")
    alone = cluster.machine("alone", "all")
    alone.start()
    assert alone.wait(60) == 1
    assert "a cluster works on this database already" in alone.log
    assert cluster.machines["one"].stop() == 0
    alone.start()
    cluster.until(lambda: "status=started" in alone.log, 60, "alone")
    late = cluster.machine("late", "work")
    late.start()
    assert late.wait(60) == 1
    assert "a daemon that does everything works on this database already" in late.log
    assert alone.stop() == 0


def test_another_version_of_the_tables_ends_the_work(cluster: Cluster, postgres: Postgres) -> None:
    [machine] = start(cluster, "one")
    with psycopg.connect(postgres.url(cluster.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert machine.wait(30) == 1
    assert "another version has been started on it" in machine.log
    assert "Traceback" not in machine.log


def test_rules_are_those_of_the_leader_everywhere(cluster: Cluster, postgres: Postgres) -> None:
    """A machine whose folder has other rules takes those in force from the record."""
    leader = cluster.machine("leader", "schedule")
    worker = cluster.machine("worker", "work", "send")
    (worker.folder / "rules" / "one.yaml").write_text(
        "rules:\n  - {id: ships, title: السفن, match: سفينة}\n"
    )
    leader.start()
    worker.start()
    cluster.outlets[0].publish(1)
    cluster.until(cluster.is_all_told, 60, "the rule that only the leader has")
    assert "taken from the record" in worker.log
    before = worker.log.count('status="in force"')
    edited = "rules:\n  - {id: trains-too, title: القطارات, match: قطار}\n"
    (leader.folder / "rules" / "one.yaml").write_text(edited)
    cluster.until(lambda: worker.log.count('status="in force"') > before, 30, "edited rules")
    cluster.outlets[1].publish(2)
    cluster.until(cluster.is_all_told, 60, "the edited rule")
    with psycopg.connect(postgres.url(cluster.database)) as connection:
        rows = connection.execute("SELECT rule, rule_revision FROM matches ORDER BY id").fetchall()
    assert [rule for rule, _ in rows] == ["trains", "trains-too"]
    assert len({revision for _, revision in rows}) == 2
