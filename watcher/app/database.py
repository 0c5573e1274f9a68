"""What is done to a database as a whole: copied, kept, put back, cleared out, looked through."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from watcher import log
from watcher.clock import utc_now
from watcher.config import load_config, read_database
from watcher.errors import StorageUnavailable
from watcher.record import (
    Record,
    back_up,
    check_record,
    compact,
    copy_record,
    drop_old,
    name_of,
    restore,
    shown_address,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.record import CopiedTable, Finding, Tell


def copy_database(config_file: Path, to: str, tell: Tell) -> list[CopiedTable]:
    """Copy the record of a configuration into an empty database, checked on both sides.

    `to` is an address as a configuration has them; paths in it count from the current folder.
    """
    config = load_config(config_file)
    target, secrets = read_database(to, Path.cwd(), os.environ)
    log.hide(*secrets)
    return copy_record(config.database.reveal(), target.reveal(), tell)


def back_up_database(
    config_file: Path, path: Path | None, keep: int, tell: Tell
) -> tuple[Path, list[Path]]:
    """Back the record of a configuration up; give the file, and the older ones that were deleted.

    `path` names a new file or a folder; without it, that is `backups` beside the configuration.
    What came of it is noted in the record: the daemon tells the operator where it failed.
    """
    config = load_config(config_file)
    database = config.database.reveal()
    try:
        file, is_folder = _new_backup(config_file, path)
        back_up(database, file, tell)
        asyncio.run(_note(database, made=str(file.absolute())))
    except Exception as failure:
        asyncio.run(_note(database, failed=str(failure)))
        raise
    return file, drop_old(file.parent, keep) if keep and is_folder else []


def _new_backup(config_file: Path, path: Path | None) -> tuple[Path, bool]:
    """Name the file of a new backup, and say whether it is one of many in a folder."""
    folder = path or config_file.parent / "backups"
    if path is None:
        folder.mkdir(mode=0o700, exist_ok=True)
    is_folder = path is None or folder.is_dir()
    return (folder / name_of(utc_now()) if is_folder else folder), is_folder


async def _note(database: str, *, made: str = "", failed: str = "") -> None:
    """Note a backup, or why it failed, as far as the record can be written."""
    try:
        async with Record(database, migrate=False) as record:
            if made:
                await record.selfreport.backup_made(made, utc_now())
            else:
                await record.selfreport.backup_failed(log.masked(failed), utc_now())
    except StorageUnavailable as failure:
        log.warning("db", status="what came of this backup could not be noted", why=str(failure))


def restore_database(
    config_file: Path, backup: Path, tell: Tell, *, replaces: bool
) -> tuple[str, Path | None]:
    """Restore a backup; give the database, and where what was there is kept, if anything was."""
    database = load_config(config_file).database.reveal()
    kept = restore(backup, database, tell, utc_now(), replaces=replaces)
    return shown_address(database), kept


async def prune_database(config_file: Path, *, is_dry: bool) -> dict[str, int]:
    """Forget now what the daemon would forget in time, or only count it: table -> rows."""
    config = load_config(config_file)
    async with Record(config.database.reveal(), migrate=False) as record:
        now = utc_now()
        found = await record.upkeep.prunable(config.keep, now)
        if not is_dry:
            await record.upkeep.prune(config.keep, now)
    return found


def compact_database(config_file: Path) -> tuple[int, int] | None:
    """Write the file of an SQLite database anew; give its size before and after, None without."""
    return compact(load_config(config_file).database.reveal())


def check_database(config_file: Path, tell: Callable[[str], None]) -> list[Finding]:
    """Look the record of a configuration through; `tell` hears of each step."""
    return check_record(load_config(config_file).database.reveal(), tell)
