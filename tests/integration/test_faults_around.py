"""A clock that jumps, names that nobody tells, slow outlets, a flood; around a running daemon."""

from __future__ import annotations

import os
import sqlite3
import time
from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.fakes import site as answers
from tests.fakes.daemon import until
from tests.fakes.resolver import Resolver
from tests.fakes.site import Site
from tests.fakes.world import PLAIN, World

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.timeout(300)
HOUR_S = 3600.0
BOTH = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.faults])],
    indirect=True,
)
"""The suite has SQLite; `pytest -m faults` has PostgreSQL, and what takes longer."""
BRIEF = "connect_timeout: 2s\n  read_timeout: 2s\n  total_timeout: 2s"


@BOTH
def test_a_clock_that_is_put_forward_and_back(
    tmp_path: Path, site: Site, database_url: str
) -> None:
    """Nothing is polled in a storm, nothing rests for hours, nothing is told twice."""
    idle = [f"idle{n}" for n in range(20)]
    urls = {name: site.url(f"/{name}") for name in ("nahr", *idle)}
    with World(tmp_path, site, database_url, sources=urls) as world:
        sources = tmp_path / "sources.yaml"
        lines = [
            line.replace("}", ", min_interval: 1h, max_interval: 2h}")
            if "id: idle" in line
            else line
            for line in sources.read_text().splitlines()
        ]
        sources.write_text("\n".join(lines))
        world.start()
        world.await_told(world.publish(count=2))
        for off in (5 * HOUR_S, -7 * HOUR_S, 0.0):
            before = {name: len(site.asked(f"/{name}")) for name in urls}
            world.put_clock(off)
            world.await_told(world.publish(count=2), 30)
            until(lambda: any_step(world), of=world.daemon)
            world.await_told(world.publish(count=2), 30)
            polled = len(site.asked("/nahr")) - before["nahr"]
            assert 1 < polled < 60
            assert [len(site.asked(f"/{name}")) - before[name] for name in idle] == [0] * len(idle)
            world.seen_steps = len(steps(world))
        assert all("was put" in step for step in steps(world))
        assert not world.heard("silent")
        assert world.daemon.terminate() < 10
        # Put back while it does not run: what was polled last in the future is not waited for.
        world.put_clock(-9 * HOUR_S)
        world.daemon.start()
        world.await_told(world.publish(count=2), 30)
        assert len(steps(world)) > world.seen_steps


def steps(world: World) -> list[str]:
    return [line for line in world.daemon.log.splitlines() if "the clock of this machine" in line]


def any_step(world: World) -> bool:
    return len(steps(world)) > world.seen_steps


@pytest.mark.faults
@pytest.mark.skipif(os.geteuid() != 0, reason="a name server of one's own takes root")
def test_names_that_nobody_tells(tmp_path: Path, site: Site, database_url: str) -> None:
    """What needs no names goes on, also while the name server hangs."""
    names = {f"s{n}": f"http://s{n}.example:{site.port}/s{n}" for n in range(30)}
    urls = {"nahr": site.url("/nahr"), **names}
    conf = tmp_path / "resolv.conf"
    with Resolver() as resolver:
        conf.write_text(f"nameserver {resolver.address}\noptions timeout:2 attempts:1\n")
        inside = f'mount --bind {conf} /etc/resolv.conf && exec "$@"'
        command = ("unshare", "-m", "sh", "-c", inside, "sh", *PLAIN)
        with World(tmp_path, site, database_url, sources=urls, command=command) as world:
            world.daemon.config.write_text(
                world.daemon.config.read_text().replace(
                    "pause: 0.01s", "pause: 0.01s\n  connect_timeout: 1s"
                )
            )
            world.start()
            world.await_told(world.publish("s1") + world.publish("nahr"), 60)
            for mood in ("fails", "is silent"):
                resolver.mood = mood
                refused = world.daemon.log.count("no address")
                until(partial(more_than, world, "no address", refused), 100, of=world.daemon)
                missed = world.publish("s2")
                lines = len(world.daemon.log.splitlines())
                world.await_told(world.publish("nahr", 3), 20)
                time.sleep(3)
                assert len(world.daemon.log.splitlines()) - lines < 400
                assert not world.is_told(missed)
                resolver.mood = "answers"
                world.await_told(missed, 100)


def more_than(world: World, word: str, count: int) -> bool:
    return world.daemon.log.count(word) > count


@pytest.mark.faults
def test_outlets_that_are_all_slow(tmp_path: Path, database_url: str) -> None:
    """Each fetch ends in time, and all is read when it is over."""
    with Site("0.0.0.0") as site:
        slow_outlets(tmp_path, site, database_url)


def slow_outlets(tmp_path: Path, site: Site, database_url: str) -> None:
    urls = {f"s{n}": site.url(f"/s{n}", f"127.0.0.{n + 2}") for n in range(30)}
    with World(tmp_path, site, database_url, sources=urls) as world:
        world.daemon.config.write_text(
            world.daemon.config.read_text().replace("pause: 0.01s", f"pause: 0.01s\n  {BRIEF}")
        )
        world.start()
        world.await_told(world.publish("s1", 2))
        titles = [title for name in urls for title in world.publish(name)]
        for name in urls:
            site.on(f"/{name}", answers.slow_body(0.3))
        until(lambda: world.daemon.log.count("total_timeout") > 20, of=world.daemon)
        lines, asked = len(world.daemon.log.splitlines()), len(site.requests)
        time.sleep(4)
        assert len(world.daemon.log.splitlines()) - lines < 200
        assert len(site.requests) - asked < 200
        for name in urls:
            world.publish(name, 0)
        world.await_told(titles, 100)


@BOTH
def test_a_hundred_times_the_usual_volume(tmp_path: Path, site: Site, database_url: str) -> None:
    """The backlog keeps to its bound, that is told, and every article is read in the end."""
    urls = {f"s{n}": site.url(f"/s{n}") for n in range(8)}
    settings = "limits: {max_pending: 30, max_entries_per_poll: 5}\n"
    with World(tmp_path, site, database_url, settings=settings, sources=urls) as world:
        world.start()
        world.await_told(world.publish("s1"))
        count = len(site.asked("/desk"))
        for name in urls:
            world.publish(name, 15)
        most = 0
        deadline = time.monotonic() + 150
        while read_entries(database_url, "done") < 121 and time.monotonic() < deadline:
            most = max(most, read_entries(database_url, "pending"))
            time.sleep(0.1)
        assert read_entries(database_url, "done") == 121
        # A poll that brings something new brings one entry at least.
        assert 30 <= most <= 30 + len(urls)
        until(lambda: world.heard("limits.max_pending"), of=world.daemon)
        until(lambda: world.statuses()[-1] == "watching", of=world.daemon)
        assert world.said("are not polled")
        assert len(site.asked("/desk")) > count


def read_entries(url: str, status: str) -> int:
    query = f"SELECT count(*) FROM entries WHERE status = '{status}'"
    if url.startswith("sqlite"):
        lite = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            return int(lite.execute(query).fetchone()[0])
        finally:
            lite.close()
    with psycopg.connect(url) as connection:
        found = connection.execute(query).fetchone()
        assert found
        return int(found[0])
