"""A daemon's files and record with so many sources, made as if it had run for a while."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.bench.outlet import ETAG, LAST_MODIFIED
from watcher.clock import utc_now
from watcher.model import NotModified, Polled, Validators
from watcher.record import Record
from watcher.schedule import next_on_grid, schedule
from watcher.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from watcher.config import Config

_CONFIG = """\
database: sqlite:///watcher.db
rules: {rules}
sources: sources.yaml
targets: {targets}
limits:
  workers: {workers}
polling:
  min_interval: 10m
  max_interval: 10m
fetch:
  pause: 0s
  allow_networks: [127.0.0.0/8]
"""
_SOURCE = "- {{id: s{number}, name: مصدر {number}, url: 'http://{host}:{port}/feed/{number}'}}\n"


def address(number: int) -> str:
    """Give the server of a source; each has its own."""
    return f"127.{1 + number // 65_536}.{number // 256 % 256}.{number % 256}"


def write(
    folder: Path,
    count: int,
    port: int,
    workers: int = 2,
    *,
    rules: Path | None = None,
    targets: str = "[]",
) -> Path:
    """Write the files; give the configuration's. Without a folder of rules, those that we ship."""
    sources = "".join(
        _SOURCE.format(number=number, host=address(number), port=port) for number in range(count)
    )
    (folder / "sources.yaml").write_text(f"sources:\n{sources}", encoding="utf-8")
    file = folder / "watcher.yaml"
    text = _CONFIG.format(rules=rules or shipped("rules"), workers=workers, targets=targets)
    file.write_text(text, encoding="utf-8")
    return file


def spread(start: datetime, interval_s: float, count: int) -> list[datetime]:
    """Give when so many sources are due, as `schedule` chooses: by chance, and on its grid."""
    dice = random.Random(1)
    return [
        next_on_grid(start + timedelta(seconds=interval_s * dice.random())) for _ in range(count)
    ]


def watched(config: Config, due: list[datetime]) -> None:
    """Make a record in which every source was polled with success and is due then."""
    asyncio.run(_watched(config, due))


async def _watched(config: Config, due: list[datetime]) -> None:
    now = utc_now()
    before = now - timedelta(minutes=10)
    known = Validators(ETAG, LAST_MODIFIED, "0" * 64)
    async with Record(config.database.reveal()) as record:
        await record.sync_sources(config.sources, now)
        states = {state.id: state for state in await record.due(now, len(config.sources))}
        for source, instant in zip(config.sources, due, strict=True):
            quiet = Polled(NotModified(source.url, "304", known))
            after = schedule(states[source.id], quiet, now=before, polling=config.polling)
            record.polled_unchanged(replace(after, due=instant))


@contextmanager
def daemon(folder: Path) -> Iterator[int]:
    """Run the daemon of a folder; give its process id. Its log is what an operator's would be."""
    command = [sys.executable, "-m", "watcher", "run", "-c", "watcher.yaml"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=folder, stderr=log, stdout=log) as running,
    ):
        try:
            while "status=started" not in (folder / "log").read_text():
                assert running.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
            yield running.pid
        finally:
            running.terminate()
