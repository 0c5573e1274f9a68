"""The one place that reads the clock. The core never imports it: it takes `now`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Give the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the place
