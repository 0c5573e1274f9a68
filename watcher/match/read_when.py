"""What a rule waits for: `when:` as written -> its value. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from watcher.document import Mapping, at, problem, unknown_keys
from watcher.match.values import read_count, read_duration, shape
from watcher.model import When

if TYPE_CHECKING:
    from watcher.document import Node
    from watcher.errors import Problem
    from watcher.model import WhenKind

WHEN_KEYS = ("stories", "outlets", "quiet_for", "within")
KINDS: Final[tuple[WhenKind, ...]] = ("stories", "outlets", "quiet_for")
FEWEST = 2
"""One story or one outlet is what a rule without `when` tells of."""
LONGEST_S = 14 * 86400.0
"""Older articles are not compared with new ones."""
_FORMS = "`{stories: 3, within: 6h}`, `{outlets: 2, within: 12h}` or `{quiet_for: 24h}`"


def read_when(node: Node | None, problems: list[Problem]) -> When | None:
    """Read what a rule waits for; None where it waits for nothing, or what is written is wrong."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        problems.append(problem(node, f"expected {_FORMS}, got {shape(node)}"))
        return None
    if unknown := unknown_keys(node, WHEN_KEYS):
        problems.extend(unknown)
        return None
    kinds = [kind for kind in KINDS if node.get(kind) is not None]
    if not kinds:
        problems.append(problem(node, f"`when` says not for what. Write {_FORMS}."))
        return None
    if len(kinds) > 1:
        both = " and ".join(f"`{kind}`" for kind in kinds)
        what = f"a rule waits for one thing, here are {both}. Make a rule for each."
        problems.append(at(node.keys[kinds[1]], node.path, what))
        return None
    return _quiet(node, problems) if kinds[0] == "quiet_for" else _many(node, kinds[0], problems)


def _quiet(node: Mapping, problems: list[Problem]) -> When | None:
    if node.get("within") is not None:
        what = "`quiet_for` is the time itself. Remove `within`."
        problems.append(at(node.keys["within"], node.path, what))
        return None
    seconds = read_duration(node.values["quiet_for"], problems)
    return When("quiet_for", seconds) if seconds else None


def _many(node: Mapping, kind: WhenKind, problems: list[Problem]) -> When | None:
    count = read_count(node.values[kind], FEWEST, problems)
    within = node.get("within")
    if within is None:
        written = f"{kind}: {count or FEWEST}, within: 12h"
        problems.append(problem(node, f"`{kind}` lacks `within`. Write `{{{written}}}`."))
        return None
    seconds = _window(within, problems)
    return When(kind, seconds, count) if seconds and count else None


def _window(node: Node, problems: list[Problem]) -> float | None:
    seconds = read_duration(node, problems)
    if seconds is not None and seconds > LONGEST_S:
        what = "longer than 14d, after which stories are not compared any more. Write less."
        problems.append(problem(node, what))
        return None
    return seconds
