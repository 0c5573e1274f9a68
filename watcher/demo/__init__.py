"""The first run: a newsroom on this machine, and the real daemon that watches it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from watcher import log
from watcher.app.build import open_watcher
from watcher.clock import utc_now
from watcher.config import load_config
from watcher.demo.newsroom import Newsroom, samples
from watcher.errors import WatcherError
from watcher.log import LogSettings
from watcher.shipped import shipped

if TYPE_CHECKING:
    from watcher.app.watching import Watcher
    from watcher.record import Status

LONGEST_WAIT_S = 45.0
"""After the last article is out, everything must be read and told within this time."""

CONFIG = """\
# The demo's own configuration: what `watcher run` would read.
database: sqlite:///watcher.db
rules: {rules}
sources: sources.yaml
fetch:
  allow_networks: [127.0.0.0/8]   # the newsroom is on this machine
  pause: 0.05s
polling:
  min_interval: 1s
  max_interval: 2s
targets:
  - name: terminal
    url: console://
"""


async def serve_newsroom(port: int) -> int:
    """Publish all sample articles at once on this port, for others to read, until told to stop.

    WatcherError where the port cannot be opened.
    """
    console, stop = Console(highlight=False), _until_stopped()
    with contextlib.ExitStack() as stack:
        try:
            newsroom = stack.enter_context(
                Newsroom(samples(shipped("seeds") / "articles"), port=port)
            )
        except OSError as failure:
            raise WatcherError(
                f"port {port} cannot be opened: {failure.strerror}. Choose another one."
            ) from failure
        while newsroom.publish_next():
            pass
        for outlet in sorted(newsroom.outlets):
            console.print(f"{newsroom.url}/{outlet}/rss.xml  {newsroom.outlets[outlet]}")
        console.print("[dim]Ctrl-C ends[/]")
        await stop.wait()
    return 0


async def run_demo(*, stay: bool, pace_s: float) -> int:
    """Publish the sample articles, watch them, print alerts and a summary; give the exit status."""
    console, stop = Console(highlight=False), _until_stopped()
    log.set_up(LogSettings(level="warning"))
    with (
        Newsroom(samples(shipped("seeds") / "articles")) as newsroom,
        tempfile.TemporaryDirectory() as folder,
    ):
        config = load_config(write_config(Path(folder), newsroom))
        async with open_watcher(config, console=console) as watcher:
            _welcome(console, newsroom)
            daemon = asyncio.create_task(watcher.run(stop))
            complete = await _publish(newsroom, watcher, console, stop, pace_s=pace_s)
            if stay:
                console.print("[dim]all articles are out; Ctrl-C ends[/]")
                await stop.wait()
            stop.set()
            await daemon
            record = watcher.record
            _summarize(
                console, newsroom, await record.status(utc_now()), await record.archive.removed()
            )
    return 0 if complete else 1


def _until_stopped() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def write_config(folder: Path, newsroom: Newsroom) -> Path:
    """Write the configuration and the list of outlets; give the configuration's path."""
    lines = ["sources:\n"]
    for outlet, name in newsroom.outlets.items():
        lines.append(
            f"  - id: {outlet}\n    name: {name}\n    url: {newsroom.url}/{outlet}/rss.xml\n"
        )
    (folder / "sources.yaml").write_text("".join(lines), encoding="utf-8")
    path = folder / "watcher.yaml"
    path.write_text(CONFIG.format(rules=shipped("rules")), encoding="utf-8")
    return path


async def _publish(
    newsroom: Newsroom, watcher: Watcher, console: Console, stop: asyncio.Event, *, pace_s: float
) -> bool:
    """Put the articles online one by one, wait until all was told; say whether it was."""
    while not stop.is_set() and (sample := newsroom.publish_next()):
        console.print(f"[dim]{sample.site} publishes:[/] {sample.headline}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pace_s)
    deadline = asyncio.get_running_loop().time() + LONGEST_WAIT_S
    while not stop.is_set() and asyncio.get_running_loop().time() < deadline:
        status = await watcher.record.status(utc_now())
        if _is_all_told(status, newsroom):
            return True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.2)
    return False


def _is_all_told(status: Status, newsroom: Newsroom) -> bool:
    return (
        status.articles + status.failed >= len(newsroom.stock)
        and not status.pending
        and not status.outbox.waiting
    )


def _welcome(console: Console, newsroom: Newsroom) -> None:
    console.print(
        f"[bold]watcher[/] watches {len(newsroom.outlets)} invented outlets on {newsroom.url}, "
        f"which publish {len(newsroom.stock)} articles.\n"
    )


def _summarize(
    console: Console, newsroom: Newsroom, status: Status, removed: dict[str, int]
) -> None:
    table = Table(title="what happened", title_justify="left", show_header=False)
    for name, value in (
        ("published", len(newsroom.published)),
        ("read", status.articles),
        ("matched", status.matched),
        ("stories", status.stories),
        ("alerts", status.outbox.sent),
    ):
        table.add_row(name, str(value))
    for why, count in removed.items():
        table.add_row(f"cleaned away: {why}", str(count), style="dim")
    console.print()
    console.print(table)
