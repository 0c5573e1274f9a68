from __future__ import annotations

import pytest
from hypothesis import given

from tests import strategies
from watcher.arabic.words import pieces, words_of


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        pytest.param("وصل، الوفد!", ["وصل", "الوفد"], id="punctuation is no word"),
        pytest.param(
            "عيّن\u200f الأســد", ["عيّن", "الأســد"], id="marks inside, invisible ends not"
        ),
        pytest.param("ال\u200dعراق", ["ال\u200dعراق"], id="a joiner does not split"),
        pytest.param("كوفيد-19", ["كوفيد", "19"], id="a hyphen splits"),
        pytest.param("1,500 و٣٫٥", ["1,500", "و", "٣٫٥"], id="numbers with separators"),
        pytest.param("F-16 NATO", ["F", "16", "NATO"], id="Latin"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_words(text: str, raw: list[str]) -> None:
    """A text is split into Arabic words, Latin words and numbers."""
    assert words_of(text).raw == raw


@given(text=strategies.texts)
def test_the_words_of_a_text_are_those_of_its_runs(text: str) -> None:
    words = words_of(text)
    assert words.raw == [word for run in words.runs for word in pieces(run)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("قال. ثم ذهب", [0, 1, 1], id="dot"),
        pytest.param("ذهب؟ نعم! كلا", [0, 1, 2], id="question and exclamation"),
        pytest.param("د. محمد هنا", [0, 0, 0], id="an initial ends no sentence"),
        pytest.param("بلغ 3.5 مليون", [0, 0, 0], id="a decimal point neither"),
        pytest.param("عنوان\nنص", [0, 1], id="newline"),
        pytest.param("وقال... نعم", [0, 1], id="three dots end one sentence"),
    ],
)
def test_sentences(text: str, sentence: list[int]) -> None:
    """Each word knows its sentence."""
    assert words_of(text).sentence == sentence


def test_paragraphs_count_only_lines_with_words() -> None:
    """Empty lines are no paragraphs."""
    assert words_of("عنوان\n\nنص أول\nثان").paragraph == [0, 1, 1, 2]


@given(strategies.texts)
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    """Spans are ordered, do not overlap, and cut the words out of the text."""
    words = words_of(text)
    edges = [edge for span in zip(words.starts, words.ends, strict=True) for edge in span]
    assert edges == sorted(edges)
    assert [text[a:b] for a, b in zip(words.starts, words.ends, strict=True)] == words.raw
