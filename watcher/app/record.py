"""The record of a configuration, opened for the daemon or to look something up."""

from __future__ import annotations

import contextlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from watcher.clock import utc_now
from watcher.config import load_config
from watcher.errors import StorageUnavailable
from watcher.notify import Holding
from watcher.record import Record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from watcher.config import Config
    from watcher.model import Source, SourceState
    from watcher.record import People, Status


def open_record(config: Config, *, migrate: bool = True, **also: Any) -> Record:
    """Give the record of a configuration, which judges notices by what its targets wish."""
    judge = Holding.of(config.targets)
    return Record(config.database.reveal(), migrate=migrate, judge=judge, **also)


@asynccontextmanager
async def open_archive(config_file: Path) -> AsyncIterator[tuple[Config, Record]]:
    """Open the record of a configuration, to look things up in it."""
    config = load_config(config_file)
    async with open_record(config, migrate=False) as record:
        yield config, record


@asynccontextmanager
async def open_people(config_file: Path) -> AsyncIterator[tuple[Config, People]]:
    """Open the record of a configuration for what people ask and answer."""
    async with open_archive(config_file) as (config, record):
        yield config, record.people


async def read_status(config_file: Path) -> Status:
    """Give what the record says about itself."""
    async with open_archive(config_file) as (_, record):
        return await record.status(utc_now())


async def read_sources_with_states(
    config_file: Path,
) -> list[tuple[Source, SourceState | None]]:
    """Give each source with what is remembered of it; None before its first start."""
    config = load_config(config_file)
    states: dict[str, SourceState] = {}
    with contextlib.suppress(StorageUnavailable):  # nothing has been recorded yet
        async with open_record(config, migrate=False) as record:
            status = await record.status(utc_now())
            states = {source.state.id: source.state for source in status.sources}
    return [(source, states.get(source.id)) for source in config.sources]
