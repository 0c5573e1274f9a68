"""What is told of a story by one rule, from its first notice to its closing. Statements only.

Decides nothing: what a new article makes of a story is `watcher.story`'s to say. Here stands what
is on record of both, and who was told of the story before.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import bindparam, select, update

from watcher.model import Waiting
from watcher.record import accounts, holding, notices
from watcher.record.moved import last_step
from watcher.record.tables import IS_OPEN_STORY, stories
from watcher.story import (
    WISHES,
    Change,
    burst,
    changed,
    closing,
    corroborated,
    developments,
    looked_back,
    stories_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from watcher.model import Account, Alert, Judge, Notice, Reading, Report, When
    from watcher.record.articles import Added
    from watcher.record.match_changes import MatchChange
    from watcher.story import Development

    Alerts: TypeAlias = Sequence[tuple[str, Alert]]

Wishes: TypeAlias = "Mapping[str, frozenset[str]]"
"""Target -> what it wants to hear of a story after the first notice."""
CLOSED_AT_ONCE = 50
"""Stories summed up in one transaction."""


def advance(
    connection: Connection, added: Added, reading: Reading, now: datetime, judge: Judge
) -> tuple[Notice, ...]:
    """Queue what an article, just added, gives to tell; give the notices that this queued."""
    if not reading.alerts and not added.changes:
        return ()
    by_rule: defaultdict[str, list[tuple[str, Alert]]] = defaultdict(list)
    for target, alert in reading.alerts:
        by_rule[alert.rule].append((target, alert))
    told = {} if added.is_new else accounts.told(connection, added.story_id)
    of_rule = accounts.of_rules(connection, added.story_id, by_rule)
    reports = (
        () if added.is_new else accounts.reports(connection, added.story_id, but=added.article_id)
    )
    thread = _Thread(connection, added, reading.wishes, told, now, judge)
    queued: list[Notice] = []
    # One order everywhere: transactions that queue the same notices must not wait in a circle.
    for rule in sorted(by_rule):
        alerts = [(target, replace(alert, reports=reports)) for target, alert in by_rule[rule]]
        queued += thread.tell(rule, alerts, of_rule[rule], reading.when.get(rule))
    spoken_for = {(alert.rule, target) for target, alert in reading.alerts}
    tell_changes(connection, added, reading.wishes, now, judge, but=spoken_for, told=told)
    return tuple(sorted(queued, key=lambda notice: notice.id))


def tell_changes(  # noqa: PLR0913 - what changed, and who hears of it
    connection: Connection,
    added: Added,
    wishes: Wishes,
    now: datetime,
    judge: Judge,
    *,
    but: Collection[tuple[str, str]] = (),
    told: Mapping[tuple[str, str], accounts.Told] | None = None,
) -> None:
    """Queue that passages are changed or gone, to those who were shown them.

    Left out are the (rule, target) of `but`, who are told of the new text by its own alert.
    """
    if not added.changes:
        return
    known = accounts.told(connection, added.story_id) if told is None else told
    for change in sorted(added.changes, key=lambda one: one.rule):
        development = changed(_change(change))
        alerts = [
            (target, replace(one.first, update=development.update))
            for (rule, target), one in known.items()
            if rule == change.rule and (rule, target) not in but and one.urls & {*added.urls}
            if _is_wished(development, wishes.get(target))
        ]
        notices.queue(connection, added.story_id, alerts, now, judge, development.occasion)


@dataclass(frozen=True, slots=True)
class _Thread:
    """The threads of one story, while an article is added to it."""

    connection: Connection
    added: Added
    wishes: Wishes
    told: Mapping[tuple[str, str], accounts.Told]
    now: datetime
    judge: Judge

    def tell(
        self, rule: str, alerts: Alerts, line: Sequence[Account], when: When | None
    ) -> Sequence[Notice]:
        """Queue what the article gives to tell by one rule."""
        if when is not None and when.kind == "quiet_for":
            return ()
        place = max(
            (n for n, one in enumerate(line) if one.article == self.added.article_id),
            default=-1,
        )
        if place < 0:  # what was held back when it was first read, and is read again
            return self._first(rule, alerts) if when is None else ()
        before, new = line[:place], line[place]
        if when is not None and when.kind == "stories":
            return () if before else self._burst(rule, alerts, when)
        if when is not None and not any(known == rule for known, _ in self.told):
            step = last_step(self.connection)
            held = corroborated(accounts.of_one_clock(line[: place + 1], new.article, step), when)
            if held is None:
                return ()
            alerts = [(target, replace(alert, update=held.update)) for target, alert in alerts]
        first = self._first(rule, alerts)
        # What says nothing new brings nothing about; it may be new to a rule or to a target.
        if self.added.is_unchanged:
            return first
        return [*first, *self._updates(rule, alerts, before, new)]

    def _first(self, rule: str, alerts: Alerts) -> Sequence[Notice]:
        """Queue the first notice for targets that were told nothing of the story yet."""
        untold = [(target, alert) for target, alert in alerts if (rule, target) not in self.told]
        if not untold:
            return ()
        story_id = self.added.story_id
        silenced = {} if self.added.is_new else accounts.silenced(self.connection, story_id)
        queued = [*self._queue([one for one in untold if (rule, one[0]) not in silenced])]
        for target, alert in untold:
            number = silenced.get((rule, target))
            if number is not None and not self._is_silenced(target, alert):
                occasion = f"{notices.FIRST_REPORT} after silence {number}"
                queued += self._queue([(target, alert)], occasion)
        if queued:
            opening = update(stories).where(stories.c.id == story_id)
            self.connection.execute(opening.values(open_since=self.now))
        return queued

    def _is_silenced(self, target: str, alert: Alert) -> bool:
        """Tell whether a silence still lasts: then no notice is queued only to be silenced."""
        waiting = Waiting(alert.rule, target, alert.severity, self.added.story_id)
        in_force = holding.silences_now(self.connection, self.now)
        return any(silence.covers(waiting, self.now) for silence in in_force)

    def _updates(
        self, rule: str, alerts: Alerts, before: Sequence[Account], new: Account
    ) -> list[Notice]:
        """Queue what the article brings about, for each target as it came to know the story."""
        change = next((one for one in self.added.changes if one.rule == rule), None)
        found: dict[tuple[datetime, bool], tuple[Development, ...]] = {}
        wished: defaultdict[str, list[tuple[str, Alert]]] = defaultdict(list)
        for target, alert in alerts:
            told = self.told.get((rule, target))
            if told is None:
                continue
            view = (told.at, bool(told.urls & {*self.added.urls}))
            if view not in found:
                its = _change(change) if change and view[1] else None
                found[view] = developments(before, new, its, since=told.at)
            for one in found[view]:
                if _is_wished(one, self.wishes.get(target)):
                    said = replace(alert, update=_with_names(one, alert.source, told.first))
                    wished[one.occasion].append((target, said))
        return [one for occasion, some in wished.items() for one in self._queue(some, occasion)]

    def _queue(self, alerts: Alerts, occasion: str = notices.FIRST_REPORT) -> Sequence[Notice]:
        story_id = self.added.story_id
        return notices.queue(self.connection, story_id, alerts, self.now, self.judge, occasion)

    def _burst(self, rule: str, alerts: Alerts, when: When) -> Sequence[Notice]:
        step = last_step(self.connection)
        last = accounts.last_burst(self.connection, rule, step.notices)
        since = looked_back(when, last, self.now)
        arrivals = accounts.arrivals(self.connection, rule, since, step.stories)
        if not arrivals or arrivals[-1][1] != self.added.story_id:
            return ()  # a story that began before the window completes no burst
        found = burst(arrivals, when, last)
        if found is None:
            return ()
        others = [one for one in stories_of(arrivals, when) if one != self.added.story_id]
        reports = accounts.first_reports(self.connection, rule, others)
        told = [
            (target, replace(alert, update=found.update, reports=reports))
            for target, alert in alerts
        ]
        return self._queue(told, found.occasion)


# --- ticks ------------------------------------------------------------------------------------


def close(
    connection: Connection,
    quiet_since: datetime,
    wishes: Wishes,
    now: datetime,
    judge: Judge,
) -> int:
    """Sum up stories that nothing was added to since then; give how many were looked at."""
    found = connection.execute(QUIET, {"since": quiet_since}).all()
    for story in found:
        _close(connection, story.id, (now - story.last_seen).total_seconds(), wishes, now, judge)
    shut = update(stories).where(stories.c.id.in_([story.id for story in found]))
    connection.execute(shut.values(open_since=None))
    return len(found)


QUIET = (
    select(stories.c.id, stories.c.last_seen)
    .where(IS_OPEN_STORY, stories.c.last_seen <= bindparam("since", type_=stories.c.last_seen.type))
    .order_by(stories.c.last_seen)
    .limit(CLOSED_AT_ONCE)
)


def _close(  # noqa: PLR0913, PLR0917 - which story, and who hears of it when
    connection: Connection,
    story_id: int,
    quiet_s: float,
    wishes: Wishes,
    now: datetime,
    judge: Judge,
) -> None:
    told = accounts.told(connection, story_id)
    of_rule = accounts.of_rules(connection, story_id, {rule for rule, _ in told})
    reports = accounts.first_reports(connection, None, [story_id], most_each=accounts.MOST_REPORTS)
    for rule in sorted({rule for rule, _ in told}):
        development = closing(of_rule[rule], quiet_s)
        if development is None:
            continue
        alerts = [
            (target, replace(one.first, update=development.update, reports=_others(reports, one)))
            for (known, target), one in told.items()
            if known == rule and _is_wished(development, wishes.get(target))
        ]
        notices.queue(connection, story_id, alerts, now, judge, development.occasion)


def _others(reports: Sequence[Report], told: accounts.Told) -> tuple[Report, ...]:
    return tuple(report for report in reports if report.url != told.first.url)


def _change(change: MatchChange) -> Change:
    return Change(change.is_gone, change.before, change.after)


def _is_wished(development: Development, wishes: frozenset[str] | None) -> bool:
    wish = WISHES.get(development.update.kind)
    return wish is None or (wishes is not None and wish in wishes)


def _with_names(development: Development, outlet: str, first: Alert) -> Any:
    """Add what only the record knows: the outlet's name, and what people were told before."""
    said = development.update
    if said.figures:
        said = replace(said, figures=tuple(replace(one, outlet=outlet) for one in said.figures))
    if said.kind == "denied":
        before = first.passages[0].text if first.passages else first.title
        said = replace(said, before=before)
    return said
