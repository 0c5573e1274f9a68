"""`watcher doctor`: looks at everything the daemon needs, and says what to do.

Works though the configuration, the database or the network is broken: that is when it is asked. All
checks run at once, each within its time; none changes anything, and none sends a message.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from watcher import log
from watcher.clock import utc_now
from watcher.config import read_config
from watcher.doctor import cluster, files, machine, network, places, storage, targets, unit
from watcher.doctor.finding import Finding, Given, bad, unknown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from watcher.clock import Clock

    Check = Callable[[Given], Awaitable[Sequence[Finding]]]

__all__ = ["CHECKS", "WITHIN_S", "Finding", "examine_all"]

WITHIN_S: Final = 20.0
CHECKS: Final[dict[str, Check]] = {
    "configuration": files.configuration,
    "rules": files.rules,
    "database": storage.database,
    "backup": storage.backup,
    "cluster": cluster.processes,
    "disk": machine.disks,
    "memory": machine.memory,
    "folders": places.folders,
    "clock": network.clock,
    "names": network.names,
    "proxy": network.proxy,
    "certificates": network.certificates,
    "targets": targets.targets,
    "unit": unit.unit,
}
"""In the order in which they are shown."""


async def examine_all(
    config_file: Path,
    done: Callable[[str], None] = lambda _: None,
    *,
    within_s: float = WITHIN_S,
    clock: Clock = utc_now,
) -> list[Finding]:
    """Make every check at once; `done` hears of each that has ended."""
    config, problems = read_config(config_file)
    given = Given(config, tuple(problems), clock)

    async def one(name: str, check: Check) -> Sequence[Finding]:
        try:
            async with asyncio.timeout(within_s):
                found = await check(given)
        except TimeoutError:
            found = [unknown(name, f"no answer within {within_s:.0f} s")]
        except Exception as failure:  # noqa: BLE001 - a check that breaks must not hide the others
            found = [bad(name, f"this could not be checked: {type(failure).__name__}: {failure}")]
        done(name)
        return found

    found = await asyncio.gather(*(one(name, check) for name, check in CHECKS.items()))
    return [each.masked(log.masked) for some in found for each in some]
