"""Values of the model survive the way into the record and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import (
    Alert,
    Entry,
    FigureChange,
    Fingerprint,
    Passage,
    Report,
    Severity,
    Update,
)
from watcher.record.columns import storable
from watcher.record.values import (
    alert_json,
    alert_of,
    day_of,
    entry_json,
    identity,
    neighbor_of,
    packed,
    pending_of,
    signed,
    traces_of,
    url_hash,
)

NOW = datetime(2026, 5, 4, 6, tzinfo=UTC)

words = st.text()
pairs = st.lists(st.tuples(st.integers(0), st.integers(0)), max_size=3).map(tuple)
zones = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
instants = st.datetimes(timezones=zones)
entries = st.builds(
    Entry,
    published=st.none() | instants,
    tags=st.lists(words, max_size=3).map(tuple),
)
alerts = st.builds(
    Alert,
    severity=st.sampled_from(Severity),
    title_hits=pairs,
    passages=st.lists(st.builds(Passage, hits=pairs), max_size=2).map(tuple),
    terms=st.lists(words, max_size=3).map(tuple),
    published=st.none() | instants,
    seen=instants,
    reports=st.lists(
        st.builds(Report, published=st.none() | instants, seen=instants), max_size=2
    ).map(tuple),
    update=st.none()
    | st.builds(Update, figures=st.lists(st.builds(FigureChange), max_size=2).map(tuple)),
)


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def row(**columns: Any) -> Any:
    return cast("Any", SimpleNamespace(**columns))


@given(entries)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    waiting = row(
        id=1,
        source="nahr",
        again=0,
        url=entry.url,
        entry=through_json(entry_json(entry)),
        attempts=0,
        seen=None,
        gap_s=None,
        first_contact=False,
    )
    assert pending_of(waiting).entry == entry


@given(alerts)
def test_an_alert_comes_back_as_it_was(alert: Alert) -> None:
    assert alert_of(through_json(alert_json(alert))) == alert


def test_an_entry_of_an_older_or_newer_version_is_read() -> None:
    told = {"title": "خبر", "invented_later": 1, "tags": ["سياسة"]}
    waiting = row(
        id=1,
        source="nahr",
        again=0,
        url="https://x.example/",
        entry=told,
        attempts=2,
        seen=None,
        gap_s=None,
        first_contact=True,
    )
    expected = Entry("https://x.example/", "https://x.example/", title="خبر", tags=("سياسة",))
    assert pending_of(waiting).entry == expected


WORDS = st.lists(st.text("ابتثجحخ0123", min_size=1, max_size=6)).map(tuple)


@given(st.lists(st.integers(0, 2**64 - 1)), WORDS, WORDS, st.lists(st.integers(1, 7)).map(tuple))
def test_a_fingerprint_comes_back_as_it_was(
    keys: list[int], words: tuple[str, ...], title: tuple[str, ...], days: tuple[int, ...]
) -> None:
    given = Fingerprint("u", "h", tuple(keys), tuple(keys[::-1]), 3, words, title, days)
    found = neighbor_of(kept(given, traces_of(given)))
    assert (found.fingerprint, found.at) == (given, NOW)


def test_a_fingerprint_of_an_older_version_has_no_words() -> None:
    given = Fingerprint("u", "h", (1, 2), (1,), 3)
    assert neighbor_of(kept(given, "")).fingerprint == given


def kept(given: Fingerprint, traces: str) -> Any:
    return row(
        id=1,
        story_id=2,
        source="nahr",
        again=0,
        url=given.url,
        text_hash=given.text_hash,
        sketch=packed(given.sketch),
        keys=packed(given.keys),
        size=given.size,
        traces=traces,
        published=None,
        seen=NOW,
    )


@given(st.integers(0, 2**64 - 1))
def test_a_key_fits_into_a_signed_integer_and_keeps_its_bits(key: int) -> None:
    assert -(2**63) <= signed(key) < 2**63
    assert signed(key) % 2**64 == key


@given(st.text(st.characters(codec=None)))
def test_what_is_storable_is_utf8_without_nul_and_as_long_as_before(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept
    assert len(kept.encode().decode()) == len(text)
    assert storable(kept) == kept


@pytest.mark.parametrize(
    ("changed", "value"),
    [("rule", "roads"), ("origin", "b"), ("target", "slack"), ("occasion", "digest")],
)
def test_an_identity_differs_where_any_part_differs(changed: str, value: str) -> None:
    parts = {"rule": "bridges", "origin": "a", "target": "desk", "occasion": "first-report"}
    assert identity(**parts) != identity(**parts | {changed: value})
    assert identity(**parts) == identity(**parts)


def test_addresses_that_differ_have_different_hashes() -> None:
    assert url_hash("https://x.example/1") != url_hash("https://x.example/2")
    assert len(url_hash("https://x.example/" + "%D8%A8" * 5000)) == 32


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(2024, 5, 4, 23, 59, tzinfo=UTC), 19847),
        (datetime(2024, 5, 5, 1, 0, tzinfo=timezone(timedelta(hours=3))), 19847),
    ],
    ids=["the first", "before midnight", "past midnight in Baghdad only"],
)
def test_days(instant: datetime, day: int) -> None:
    assert day_of(instant) == day
