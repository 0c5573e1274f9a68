"""Notices that the program sends of its own accord: a test, and its own troubles. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher.model import Alert, Notice, Passage, Severity
from watcher.notify import wording

if TYPE_CHECKING:
    from datetime import datetime


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
    passages = tuple(Passage(line, ()) for line in details.splitlines() if line.strip())
    return _alert("watcher", wording.OWN_TROUBLE, what, passages, now, severity=Severity.HIGH)


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
