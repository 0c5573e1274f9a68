"""What a story's later articles queue, and for whom; on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.readings import NEW_STORY, NOW, entry, fingerprint, reading, source
from watcher.model import Relation, Said, Silence, Statement, When

if TYPE_CHECKING:
    from watcher.model import Notice, Relationship
    from watcher.record import Record

HOUR = timedelta(hours=1)
WISHES = {
    "desk": frozenset({"confirmed", "figures", "corrections", "closing"}),
    "office": frozenset({"corrections"}),
    "archive": frozenset[str](),
}
TARGETS = tuple(WISHES)
TWO = {"bridges": When("outlets", 12 * 3600.0, 2)}


class Story:
    """Articles of one story, each from an outlet of its own unless told otherwise."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.number = 0
        self.first: tuple[int, int] | None = None

    async def add(
        self,
        kind: Relationship = "same-event",
        *,
        outlet: str = "",
        at: datetime = NOW,
        targets: tuple[str, ...] = TARGETS,
        when: dict[str, When] | None = None,
        killed: int | None = None,
        denial: str = "",
        agencies: tuple[str, ...] = (),
        held_back: str = "",
    ) -> list[tuple[str, str]]:
        """Record an article; give (target, occasion) of what this queued."""
        self.number += 1
        name = outlet or f"outlet{self.number}"
        await self.record.sync_sources([source(name)], NOW)
        one = entry(f"{name}/{self.number}")
        await self.record.polled(await self.record.state(name), [one], at)
        [pending] = await self.record.pending(at, 1)
        relation = NEW_STORY
        if self.first:
            copied = self.first[1] if kind == "copy" else None
            relation = Relation(kind, self.first[0], copied, "the same")
        figures = {} if killed is None else {"killed": (killed, killed)}
        told = reading(
            pending,
            *(() if held_back else targets),
            relation=relation,
            said=Said(agencies, {}, {"bridges": Statement(figures, denial)}),
            when=when or {},
            wishes=WISHES,
            held_back={"bridges": held_back} if held_back else {},
        )
        if held_back:
            told = replace(told, matches=reading(pending, "desk").matches)
        queued = await self.record.reading(told, at)
        if self.first is None:
            history = await self.record.archive.history(one.url)
            assert history is not None
            assert history.one.story_id is not None
            self.first = (history.one.story_id, history.one.id)
        return said(queued)


def said(queued: tuple[Notice, ...]) -> list[tuple[str, str]]:
    return [(notice.target, notice.occasion) for notice in queued]


async def test_updates_go_to_those_who_wish_for_them(record: Record) -> None:
    story = Story(record)
    assert await story.add(killed=3) == [(target, "first-report") for target in sorted(TARGETS)]
    assert await story.add("copy", killed=3) == []
    assert await story.add(killed=7) == [("desk", "figures killed 7"), ("desk", "confirmed 2")]
    assert await story.add(denial="نفت الوزارة") == [("desk", "denied"), ("office", "denied")]


async def test_what_was_held_back_confirms_nothing(record: Record) -> None:
    story = Story(record)
    await story.add()
    assert await story.add(held_back="published 9 days ago") == []
    assert await story.add("copy") == []
    assert await story.add() == [("desk", "confirmed 2")]


async def test_a_target_that_was_not_told_hears_the_story_first(record: Record) -> None:
    story = Story(record)
    await story.add(targets=("desk",))
    assert await story.add() == [
        ("archive", "first-report"),
        ("office", "first-report"),
        ("desk", "confirmed 2"),
    ]


async def test_a_rule_waits_for_independent_outlets(record: Record) -> None:
    story = Story(record)
    assert await story.add(when=TWO, agencies=("reuters",)) == []
    assert await story.add("copy", when=TWO) == []
    assert await story.add(when=TWO, agencies=("reuters",), at=NOW + HOUR) == []
    queued = await story.add(when=TWO, agencies=("afp",), at=NOW + 2 * HOUR, killed=3)
    assert queued == [(target, "first-report") for target in sorted(TARGETS)]
    assert await story.add("copy", when=TWO, at=NOW + 3 * HOUR) == []
    assert await story.add(when=TWO, killed=9, at=NOW + 3 * HOUR) == [("desk", "figures killed 9")]
    [first, *_] = await record.due_notices(NOW + 3 * HOUR, 10)
    assert first.alert.update is not None
    assert (first.alert.update.kind, first.alert.update.count) == ("corroborated", 2)
    assert len(first.alert.reports) == 3


async def test_what_came_too_long_ago_does_not_count(record: Record) -> None:
    story = Story(record)
    assert await story.add(when=TWO) == []
    assert await story.add(when=TWO, at=NOW + 13 * HOUR) == []
    assert len(await story.add(when=TWO, at=NOW + 14 * HOUR)) == 3


async def read_again(record: Record, text: str, *targets: str) -> list[tuple[str, str]]:
    """Have the first article change; give what this queued, all told."""
    state = await record.state("nahr")
    before = {notice.identity for notice in await record.due_notices(NOW, 100)}
    await record.polled(state, [entry(title=f"خبر {text[:12]}")], NOW + HOUR)
    [pending] = await record.pending(NOW + HOUR, 1)
    told = reading(pending, *targets, wishes=WISHES)
    article = replace(told.article, text=text)
    traces = replace(told.traces, fingerprint=fingerprint(article.url, 42, text=text))
    await record.reading(replace(told, article=article, traces=traces), NOW + HOUR)
    queued = await record.due_notices(NOW + 9 * HOUR, 100)
    return said(tuple(notice for notice in queued if notice.identity not in before))


async def begun(record: Record, *targets: str) -> None:
    await record.sync_sources([source()], NOW)
    await record.polled(await record.state("nahr"), [entry()], NOW)
    [pending] = await record.pending(NOW, 1)
    found = reading(pending, *TARGETS, wishes=WISHES)
    alerts = [one for one in found.alerts if one[0] in targets]
    await record.reading(replace(found, alerts=tuple(alerts)), NOW)


async def test_a_passage_that_is_corrected_is_told(record: Record) -> None:
    await begun(record, *TARGETS)
    told = await read_again(record, "افتتح الوزير نفقاً.\nوهو جسر.", *TARGETS)
    assert [(target, occasion.split()[0]) for target, occasion in told] == [
        ("desk", "corrected"),
        ("office", "corrected"),
    ]


async def test_a_passage_that_vanished_is_told_though_nothing_matches_any_more(
    record: Record,
) -> None:
    await begun(record, *TARGETS)
    told = await read_again(record, "افتتح وزير الإعمار اليوم نفقاً على دجلة.")
    assert [(target, occasion.split()[0]) for target, occasion in told] == [
        ("desk", "deleted"),
        ("office", "deleted"),
    ]
    update = (await record.due_notices(NOW + 20 * HOUR, 100))[-1].alert.update
    assert update is not None
    assert "جسراً" in update.before
    assert "نفقاً" in update.after


async def test_a_page_that_is_gone_is_told_once(record: Record) -> None:
    await begun(record, *TARGETS)
    for number in range(2):
        await record.polled(await record.state("nahr"), [entry(title=f"خبر {number}")], NOW + HOUR)
        [pending] = await record.pending(NOW + HOUR, 1)
        await record.stays(pending, "gone (404)", NOW + HOUR, is_gone=True, wishes=WISHES)
    told = said(tuple(await record.due_notices(NOW + 2 * HOUR, 100)))
    assert [target for target, occasion in told if occasion.startswith("deleted")] == [
        "desk",
        "office",
    ]


async def test_what_our_own_reading_changes_is_no_correction_of_theirs(record: Record) -> None:
    await begun(record, *TARGETS)
    history = await record.archive.history(entry().url)
    assert history is not None
    one = history.one
    pending = replace((await _pending_again(record)), is_again=False)
    told = reading(pending, relation=Relation("revision", one.story_id, one.id, "read again"))
    article = replace(told.article, text="نص آخر.")
    traces = replace(told.traces, fingerprint=fingerprint(article.url, 7))
    queued = await record.read_again(replace(told, article=article, traces=traces), NOW + HOUR)
    assert queued == ()
    later = await record.due_notices(NOW + 9 * HOUR, 100)
    assert {notice.occasion for notice in later} == {"first-report"}


async def _pending_again(record: Record):
    await record.polled(await record.state("nahr"), [entry(title="خبر آخر")], NOW + HOUR)
    [pending] = await record.pending(NOW + HOUR, 1)
    return pending


async def test_alerts_survive_the_way_into_the_record(record: Record) -> None:
    story = Story(record)
    await story.add(killed=3)
    await story.add(killed=7)
    queued = await record.due_notices(NOW, 100)
    [update] = [one.alert.update for one in queued if one.occasion.startswith("figures")]
    assert update is not None
    [figure] = update.figures
    assert (figure.what, figure.before, figure.after) == ("القتلى", "3", "7")
    assert figure.outlet == "صحيفة النهر"


async def test_a_denial_of_before_the_first_notice_swallows_none(record: Record) -> None:
    story = Story(record)
    assert await story.add(when=TWO, denial="نفت الوزارة") == []
    queued = await story.add(when=TWO, at=NOW + HOUR)
    assert queued == [(target, "first-report") for target in sorted(TARGETS)]
    queued = await story.add(when=TWO, at=NOW + 2 * HOUR, denial="نفى الناطق")
    assert queued == [("desk", "denied"), ("office", "denied")]


async def test_figures_of_before_the_first_notice_were_not_told(record: Record) -> None:
    story = Story(record)
    await story.add(when=TWO, killed=7)
    await story.add(when=TWO, killed=3, at=NOW + HOUR)
    queued = await story.add(when=TWO, killed=7, at=NOW + 2 * HOUR)
    assert queued == [("desk", "figures killed 7")]


async def test_each_target_hears_what_came_after_its_own_first_notice(record: Record) -> None:
    """What the first outlet denied was told to the office only."""
    story = Story(record)
    await story.add(targets=("office",), denial="نفت الوزارة")
    await story.add(targets=("desk", "office"), at=NOW + HOUR)
    queued = await story.add(targets=("desk", "office"), at=NOW + 2 * HOUR, denial="نفى الناطق")
    assert ("desk", "denied") in queued
    assert ("office", "denied") not in queued


@pytest.mark.parametrize("when", [{}, TWO])
async def test_what_was_withdrawn_confirms_nothing(record: Record, when: dict[str, When]) -> None:
    await begun(record, *(() if when else TARGETS))
    await read_again(record, "افتتح وزير الإعمار اليوم نفقاً على دجلة.")
    history = await record.archive.history(entry().url)
    assert history is not None
    story = Story(record)
    story.first = (history.one.story_id or 0, history.one.id)
    assert await story.add(when=when, at=NOW + 2 * HOUR) == []
    told = await story.add(when=when, at=NOW + 3 * HOUR)
    assert ("desk", "first-report" if when else "confirmed 2") in told


async def test_what_a_silence_held_back_is_told_first_by_what_comes_after_it(
    record: Record,
) -> None:
    """By a copy, too: to those who were silenced, it is the first they hear of the story."""
    silence = Silence(0, "", "desk", None, NOW, NOW + 2 * HOUR, "سعاد", "works")
    await record.people.silence(silence)
    story = Story(record)
    await story.add()
    assert await story.add("copy", at=NOW + HOUR) == []
    assert await story.add("copy", at=NOW + 3 * HOUR, denial="نفت الوزارة") == [
        ("desk", "first-report after silence 2"),
        ("office", "denied"),
    ]
    later = await story.add(at=NOW + 4 * HOUR, denial="نفى الناطق")
    assert later == [("desk", "confirmed 2")]  # that it was denied is what it heard first
    due = await record.due_notices(NOW + 5 * HOUR, 100)
    told = [one.occasion for one in due if one.target == "desk"]
    assert "first-report" not in told
    assert len(told) == 2


async def test_a_silence_that_is_set_again_holds_back_again(record: Record) -> None:
    story = Story(record)
    for hours in (0, 2):
        begins = NOW + hours * HOUR
        silence = Silence(0, "", "desk", None, begins, begins + HOUR, "سعاد", "works")
        await record.people.silence(silence)
        await story.add("copy" if story.first else "new", at=begins, targets=("desk",))
        assert await story.add("copy", at=begins + HOUR / 2, targets=("desk",)) == []
    queued = await story.add("copy", at=NOW + 4 * HOUR, targets=("desk",))
    assert [target for target, _ in queued] == ["desk"]
