"""Where programs ask how the daemon is: /metrics, /healthz, /readyz. Nothing secret is told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aiohttp import web

from watcher.web.listening import Listener

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

ANSWER_S: Final = 10.0
"""Prometheus gives up after as long."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(slots=True)
class Instruments:
    """Listens for them. A port that is taken is told once and tried again, never fatal."""

    listen: tuple[str, int]
    metrics: Callable[[], Awaitable[bytes]]
    content_type: str
    states: Mapping[str, Callable[[], Awaitable[list[str]]]]
    """Path -> what gives the reasons why all is not well; none when it is."""
    _listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        """Prepare to listen."""
        self._listener = Listener("metrics", self.listen, self._application())

    async def open(self) -> None:
        """Listen, unless we do already."""
        await self._listener.open()

    async def close(self) -> None:
        """Stop listening."""
        await self._listener.close()

    def _application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/metrics", self._metrics)
        for path in self.states:
            application.router.add_get(path, self._state)
        return application

    async def _metrics(self, _request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(ANSWER_S):
                body = await self.metrics()
        except TimeoutError:
            return web.Response(status=503, text="no answer in time\n", headers=HEADERS)
        return web.Response(body=body, headers=HEADERS | {"Content-Type": self.content_type})

    async def _state(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(ANSWER_S):
                reasons = await self.states[request.path]()
        except TimeoutError:
            reasons = [f"no answer within {ANSWER_S:.0f} s"]
        told = {"status": "failing" if reasons else "ok", "reasons": reasons}
        return web.Response(
            body=json.dumps(told, ensure_ascii=False).encode() + b"\n",
            content_type="application/json",
            status=503 if reasons else 200,
            headers=HEADERS,
        )
