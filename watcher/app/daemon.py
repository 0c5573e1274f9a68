"""The daemon, run until it is told to stop, or for one pass."""

from __future__ import annotations

import asyncio
import secrets
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from watcher import log
from watcher.app.build import open_watcher
from watcher.app.record import open_record
from watcher.config import load_config
from watcher.model import ALL_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path

    from watcher.config import Config


async def run_daemon(config_file: Path, roles: Collection[str] = ()) -> None:
    """Run until SIGTERM or SIGINT: all of it, or some roles of a cluster.

    Raises ValueError for a role there is not, and Invalid with every problem of the files.
    """
    config = load_config(config_file)
    log.set_up(config.log)
    stop = stop_on_signals()
    if roles:
        from watcher.app.cluster import open_node

        async with open_node(config, frozenset(map(Role, roles))) as node:
            await node.run(stop)
        return
    async with alone(config) as is_alone, open_watcher(config) as watcher:
        await watcher.run(stop, is_alone)


async def run_once(config_file: Path) -> None:
    """Make one pass over all sources that are due."""
    config = load_config(config_file)
    log.set_up(config.log)
    stop = stop_on_signals()
    async with alone(config), open_watcher(config) as watcher:
        done, told = asyncio.create_task(watcher.once()), asyncio.create_task(stop.wait())
        await asyncio.wait({done, told}, return_when=asyncio.FIRST_COMPLETED)
        for task in (done, told):
            task.cancel()
        await asyncio.gather(done, told, return_exceptions=True)
    if not done.cancelled():
        done.result()


@asynccontextmanager
async def alone(config: Config) -> AsyncIterator[asyncio.Task[None] | None]:
    """Keep a cluster away from a PostgreSQL that one daemon works on; raise Unfit if it is there.

    Gives what ends, with Unfit, when a cluster has begun to work on it all the same.
    """
    from watcher.record import libpq_url

    url = config.database.reveal()
    if not libpq_url(url):
        yield None
        return
    from watcher.cluster import Member, Server
    from watcher.record import newest_revision

    async with open_record(config):
        pass  # brings the tables up to date, where the others are looked for
    async with Server(url, most_connections=1) as server:
        member = Member(server, secrets.token_hex(8), ALL_ROLES, newest_revision())
        await member.join()
        beating = asyncio.create_task(member.run())
        try:
            yield beating
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)


def stop_on_signals() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
