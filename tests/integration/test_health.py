"""Troubles of sources, from real polls and readings to the operator's notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon
from tests.fakes.readings import NOW, entry, listed, reading, source
from tests.fakes.site import Answer, Reply, Site
from watcher.app.build import open_watcher
from watcher.config import load_config
from watcher.health import sample_of_none
from watcher.model import Sample
from watcher.selfreport import SelfReport

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.app.watching import Watcher
    from watcher.record import Record

HOUR = timedelta(hours=1)
RULE = "rules:\n  - {id: trains, title: القطارات, match: قطار}\n"


async def told(watcher: Watcher) -> list[str]:
    """Say what the operator hears now."""
    await watcher.pipeline.report.tell_of_sources()
    now = watcher.pipeline.now()
    notices = await watcher.record.due_notices(now, 10)
    for notice in notices:
        await watcher.pipeline.deliver(notice)
    return [notice.alert.title for notice in notices]


async def test_a_dead_source_is_told_once_and_once_when_it_is_back(
    tmp_path: Path, site: Site, database_url: str
) -> None:
    """Through the pipeline on both databases: fails for hours, answers 304, is well again."""
    feed = answers.page(answers.rss(("خبر", site.url("/1"))), etag='"1"')
    site.on("/desk", Reply(200))
    site.on("/rss", feed)
    daemon = Daemon(
        tmp_path,
        targets={"desk": f"json://127.0.0.1:{site.port}/desk"},
        sources={"nahr": site.url("/rss")},
    )
    (daemon.rules / "one.yaml").write_text(RULE)
    config = daemon.config.read_text().replace("sqlite:///watcher.db", database_url)
    daemon.config.write_text(f"{config}operator: desk\n")
    clock = NOW
    heard: list[tuple[str, list[str]]] = []
    async with open_watcher(load_config(daemon.config)) as watcher:
        watcher.pipeline.now = lambda: clock

        async def poll(when: str, hours: float, *replies: Answer) -> None:
            nonlocal clock
            clock += hours * HOUR
            if replies:
                site.on("/rss", *replies)
            await watcher.pipeline.poll(await watcher.record.state("nahr"))
            heard.append((when, await told(watcher)))

        await poll("first", 0)
        for hours in (1, 1, 1, 1.5):
            await poll("down", hours, Reply(503))
        await poll("still down", 1)
        await poll("nothing new", 1, Reply(304))
        await poll("nothing new", 1)
        await poll("back", 0.1, feed)
        await poll("well", 1)
        status = await watcher.record.status(clock)

    assert [titles for when, titles in heard if when == "first"] == [[]]
    begun = [titles for when, titles in heard if when == "down"]
    assert begun == [[], [], [], ["nahr: it cannot be polled"]]
    after = [titles for when, titles in heard if when not in {"first", "down"}]
    over = ["nahr: all is well again. It was: it cannot be polled"]
    assert after == [[], [], [], over, []]
    assert status.sources[0].troubles == ()
    assert site.asked("/rss")[-2].headers.get("if-none-match") is None


async def test_most_sources_at_once_are_told_as_one(tmp_path: Path, site: Site) -> None:
    """The network of this machine is gone: one word, not one for each source."""
    names = [f"s{n}" for n in range(6)]
    daemon = Daemon(
        tmp_path,
        targets={"desk": f"json://127.0.0.1:{site.port}/desk"},
        sources={name: site.url(f"/{name}") for name in names},
    )
    (daemon.rules / "one.yaml").write_text(RULE)
    daemon.config.write_text(f"{daemon.config.read_text()}operator: desk\n")
    site.on("/desk", Reply(200))
    clock, titles = NOW, []
    async with open_watcher(load_config(daemon.config)) as watcher:
        watcher.pipeline.now = lambda: clock
        for hours in (0, 1, 1, 1.5, 1):
            clock += hours * HOUR
            for name in names:
                await watcher.pipeline.poll(await watcher.record.state(name))
            titles += await told(watcher)

    assert titles == ["6 of 6 sources cannot be polled"]


async def test_wrong_times_of_most_sources_are_this_machines(record: Record) -> None:
    """Its clock was put back by five hours: one word, and none about each source."""
    names = [f"s{n}" for n in range(6)]
    await record.sync_sources([source(name) for name in names], NOW)
    for name in names:
        state = replace(await record.state(name), seen_before=True)
        await record.polled(state, [entry(f"{name}-{n}") for n in range(20)], NOW)
    for n, pending in enumerate(await record.pending(NOW, 200)):
        ahead = Sample(0.9, 1500, 0.98, age_s=-5 * 3600.0)
        await record.reading(reading(pending, sample=ahead), NOW + (n % 20) * HOUR / 10)
    now = NOW + 3 * HOUR
    await SelfReport(record, "desk", {}, lambda: now).tell_of_sources()
    notices = await record.due_notices(now, 10)
    assert [notice.alert.title for notice in notices] == ["6 of 6 sources seem to give wrong times"]
    assert await record.selfreport.untold_troubles() == []


async def test_days_and_troubles_are_kept_with_the_readings(record: Record) -> None:
    """Articles and refusals of a day are counted; a block page begins a trouble and ends it."""
    withheld = Sample(0.0, withheld="the server asks for a captcha")
    pending = await listed(record, *(entry(n) for n in range(40)))
    for n, one in enumerate(pending[:20]):
        await record.entry_skipped(one, "a captcha", NOW + n * HOUR / 10, withheld)
    blocked = (await record.status(NOW + 2 * HOUR)).sources[0]
    for n, one in enumerate(pending[20:]):
        good = reading(one, sample=Sample(0.9, 1500, 0.98))
        await record.reading(good, NOW + (3 + n / 10) * HOUR)
    [(began, _)] = [
        one for one in await record.selfreport.untold_troubles() if one[0].kind == "blocked"
    ]
    await record.selfreport.troubles_told([began.id], None, NOW)
    [(ended, is_over)] = await record.selfreport.untold_troubles()
    await record.selfreport.troubles_told([ended.id], None, NOW)
    status = (await record.status(NOW + 6 * HOUR)).sources[0]

    assert [trouble.kind for trouble in blocked.troubles] == ["blocked"]
    assert "captcha" in began.what
    assert (ended.id, is_over) == (began.id, True)
    assert await record.selfreport.untold_troubles() == []
    assert status.troubles == ()
    assert status.days[-1] == 20
    assert status.article_at == NOW + 4.9 * HOUR


async def test_a_closed_entry_says_nothing_twice(record: Record) -> None:
    """Skipping what was closed before changes nothing."""
    [one] = await listed(record, entry())
    for _ in range(2):
        await record.entry_skipped(one, "no text", NOW, sample_of_none(one))
    state = await record.state("nahr")

    assert state.condition.troubles == ""


async def test_old_days_are_forgotten(record: Record) -> None:
    """The record of health is bounded."""
    [one] = await listed(record, entry())
    await record.reading(reading(one), NOW)
    assert (await record.status(NOW)).sources[0].days[-1] == 1
    await record.upkeep.tidy(NOW + timedelta(days=91))

    assert (await record.status(NOW)).sources[0].days == ()


async def test_a_source_that_rests_has_no_troubles(record: Record) -> None:
    """What the operator took off the list is not told of any more."""
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    dead = replace(state, condition=replace(state.condition, troubles="dead", failing_since=NOW))
    await record.polled(dead, [], NOW)
    assert len(await record.selfreport.untold_troubles()) == 1
    await record.sync_sources([], NOW)

    assert await record.selfreport.untold_troubles() == []


@pytest.mark.parametrize("kept", [b"", b"from another version"])
async def test_a_rhythm_survives_as_bytes(record: Record, kept: bytes) -> None:
    """Whatever the bytes are, the state comes back as it was."""
    await record.sync_sources([source()], NOW)
    state = await record.state("nahr")
    after = replace(state, condition=replace(state.condition, rhythm=kept, quiet_until=NOW))
    await record.polled(after, [], NOW)

    assert await record.state("nahr") == after
