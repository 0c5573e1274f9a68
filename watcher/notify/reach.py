"""Where a target's service stands: a person can try to reach it without sending anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from watcher.notify import services
from watcher.notify.masking import Mask
from watcher.notify.target import Target  # noqa: TC001 - dataclasses read it

Security: TypeAlias = Literal["insecure", "starttls", "ssl"]
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Door:
    """A server that a target's messages go to first."""

    host: str
    port: int
    security: Security
    is_mail: bool = False
    verify: bool = True
    """Whether its certificate is looked at when messages are sent."""


def door_of(target: Target) -> Door | None:
    """Give where a target's service stands; None where that cannot be told of it.

    Raises BadAddress, which does not quote the address.
    """
    mask = Mask([target.url])
    mask.install()
    try:
        plugin = services.open_service(target.url)
    finally:
        mask.remove()
    if (box := services.mailbox(plugin)) is not None:
        return Door(box.host, box.port, box.security, is_mail=True, verify=box.verify)
    known: Any = services.slack(plugin) or services.telegram(plugin)
    url = known.url if known else _web_address(plugin)
    return _door(url, verify=bool(plugin.verify_certificate))


def _web_address(plugin: Any) -> str:
    """Give the address that a service of the web is asked at, as far as Apprise has it.

    What Apprise calls the host is a token for services that stand at one place for everybody.
    """
    given = getattr(plugin, "notify_url", "")
    if isinstance(given, str) and given.startswith("http"):
        return given
    if not plugin.host or not any("{host}" in template for template in plugin.templates):
        return ""
    scheme, host = "https" if plugin.secure else "http", plugin.host.strip("[]")
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{plugin.port or _PORTS[scheme]}"


def _door(url: str, *, verify: bool) -> Door | None:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "{" in parts.hostname:
        return None
    security: Security = "ssl" if parts.scheme == "https" else "insecure"
    return Door(parts.hostname, parts.port or _PORTS[parts.scheme], security, verify=verify)
