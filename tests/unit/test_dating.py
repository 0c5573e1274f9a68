"""When an article was published: wrong clocks are learned, the future clamped, old news told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.dating import Clock, as_json, clocks_of, learn, remember_old, settle
from watcher.dating.clocks import observe
from watcher.model import AHEAD_OF_TIME, Article, Claim

SEEN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def claim(how: str, before: timedelta, **more: object) -> Claim:
    return Claim(SEEN - before, "as printed", how, **more)  # type: ignore[arg-type]


def article(*claims: Claim) -> Article:
    return Article("https://nahr.example/1", "عنوان", "نص", claims=claims)


def observed(lags: list[int], clock: Clock | None = None, *, has_zone: bool = True) -> Clock:
    clock = clock or Clock()
    for lag in lags:
        clock = observe(clock, lag, has_zone=has_zone)
    return clock


# --- clocks -----------------------------------------------------------------------------------

shifts = st.integers(-56, -1).map(lambda quarters: 15 * quarters)
quarters = st.integers(-48, 48).map(lambda number: 15 * number)


@given(shifts, st.lists(st.integers(0, 9), min_size=24, max_size=40))
def test_stamps_that_are_ahead_are_learned(shift: int, delays: list[int]) -> None:
    assert observed([shift + delay for delay in delays]).shift == shift


@given(st.lists(st.integers(0, 14 * 60), max_size=60), st.integers(0, 55))
def test_right_stamps_are_never_touched(delays: list[int], quickest: int) -> None:
    """However slow the feed, as long as some article comes within the hour."""
    lags = [lag for delay in delays for lag in (delay, quickest)]
    assert observed(lags).shift == 0


@given(st.lists(st.integers(0, 14 * 60), max_size=60))
def test_stamps_with_a_zone_are_never_moved_forward(delays: list[int]) -> None:
    assert observed(delays).shift == 0


def test_stamps_without_a_zone_that_lie_behind_are_learned() -> None:
    assert observed([180, 184, 190] * 4, has_zone=False).shift == 180
    assert observed([180, 184, 190] * 3, has_zone=False).shift == 0


def test_a_few_articles_stamped_in_advance_prove_nothing() -> None:
    assert observed([2, 5, -240, 3, 8, 1, -90, 6, 4, 2, 12, 3]).shift == 0


def test_summer_time_is_learned_anew() -> None:
    winter = observed([-120, -117, -112] * 8)
    assert winter.shift == -120
    assert observed([-180, -176, -171] * 3, winter).shift == -180


def test_a_clock_that_was_mended_is_let_be() -> None:
    wrong = observed([-180, -177, -172] * 8)
    assert observed([1, 4, 7] * 6, wrong).shift == 0


def test_the_backlog_of_the_first_contact_is_no_evidence() -> None:
    ahead = [claim("feed", -3 * HOUR)]
    assert learn({}, ahead, seen=SEEN, gap_s=None) == {}
    assert learn({}, ahead, seen=SEEN, gap_s=86_400) == {}
    assert learn({}, ahead, seen=SEEN, gap_s=120)["feed"].lags == (-180,)


def test_a_page_with_a_zone_shows_by_how_much_a_feed_without_one_is_off() -> None:
    clocks: dict[str, Clock] = {}
    for minutes in (70, 95, 130, 160, 200):
        page = timedelta(minutes=minutes)
        said = (claim("feed", page + 3 * HOUR, has_zone=False), claim("page data", page))
        clocks = learn(clocks, said, seen=SEEN, gap_s=120)
    assert clocks["feed"].shift == 180
    assert clocks["page data"].shift == 0


@given(quarters, st.lists(st.integers(0, 170), min_size=5, max_size=9))
def test_any_constant_offset_is_learned_from_pages_and_applied(
    offset: int, ages: list[int]
) -> None:
    """Quarters of an hour within half a day: after five articles the sixth has the right time."""
    clocks: dict[str, Clock] = {}
    for age in ages:
        clocks = learn(clocks, said(age, offset), seen=SEEN, gap_s=300)
    found = settle(article(said(42, offset)[0]), clocks, seen=SEEN)
    assert found.published == SEEN - timedelta(minutes=42)
    assert ("corrected" in found.published_how) == (offset != 0)


def said(age: int, offset: int) -> tuple[Claim, Claim]:
    """Give what a feed that is `offset` behind and a right page say of an article, in minutes."""
    minutes = timedelta(minutes=age)
    late = timedelta(minutes=offset)
    return claim("feed", minutes + late, has_zone=False), claim("page data", minutes)


@given(shifts, st.lists(st.integers(0, 9), min_size=40, max_size=60))
def test_what_no_longer_holds_is_unlearned(shift: int, delays: list[int]) -> None:
    wrong = observed([shift + delay for delay in delays])
    assert wrong.shift == shift
    mended = observed(delays, wrong)
    is_told_apart = shift < -30  # half an hour of delay and half an hour of offset look alike
    assert mended.shift == 0 or not is_told_apart


@given(st.lists(st.integers(0, 600), min_size=24, max_size=60), st.integers(0, 55))
def test_what_a_right_feed_says_holds_as_it_stands(delays: list[int], quickest: int) -> None:
    clocks: dict[str, Clock] = {}
    for delay in [lag for slow in delays for lag in (slow, quickest)]:
        stamp = claim("feed", timedelta(minutes=delay))
        clocks = learn(clocks, [stamp], seen=SEEN, gap_s=300)
        found = settle(article(stamp), clocks, seen=SEEN)
        assert (found.published, found.published_how) == (stamp.instant, "feed")


def test_only_exact_dates_of_publication_teach() -> None:
    update = claim("feed", -3 * HOUR, is_update=True)
    day = claim("feed", -3 * HOUR, precision="day")
    assert learn({}, [update, day], seen=SEEN, gap_s=120) == {}


def test_what_was_learned_survives_the_record() -> None:
    clocks = {"feed": observed([-180, -177, -172] * 3)}
    clocks = remember_old(clocks, claim("page data", timedelta(days=400)))
    assert clocks_of(json.loads(json.dumps(as_json(clocks)))) == clocks


def test_what_another_version_kept_is_read() -> None:
    kept = {"feed": {"shift": -60, "lags": None, "phase": "unknown"}}
    assert clocks_of(kept) == {"feed": Clock(shift=-60)}


# --- settling ---------------------------------------------------------------------------------


def test_what_was_learned_is_applied_and_said() -> None:
    clocks = {"feed": Clock(shift=-180)}
    found = settle(article(claim("feed", -2 * HOUR)), clocks, seen=SEEN)
    assert found.published == SEEN - HOUR
    assert found.published_how == "feed, corrected by -3 h"


def test_a_stamp_ahead_is_clamped_to_first_sight_and_kept_raw() -> None:
    found = settle(article(claim("feed", -5 * HOUR)), {}, seen=SEEN)
    assert (found.published, found.published_raw) == (SEEN, "as printed")
    assert AHEAD_OF_TIME in found.published_how


@pytest.mark.parametrize(("first_contact", "expected"), [(False, SEEN), (True, None)])
def test_a_stamp_far_ahead_is_first_sight_unless_it_is_backlog(
    first_contact: bool, expected: datetime | None
) -> None:
    given_ = Article("u", "عنوان", "نص", published_raw="2072", published_how=AHEAD_OF_TIME)
    found = settle(given_, {}, seen=SEEN, first_contact=first_contact)
    assert (found.published, found.published_raw) == (expected, "2072")


YEARS = timedelta(days=1500)
NOW = claim("feed", HOUR)
OLD_NEWS = {
    "page data": (NOW, claim("page data", YEARS)),
    "meta element": (NOW, claim("meta element", YEARS)),
    "address": (NOW, claim("address", YEARS, precision="day")),
    "month in the address": (NOW, claim("address", YEARS, precision="month")),
    "page data and address, print of today": (
        *(NOW, claim("page data", YEARS), claim("address", YEARS, precision="day")),
        claim("printed line", HOUR),
    ),
}
NEWS = {
    "only print is old": (NOW, claim("printed line", YEARS)),
    "only one time element is old": (NOW, claim("time element", YEARS)),
    "page data of today, old address": (NOW, claim("page data", HOUR), claim("address", YEARS)),
    "page data old, print of today": (NOW, claim("page data", YEARS), claim("printed line", HOUR)),
    "a draft of last week": (NOW, claim("page data", timedelta(days=6))),
    "no feed, two that disagree": (claim("page data", HOUR), claim("address", YEARS)),
}


@pytest.mark.parametrize("claims", OLD_NEWS.values(), ids=OLD_NEWS)
def test_old_articles_announced_again_are_told(claims: tuple[Claim, ...]) -> None:
    found = settle(article(*claims), {}, seen=SEEN)
    assert found.old_news.startswith("announced again: the feed says 2026-05-04")
    assert found.published == SEEN - YEARS


@pytest.mark.parametrize("claims", NEWS.values(), ids=NEWS)
def test_in_doubt_an_article_is_new(claims: tuple[Claim, ...]) -> None:
    found = settle(article(*claims), {}, seen=SEEN)
    assert found.old_news == ""
    assert found.published == SEEN - HOUR


@given(
    st.lists(st.sampled_from(["time element", "printed line"]), min_size=1, max_size=4),
    st.lists(st.integers(15, 9000), min_size=4, max_size=4),
    st.sampled_from(["exact", "day"]),
)
def test_an_article_that_cites_old_dates_is_never_held_back(
    hows: list[str], days: list[int], precision: str
) -> None:
    """Whatever old dates are printed around the text, as long as data and address name none."""
    cited = [
        claim(how, timedelta(days=ago), precision=precision)
        for how, ago in zip(hows, days, strict=False)
    ]
    once = {claim.how: claim for claim in cited}
    found = settle(article(NOW, claim("page data", HOUR), *once.values()), {}, seen=SEEN)
    assert (found.old_news, found.published) == ("", SEEN - HOUR)


def test_a_date_that_a_template_repeats_is_not_believed() -> None:
    same = int((SEEN - YEARS).timestamp() // 60)
    clocks = {"page data": Clock(old=(same, same))}
    found = settle(article(NOW, claim("page data", YEARS)), clocks, seen=SEEN)
    assert found.old_news == ""


def test_a_text_on_record_for_long_is_old_news() -> None:
    found = settle(article(NOW), {}, seen=SEEN, earlier=SEEN - YEARS)
    assert found.published == SEEN - YEARS
    assert "the same text was recorded" in found.old_news


def test_published_and_updated_are_kept_apart() -> None:
    said = article(claim("feed", 5 * HOUR), claim("page data", HOUR, is_update=True))
    found = settle(said, {}, seen=SEEN)
    assert (found.published, found.updated) == (SEEN - 5 * HOUR, SEEN - HOUR)
    assert (found.published_how, found.updated_how) == ("feed", "page data")


kinds = st.sampled_from(
    ["feed", "page data", "meta element", "time element", "printed line", "address"]
)
claims = st.builds(
    Claim,
    st.datetimes(datetime(1996, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
    st.just("raw"),
    kinds,
    st.booleans(),
    st.sampled_from(["exact", "day", "month"]),
    st.booleans(),
)


@given(st.lists(claims, max_size=7), st.integers(-840, 840))
def test_nothing_is_published_after_it_was_seen(said: list[Claim], shift: int) -> None:
    found = settle(article(*said), {"feed": Clock(shift=shift)}, seen=SEEN)
    assert found.published is None or found.published <= SEEN
    assert found.updated is None or found.updated <= SEEN
    assert bool(found.published) == bool(found.published_how)
