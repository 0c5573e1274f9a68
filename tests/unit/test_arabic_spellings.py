"""One name in all its spellings, and what no spelling may change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from watcher.arabic import Terms, fold

PLAIN, VOCALIZED = "عين الأسد", "عَيْن الأسد"
TERMS = {PLAIN: Terms([PLAIN]), VOCALIZED: Terms([VOCALIZED])}
SPELLINGS = {
    "as the rule writes it": "عين الأسد",
    "without hamza": "عين الاسد",
    "vocalized": "عَيْن الأَسَد",
    "vocalized in part": "عين الأسَد",
    "case ending": "عينُ الأسدِ",
    "tatweel": "عـيـن الأســد",
    "zero-width joiner": "عي\u200dن ال\u200dأسد",
    "zero-width non-joiner": "عين ال\u200cأسد",
    "presentation forms": "\ufecb\ufef4\ufee6 \ufe8d\ufef7\ufeb3\ufeaa",
    "Persian ye": "عی\u0646 الأسد",
    "mark of direction behind": "عين الأسد\u200f",
    "two spaces": "عين  الأسد",
    "no-break space": "عين\u00a0الأسد",
    "line wrapped by a hyphen": "عين-الأسد",
}
STACKS = ("", "و", "ف", "ب", "ل", "ك", "وب", "فب", "ول", "فل", "وك", "فك", "أفب", "أفل")


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack or "bare")
def test_the_base_is_found(term: str, spelling: str, stack: str) -> None:
    """In every spelling, behind every stack of proclitics, where exactly it stands."""
    printed = stack + spelling
    text = f"قصفت قاعدة {printed} أمس"
    start = len("قصفت قاعدة ")
    end = start + len(printed.rstrip("\u200f"))
    assert list(TERMS[term].find(text)) == [(0, start, end)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("عيّن الأسد حكومة جديدة", id="shadda alone"),
        pytest.param("عَيَّنَ الأسدُ حكومة جديدة", id="fully vocalized"),
        pytest.param("عَيّن الأسد حكومة جديدة", id="vocalized in part"),
        pytest.param("وعيّن الأسد حكومة جديدة", id="with و"),
        pytest.param("فعيّن الأسد حكومة جديدة", id="with ف"),
        pytest.param("عـيّـن الأسد حكومة جديدة", id="with tatweel"),
        pytest.param("عُيّن الأسد رئيسا", id="passive"),
        pytest.param("عينت الأسد", id="feminine perfect"),
        pytest.param("عين. الأسد", id="a sentence end between"),
    ],
)
def test_appointments_are_not_the_base(text: str) -> None:
    """A rule that vocalizes the name tells it from the verb that is spelled alike."""
    assert list(TERMS[VOCALIZED].find(text)) == []


WORDS = ("صاروخ", "انسحاب", "سفينة", "مسؤول", "هجوم", "بغداد", "قاعدة عسكرية", "وقف إطلاق النار")
KNOWN = Terms(WORDS)
PRINTED = (
    *("الصواريخ", "بصاروخين", "وانسحابهم", "للانسحاب", "السفن", "سفنها", "المسؤولون", "مسئولين"),
    *("هجمات", "فالهجوم", "ببغداد", "لقواعد", "القواعد", "العسكرية", "عسكرية", "وقف", "إطلاق"),
    *(
        "النار",
        "قال",
        "أمس",
        "من",
    ),
)
texts = st.lists(st.sampled_from(PRINTED) | strategies.words, max_size=12)


@given(texts, st.data())
def test_what_is_not_read_changes_no_hit(words: list[str], data: st.DataObject) -> None:
    """Tatweel, joiners and harakat anywhere in a text leave all hits where they were."""
    inside = strategies.TATWEEL + strategies.JOINERS + strategies.HARAKAT
    stretched = [data.draw(strategies.stretched(word, inside)) for word in words]
    plain = [hit[:3] for hit in KNOWN.scan(" ".join(words))]
    assert [hit[:3] for hit in KNOWN.scan(" ".join(stretched))] == plain


@given(texts)
def test_folding_a_text_first_loses_no_word(words: list[str]) -> None:
    """What folding unites is found alike, but for ة and ه, which endings tell apart."""
    text = " ".join(words)
    once = fold(text)
    assert fold(once) == once
    assert [word for word in once.split(" ") if word] == [fold(w) for w in words if fold(w)]


NOUNS = ("صاروخ", "انسحاب", "مسؤول", "هجوم", "تفجير", "قرار", "برنامج")


@given(
    st.sampled_from(NOUNS),
    strategies.proclitics,
    st.sampled_from(["", "ها", "هم", "هما", "كم", "نا"]),
)
def test_clitics_lose_no_match(noun: str, proclitic: str, enclitic: str) -> None:
    """A noun is found with any proclitic and any pronoun, alone or together."""
    printed = proclitic + noun + enclitic
    text = f"قيل {printed} هنا"
    assert list(Terms([noun]).find(text)) == [(0, 4, 4 + len(printed))]


@given(st.sampled_from(NOUNS), st.sampled_from(["ال", "وال", "بال", "كال", "فال", "لل", "وبال"]))
def test_the_article_loses_no_match(noun: str, stack: str) -> None:
    """Nor with the article behind any of them."""
    printed = stack + noun
    assert list(Terms([noun]).find(f"قيل {printed}")) == [(0, 4, 4 + len(printed))]
