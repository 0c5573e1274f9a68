"""A server of our own on one address and port. A port that is taken is told and tried again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from watcher.log import error, event

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAVING_S: Final = 1.0
"""How long what is being answered has when it is closed."""


@dataclass(slots=True)
class Listener:
    """Listens for one application; a port that is taken is never fatal."""

    name: str
    """By which the log and the configuration call it."""
    listen: tuple[str, int]
    application: web.Application
    limits: Mapping[str, Any] = field(default_factory=dict)
    """Of aiohttp's server."""
    _runner: web.AppRunner | None = None
    _is_refused: bool = False
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self) -> None:
        """Listen, unless we do already; say once why that is not possible."""
        async with self._opening:
            if self._runner is not None:
                return
            runner = web.AppRunner(
                self.application,
                access_log=None,  # addresses may be what permits
                shutdown_timeout=LEAVING_S,
                **self.limits,
            )
            await runner.setup()
            try:
                await web.TCPSite(runner, *self.listen).start()
            except OSError as failure:
                await runner.cleanup()
                if not self._is_refused:
                    setting = f"{self.name}.listen"
                    error(self.name, listen=self.place, why=str(failure), setting=setting)
                self._is_refused = True
                return
            self._runner, self._is_refused = runner, False
            event(self.name, status="listening", listen=self.place)

    async def close(self) -> None:
        """Stop listening; what is being answered has a second."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def port(self) -> int:
        """The port that is listened at, which the system chose where 0 is set."""
        assert self._runner is not None, "it is open"
        number: int = self._runner.addresses[0][1]
        return number

    @property
    def place(self) -> str:
        """Where it listens, as a person writes it."""
        host, port = self.listen
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
