"""Denials are told from other sentences, and what is denied from what stands beside it."""

from __future__ import annotations

import pytest

from watcher.story.denials import denial_in


def denied(text: str, *terms: str) -> str:
    return denial_in(text, [(text.index(term), text.index(term) + len(term)) for term in terms])


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("نفت وزارة الدفاع انسحاب القوات", "انسحاب"),
        ("الجيش ينفي انسحاب قواته من القاعدة", "انسحاب"),
        ("ونفى المتحدث الأنباء التي تحدثت عن انسحاب", "انسحاب"),
        ("نفي رسمي لانسحاب القوات", "لانسحاب"),
        ("الهجوم الذي نفته الوزارة", "الهجوم"),
        ("لا صحة لما يتداول عن انسحاب القوات", "انسحاب"),
        ("أنباء انسحاب القوات عارية عن الصحة", "انسحاب"),
        ("خبر الانسحاب عارٍ عن الصحة تماما", "الانسحاب"),
        ("وأضاف أن خبر الانسحاب غير صحيح.", "الانسحاب"),
        ("الحكومة تراجعت عن قرار الانسحاب", "الانسحاب"),
        ("المتحدث فنّد أنباء الانسحاب", "الانسحاب"),
    ],
)
def test_denials(text: str, term: str) -> None:
    assert denied(text, term) == text


@pytest.mark.parametrize(
    ("text", "term"),
    [
        pytest.param("أعلن الجيش انسحابه من القاعدة، نافيا وقوع خسائر", "انسحابه", id="something else"),
        pytest.param("لم ينف المتحدث انسحاب القوات", "انسحاب", id="did not deny"),
        pytest.param("المتحدث لا ينفي انسحاب القوات", "انسحاب", id="does not deny"),
        pytest.param("غادر من دون أن ينفي انسحاب القوات", "انسحاب", id="without denying"),
        pytest.param("لم يؤكد ولم ينف انسحاب القوات", "انسحاب", id="neither"),
        pytest.param("نفت إيران علاقتها بالهجوم", "بالهجوم", id="a part in it"),
        pytest.param("نفى الوزير استقالته. وبدأ انسحاب القوات أمس.", "انسحاب", id="another sentence"),
        pytest.param("نفى الوزير استقالته وقال إن انسحاب القوات بدأ", "انسحاب", id="another clause"),
        pytest.param("عاد من المنفى بعد انسحاب القوات", "انسحاب", id="exile"),
        pytest.param("بدأ انسحاب القوات", "انسحاب", id="nothing"),
    ],
)  # fmt: skip
def test_what_denies_nothing(text: str, term: str) -> None:
    assert denied(text, term) == ""


def test_the_sentence_is_given() -> None:
    text = "بدأ المؤتمر أمس. نفت الوزارة انسحاب القوات. وغادر الوفد."
    assert denied(text, "انسحاب") == "نفت الوزارة انسحاب القوات."
