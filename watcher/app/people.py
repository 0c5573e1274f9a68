"""What commands do about people: send them a test, and say who would be told."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from watcher.app.record import open_record
from watcher.config import load_config
from watcher.errors import Invalid, Problem, StorageUnavailable
from watcher.match import match, wanted
from watcher.model import Lately, Waiting
from watcher.notify import Notifier, Templates, hold, unwanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from watcher.config import Config
    from watcher.match import Rule, Rules
    from watcher.model import Article, Hold, Outcome, Severity, Silence
    from watcher.notify import Target
    from watcher.record import People, Record, Told


async def send_test_notice(config_file: Path, target: str) -> Outcome:
    """Send an invented alert to one target."""
    config = load_config(config_file)
    names = [one.name for one in config.targets]
    if target not in names:
        known = ", ".join(names) or "none"
        what = f"there is no target '{target}' in the configuration. Known: {known}."
        raise Invalid([Problem(str(config_file), 0, 0, "targets", what)])
    async with Notifier(config.targets, templates=Templates(config.templates)) as notifier:
        return await notifier.send_test(target)


@dataclass(frozen=True, slots=True)
class Routed:
    """What one target would be told of a match now; `hold` is None where it is told nothing."""

    rule: str
    severity: Severity
    target: str
    zone: str
    hold: Hold | None
    why: str = ""
    """Why it is told nothing."""
    waits: str = ""
    """What the rule's `when` still has to see besides this match."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A match to be routed; `source` and `story_id` where they are known."""

    rule: Rule
    severity: Severity
    source: str | None = None
    story_id: int | None = None
    why_nobody: str = ""


async def route_of_rule(
    config: Config, rule: Rule, source: str | None, now: datetime
) -> list[Routed]:
    """Say who would be told of a match of a rule, and when; `source` None for whichever."""
    return await _routed(config, [_Case(rule, rule.severity, source)], now)


async def route_of_article(  # noqa: PLR0913, PLR0917 - what is matched, of what, and when
    config: Config,
    rules: Rules,
    article: Article,
    source_name: str,
    story_id: int | None,
    now: datetime,
) -> list[Routed]:
    """Say who would be told of an article, and when."""
    known = {rule.id: rule for rule in rules.rules}
    cases = [
        _Case(
            known[found.rule],
            found.severity,
            article.source,
            story_id,
            _too_old(config, known[found.rule], article, now),
        )
        for found in match(rules, article, source_name)
    ]
    return await _routed(config, cases, now)


def _too_old(config: Config, rule: Rule, article: Article, now: datetime) -> str:
    if article.published is None:
        return ""
    oldest = timedelta(seconds=rule.max_age_s or config.limits.max_age_s)
    age = now - article.published
    return f"published {age.days} days ago: recorded, and nobody is told" if age > oldest else ""


async def _routed(config: Config, cases: Sequence[_Case], now: datetime) -> list[Routed]:
    async with contextlib.AsyncExitStack() as stack:
        people = None
        with contextlib.suppress(StorageUnavailable):  # nothing has been recorded yet
            record: Record = await stack.enter_async_context(open_record(config, migrate=False))
            await record.people.silences(now)
            people = record.people
        silences = await people.silences(now) if people else []
        return [
            await _routed_to(config, people, silences, case, name, now)
            for case in cases
            for name in case.rule.notify or [target.name for target in config.targets]
        ]


async def _routed_to(  # noqa: PLR0913, PLR0917 - what, to whom, and what is known of them
    config: Config,
    people: People | None,
    silences: Sequence[Silence],
    case: _Case,
    name: str,
    now: datetime,
) -> Routed:
    target = next((one for one in config.targets if one.name == name), None)
    zone = target.zone if target else config.timezone
    before = await _told_before(people, case, name) if people else ""
    why = before or case.why_nobody or _why_not(target, case)
    if why:
        return Routed(case.rule.id, case.severity, name, zone, None, why)
    waiting = Waiting(case.rule.id, name, case.severity, case.story_id, "first-report", is_new=True)
    lately = await people.lately(waiting, now) if people else Lately()
    held = hold(target, waiting, now, lambda: lately, silences)
    waits = f"as soon as there are {wanted(case.rule.when)}" if case.rule.when else ""
    return Routed(case.rule.id, case.severity, name, zone, held, waits=waits)


def _why_not(target: Target | None, case: _Case) -> str:
    when = case.rule.when
    if when is not None and when.kind == "quiet_for":
        return f"a match tells nobody: people are told of {wanted(when)}"
    if target is None:
        return "there is no such target: what is for it becomes a dead letter"
    # Which source it will be is not known of a rule alone; then any that the target wants will do.
    source = case.source if case.source is not None else next(iter(target.sources), "")
    topic = case.rule.topic
    return unwanted(target, case.severity, rule=case.rule.id, topic=topic, source=source)


async def _told_before(people: People, case: _Case, target: str) -> str:
    if case.story_id is None:
        return ""
    told: list[Told] = await people.alerts(rule=case.rule.id, target=target, story=case.story_id)
    return f"told of this story before: notice {told[-1].id}, {told[-1].status}" if told else ""
