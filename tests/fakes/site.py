"""A scripted web server on loopback: real HTTP, good and bad, and a record of what was asked for.

site.on("/feed", page(b"<rss/>", "application/rss+xml", etag='"1"'))
site.on("/busy", too_many("120"), page(b"at last"))     one answer after another, the last stays
outcome = await fetcher.fetch(site.url("/feed"))
assert [r.headers["user-agent"] for r in site.asked("/feed")] == [...]
"""

from __future__ import annotations

import gzip
import html
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, TypeAlias

import brotli  # type: ignore[import-untyped]  # it has no stubs
from backports import zstd


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for. Header names are in lower case; `at_s` is monotonic."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at_s: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What the site says. `pieces` replaces the body, `raw` the whole answer, head included.

    A number among the pieces is a silence of so many seconds.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    pieces: Callable[[], Iterable[bytes | float]] | None = None
    raw: Callable[[], Iterable[bytes | float]] | None = None


Answer: TypeAlias = Reply | Callable[[Request], Reply]


@dataclass
class Site:
    """The server; use it as a context manager, or the fixture `site`."""

    address: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)
    open_connections: int = 0
    _answers: dict[str, list[Answer]] = field(default_factory=dict)
    _closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Server((self.address, 0), handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return self._server.server_port

    def url(self, path: str = "/", host: str = "") -> str:
        """Give the absolute address; `host="localhost"` is the same server under another name."""
        return f"http://{host or self.address}:{self.port}{path}"

    def on(self, path: str, *answers: Answer) -> None:
        """Script `path`: one answer after another, the last one from then on."""
        with self._lock:
            self._answers[path] = list(answers)

    def asked(self, path: str) -> list[Request]:
        """Give the requests for `path` so far, oldest first."""
        with self._lock:
            return [request for request in self.requests if request.path == path]

    def reply(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            answers = self._answers.get(request.path) or [Reply(404, b"nothing here")]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer(request) if callable(answer) else answer

    def settle(self) -> None:
        """Wait until everything that was sent here so far is read, also by who is gone since."""
        with socket.create_connection((self.address, self.port)) as last:
            last.sendall(b"GET /settled HTTP/1.1\r\nConnection: close\r\n\r\n")
            while last.recv(1000):
                pass
        deadline = time.monotonic() + 30
        while self.open_connections and time.monotonic() < deadline:
            time.sleep(0.005)

    def pause(self, seconds: float) -> None:
        """Be silent; ends early when the server is closed."""
        self._closing.wait(seconds)

    @property
    def is_closing(self) -> bool:
        return self._closing.is_set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: Site

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.owner._lock:
            self.owner.open_connections += 1
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.owner._lock:
                self.owner.open_connections -= 1

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as given


class _Handler(BaseHTTPRequestHandler):
    owner: Site
    protocol_version = "HTTP/1.1"
    timeout = 30

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(
            self.command, self.path, headers, self.rfile.read(length), time.monotonic()
        )
        reply = self.owner.reply(request)
        try:
            self._send(reply)
        except OSError:
            self.close_connection = True  # the other side has heard enough

    do_GET = do_POST = do_HEAD = do_PUT = _answer  # noqa: N815 - the base class looks for these names

    def _send(self, reply: Reply) -> None:
        if reply.raw is not None:
            self._stream(reply.raw())
            return
        head = {name.lower() for name, _ in reply.headers}
        phrase = HTTPStatus(reply.status).phrase
        lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{n}: {v}" for n, v in reply.headers)]
        if "date" not in head:
            lines.append(f"Date: {formatdate(usegmt=True)}")
        if reply.pieces is None and "content-length" not in head and reply.status != 304:
            lines.append(f"Content-Length: {len(reply.body)}")
        if reply.pieces is not None:
            lines.append("Connection: close")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("utf-8"))
        if reply.pieces is not None:
            self._stream(reply.pieces())
        elif self.command != "HEAD":
            self.wfile.write(reply.body)

    def _stream(self, pieces: Iterable[bytes | float]) -> None:
        self.close_connection = True
        for piece in pieces:
            if self.owner.is_closing:
                return
            if isinstance(piece, bytes):
                self.wfile.write(piece)
            else:
                self.owner.pause(piece)

    def log_message(self, *_: object) -> None:
        """Stay silent: what was asked is in `site.requests`."""


# --- answers ------------------------------------------------------------------------------------


def page(
    body: bytes | str,
    content_type: str = "text/html; charset=utf-8",
    *,
    etag: str = "",
    last_modified: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """Answer 200, and 304 to whoever brings the etag or the date."""
    data = body.encode() if isinstance(body, str) else body
    own = [("Content-Type", content_type), ("ETag", etag), ("Last-Modified", last_modified)]
    sent = (*((name, value) for name, value in own if value), *headers)

    def answer(request: Request) -> Reply:
        asked = request.headers
        by_date = last_modified and "if-none-match" not in asked
        is_known = etag and asked.get("if-none-match") == etag
        if is_known or (by_date and asked.get("if-modified-since") == last_modified):
            return Reply(304, headers=sent[1:])
        return Reply(200, data, sent)

    return answer


def rss(*items: tuple[str, str], title: str = "موقع الاختبار", head: str = "") -> bytes:
    """Write an RSS 2.0 feed of (title, link) pairs; `head` is XML put into each item."""
    listed = "".join(
        f"<item><title>{html.escape(name)}</title><link>{html.escape(link)}</link>{head}</item>"
        for name, link in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{html.escape(title)}</title>{listed}</channel></rss>"
    ).encode()


def moved(to: str, status: int = 301) -> Reply:
    """Redirect to `to`, as given: absolute, relative, raw Arabic."""
    return Reply(status, headers=(("Location", to),))


def too_many(retry_after: str = "", status: int = 429) -> Reply:
    """Ask for quiet: seconds or an HTTP date, as given."""
    return Reply(status, headers=(("Retry-After", retry_after),) if retry_after else ())


def encoded(body: bytes, coding: str, *, declared: str | None = None) -> Reply:
    """Compress the body with gzip, deflate, br or zstd, or claim so by `declared`."""
    compress = {
        "gzip": lambda: gzip.compress(body, 1),
        "deflate": lambda: zlib.compress(body, 1),
        "br": lambda: brotli.compress(body, quality=1),
        "zstd": lambda: zstd.compress(body),
        "identity": lambda: body,
    }
    named = coding if declared is None else declared
    headers = (("Content-Type", "application/rss+xml"), ("Content-Encoding", named))
    return Reply(200, compress[coding](), headers)


def bomb(coding: str, megabytes: int = 64) -> Reply:
    """Send a few kilobytes that grow to `megabytes`."""
    return encoded(bytes(megabytes * 2**20), coding)


def truncated_gzip(body: bytes) -> Reply:
    """Send two thirds of the gzip stream, with a length that fits what is sent."""
    whole = gzip.compress(body)
    return Reply(200, whole[: len(whole) * 2 // 3], (("Content-Encoding", "gzip"),))


def endless(piece: bytes = b"<item>" * 2000) -> Reply:
    """Send the same piece again and again until the other side hangs up."""

    def forever() -> Iterator[bytes]:
        while True:
            yield piece

    return Reply(200, pieces=forever)


def slow_head(seconds: float) -> Reply:
    """Say nothing for so long, then answer."""
    rest = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    return Reply(raw=lambda: (seconds, rest))


def slow_body(seconds: float, pieces: int = 1000) -> Reply:
    """Send a byte, be silent for so long, and so on."""
    return Reply(200, pieces=lambda: (part for _ in range(pieces) for part in (b" ", seconds)))


def raw(*pieces: bytes | float) -> Reply:
    """Send exactly these bytes, head and all, and hang up."""
    return Reply(raw=lambda: pieces)


def header_flood(count: int = 5000) -> Reply:
    """Send headers without end or sense."""
    return Reply(200, b"ok", tuple((f"X-Flood-{i}", "x" * 100) for i in range(count)))
