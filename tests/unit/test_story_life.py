"""What is told of a story after its first notice: each thing once, copies nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Account, Statement
from watcher.story import Change, closing, developments

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def account(
    number: int,
    outlet: str = "",
    *agencies: str,
    copy_of: int | None = None,
    denial: str = "",
    **figures: int | tuple[int, int],
) -> Account:
    amounts = {what: (n, n) if isinstance(n, int) else n for what, n in figures.items()}
    seen = NOW + timedelta(minutes=number)
    statement = Statement(amounts, denial)
    return Account(number, outlet or f"outlet {number}", seen, agencies, copy_of, statement)


def lived(*accounts: Account) -> list[str]:
    """Give the occasions of a thread, in their order."""
    return [
        development.occasion
        for place in range(1, len(accounts))
        for development in developments(accounts[:place], accounts[place])
    ]


def test_copies_tell_nobody_anything() -> None:
    assert (
        lived(
            account(1, "a", "reuters", killed=3),
            *(account(n, copy_of=1, killed=3) for n in range(2, 9)),
        )
        == []
    )


def test_it_is_confirmed_by_the_second_the_fifth_and_the_tenth() -> None:
    assert lived(*(account(n) for n in range(1, 13))) == [
        "confirmed 2",
        "confirmed 5",
        "confirmed 10",
    ]


def test_an_outlet_that_is_heard_again_confirms_nothing() -> None:
    assert lived(account(1, "a"), account(2, "a"), account(3, "a", "reuters")) == []


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        pytest.param([3, 7], ["figures killed 7"], id="a rise"),
        pytest.param([3, 7, 3, 7, 3], ["figures killed 7"], id="old numbers come back"),
        pytest.param([7, 3], [], id="one says less"),
        pytest.param([7, 3, 3], ["figures killed 3"], id="a second one says so too"),
        pytest.param([100, 103], [], id="a small difference"),
        pytest.param([100, 103, 103], ["figures killed 103"], id="a small difference, confirmed"),
        pytest.param([100, 103, 101, 102, 100], [], id="they do not agree"),
        pytest.param([3, 5, 8, 20], ["figures killed 5", "figures killed 8", "figures killed 20"], id="it grows"),
        pytest.param([12, (10, 99)], [], id="dozens can be twelve"),
        pytest.param([(10, 99), 25], [], id="twenty-five can be dozens"),
        pytest.param([12, (100, 999)], ["figures killed مئات"], id="hundreds are more"),
        pytest.param([(3, 9), 30], ["figures killed 30"], id="more than a few"),
    ],
)  # fmt: skip
def test_figures(numbers: list[int | tuple[int, int]], told: list[str]) -> None:
    accounts = [account(n, killed=number) for n, number in enumerate(numbers)]
    assert [one for one in lived(*accounts) if one.startswith("figures")] == told


def test_a_copy_does_not_confirm_a_figure() -> None:
    said = [
        account(1, "a", killed=7),
        account(2, "b", killed=3),
        account(3, "c", copy_of=2, killed=3),
    ]
    assert lived(*said) == ["confirmed 2"]


def test_what_an_article_changes_comes_at_once_and_is_named() -> None:
    before = [account(1, "a", killed=3, wounded=4)]
    [figures, confirmed] = developments(before, account(2, "b", killed=7, wounded=12))

    assert figures.occasion == "figures killed 7, wounded 12"
    assert [(one.what, one.before, one.after) for one in figures.update.figures] == [
        ("القتلى", "3", "7"),
        ("الجرحى", "4", "12"),
    ]
    assert confirmed.update.count == 2


def test_the_first_number_of_its_kind_is_no_change() -> None:
    assert lived(account(1, "a"), account(2, "a", killed=5)) == []


def test_a_denial_is_told_once_and_first() -> None:
    said = [account(1), account(2, denial="نفت الوزارة"), account(3, denial="نفى الجيش")]
    assert lived(*said)[:1] == ["denied"]
    assert lived(*said).count("denied") == 1
    assert lived(account(1, denial="نفت"), account(2, denial="نفت"))[:1] != ["denied"]


CHANGE = Change(is_gone=False, before="مقتل 3 جنود", after="مقتل 7 جنود")


def test_a_correction_is_told_unless_the_figure_says_it() -> None:
    before = [account(1, "a", killed=3)]
    [corrected] = developments(before, account(1, "a", killed=3), CHANGE)
    [figures] = developments(before, account(1, "a", killed=7), CHANGE)

    assert (corrected.update.kind, corrected.update.before) == ("corrected", "مقتل 3 جنود")
    assert figures.update.kind == "figures"


def test_corrections_back_and_forth_are_different_ones_and_each_is_told_once() -> None:
    before, again = [account(1, "a")], account(1, "a")
    back = Change(is_gone=False, before=CHANGE.after, after=CHANGE.before)
    occasions = [developments(before, again, one)[0].occasion for one in (CHANGE, back, CHANGE)]

    assert occasions[0] == occasions[2] != occasions[1]


def test_what_is_gone_is_deleted() -> None:
    [found] = developments([account(1, "a")], account(1, "a"), Change(True, "نص", ""))
    assert found.update.kind == "deleted"


def test_a_closing_sums_up_what_grew() -> None:
    said = [account(1, "a", killed=3), account(2, "b", killed=7), account(3, copy_of=1, killed=3)]
    found = closing(said, 86400.0)

    assert found is not None
    assert found.update.count == 2
    assert [(one.before, one.after) for one in found.update.figures] == [("3", "7")]
    assert closing(said[:1], 86400.0) is None
    assert closing([account(1, "a"), account(1, "a")], 86400.0) is None


# --- properties -------------------------------------------------------------------------------

DRAWN = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from([(), ("reuters",), ("afp",)]),
        st.integers(0, 9),
        st.sampled_from([None, 3, 4, 7, 20, 21, 300]),
        st.sampled_from(["", "", "", "نفت"]),
    ),
    min_size=1,
    max_size=9,
)


def thread(drawn) -> list[Account]:
    return [
        account(
            number,
            outlet,
            *agencies,
            copy_of=back if back < number else None,
            denial=denial,
            **({} if killed is None else {"killed": killed}),
        )
        for number, (outlet, agencies, back, killed, denial) in enumerate(drawn)
    ]


@given(DRAWN)
def test_nothing_is_told_twice(drawn) -> None:
    told = lived(*thread(drawn))
    assert len(told) == len(set(told))


@given(DRAWN)
def test_what_comes_again_tells_nothing_new(drawn) -> None:
    """A replay of the whole thread, as copies of itself."""
    said = thread(drawn)
    again = [
        account(100 + n, one.outlet, *one.agencies, copy_of=one.article)
        for n, one in enumerate(said)
    ]
    assert lived(*said, *again) == lived(*said)


@given(DRAWN, st.permutations(range(5)))
def test_copies_may_come_in_any_order(drawn, order) -> None:
    """Copies of one text within one second, before and after whatever else."""
    said = thread(drawn)
    copies = [account(50 + n, f"copier {n}", copy_of=0) for n in range(5)]
    one = lived(*said, *copies)
    assert one == lived(*said, *(copies[n] for n in order))
    if not any(account.agencies for account in said):
        assert one == lived(*said)


@given(DRAWN)
def test_a_thread_is_told_a_few_times_at_most(drawn) -> None:
    told = lived(*thread(drawn))
    assert len([one for one in told if not one.startswith("figures")]) <= 4
