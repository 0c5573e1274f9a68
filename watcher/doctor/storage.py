"""The database: usable, its tables those of this program, sound, not too large."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.behind import trouble_of_backups
from watcher.config import database_file
from watcher.doctor.finding import bad, good, unknown, warn
from watcher.errors import WatcherError
from watcher.notify.threads import in_thread
from watcher.record import examine

if TYPE_CHECKING:
    from watcher.doctor.finding import Finding, Given
    from watcher.record import Checkup

LOOK_S: Final = 10.0
AHEAD: Final = timedelta(minutes=10)
_MB: Final = 1024**2


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
    return [_tables(found), *_state(found, given), *_backups(found, given)]


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


def _backups(found: Checkup, given: Given) -> list[Finding]:
    if not found.revision:
        return []
    said, advice = trouble_of_backups(found.backups, given.now())
    told = [bad("database", said, advice)] if said else []
    if found.backups.made:
        at = f"{found.backups.made[0]:%Y-%m-%d %H:%M} UTC"
        told.append(good("database", f"last backup {at}: {found.backups.file}"))
    elif not said:
        advice = "`systemctl enable --now watcher-backup.timer`, or `watcher db backup`."
        told.append(warn("database", "`watcher db backup` has not made one yet", advice))
    return told
