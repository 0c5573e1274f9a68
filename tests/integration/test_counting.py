"""Whatever happens in whatever order: what is counted is what is on record."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.readings import NEW_STORY, NOW, alert, entry, reading, source
from watcher.app.counting import CountedRecord
from watcher.metrics import Metrics
from watcher.model import Sent
from watcher.record.holding import at_once

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = (
    "list", "list", "nothing new", "poll fails", "read", "read", "refuse", "fail", "put off",
    "send", "send", "postpone", "dead letter", "again",
)  # fmt: skip
SAME = {
    ("watcher_entries_new_total", ""): "SELECT count(*) FROM entries",
    ("watcher_entries_total", "read"): "SELECT count(*) FROM entries WHERE status = 'done'",
    ("watcher_entries_total", "refused"): "SELECT count(*) FROM entries WHERE status = 'skipped'",
    ("watcher_entries_total", "failed"): "SELECT count(*) FROM entries WHERE status = 'failed'",
    ("watcher_articles_total", ""): "SELECT count(*) FROM articles",
    ("watcher_matches_total", ""): "SELECT count(*) FROM matches",
    ("watcher_notices_queued_total", ""): "SELECT count(*) FROM notices",
    ("watcher_deliveries_total", ""): "SELECT count(*) FROM deliveries",
    ("watcher_deliveries_total", "sent"): "SELECT count(*) FROM deliveries WHERE outcome = 'sent'",
    (
        "watcher_deliveries_total",
        "postponed",
    ): "SELECT count(*) FROM deliveries WHERE outcome = 'postponed'",
    ("watcher_dead_letters_total", ""): "SELECT count(*) FROM notices WHERE status = 'dead'",
    ("watcher_delivery_retries_total", ""): (
        "SELECT count(*) FROM deliveries d"
        " WHERE EXISTS (SELECT 1 FROM deliveries e WHERE e.notice_id = d.notice_id AND e.id < d.id)"
    ),
    ("watcher_delivery_latency_seconds_count", "seen"): (
        "SELECT count(*) FROM deliveries WHERE after_seen_s IS NOT NULL"
    ),
    ("watcher_delivery_latency_seconds_sum", "seen"): (
        "SELECT coalesce(sum(after_seen_s), 0) FROM deliveries"
    ),
    ("watcher_delivery_latency_seconds_sum", "published"): (
        "SELECT coalesce(sum(after_published_s), 0) FROM deliveries"
    ),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=10, max_size=40))
@example(steps=["list"] * 4 + [step for step in STEPS for _ in range(2)] * 2)
def test_what_is_counted_is_what_is_on_record(sqlite_template: Path, steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "watcher.db")
        shutil.copy(sqlite_template, file)
        metrics = Metrics(["desk"], 5)
        asyncio.run(play(file, metrics, steps))
        told = metrics.written().decode()
        with closing(sqlite3.connect(file)) as database:
            kept = {key: database.execute(query).fetchone()[0] for key, query in SAME.items()}

    assert {key: total(told, *key) for key in SAME} == kept


def total(told: str, name: str, label: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
        if sample.name == name and (not label or label in sample.labels.values())
    )


async def play(file: Path, metrics: Metrics, steps: Sequence[str]) -> None:
    """Do one thing after another to a record; what there is nothing for is passed over."""
    record = CountedRecord(f"sqlite:///{file}", judge=at_once, metrics=metrics, migrate=False)
    async with record:
        await record.sync_sources([source()], NOW)
        now = NOW
        for number, step in enumerate(steps):
            now += timedelta(hours=1)
            state = replace(await record.state("nahr"), seen_before=True, polled=now)
            if step == "list":
                await record.polled(state, [entry(number), entry(f"{number}b")], now)
            elif step == "again":
                await record.polled(state, [entry(0)], now)
            elif step == "nothing new":
                record.polled_unchanged(state)
            elif step == "poll fails":
                await record.polled(replace(state, failures=1), [], now)
            elif step in {"read", "refuse", "fail", "put off"}:
                for pending in await record.pending(now, 1):
                    await answer(record, step, pending, now)
            else:
                for notice in await record.due_notices(now, 1):
                    await deliver(record, step, notice, now)


async def answer(record, step, pending, now):
    if step == "read":
        told = alert(source_id="nahr", url=pending.entry.url, seen=now)
        more = {"alerts": (("desk", told),)}
        read = reading(pending, "desk", **more)
        await record.related(read, lambda _near, counts: NEW_STORY, NOW, now)
    elif step == "refuse":
        await record.entry_skipped(pending, "no article", now)
    else:
        again = now + timedelta(hours=1) if step == "put off" else None
        await record.entry_failed(pending, "busy", now, again)


async def deliver(record, step, notice, now):
    if step == "send":
        await record.sent(notice, Sent("ok"), now, 0.1)
    elif step == "postpone":
        await record.postponed(notice, "busy", now + timedelta(hours=1), now)
    else:
        await record.refused(notice, "never", now)
