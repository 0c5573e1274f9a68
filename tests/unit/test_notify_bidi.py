"""Runs of Latin inside Arabic, and controls that must not pass."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.notify.bidi import (
    clean,
    direction_of,
    flat,
    is_word_char,
    name,
    paragraph,
    shorten,
)

MIXED = st.text(
    st.sampled_from("ابتثجحخ دذرز سشصض\u064e\u0651ـ٠١٢0123456789ABCxyzé.,:;/-_()«»\"'@#%$&<>*`!?؟،")
    | st.sampled_from(
        "\u202e\u202b\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200d\r\n\t\0\ud800🙂👨"
    )
    | st.characters(),
    max_size=120,
)


def shown(text: str) -> str:
    return flat(paragraph(text, direction="rtl")).replace("\u2068", "[").replace("\u2069", "]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("قالت CNN اليوم", "قالت [CNN] اليوم", id="a-name"),
        pytest.param("(Camp Palm) هنا", "([Camp Palm]) هنا", id="brackets-stay-outside"),
        pytest.param("شبكة ABC (Sample) قالت", "شبكة [ABC (Sample)] قالت", id="brackets-inside"),
        pytest.param("C-130 (4 طائرات)", "[C-130] (4 طائرات)", id="brackets-closed-in-arabic"),
        pytest.param("طائرة F-16 واحدة", "طائرة [F-16] واحدة", id="letters-and-digits"),
        pytest.param("شبكة 5G وC++.", "شبكة [5G] و[C++].", id="digits-first-and-signs-last"),
        pytest.param("S&P 500 صعد", "[S&P 500] صعد", id="ampersand-and-number"),
        pytest.param("كتب @user_1 #Tag", "كتب [@user_1 #Tag]", id="handles"),
        pytest.param("حتى 2024-06-30 فقط", "حتى [2024-06-30] فقط", id="iso-date"),
        pytest.param("هاتف +964 770 123 4567.", "هاتف [+964 770 123 4567].", id="telephone"),
        pytest.param("نسبة 12.5% و10-15", "نسبة 12.5% و10-15", id="plain-numbers-are-left-alone"),
        pytest.param("فاز 2-1 في 10:30", "فاز 2-1 في 10:30", id="scores-and-times"),
        pytest.param("العدد ٢٥٠٠ جندي", "العدد ٢٥٠٠ جندي", id="arabic-digits"),
        pytest.param(
            "على https://example.org/a?b=1. ثم",
            "على [https://example.org/a?b=1]. ثم",
            id="an-address-without-its-full-stop",
        ),
        pytest.param("www.example.org؛ ثم", "[www.example.org]؛ ثم", id="nor-arabic-marks"),
        pytest.param("أ\u202eب\u2066CNN\u2069", "أب[CNN]", id="overrides-are-dropped"),
    ],
)
def test_foreign_runs_are_isolated(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CNN: إخلاء المعسكر", "rtl"),
        ("انظر https://example.org/a/very/long/address/indeed", "rtl"),
        ("Camp evacuated (معسكر)", "ltr"),
        ("", "rtl"),
        ("2024", "rtl"),
    ],
)
def test_the_direction_is_that_of_the_majority(text: str, expected: str) -> None:
    assert direction_of(text) == expected


def test_in_a_latin_paragraph_arabic_is_the_foreign_run() -> None:
    told = flat(paragraph("The camp near the river (معسكر النخيل) closed"))

    assert told == "The camp near the river (\u2067معسكر النخيل\u2069) closed"


def test_a_name_that_is_all_latin_is_isolated_as_a_whole() -> None:
    assert flat(name("A, B & C!")) == "\u2068A, B & C!\u2069"


@pytest.mark.parametrize(
    ("text", "hits", "expected"),
    [
        pytest.param("بالانسحاب غداً", [(3, 9)], "*بالانسحاب* غداً", id="half-a-word-becomes-whole"),
        pytest.param("قوات التحالف", [(0, 4), (5, 12)], "*قوات التحالف*", id="neighbors-merge"),
        pytest.param("أ  ب\nج", [(5, 6)], "أ ب *ج*", id="moves-with-the-white-space"),
        pytest.param("\u202eأ ب", [(3, 4)], "أ *ب*", id="moves-with-dropped-controls"),
        pytest.param(
            "عين الأسد Ain now", [(4, 13)], "عين *الأسد* \u2068*Ain* now\u2069", id="crosses-runs"
        ),
        pytest.param("أب", [(9, 12)], "أب", id="beyond-the-end"),
    ],
)
def test_hits_are_whole_words(text: str, hits: list[tuple[int, int]], expected: str) -> None:
    assert flat(paragraph(text, hits, direction="rtl"), mark=("*", "*")) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [("كلمة ثانية", 20, "كلمة ثانية"), ("كلمة ثانية", 9, "كلمة…"), ("كلمةطويلة", 5, "كلمة…")],
)
def test_shorten_cuts_after_a_word(text: str, limit: int, expected: str) -> None:
    assert shorten(text, limit) == expected


@given(MIXED)
def test_isolates_are_balanced_and_nothing_steers(text: str) -> None:
    told = flat(paragraph(text, direction="rtl"))
    depth = 0
    for char in told:
        depth += {"\u2067": 1, "\u2068": 1, "\u2069": -1}.get(char, 0)
        assert depth in {0, 1}
        assert char in "\u2067\u2068\u2069" or unicodedata.bidirectional(char) not in {
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI",
        }  # fmt: skip
    assert depth == 0
    told.encode()


@given(MIXED)
def test_clean_is_one_line_and_idempotent(text: str) -> None:
    once = clean(text)

    assert once == clean(once) == once.strip()
    assert once == " ".join(once.split())
    assert paragraph(text).text == once


@given(MIXED, st.lists(st.tuples(st.integers(0, 130), st.integers(0, 130)), max_size=5))
def test_marking_changes_no_text_and_cuts_no_word(text: str, hits: list[tuple[int, int]]) -> None:
    para = paragraph(text, hits, direction="rtl")

    assert para.text == clean(text)
    pieces = [piece for run in para.runs for piece in run.pieces]
    for first, second in itertools.pairwise(pieces):
        if first.is_hit != second.is_hit:
            assert not (is_word_char(first.text[-1]) and is_word_char(second.text[0]))
