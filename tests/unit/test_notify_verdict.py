"""What each answer of the other side means."""

from __future__ import annotations

from datetime import UTC, datetime

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
