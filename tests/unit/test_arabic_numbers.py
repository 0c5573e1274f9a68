"""Numbers are read however they are written, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.arabic import fold, numbers, words_of


def words(text: str) -> list[str]:
    return text.split()


UNITS = words("_ واحد اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة")
TEENS = words("_ أحد اثني ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة")
TENS = words("_ _ عشرين ثلاثين أربعين خمسين ستين سبعين ثمانين تسعين")
HUNDREDS = words("_ مئة مئتين ثلاثمئة أربعمئة خمسمئة ستمئة سبعمئة ثمانمئة تسعمئة")


def read(text: str) -> list[tuple[int, int]]:
    folded = [fold(word) for word in words_of(text).raw]
    return [(found.low, found.high) for found in numbers(folded)]


def spelled(number: int) -> str:
    """Write a number below a million as a person would."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        head = (
            "ألف"
            if thousands == 1
            else "ألفين"
            if thousands == 2
            else f"{spelled(thousands)} {'آلاف' if thousands < 11 else 'ألفا'}"
        )
        return f"{head} و{spelled(rest)}" if rest else head
    if number >= 100:
        head, rest = HUNDREDS[number // 100], number % 100
        return f"{head} و{spelled(rest)}" if rest else head
    if number > 19:
        unit = number % 10
        return f"{UNITS[unit]} و{TENS[number // 10]}" if unit else TENS[number // 10]
    if number > 10:
        return f"{TEENS[number - 10]} عشر"
    return UNITS[number]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("مقتل 7 جنود", [(7, 7)]),
        ("٢٥ ألفا", [(25_000, 25_000)]),
        ("۱۲ نفرا", [(12, 12)]),
        ("1,500 و١٬٦٠٠", [(1500, 1500), (1600, 1600)]),
        ("إحدى عشرة امرأة", [(11, 11)]),
        ("ثلاثمائة وخمسة وأربعون", [(345, 345)]),
        ("خمس مئة", [(500, 500)]),
        ("1.8 مليون و٢٫٥ ألف", [(1_800_000, 1_800_000), (2500, 2500)]),
        ("وبخمسة وعشرين", [(25, 25)]),
        ("ثلاثة قتلى وأربعة جرحى", [(3, 3), (4, 4)]),
        ("بضعة جنود", [(3, 9)]),
        ("العشرات", [(10, 99)]),
        ("مئات الآلاف", [(100_000, 999_999)]),
        ("ثمانية وعشرة", [(8, 8), (10, 10)]),
    ],
)
def test_numbers(text: str, found: list[tuple[int, int]]) -> None:
    assert read(text) == found


@pytest.mark.parametrize("text", ["", "12.5", "الخميس والأحد", "عشيرة", "الفريق", "خمسون2"])
def test_what_is_no_number(text: str) -> None:
    assert read(text) in ([], [(50, 50), (2, 2)])


@given(st.integers(1, 999_999))
def test_what_is_spelled_out_is_read(number: int) -> None:
    assert read(f"وصل {spelled(number)} شخص") == [(number, number)]


@given(
    st.integers(1, 9_999_999),
    st.sampled_from(["", ",", "٬"]),
    st.sampled_from([0x0030, 0x0660, 0x06F0]),
)
def test_digits_of_all_scripts_are_read(number: int, mark: str, zero: int) -> None:
    digits = f"{number:,}".replace(",", mark)
    assert read("".join(chr(zero + int(one)) if one.isdigit() else one for one in digits)) == [
        (number, number)
    ]


@given(st.text("واحد ثلاثةعشرينمئألف12, ", max_size=60))
def test_numbers_stand_apart_and_in_order(text: str) -> None:
    folded = [fold(word) for word in words_of(text).raw]
    last = 0
    for one in numbers(folded):
        assert last <= one.first < one.last <= len(folded)
        assert 0 < one.low <= one.high
        last = one.last
