"""The sections `metrics`, `heartbeat` and `behind` -> settings. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

from watcher.behind import Bounds
from watcher.config.sections import count, seconds, volume
from watcher.config.settings import HeartbeatSettings, MetricsSettings
from watcher.config.values import BadValueError, boolean, listen, phrase, web_address
from watcher.document import shorten
from watcher.model import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watcher.config.fields import Fields

METRICS_KEYS: Final = ("listen", "public", "file", "sources")
HEARTBEAT_KEYS: Final = ("url", "every")
BEHIND_KEYS: Final = ("late", "memory", "free_disk", "max_database")

_MB: Final = 1024**2
_TB: Final = 1024**4
_PERCENT: Final = re.compile(r"(\d{1,3}) ?%")


def read_metrics(given: Fields, folder: Path) -> MetricsSettings:
    """Read `metrics`; a relative file counts from `folder`."""
    section = given.section("metrics", METRICS_KEYS)
    place = section.read("listen", listen, None)
    is_public = section.read("public", boolean, default=False)
    if place and not is_public and not _is_loopback(place[0]):
        what = (
            f"{place[0]} can be reached from other machines, and metrics have no login. Listen on "
            "127.0.0.1, or say 'public: true' where a firewall keeps strangers out."
        )
        section.report_key("listen", what)
    named = section.read("file", phrase, "")
    file = folder / named if named else None
    if file and file.suffix != ".prom":
        what = f"the collector reads only files that end with .prom, not '{shorten(file.name)}'"
        section.report_key("file", what)
    base = MetricsSettings()
    return MetricsSettings(
        listen=place, file=file, sources=section.read("sources", count(0, 10_000), base.sources)
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_heartbeat(given: Fields, secret: Callable[[str], str]) -> HeartbeatSettings | None:
    """Read `heartbeat`; None where there is no such section."""
    if given.is_empty("heartbeat"):
        return None
    section = given.section("heartbeat", HEARTBEAT_KEYS)
    before = len(section.problems)
    url = section.need("url", lambda text: _secret_address(secret(text)), "")
    every_s = section.read("every", seconds(1, 86_400), HeartbeatSettings.every_s)
    return HeartbeatSettings(Secret(url), every_s) if len(section.problems) == before else None


def _secret_address(text: str) -> str:
    """Check an address without quoting it: whoever knows it can say that all is well."""
    try:
        return web_address(text)
    except BadValueError:
        raise BadValueError(
            "this is no address that a heartbeat can be sent to. "
            "Write it whole, as https://hc-ping.com/… shows it."
        ) from None


def read_behind(given: Fields) -> Bounds:
    """Read `behind`."""
    section, base = given.section("behind", BEHIND_KEYS), Bounds()
    return Bounds(
        late_s=section.read("late", seconds(60, 86_400), base.late_s),
        memory=section.read("memory", _share, base.memory),
        free_disk=section.read("free_disk", volume(_MB, 1024 * _TB), base.free_disk),
        max_database=section.read("max_database", volume(_MB, 1024 * _TB), base.max_database),
    )


def _share(text: str) -> float:
    found = _PERCENT.fullmatch(text)
    if not found or not 20 <= int(found[1]) <= 100:
        raise BadValueError(f"expected a share from 20% to 100%, got '{shorten(text)}'")
    return int(found[1]) / 100
