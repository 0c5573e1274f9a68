"""What happens between the stages, with everything real but the outside."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon
from tests.fakes.site import Reply, Site
from tests.pages.source import PROMO, pieces
from watcher.app.build import open_watcher
from watcher.clock import utc_now
from watcher.config import load_config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from watcher.app.watching import Watcher

RULE = "rules:\n  - {id: trains, title: القطارات, match: قطار}\n"
CLOSED = "http://127.0.0.1:9"
"""Nobody listens there: an outage."""


@asynccontextmanager
async def watching(folder: Path, site: Site, **feeds: str) -> AsyncIterator[Watcher]:
    """Open a daemon on a folder without letting it run: the tests move the work."""
    targets = {name: f"json://127.0.0.1:{site.port}/{name}" for name in ("desk", "office")}
    daemon = Daemon(folder, targets=targets, sources=feeds)
    (daemon.rules / "one.yaml").write_text(RULE)
    daemon.config.write_text(f"{daemon.config.read_text()}operator: office\n")
    async with open_watcher(load_config(daemon.config)) as watcher:
        yield watcher


async def poll_all(watcher: Watcher) -> None:
    for state in await watcher.record.due(utc_now(), 100):
        await watcher.pipeline.poll(state)


async def test_a_dead_letter_is_told_to_the_operator_once(tmp_path: Path, site: Site) -> None:
    """What a target refuses for good becomes a notice to another target, one an hour."""
    items = [(f"القطار رقم {n} يصل", site.url(f"/{n}")) for n in range(3)]
    dated = f"<pubDate>{utc_now():%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
    site.on("/rss", answers.page(answers.rss(*items, head=dated)))
    site.on("/desk", Reply(404, b"no such hook"))
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        await poll_all(watcher)
        for pending in await watcher.record.pending(utc_now(), 10):
            await watcher.pipeline.read(pending)
        for notice in await watcher.record.due_notices(utc_now(), 10, ["office"]):
            await watcher.pipeline.deliver(notice)
        told = await watcher.record.due_notices(utc_now(), 10)
        status = await watcher.record.status(utc_now())

    assert [notice.rule for notice in told if notice.rule == "watcher"] == ["watcher"]
    assert status.outbox.dead == 3


@pytest.mark.parametrize(
    ("headline", "pending", "articles"),
    [
        pytest.param("القطار الأخير يصل", 0, 1, id="a headline that matches is told"),
        pytest.param("حادث على الطريق", 1, 0, id="one that does not waits for its page"),
    ],
)
async def test_an_outage_is_waited_out(
    tmp_path: Path, site: Site, headline: str, pending: int, articles: int
) -> None:
    """After the quick attempts the feed's own words are matched; the rest waits for the page."""
    site.on("/rss", answers.page(answers.rss((headline, f"{CLOSED}/1"))))
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        await poll_all(watcher)
        now = utc_now()
        for attempt in range(watcher.pipeline.limits.read_attempts):
            later = now + timedelta(hours=2 * attempt)
            for entry in await watcher.record.pending(later, 10):
                await watcher.pipeline.read(replace(entry, seen=now))
        status = await watcher.record.status(utc_now())

    assert (status.pending, status.articles) == (pending, articles)


async def test_a_source_with_many_slow_pages_leaves_room_for_others(
    tmp_path: Path, site: Site
) -> None:
    """No source has more pieces in hand than is fair, though its entries are the oldest."""
    slow = [(f"خبر رقم {n}", site.url(f"/slow/{n}")) for n in range(60)]
    site.on("/many", answers.page(answers.rss(*slow)))
    site.on("/few", answers.page(answers.rss(("خبر قصير", site.url("/quick")))))
    async with watching(tmp_path, site, many=site.url("/many"), few=site.url("/few")) as watcher:
        await poll_all(watcher)
        first = await watcher.lanes.reads.take(32, [])
        second = await watcher.lanes.reads.take(28, first)

    assert len(first) <= 4
    assert {pending.source for pending in (*first, *second)} == {"many", "few"}


@pytest.mark.parametrize(
    ("permission", "title", "asked"),
    [
        pytest.param("", "القطار الأخير يصل", 0, id="the feed's own words are matched"),
        pytest.param("permission by mail of 3 May", "القطار الأخير يصل", 1, id="permitted"),
        pytest.param("", "حادث على الطريق", 0, id="what matches nothing waits for nothing"),
    ],
)
async def test_a_page_that_robots_txt_closes_is_not_waited_for(
    tmp_path: Path, site: Site, permission: str, title: str, asked: int
) -> None:
    """The answer is final: the entry is read at once, from the feed."""
    site.on("/robots.txt", Reply(200, b"User-agent: *\nDisallow: /1\n"))
    site.on("/rss", answers.page(answers.rss((title, site.url("/1")))))
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        sources = watcher.pipeline.sources
        watcher.pipeline.sources = {
            name: replace(source, ignore_robots=permission) for name, source in sources.items()
        }
        await poll_all(watcher)
        for entry in await watcher.record.pending(utc_now(), 10):
            await watcher.pipeline.read(entry)
        status = await watcher.record.status(utc_now())

    assert (len(site.asked("/1")), status.pending, status.articles) == (asked, 0, 1)


async def test_what_a_source_repeats_is_learned_as_pages_come_in(
    tmp_path: Path, site: Site
) -> None:
    """The tenth page is cleaned by what the nine before it taught."""
    told = pieces(10, popular=False)
    items = [(piece.title, site.url(f"/{n}")) for n, piece in enumerate(told)]
    for n, piece in enumerate(told):
        body = "".join(f"<p>{line}</p>" for line in piece.text.split("\n"))
        html = f"<html><body><article><h1>{piece.title}</h1>{body}</article></body></html>"
        site.on(f"/{n}", answers.page(html))
    site.on("/rss", answers.page(answers.rss(*items)))
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        await poll_all(watcher)
        for pending in await watcher.record.pending(utc_now(), 10):
            await watcher.pipeline.read(pending)
        removed = await watcher.record.archive.removed()
        known = await watcher.record.archive.learned("a")

    assert {one.line for one in known} == set(PROMO)
    assert removed["this source repeats it"] >= len(PROMO)


async def test_one_pass_polls_each_source_once(tmp_path: Path, site: Site) -> None:
    """Also where a source is due again before the pass is over."""
    site.on("/rss", answers.page(answers.rss(("وصول القطار الأول", site.url("/1")))))
    async with watching(tmp_path, site, a=site.url("/rss")) as watcher:
        shortest = replace(watcher.pipeline.polling, min_interval_s=0.01, max_interval_s=0.01)
        watcher.pipeline.polling = shortest
        await watcher.once()
        status = await watcher.record.status(utc_now())

    assert len(site.asked("/rss")) == 1
    assert (status.articles, status.pending) == (1, 0)
