"""What polls and readings show of a source, and when that is a trouble."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from watcher import rhythm
from watcher.config import Polling
from watcher.health import KINDS, Vitals, read_well, sample_of, sample_of_none, tell_of_articles
from watcher.health.articles import needed
from watcher.health.polls import site_of
from watcher.model import (
    Article,
    Entry,
    Fetched,
    FetchFailed,
    NotModified,
    Parsed,
    Pending,
    Polled,
    Sample,
    SourceState,
)
from watcher.rhythm import Rhythm
from watcher.schedule import schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://nahr.example/rss"
STATE = SourceState("nahr", URL, NOW, seen_before=True, succeeded=NOW)
ENTRY = Entry(url="https://nahr.example/1", link="https://nahr.example/1")
WELL = Polled(Fetched(URL, URL, b"x"), Parsed((ENTRY,) * 20))
CALM = Polled(NotModified(URL, "304"))
EMPTY = Polled(Fetched(URL, URL, b"x"), Parsed(()))
FEW = Polled(Fetched(URL, URL, b"x"), Parsed((ENTRY,) * 3))
PARKED = Polled(Fetched(URL, "https://parked.example/", b"x"), Parsed((ENTRY,) * 20))
TIMEOUT = Polled(FetchFailed(URL, "timeout", "no answer in time"))
EXPIRED = Polled(FetchFailed(URL, "tls", "the certificate has expired"))


def after(polls: Sequence[tuple[float, Polled]], state: SourceState = STATE) -> SourceState:
    """Poll at these hours after NOW."""
    for hours, polled in polls:
        now = NOW + timedelta(hours=hours)
        state = schedule(state, polled, now=now, polling=Polling(), jitter=0.0)
    return state


def troubles(*polls: tuple[float, Polled], state: SourceState = STATE) -> str:
    return after(polls, state).condition.troubles


def test_a_source_that_fails_for_hours_is_dead() -> None:
    """Not after one hour, and not by one late failure after a long pause."""
    first = [(0, TIMEOUT), (0.1, TIMEOUT), (0.3, TIMEOUT)]

    assert troubles(*first, (1, TIMEOUT)) == ""
    assert troubles(*first, (4, TIMEOUT)) == "dead"
    assert troubles((0, TIMEOUT), (30, TIMEOUT)) == ""


def test_only_a_whole_feed_is_recovery() -> None:
    """Neither 304 nor an empty feed ends it; entries do."""
    dead = after([(hour, TIMEOUT) for hour in (0, 1, 2, 4)])

    assert troubles((5, CALM), state=dead) == "dead"
    assert troubles((5, EMPTY), state=dead) == "dead"
    assert troubles((5, CALM), (5.1, WELL), state=dead) == ""


def test_a_refused_certificate_has_its_own_name() -> None:
    """It is told sooner, and not a second time as death."""
    polls = [(hour, EXPIRED) for hour in (0, 0.1, 0.2, 0.6)]

    assert troubles(*polls) == "certificate"
    assert troubles(*polls, (9, EXPIRED), (15, TIMEOUT)) == "certificate"


def test_a_busy_source_on_the_same_host_is_no_trouble() -> None:
    """Being told to wait for another says nothing of this one."""
    told = Polled(FetchFailed(URL, "politeness", "the host asked for quiet"))

    assert troubles(*((hour, told) for hour in range(12))) == ""


def with_rhythm(daily: float) -> SourceState:
    hours, days = (daily * 21 / 24,) * 24, (daily * 3,) * 7
    learned = Rhythm(NOW.timestamp(), weeks=3, hours=hours, days=days)
    shown = replace(STATE.condition, rhythm=rhythm.pack(learned), new_at=NOW, quiet_until=NOW)
    return replace(STATE, condition=shown)


def test_silence_is_judged_by_the_rhythm() -> None:
    """After a day one that publishes every half hour is silent; one with two a day is not."""
    assert troubles((24, CALM), state=with_rhythm(48)) == "silent"
    assert troubles((24, CALM), state=with_rhythm(2)) == ""
    assert troubles((24, TIMEOUT), (24.1, CALM), state=with_rhythm(48)) == "silent"


def test_silence_while_it_could_not_be_polled_is_none() -> None:
    """After an outage the source has time to publish again."""
    down = after([(hour, TIMEOUT) for hour in (0.5, 1, 2, 4, 23)], with_rhythm(48))

    assert troubles((24, CALM), (24.1, WELL), (24.2, CALM), state=down) == ""


def test_an_empty_feed_is_a_trouble_once_entries_should_have_come() -> None:
    """Valid all the same: it has not failed, and entries end it."""
    busy = with_rhythm(48)

    assert troubles((1, EMPTY), (2, EMPTY), state=busy) == ""
    assert troubles((1, EMPTY), (5, EMPTY), state=busy) == "empty"
    assert troubles((1, EMPTY), (5, EMPTY), (40, EMPTY), state=busy) == "empty"
    assert troubles((1, EMPTY), (5, EMPTY), state=with_rhythm(2)) == ""
    assert troubles((1, EMPTY), (5, EMPTY), (6, WELL), state=busy) == ""


def test_a_list_that_stays_short_for_a_day_is_told() -> None:
    """A short morning is not."""
    assert troubles((0, WELL), (1, FEW), (9, FEW)) == ""
    assert troubles((0, WELL), (1, FEW), (9, FEW), (25.5, FEW)) == "few"
    assert troubles((0, WELL), (1, FEW), (25.5, FEW), (26, WELL)) == ""


def test_another_host_must_answer_three_times() -> None:
    """One bad answer of a parking page is not a move."""
    assert troubles((0, WELL), (1, PARKED), (2, PARKED)) == ""
    assert troubles((0, WELL), (1, PARKED), (2, PARKED), (3, PARKED)) == "redirected"
    assert troubles((0, WELL), (1, PARKED), (2, PARKED), (3, PARKED), (4, WELL)) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://rss.nahr.example/feed", "https://www.nahr.example/"),
        ("http://nahr.com.iq/rss", "https://feeds.nahr.com.iq/rss"),
        ("http://127.0.0.1:80/rss", "http://127.0.0.1:81/"),
    ],
)
def test_hosts_of_one_owner_are_one_site(one: str, other: str) -> None:
    """A source that redirects to its own `www` has not moved."""
    assert site_of(one) == site_of(other)
    assert site_of(one) != site_of("https://parked.com.iq/")


# --- readings ---------------------------------------------------------------------------------

GOOD = Sample(0.95, 2000, 0.98, age_s=300)


def read(*samples: Sample, every_hours: float = 1, vitals: Vitals | None = None) -> Vitals:
    seen = vitals or Vitals()
    for n, one in enumerate(samples):
        seen = read_well(seen, one, NOW + timedelta(hours=n * every_hours))
    return seen


USUAL = read(*[GOOD] * 60)


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        pytest.param(replace(GOOD, quality=0.4), "layout", id="quality dropped"),
        pytest.param(Sample(0.0), "layout", id="no article on the page"),
        pytest.param(Sample(0.0, withheld="a captcha"), "blocked", id="captcha"),
        pytest.param(replace(GOOD, arabic=0.05), "garbled", id="hardly Arabic"),
        pytest.param(replace(GOOD, is_garbled=True), "garbled", id="replacement characters"),
        pytest.param(replace(GOOD, characters=150), "thin", id="far shorter"),
        pytest.param(replace(GOOD, age_s=-7200), "clock", id="in the future"),
        pytest.param(replace(GOOD, age_s=3 * 3600 + 120), "clock", id="a constant offset"),
        pytest.param(replace(GOOD, age_s=40 * 86_400), "old", id="old articles"),
    ],
)
def test_each_trouble_begins_and_ends(bad: Sample, kind: str) -> None:
    """Bad readings for more than half a day are enough for each; a dozen good ones end it."""
    began = read(*[bad] * 24, every_hours=1, vitals=USUAL)

    assert began.troubles == (kind,)
    assert tell_of_articles(kind, began)
    assert read(*[GOOD] * 12, vitals=began).troubles == ()


def test_a_few_bad_readings_are_none() -> None:
    """A quarter of them may be chance."""
    for bad in (Sample(0.0), Sample(0.0, withheld="a captcha"), replace(GOOD, age_s=-7200)):
        assert read(*[GOOD, GOOD, GOOD, bad] * 6, vitals=USUAL).troubles == ()


def test_what_a_source_always_does_is_no_trouble() -> None:
    """Half of its entries were never articles."""
    assert read(*[GOOD, Sample(0.0)] * 100).troubles == ()


def test_an_hour_of_short_articles_is_none() -> None:
    """Breaking news is short."""
    short = [replace(GOOD, characters=150)] * 30

    assert read(*short, every_hours=0.1, vitals=USUAL).troubles == ()


def test_needed_is_a_binomial_tail() -> None:
    """Worked out by hand: 5 of 10 at 2 %, more where it is usual, never where it is the rule."""
    assert needed(10, 0.02) == 5
    assert needed(10, 0.2) == 10
    assert needed(10, 0.6) == 11
    assert needed(3, 0.02) > 3


def test_a_sample_tells_garbled_text_from_arabic() -> None:
    """Utf-8 read as windows-1256, windows-1256 read as latin-1, and the language itself."""
    text = "أعلنت وزارة النقل افتتاح محطة القطار الجديدة في المدينة، وقالت إنها تعمل منذ الصباح."
    pending = Pending(1, "nahr", ENTRY, seen=NOW)

    def made(body: str) -> Sample:
        return sample_of(Article(ENTRY.url, "", body), pending)

    as_1256 = text.encode().decode("windows-1256", "replace")
    as_latin = text.encode("windows-1256").decode("latin-1")
    assert not made(text).is_garbled
    assert made(text).arabic == pytest.approx(1)
    assert made(as_1256).is_garbled
    assert made(as_latin).arabic == pytest.approx(0)
    assert made(f"{text} \ufffd\ufffd\ufffd").is_garbled


def test_what_was_there_before_us_has_no_age() -> None:
    """A first contact lists old articles, as it should."""
    old = Pending(1, "nahr", replace(ENTRY, published=NOW - timedelta(days=9)), seen=NOW)

    assert sample_of_none(old).age_s == 9 * 86_400
    assert sample_of_none(replace(old, first_contact=True)).age_s is None


def test_reference_states_when_each_trouble_is_noticed() -> None:
    """What the operator reads is what the program says."""
    reference = (Path(__file__).parents[2] / "REFERENCE.md").read_text(encoding="utf-8")

    for slug, kind in KINDS.items():
        assert f"| `{slug}` | {kind.title} | {kind.within} | {kind.advice} |" in reference


def test_every_kind_says_what_to_do() -> None:
    """Each trouble has its words, and states within what time it is noticed."""
    for kind in KINDS.values():
        assert kind.title
        assert kind.within
        assert kind.advice.endswith(".")
