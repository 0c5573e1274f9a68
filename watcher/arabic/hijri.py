"""The tabular Hijri calendar, which can be a day or two off the one that is sighted. Pure."""

from __future__ import annotations

from datetime import date
from typing import Final

FIRST_YEAR: Final = 1300
LAST_YEAR: Final = 1500
FIRST_SURE_YEAR: Final = 1420
"""1999. Earlier ones may be of the Solar Hijri calendar, which gets there in 2041."""
_EPOCH: Final = 227_014  # The day before 1 Muharram 1 (16 July 622 Julian), as an ordinal.


def from_hijri(year: int, month: int, day: int) -> date | None:
    """Give the Gregorian day of a Hijri one; None where no calendar of our times has it.

    Reingold and Dershowitz, Calendrical Calculations, Islamic arithmetical.
    """
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 30):
        return None
    elapsed = day + (59 * (month - 1) + 1) // 2 + 354 * (year - 1) + (3 + 11 * year) // 30
    return date.fromordinal(_EPOCH + elapsed)
