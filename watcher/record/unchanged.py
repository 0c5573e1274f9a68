"""Polls that brought nothing, kept together: most end so, and each transaction costs the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.log import error
from watcher.record import sources
from watcher.record.engine import RecordRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import SourceState
    from watcher.record.engine import Database
    from watcher.record.sources import UnchangedPoll


class UnchangedPolls:
    """States after polls that brought nothing, until they are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._polls: dict[str, UnchangedPoll] = {}

    def __contains__(self, source_id: str) -> bool:
        """Tell whether there is one of a source."""
        return source_id in self._polls

    def add(self, after: SourceState, before: SourceState | None) -> None:
        """Remember one."""
        self._polls[after.id] = (after, before)

    def forget(self, source_id: str) -> None:
        """Drop that of a source: a newer one is kept by itself."""
        self._polls.pop(source_id, None)

    async def keep(self) -> None:
        """Keep all there are. Raises StorageUnavailable, and then has them still."""
        if polls := list(self._polls.values()):
            try:
                await self._database.write(sources.keep_polls, polls)
            except RecordRefused:
                await self._keep_one_by_one(polls)
            for poll in polls:
                if self._polls.get(poll[0].id) is poll:
                    del self._polls[poll[0].id]

    async def _keep_one_by_one(self, polls: Sequence[UnchangedPoll]) -> None:
        """Keep what the database takes: one odd state must not hold up the others."""
        for poll in polls:
            try:
                await self._database.write(sources.keep_polls, [poll])
            except RecordRefused as refusal:
                error("record", source=poll[0].id, why=str(refusal))
