"""systemd's watchdog, played by a socket: fed while all that has work moves, and only then."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from contextlib import ExitStack, closing
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon, until
from tests.fakes.site import Reply, Site, page
from watcher.machine import descendants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.site import Answer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

WATCHDOG_S = 2.0
RULE = """\
rules:
  - id: train
    title: قطار
    match: قطار
    tests:
      - {name: hit, text: قطار, expect: match}
      - {name: miss, text: كتاب, expect: silent}
"""
FEED = """\
<rss version="2.0"><channel><title>a</title>{items}</channel></rss>
"""
ITEM = """\
<item><title>وصول القطار {number}</title><link>{url}</link><guid>{url}</guid>
<pubDate>{date}</pubDate></item>
"""


class Manager:
    """What systemd is to a service of Type=notify."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "notify"
        self.fed: list[float] = []
        self.status = ""
        self.is_ready = False

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self._socket.setblocking(False)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    @property
    def environ(self) -> dict[str, str]:
        usec = str(int(WATCHDOG_S * 1e6))
        return {"NOTIFY_SOCKET": str(self._path), "WATCHDOG_USEC": usec}

    def hear(self) -> None:
        """Take in what was said."""
        while True:
            try:
                lines = self._socket.recv(8192).decode().splitlines()
            except BlockingIOError:
                return
            if "READY=1" in lines:
                self.is_ready = True
                self.fed.append(time.monotonic())
            if "WATCHDOG=1" in lines:
                self.fed.append(time.monotonic())
            for line in lines:
                if line.startswith("STATUS="):
                    self.status = line.removeprefix("STATUS=")

    def would_end_it(self) -> bool:
        """Whether systemd would end the service now."""
        self.hear()
        return bool(self.fed) and time.monotonic() - self.fed[-1] > 2 * WATCHDOG_S

    def feeds_since(self, before: int) -> int:
        self.hear()
        return len(self.fed) - before

    def says(self, part: str) -> bool:
        self.hear()
        return part in self.status


def feed(site: Site) -> Answer:
    items = "".join(
        ITEM.format(number=n, url=site.url(f"/{n}"), date=formatdate()) for n in range(3)
    )
    return page(FEED.format(items=items).encode(), "application/rss+xml")


@pytest.fixture
def make(tmp_path: Path, site: Site) -> Iterator[Callable[[str], tuple[Daemon, Manager]]]:
    """Make daemons, not yet started, each with a manager of its own."""
    site.on("/feed", feed(site))
    for number in range(3):
        text = f"<html><body><h1>وصول القطار {number}</h1><p>وصل القطار رقم {number} صباحا.</p>"
        site.on(f"/{number}", page(text.encode(), "text/html"))
    site.on("/hook", Reply(200, b"ok"))
    targets = {"desk": f"json://127.0.0.1:{site.port}/hook"}
    with ExitStack() as stack:

        def one(name: str) -> tuple[Daemon, Manager]:
            folder = tmp_path / name
            folder.mkdir()
            manager = stack.enter_context(Manager(folder))
            daemon = Daemon(folder, targets=targets, sources={"a": site.url("/feed")})
            (daemon.rules / "one.yaml").write_text(RULE)
            return stack.enter_context(daemon), manager

        yield one


@pytest.fixture
def pair(make: Callable[[str], tuple[Daemon, Manager]]) -> tuple[Daemon, Manager]:
    return make("one")


@pytest.fixture
def daemon(pair: tuple[Daemon, Manager]) -> Daemon:
    return pair[0]


@pytest.fixture
def manager(pair: tuple[Daemon, Manager]) -> Manager:
    return pair[1]


STANDING = {
    "poll": "poll: ",
    "read": "read: ",
    "delivery": "notify ",
    "duty": "tick rules: ",
    "loop": "",
    "ticks": "",
}
"""A planted mistake -> what the status names, where somebody is left to say it."""


def test_it_is_not_fed_when_what_has_work_stands(
    make: Callable[[str], tuple[Daemon, Manager]],
) -> None:
    """A piece that never ends, a lane that looks for ever, a tick that hangs, a loop that does."""
    made = {mistake: make(mistake) for mistake in STANDING}
    for mistake, (daemon, manager) in made.items():
        daemon.start(planted=mistake, environ=manager.environ, ready=False)

    for mistake, (daemon, manager) in made.items():
        until(manager.would_end_it, 120, of=daemon)
        if named := STANDING[mistake]:
            assert manager.status.startswith(f"stands still: {named}")
            assert 'status="not fed"' in daemon.log


def test_it_is_not_fed_when_no_worker_answers_and_works_after_a_restart(
    daemon: Daemon, manager: Manager, site: Site
) -> None:
    """Stopped workers are replaced; where none can be started any more, only a restart helps."""
    daemon.add("limits: {article_timeout: 1s}")
    site.on("/feed", Reply(404, b""))
    daemon.start(planted="nothing", environ=manager.environ)
    for pid in descendants(daemon.pid):
        os.kill(pid, signal.SIGSTOP)
    site.on("/feed", feed(site))

    until(manager.would_end_it, 120, of=daemon)
    daemon.kill()
    assert not site.asked("/hook")
    daemon.start(environ=manager.environ)

    until(lambda: site.asked("/hook"), 120, of=daemon)


def test_one_stopped_worker_is_replaced_without_a_restart(
    daemon: Daemon, manager: Manager, site: Site
) -> None:
    daemon.add("limits: {article_timeout: 1s, workers: 1}")
    site.on("/feed", Reply(404, b""))
    daemon.start(planted="nothing", environ=manager.environ)
    worker = next(pid for pid in descendants(daemon.pid) if is_worker(pid, daemon.pid))
    os.kill(worker, signal.SIGSTOP)
    site.on("/feed", feed(site))

    until(lambda: site.asked("/hook"), 120, of=daemon)

    assert not manager.would_end_it()


def is_worker(pid: int, daemon: int) -> bool:
    """Whether the fork server forked it, which the daemon started."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1]) != daemon


def test_a_network_that_hangs_is_no_hang(daemon: Daemon, manager: Manager, site: Site) -> None:
    site.on("/feed", answers.slow_head(300))
    daemon.start(environ=manager.environ)
    until(lambda: site.asked("/feed"), of=daemon)
    before = len(manager.fed)

    until(lambda: manager.feeds_since(before) >= 5, 120, of=daemon)

    assert len(site.asked("/feed")) == 1
    assert not manager.would_end_it()
    assert manager.status == "watching"


def test_a_database_that_is_away_is_no_hang(daemon: Daemon, manager: Manager) -> None:
    daemon.start(environ=manager.environ, planted="nothing")
    (daemon.folder / "watcher.db").rename(daemon.folder / "away.db")
    before = len(manager.fed)

    until(lambda: manager.feeds_since(before) >= 4, 120, of=daemon)
    assert manager.status.startswith("waiting: the database")
    assert "cannot be used" in manager.status
    assert not manager.would_end_it()

    (daemon.folder / "away.db").rename(daemon.folder / "watcher.db")
    until(lambda: manager.says("watching"), 120, of=daemon)


def test_a_database_that_is_silent_is_no_hang(daemon: Daemon, manager: Manager) -> None:
    """Nothing is held against lanes whose pieces waited for it."""
    daemon.start(environ=manager.environ, planted="nothing")
    with closing(sqlite3.connect(daemon.folder / "watcher.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        until(lambda: manager.says("waiting: the database has not answered"), 120, of=daemon)
        before = len(manager.fed)
        until(lambda: manager.feeds_since(before) >= 4, 120, of=daemon)
        other.execute("ROLLBACK")

    until(lambda: manager.says("watching"), 120, of=daemon)
    assert not manager.would_end_it()
