"""Which sentences prove a match."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.notices import span
from watcher.model import Alert, Article, Match, Passage, Severity, Span
from watcher.notify import alert_of
from watcher.notify.passages import MAX_CHARS, MAX_PASSAGES

FILL = "وتابع المتحدث شرح تفاصيل الخطة الموضوعة للأشهر المقبلة أمام الصحفيين في القاعة الكبرى. "


def told(text: str, *spans: Span, title: str = "عنوان") -> Alert:
    return alert_of(
        Article("https://example.org/1", title, text),
        Match("rule", Severity.LOW, "text", spans),
        rule_title="قاعدة",
        source_name="صحيفة",
        seen=datetime(2024, 5, 4, tzinfo=UTC),
    )


def hits(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in passage.hits]


def test_a_short_passage_takes_in_its_neighbors_but_not_the_next_paragraph() -> None:
    text = "وصل الوفد. أُغلق المعبر مساء. وعاد الهدوء.\nفقرة أخرى."

    (passage,) = told(text, span(text, "المعبر")).passages

    assert passage.text == "وصل الوفد. أُغلق المعبر مساء. وعاد الهدوء."
    assert hits(passage) == ["المعبر"]
    assert (passage.cut_before, passage.cut_after) == (False, False)


def test_a_single_letter_before_a_full_stop_is_an_abbreviation() -> None:
    text = FILL * 2 + "وقال د. سامر إن المعبر مغلق حتى إشعار آخر بقرار من الوزارة. " + FILL * 2

    (passage,) = told(text, span(text, "المعبر")).passages

    assert "د. سامر إن المعبر" in passage.text


def test_a_long_sentence_is_cut_between_words_around_its_hit() -> None:
    words = "كلمة طويلة قليلاً " * 60
    text = f"{words}المعبر المغلق {words}".strip()

    (passage,) = told(text, span(text, "المعبر")).passages

    assert hits(passage) == ["المعبر"]
    assert len(passage.text) <= MAX_CHARS
    assert passage.text.split() == [word for word in passage.text.split() if word in text.split()]
    assert (passage.cut_before, passage.cut_after) == (True, True)


def test_the_passages_with_most_different_hits_are_chosen_and_stay_in_order() -> None:
    lines = [
        "ورد الجسر هنا.",
        "ورد الجسر ثانية.",
        "الجسر والنفق معاً.",
        "الجسر رابعة.",
        "الجسر والنفق.",
    ]
    text = "\n".join(line + " " + FILL * 4 for line in lines)
    spans = [
        Span("text", at, at + 5, "x") for at in range(len(text)) if text[at : at + 5] == "الجسر"
    ]
    spans += [span(text, "النفق"), span(text, "النفق", nth=1)]

    passages = told(text, *spans).passages

    assert len(passages) == MAX_PASSAGES
    assert [len(passage.hits) for passage in passages] == [1, 2, 2]
    assert passages[0].text.startswith("ورد الجسر هنا.")


def test_hits_only_in_the_title_show_the_lead() -> None:
    alert = told(FILL * 9, span("سقوط الجسر", "الجسر", field="title"), title="سقوط الجسر")

    (passage,) = alert.passages
    assert alert.title_hits == ((5, 10),)
    assert passage == Passage(FILL.strip(), ())


def test_spans_of_the_lead_count_as_text_and_other_fields_only_give_terms() -> None:
    alert = told("الجسر مغلق", Span("lead", 0, 5, "جسر"), Span("author", 0, 3, "ليلى"))

    assert hits(alert.passages[0]) == ["الجسر"]
    assert alert.terms == ("جسر", "ليلى")


@pytest.mark.parametrize(
    "text",
    ["", " \n ", ". 1", "x" * 5000, "x" * 200 + " " + "y" * 900, "." * 700, "\n".join("ab" * 40)],
)
def test_odd_texts_give_bounded_passages(text: str) -> None:
    for passage in told(text, Span("text", len(text) // 2, len(text) // 2 + 9, "x")).passages:
        assert passage.text.strip()
        assert len(passage.text) <= MAX_CHARS


_WORDS = st.lists(
    st.text(st.sampled_from("ابتجدسلمنA1\u064b\u0651"), min_size=1, max_size=12)
    | st.sampled_from([".", "؟", "\n", "د.", "»", "…"]),
    max_size=220,
)


@given(words=_WORDS, ends=st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 60)), max_size=8))
def test_every_passage_stands_in_the_text_and_cuts_no_word(
    words: list[str], ends: list[tuple[int, int]]
) -> None:
    text = " ".join(words)
    spans = [Span("text", at, at + size, "t") for at, size in ends if at + size <= len(text)]

    passages = told(text, *spans).passages

    whole = set(text.split())
    assert len(passages) <= MAX_PASSAGES
    for passage in passages:
        assert passage.text in text
        assert passage.text == passage.text.strip() != ""
        assert len(passage.text) <= MAX_CHARS
        assert set(passage.text.split()) <= whole
        assert all(0 <= start < end <= len(passage.text) for start, end in passage.hits)
        flat = [edge for hit in passage.hits for edge in hit]
        assert flat == sorted(flat)
    covered = {span for span in spans if text[span.start : span.end].strip()}
    assert not covered or any(passage.hits for passage in passages)
