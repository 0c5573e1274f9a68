"""Notices that the program sends of its own accord: a test, and its own troubles. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.health import KINDS
from watcher.model import Alert, Notice, Passage, Severity
from watcher.notify import wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from watcher.model import Trouble

MOST_LINES = 20
"""Sources that one message names."""


def sample(target: str, now: datetime) -> Notice:
    """Make the message of `watcher send-test`."""
    text = wording.TEST_PASSAGE.format(target=target)
    at = text.index(wording.TEST_TERM)
    alert = _alert(
        "send-test",
        wording.TEST_RULE,
        wording.TEST_TITLE,
        (Passage(text, ((at, at + len(wording.TEST_TERM)),)),),
        now,
        terms=(wording.TEST_TERM,),
    )
    return _notice(target, alert, now)


def own_trouble(what: str, details: str, now: datetime) -> Alert:
    """Make what the operator is told of a trouble; `details` may have many lines."""
    passages = _passages(details.splitlines())
    return _alert("watcher", wording.OWN_TROUBLE, what, passages, now, severity=Severity.HIGH)


def notice_of_trouble(target: str, what: str, details: str, now: datetime) -> Notice:
    """Make the same as a notice that is in no record, to be sent past the outbox."""
    return _notice(target, own_trouble(what, details, now), now)


def troubles_begun(troubles: Sequence[Trouble], names: Mapping[str, str], now: datetime) -> Alert:
    """Make what the operator is told of sources that have begun to have one kind of trouble."""
    kind = KINDS[troubles[0].kind]
    lines = [f"{names.get(one.source, one.source)}: {one.what}." for one in troubles]
    what = f"{_who(troubles, names)}: {kind.title}"
    passages = _passages([*_some(lines), kind.advice])
    return _alert("watcher", wording.SOURCE_TROUBLE, what, passages, now, severity=Severity.HIGH)


def troubles_over(troubles: Sequence[Trouble], names: Mapping[str, str], now: datetime) -> Alert:
    """Make what the operator is told of sources whose trouble of one kind is over."""
    title = KINDS[troubles[0].kind].title
    lines = [
        f"{names.get(one.source, one.source)}: it lasted {_length((one.until or now) - one.since)}."
        for one in troubles
    ]
    what = f"{_who(troubles, names)}: all is well again. It was: {title}"
    return _alert("watcher", wording.SOURCE_WELL, what, _passages(_some(lines)), now)


def _who(troubles: Sequence[Trouble], names: Mapping[str, str]) -> str:
    first = troubles[0].source
    return names.get(first, first) if len(troubles) == 1 else f"{len(troubles)} sources"


def _some(lines: list[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"… and {more} more: `watcher status`."]


def _length(lasted: timedelta) -> str:
    """Tell a length of time in its largest unit.

    >>> _length(timedelta(hours=50)), _length(timedelta(minutes=95))
    ('2 days', '1.6 hours')
    """
    hours = lasted.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.1f} hours"


def _passages(lines: Sequence[str]) -> tuple[Passage, ...]:
    return tuple(Passage(line, ()) for line in lines if line.strip())


def _alert(  # noqa: PLR0913 - what differs between the two
    rule: str,
    rule_title: str,
    title: str,
    passages: tuple[Passage, ...],
    now: datetime,
    *,
    severity: Severity = Severity.MEDIUM,
    terms: tuple[str, ...] = (),
) -> Alert:
    return Alert(
        rule=rule,
        rule_title=rule_title,
        severity=severity,
        where="text",
        title=title,
        title_hits=(),
        passages=passages,
        terms=terms,
        source="watcher",
        url="",
        published=now,
        seen=now,
    )


def _notice(target: str, alert: Alert, now: datetime) -> Notice:
    identity = f"{alert.rule} {target} {now.isoformat()}"
    return Notice(0, identity, alert.rule, 0, target, alert, created=now)
