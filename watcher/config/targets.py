"""The list `targets` -> Targets. What an address must be like is notify's knowledge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from watcher.config.fields import fields
from watcher.config.people import check_others, read_escalation, read_wishes, severity
from watcher.config.values import BadValueError, name, time_zone
from watcher.document import Mapping
from watcher.model import Secret, Severity
from watcher.notify import Target, fault_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.config.fields import Fields

TARGET_KEYS: Final = (
    "name",
    "url",
    "min_severity",
    "timezone",
    "rules",
    "topics",
    "sources",
    "updates",
    "quiet",
    "digest",
    "most_per_hour",
    "fallback",
    "escalate",
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S*")


def read_targets(top: Fields, secret: Callable[[str], str], zone: str) -> tuple[Target, ...]:
    """Read the targets of a config; `secret` fills in references, `zone` is the default.

    A target with mistakes stays in the list, so that rules that name it are not mistaken too.
    """
    targets: dict[str, Target] = {}
    places: dict[str, Fields] = {}
    nodes = list(top.items("targets", "a list of '- name: …' with 'url: …' below"))
    for node in nodes:
        given = fields(node, TARGET_KEYS, top.problems)
        if not isinstance(node, Mapping):
            continue
        target = _target(given, secret, zone)
        if target.name in targets:
            given.report_key("name", f"there are two targets '{target.name}'. Rename one.")
        elif target.name:
            targets[target.name], places[target.name] = target, given
    check_others(targets, places)
    if top.is_empty("targets"):
        what = "no target is set: alerts are recorded and nobody is told. Add one below 'targets:'."
        top.report(top.mapping, what, warning=True)
    return tuple(targets.values())


def _target(given: Fields, secret: Callable[[str], str], zone: str) -> Target:
    wishes: dict[str, Any] = read_wishes(given) | read_escalation(given)
    target = Target(
        name=given.need("name", name, ""),
        url=Secret(given.need("url", lambda text: _address(secret(text)), "")),
        min_severity=given.read("min_severity", severity, Severity.LOW),
        zone=given.read("timezone", time_zone, zone),
        **wishes,
    )
    fault = fault_of(target) if target.url else ""
    if fault:
        given.report_key("url", fault)
    return target


def _address(url: str) -> str:
    if not _ADDRESS.fullmatch(url):
        raise BadValueError(
            "this is no target address. Write it like mailto://…, slack://… or console://, "
            "with spaces as %20."
        )
    return url
