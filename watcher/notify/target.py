"""Where people read. Knows no service: that is services' business."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.model import Secret, Severity


@dataclass(frozen=True, slots=True)
class Target:
    """A place where people read, as the operator wrote it.

    `url` is an Apprise address (mailto://, slack://, tgram://, json:// …) or `console://`.
    `zone` is the IANA zone in which times are told.
    """

    name: str
    url: Secret
    min_severity: Severity = Severity.LOW
    zone: str = "UTC"

    @property
    def scheme(self) -> str:
        """The service's name in the address, in lower case; empty where there is none."""
        scheme, divider, _ = self.url.reveal().partition("://")
        return scheme.strip().lower() if divider else ""
