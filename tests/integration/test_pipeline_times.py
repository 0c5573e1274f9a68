"""From a feed that lies about times to what is told: clocks are learned, old news is held back."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.fakes import site as answers
from tests.fakes.daemon import Daemon
from watcher.app.build import open_watcher
from watcher.config import load_config
from watcher.dating import clocks_of
from watcher.record.migrate import engine_for
from watcher.record.tables import articles, matches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.fakes.site import Site
    from watcher.app.watching import Watcher
    from watcher.model import Pending

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULE = "rules:\n  - {id: trains, title: القطارات, match: قطار}\n"
PLACES = [
    "الميناء",
    "السوق",
    "المتحف",
    "الجامعة",
    "المطار",
    "الملعب",
    "المكتبة",
    "القلعة",
    "المصنع",
    "المسرح",
    "السد",
    "المزرعة",
]


def daemon(folder: Path, site: Site) -> Daemon:
    made = Daemon(
        folder,
        targets={"desk": f"json://127.0.0.1:{site.port}/desk"},
        sources={"a": site.url("/rss")},
    )
    (made.rules / "one.yaml").write_text(RULE)
    return made


def story(number: int) -> tuple[str, str]:
    """Write a headline and a text of which every other story differs."""
    place = PLACES[number % len(PLACES)]
    said = [
        f"وصل القطار رقم {number} إلى محطة {place} بعد رحلة استغرقت {number + 3} ساعات.",
        f"وقال مدير محطة {place} إن الركاب نزلوا بسلام وإن القطار يعود بعد {number + 2} أيام.",
        f"وينتظر أهالي {place} منذ {number + 5} سنوات أن يصلهم الخط الذي وعدت به الوزارة.",
    ]
    return f"القطار رقم {number} في {place}", "\n".join(said)


def page(number: int, published: datetime | None = None, extra: str = "") -> answers.Answer:
    title, text = story(number)
    data = {"@type": "NewsArticle", "headline": title}
    if published:
        data["datePublished"] = published.isoformat()
    body = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return answers.page(
        f'<html lang="ar"><head><script type="application/ld+json">{json.dumps(data)}</script>'
        f"</head><body><article><h1>{title}</h1>{body}{extra}</article></body></html>"
    )


def feed(site: Site, *items: tuple[int, datetime]) -> answers.Answer:
    listed = "".join(
        f"<item><title>{story(number)[0]}</title><link>{site.url(f'/{number}')}</link>"
        f"<pubDate>{stamp:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for number, stamp in items
    )
    return answers.page(f'<rss version="2.0"><channel><title>أ</title>{listed}</channel></rss>')


async def poll(watcher: Watcher, now: datetime) -> Sequence[Pending]:
    """Poll the source as if it were `now`, and take up what is new."""
    watcher.pipeline.now = lambda: now
    await watcher.pipeline.poll(await watcher.record.state("a"))
    return await watcher.record.pending(now, 100)


async def read(watcher: Watcher, now: datetime) -> None:
    await asyncio.gather(*map(watcher.pipeline.read, await poll(watcher, now)))


def on_record(watcher: Watcher) -> list[tuple[datetime, str]]:
    with engine_for(watcher.record._url).begin() as connection:
        rows = connection.execute(select(articles).order_by(articles.c.id))
        return [(row.published, row.published_how) for row in rows]


async def test_old_news_announced_again_is_recorded_and_tells_nobody(
    tmp_path: Path, site: Site
) -> None:
    """The feed says now; the page's own data tells the year. A new article beside it is told."""
    made = daemon(tmp_path, site)
    site.on("/rss", feed(site, (0, START)))
    site.on("/0", page(0, START))
    site.on("/1", page(1, datetime(2021, 3, 25, 8, 0, tzinfo=UTC)))
    cites = "<p>وكان الخط قد افتتح في 25 مارس 2021 بحضور الوزير.</p><p>25 مارس 2021</p>"
    site.on("/2", page(2, START + 4 * MINUTE, cites))
    async with open_watcher(load_config(made.config)) as watcher:
        await read(watcher, START + MINUTE)
        now = START + 6 * MINUTE
        site.on("/rss", feed(site, (1, now), (2, START + 4 * MINUTE)))
        await read(watcher, now)
        told = await watcher.record.due_notices(now + MINUTE, 10)
        with engine_for(watcher.record._url).begin() as connection:
            held = connection.execute(
                select(matches.c.held_back, articles.c.published).join(articles)
            )
            held_back = {row.held_back: row.published for row in held if row.held_back}

    why = "announced again: the feed says 2026-05-04, the page data 2021-03-25"
    assert held_back == {why: datetime(2021, 3, 25, 8, 0, tzinfo=UTC)}
    assert {notice.alert.title for notice in told} == {story(0)[0], story(2)[0]}


async def test_the_offset_of_an_outlet_is_learned_kept_and_unlearned(
    tmp_path: Path, site: Site
) -> None:
    """Local time called Greenwich's: after some articles it is corrected, also after a restart."""
    made, wrong = daemon(tmp_path, site), timedelta(hours=3)
    for number in range(24):
        site.on(f"/{number}", page(number))
    site.on("/rss", feed(site, (0, START + wrong)))
    async with open_watcher(load_config(made.config)) as watcher:
        await read(watcher, START)
        now = START
        for number in range(1, 9, 2):  # two at once
            now += 5 * MINUTE
            items = [(one, now - one % 4 * MINUTE + wrong) for one in (number, number + 1)]
            site.on("/rss", feed(site, *items))
            await read(watcher, now)
        kept = clocks_of(await watcher.record.clocks("a"))
        assert len(kept["feed"].lags) == 8
        assert kept["feed"].shift == -180
        first_published, first_how = on_record(watcher)[0]

    # The backlog of the first contact is clamped to first sight, and no evidence.
    assert (first_published, first_how.startswith("feed, ahead of its time")) == (START, True)

    async with open_watcher(load_config(made.config)) as watcher:
        now += 5 * MINUTE
        site.on("/rss", feed(site, (9, now - 2 * MINUTE + wrong)))
        await read(watcher, now)
        assert on_record(watcher)[-1] == (now - 2 * MINUTE, "feed, corrected by -3 h")
        for number in range(10, 24):
            now += 5 * MINUTE
            site.on("/rss", feed(site, (number, now - 2 * MINUTE)))
            await read(watcher, now)
        assert on_record(watcher)[-1] == (now - 2 * MINUTE, "feed")


async def test_a_reading_that_fails_teaches_nothing(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is repeated, and must not count twice."""
    made = daemon(tmp_path, site)
    for number in range(2):
        site.on(f"/{number}", page(number))
    site.on("/rss", feed(site, (0, START)))
    async with open_watcher(load_config(made.config)) as watcher:
        await read(watcher, START)
        now = START + 5 * MINUTE
        site.on("/rss", feed(site, (1, now - 2 * MINUTE)))
        [pending] = await poll(watcher, now)
        with monkeypatch.context() as broken:
            broken.setattr(watcher.record, "related", refuse)
            for _ in range(3):
                with pytest.raises(ConnectionError):
                    await watcher.pipeline.read(pending)
        await watcher.pipeline.read(pending)
        kept = clocks_of(await watcher.record.clocks("a"))
    assert kept["feed"].lags == (2,)


async def refuse(*_: object) -> None:
    raise ConnectionError
