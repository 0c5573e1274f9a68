"""How one text became another: whatever the two are, the differences lead from one to the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watcher.arabic import fold, words_of
from watcher.story.revision import Difference, applied, counterpart, differences, stands

WORDS = st.sampled_from(["قال", "الوزير", "إنّ", "الجسر", "في", "بغداد", "ثلاثة", "2024", "."])
TEXTS = st.lists(
    st.sampled_from([" ", "\n", "، ", ". "]).flatmap(
        lambda sign: WORDS.map(lambda word: word + sign)
    ),
    max_size=60,
).map("".join)


def folded(text: str) -> list[str]:
    return [fold(word) for word in words_of(text).raw]


@given(TEXTS | st.text(), TEXTS | st.text())
def test_applied_to_the_old_text_they_give_the_new_one(old: str, new: str) -> None:
    assert folded(applied(old, new, differences(old, new))) == folded(new)


@given(TEXTS | st.text(), TEXTS | st.text())
def test_they_lie_in_order_inside_the_texts(old: str, new: str) -> None:
    place = there = 0
    for one in differences(old, new):
        assert place <= one.old_start <= one.old_end <= len(old)
        assert there <= one.new_start <= one.new_end <= len(new)
        assert (one.old_start, one.new_start) != (one.old_end, one.new_end)
        place, there = one.old_end, one.new_end


@given(TEXTS | st.text())
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert differences(text, text) == ()


def test_spelling_is_no_difference() -> None:
    assert differences("قالَ  أحمدُ", "قال\nاحمد") == ()


def test_a_word_is_exchanged() -> None:
    old, new = "قُتل ثلاثة في بغداد", "قتل خمسة في بغداد"
    [change] = differences(old, new)
    assert old[change.old_start : change.old_end] == "ثلاثة"
    assert new[change.new_start : change.new_end] == "خمسة"
    assert not stands(change.old_start, change.old_end, [change])
    assert stands(0, 4, [change])
    assert new[counterpart(old.index("بغداد"), [change]) :] == "بغداد"


def test_what_is_put_inside_a_span_touches_it() -> None:
    assert not stands(0, 10, [Difference(5, 5, 5, 9)])


def test_a_long_text_that_changed_altogether_is_told_as_one() -> None:
    """No quadratic work: 200,000 characters either way."""
    old, new = ("سطر قديم " * 20_000), ("خبر جديد " * 20_000)
    assert len(differences(old, new)) == 1
