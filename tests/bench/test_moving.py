"""How long it takes to move a record of years, and in how much memory.

The commands run as people run them, in processes of their own; what is there afterwards has been
compared by them row by row. The PostgreSQL of the measurement does not wait for its disk.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, insert, select

from tests.bench.measure import Figure, Goal, keep, show
from tests.bench.processes import peak_mb
from tests.bench.test_stories import stream
from tests.fakes.schemas import ALERT
from watcher.arabic import printed_words
from watcher.record import tables as t
from watcher.record.engine import parse_url
from watcher.record.migrate import engine_for, upgrade
from watcher.record.search import enter
from watcher.record.values import packed, signed, traces_of
from watcher.story import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.postgres import Postgres

ARTICLES = 100_000
_BATCH = 1000
_DISTINCT = 500
_NOW = datetime.now(UTC)
"""By the real clock, as what is old is told by it."""
_MOST_MB = 250
"""What copying may take, whatever the size of the record."""


def fill(file: Path, count: int) -> None:
    """Make a record of two years, the pages of the last fortnight kept as received."""
    upgrade(parse_url(f"sqlite:///{file}"))
    some = list(islice(stream(1), min(_DISTINCT, count)))
    known = [(one, fingerprint(one), sorted(printed_words(one.text))) for one in some]
    chance = random.Random(4)
    with engine_for(parse_url(f"sqlite:///{file}")).begin() as connection:
        source = {"id": "s", "is_active": True, "due": _NOW, "seen_before": True}
        connection.execute(insert(t.sources), source)
        for first in range(1, count + 1, _BATCH):
            numbers = range(first, min(first + _BATCH, count + 1))
            rows: dict[str, list[dict[str, Any]]] = {}
            for number in numbers:
                article, traces, _ = known[number % len(known)]
                # None near the age at which half of them is pruned, however long all this takes.
                since_old = 60 if number <= count / 2 else 0
                seen = _NOW - timedelta(days=700 * (1 - number / count) + since_old)
                for name, row in _rows(number, count, article, traces, seen, chance):
                    rows.setdefault(name, []).append(row)
            for table in t.metadata.sorted_tables:
                if table.name in rows:
                    connection.execute(insert(table), rows[table.name])
            for number in numbers:
                enter(connection, number, known[number % len(known)][2])


def _rows(
    number: int, count: int, article: Any, traces: Any, seen: datetime, chance: random.Random
) -> Iterator[tuple[str, dict[str, Any]]]:
    own = {"id": number, "source": "s"}
    waiting = {"status": "done", "first_contact": False, "seen": seen, "retry_at": seen}
    url = f"https://nahr.example/{number}"
    digest = hashlib.sha256(url.encode()).hexdigest()
    yield "entries", own | waiting | {"url": url, "url_hash": digest[:32], "finished": seen}
    yield "stories", {"id": number, "origin": digest[:32], "first_seen": seen, "last_seen": seen}
    text = {"title": article.title, "text": article.text, "url": url, "tags": ["سياسة"]}
    found = {"text_hash": digest[:32], "traces": traces_of(traces), "size": traces.size}
    keys = {"sketch": packed(traces.sketch), "keys": packed(traces.keys)}
    of = {"entry_id": number, "story_id": number, "seen": seen, "published": seen}
    yield "articles", own | text | found | keys | of
    if seen > _NOW - timedelta(days=15):
        for key in {*traces.keys}:
            yield (
                "fingerprint_keys",
                {"key": signed(key), "day": seen.toordinal(), "article_id": number},
            )
        yield "raw", {"hash": digest, "size": 12_000, "packed": chance.randbytes(12_000)}
        kept = {"entry_id": number, "hash": digest, "size": 300, "received": seen}
        yield "evidence", kept | {"listed": chance.randbytes(300)}
    if number % 5 == 0:
        told = {"article_id": number, "rule": "bridges", "severity": 2, "seen": seen}
        yield "matches", told | {"spans": [{"field": "text", "start": 1, "end": 4, "term": "جسر"}]}
    if number % 10 == 0:
        told = {"identity": str(number), "rule": "bridges", "story_id": number, "target": "desk"}
        sent = {
            "status": "sent",
            "created": seen,
            "retry_at": seen,
            "finished": seen,
            "alert": ALERT,
        }
        yield "notices", told | sent | {"id": number, "severity": 2, "occasion": "first-report"}
        yield "deliveries", {"notice_id": number, "at": seen, "outcome": "sent"}


def run(
    folder: Path, database: str, *words: object, keep: str = "forever"
) -> tuple[float, float, float]:
    """Run a command on a database; give its seconds, those of CPU, and its peak memory in MB."""
    config = folder / "watcher.yaml"
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "sources.yaml").write_text("sources: []\n")
    config.write_text(
        f"database: {database}\ntargets: [{{name: desk, url: 'console://'}}]\n"
        f"keep: {{texts: {keep}}}\n"
    )
    command = [sys.executable, "-m", "watcher", "db", *map(str, words), "-c", str(config)]
    begun = time.monotonic()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        peak, ended = 0.0, 0
        while not ended:
            peak = max(peak, peak_mb(process.pid))
            time.sleep(0.02)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (folder / "log").read_text()
    cpu = usage.ru_utime + usage.ru_stime
    return time.monotonic() - begun, cpu, peak


def of_moving(
    folder: Path, postgres: Postgres, count: int, *, most: int | None = None
) -> list[Figure]:
    """Copy there and back, back up, restore and prune; or only the first `most` of that."""
    origin = f"sqlite:///{folder}/origin.db"
    fill(folder / "origin.db", count)
    size = (folder / "origin.db").stat().st_size / 1e6
    name = postgres.make()
    figures, what = list[Figure](), f"{count:,} articles ({size:,.0f} MB)"
    limit = Goal("value", "≤", _MOST_MB)

    def measured(doing: str, database: str, *words: object, keep: str = "forever") -> None:
        if most is not None and len(figures) >= 3 * most:
            return
        took, cpu, peak = run(folder, database, *words, keep=keep)
        figures.append(Figure(f"db {doing}, {what}", took, "s"))
        figures.append(Figure(f"db {doing}, CPU of the command", cpu, "s"))
        figures.append(Figure(f"db {doing}, peak memory", peak, "MB", goal=limit))

    there, back = postgres.url(name), f"sqlite:///{folder}/back.db"
    measured("copy SQLite to PostgreSQL, checked", origin, "copy", "--to", there)
    measured("copy PostgreSQL to SQLite, checked", there, "copy", "--to", back)
    measured("check, SQLite", back, "check")
    measured("check, PostgreSQL", there, "check")
    measured("backup, SQLite", origin, "backup", folder / "one.db")
    measured("backup, PostgreSQL", there, "backup", folder / "two.db")
    measured("restore, SQLite", f"sqlite:///{folder}/new.db", "restore", folder / "two.db")
    measured("restore over PostgreSQL", there, "restore", folder / "one.db", "--replace")
    measured("prune, nothing old, SQLite", origin, "prune")
    measured("prune, half of it old, SQLite", origin, "prune", keep="365d")
    measured("prune, half of it old, PostgreSQL", there, "prune", keep="365d")
    left = [articles_of(database) for database in (origin, there)]
    assert most is not None or left == [count // 2] * 2, left
    postgres.drop(name)
    return figures


def articles_of(database: str) -> int:
    """Count the articles whose text is on record."""
    url = parse_url(database)
    with engine_for(url).connect() as connection:
        return connection.scalar(select(func.count()).select_from(t.articles)) or 0


@pytest.mark.postgres
def test_the_measurement_of_moving_runs(tmp_path: Path, postgres: Postgres) -> None:
    """A smoke run, so that it cannot rot; asserts nothing about time."""
    figures = of_moving(tmp_path, postgres, 60, most=1)
    assert all(figure.value > 0 for figure in figures)


@pytest.mark.bench
@pytest.mark.timeout(7_200)
def test_moving_a_record_of_years(tmp_path: Path, postgres: Postgres) -> None:
    """Measure everything; print the table and append it to the results."""
    figures = of_moving(tmp_path, postgres, ARTICLES)
    show("moving a record", figures)
    keep(figures)
