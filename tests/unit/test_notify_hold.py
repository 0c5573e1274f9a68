"""What becomes of a notice: silences, digests, the brake, quiet hours, in that order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from watcher.model import Hold, Lately, Secret, Severity, Silence, Waiting
from watcher.notify import DigestTimes, Holding, QuietHours, Target, hold
from watcher.notify.hold import summary_due

NIGHT = datetime(2024, 5, 4, 1, 0, tzinfo=UTC)
DAY = datetime(2024, 5, 4, 12, 0, tzinfo=UTC)
MORNING = datetime(2024, 5, 4, 6, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

PLAIN = Target("desk", Secret("console://"))
QUIET = replace(PLAIN, quiet=QuietHours(time(22), time(6, 30)))
DIGEST = replace(PLAIN, digest=DigestTimes((time(18),), up_to=Severity.MEDIUM))
BRAKE = replace(PLAIN, most_per_hour=2)
ALL = replace(QUIET, digest=DIGEST.digest, most_per_hour=2)
MEDIUM = Waiting("bridges", "desk", Severity.MEDIUM, 7, "first-report")
CRITICAL = replace(MEDIUM, severity=Severity.CRITICAL)
NOTHING = Lately()
NEW = replace(MEDIUM, is_new=True)


def silence(**more: object) -> Silence:
    given = {"rule": "", "target": "", "story_id": None, "starts": NIGHT, "ends": DAY + HOUR}
    given |= {"author": "سعاد", "why": "an exercise"}
    return Silence(1, **given | more)  # type: ignore[arg-type]


def held(
    target: Target | None,
    waiting: Waiting,
    now: datetime,
    lately: Lately = NOTHING,
    *silences: Silence,
) -> Hold:
    return hold(target, waiting, now, lambda: lately, silences)


def at_once(now: datetime, bundle: str = "") -> Hold:
    return Hold("waiting", now, bundle)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [PLAIN, QUIET, DIGEST, BRAKE, ALL])
def test_what_is_critical_goes_at_once_by_day_and_by_night(target: Target) -> None:
    for now in (NIGHT, DAY):
        assert held(target, CRITICAL, now) == at_once(now)


def test_quiet_hours_hold() -> None:
    assert held(QUIET, MEDIUM, NIGHT) == Hold("waiting", MORNING, "", "quiet hours")
    assert held(QUIET, replace(MEDIUM, severity=Severity.HIGH), NIGHT).at == MORNING
    assert held(QUIET, MEDIUM, DAY) == at_once(DAY)
    assert held(QUIET, MEDIUM, MORNING) == at_once(MORNING)


def test_a_digest_collects_up_to_its_severity() -> None:
    due = DAY.replace(hour=18)
    assert held(DIGEST, MEDIUM, DAY) == Hold("collected", due, "digest", "for the digest")
    assert held(DIGEST, replace(MEDIUM, severity=Severity.HIGH), DAY) == at_once(DAY)


def test_what_waited_for_a_digest_does_not_wait_again() -> None:
    assert held(DIGEST, replace(MEDIUM, bundle="digest"), DAY) == at_once(DAY, "digest")
    assert held(DIGEST, replace(MEDIUM, is_bundle=True, bundle="digest"), DAY).status == "waiting"


def test_what_nobody_acknowledged_waits_for_no_digest() -> None:
    escalated = replace(MEDIUM, occasion="escalated from desk")
    refused = replace(MEDIUM, occasion="fallback from officer: escalated from desk")
    other = replace(MEDIUM, occasion="fallback from officer: first-report")
    assert held(DIGEST, refused, DAY) == at_once(DAY)
    assert held(DIGEST, other, DAY).status == "collected"
    assert held(DIGEST, escalated, DAY) == at_once(DAY)
    assert held(QUIET, escalated, NIGHT).at == MORNING


def test_what_a_person_sends_again_goes_at_once() -> None:
    again = replace(MEDIUM, occasion="resent 2024-05-04")
    busy = Lately(singles=9)
    assert held(ALL, again, NIGHT, busy) == at_once(NIGHT)
    assert held(ALL, again, NIGHT, busy, silence()).status == "silenced"


def test_the_brake_collects_what_is_too_many() -> None:
    assert held(BRAKE, NEW, DAY, Lately(singles=1)) == at_once(DAY)
    collected = Hold("collected", DAY + 10 * MINUTE, "storm", "more than 2 an hour")
    assert held(BRAKE, NEW, DAY, Lately(singles=2)) == collected
    assert held(BRAKE, CRITICAL, DAY, Lately(singles=2)) == collected


def test_a_storm_takes_what_is_new_until_its_summary() -> None:
    storm = Lately(singles=0, storm_due=DAY + 5 * MINUTE)
    assert held(BRAKE, NEW, DAY, storm).at == DAY + 5 * MINUTE
    assert held(BRAKE, MEDIUM, DAY, storm) == at_once(DAY), "it was one of the first"


def test_summaries_are_an_hour_apart() -> None:
    assert summary_due(DAY, None) == DAY + 10 * MINUTE
    assert summary_due(DAY, DAY - 55 * MINUTE) == DAY + 10 * MINUTE
    assert summary_due(DAY, DAY - 20 * MINUTE) == DAY + 40 * MINUTE


def test_the_brake_does_not_brake_what_it_has_let_go() -> None:
    busy = Lately(singles=9)
    assert held(BRAKE, replace(MEDIUM, bundle="storm"), DAY, busy) == at_once(DAY, "storm")
    assert held(BRAKE, replace(MEDIUM, is_bundle=True, bundle="digest"), DAY, busy).at == DAY


@pytest.mark.parametrize(
    ("one", "is_silenced"),
    [
        (silence(rule="bridges"), True),
        (silence(rule="roads"), False),
        (silence(target="desk"), True),
        (silence(target="slack"), False),
        (silence(story_id=7), True),
        (silence(story_id=8), False),
        (silence(rule="bridges", target="desk", story_id=7), True),
        (silence(rule="bridges", target="slack", story_id=7), False),
        (silence(starts=DAY + MINUTE), False),
        (silence(ends=DAY), False),
        (silence(starts=DAY), True),
    ],
)
def test_a_silence_covers_what_it_names_while_it_lasts(one: Silence, is_silenced: bool) -> None:
    found = held(PLAIN, CRITICAL, DAY, NOTHING, one)
    assert (found.status == "silenced") == is_silenced
    if is_silenced:
        assert found.why == "silenced by سعاد: an exercise"


def test_a_target_that_is_no_more_gets_its_notices_and_refuses_them() -> None:
    assert held(None, MEDIUM, NIGHT) == at_once(NIGHT)
    assert Holding.of([QUIET])(MEDIUM, NIGHT, Lately, ()).at == MORNING
    assert Holding.of([])(MEDIUM, NIGHT, Lately, ()) == at_once(NIGHT)
