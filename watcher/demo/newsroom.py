"""A small newsroom on loopback: outlets that publish sample articles over RSS.

The only invented part of the demo. It serves each page as it lies in `seeds/articles/OUTLET/`.
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field
from email.utils import format_datetime
from html import unescape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from xml.sax.saxutils import escape

from watcher.clock import Clock, utc_now

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_HEADLINE = re.compile(r'<meta\s+property="og:title"\s+content="([^"]*)"')
_SITE = re.compile(r'<meta\s+property="og:site_name"\s+content="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample article: the outlet's folder, the file, its headline and the outlet's name."""

    outlet: str
    file: Path
    headline: str
    site: str


def samples(folder: Path) -> list[Sample]:
    """Give the sample articles in the order they are published: by file name, over all outlets."""
    pages = sorted(folder.glob("*/*.html"), key=lambda page: page.name)
    return [_sample(page) for page in pages]


def _sample(page: Path) -> Sample:
    html = page.read_text(encoding="utf-8")
    headline, site = _HEADLINE.search(html), _SITE.search(html)
    if headline is None or site is None:
        raise ValueError(f"{page}: a sample article needs og:title and og:site_name")
    return Sample(page.parent.name, page, unescape(headline[1]), unescape(site[1]))


@dataclass(slots=True)
class Newsroom:
    """Serves `/OUTLET/rss.xml` and `/OUTLET/NAME.html` for what has been published so far."""

    stock: list[Sample]
    now: Clock = utc_now
    port: int = 0
    """To listen at; 0 for any that is free."""
    published: list[tuple[Sample, datetime]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def outlets(self) -> dict[str, str]:
        """Folder of each outlet -> its name."""
        return {sample.outlet: sample.site for sample in self.stock}

    @property
    def url(self) -> str:
        """The address everything is under."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def publish_next(self) -> Sample | None:
        """Put the next article online; give it, or None when all are out."""
        if len(self.published) == len(self.stock):
            return None
        sample = self.stock[len(self.published)]
        self.published.append((sample, self.now()))
        return sample

    def __enter__(self) -> Self:
        """Open for readers."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        threading.Thread(target=self._server.serve_forever, name="newsroom", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def page(self, path: str) -> tuple[str, bytes] | None:
        """Give (content type, body) of an address, or None where there is nothing."""
        outlet, _, name = path.strip("/").partition("/")
        if outlet in self.outlets and name == "rss.xml":
            return "application/rss+xml; charset=utf-8", self._feed(outlet).encode()
        for sample, _when in self.published:
            if sample.outlet == outlet and sample.file.name == name:
                return "text/html; charset=utf-8", sample.file.read_bytes()
        return None

    def _feed(self, outlet: str) -> str:
        items = "".join(
            self._item(sample, when)
            for sample, when in reversed(self.published)
            if sample.outlet == outlet
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
            f"<title>{escape(self.outlets[outlet])}</title><link>{self.url}/{outlet}/</link>"
            f"<language>ar</language>{items}</channel></rss>"
        )

    def _item(self, sample: Sample, when: datetime) -> str:
        link = f"{self.url}/{sample.outlet}/{sample.file.name}"
        return (
            f"<item><title>{escape(sample.headline)}</title><link>{link}</link>"
            f"<guid>{link}</guid><pubDate>{format_datetime(when)}</pubDate></item>"
        )


def _handler(newsroom: Newsroom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = newsroom.page(self.path)
            if found is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            kind, body = found
            etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
            if self.headers.get("If-None-Match") == etag:
                self.send_response(HTTPStatus.NOT_MODIFIED)
                self.send_header("ETag", etag)
                self.end_headers()
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing: the daemon's own output is what people came to see."""

    return Handler
