"""The daemon, run until it is told to stop, or for one pass."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from watcher import log
from watcher.app.build import open_watcher
from watcher.config import load_config

if TYPE_CHECKING:
    from pathlib import Path


async def run_daemon(config_file: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises Invalid with every problem of the files."""
    config = load_config(config_file)
    log.set_up(config.log)
    stop = stop_on_signals()
    async with open_watcher(config) as watcher:
        await watcher.run(stop)


async def run_once(config_file: Path) -> None:
    """Make one pass over all sources that are due."""
    config = load_config(config_file)
    log.set_up(config.log)
    stop = stop_on_signals()
    async with open_watcher(config) as watcher:
        done, told = asyncio.create_task(watcher.once()), asyncio.create_task(stop.wait())
        await asyncio.wait({done, told}, return_when=asyncio.FIRST_COMPLETED)
        for task in (done, told):
            task.cancel()
        await asyncio.gather(done, told, return_exceptions=True)
    if not done.cancelled():
        done.result()


def stop_on_signals() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
