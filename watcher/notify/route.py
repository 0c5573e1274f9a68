"""Who is told about a match. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Severity
    from watcher.notify.target import Target


def route(  # noqa: PLR0913 - what a match is known by
    notify: tuple[str, ...],
    severity: Severity,
    targets: Sequence[Target],
    *,
    rule: str = "",
    topic: str = "",
    source: str = "",
) -> tuple[str, ...]:
    """Name the targets a match goes to: the rule's own list, or every target if it has none.

    What a target wants to hear of holds in both cases. A name that no target bears is kept: its
    notice is refused and so becomes visible, instead of vanishing here.
    """
    by_name = {target.name: target for target in targets}
    return tuple(
        name
        for name in dict.fromkeys(notify or by_name)
        if name not in by_name
        or not unwanted(by_name[name], severity, rule=rule, topic=topic, source=source)
    )


def unwanted(
    target: Target, severity: Severity, *, rule: str = "", topic: str = "", source: str = ""
) -> str:
    """Say why a target does not want to hear of a match; empty where it does."""
    if severity < target.min_severity:
        return f"less urgent than {target.min_severity.word}"
    for word, patterns, value in (
        ("rule", target.rules, rule),
        ("topic", target.topics, topic),
        ("source", target.sources, source),
    ):
        if patterns and not any(fnmatchcase(value, pattern) for pattern in patterns):
            return f"no {word} it wants"
    return ""
