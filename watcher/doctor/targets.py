"""Targets: whether their servers can be reached. Nothing is sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from watcher.doctor.finding import bad, good, unknown, warn
from watcher.doctor.reaching import Unreachable, reach
from watcher.notify.reach import door_of
from watcher.notify.send import CONSOLE, fault_of

if TYPE_CHECKING:
    from datetime import datetime

    from watcher.doctor.finding import Finding, Given
    from watcher.doctor.reaching import Reached
    from watcher.notify import Target

SOON: Final = timedelta(days=14)


async def targets(given: Given) -> list[Finding]:
    """Look at every target."""
    configured = given.config.targets
    if not configured:
        return [bad("targets", "none is set: alerts reach nobody", "Add one below `targets`.")]
    return list(await asyncio.gather(*(_look(target, given) for target in configured)))


async def _look(target: Target, given: Given) -> Finding:
    name = f"{target.name} ({target.scheme})"
    if target.scheme == CONSOLE:
        return good("targets", f"{name}: prints where the daemon runs")
    if fault := fault_of(target):
        return bad("targets", f"{name}: its address is {fault}", "Correct its `url`.")
    door = door_of(target)
    if door is None:
        what = f"{name}: where its service stands"
        return unknown("targets", what, f"`watcher send-test {target.name}` tries it.")
    try:
        reached = await reach(door, given.config.fetch.allow_networks)
    except Unreachable as failure:
        advice = "See its address, the firewall, the name server; then `watcher send-test`."
        return bad("targets", f"{name}: {failure}", advice)
    return judged("targets", f"{name}: {door.host}:{door.port}", reached, given.now())


def judged(check: str, what: str, reached: Reached, now: datetime) -> Finding:
    """Judge a server that was reached by how long its certificate holds."""
    told = f"{what} answers ({', '.join(reached.steps)})"
    if reached.expires is None:
        return good(check, told)
    days = (reached.expires - now).days
    told += f", its certificate holds for {days} days"
    if reached.expires - now < SOON:
        return warn(check, told, "See that it is renewed: it should have been by now.")
    return good(check, told)
