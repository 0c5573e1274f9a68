"""A real browser that looks at a page and presses its buttons, over its debugging protocol."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PORT = "--remote-debugging-port=0"
"""Any that is free; Chromium writes down which."""
PATIENCE_S = 60.0


@dataclass
class Browser:
    """One page of a browser of its own; `async with Browser(program, folder) as browser`."""

    program: str
    folder: Path
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def __aenter__(self) -> Self:
        command = [self.program, *FLAGS, PORT, f"--user-data-dir={self.folder}", "about:blank"]
        quiet = subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        self._session = aiohttp.ClientSession()
        async with asyncio.timeout(PATIENCE_S):
            file = self.folder / "DevToolsActivePort"
            while not (file.exists() and "\n" in file.read_text()):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
            port = file.read_text().splitlines()[0]
            async with self._session.get(f"http://127.0.0.1:{port}/json") as answer:
                [page] = [one for one in await answer.json() if one["type"] == "page"]
            self._socket = await self._session.ws_connect(page["webSocketDebuggerUrl"])
        await self.ask("Page.enable")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._socket.close()
        await self._session.close()
        self._process.kill()
        await self._process.wait()

    async def ask(self, method: str, until: str = "", **parameters: Any) -> Any:
        """Have something done; wait for its result, and for an event where one is named."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        result, has_come = None, not until
        async with asyncio.timeout(PATIENCE_S):
            while result is None or not has_come:
                told = json.loads((await self._socket.receive()).data)
                has_come = has_come or told.get("method") == until
                if told.get("id") == number:
                    assert "error" not in told, told
                    result = told["result"]
        return result

    async def open(self, url: str, width: int) -> None:
        """Go to an address, in a window of a width."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        await self.ask("Page.navigate", until="Page.loadEventFired", url=url)

    async def value(self, script: str) -> Any:
        """Give the value of a script on the page."""
        told = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return told["result"].get("value")

    async def press(self, query: str) -> None:
        """Press a button that leads to another page."""
        script = f"document.querySelector({query!r}).click()"
        await self.ask("Runtime.evaluate", until="Page.loadEventFired", expression=script)
