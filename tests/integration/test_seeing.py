"""What others see of the real daemon: metrics over HTTP and as a file, health, a heartbeat."""

from __future__ import annotations

import json
import os
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

RULE = """\
rules:
  - id: train
    title: قطار
    match: قطار
    tests:
      - {name: hit, text: قطار, expect: match}
      - {name: miss, text: كتاب, expect: silent}
"""
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


@pytest.fixture
def plain(tmp_path: Path, site: Site, port: int) -> Iterator[Daemon]:
    """A daemon with nothing to watch, not yet started."""
    site.on("/hook", Reply(200, b"ok"))
    targets = {"desk": f"json://127.0.0.1:{site.port}/hook"}
    with Daemon(tmp_path, targets=targets, sources={"a": site.url("/nothing-here")}) as daemon:
        (daemon.rules / "one.yaml").write_text(RULE)
        daemon.add(f"metrics: {{listen: 127.0.0.1:{port}, file: watcher.prom}}")
        yield daemon


def names(series: Series) -> set[str]:
    return {name for name, _ in series}


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
    until(lambda: is_quiet(tmp_path, scrape(port)), 120, of=seen)
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


def test_the_file_has_what_the_port_has_and_is_readable_for_the_collector(
    plain: Daemon, tmp_path: Path, port: int
) -> None:
    file = tmp_path / "watcher.prom"
    before = os.umask(0o077)  # as the unit has it
    try:
        plain.start(planted="nothing")
    finally:
        os.umask(before)
    until(file.exists, of=plain)

    until(lambda: names(parsed(file.read_text())) == names(scrape(port)), of=plain)

    assert file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.glob(".watcher.prom*")] == []


def test_a_port_that_is_taken_is_told_and_tried_again(plain: Daemon, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        plain.start(planted="nothing")
        until(lambda: f"stage=metrics listen=127.0.0.1:{port} why=" in plain.log, of=plain)

    until(lambda: "stage=metrics status=listening" in plain.log, of=plain)
    assert state(port, "/readyz")[0] == 200


def test_it_is_not_ready_without_its_rules_or_its_database_and_healthy_all_the_same(
    plain: Daemon, tmp_path: Path, port: int
) -> None:
    plain.start()
    until(lambda: state(port, "/readyz")[0] == 200, of=plain)
    (plain.rules / "bad.yaml").write_text("rules: [{id: Bad}]\n")
    until(lambda: state(port, "/readyz")[0] == 503, of=plain)

    assert "bad.yaml" in state(port, "/readyz")[1]["reasons"][0]

    (plain.rules / "bad.yaml").unlink()
    until(lambda: state(port, "/readyz")[0] == 200, of=plain)
    (tmp_path / "watcher.db").rename(tmp_path / "away.db")

    told = {"status": "failing", "reasons": ["the database cannot be used"]}
    assert state(port, "/readyz") == (503, told)
    assert state(port, "/healthz")[0] == 200
    assert total(scrape(port), "watcher_database_usable") == 0
    (tmp_path / "away.db").rename(tmp_path / "watcher.db")
    until(lambda: state(port, "/readyz")[0] == 200, of=plain)


def test_a_heartbeat_goes_out_while_all_is_well_and_says_what_is_not(
    plain: Daemon, site: Site, tmp_path: Path
) -> None:
    site.on("/beat-0123456789", Reply(500, b""), Reply(200, b"OK"))
    site.on("/beat-0123456789/fail", Reply(200, b"OK"))
    plain.add(f"heartbeat: {{url: '{site.url('/beat-0123456789')}', every: 1s}}")
    plain.start(planted="nothing")
    until(lambda: len(site.asked("/beat-0123456789")) > 2, of=plain)
    assert not site.asked("/beat-0123456789/fail")

    (tmp_path / "watcher.db").rename(tmp_path / "away.db")
    until(lambda: site.asked("/beat-0123456789/fail"), of=plain)
    (tmp_path / "away.db").rename(tmp_path / "watcher.db")

    failed = site.asked("/beat-0123456789/fail")[0]
    assert (failed.method, failed.body) == ("POST", b"the database cannot be used")
    assert "beat-0123456789" not in plain.log


def test_a_heartbeat_goes_only_where_it_may(plain: Daemon, site: Site) -> None:
    text = plain.config.read_text().replace("127.0.0.0/8", "127.0.0.1/32")
    plain.config.write_text(text)
    plain.add(f"heartbeat: {{url: 'http://127.0.0.2:{site.port}/beat', every: 1s}}")
    plain.start(planted="nothing")

    until(lambda: 'stage=heartbeat status="not taken"' in plain.log, of=plain)
    assert "127.0.0.2 is a loopback address" in plain.log
    assert site.asked("/beat") == []


def test_the_operator_is_told_once_that_it_is_behind_and_once_that_this_is_over(
    plain: Daemon, site: Site, tmp_path: Path, port: int
) -> None:
    plain.add("operator: desk", "behind: {free_disk: 900000GB}")

    def told(part: str) -> int:
        return sum(part in request.body.decode() for request in site.asked("/hook"))

    plain.start(planted="nothing")
    assert plain.run("db", "backup", str(tmp_path / "no folder" / "one.db")).returncode == 1
    until(lambda: told("has hardly any disk left"), 120, of=plain)
    until(lambda: told("failed: there is no folder"), of=plain)
    assert total(scrape(port), "watcher_behind", what="disk") == 1
    plain.terminate()
    assert plain.run("db", "backup").returncode == 0
    plain.start(planted="nothing")
    until(lambda: total(scrape(port), "watcher_behind", what="disk") == 1, of=plain)
    plain.terminate()
    text = plain.config.read_text()
    plain.config.write_text(text.replace("900000GB", "1MB"))
    plain.start(planted="nothing")

    until(lambda: told("over again: the watcher has hardly any disk left"), 120, of=plain)
    until(lambda: told("over again: the watcher has no fresh backup"), of=plain)
    assert told("has hardly any disk left") == 2  # that it began, and that it is over
    assert told("has no fresh backup") == 2
    assert total(scrape(port), "watcher_last_success_timestamp_seconds", stage="backup") > 1.7e9
    assert total(scrape(port), "watcher_behind", what="disk") == 0


def test_every_line_of_the_log_is_json_where_that_is_wanted(plain: Daemon, site: Site) -> None:
    plain.add("log: {form: json, level: debug}")
    plain.start(ready=False)
    until(lambda: '"stage": "poll"' in plain.log, of=plain)
    plain.terminate()

    lines = [json.loads(line) for line in plain.log.splitlines()]
    assert {"time", "level"} <= set.intersection(*map(set, lines))
    assert {"run", "rules", "poll", "metrics"} <= {line.get("stage") for line in lines}
