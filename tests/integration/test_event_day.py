"""A day of other news, and one event in the midst of it: one thread of notices, to the second."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.fakes import site as answers
from tests.fakes.event import CLOSES, DAY, EVENT, OUTLETS, RULE, Version, at
from tests.fakes.site import Reply
from tests.pages.source import pieces
from watcher import story as story_of
from watcher.config import Limits, Polling, load_document
from watcher.document import Mapping
from watcher.fetch import Fetcher, FetchSettings
from watcher.match import read_rules
from watcher.model import Entry, Relation, Secret, Source
from watcher.notify import Notifier, Target
from watcher.notify.target import WISHES
from watcher.pages import warm_up
from watcher.pipeline import Pipeline
from watcher.record import Record
from watcher.workers import Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

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
    """The daemon's stages on a clock that the test moves, without the waiting."""

    pipeline: Pipeline
    site: Site
    now: datetime = DAY
    heard: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    async def list_(self, source: str, *entries: Entry) -> None:
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
        await self.list_(version.outlet, entry)

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


@pytest.fixture(autouse=True)
def _rewrites_are_recognized(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until stories know rewrites: what is new by its words and one of the event's is its story."""
    story: list[int] = []
    real, urls = story_of.relate, {version.url for version in EVENT if version.is_rewrite}

    def relate(traces, neighbors, **more):
        found = real(traces, neighbors, **more)
        if found.story_id is not None and traces.url.endswith("wadi.example/2"):
            story.append(found.story_id)
        if found.kind == "new" and traces.url in urls:
            return Relation("same-event", story[0], None, "one of the event's")
        return found

    monkeypatch.setattr("watcher.pipeline.relate", relate)


EXPECTED = [(at(version.clock), kind) for version in EVENT for kind in version.told]


async def play(today: Day, articles: Sequence[tuple[str, str]]) -> None:
    """Play the day: other news between the versions of the event, and the day after."""
    instants = [DAY, *(at(version.clock) for version in EVENT), DAY + timedelta(days=1)]
    share = len(articles) // (len(instants) - 1) + 1
    for number, (since, until) in enumerate(pairwise(instants)):
        await today.others(articles[number * share : (number + 1) * share], since, until)
        if number < len(EVENT):
            await today.publish(EVENT[number])
    for minutes in range(-2, 3):
        today.now = CLOSES + timedelta(minutes=minutes)
        await today.pipeline.updates.close_stories()
        await today.deliver()


def check(today: Day) -> None:
    assert today.heard["office"] == EXPECTED[:1]
    assert today.heard["desk"] == [*EXPECTED, (CLOSES, "closing")]
    desk = [notice for notice in today.notices if notice.target == "desk"]
    assert len({notice.story_id for notice in desk}) == 1
    assert len({notice.identity for notice in desk}) == len(desk)
    said = {notice.alert.update.kind: notice.alert.update for notice in desk if notice.alert.update}
    assert said["confirmed"].count == 2
    killed = next(one for one in said["figures"].figures if one.what == "القتلى")
    assert (killed.before, killed.after, killed.outlet) == ("3", "7", "صحيفة الوادي")
    assert said["denied"].after.startswith("الدفاع تنفي وقوع انفجار")
    assert "قاعدة" in said["corrected"].before
    assert "معسكر" in said["corrected"].after
    assert said["closing"].count >= 2
    assert desk[0].alert.topic == "أمن"
    assert desk[0].alert.source_id == "nahr"
    assert [report.outlet for report in desk[1].alert.reports][:2] == [
        "صحيفة النهر",
        "صحيفة الوادي",
    ]
    assert desk[1].alert.reports[0].agency == "رويترز"


def invented(count: int) -> list[tuple[str, str]]:
    return [(piece.title, "\n".join(piece.reporting)) for piece in pieces(count, popular=False)]


async def test_an_event_among_other_news(database_url: str, site: Site) -> None:
    async with day(database_url, site) as today:
        await play(today, invented(60))
        check(today)


async def test_a_day_played_twice_tells_nothing_twice(database_url: str, site: Site) -> None:
    """After the day, every outlet lists everything once more."""
    async with day(database_url, site) as today:
        await play(today, [])
        told, office = len(today.heard["desk"]), list(today.heard["office"])
        for version in EVENT:
            gone = version.path == "8"
            await today.publish(replace(version, change="deleted") if gone else version)
        again = [kind for _, kind in today.heard["desk"][told:]]

    assert again in ([], ["corrected"])  # the first text is back, which is a correction
    assert today.heard["office"] == office


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_an_event_in_a_day_of_three_thousand_articles(
    tmp_path: Path, site: Site, shared: Path
) -> None:
    corpus = shared / "eval" / "corpus" / "background_dev.jsonl.gz"
    if not corpus.exists():
        pytest.skip(f"evaluation data is absent: {corpus}")
    async with day(f"sqlite:///{tmp_path}/day.db", site) as today:
        await play(today, list(_read(corpus, 3000)))
        check(today)
        status = await today.pipeline.record.status(today.now)
    assert status.articles > 2800


def _read(corpus: Path, count: int) -> Iterable[tuple[str, str]]:
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for _, line in zip(range(count), lines, strict=False):
            read = json.loads(line)
            yield read["title"], read["text"]
