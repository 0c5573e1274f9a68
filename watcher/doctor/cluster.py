"""The processes of a cluster: all that has to be done is done by somebody, and they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from watcher.config import database_file
from watcher.doctor.finding import bad, good, unknown, warn
from watcher.errors import WatcherError
from watcher.notify.threads import in_thread
from watcher.record import examine_cluster

if TYPE_CHECKING:
    from watcher.doctor.finding import Finding, Given

_ALONE: Final = "there is none: one daemon does everything"
_GONE: Final = "Start it again, or see in its log why it ended: `journalctl -u 'watcher@*'`."
_DIFFERS: Final = (
    "Have the same version and files on every machine, and restart; rules follow soon."
)


async def processes(given: Given) -> list[Finding]:
    """Look who is there, and whether nobody is missing."""
    address = given.config.database.reveal()
    if database_file(address):
        return [good("cluster", _ALONE)]
    try:
        found = await in_thread(lambda: examine_cluster(address))
    except WatcherError:
        return [unknown("cluster", "who is there is told by the database, which cannot be used")]
    if found is None:
        return [good("cluster", _ALONE)]
    told = [bad("cluster", what, advice) for what, advice in found.problems]
    for one in found.members:
        if one.is_gone:
            what = f"{one.name} ({', '.join(one.roles)}) has said nothing for {one.silent_s:.0f} s"
            told.append(warn("cluster", what, _GONE))
        elif remarks := found.remarks(one):
            told.append(warn("cluster", f"{one.name}: {'; '.join(remarks)}", _DIFFERS))
    if found.leader:
        count = len(found.present)
        what = f"processes: {count}; {found.leader.name} leads"
        told.insert(0, good("cluster", what))
    return told
