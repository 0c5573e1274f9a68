"""What the record knows of the program's own troubles, and takes to tell the operator.

One method per question or step, one transaction each, as of the record itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher.record import backuplog, depths, health, members, notices, status, steps

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from watcher.model import Alert, Backups, ClusterStatus, Depths, Judge, Trouble
    from watcher.record.engine import Database


@dataclass(frozen=True, slots=True)
class SelfReport:
    """The record's side that speaks of the program itself."""

    database: Database
    judge: Judge

    async def tell(self, target: str, alert: Alert, occasion: str, now: datetime) -> None:
        """Queue what the program has to say of itself, once for each occasion and target."""
        await self.database.write(notices.tell, target, alert, occasion, now, self.judge)

    async def untold_troubles(self) -> list[tuple[Trouble, bool]]:
        """Give the troubles of which a word is due, each with whether it is that it is over."""
        return await self.database.read(health.untold)

    async def troubles_told(
        self,
        ids: Collection[int],
        notice: tuple[str, Alert, str] | None,
        now: datetime,
        words: int = 1,
    ) -> None:
        """Queue the notice, which is (target, alert, occasion), and note what it told.

        `words` is 2 where it stands for the end of the troubles, too.
        """
        await self.database.write(steps.tell_of_troubles, ids, notice, now, words, self.judge)

    async def failing(self) -> tuple[int, int]:
        """Count the active sources whose polls fail, and all of them."""
        return await self.database.read(health.failing)

    async def remember_rules_refused(self, what: str, now: datetime) -> None:
        """Keep the mistakes of edited rule files for `status`; empty when all are in force."""
        await self.database.write(status.remember_rules_refused, what, now)

    async def depths(self, now: datetime) -> Depths:
        """Measure how much waits, and since when it could have been done."""
        return await self.database.read(depths.measure, now)

    async def cluster(self) -> ClusterStatus | None:
        """Give the processes that share the work; None where one daemon does it all."""
        return await self.database.read(members.read)

    async def behind(self) -> dict[str, datetime]:
        """Give in what the daemon has been told to be behind, since when."""
        return await self.database.read(depths.behind)

    async def note_behind(
        self, what: str, said: str, notice: tuple[str, Alert, str] | None, now: datetime
    ) -> None:
        """Note that the daemon is behind in something, or with nothing said that it is over.

        The notice, which is (target, alert, occasion), is queued in the same transaction.
        """
        await self.database.write(depths.note, what, said, notice, now, self.judge)

    async def backup_made(self, file: str, now: datetime) -> None:
        """Note a backup that was made, and where it was put."""
        await self.database.write(backuplog.made, file, now)

    async def backup_failed(self, why: str, now: datetime) -> None:
        """Note that a backup failed, and why."""
        await self.database.write(backuplog.failed, why, now)

    async def backups(self) -> Backups:
        """Give which backups were made, and whether the last one failed."""
        return await self.database.read(backuplog.read)
