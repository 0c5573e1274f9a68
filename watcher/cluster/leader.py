"""Exactly one process leads: it holds an advisory lock of the database, in a session of its own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from watcher.cluster.server import translated
from watcher.errors import StorageUnavailable
from watcher.log import event, warning

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from watcher.cluster.member import Member
    from watcher.cluster.server import Connection, Server

LOCK: Final = 7_233_108_474_213
"""Any number that nobody else uses as an advisory lock of this database."""
LOOK_S: Final = 1.0
"""How often it is tried to lead, and looked whether one still does."""
_PATIENCE_S: Final = 4.0
_SERVER_WAITS_S: Final = 8
"""After so long without a look the server ends the session: longer than we take to notice."""


async def lead(server: Server, member: Member, work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` whenever this process leads, and cancel it at once when it no longer does."""
    while True:
        try:
            async with server.session() as session:
                await _set_up(session)
                while True:
                    if await _is_ours(session):
                        await _while_leading(session, member, work)
                    await asyncio.sleep(LOOK_S)
        except (StorageUnavailable, TimeoutError) as failure:
            warning("cluster", status="cannot ask who leads", why=str(failure))
        await asyncio.sleep(LOOK_S)


async def _while_leading(
    session: Connection, member: Member, work: Callable[[], Awaitable[None]]
) -> None:
    event("cluster", status="leads: schedules for all")
    member.is_leading = True
    working = asyncio.ensure_future(work())
    watching = asyncio.create_task(_watch(session))
    lost = asyncio.create_task(member.lost.wait())
    try:
        await asyncio.wait({working, watching, lost}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        member.is_leading = False
        for task in (working, watching, lost):
            task.cancel()
        await asyncio.gather(working, watching, lost, return_exceptions=True)
        event("cluster", status="leads no longer")
    if working.done() and not working.cancelled():
        working.result()
    if watching.done() and not watching.cancelled():
        watching.result()
    with contextlib.suppress(StorageUnavailable, TimeoutError):
        await _give_up(session)


async def _watch(session: Connection) -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        async with asyncio.timeout(_PATIENCE_S):
            with translated():
                await session.execute("SELECT 1")


async def _set_up(session: Connection) -> None:
    # Also where a proxy answers for a machine that is cut off.
    await session.execute(f"SET idle_session_timeout = '{_SERVER_WAITS_S}s'")


async def _is_ours(session: Connection) -> bool:
    async with asyncio.timeout(_PATIENCE_S):
        cursor = await session.execute("SELECT pg_try_advisory_lock(%s) AS ours", [LOCK])
        row = await cursor.fetchone()
    return bool(row and row["ours"])


async def _give_up(session: Connection) -> None:
    with translated():
        async with asyncio.timeout(_PATIENCE_S):
            await session.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
