"""Everything a server can do to us, at once, against the real daemon.

Memory is counted as the kernel shares it out: the proportional set size (PSS) of the daemon and of
all its workers, so that a library that three processes map is counted once.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon, until
from tests.fakes.site import Reply, Site
from tests.fakes.smtp import MailServer

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_MB = 250
MOST_GROWTH_MB = 100
"""Of the daemon's own process, over what it takes at rest."""
RULE = "rules:\n  - {id: trains, title: القطارات, match: قطار}\n"
XML = (("Content-Type", "application/rss+xml"),)
HTML = (("Content-Type", "text/html; charset=utf-8"),)
HEAD = b'<?xml version="1.0"?>'
PARAGRAPH = "<p>" + "أعلنت هيئة السكك الحديدية عن موعد جديد لوصول الركاب إلى المحطة. " * 8 + "</p>"


def laughs() -> bytes:
    """Nest ten entities of ten: a billion laughs."""
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{steps}]>'.encode()
    return HEAD + head + b"<rss version='2.0'><channel><title>&l9;</title></channel></rss>"


def quadratic() -> bytes:
    """Name one large entity often."""
    head = b'<!DOCTYPE rss [<!ENTITY a "' + b"a" * 100_000 + b'">]>'
    named = b"&a;" * 50_000
    return (
        HEAD + head + b"<rss version='2.0'><channel><title>" + named + b"</title></channel></rss>"
    )


def outside() -> bytes:
    """Name a file of the machine."""
    head = b'<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return HEAD + head + answers.rss(("&f;", "http://127.0.0.1:9/f")).partition(b"?>")[2]


def attributes(count: int = 450_000) -> bytes:
    return b"<a " + b" ".join(b"a%d=''" % n for n in range(count)) + b">x</a>"


HEADLINE = "أعلنت الهيئة اليوم عن موعد جديد لوصول الركاب".encode()
NESTED = b"<div>" * 200_000
LONG_LINE = b"x" * 100 * 2**20


def document(body: bytes) -> bytes:
    return b"<!DOCTYPE html><html><head><title>t</title></head><body>" + body + b"</body></html>"


FEEDS: dict[str, Reply] = {
    "endless": answers.endless(),
    "drip": answers.slow_body(0.2),
    "gzip": answers.bomb("gzip", 256),
    "br": answers.bomb("br", 256),
    "zstd": answers.bomb("zstd", 256),
    "laughs": Reply(200, laughs(), XML),
    "quadratic": Reply(200, quadratic(), XML),
    "outside": Reply(200, outside(), XML),
    "nested": Reply(200, HEAD + b"<rss>" + b"<a>" * 200_000, XML),
    "nested-item": Reply(
        200, answers.rss(("خبر", "http://127.0.0.1:9/n"), head="<a>" * 200_000), XML
    ),
    "attributes": Reply(200, HEAD + b"<rss>" + attributes() + b"</rss>", XML),
    "line": Reply(200, LONG_LINE, XML),
    "long-title": Reply(200, answers.rss(("x" * 4 * 2**20, "http://127.0.0.1:9/t")), XML),
    "headers": answers.header_flood(),
    "long-header": Reply(200, b"ok", (("X-Long", "x" * 2**20),)),
    "loop": answers.moved("/feed/loop"),
    "old-http": answers.raw(b"<rss>this is HTTP/0.9</rss>"),
    "metadata": answers.moved("http://169.254.169.254/latest/meta-data/"),
    "octal": answers.moved("http://0251.0376.0251.0376/"),
    "script": answers.moved("javascript:alert(1)"),
    "file": answers.moved("file:///etc/passwd"),
    "nul": Reply(200, bytes(2**20), XML),
    "many": Reply(200, answers.rss(*[("خبر", "http://127.0.0.1:9/m")] * 15_000), XML),
}
"""What a feed's address may bring."""

PAGES: dict[str, Reply] = {
    "nested": Reply(200, document(NESTED), HTML),
    "nested-spans": Reply(200, document(b"<span><b><i>" * 70_000 + b"x"), HTML),
    "attributes": Reply(200, document(attributes(250_000)), HTML),
    "many": Reply(200, document(b"<a%d x>" * 250_000 % tuple(range(250_000))), HTML),
    "line": Reply(200, document(b"x" * 2 * 2**20), HTML),
    "huge-line": Reply(200, LONG_LINE, HTML),
    "paragraphs": Reply(200, document(b"<p>" * 900_000), HTML),
    "tables": Reply(200, document(b"<table><tr><td>" * 100_000), HTML),
    "headings": Reply(200, document((b"<h2>" + HEADLINE + b"<p>" + HEADLINE) * 14_900), HTML),
    "quotes": Reply(200, document(b"<blockquote>" * 240 + PARAGRAPH.encode() * 1_500), HTML),
    "pictures": Reply(200, document((b"<img src=x>" + HEADLINE) * 5_900), HTML),
    "open": Reply(200, document(b"<" * 2 * 2**20), HTML),
    "comments": Reply(200, document(b"<!--" * 700_000), HTML),
    "entities": Reply(200, document(b"&#x110000;&amp" * 200_000), HTML),
    "gzip": answers.bomb("gzip", 256),
    "zstd": answers.bomb("zstd", 256),
    "endless": answers.endless(b"<p>x</p>" * 1000),
    "drip": answers.slow_body(0.2),
    "loop": answers.moved("/page/loop"),
    "inside": answers.moved("http://[::ffff:169.254.169.254]/"),
    "headers": answers.header_flood(),
    "old-http": answers.raw(document(HEADLINE)),
}
"""What a page may bring; the headline is then all there is."""

REMARKS = {
    "endless": "max_body",
    "drip": "total_timeout",
    "gzip": "max_body",
    "br": "max_body",
    "zstd": "max_body",
    "laughs": "no entries",
    "line": "max_body",
    "headers": "Too many headers",
    "long-header": "32768",
    "loop": "circle",
    "old-http": "proper HTTP",
    "metadata": "metadata service",
    "octal": "canonical",
    "script": "javascript",
    "file": "'file'",
    "many": "took longer than",  # on any machine; the worker is killed
    "untrusted": "certificate",
    "plain": "TLS",
}
"""What the operator is told of each."""

LINKS = (
    "file:///etc/passwd",
    "data:text/html,<script>alert(1)</script>",
    "javascript:alert(1)",
    "ftp://127.0.0.1/x",
    "http://user:secret@127.0.0.1:9/login",
    "http://2852039166/latest",
    "http://[fe80::1%25lo]/x",
    "//169.254.169.254/x",
)
MARKUP = "القطار <script>alert(1)</script><img src=x onerror=alert(2)>"


class Memory:
    """Looks at the daemon's tree of processes until it is stopped; keeps the most in MB."""

    def __init__(self, root: int) -> None:
        self.most_mb = 0.0
        self.at_first_mb = [proportional_mb(pid) for pid in tree(root)]
        self.parts: dict[str, float] = {}
        self.root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            parts = {str(pid): proportional_mb(pid) for pid in tree(self.root)}
            if sum(parts.values()) > self.most_mb:
                self.most_mb, self.parts = sum(parts.values()), parts


def tree(root: int) -> list[int]:
    """Give a process and all that descend from it."""
    found = [root]
    for pid in found:
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += map(int, file.read_text().split())
            except OSError:
                continue
    return found


def proportional_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Site]:
    """A server with a certificate that nobody vouches for."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=other.example"
        f" -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with Site() as server:
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        yield server


def state(daemon: Daemon) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(daemon.run("status", "--json").stdout)
    return answer


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no PSS without Linux")
def test_nothing_a_server_sends_stops_fills_or_exhausts_the_daemon(
    tmp_path: Path, site: Site, stranger: Site
) -> None:
    """All of it at once; status answers throughout, and the next good article is told."""
    for name, reply in FEEDS.items():
        site.on(f"/feed/{name}", reply)
    for name, reply in PAGES.items():
        site.on(f"/page/{name}", reply)
    listed = [(f"خبر {name}", site.url(f"/page/{name}")) for name in PAGES]
    site.on("/feed/pages", answers.page(answers.rss(*listed)))
    site.on(
        "/feed/links", answers.page(answers.rss(*((f"رابط {n}", to) for n, to in enumerate(LINKS))))
    )
    site.on("/feed/cookies", Reply(200, answers.rss(), (*XML, ("Set-Cookie", "id=7; Path=/"))))
    site.on("/feed/good", answers.page(answers.rss()))
    names = [*FEEDS, "pages", "links", "cookies", "good"]
    sources = {name: site.url(f"/feed/{name}") for name in names}
    sources["untrusted"] = f"https://127.0.0.1:{stranger.port}/feed"
    sources["plain"] = f"https://127.0.0.1:{site.port}/plain"
    with (
        MailServer() as mail,
        Daemon(tmp_path, targets={"desk": mail.url()}, sources=sources) as daemon,
    ):
        prepare(daemon)
        start_before(daemon)
        daemon.start()
        assert daemon._process
        memory = Memory(daemon._process.pid)
        try:
            until(lambda: is_through(daemon), 50, of=daemon)
            text = f"<description><![CDATA[<p>{MARKUP}</p>{PARAGRAPH}]]></description>"
            site.on("/feed/good", answers.page(answers.rss((MARKUP, site.url("/1")), head=text)))
            until(lambda: mail.taken, 20, of=daemon)
        finally:
            memory.stop()
        remarks = {s["state"]["id"]: s["state"]["remark"] for s in state(daemon)["sources"]}
        log = daemon.log
        assert daemon.terminate() < 5
    print(f"most memory: {memory.most_mb:.0f} MB {memory.parts}; at first {memory.at_first_mb}")
    for name, words in REMARKS.items():
        assert words in remarks[name], (name, remarks[name])
    assert not [r for r in site.requests if "cookie" in r.headers]
    assert "passwd" not in log.replace("file:///etc/passwd", "")
    assert "root:" not in log
    assert "secret" not in log
    for part in mail.taken[0].walk():
        if part.get_content_type() == "text/html":
            shown = part.get_content()
            assert "القطار" in shown
            assert "<script" not in shown
            assert "onerror=alert(2)>" not in shown
            assert "<img src=x" not in shown
    own = str(memory.root)
    assert memory.parts[own] - memory.at_first_mb[0] < MOST_GROWTH_MB
    assert memory.most_mb < MOST_MB, memory.parts


def prepare(daemon: Daemon) -> None:
    """Poll what is hostile once, and look at the good source every second."""
    config = daemon.config.read_text().replace("127.0.0.0/8", "127.0.0.1/32")
    config = config.replace(
        "pause: 0.01s",
        "pause: 0.01s\n  connect_timeout: 2s\n  read_timeout: 2s\n  total_timeout: 3s\n"
        "limits: {read_attempts: 1, article_timeout: 1s}",
    )
    daemon.config.write_text(config.replace("0.3s", "5m").replace("0.5s", "9m"))
    listed = daemon.folder / "sources.yaml"
    good = "name: good, min_interval: 0.5s, max_interval: 1s,"
    listed.write_text(listed.read_text().replace("name: good,", good))
    (daemon.rules / "one.yaml").write_text(RULE)


def start_before(daemon: Daemon) -> None:
    """Have tables made and the lexicon kept, as they are wherever a daemon is in service."""
    listed = daemon.folder / "sources.yaml"
    sources = listed.read_text()
    listed.write_text("sources:\n- {id: later, name: later, url: 'http://127.0.0.1:9/feed'}\n")
    daemon.start()
    assert daemon.terminate() < 5
    listed.write_text(sources)


def is_through(daemon: Daemon) -> bool:
    """Everything was polled, and every entry was tried."""
    said = state(daemon)
    tried = (
        daemon.log.count("stage=fetch source=pages")
        + daemon.log.count("stage=record source=pages")
        + daemon.log.count("stage=extract source=pages")
    )
    return all(s["state"]["polled"] for s in said["sources"]) and tried >= len(PAGES)
