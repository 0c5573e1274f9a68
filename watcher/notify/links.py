"""Signed links by which people answer a notice. Pure.

A link holds the notice, what it does, until when it does, and a signature of all three: whoever has
it may do that and nothing else, and no account is needed.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from watcher.model import Links, Secret

if TYPE_CHECKING:
    from watcher.model import Notice

Action: TypeAlias = Literal["acknowledge", "silence"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
LASTING: Final = timedelta(days=7)
"""A link in a mailbox that others read one day must not work for ever."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and checks links; `url` is where people reach what listens for them."""

    url: str
    secret: Secret

    def links(self, notice: Notice) -> Links:
        """Give the links of a notice: the same ones over retries; none for what is no alert."""
        if not notice.id or notice.created is None:
            return Links()
        ends = int((notice.created + LASTING).timestamp())
        silence = self._link("silence", notice.id, ends) if can_be_silenced(notice) else ""
        return Links(acknowledge=self._link("acknowledge", notice.id, ends), silence=silence)

    def is_genuine(self, action: str, notice_id: int, ends: int, signature: str) -> bool:
        """Tell whether we signed that, in a time that says nothing about the signature."""
        right = self._signature(action, notice_id, ends)
        return hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace"))

    def _link(self, action: Action, notice_id: int, ends: int) -> str:
        return f"{self.url}/{action}/{notice_id}/{ends}/{self._signature(action, notice_id, ends)}"

    def _signature(self, action: str, notice_id: int, ends: int) -> str:
        signed = f"watcher {action} {notice_id} {ends}".encode()
        digest = hmac.digest(self.secret.reveal().encode(), signed, "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def can_be_silenced(notice: Notice) -> bool:
    """Tell whether there is something to silence: a story, or the one rule of a storm.

    What the program says of itself is no such thing, nor is a digest of many rules.
    """
    is_storm = notice.digest is not None and bool(notice.rule)
    return notice.story_id is not None or is_storm


def has_ended(ends: int, now: datetime) -> bool:
    """Tell whether a link that was good until then is so no more."""
    try:
        return datetime.fromtimestamp(ends, UTC) <= now
    except (OverflowError, OSError, ValueError):
        return True


def without_links(_notice: Notice) -> Links:
    """Give no links."""
    return Links()
