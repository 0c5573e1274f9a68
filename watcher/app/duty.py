"""What is to be done at intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from watcher.schedule import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class Duty(NamedTuple):
    """A coroutine function to be called every so many seconds."""

    name: str
    every_s: float
    do: Callable[[], Coroutine[None, None, None]]
    patience_s: float = PATIENCE_S
    """It stands still when one call takes longer."""
    is_own: bool = False
    """Of several machines each does it for itself; the others are done by the one that leads."""
