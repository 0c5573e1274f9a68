"""What people ask of the record and answer to it: alerts, silences, acknowledgements.

One method per question or step, one transaction each, as of the record itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from watcher.record import alerts, answers, bundles, holding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from watcher.model import Escalation, Judge, Lately, Silence, Waiting
    from watcher.record.alerts import Told
    from watcher.record.answers import Answer
    from watcher.record.engine import Database


@dataclass(frozen=True, slots=True)
class People:
    """The record's side that people see."""

    database: Database
    judge: Judge

    # --- ticks of the daemon --------------------------------------------------------------

    async def bundle_due(self, now: datetime) -> int:
        """Make the digests and summaries that are due; give how many alerts go out by that."""
        return await self.database.write(bundles.bundle_due, self.judge, now)

    async def escalate(self, escalations: Sequence[Escalation], now: datetime) -> list[int]:
        """Queue what nobody acknowledged in time for the next target; give the notices' numbers."""
        return await self.database.write(answers.escalate, escalations, self.judge, now)

    # --- alerts ---------------------------------------------------------------------------

    async def alerts(  # noqa: PLR0913 - what is asked for
        self,
        since: datetime | None = None,
        *,
        status: str = "",
        rule: str = "",
        target: str = "",
        story: int | None = None,
        limit: int = 50,
    ) -> list[Told]:
        """Give the newest notices, the newest first."""
        ask = partial(
            alerts.listed,
            since=since,
            status=status,
            rule=rule,
            target=target,
            story=story,
            limit=limit,
        )
        return await self.database.read(ask)

    async def alert(self, notice_id: int) -> Told | None:
        """Give a notice with each attempt to send it; None where there is none."""
        return await self.database.read(alerts.one, notice_id)

    async def resend(self, notice_id: int, now: datetime) -> int | None:
        """Queue a notice once more under a new occasion; give the new one's number."""
        return await self.database.write(answers.resend, notice_id, self.judge, now)

    # --- answers --------------------------------------------------------------------------

    async def acknowledge(self, notice_id: int, author: str, note: str, now: datetime) -> Answer:
        """Note that somebody has seen to a notice, and to its rule and story wherever told."""
        return await self.database.write(answers.acknowledge, notice_id, author, note, now)

    async def silence(self, wanted: Silence) -> Silence | None:
        """Keep a silence from `starts` to `ends`; None where there is no such story."""
        return await self.database.write(answers.silence, wanted)

    async def end_silence(self, number: int, now: datetime) -> Answer:
        """End a silence."""
        return await self.database.write(answers.end_silence, number, now)

    async def silences(self, since: datetime) -> list[Silence]:
        """Give the silences that had not ended then."""
        return await self.database.read(answers.silences_since, since)

    async def lately(self, waiting: Waiting, now: datetime) -> Lately:
        """Give what a target has heard of a rule within an hour, or is about to."""
        return await self.database.read(holding.lately_of, waiting, now)
