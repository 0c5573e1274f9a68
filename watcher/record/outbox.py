"""How long a notice waits before it is tried again. Pure."""

from __future__ import annotations

FIRST_DELAY_S = 30.0
LONGEST_DELAY_S = 3600.0
LONGEST_ASKED_S = 86_400.0
"""A server that asks for more than a day is taken at a day: it is more often wrong than patient."""
MAX_ATTEMPTS = 103
"""Even with every delay at its shortest this takes three days: a weekend without a server."""


def retry_delay(attempts: int, asked_s: float | None, jitter: float) -> float | None:
    """Give the seconds to wait after `attempts` failures (1 or more), or None to give up.

    Doubles from 30 s to an hour, less up to a quarter by `jitter` in [0, 1), so that notices that
    failed together do not come back together. Never sooner than the other side asked for.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    grown = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(attempts - 1, 16))
    delay = grown * (1 - jitter / 4)
    # `>` is also False for NaN.
    return min(asked_s, LONGEST_ASKED_S) if asked_s is not None and asked_s > delay else delay
