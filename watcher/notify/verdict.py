"""What an answer of the other side means for the outbox: sent, try again, or never. Pure."""

from __future__ import annotations

import http
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from watcher.model import Refused, Sent, TryAgain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from watcher.model import Outcome

_NOT_FOR_ALL = "but not for"
_PASSING = frozenset({408, 423, 425, 429})
"""Statuses below 500 that speak of the moment, not of the message (RFC 9110, 6585, 8470, 4918)."""
_OF_TARGET = frozenset({429, 502, 503, 504})
"""Statuses that speak of the service: it is busy or away, whatever the message."""
_HINTS = {
    400: "the service does not accept the message",
    401: "check the credentials in the target's address",
    403: "check the credentials and permissions of the target",
    404: "the target no longer exists, or its address is mistyped",
    410: "the target was removed on the other side",
    413: "the message is too long for the service",
}
_BROKEN = {
    "SSLError": "the service's certificate was not accepted",
    "Timeout": "the service did not answer in time",
    "ConnectionError": "the service could not be reached, or hung up",
}
"""By the names of the classes of Requests, in which the first are kinds of the last."""
_LONGEST_WAIT_S = 24 * 3600.0


def of_http(status: int, *, retry_after: str = "", detail: str = "", now: datetime) -> Outcome:
    """Judge an HTTP status.

    2xx is sent. 5xx and the passing 4xx are tried again, and so is any 4xx that names a time in
    Retry-After, as some services answer 403 to too many requests. Everything else would be refused
    again: other 4xx, redirects that were not followed, 1xx.
    """
    if 200 <= status < 300:
        return Sent(f"HTTP {status}")
    wait = retry_after_s(retry_after, now)
    if status >= 500 or status in _PASSING or (status >= 400 and wait is not None):
        is_of_target = status in _OF_TARGET or wait is not None
        return TryAgain(_sentence(status, detail), wait, is_of_target=is_of_target)
    return Refused(_sentence(status, detail))


def but_not_for(answer: str, never: Sequence[str]) -> str:
    """Say of a message that was taken who can never get it, each with why.

    >>> but_not_for("HTTP 200", ["#east: HTTP 404"])
    'HTTP 200, but not for #east: HTTP 404'
    """
    return f"{answer or 'taken before'}, {_NOT_FOR_ALL} {'; '.join(never)}"


def is_for_all(sent: Sent) -> bool:
    """Tell whether all people and places of the target have it."""
    return _NOT_FOR_ALL not in sent.answer


def of_smtp(code: int, text: str = "") -> Outcome:
    """Judge an SMTP reply: 4yz is transient, 5yz permanent (RFC 5321, 4.2.1).

    452 and 552 both speak of a full mailbox or too many recipients and are tried again
    (RFC 5321, 4.5.3.1.10). No code at all means that the connection broke.
    """
    why = f"SMTP {code} {text}".strip() if code > 0 else f"the mail server hung up: {text}"
    if 200 <= code < 400:
        return Sent(why)
    if code >= 500 and code != 552:
        return Refused(why)
    # 421 is said by a server that is about to close, no code by one that has.
    return TryAgain(why, is_of_target=code in {-1, 421})


def retry_after_s(value: str, now: datetime) -> float | None:
    """Read Retry-After as seconds from now: a number or an HTTP date; at most a day.

    >>> from datetime import datetime, UTC
    >>> retry_after_s("120", datetime(2024, 5, 4, tzinfo=UTC))
    120.0
    """
    text = value.strip()
    if not text:
        return None
    try:
        wait = float(text)
    except ValueError:
        wait = _until(text, now)
    return min(max(wait, 0.0), _LONGEST_WAIT_S) if wait == wait else None  # noqa: PLR0124 - NaN


def of_broken_request(error: Exception) -> str:
    """Word a request that got no answer, without the address, which carries tokens.

    All of these are tried again.
    """
    kinds = [kind.__name__ for kind in type(error).__mro__]
    for kind, words in _BROKEN.items():
        if kind in kinds:
            return words
    return f"the request failed ({type(error).__name__})"


def _until(text: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return float("nan")
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()


def _sentence(status: int, detail: str) -> str:
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    said = f" ({detail})" if detail else ""
    hint = f": {_HINTS[status]}" if status in _HINTS else ""
    return f"HTTP {status} {phrase}".rstrip() + said + hint
