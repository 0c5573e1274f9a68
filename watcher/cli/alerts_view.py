"""How notices, silences and routes look in the terminal."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from watcher.cli.show import ago, out, span
from watcher.notify.bidi import clean, isolate, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from watcher.app.people import Routed
    from watcher.model import Alert, Silence
    from watcher.record import Told

SEVERITY_COLOR: Final = {
    "low": "dim",
    "medium": "cyan",
    "high": "yellow",
    "critical": "bold red",
}
STATUS_COLOR: Final = {
    "sent": "green",
    "waiting": "yellow",
    "dead": "bold red",
    "collected": "cyan",
    "bundled": "green",
    "silenced": "dim",
}
_HEADLINE: Final = 120


def who(author: str) -> str:
    """Name who answered; by a link, nobody has to say."""
    return isolate(author) if author else "somebody, by link"


def show_alerts(found: Sequence[Told], now: datetime, title: str = "alerts") -> None:
    """Print notices, one a row, the newest last."""
    if not found:
        out.print(f"{title}: none")
        return
    table = _table(title, "id", "when", "severity", "rule", "target", "status", "headline")
    for told in reversed(found):
        word = told.severity.word
        table.add_row(
            Text(str(told.id), "bold"),
            Text(ago(told.created, now)),
            Text(word, SEVERITY_COLOR[word]),
            Text(told.rule),
            Text(told.target),
            Text(state_of(told, now), STATUS_COLOR.get(told.status, "")),
            Text(headline(told)),
        )
    out.print(table)


def headline(told: Told) -> str:
    """Give the headline of a notice in one line that reads from right to left where it should."""
    more = f" + {told.count - 1}" if told.count > 1 else ""
    kind = f"{told.alert.update.kind}: " if told.alert.update else ""
    return f"{kind}{isolate(shorten(clean(told.alert.title), _HEADLINE))}{more}"


def state_of(told: Told, now: datetime) -> str:
    """Say in some words what became of a notice."""
    words = status_words(told.status, told.why)
    if told.status == "bundled":
        words = f"told in {told.bundled_in}"
    elif told.status in {"waiting", "collected"} and told.due > now:
        words += f", {ago(told.due, now)}"
    if told.status == "dead" and told.bundled_in:
        words += f", sent again as {told.bundled_in}"
    if told.acknowledged:
        words += f", acknowledged by {who(told.acknowledged[0].author)}"
    if told.escalated:
        words += ", escalated"
    return words


def status_words(status: str, why: str) -> str:
    """Say the state of a notice with its reason; a silence's reason names the state itself."""
    if status == "silenced":
        return why or status
    return f"{status}: {why}" if why else status


def show_alert(told: Told, now: datetime, zone: str) -> None:
    """Print a notice with each attempt to send it, and how long that took from the news on."""
    from watcher.notify import message_of
    from watcher.notify.terminal import write

    write(message_of(told.alert, zone=zone), out)
    lines = {
        "notice": f"{told.id}  {told.identity}",
        "occasion": f"{told.occasion}, for {told.target}"
        + (f", story {told.story_id}" if told.story_id is not None else ""),
        "status": state_of(told, now),
        "published": _moment(told.alert.published, zone),
        "first seen": _moment(told.alert.seen, zone),
        "queued": _moment(told.created, zone),
    }
    for name, value in lines.items():
        out.print(Text.assemble((f"{name:>12}  ", "cyan"), value), soft_wrap=True)
    for attempt in told.deliveries:
        color = {"sent": "green", "refused": "bold red"}.get(attempt.outcome, "yellow")
        line = f"{_moment(attempt.at, zone)}  after {attempt.took_s:.1f} s  "
        out.print(
            Text.assemble(
                ("     attempt  ", "cyan"), line, (attempt.outcome, color), f"  {attempt.answer}"
            ),
            soft_wrap=True,
        )
    for word, length in latencies(told).items():
        out.print(Text.assemble((f"{word:>12}  ", "cyan"), length), soft_wrap=True)
    for answer in told.acknowledged:
        said = f"{_moment(answer.at, zone)}  {who(answer.author)}"
        said += f": {isolate(answer.note)}" if answer.note else ""
        out.print(Text.assemble(("acknowledged  ", "cyan"), said), soft_wrap=True)
    if told.digest:
        _show_members(told)


def _show_members(told: Told) -> None:
    assert told.digest
    for alert in told.digest.alerts:
        word = alert.severity.word
        line = Text.assemble("  ", (f"{word:>8}", SEVERITY_COLOR[word]), f"  {alert.rule}  ")
        out.print(line.append(isolate(clean(alert.title))), soft_wrap=True)
    if told.digest.more:
        out.print(f"  … and {told.digest.more} more")


def latencies(told: Told) -> dict[str, str]:
    """Say how long after publication, and after first sight, a notice was delivered."""
    sent = next((one.at for one in told.deliveries if one.outcome == "sent"), None)
    if sent is None:
        return {}
    since = {"after news": told.alert.published, "after sight": told.alert.seen}
    return {word: span(sent - start) for word, start in since.items() if start and sent >= start}


def show_silences(found: Sequence[Silence], now: datetime) -> None:
    """Print silences, one a row."""
    if not found:
        out.print("silences: none")
        return
    table = _table("silences", "id", "rule", "target", "story", "ends", "by", "why")
    for one in found:
        has_ended = one.ends <= now
        cells = (
            str(one.id),
            one.rule or "any",
            one.target or "any",
            "any" if one.story_id is None else str(one.story_id),
            ago(one.ends, now),
            who(one.author),
            isolate(one.why),
        )
        table.add_row(*(Text(cell, "dim" if has_ended else "") for cell in cells))
    out.print(table)


def show_routes(found: Sequence[Routed], now: datetime) -> None:
    """Print who would be told what and when, one a row."""
    table = _table("who would be told", "rule", "severity", "target", "when", "why")
    for one in found:
        when, why, color = _when(one, now)
        word = one.severity.word
        severity = Text(word, SEVERITY_COLOR[word])
        table.add_row(Text(one.rule), severity, Text(one.target), Text(when, color), Text(why))
    out.print(table)


def _when(one: Routed, now: datetime) -> tuple[str, str, str]:
    held = one.hold
    if held is None:
        return "not", one.why, "dim"
    if held.status == "silenced":
        return "not", held.why, "dim"
    if held.at <= now:
        return "at once", one.waits, "green"
    why = ", ".join(part for part in (held.why, one.waits) if part)
    return _moment(held.at, one.zone), why, "cyan" if held.bundle else "yellow"


def as_data(told: Told) -> dict[str, Any]:
    """Give a notice as plain values, for `--json`."""
    data = dataclasses.asdict(told) | {"severity": told.severity.word}
    data["alert"] = alert_data(told.alert)
    if told.digest:
        data["digest"]["alerts"] = [alert_data(alert) for alert in told.digest.alerts]
    return data


def alert_data(alert: Alert) -> dict[str, Any]:
    """Give an alert as plain values."""
    return dataclasses.asdict(alert) | {"severity": alert.severity.word}


def route_data(one: Routed) -> dict[str, Any]:
    """Give a route as plain values."""
    return dataclasses.asdict(one) | {"severity": one.severity.word}


def _moment(instant: datetime | None, zone: str) -> str:
    if instant is None:
        return "no date"
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
