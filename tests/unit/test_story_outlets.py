"""Outlets count once each and texts once each: copies of one agency are one report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Account
from watcher.story import agencies_of, agency_name, independent, outlets

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def account(number: int, outlet: str, *agencies: str, copy_of: int | None = None) -> Account:
    return Account(number, outlet, NOW, agencies, copy_of)


@pytest.mark.parametrize(
    ("credit", "agencies"),
    [
        ("رويترز", ("reuters",)),
        ("بغداد/ رويترز", ("reuters",)),
        ("Reuters", ("reuters",)),
        ("(أ ف ب)", ("afp",)),
        ("أ.ف.ب", ("afp",)),
        ("فرانس برس", ("afp",)),
        ("وكالة الصحافة الفرنسية", ("afp",)),
        ("أ ب", ("ap",)),
        ("أسوشيتد برس", ("ap",)),
        ("د.ب.أ", ("dpa",)),
        ("وكالة الأناضول", ("anadolu",)),
        ("بغداد - واع", ("ina",)),
        ("بغداد واع", ("ina",)),
        ("وكالة الأنباء العراقية (واع)", ("ina",)),
        ("سبوتنيك", ("sputnik",)),
        ("شينخوا", ("xinhua",)),
        ("الكويت (كونا)", ("kuna",)),
        ("وام", ("wam",)),
        ("الرياض ــ واس", ("spa",)),
        ("رويترز وأ ف ب", ("reuters", "afp")),
        ("رويترز، وكالات", ("reuters",)),
        ("وكالات", ("agencies",)),
        ("إيلاف من لندن", ()),
        ("لندن: «الشرق الأوسط»", ()),
        ("", ()),
    ],
)
def test_credits_name_agencies(credit: str, agencies: tuple[str, ...]) -> None:
    assert agencies_of(credit) == agencies


@pytest.mark.parametrize(
    ("text", "agencies"),
    [
        ("نقلت وكالة رويترز عن مسؤول أن القوات غادرت", ("reuters",)),
        ("وقالت وكالة فرانس برس إن الطريق أغلق", ("afp",)),
        ("ذكرت رويترز أن", ("reuters",)),
        ("نقلا عن وكالة الأنباء العراقية واع أن", ("ina",)),
        ("قال الجيش إن وام", ()),
        ("أعلنت الإمارات أن", ()),
        (" ".join(["كلمة"] * 70) + " ذكرت رويترز أن", ()),
    ],
)
def test_leads_say_where_they_are_from(text: str, agencies: tuple[str, ...]) -> None:
    assert agencies_of("", text) == agencies


def test_an_agency_is_an_outlet_too() -> None:
    assert agencies_of("", "", "وكالة الأنباء العراقية") == ("ina",)
    assert agencies_of("", "", "سبوتنيك عربي") == ("sputnik",)
    assert agencies_of("", "", "صحيفة النهر") == ()
    assert agency_name("reuters") == "رويترز"


@pytest.mark.parametrize(
    ("accounts", "count"),
    [
        pytest.param([], 0, id="nobody"),
        pytest.param([account(1, "a"), account(2, "b")], 2, id="two texts"),
        pytest.param([account(1, "a"), account(2, "a")], 1, id="one owner"),
        pytest.param([account(1, "a"), account(2, "b", copy_of=1)], 1, id="a copy"),
        pytest.param([account(1, "a", "reuters"), account(2, "b", "reuters")], 1, id="one agency"),
        pytest.param([account(1, "a", "reuters"), account(2, "b", "afp")], 2, id="two agencies"),
        pytest.param([account(1, "a", "reuters"), account(2, "a", "afp")], 1, id="of one owner"),
        pytest.param([account(1, "a", "reuters"), account(2, "b", copy_of=1), account(3, "c", "reuters")], 1, id="a copy without the credit"),
        pytest.param([account(1, "a"), account(2, "a"), account(3, "b", copy_of=1)], 1, id="a copy of two"),
        pytest.param([account(1, "a", "reuters"), account(2, "a"), account(3, "b", "reuters")], 2, id="each can have its own"),
        pytest.param([account(1, "a", "reuters", "afp"), account(2, "b", "reuters"), account(3, "c", "afp")], 2, id="a compilation adds nothing"),
    ],
)  # fmt: skip
def test_independent(accounts: list[Account], count: int) -> None:
    assert independent(accounts) == count


ACCOUNTS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.lists(st.sampled_from(["reuters", "afp", "ina"]), max_size=2, unique=True),
        st.integers(0, 9),
    ),
    max_size=8,
).map(
    lambda drawn: [
        account(number, outlet, *agencies, copy_of=back if back < number else None)
        for number, (outlet, agencies, back) in enumerate(drawn)
    ]
)


@given(ACCOUNTS)
def test_no_more_than_there_are_outlets(accounts: list[Account]) -> None:
    assert 0 <= independent(accounts) <= len(outlets(accounts))
    assert (independent(accounts) == 0) == (not accounts)


@given(ACCOUNTS, st.randoms())
def test_the_order_does_not_matter(accounts: list[Account], chance) -> None:
    shuffled = list(accounts)
    chance.shuffle(shuffled)
    assert independent(shuffled) == independent(accounts)


@given(ACCOUNTS)
def test_copies_of_what_is_no_agencys_add_nothing(accounts: list[Account]) -> None:
    own = [replace(one, agencies=()) for one in accounts]
    new = [account(100 + n, f"new {n}", copy_of=one.article) for n, one in enumerate(own)]
    assert independent([*own, *new]) == independent(own)


@given(st.integers(1, 12))
def test_copies_of_one_agency_text_are_one_report(count: int) -> None:
    accounts = [
        account(1, "a", "reuters"),
        *(account(n + 2, f"o{n}", copy_of=1) for n in range(count)),
    ]
    assert independent(accounts) == 1


def test_what_was_withdrawn_counts_for_none_but_its_copies_are_still_one_text() -> None:
    first = account(1, "a")
    copies = [account(2, "b", copy_of=1), account(3, "c", copy_of=1)]
    assert independent([first, account(4, "d")]) == 2
    assert independent([replace(first, is_withdrawn=True), account(4, "d")]) == 1
    assert independent([replace(first, is_withdrawn=True), *copies]) == 1
