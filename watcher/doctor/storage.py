"""The database: usable, its tables those of this program, sound, not too large, backed up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.behind import trouble_of_backups
from watcher.config import database_file
from watcher.doctor.finding import bad, good, unknown, warn
from watcher.errors import WatcherError
from watcher.notify.threads import in_thread
from watcher.record import examine, known_backups

if TYPE_CHECKING:
    from watcher.doctor.finding import Finding, Given
    from watcher.record import Checkup

LOOK_S: Final = 10.0
AHEAD: Final = timedelta(minutes=10)
_MB: Final = 1024**2
_NONE_YET: Final = (
    "`systemctl enable --now watcher-backup.timer`, or `watcher db backup` now and "
    "then; those made by other means are not known of."
)


async def database(given: Given) -> list[Finding]:
    """Look at the record."""
    address = given.config.database.reveal()
    file = database_file(address)
    if file and not file.exists():
        what = f"there is no {file} yet"
        return [warn("database", what, "The first `watcher run` makes it.")]
    try:
        found = await in_thread(lambda: examine(address, LOOK_S))
    except WatcherError as failure:
        return [
            bad("database", str(failure), _mending(str(failure).partition("cannot be used:")[2]))
        ]
    return [_tables(found), *_state(found, given)]


async def backup(given: Given) -> list[Finding]:
    """Look what the record knows of its backups."""
    address = given.config.database.reveal()
    file = database_file(address)
    try:
        known = None
        if not file or file.exists():
            known = await in_thread(lambda: known_backups(address))
    except WatcherError:
        return [unknown("backup", "the database cannot be read, which would know")]
    if known is None:
        return [unknown("backup", "there are no tables of this version, which would know")]
    said, advice = trouble_of_backups(known, given.now())
    told = [bad("backup", said, advice)] if said else []
    if known.made:
        told.append(
            good("backup", f"the last is of {known.made[0]:%Y-%m-%d %H:%M} UTC: {known.file}")
        )
    elif not said:
        told.append(warn("backup", "none was ever made", _NONE_YET))
    return told


def _mending(why: str) -> str:
    """Say what helps against a failure, by what the database calls it."""
    known = {
        "locked": "Another program holds it: end it, or wait until its backup is made.",
        "damaged": "Stop the daemon and restore the last backup; keep the damaged file aside.",
        "readonly": "Its file, its folder or its disk can only be read: see owner and mode.",
        "disk": "Free some disk; nothing was lost by it.",
        "password": "See `database`, and the secret that it names.",
        "refused": "Start PostgreSQL, or correct the host and port in `database`.",
    }
    return next((advice for word, advice in known.items() if word in why), "See `database`.")


def _tables(found: Checkup) -> Finding:
    if not found.revision:
        return warn(
            "database", f"{found.kind}: no tables yet", "The first `watcher run` makes them."
        )
    if found.revision < found.newest:
        what = f"{found.kind}: tables {found.revision}, this program has {found.newest}"
        return warn("database", what, "The next start migrates them: make a backup before.")
    if found.revision > found.newest:
        what = f"{found.kind}: tables {found.revision} are of a newer program than this one"
        return bad("database", what, "Install that version again.")
    return good("database", f"{found.kind}, tables {found.revision}, {found.size / _MB:,.0f} MB")


def _state(found: Checkup, given: Given) -> list[Finding]:
    told: list[Finding] = []
    bound = given.config.behind.max_database
    if found.damage:
        advice = "Stop the daemon, keep the file aside, and restore the last backup."
        told.append(bad("database", f"it is damaged: {'; '.join(found.damage)}", advice))
    if not found.is_all:
        told.append(unknown("database", f"its soundness, as {LOOK_S:.0f} s were too short to look"))
    if found.size > bound:
        what = f"it is larger than `behind.max_database`, {bound / _MB:,.0f} MB"
        told.append(warn("database", what, "Keep less of it, or raise the bound."))
    if found.newest_entry and found.newest_entry > given.now() + AHEAD:
        what = f"an entry was recorded at {found.newest_entry:%Y-%m-%d %H:%M} UTC, which is to come"
        advice = "The clock was ahead then, or is behind now: see the check of the clock."
        told.append(bad("database", what, advice))
    return told
