"""What each answer of the other side means."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Outcome, Refused, Sent, TryAgain
from watcher.notify.verdict import of_http, of_smtp, retry_after_s

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
TRY_AGAIN = {408, 423, 425, 429, *range(500, 600)}


@pytest.mark.parametrize("status", range(200, 600))
def test_every_http_status_has_a_verdict(status: int) -> None:
    expected = Sent if status < 300 else TryAgain if status in TRY_AGAIN else Refused

    assert type(of_http(status, now=NOW)) is expected


@pytest.mark.parametrize("code", range(200, 600))
def test_every_smtp_code_has_a_verdict(code: int) -> None:
    expected = Sent if code < 400 else TryAgain if code < 500 or code == 552 else Refused

    assert type(of_smtp(code)) is expected


def test_no_smtp_code_means_that_the_connection_broke() -> None:
    assert of_smtp(-1, "gone") == TryAgain("the mail server hung up: gone", is_of_target=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("", None, id="absent"),
        pytest.param("120", 120.0, id="seconds"),
        pytest.param(" 1.5 ", 1.5, id="telegram-and-discord-give-fractions"),
        pytest.param("Sat, 04 May 2024 09:02:00 GMT", 120.0, id="date"),
        pytest.param("Sat, 04 May 2024 08:00:00 GMT", 0.0, id="date-that-is-past"),
        pytest.param("-5", 0.0, id="negative"),
        pytest.param("99999999", 86400.0, id="at-most-a-day"),
        pytest.param("nan", None, id="not-a-number"),
        pytest.param("soon", None, id="words"),
    ],
)
def test_retry_after(value: str, expected: float | None) -> None:
    assert retry_after_s(value, NOW) == expected


def test_a_refusal_that_names_a_time_is_tried_again() -> None:
    outcome: Outcome = of_http(403, retry_after="30", now=NOW)

    assert isinstance(outcome, TryAgain)
    assert outcome.after_s == 30.0


def test_a_refusal_says_what_to_do() -> None:
    assert of_http(404, now=NOW) == Refused(
        "HTTP 404 Not Found: the target no longer exists, or its address is mistyped"
    )


@given(st.text())
def test_retry_after_never_raises(value: str) -> None:
    wait = retry_after_s(value, NOW)

    assert wait is None or 0 <= wait <= 86400


TABLE = Path(__file__).resolve().parents[2] / "ARCHITECTURE.md"
ROW = re.compile(
    r"^\| (HTTP|SMTP) ([0-9, -]+?)( with Retry-After)? \| ([a-z ]+) \| (yes)? ?\|$", re.MULTILINE
)
NOTICE = {"is sent": Sent, "waits": TryAgain, "is dead": Refused}


def documented(protocol: str, *, asks: bool = False) -> dict[int, tuple[type[Outcome], bool]]:
    """Read the table: each answer, what the notice does and whether the target rests."""
    found: dict[int, tuple[type[Outcome], bool]] = {}
    for row in ROW.finditer(TABLE.read_text()):
        if row[1] != protocol or bool(row[3]) != asks:
            continue
        for piece in row[2].split(","):
            first, _, last = piece.strip().partition("-")
            for code in range(int(first), int(last or first) + 1):
                assert code not in found, f"{protocol} {code} stands there twice"
                found[code] = NOTICE[row[4]], bool(row[5])
    return found


def judged(outcome: Outcome) -> tuple[type[Outcome], bool]:
    return type(outcome), isinstance(outcome, TryAgain) and outcome.is_of_target


def test_the_table_of_answers_is_what_happens() -> None:
    http = documented("HTTP")
    assert sorted(http) == list(range(100, 600))
    assert {status: judged(of_http(status, now=NOW)) for status in http} == http
    smtp = documented("SMTP")
    assert sorted(smtp) == list(range(200, 600))
    assert {code: judged(of_smtp(code)) for code in smtp} == smtp
    asking = documented("HTTP", asks=True)
    assert sorted(asking) == list(range(400, 500))
    told = {status: judged(of_http(status, retry_after="30", now=NOW)) for status in asking}
    assert told == asking
