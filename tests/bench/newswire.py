"""A newsroom on loopback in which articles appear by chance while it is watched, and a desk.

`python -m tests.bench.newswire FEEDS ARTICLES PER_SECOND AHEAD_S` prints its port. GET /start begins
to publish, as if it had begun AHEAD_S ago; POST /desk is where alerts are taken, GET /told says how many there were.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final
from urllib.request import urlopen

from tests.bench.outlet import reply
from tests.bench.texts import pages

if TYPE_CHECKING:
    from collections.abc import Iterator

_RSS: Final = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>وكالة {feed}</title>'
    "<link>http://{host}/</link><description/>{items}</channel></rss>"
)
_ITEM: Final = (
    "<item><title>خبر رقم {number}</title><link>http://{host}/page/{number}</link>"
    "<guid>{number}</guid><pubDate>{when}</pubDate></item>"
)


class Wire(asyncio.Protocol):
    """One connection."""

    articles: Final[list[bytes]] = []
    after_s: Final[list[float]] = []
    """How long after the start each article appears."""
    of_feed: Final[dict[int, list[int]]] = {}
    started = float("inf")
    told = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            head, _, rest = self._heard.partition(b"\r\n\r\n")
            fields = dict(
                line.lower().split(": ", 1) for line in head.decode().split("\r\n") if ": " in line
            )
            size = int(fields.get("content-length", 0))
            if len(rest) < size:
                return
            self._heard = rest[size:]
            self._transport.write(self._answer(head.split(b" ", 2)[1].decode(), fields))

    def _answer(self, path: str, fields: dict[str, str]) -> bytes:
        what, _, number = path[1:].partition("/")
        if what == "feed":
            return self._feed(int(number), fields)
        if what == "page":
            return reply("200 OK", self.articles[int(number)], "text/html")
        if what == "desk":
            Wire.told += 1
        if what == "start":
            Wire.started = time.time()
        if what in {"desk", "start", "told"}:
            return reply("200 OK", json.dumps(self.told).encode(), "application/json")
        return reply("404 Not Found", b"nothing here", "text/plain")

    def _feed(self, feed: int, fields: dict[str, str]) -> bytes:
        since = time.time() - self.started
        out = [one for one in self.of_feed.get(feed, ()) if self.after_s[one] <= since]
        tag = f'"{1 + len(out)}"'
        if fields.get("if-none-match") == tag:
            return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
        items = "".join(
            _ITEM.format(
                number=one,
                host=fields["host"],
                when=format_datetime(
                    datetime.fromtimestamp(self.started + self.after_s[one], tz=UTC)
                ),
            )
            for one in out
        )
        body = _RSS.format(feed=feed, host=fields["host"], items=items).encode()
        return reply("200 OK", body, "application/rss+xml", f"ETag: {tag}\r\n")


@contextmanager
def newswire(feeds: int, articles: int, per_second: float, ahead_s: float) -> Iterator[int]:
    """Run the server; give its port."""
    given = map(str, (feeds, articles, per_second, ahead_s))
    command = [sys.executable, "-m", "tests.bench.newswire", *given]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield int(running.stdout.readline())
        finally:
            running.kill()


def ask(port: int, path: str) -> int:
    """Start the wire, or give how many alerts the desk was told."""
    with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=60) as answer:
        told: int = json.load(answer)
        return told


async def _serve() -> None:
    feeds, articles, per_second = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    chance, at = random.Random(7), -float(sys.argv[4])
    Wire.articles.extend(pages(articles, datetime.now(UTC)))
    for number in range(articles):
        at += chance.expovariate(per_second)
        Wire.after_s.append(at)
        Wire.of_feed.setdefault(chance.randrange(feeds), []).append(number)
    server = await asyncio.get_running_loop().create_server(Wire, "0.0.0.0", 0, backlog=1_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
