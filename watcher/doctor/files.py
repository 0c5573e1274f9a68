"""The files that people write: configuration, sources, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.archive import advise
from watcher.doctor.finding import bad, good, warn
from watcher.notify.threads import in_thread
from watcher.rulefolder import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.doctor.finding import Finding, Given
    from watcher.errors import Problem

MOST = 5
"""Problems that are named one by one; `watcher check` names all."""


async def configuration(given: Given) -> list[Finding]:
    """Look at watcher.yaml and the sources file."""
    config = given.config
    if found := _told("configuration", given.problems, "`watcher check` names every mistake."):
        return found
    sources = sum(source.enabled for source in config.sources)
    what = f"{config.file}: sources {sources}, targets {len(config.targets)}"
    if not config.operator:
        advice = "Set `operator` to a target, or nobody hears of the watcher's own troubles."
        return [warn("configuration", f"{what}; no operator", advice)]
    return [good("configuration", what)]


async def rules(given: Given) -> list[Finding]:
    """Look at the rule files, and at what is unwise in them."""
    config = given.config
    names = [target.name for target in config.targets]
    read = await in_thread(lambda: read_folder(config.rules, names))
    problems = list(read.problems)
    if read.is_usable:
        problems += await in_thread(lambda: advise(config.rules, config.targets))
    if found := _told("rules", problems, "`watcher rules check` names all of it."):
        return found
    return [good("rules", f"{len(read.rules.rules)} rules in {config.rules}")]


def _told(check: str, problems: Iterable[Problem], advice: str) -> list[Finding]:
    listed = sorted(problems, key=lambda one: (one.level != "error", one))
    found = [
        (bad if one.level == "error" else warn)(check, str(one), advice) for one in listed[:MOST]
    ]
    if len(listed) > MOST:
        is_bad = listed[MOST].level == "error"
        found.append((bad if is_bad else warn)(check, f"{len(listed) - MOST} more", advice))
    return found
