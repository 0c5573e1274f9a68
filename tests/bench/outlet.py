"""A newsroom on loopback in a process of its own: feeds that answer 304, and pages.

`python -m tests.bench.outlet FEEDS PAGES` prints its port. It answers on every address of
127.0.0.0/8, so that each source can have a server of its own, as on the web.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

from tests.bench.texts import feeds, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

ETAG: Final = '"1"'
LAST_MODIFIED: Final = "Mon, 01 Jun 2026 06:00:00 GMT"
_VALIDATORS: Final = f"ETag: {ETAG}\r\nLast-Modified: {LAST_MODIFIED}\r\n"
_KNOWN: Final = re.compile(rb"\r\nif-(?:none-match|modified-since):", re.IGNORECASE)


class Outlet(asyncio.Protocol):
    """One connection. What is asked for and when is kept for /arrivals."""

    arrivals: Final[list[tuple[str, str, float]]] = []
    feeds: Final[list[bytes]] = []
    pages: Final[list[bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            head, _, self._heard = self._heard.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        if path == "/arrivals":
            told = json.dumps(self.arrivals).encode()
            self.arrivals.clear()
            return reply("200 OK", told, "application/json")
        self.arrivals.append((self._transport.get_extra_info("sockname")[0], path, time.time()))
        what, _, number = path[1:].partition("/")
        if what == "feed" and _KNOWN.search(head):
            return f"HTTP/1.1 304 Not Modified\r\n{_VALIDATORS}\r\n".encode()
        if what == "feed":
            body = self.feeds[int(number) % len(self.feeds)]
            return reply("200 OK", body, "application/rss+xml", _VALIDATORS)
        if what == "page":
            return reply("200 OK", self.pages[int(number) % len(self.pages)], "text/html")
        return reply("404 Not Found", b"nothing here", "text/plain")


def reply(status: str, body: bytes, kind: str, more: str = "") -> bytes:
    """Write an answer; `more` are further header lines."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


@contextmanager
def outlet(feeds: int = 0, pages: int = 0) -> Iterator[int]:
    """Run the server; give its port."""
    command = [sys.executable, "-m", "tests.bench.outlet", str(feeds), str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield int(running.stdout.readline())
        finally:
            running.kill()


def arrivals(port: int) -> list[tuple[str, str, float]]:
    """Give what was asked for since the last time: address, path and instant."""
    with urlopen(f"http://127.0.0.1:{port}/arrivals", timeout=60) as answer:
        return [tuple(one) for one in json.load(answer)]


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Outlet, "0.0.0.0", 0, backlog=1_000)
    Outlet.feeds.extend(feeds(int(sys.argv[1]), server.sockets[0].getsockname()[1]))
    Outlet.pages.extend(pages(int(sys.argv[2])))
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
