"""What others see of the real daemon: metrics over HTTP and as a file, health, a heartbeat."""

from __future__ import annotations

import json
import socket
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.daemon import Daemon, until
from tests.fakes.site import Reply, Site
from watcher.demo.newsroom import Newsroom, samples
from watcher.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(samples(shipped("seeds") / "articles")) as room:
        while room.publish_next():
            pass
        yield room


@pytest.fixture
def seen(tmp_path: Path, site: Site, newsroom: Newsroom, port: int) -> Iterator[Daemon]:
    """A daemon with a target that takes messages and one that refuses them, not yet started."""
    site.on("/hook", Reply(200, b"ok"))
    site.on("/never", Reply(404, b"no"))
    targets = {
        "desk": f"json://127.0.0.1:{site.port}/hook",
        "gone": f"json://127.0.0.1:{site.port}/never",
    }
    feeds = {outlet: f"{newsroom.url}/{outlet}/rss.xml" for outlet in newsroom.outlets}
    feeds["silent"] = site.url("/nothing-here")
    with Daemon(tmp_path, targets=targets, sources=feeds) as daemon:
        for path in shipped("rules").iterdir():
            (daemon.rules / path.name).write_text(path.read_text())
        daemon.add(f"metrics: {{listen: 127.0.0.1:{port}, file: watcher.prom, sources: 2}}")
        yield daemon


def get(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def state(port: int, path: str) -> tuple[int, dict[str, Any]]:
    status, body = get(port, path)
    return status, json.loads(body)


def parsed(text: str) -> Series:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(port: int) -> Series:
    status, body = get(port, "/metrics")
    assert status == 200
    return parsed(body.decode())


def total(series: Series, name: str, **labels: str) -> float:
    wanted = labels.items()
    return sum(v for (n, have), v in series.items() if n == name and wanted <= have)


def record(folder: Path, query: str) -> int:
    with closing(sqlite3.connect(folder / "watcher.db")) as database:
        count: int = database.execute(query).fetchone()[0]
        return count


COUNTS = {
    ("watcher_entries_new_total", ""): "SELECT count(*) FROM entries",
    ("watcher_entries_total", "outcome=read"): "SELECT count(*) FROM entries WHERE status = 'done'",
    (
        "watcher_entries_total",
        "outcome=refused",
    ): "SELECT count(*) FROM entries WHERE status = 'skipped'",
    (
        "watcher_entries_total",
        "outcome=failed",
    ): "SELECT count(*) FROM entries WHERE status = 'failed'",
    ("watcher_articles_total", "relation=new"): "SELECT count(*) FROM stories",
    (
        "watcher_articles_total",
        "relation=copy",
    ): "SELECT count(*) FROM articles WHERE relation = 'copy'",
    ("watcher_matches_total", ""): "SELECT count(*) FROM matches",
    (
        "watcher_notices_queued_total",
        "",
    ): "SELECT count(*) FROM notices WHERE story_id IS NOT NULL",
    (
        "watcher_deliveries_total",
        "target=desk,outcome=sent",
    ): "SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id"
    " WHERE n.target = 'desk' AND outcome = 'sent'",
    ("watcher_dead_letters_total", "target=gone"): (
        "SELECT count(*) FROM notices WHERE target = 'gone' AND status = 'dead'"
    ),
    ("watcher_deliveries_total", ""): "SELECT count(*) FROM deliveries",
    (
        "watcher_delivery_latency_seconds_count",
        "since=seen",
    ): "SELECT count(*) FROM deliveries WHERE after_seen_s IS NOT NULL",
    (
        "watcher_delivery_latency_seconds_count",
        "since=published",
    ): "SELECT count(*) FROM deliveries WHERE after_published_s IS NOT NULL",
    (
        "watcher_source_delivery_latency_seconds_count",
        "since=seen",
    ): "SELECT count(*) FROM deliveries WHERE after_seen_s IS NOT NULL",
}
"""What is counted -> where the record has the same."""


def is_quiet(folder: Path, series: Series) -> bool:
    """All that was published is read, and all notices are closed."""
    return (
        record(folder, "SELECT count(*) FROM entries") > 0
        and total(series, "watcher_entries_pending") == 0
        and total(series, "watcher_outbox_waiting") == 0
        and not record(folder, "SELECT count(*) FROM notices WHERE status = 'waiting'")
        and record(folder, "SELECT count(*) FROM deliveries WHERE outcome = 'refused'") > 0
    )


def test_what_is_counted_is_what_is_on_record(seen: Daemon, tmp_path: Path, port: int) -> None:
    seen.start()
    until(lambda: is_quiet(tmp_path, scrape(port)), 60, of=seen)
    series = scrape(port)

    told = {
        (name, labels): total(
            series, name, **dict(one.split("=") for one in labels.split(",") if one)
        )
        for name, labels in COUNTS
    }
    assert told == {key: record(tmp_path, query) for key, query in COUNTS.items()}
    assert told["watcher_matches_total", ""] > 5
    assert told["watcher_dead_letters_total", "target=gone"] > 0
    # Of sources only so many have series of their own.
    shown = {dict(have).get("source") for name, have in series if "source_delivery" in name}
    assert len(shown) == 3
    assert "(others)" in shown
    assert total(series, "watcher_polls_total", outcome="failed") > 0
    assert total(series, "watcher_sources_failing") == 1
    rules = sum(path.read_text().count("\n  - id: ") for path in seen.rules.iterdir())
    assert total(series, "watcher_rules") == rules
    assert total(series, "watcher_memory_bytes", process="daemon") > 10_000_000
    assert total(series, "watcher_memory_bytes", process="workers") > 10_000_000
    assert total(series, "watcher_database_bytes") > 100_000
    assert total(series, "watcher_disk_free_bytes") > 0
    assert total(series, "watcher_last_success_timestamp_seconds", stage="notify") > 1.7e9
    assert state(port, "/healthz") == (200, {"status": "ok", "reasons": []})
    assert state(port, "/readyz") == (200, {"status": "ok", "reasons": []})
