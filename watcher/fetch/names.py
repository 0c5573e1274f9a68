"""Names of hosts and their addresses: each name is asked for once, and the answer kept a minute.

The address that a turn is waited for (see politeness) and the one that is connected to come from
the same answer, so that a name cannot stand for one server here and for another there.
"""

from __future__ import annotations

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult

from watcher import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Lookup: TypeAlias = "Callable[[str], Awaitable[list[str]]]"
"""A name in, IP addresses out, the best first; OSError where there is none."""

_KEPT_S: Final = 60.0
_KEPT_NAMES: Final = 10_000
_THREADS: Final = 16
"""How many names are asked for at once: a resolver that hangs takes ten seconds for each."""
_MOST_WAITING: Final = 512
"""Names that wait to be asked for; more are refused at once, and said to be."""


_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")


async def system_lookup(host: str) -> list[str]:
    """Ask the resolver of the machine.

    In threads of its own: while it hangs, what else is done in threads must go on.
    """
    found = await asyncio.get_running_loop().run_in_executor(_threads, _asked, host)
    return [_written(sockaddr) for *_, sockaddr in found]


def _asked(host: str) -> list[Any]:
    return socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


def _written(sockaddr: tuple[Any, ...]) -> str:
    host = str(sockaddr[0])
    scope = sockaddr[3] if len(sockaddr) > 3 else 0
    return f"{host}%{scope}" if scope and "%" not in host else host


@dataclass(frozen=True, slots=True)
class _Answer:
    addresses: asyncio.Task[list[str]]
    until: float


class Names(AbstractResolver):
    """Looks names up for aiohttp and for whoever wants to know the address beforehand."""

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._answers: dict[str, _Answer] = {}
        self._waiting = 0
        self._is_told = False

    def known(self, host: str) -> str:
        """Give the address that will be connected to first, or nothing if it must be asked for."""
        answer = self._answers.get(host)
        if answer is None:
            return host if _is_ip(host) else ""
        task = answer.addresses
        is_known = answer.until > time.monotonic() and task.done() and task.exception() is None
        return task.result()[0] if is_known and task.result() else ""

    async def first(self, host: str) -> str:
        """Give the same, asking for it; OSError where there is none."""
        return self.known(host) or (await self._addresses(host))[0]

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - both, always
    ) -> list[ResolveResult]:
        """Give all addresses in aiohttp's form."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self._addresses(host)
        ]

    async def close(self) -> None:
        """Forget everything."""
        for answer in self._answers.values():
            answer.addresses.cancel()
        self._answers.clear()

    async def _addresses(self, host: str) -> list[str]:
        answer = self._answers.get(host)
        # What is still being asked for is not asked for again: the queue of a resolver that hangs.
        is_old = answer is None or (answer.until <= time.monotonic() and answer.addresses.done())
        if answer is None or is_old:
            answer = self._ask(host)
        # Whoever waits may be canceled; the others still want the answer.
        found = await asyncio.shield(answer.addresses)
        if not found:
            raise OSError(f"no address is known for {host}")
        return found

    async def _look_up(self, host: str) -> list[str]:
        if self._waiting >= _MOST_WAITING:
            self._tell()
            raise OSError(f"the name server does not answer: {self._waiting} names wait for it")
        self._waiting += 1
        try:
            found = await self._lookup(host)
        finally:
            self._waiting -= 1
        if self._is_told and not self._waiting:
            self._is_told = False
            log.event("fetch", status="the name server answers again")
        return found

    def _tell(self) -> None:
        if not self._is_told:
            self._is_told = True
            why = "look at /etc/resolv.conf and at the server that it names"
            log.error("fetch", status="the name server does not answer", why=why)

    def _ask(self, host: str) -> _Answer:
        now = time.monotonic()
        if len(self._answers) >= _KEPT_NAMES:
            self._answers = {n: a for n, a in self._answers.items() if a.until > now}
            while len(self._answers) >= _KEPT_NAMES:  # asked for longest ago
                self._answers.pop(next(iter(self._answers)))
        answer = _Answer(asyncio.create_task(self._look_up(host)), now + _KEPT_S)
        self._answers[host] = answer

        def forget_failure(done: asyncio.Task[list[str]]) -> None:
            is_lost = done.cancelled() or done.exception() is not None
            if is_lost and self._answers.get(host) is answer:
                del self._answers[host]

        answer.addresses.add_done_callback(forget_failure)
        return answer


@lru_cache(maxsize=20_000)
def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
