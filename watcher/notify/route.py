"""Who is told about a match. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Severity
    from watcher.notify.target import Target


def route(
    notify: tuple[str, ...], severity: Severity, targets: Sequence[Target]
) -> tuple[str, ...]:
    """Name the targets a match goes to: the rule's own list, or every target if it has none.

    A target's `min_severity` holds in both cases. A name that no target bears is kept: its notice
    is refused and so becomes visible, instead of vanishing here.
    """
    by_name = {target.name: target for target in targets}
    return tuple(
        name
        for name in dict.fromkeys(notify or by_name)
        if name not in by_name or severity >= by_name[name].min_severity
    )
