"""The daemon's stages on a clock that a test moves, without the waiting."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.fakes import site as answers
from tests.fakes.event import DAY, OUTLETS, RULE, Version, at
from tests.fakes.site import Reply
from watcher.config import Limits, Polling, load_document
from watcher.document import Mapping
from watcher.fetch import Fetcher, FetchSettings
from watcher.match import read_rules
from watcher.model import Entry, Secret, Source
from watcher.notify import Notifier, Target
from watcher.notify.target import WISHES
from watcher.pages import warm_up
from watcher.pipeline import Pipeline
from watcher.record import Record
from watcher.workers import Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from tests.fakes.site import Site
    from watcher.model import Notice

TARGETS = (
    Target("desk", Secret("console://"), updates=frozenset(WISHES)),
    Target("office", Secret("console://"), updates=frozenset()),
)
AT_ONCE = 16
SOURCES = 24
"""Among which the other news are spread."""


@dataclass
class Day:
    """A daemon opened and not run, its clock, and what its targets have heard."""

    pipeline: Pipeline
    site: Site
    now: datetime = DAY
    heard: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    async def take_up(self, source: str, *entries: Entry) -> None:
        """Have a source list entries, and read what is new."""
        record = self.pipeline.record
        state = await record.state(source)
        await record.polled(replace(state, seen_before=True), entries, self.now)
        while pending := await record.pending(self.now, AT_ONCE):
            await asyncio.gather(*(self.pipeline.read(one) for one in pending))
        await self.deliver()

    async def publish(self, version: Version) -> None:
        """Have an outlet publish a version of the event, or take it back."""
        self.now = at(version.clock)
        link = self.site.url(f"/{version.path}") if version.outlet == "wadi" else version.url
        page = answers.page(
            f'<html lang="ar"><body><article><h1>{version.title}</h1>{version.html}</article></body></html>'
        )
        self.site.on(
            f"/{version.path}", Reply(404, b"gone") if version.change == "deleted" else page
        )
        entry = Entry(
            url=version.url,
            link=link,
            title=version.title,
            published=self.now,
            body_html=version.html,
            is_whole=True,
            updated=self.now if version.change else None,
        )
        await self.take_up(version.outlet, entry)

    async def deliver(self) -> None:
        """Take every notice that is due, and note when it was and what it tells."""
        while due := await self.pipeline.record.due_notices(self.now, 50):
            for notice in due:
                kind = notice.alert.update.kind if notice.alert.update else "first"
                self.heard.setdefault(notice.target, []).append((self.now, kind))
                self.notices.append(notice)
                await self.pipeline.deliver(notice)

    async def others(
        self, articles: Sequence[tuple[str, str]], since: datetime, until: datetime
    ) -> None:
        """Have many sources list other news, evenly over a time."""
        for first in range(0, len(articles), SOURCES):
            some = articles[first : first + SOURCES]
            self.now = since + (until - since) * (first / len(articles))
            record = self.pipeline.record
            for place, (title, text) in enumerate(some):
                body = "".join(f"<p>{line}</p>" for line in text.split("\n") if line.strip())
                url = f"https://other-{place}.example/{self.now.timestamp():.0f}/{place}"
                entry = Entry(url, url, title, published=self.now, body_html=body, is_whole=True)
                state = await record.state(f"other-{place}")
                await record.polled(replace(state, seen_before=True), [entry], self.now)
            while pending := await record.pending(self.now, AT_ONCE):
                await asyncio.gather(*(self.pipeline.read(one) for one in pending))
            await self.deliver()


@asynccontextmanager
async def day(url: str, site: Site, rules: str = RULE) -> AsyncIterator[Day]:
    document, _ = load_document("event.yaml", rules)
    assert isinstance(document, Mapping)
    compiled, _ = read_rules([document])
    others = [
        Source(f"other-{n}", f"مصدر {n}", f"https://other-{n}.example/rss", pages="never")
        for n in range(SOURCES)
    ]
    sources = {source.id: source for source in (*OUTLETS, *others)}
    settings = FetchSettings(allow_networks=("127.0.0.0/8",), pause_s=0)
    async with (
        Record(url) as record,
        Fetcher(settings) as fetcher,
        Workers(2, initializer=warm_up) as workers,
        Notifier(TARGETS, console=io.StringIO()) as notifier,
    ):
        await record.sync_sources(sources.values(), DAY)
        made: list[Day] = []
        pipeline = Pipeline(
            fetcher=fetcher,
            workers=workers,
            record=record,
            notifier=notifier,
            rules=compiled,
            sources=sources,
            targets=TARGETS,
            polling=Polling(),
            limits=Limits(keep_raw_s=0),
            now=lambda: made[0].now if made else DAY,
        )
        made.append(Day(pipeline, site))
        yield made[0]
