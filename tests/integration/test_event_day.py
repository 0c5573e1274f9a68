"""A day of other news, and one event in the midst of it: one thread of notices, to the second."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.fakes.day import Day, day
from tests.fakes.event import CLOSES, DAY, EVENT, at
from tests.pages.source import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tests.fakes.site import Site


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
@pytest.mark.timeout(900)  # of a machine that others load; it takes one minute of CPU
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
