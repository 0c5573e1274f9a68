"""What one request brought, and what its headers mean for the next one. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from watcher.fetch.politeness import http_date, retry_after_s
from watcher.model import Validators

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from yarl import URL

_LONGEST_VALIDATOR: Final = 1_000
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,10})", re.IGNORECASE)
_QUIET_WITHOUT_A_WORD_S: Final = 60.0
"""For a 429 that does not say how long: most limits count by the minute."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. Header names compare without case; `at` is when it came, by our clock."""

    url: URL
    status: int
    headers: Mapping[str, str]
    at: datetime
    body: bytes = field(default=b"", repr=False)
    remarks: tuple[str, ...] = ()

    @property
    def server_time(self) -> datetime:
        """What the server's clock says, ours where it says nothing."""
        return http_date(self.headers.get("Date", "")) or self.at

    @property
    def quiet_s(self) -> float | None:
        """How long the host wants to be left alone, in seconds; None where it does not say so."""
        if self.status not in {429, 503}:
            return None
        asked = retry_after_s(self.headers.get("Retry-After", ""), self.server_time)
        return _QUIET_WITHOUT_A_WORD_S if asked is None and self.status == 429 else asked

    @property
    def fresh_for_s(self) -> float | None:
        """For how long nothing new is promised (RFC 9111 4.2): max-age less Age, else Expires."""
        control = self.headers.get("Cache-Control", "")
        if re.search(r"\bno-(cache|store)\b", control, re.IGNORECASE):
            return None
        if found := _MAX_AGE.search(control):
            age = self.headers.get("Age", "")
            passed = int(age) if re.fullmatch(r"[0-9]{1,10}", age) else 0
            return float(max(int(found[1]) - passed, 0))
        expires = http_date(self.headers.get("Expires", ""))
        return max((expires - self.server_time).total_seconds(), 0.0) if expires else None

    def validators(self, before: Validators) -> Validators:
        """Give what to bring along next time; a 304 renews only what it names."""
        etag, date = (self._validator("ETag"), self._validator("Last-Modified"))
        if self.status == 304:
            return Validators(etag or before.etag, date or before.last_modified, before.body_hash)
        return Validators(etag, date, hashlib.sha256(self.body).hexdigest())

    def _validator(self, name: str) -> str:
        # What cannot be sent back as a header would make every later request fail.
        value = self.headers.get(name, "")
        fits = value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR
        return value if fits else ""
