"""Values of the model as rows and JSON, and back. Pure. Reads what older versions wrote."""

from __future__ import annotations

import hashlib
import sys
from array import array
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from watcher.health import Vitals
from watcher.model import (
    Alert,
    Condition,
    Entry,
    FigureChange,
    Fingerprint,
    Neighbor,
    Notice,
    Passage,
    Pending,
    Report,
    Severity,
    SourceState,
    Update,
    Validators,
)
from watcher.record.columns import storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from watcher.model import Amount

Json = dict[str, Any]
Value = TypeVar("Value")
_PARTS = {"validators", "condition", "more"}
_STATE = tuple(f.name for f in fields(SourceState) if f.name not in _PARTS)
_VALIDATORS = tuple(f.name for f in fields(Validators))
_ENTRY = tuple(f.name for f in fields(Entry))
_CONDITION = tuple(f.name for f in fields(Condition))
STATE_COLUMNS = (*_STATE, *_VALIDATORS, *_CONDITION, "more")
"""The columns of a source that make its state."""
_EPOCH = date(1970, 1, 1)


def url_hash(url: str) -> str:
    """Give 128 bits that stand for an address, as hexadecimal digits."""
    return hashlib.blake2b(storable(url).encode(), digest_size=16).hexdigest()


def identity(*, rule: str, origin: str, target: str, occasion: str) -> str:
    """Name a notice for messages: letters, digits, `-` and `.`, the same wherever made."""
    parts = f"{rule}\0{origin}\0{target}\0{occasion}"
    digest = hashlib.blake2b(storable(parts).encode(), digest_size=10).hexdigest()
    return f"{rule}.{digest}" if rule.isascii() else digest


def day_of(instant: datetime) -> int:
    """Count the days from 1970-01-01 to the instant's day, in UTC."""
    return (instant.astimezone(UTC).date() - _EPOCH).days


def instant_of(day: int) -> datetime:
    """Give the instant at which a day begins, in UTC."""
    return datetime.combine(_EPOCH + timedelta(days=day), time(), UTC)


# --- sources and entries ----------------------------------------------------------------------


def state_row(state: SourceState) -> Json:
    """Give the columns of a source that a poll may change."""
    row = {name: getattr(state, name) for name in _STATE if name != "id"}
    row |= {name: getattr(state.validators, name) for name in _VALIDATORS}
    row |= {name: getattr(state.condition, name) for name in _CONDITION}
    more = {url: asdict(validators) for url, validators in state.more.items()}
    return row | {"more": more or None}


def state_of(row: Row[Any]) -> SourceState:
    """Read a source's state from its row."""
    validators = Validators(**{name: getattr(row, name) for name in _VALIDATORS})
    more = {url: Validators(**_known(Validators, kept)) for url, kept in (row.more or {}).items()}
    shown = {name: getattr(row, name) for name in _CONDITION}
    condition = Condition(**shown | {"rhythm": row.rhythm or b""})
    told = {name: getattr(row, name) for name in _STATE}
    return SourceState(**told, validators=validators, condition=condition, more=more)


def vitals_of(data: Json | None) -> Vitals:
    """Read what a source's articles showed; nothing yet where there is no data."""
    told = _known(Vitals, data or {})
    for name in {"recent", "ages", "troubles"} & told.keys():
        told[name] = tuple(told[name])
    return Vitals(**told)


def entry_json(entry: Entry) -> Json:
    """Give the entry as JSON; the instant keeps the zone it was published with."""
    instants = {"published": _iso(entry.published), "updated": _iso(entry.updated)}
    # All are plain values; asdict would copy each of them.
    return {name: getattr(entry, name) for name in _ENTRY} | instants


def pending_of(row: Row[Any]) -> Pending:
    """Read an entry that waits from its row."""
    return Pending(
        id=row.id,
        source=row.source,
        entry=entry_of(row.entry or {}, row.url),
        attempts=row.attempts,
        seen=row.seen,
        first_contact=row.first_contact,
        gap_s=row.gap_s,
        is_again=row.again > 0,
    )


def entry_of(data: Json, url: str) -> Entry:
    """Read an entry from its JSON."""
    told = _known(Entry, data)
    told |= {name: _instant(told.get(name)) for name in ("published", "updated")}
    told |= {"tags": tuple(told.get("tags", ()))}
    return Entry(**{"link": url, **told, "url": url})


# --- articles ---------------------------------------------------------------------------------


def packed(numbers: Sequence[int]) -> bytes:
    """Pack whole numbers of 64 bits, little end first."""
    return _little(array("Q", numbers)).tobytes()


def _unpacked(data: bytes) -> tuple[int, ...]:
    numbers = array("Q")
    numbers.frombytes(data)
    return tuple(_little(numbers))


def _little(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def signed(key: int) -> int:
    """Give a number of 64 bits as the signed one with the same bits, which databases have."""
    return key - (1 << 64) if key >= 1 << 63 else key


def neighbor_of(row: Row[Any]) -> Neighbor:
    """Read an earlier article's fingerprint from its row."""
    title, words, days = (line.split() for line in _lines(row.traces))
    fingerprint = Fingerprint(
        url=row.url,
        text_hash=row.text_hash,
        sketch=_unpacked(row.sketch),
        keys=_unpacked(row.keys),
        size=row.size,
        words=tuple(words),
        title=tuple(title),
        weekdays=tuple(map(int, days)),
    )
    return Neighbor(row.id, row.story_id, fingerprint, row.source, row.published or row.seen)


def traces_of(fingerprint: Fingerprint) -> str:
    """Give the words of a fingerprint, as they are kept."""
    days = map(str, fingerprint.weekdays)
    return "\n".join(" ".join(some) for some in (fingerprint.title, fingerprint.words, days))


def _lines(traces: str) -> list[str]:
    """Give the three lines; empty ones where an older version recorded none."""
    lines = traces.split("\n")
    return lines if len(lines) == 3 else ["", "", ""]


def amounts_json(amounts: Mapping[str, Amount]) -> Json | None:
    """Give figures as JSON; None for none, as most articles count nothing."""
    return {what: list(amount) for what, amount in amounts.items()} or None


def amounts_of(data: Json | None) -> dict[str, Amount]:
    """Read figures from their JSON."""
    return {what: (low, high) for what, (low, high) in (data or {}).items()}


# --- notices ----------------------------------------------------------------------------------


def alert_json(alert: Alert) -> Json:
    """Give the alert as JSON."""
    reports = [asdict(report) | _instants(report) for report in alert.reports]
    plain = {"severity": int(alert.severity), "reports": reports}
    return asdict(alert) | plain | _instants(alert)


def alert_of(data: Json) -> Alert:
    """Read an alert from its JSON."""
    told = _known(Alert, data)
    told |= {
        "severity": Severity(told["severity"]),
        "title_hits": _pairs(told["title_hits"]),
        "passages": tuple(_passage_of(passage) for passage in told["passages"]),
        "terms": tuple(told["terms"]),
        "published": _instant(told["published"]),
        "seen": _instant(told["seen"]),
        "reports": tuple(_report_of(report) for report in told.get("reports", ())),
        "update": _update_of(told["update"]) if told.get("update") else None,
    }
    return Alert(**told)


def notice_of(row: Row[Any]) -> Notice:
    """Read a notice from its row."""
    return Notice(
        id=row.id,
        identity=row.identity,
        rule=row.rule,
        story_id=row.story_id,
        target=row.target,
        alert=alert_of(row.alert),
        attempts=row.attempts,
        created=row.created,
        occasion=row.occasion,
        thread=row.thread,
    )


def _passage_of(data: Json) -> Passage:
    told = _known(Passage, data)
    return Passage(**told | {"hits": _pairs(told["hits"])})


def _report_of(data: Json) -> Report:
    told = _known(Report, data)
    instants = {name: _instant(told.get(name)) for name in ("published", "seen")}
    return Report(**told | instants)


def _update_of(data: Json) -> Update:
    told = _known(Update, data)
    figures = (FigureChange(**_known(FigureChange, figure)) for figure in told.get("figures", ()))
    earlier = _update_of(told["earlier"]) if told.get("earlier") else None
    return Update(**told | {"figures": tuple(figures), "earlier": earlier})


def _instants(value: Alert | Report) -> Json:
    return {"published": _iso(value.published), "seen": _iso(value.seen)}


def _pairs(data: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in data)


def _known(kind: type[Value], data: Json) -> Json:
    """Keep what this version's dataclass has; what is missing takes its default."""
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]  # every kind here is a dataclass
    return {name: value for name, value in data.items() if name in names}


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
