"""What every other value is made of."""

from __future__ import annotations

import enum
from typing import Literal, TypeAlias

Where: TypeAlias = Literal["title", "lead", "text"]


class Secret(str):
    """Text that never shows itself: str() and repr() give stars, `reveal()` the value."""

    __slots__ = ()

    def __str__(self) -> str:
        """Give stars."""
        return "***"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        """Give stars, also inside f-strings."""
        return "***"

    def reveal(self) -> str:
        """Give the value itself, for the one call that needs it."""
        return str.__str__(self)


class Severity(enum.IntEnum):
    """How much a match matters, as the rule says; compares by urgency."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The word that rule files use."""
        return self.name.lower()
