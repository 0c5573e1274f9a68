"""A cluster of real processes over one PostgreSQL, each behind a network that can be cut."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import pytest

from tests.fakes.site import Reply, Request, Site, rss

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.fakes.network import Network
    from tests.fakes.postgres import Postgres

RULE = "rules:\n  - {id: trains, title: القطارات, match: قطار}\n"
CONFIG = """\
database: {database}
rules: {rules}
sources: {sources}
fetch:
  allow_networks: [127.0.0.0/8, 10.213.0.0/16]
  pause: {pause_s}s
polling: {{min_interval: 1s, max_interval: 2s}}
limits: {{{limits}}}
targets:
{targets}
"""
_LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمن"


def words(seed: object, count: int) -> str:
    """Make words that no other text has, so that each article is a story of its own."""
    chance = random.Random(str(seed))
    return " ".join("".join(chance.choices(_LETTERS, k=5)) for _ in range(count))


class Wire:
    """A TCP proxy between one machine and the socket of PostgreSQL."""

    def __init__(self, to: Path) -> None:
        self._to = str(to)
        self._is_cut = threading.Event()
        self._is_closed = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closed.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self.mend()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def cut(self) -> None:
        """Let nothing through, and tell nobody: the connections stay open and are silent."""
        self._is_cut.set()

    def mend(self) -> None:
        """Let new connections through; what was silent is reset, as after a real cut."""
        if self._is_cut.is_set() or self._is_closed.is_set():
            for end in list(self._open):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._is_cut.clear()

    def _start(self, work: Callable[..., None], *given: socket.socket) -> None:
        thread = threading.Thread(target=work, args=given)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._is_closed.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._connect, near)

    def _connect(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as far:
            self._open |= {near, far}
            with contextlib.suppress(OSError):
                self._wait_while_cut()
                far.connect(self._to)
                back = threading.Thread(target=self._carry, args=(far, near))
                back.start()
                self._carry(near, far)
                back.join()
            self._open -= {near, far}

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                self._wait_while_cut()
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _wait_while_cut(self) -> None:
        while self._is_cut.is_set() and not self._is_closed.is_set():
            time.sleep(0.05)


@dataclass
class Outlet:
    """A news site on an address of its own, which counts who asks it at once."""

    site: Site
    slow_s: float = 0.15
    articles: list[tuple[str, str]] = field(default_factory=list)
    published: dict[str, float] = field(default_factory=dict)
    most_at_once: int = 0
    starts: list[float] = field(default_factory=list)
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Have a feed."""
        self.site.on("/rss", self._counted(self._feed))

    def publish(self, number: int) -> None:
        """Publish an article that matches."""
        path = f"/{number}"
        seed = f"{self.site.address} {number}"
        title = f"قطار {words(seed, 5)}"
        text = f"قال {words(f'{seed} a', 30)}. وقد {words(f'{seed} b', 30)}."
        page = f"<html lang=ar><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        page += f"<p>{text}</p></article></body></html>"
        reply = Reply(200, page.encode(), (("Content-Type", "text/html; charset=utf-8"),))
        self.site.on(path, self._counted(lambda _request: reply))
        self.articles.append((title, self.site.url(path)))
        self.published[title] = time.monotonic()

    def _feed(self, _request: Request) -> Reply:
        head = f"<pubDate>{formatdate(usegmt=True)}</pubDate>"
        body = rss(*self.articles[::-1], head=head)
        return Reply(200, body, (("Content-Type", "application/rss+xml"),))

    def _counted(self, answer: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        def reply(request: Request) -> Reply:
            with self._lock:
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                self.starts.append(time.monotonic())
            self.site.pause(self.slow_s)
            made = answer(request)
            with self._lock:
                self._at_once -= 1
            return made

        return reply


class Cable(Protocol):
    """What connects a machine with the others."""

    def cut(self) -> None:
        """Let nothing through, and tell nobody."""

    def mend(self) -> None:
        """Let everything through again."""


class Machine:
    """`watcher run` with some roles, on a folder and a wire of its own."""

    def __init__(
        self, folder: Path, roles: tuple[str, ...], wire: Cable, within: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.within = within
        self.roles = roles
        self.wire = wire
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def is_leading(self) -> bool:
        last = max(self.log.rfind("leads: schedules"), 0)
        return self.is_running and "leads" in self.log[last:] and "leads no" not in self.log[last:]

    def start(self) -> None:
        options = [word for role in self.roles for word in ("--role", role)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *self.within,
                    *(sys.executable, "-m", "watcher", "run", "-c", "watcher.yaml"),
                    *options,
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def kill(self) -> None:
        """End it as a power cut would, worker processes too."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end, and give its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def wait(self, seconds: float = 30) -> int:
        """Wait until it has ended by itself."""
        assert self._process is not None
        return self._process.wait(timeout=seconds)


class Cluster:
    """Outlets, a desk that is told, and machines."""

    def __init__(
        self, folder: Path, socket_folder: str, database: str, network: Network | None = None
    ) -> None:
        self.folder = folder
        self._network = network
        self._socket = Path(f"{socket_folder}/.s.PGSQL.5432")
        self.database = database
        self.machines: dict[str, Machine] = {}
        self.outlets: list[Outlet] = []
        self.pause_s = 0.05
        self.limits = "workers: 1"
        self._said: dict[str, list[float]] = {}
        self._looked_at = 0
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        address = self._network.address(1) if self._network else "127.0.0.1"
        self.desk = self._stack.enter_context(Site(address))
        self.desk.on("/desk", Reply(200, b"ok"))
        self.desk.on("/office", Reply(200, b"ok"))
        return self

    def __exit__(self, *_: object) -> None:
        for machine in self.machines.values():
            if machine.is_running:
                machine.kill()
        self._stack.close()

    def outlet(self, address: str) -> Outlet:
        outlet = Outlet(self._stack.enter_context(Site(address)))
        self.outlets.append(outlet)
        return outlet

    @contextlib.contextmanager
    def publishing(self, every_s: float = 0.4) -> Iterator[None]:
        """Publish articles, at one outlet after the other, all the while."""
        is_over = threading.Event()

        def publish() -> None:
            for number in itertools.count(1):
                self.outlets[number % len(self.outlets)].publish(number)
                if is_over.wait(every_s):
                    return

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def leader(self) -> Machine:
        """Give the machine that schedules for all; wait until there is one."""

        def found() -> list[Machine]:
            return [one for one in self.machines.values() if one.is_leading]

        self.until(found, 60, "a leader")
        return found()[0]

    def machine(self, name: str, *roles: str, database: str = "") -> Machine:
        """Make a machine; outlets must be there by then."""
        folder = self.folder / name
        (folder / "rules").mkdir(parents=True)
        (folder / "rules" / "one.yaml").write_text(RULE)
        wire: Cable
        if self._network:
            host = wire = self._network.host()
            within = host.command
            url = f"postgresql://postgres@{self._network.address(1)}:5432/{self.database}"
        else:
            within = []
            wire = tunnel = self._stack.enter_context(Wire(self._socket))
            url = f"postgresql://postgres@127.0.0.1:{tunnel.port}/{self.database}"
        hooks = "".join(
            f"  - {{name: {hook}, url: 'json://{self.desk.address}:{self.desk.port}/{hook}', "
            f"min_severity: {least}}}\n"
            for hook, least in (("desk", "low"), ("office", "critical"))
        )
        (folder / "watcher.yaml").write_text(
            CONFIG.format(
                database=database or url,
                rules="rules",
                sources="sources.yaml",
                targets=hooks,
                pause_s=self.pause_s,
                limits=self.limits,
            )
        )
        listed = "".join(
            f"  - {{id: s{number}, name: مصدر {number}, url: '{outlet.site.url('/rss')}'}}\n"
            for number, outlet in enumerate(self.outlets)
        )
        (folder / "sources.yaml").write_text(f"sources:\n{listed}")
        self.machines[name] = Machine(folder, roles, wire, within)
        return self.machines[name]

    def told(self) -> dict[str, list[float]]:
        """Give the instants of the messages about each published article."""
        titles = [title for outlet in self.outlets for title, _ in outlet.articles]
        requests = self.desk.asked("/desk")
        for request in requests[self._looked_at :]:
            self._looked_at += 1
            if len(request.body) < int(request.headers["content-length"]):
                continue  # cut off in the middle: it has not arrived
            body = json.loads(request.body)
            for word in set(f"{body['title']} {body['message']}".split()):
                self._said.setdefault(word, []).append(request.at_s)
        # The second word of each title is its own.
        return {title: self._said.get(title.split()[1], []) for title in titles}

    def are_told(self, titles: Iterable[str]) -> bool:
        """Whether all of these have been told."""
        told = self.told()
        return all(told[title] for title in titles)

    def is_all_told(self) -> bool:
        """Whether every article that was published has been told."""
        return all(self.told().values())

    def delays(self) -> list[float]:
        """Give the seconds between publication and the first message, of each article."""
        published = {t: at for outlet in self.outlets for t, at in outlet.published.items()}
        return [times[0] - published[title] for title, times in self.told().items() if times]

    @property
    def logs(self) -> str:
        tails = (f"--- {name}\n{one.log[-3000:]}" for name, one in self.machines.items())
        return "\n".join(tails)

    def until(self, holds: Callable[[], object], seconds: float, what: str = "") -> float:
        """Look until it holds; give how long that took; fail with all logs."""
        started = time.monotonic()
        while not holds():
            passed = time.monotonic() - started
            assert passed < seconds, f"{what}: not within {seconds:g} s\n{self.logs}"
            time.sleep(0.1)
        return time.monotonic() - started


@pytest.fixture
def cluster(postgres: Postgres, postgres_template: str, tmp_path: Path) -> Iterator[Cluster]:
    """Have a database and four outlets for machines that are started by the test."""
    name = postgres.make(postgres_template)
    with Cluster(tmp_path, postgres.folder, name) as made:
        for number in range(2, 6):
            made.outlet(f"127.0.0.{number}")
        yield made
    postgres.drop(name)
