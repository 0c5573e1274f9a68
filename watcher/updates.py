"""What is told of stories as time goes by: what articles add to them, and what silence does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.log import event
from watcher.model import Said
from watcher.notify import alert_of, route
from watcher.story import agencies_of, amounts, figures, lead_of, leading, quiet, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from watcher.clock import Clock
    from watcher.match import Rule
    from watcher.model import Alert, Article, Match, Source
    from watcher.notify import Target
    from watcher.record import Record

CATCHING_UP: Final = timedelta(hours=1)
"""How long after a start silence is not judged: what came in the meantime is still being read."""
STANDSTILL: Final = timedelta(minutes=10)
"""So long between two ticks of a minute, the daemon did not run: the machine slept."""


def said_in(article: Article, matches: Sequence[Match], outlet: str) -> Said:
    """Say what an article adds to its story; `outlet` is what its source is called."""
    # Most articles match nothing: of them only what stands on top is of use.
    found = figures(article.title, article.text if matches else lead_of(article.text))
    return Said(
        agencies=agencies_of(article.credit, article.text, outlet),
        figures=amounts(leading(article, found)),
        statements=statements(article, matches, found) if matches else {},
    )


def wishes_of(targets: Iterable[Target]) -> dict[str, frozenset[str]]:
    """Say what each target wants to hear of a story after the first notice."""
    return {target.name: frozenset[str](target.updates) for target in targets}


@dataclass(frozen=True, slots=True)
class Updates:
    """Tells what no article sets off: stories that have ended, topics that fell silent."""

    record: Record
    targets: Sequence[Target]
    sources: Mapping[str, Source]
    quiet_s: float
    """How long nothing must be added to a story until it is summed up."""
    now: Clock

    async def close_stories(self) -> int:
        """Sum up the stories that have been quiet for long enough; give how many."""
        now, closed = self.now(), 0
        wishes = wishes_of(self.targets)
        while some := await self.record.close_stories(
            now - timedelta(seconds=self.quiet_s), wishes, now
        ):
            closed += some
        return closed

    async def tell_of_silence(self, rules: Iterable[Rule]) -> None:
        """Tell of topics that have fallen silent, once for each silence.

        Not while most sources fail: then it is we who hear nothing.
        """
        waiting = [rule for rule in rules if rule.when and rule.when.kind == "quiet_for"]
        if not waiting:
            return
        failing, active = await self.record.selfreport.failing()
        if failing * 2 > active:
            return
        for rule in waiting:
            await self._judge(rule)

    async def _judge(self, rule: Rule) -> None:
        last, now = await self.record.archive.last_match(rule.id), self.now()
        if last is None or rule.when is None:
            return
        found = quiet(last.at, rule.when, now, last.silent_since)
        if found is None:
            return
        source = self.sources.get(last.one.article.source)
        alert = alert_of(
            last.one.article,
            replace(last.match, severity=rule.severity),
            rule_title=rule.title,
            topic=rule.topic,
            source_name=source.name if source else last.one.source_name,
            seen=last.at,
        )
        told = replace(alert, update=found.update)
        alerts = self._addressed(rule, told)
        queued = await self.record.tell_of_story(last.story_id, alerts, found.occasion, now)
        if queued:
            event("notify", rule=rule.id, status=found.occasion, notices=len(queued))

    def _addressed(self, rule: Rule, alert: Alert) -> list[tuple[str, Alert]]:
        names = route(
            rule.notify,
            rule.severity,
            self.targets,
            rule=rule.id,
            topic=rule.topic,
            source=alert.source_id,
        )
        return [(target, alert) for target in names]


def caught_up_from(began: datetime, last: datetime | None, now: datetime) -> datetime:
    """Give when the catching up began that counts now: at the start, or after a standstill.

    `last` is when this was asked before; None at the first time.
    """
    return now if last is not None and now - last >= STANDSTILL else began


def is_caught_up(started: datetime, now: datetime) -> bool:
    """Tell whether silence can be judged: nothing may have been read yet right after a start."""
    return now - started >= CATCHING_UP
