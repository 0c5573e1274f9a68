"""What the daemon does at intervals, beside polling, reading and delivering."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from watcher import log
from watcher.app.duty import Duty
from watcher.app.memory import pass_over_what_lasts
from watcher.clock import utc_now
from watcher.errors import StorageUnavailable
from watcher.record import REPORTED_EVERY_S
from watcher.updates import caught_up_from, is_caught_up
from watcher.workers import return_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.app.faults import Faults
    from watcher.config import Config
    from watcher.pipeline import Pipeline
    from watcher.record import Record
    from watcher.rulebook import Rulebook
    from watcher.web import Room

HEALTH_TICK_S = 60.0
"""Troubles that begin within a minute are told together."""
BUNDLE_TICK_S = 5.0
ESCALATION_TICK_S = 15.0
LINKS_TICK_S = 60.0
"""How often it is tried to listen for answers where the port was taken."""
STORIES_TICK_S = 60.0
TIDY_TICK_S = 3600.0
EVIDENCE_TICK_S = 300.0
FAULTS_TICK_S = 2.0
LONG_S = 6 * 3600.0
"""What works through much of the record may take so long."""
MEMORY_TICK_S = 300.0
RULES_TICK_S = 1.0
RULES_SETTLE_S = 0.5
"""A change is looked at again after so long, so that an edit takes effect within two seconds."""


@dataclass(slots=True)
class Periodic:
    """What one daemon does at intervals."""

    config: Config
    pipeline: Pipeline
    rulebook: Rulebook
    wake_deliveries: Callable[[], None]
    answers: Room | None = None
    """Where people answer by links; None for no links."""
    faults: Faults | None = None
    """What goes wrong around the daemon; None where it is not looked for."""
    is_one_pass: bool = False
    """All there is has been read when it is looked for what became of stories."""
    awake_since: datetime = field(default_factory=utc_now)
    """When it started, or went on after the machine slept."""
    _stories_at: datetime | None = None
    """When it was last looked for what is to be told of stories."""
    _rules_recorded: bool = False

    @property
    def record(self) -> Record:
        """The record."""
        return self.pipeline.record

    def duties(self) -> list[Duty]:
        """Give everything that is to be done, with how often."""
        duties = [
            Duty("rules", RULES_TICK_S, self.refresh_rules, is_own=True),
            Duty("health", HEALTH_TICK_S, self.tell_troubles),
            Duty("bundles", BUNDLE_TICK_S, self.bundle),
            Duty("escalation", ESCALATION_TICK_S, self.escalate),
            Duty("stories", STORIES_TICK_S, self.tell_of_stories),
            Duty("tidy", TIDY_TICK_S, self.tidy, LONG_S),
            Duty("evidence", EVIDENCE_TICK_S, self.drop_evidence, LONG_S),
            Duty("memory", MEMORY_TICK_S, self.give_memory_back, is_own=True),
            Duty("presence", REPORTED_EVERY_S, self.say_present, is_own=True),
        ]
        if self.faults:
            duties.append(Duty("faults", FAULTS_TICK_S, self.faults.look))
        if self.answers:
            duties.append(Duty("links", LINKS_TICK_S, self.open_answers, is_own=True))
        return duties

    async def do_all_once(self) -> None:
        """Do what follows a pass over all sources."""
        self.is_one_pass = True
        await self.tell_troubles()
        await self.tell_of_stories()
        await self.bundle()
        await self.escalate()
        await self.tidy()
        await self.drop_evidence()

    async def open_answers(self) -> None:
        """Listen for answers to links, where there are any and nothing does so yet."""
        if self.answers:
            await self.answers.open()

    async def close_answers(self) -> None:
        """Listen no longer."""
        if self.answers:
            await self.answers.close()

    async def tell_troubles(self) -> None:
        """Tell the operator how sources and targets are doing, where that changed; of templates."""
        with contextlib.suppress(StorageUnavailable):  # the next tick comes
            await self.pipeline.report.tell_of_sources()
            await self.pipeline.delivery.tell_of_outages()
            await self.pipeline.report.tell_of_templates(self.pipeline.notifier.template_problems)

    async def bundle(self) -> None:
        """Make the digests and summaries that are due."""
        with contextlib.suppress(StorageUnavailable):  # the next tick comes
            if await self.record.people.bundle_due(self.pipeline.now()):
                self.wake_deliveries()

    async def escalate(self) -> None:
        """Tell the next target of what nobody has acknowledged."""
        wanted = [one for target in self.config.targets if (one := target.escalation)]
        with contextlib.suppress(StorageUnavailable):
            if wanted and await self.record.people.escalate(wanted, self.pipeline.now()):
                self.wake_deliveries()

    async def tell_of_stories(self) -> None:
        """Sum up stories that have ended, and tell of topics that fell silent."""
        with contextlib.suppress(StorageUnavailable):  # the next tick comes
            updates, now = self.pipeline.updates, self.pipeline.now()
            self.awake_since = caught_up_from(self.awake_since, self._stories_at, now)
            self._stories_at = now
            await updates.close_stories()
            # After a start or a sleep, some is still to be read.
            if self.is_one_pass or is_caught_up(self.awake_since, now):
                await updates.tell_of_silence(self.pipeline.rules.rules)

    async def tidy(self) -> None:
        """Forget what is no longer shown, and what is older than is kept."""
        with contextlib.suppress(StorageUnavailable):
            await self.record.upkeep.tidy(utc_now())
            await self.record.upkeep.prune_daily(self.config.keep, utc_now())

    async def drop_evidence(self) -> None:
        """Drop the oldest pages that were kept as received."""
        limits = self.config.limits
        with contextlib.suppress(StorageUnavailable):
            before = utc_now() - timedelta(seconds=limits.keep_raw_s)
            await self.record.upkeep.drop_evidence(before, limits.max_raw_bytes)

    async def say_present(self) -> None:
        """Say that this process uses the record, to whoever would move or replace it."""
        with contextlib.suppress(StorageUnavailable):
            await self.record.upkeep.stay(utc_now())

    async def give_memory_back(self) -> None:
        """Give back what was freed: many threads each keep some of it, more with every day."""
        await asyncio.to_thread(return_freed_memory)

    async def refresh_rules(self) -> None:
        """Take up edited rules, or say why not and keep the old ones."""
        if await refreshed(self.rulebook):
            self.judge_rules()
            pass_over_what_lasts()
        if not self._rules_recorded:
            # Judged is judged: if the database is away, what remains is tried at the next tick.
            with contextlib.suppress(StorageUnavailable):
                await self.record_rules()

    def judge_rules(self) -> None:
        """Put what was read in force, or say what is wrong with it."""
        self._rules_recorded = False
        for problem in self.rulebook.refused:
            log.error("rules", status="refused, the old ones stay in force", problem=problem)
        if not self.rulebook.refused:
            current = self.rulebook.current
            self.pipeline.put_in_force(current.rules)
            rules = len(current.rules.rules)
            log.event("rules", status="in force", rules=rules, revision=current.revision[:12])

    async def record_rules(self) -> None:
        """Put on record which rules are in force, or why edited ones are not."""
        current, now = self.rulebook.current, utc_now()
        refused = "\n".join(map(str, self.rulebook.refused))
        await self.record.selfreport.remember_rules_refused(refused, now)
        if refused:
            what = "edited rule files were not taken up"
            await self.pipeline.report.tell(what, refused, occasion=f"rules {now.isoformat()}")
        else:
            await self.record.rule_revision(current.revision, current.text, now)
        self._rules_recorded = True

    def begin_again(self) -> None:
        """Take up that the clock was put forward or back: silence is not judged for a while."""
        self.awake_since, self._stories_at = self.pipeline.now(), None


async def refreshed(rulebook: Rulebook) -> bool:
    """Look at the folder of rules, and once more where it is being edited; tell what came of it."""
    found = await asyncio.to_thread(rulebook.refresh)
    if not rulebook.is_changing:
        return found
    await asyncio.sleep(RULES_SETTLE_S)
    return await asyncio.to_thread(rulebook.refresh)
