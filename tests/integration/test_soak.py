"""A day on a fast clock: sources flap, targets fail, rules are edited; nothing grows or is lost.

The suite has a small one. `SOAK_ARTICLES=100000 pytest -m soak -s tests/integration/test_soak.py` is
the whole; SOAK_RELOADS and SOAK_HOURS (of the fast clock) can be set, too.
"""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes import site as answers
from tests.fakes.site import Reply, Site
from watcher.demo.newsroom import samples
from watcher.shipped import shipped

if TYPE_CHECKING:
    from tests.fakes.site import Request

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = int(os.environ.get("SOAK_ARTICLES", "20000"))
RELOADS = int(os.environ.get("SOAK_RELOADS", "500"))
HOURS = float(os.environ.get("SOAK_HOURS", "24"))
A_SECOND = float(os.environ.get("SOAK_RATE", "25"))
"""Articles that are published in a second: about as many as two cores read."""
SOURCES = 60
LISTED = 60
MOST_PENDING = 300
"""Beyond it nothing more is published for the moment, as the machine reads no faster."""
POINTS = int(os.environ.get("SOAK_POINTS", "12"))
"""At which it is looked at how the daemon is."""
CLOSED_S = 32.0
"""After which every connection that idles is closed: 15 s, of which it is looked every 15 s."""
MOST_CONNECTIONS = 12
"""Descriptors of five connections: a file and its log, one index of the log for all."""
MOST_THREADS = 32
CONFIG = """\
database: sqlite:///watcher.db
rules: rules
sources: sources.yaml
operator: office
log: {{level: warning}}
fetch: {{allow_networks: [127.0.0.0/8], pause: 0s, read_timeout: 2s, connect_timeout: 2s}}
polling: {{min_interval: 2m, max_interval: 10m}}
limits: {{max_entries_per_poll: 500}}
targets:
  - {{name: desk, url: 'json://127.0.0.1:{port}/desk'}}
  - {{name: flaky, url: 'json://127.0.0.1:{port}/flaky'}}
  - {{name: dead, url: 'json://127.0.0.1:{port}/dead', fallback: desk}}
  - {{name: office, url: 'json://127.0.0.1:{port}/office', min_severity: critical}}
"""
RULES = """\
# edited {n} times
rules:
  - {{id: trains, title: القطارات, match: قطار}}
  - {{id: edited, title: يتغير, match: {{any: [سفينة, {word}]}}}}
"""


@dataclass
class Outlets:
    """What is published: each list that is asked for has some more, until it is enough."""

    site: Site
    total: int
    words: list[str]
    dice: random.Random = field(default_factory=lambda: random.Random(4))
    published: dict[str, list[str]] = field(default_factory=dict)
    """Source -> addresses, the newest last."""
    items: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0
    due: float = 0.0
    """How many should have been published by now."""
    asked: Counter[str] = field(default_factory=Counter)

    def list(self, source: str) -> Reply:
        """Answer a poll: now and then with a failure, else with what is new."""
        self.asked["polls"] += 1
        mood = self.dice.random()
        if mood < 0.06:
            self.asked["503"] += 1
            return Reply(503)
        if mood < 0.09:
            self.asked["garbage"] += 1
            return Reply(200, b"<html>moved</html>", (("Content-Type", "text/html"),))
        if mood < 0.11:
            self.asked["cut"] += 1
            return answers.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
        while self.count < min(self.total, self.due):
            self._publish(source)
            if self.count % 8 == 0:
                break
        items = "".join(self.items.get(source, [])[-LISTED:][::-1])
        body = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>موقع</title>{items}</channel></rss>"
        )
        return Reply(200, body.encode(), (("Content-Type", "application/rss+xml"),))

    def _publish(self, source: str) -> None:
        self.count += 1
        n, dice = self.count, self.dice
        about = dice.choice(("قطار", "سفينة")) if n % 20 == 0 else "خبر"
        title = f"{about} {n} {' '.join(dice.sample(self.words, 6))}"
        lines = [f"{' '.join(dice.choices(self.words, k=40))}." for _ in range(3)]
        kind = dice.random()
        host = f"127.1.0.{int(source[1:]) + 1}"
        url = self.site.url(f"/a/{n}", host)
        text = "".join(f"<p>{line}</p>" for line in lines)
        whole = ""
        if kind < 0.7:
            whole = f"<content:encoded><![CDATA[{text}]]></content:encoded>"
        elif kind < 0.9:
            page = f"<html lang=ar><body><article><h1>{title}</h1>{text}</article></body></html>"
            self.site.on(f"/a/{n}", answers.page(page))
        elif kind < 0.95:
            title = ""
            self.site.on(
                f"/a/{n}", answers.page("<html><body><h1>Access denied</h1></body></html>")
            )
        else:  # 404, and half of them without a headline to go by
            title = title if kind < 0.98 else ""
        item = f"<item><title>{title}</title><link>{url}</link>{whole}</item>"
        self.published.setdefault(source, []).append(url)
        self.items.setdefault(source, []).append(item)
        del self.items[source][:-LISTED]


@dataclass
class Soak:
    """What a run found."""

    points: list[dict[str, Any]]
    outlets: Outlets
    folder: Path
    log: str

    def accounts(self) -> Counter[str]:
        """Count the entries by what became of them; each that is closed without one has a reason."""
        with closing(sqlite3.connect(self.folder / "watcher.db")) as db:
            rows = db.execute("SELECT url, status, why FROM entries").fetchall()
        known = {url: (status, why) for url, status, why in rows}
        found: Counter[str] = Counter()
        for urls in self.outlets.published.values():
            for url in urls:
                status, why = known.get(url, ("never listed", ""))
                found[status if status == "done" or why else f"{status} without a reason"] += 1
        return found

    def growth(self, what: str, warm: float = 0.3) -> float:
        """Compare the last points with those after the warm-up, as a share."""
        values = [point[what] for point in self.points]
        begin = int(len(values) * warm)
        early, late = values[begin : begin + 3], values[-3:]
        return float(median(late) / median(early) - 1)


def soak(folder: Path, articles: int, reloads: int, points: int, rest_s: float) -> Soak:
    words = _words()
    (folder / "rules").mkdir()
    real_s = articles / A_SECOND
    with Site("0.0.0.0") as site:
        outlets = Outlets(site, articles, words)
        _open_targets(site)
        sources = "".join(
            f"  - {{id: s{n}, name: s{n}, url: '{site.url(f'/s{n}', f'127.1.0.{n + 1}')}'}}\n"
            for n in range(SOURCES)
        )
        (folder / "sources.yaml").write_text(f"sources:\n{sources}")
        (folder / "watcher.yaml").write_text(CONFIG.format(port=site.port))
        _edit(folder, 0, words)
        for n in range(SOURCES):
            name = f"s{n}"
            site.on(f"/{name}", partial(_listed, outlets, name))
        factor = HOURS * 3600 / real_s
        log = (folder / "log").open("w")
        with (
            log,
            subprocess.Popen(
                [sys.executable, "-m", "tests.fakes.soaking", "watcher.yaml", str(factor)],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "CACHE_DIRECTORY": str(folder / "cache"),
                },
            ) as running,
        ):
            found = _run(running, outlets, folder, words, reloads, points, rest_s)
            assert running.stdin
            running.stdin.close()
            assert running.wait(60) == 0, (folder / "log").read_text()[-3000:]
    return Soak(found, outlets, folder, (folder / "log").read_text())


def _listed(outlets: Outlets, source: str, _request: Request) -> Reply:
    return outlets.list(source)


def _run(
    running: subprocess.Popen[str],
    outlets: Outlets,
    folder: Path,
    words: list[str],
    reloads: int,
    points: int,
    rest_s: float,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    edited = 0
    pause = threading.Event()
    for point in range(1, points + 1):
        until = outlets.total * point // points
        while outlets.count < until:
            if _pending(folder) < MOST_PENDING:
                outlets.due = min(until, outlets.due + A_SECOND * 0.25)
            pause.wait(0.25)
            assert running.poll() is None, (folder / "log").read_text()[-3000:]
            if edited < reloads * outlets.count // outlets.total:
                edited += 1
                _edit(folder, edited, words)
            outlets.site.requests[:-1000] = []
        is_compared = point in {points // 4 + 1, points}
        found.append(_measure(running, rest_s if is_compared else 0.0, outlets))
    deadline = time.monotonic() + 300
    while _pending(folder) and time.monotonic() < deadline:
        pause.wait(2.0)
    found[-1] = _measure(running, rest_s, outlets)
    return found


def _pending(folder: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{folder}/watcher.db?mode=ro", uri=True)) as db:
            (count,) = db.execute(
                "SELECT count(*) FROM entries WHERE status = 'pending'"
            ).fetchone()
    except sqlite3.OperationalError:
        return 0  # it is being made
    return int(count)


def _measure(running: subprocess.Popen[str], rest_s: float, outlets: Outlets) -> dict[str, Any]:
    assert running.stdin
    assert running.stdout
    print(rest_s, file=running.stdin, flush=True)
    line = running.stdout.readline()
    assert line, "it ended"
    measured: dict[str, Any] = json.loads(line)
    measured["articles"] = outlets.count
    print({key: round(value, 1) for key, value in measured.items()}, flush=True)
    return measured


def _open_targets(site: Site) -> None:
    began = time.monotonic()

    def flaky(_request: Request) -> Reply:
        phase = int(time.monotonic() - began) // 7 % 4
        return [Reply(200), Reply(503), answers.too_many("30"), Reply(200)][phase]

    for name in ("desk", "office"):
        site.on(f"/{name}", Reply(200))
    site.on("/flaky", flaky)
    site.on("/dead", Reply(404))


def _edit(folder: Path, n: int, words: list[str]) -> None:
    draft = folder / "draft"
    draft.write_text(RULES.format(n=n, word=words[n % len(words)]))
    draft.replace(folder / "rules" / "one.yaml")


def _words() -> list[str]:
    """Give the words of the sample articles, with their forms as they are printed."""
    texts = (sample.file.read_text() for sample in samples(shipped("seeds") / "articles"))
    found = {word for text in texts for word in re.findall(r"[\u0621-\u064a]{4,}", text)}
    return sorted(found - {"قطار", "سفينة"})


def check(done: Soak, articles: int) -> None:
    """Hold that all is accounted for, and that nothing but memory, which is for the long run, grew."""
    accounts = done.accounts()
    print(dict(accounts), dict(done.outlets.asked))
    assert sum(accounts.values()) == articles
    assert set(accounts) <= {"done", "failed", "skipped"}
    assert accounts["done"] > articles * 0.8
    # Pages that are gone, and pages that are none, of which no feed says more.
    assert accounts["failed"] > articles * 0.005
    assert accounts["skipped"] > articles * 0.02
    first, last = done.points[len(done.points) // 4], done.points[-1]
    assert last["tasks"] <= first["tasks"] + 2  # ticks that are under way
    # Connections to the database and threads of pools come when they are first needed.
    assert last["fds"] <= first["fds"] + MOST_CONNECTIONS
    assert last["threads"] <= first["threads"] + MOST_THREADS


def test_a_short_while(tmp_path: Path) -> None:
    done = soak(tmp_path, 300, 10, 4, 0.0)
    check(done, 300)


@pytest.mark.soak
@pytest.mark.timeout(6 * 3600)
def test_a_day(tmp_path: Path) -> None:
    done = soak(tmp_path, ARTICLES, RELOADS, POINTS, CLOSED_S)
    assert done.points[-1]["reloads"] >= RELOADS * 0.99  # two edits in one second are one
    for what in ("rss_mb", "workers_mb"):
        print(f"{what}: {done.growth(what):+.1%} after the warm-up")
    check(done, ARTICLES)
    first, last = done.points[len(done.points) // 4], done.points[-1]
    assert last["sockets"] <= first["sockets"]
    assert done.growth("rss_mb") <= 0.05
    assert done.growth("workers_mb") <= 0.05
