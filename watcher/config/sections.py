"""The sections `fetch`, `polling`, `limits` and `log` -> settings. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from watcher.config.settings import Limits, Polling
from watcher.config.values import (
    BadValueError,
    bounded,
    duration,
    header,
    network,
    one_of,
    show_duration,
    show_size,
    size,
    whole_number,
)
from watcher.fetch import FetchSettings
from watcher.log import FORMS, LEVELS, Form, Level, LogSettings
from watcher.record import LEAST_KEPT as LEAST
from watcher.record import Keep

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.config.fields import Fields

POLLING_KEYS: Final = ("min_interval", "max_interval")
LIMITS_KEYS: Final = (
    "max_age",
    "read_attempts",
    "article_timeout",
    "workers",
    "worker_memory",
    "max_entries_per_poll",
    "max_pending",
    "max_waiting",
    "keep_raw",
    "max_raw",
    "story_quiet",
)
KEEP_KEYS: Final = ("raw", "texts", "deliveries")
FETCH_KEYS: Final = (
    "user_agent",
    "connect_timeout",
    "read_timeout",
    "total_timeout",
    "max_body",
    "max_redirects",
    "connections_per_host",
    "connections_per_address",
    "pause",
    "allow_networks",
)
LOG_KEYS: Final = ("level", "form")

DAY_S: Final = 86400.0
_MB: Final = 1024 * 1024
_YEARS: Final = re.compile(r"(\d{1,2}) ?y(?:ears?)?")


def seconds(least: float, most: float) -> Callable[[str], float]:
    """Make a reader of durations between two bounds."""
    return bounded(duration, least, most, show_duration)


def count(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of whole numbers between two bounds."""
    read = bounded(whole_number, least, most)
    return lambda text: int(read(text))


def volume(least: int, most: int) -> Callable[[str], int]:
    """Make a reader of sizes between two bounds, in bytes."""
    read = bounded(size, least, most, show_size)
    return lambda text: int(read(text))


def _seconds_or_none(text: str) -> float:
    """Read a duration from an hour to ten years, or 0 for "off"."""
    return 0.0 if text == "0" else seconds(3600, 3650 * DAY_S)(text)


interval: Final = seconds(0.1, 30 * DAY_S)


def read_polling(given: Fields) -> Polling:
    """Read `polling`."""
    base = Polling()
    polling = Polling(
        min_interval_s=given.read("min_interval", interval, base.min_interval_s),
        max_interval_s=given.read("max_interval", interval, base.max_interval_s),
    )
    ordered(given, polling.min_interval_s, polling.max_interval_s)
    return polling


def ordered(given: Fields, least_s: float | None, most_s: float | None) -> None:
    """Report a shortest interval above the longest, at whichever of them was given."""
    if least_s is None or most_s is None or least_s <= most_s:
        return
    key = "min_interval" if "min_interval" in given.mapping.values else "max_interval"
    least, most = show_duration(least_s), show_duration(most_s)
    given.report_key(key, f"min_interval ({least}) is longer than max_interval ({most})")


def read_limits(given: Fields) -> Limits:
    """Read `limits`."""
    base = Limits()
    memory = volume(128 * _MB, 64 * 1024 * _MB)
    return Limits(
        max_age_s=given.read("max_age", seconds(60, 3650 * DAY_S), base.max_age_s),
        read_attempts=given.read("read_attempts", count(1, 20), base.read_attempts),
        article_timeout_s=given.read("article_timeout", seconds(1, 600), base.article_timeout_s),
        worker_count=given.read("workers", count(1, 64), base.worker_count),
        worker_memory_mb=given.read("worker_memory", memory, base.worker_memory_mb * _MB) // _MB,
        max_entries_per_poll=given.read(
            "max_entries_per_poll", count(1, 100_000), base.max_entries_per_poll
        ),
        max_pending=given.read("max_pending", count(1, 10_000_000), base.max_pending),
        max_waiting=given.read("max_waiting", count(10, 1_000_000), base.max_waiting),
        keep_raw_s=given.read("keep_raw", _seconds_or_none, base.keep_raw_s),
        story_quiet_s=given.read("story_quiet", seconds(60, 14 * DAY_S), base.story_quiet_s),
        max_raw_bytes=given.read("max_raw", volume(_MB, 1024 * 1024 * _MB), base.max_raw_bytes),
    )


def read_keep(given: Fields, limits: Limits) -> tuple[Keep, Limits]:
    """Read `keep`; how long pages are kept as received stood in `limits` once, and still may."""
    base = Keep()
    keep = Keep(
        texts_s=given.read("texts", _kept, base.texts_s),
        deliveries_s=given.read("deliveries", _kept, base.deliveries_s),
    )
    raw_s = given.read("raw", _seconds_or_none, limits.keep_raw_s)
    return keep, replace(limits, keep_raw_s=raw_s)


def _kept(text: str) -> float:
    """Read how long something is kept: a duration, in years too, or for ever."""
    if text == "forever":
        return math.inf
    if years := _YEARS.fullmatch(text):
        text = f"{int(years[1]) * 365}d"
    try:
        return seconds(LEAST.total_seconds(), 3650 * DAY_S)(text)
    except BadValueError as wrong:
        raise BadValueError(f"{wrong}. Write for example 90d, 2y or forever.") from None


def read_fetch(given: Fields) -> FetchSettings:
    """Read `fetch`."""
    base = FetchSettings()
    settings = FetchSettings(
        user_agent=given.read("user_agent", header, base.user_agent),
        connect_timeout_s=given.read("connect_timeout", seconds(0.1, 300), base.connect_timeout_s),
        read_timeout_s=given.read("read_timeout", seconds(0.1, 600), base.read_timeout_s),
        total_timeout_s=given.read("total_timeout", seconds(0.5, 1800), base.total_timeout_s),
        max_bytes=given.read("max_body", volume(1024, 1024 * _MB), base.max_bytes),
        max_redirects=given.read("max_redirects", count(0, 20), base.max_redirects),
        connections_per_host=given.read(
            "connections_per_host", count(1, 100), base.connections_per_host
        ),
        connections_per_address=given.read(
            "connections_per_address", count(1, 1000), base.connections_per_address
        ),
        pause_s=given.read("pause", seconds(0, 600), base.pause_s),
        allow_networks=given.texts("allow_networks", network),
    )
    _fits_total(given, settings)
    return settings


def _fits_total(given: Fields, settings: FetchSettings) -> None:
    """Report a part of the time that is longer than the whole."""
    parts = {"connect_timeout": settings.connect_timeout_s, "read_timeout": settings.read_timeout_s}
    for key, part_s in parts.items():
        if part_s > settings.total_timeout_s:
            place = key if key in given.mapping.values else "total_timeout"
            part, whole = show_duration(part_s), show_duration(settings.total_timeout_s)
            given.report_key(place, f"{key} ({part}) is longer than total_timeout ({whole})")


def read_log(given: Fields) -> LogSettings:
    """Read `log`."""
    return LogSettings(
        level=cast("Level", given.read("level", one_of(LEVELS), "info")),
        form=cast("Form", given.read("form", one_of(FORMS), "auto")),
    )
