"""What rules would have alerted on, had they been in force. Pure: articles are handed in.

One alert a rule and story, as the daemon does; articles that were too old to alert on count apart.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from watcher.match import Findings
from watcher.notify import alert_of
from watcher.story import Shelf, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime, tzinfo

    from watcher.match import Rule, Rules
    from watcher.model import Alert
    from watcher.record import Archived

_WHEN_LEFT_OUT = "every story counts: what `when` waits for is not played through"
_MOST_BARS = 45
"""Days that are shown one by one; more are shown by the week."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a backtest has to know beside rules and articles."""

    max_age_s: float
    """Older articles tell nobody, unless their rule says otherwise."""
    zone: tzinfo
    """Where days begin and end."""
    now: datetime
    """When an article was seen that has no date at all."""
    samples: int = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A day, or a week from that day on, and what alerted in it."""

    begins: date
    stories: int
    articles: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule would have done. A story alerts once, with its first article."""

    rule: str
    title: str
    stories: int
    articles: int
    held_back: int
    """Articles that were too old to alert on."""
    bars: tuple[Bar, ...]
    samples: tuple[Alert, ...]
    """The newest alerts."""
    remark: str = ""
    """What a backtest leaves out of the rule."""


@dataclass(slots=True)
class _Tally:
    rule: Rule
    samples: deque[Alert]
    stories: dict[int, date | None] = field(default_factory=dict)
    """Story to the day of its alert, None where no date is known."""
    days: list[date] = field(default_factory=list)
    articles: int = 0
    held_back: int = 0

    def outcome(self) -> Outcome:
        told = [day for day in self.stories.values() if day is not None]
        return Outcome(
            rule=self.rule.id,
            title=self.rule.title,
            stories=len(self.stories),
            articles=self.articles,
            held_back=self.held_back,
            bars=_bars(told, self.days),
            samples=tuple(self.samples),
            remark=_WHEN_LEFT_OUT if self.rule.when else "",
        )


class Backtest:
    """Counts what rules do with articles that are looked at in the order in which they came."""

    def __init__(self, rules: Rules, settings: Settings) -> None:
        self._rules = rules
        self._settings = settings
        self._tallies = {
            rule.id: _Tally(rule, deque(maxlen=settings.samples)) for rule in rules.rules
        }

    def look(self, one: Archived, stories: Stories) -> dict[str, Callable[[], Alert]]:
        """Judge an article; give, for each rule that it would have set off, how to make the alert.

        Only alerts that somebody sees are made: most are counted and no more.
        """
        findings = Findings(self._rules, one.article, one.source_name)
        return {
            rule: partial(self._alert, one, findings, tally.rule)
            for rule in findings.rules()
            if self._note(tally := self._tallies[rule], one, findings, stories)
        }

    def _note(self, tally: _Tally, one: Archived, findings: Findings, stories: Stories) -> bool:
        """Count an article; tell whether it is one to alert on."""
        if self._is_too_old(one, tally.rule):
            tally.held_back += 1
            return False
        story = stories.of(one)
        day = one.seen.astimezone(self._settings.zone).date() if one.seen else None
        tally.articles += 1
        if day is not None:
            tally.days.append(day)
        if story not in tally.stories:
            tally.stories[story] = day
            tally.samples.append(self._alert(one, findings, tally.rule))
        return True

    def _alert(self, one: Archived, findings: Findings, rule: Rule) -> Alert:
        seen = one.seen or one.article.published or self._settings.now
        found = findings.match(rule.id)
        return alert_of(
            one.article, found, rule_title=rule.title, source_name=one.source_name, seen=seen
        )

    def _is_too_old(self, one: Archived, rule: Rule) -> bool:
        published, seen = one.article.published, one.seen
        if published is None or seen is None:
            return False
        return seen - published > timedelta(seconds=rule.max_age_s or self._settings.max_age_s)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Tell what each rule did, in the order of the rules."""
        return tuple(tally.outcome() for tally in self._tallies.values())


@dataclass(slots=True)
class Difference:
    """What only one of two versions of a rule catches, counted in articles."""

    only_old: int = 0
    only_new: int = 0
    samples_old: list[Alert] = field(default_factory=list)
    samples_new: list[Alert] = field(default_factory=list)


class Comparison:
    """Two versions of rules, looked at side by side; rules are the same that have the same id."""

    def __init__(self, old: Rules, new: Rules, settings: Settings) -> None:
        self.old = Backtest(old, settings)
        self.new = Backtest(new, settings)
        self._samples = settings.samples
        self.differences = {rule.id: Difference() for rule in (*new.rules, *old.rules)}

    def look(self, one: Archived, stories: Stories) -> None:
        """Judge an article by both versions."""
        old, new = self.old.look(one, stories), self.new.look(one, stories)
        for rule in old.keys() - new.keys():
            difference = self.differences[rule]
            difference.only_old += 1
            self._keep(difference.samples_old, old[rule])
        for rule in new.keys() - old.keys():
            difference = self.differences[rule]
            difference.only_new += 1
            self._keep(difference.samples_new, new[rule])

    def _keep(self, samples: list[Alert], alert: Callable[[], Alert]) -> None:
        if len(samples) < self._samples:
            samples.append(alert())


class Stories:
    """Which story an article belongs to: the recorded one, or found among what was asked before."""

    def __init__(self) -> None:
        self._shelf = Shelf()
        self._known: dict[int, int] = {}

    def of(self, one: Archived) -> int:
        """Give the story's number."""
        if one.story_id is not None:
            return one.story_id
        if one.id not in self._known:
            article, at = one.article, one.article.published or one.seen
            placed = self._shelf.place(one.id, fingerprint(article), source=article.source, at=at)
            self._known[one.id] = placed[1]
        return self._known[one.id]


def _bars(stories: Iterable[date], articles: Iterable[date]) -> tuple[Bar, ...]:
    """Count by day, days without an alert included; by the week where there are many days."""
    told, all_days = list(stories), sorted(articles)
    if not all_days:
        return ()
    first, length = all_days[0], (all_days[-1] - all_days[0]).days + 1
    step = 1 if length <= _MOST_BARS else 7
    counts = [[0, 0] for _ in range(-(-length // step))]
    for kind, days in enumerate((told, all_days)):
        for day in days:
            counts[(day - first).days // step][kind] += 1
    return tuple(
        Bar(first + timedelta(days=step * number), *pair) for number, pair in enumerate(counts)
    )
