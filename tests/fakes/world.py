"""A daemon with an outlet, a desk and an operator, around which things can go wrong."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon, until
from tests.fakes.site import Reply, Site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE = "rules:\n  - {id: trains, title: القطارات, match: قطار}\n"
# Each article has words of its own, so that none is taken for a copy of another, or its event.
WORDS = [f"{a}{b}{c}{d}" for a in "سشصطعف" for b in "اوي" for c in "نمرلدب" for d in "كتجحق"]
PLAIN = (sys.executable, "-m", "tests.fakes.hurried")


class World:
    """Use as a context manager; the daemon is started by `daemon.start()`."""

    def __init__(
        self,
        folder: Path,
        site: Site,
        database: str,
        *,
        settings: str = "",
        sources: Mapping[str, str] | None = None,
        command: tuple[str, ...] = PLAIN,
    ) -> None:
        self.site = site
        self.clock = folder / "clock"
        self.feeds: dict[str, list[tuple[str, str]]] = {}
        self._numbers = itertools.count(1)
        for hook in ("desk", "office"):
            site.on(f"/{hook}", Reply(200, b"ok"))
        urls = sources or {"nahr": site.url("/nahr")}
        self.bases = {name: url.rpartition("/")[0] for name, url in urls.items()}
        for name in urls:
            self.feeds[name] = []
            self._list(name)
        hooks = {name: f"json://127.0.0.1:{site.port}/{name}" for name in ("desk", "office")}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._socket.setblocking(False)
        environ = {"CLOCK": str(self.clock), "NOTIFY_SOCKET": str(folder / "notify")}
        environ |= {"CACHE_DIRECTORY": str(folder / "cache")}
        self.daemon = Daemon(
            folder,
            targets=hooks,
            sources=dict(urls),
            database=database,
            command=command,
            environ=environ,
        )
        config = self.daemon.config.read_text()
        config = config.replace("name: office,", "name: office, min_severity: critical,")
        self.daemon.config.write_text(f"{config}operator: office\n{settings}")
        (self.daemon.rules / "one.yaml").write_text(RULE)
        self._statuses: list[str] = []
        self.seen_steps = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.__exit__()
        self._socket.close()

    # what happens

    def publish(self, source: str = "nahr", count: int = 1) -> list[str]:
        """Have an outlet publish articles; give their headlines."""
        titles = []
        for _ in range(count):
            n = next(self._numbers)
            own = random.Random(n).sample(WORDS, 60)
            title = f"{' '.join(own[:4])} قطار {n} {' '.join(own[4:7])}"
            text = f"وصل القطار {n}، {' '.join(own[7:30])}. وقال {' '.join(own[30:])}."
            body = f"<article><h1>{title}</h1><p>{text}</p></article>"
            self.site.on(f"/page/{n}", answers.page(f"<html lang=ar><body>{body}</body></html>"))
            self.feeds[source].append((title, f"{self.bases[source]}/page/{n}"))
            titles.append(title)
        self._list(source)
        return titles

    def _list(self, source: str) -> None:
        newest = self.feeds[source][::-1]
        feed = answers.rss(*newest)
        self.site.on(f"/{source}", answers.page(feed, "application/rss+xml"))

    def start(self) -> None:
        """Start the daemon, and wait for its first contact: what is there by then alerts nobody."""
        self.daemon.start()
        until(lambda: self.daemon.log.count("stage=poll") >= len(self.feeds), of=self.daemon)

    def put_clock(self, seconds: float) -> None:
        """Put the clock on the wall forward, or back, from what it really is."""
        self.clock.write_text(str(seconds))

    # what was told

    def told(self, target: str = "desk") -> Counter[str]:
        """Count the messages that a target got, by their first line."""
        bodies = [json.loads(request.body) for request in self.site.asked(f"/{target}")]
        return Counter(f"{body['title']} {body['message']}" for body in bodies)

    def heard(self, word: str, target: str = "office") -> bool:
        """Tell whether a target got a message with this word."""
        return any(word in message for message in self.told(target))

    def times(self, title: str) -> int:
        """Count how often the desk was told of an article."""
        return sum(n for message, n in self.told().items() if f"{title}" in message)

    def is_told(self, titles: list[str]) -> bool:
        return all(self.times(title) for title in titles)

    def await_told(self, titles: list[str], seconds: float = 60.0) -> None:
        """Wait until the desk was told of all of them, and see that it was once."""
        until(lambda: self.is_told(titles), seconds, of=self.daemon)
        assert {title: self.times(title) for title in titles} == dict.fromkeys(titles, 1)

    def statuses(self) -> list[str]:
        """Give what systemd was told."""
        with contextlib.suppress(BlockingIOError):
            while True:
                said = self._socket.recv(100_000).decode()
                self._statuses += [
                    line.removeprefix("STATUS=")
                    for line in said.splitlines()
                    if line.startswith("STATUS=")
                ]
        return self._statuses

    def said(self, word: str) -> bool:
        """Tell whether systemd was told something with this word."""
        return any(word in status for status in self.statuses())

    def await_said(self, word: str, seconds: float = 30.0) -> None:
        until(lambda: self.said(word), seconds, of=self.daemon)

    def status(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.daemon.run("status", "--json").stdout)
        return shown


@contextlib.contextmanager
def disk(megabytes: int) -> Iterator[Disk]:
    """Make a small disk and mount it; needs to be root."""
    # Not under pytest's folder, which nobody but root may enter: postgres must.
    folder = Path(tempfile.mkdtemp(prefix="watcher-disk-"))
    folder.chmod(0o755)
    made = Disk(folder, megabytes)
    made.mount()
    try:
        yield made
    finally:
        made.fill_up(0)
        subprocess.run(["umount", "-l", str(made.at)], check=False)
        shutil.rmtree(folder)


class Disk:
    """A file system of its own in a file."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.at = folder / "disk"
        self.at.mkdir()
        self._image = folder / "disk.img"
        with self._image.open("wb") as image:
            image.truncate(megabytes * 2**20)
        _run("mkfs.ext4", "-q", "-m", "0", str(self._image))

    def mount(self) -> None:
        _run("mount", "-o", "loop", str(self._image), str(self.at))

    def fill_up(self, megabytes: int = 10_000) -> None:
        """Take all the room there is, or give it back."""
        ballast = self.at / "ballast"
        with contextlib.suppress(OSError):
            ballast.unlink(missing_ok=True)
        if not megabytes:
            return
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            for size in (2**20, 4096, 512):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def make_read_only(self) -> None:
        """Have it take no more writes, as a disk with errors does."""
        _run("sync", "-f", str(self.at))
        _run("mount", "-o", "remount,abort", str(self.at))

    def mend(self) -> None:
        """Mount it anew, which needs that nobody has files of it open.

        From a copy: as long as some process on this machine with mounts of its own, such as a
        container, still has the old one mounted, mounting the same image gives that back, which
        takes no writes ever again.
        """
        until(lambda: _ended_well("umount", str(self.at)), 30)
        old, self._image = self._image, self._image.with_name(f"mended-{self._image.name}")
        shutil.copyfile(old, self._image)
        _ended_well("e2fsck", "-p", str(self._image))
        self.mount()
        (self.at / "mended").touch()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _ended_well(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
