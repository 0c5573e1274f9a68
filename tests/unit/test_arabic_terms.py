from __future__ import annotations

import pickle
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from watcher.arabic import Analyses, Hit, Term, Terms, content_keys, printed_words, words_of


def found(term: str | Term, text: str) -> list[str]:
    """List what of `text` is found for one term."""
    return [text[start:end] for _, start, end in Terms([term]).find(text)]


@pytest.mark.parametrize(
    ("term", "printed"),
    [
        pytest.param("صاروخ", "صواريخ", id="broken plural"),
        pytest.param("صاروخ", "بالصواريخ", id="plural with preposition and article"),
        pytest.param("صاروخ", "صاروخين", id="dual"),
        pytest.param("انسحاب", "وبانسحابهم", id="proclitics and enclitic"),
        pytest.param("انسحاب", "فللانسحاب", id="three proclitics"),
        pytest.param("عراق", "أفبالعراق", id="question particle"),
        pytest.param("هدنة", "هدنتهما", id="ta marbuta before an enclitic"),
        pytest.param("سفينة", "السفن", id="broken plural of a feminine"),
        pytest.param("سفينة", "سفينتان", id="dual of a feminine"),
        pytest.param("مراقب", "المراقبين", id="sound masculine plural"),
        pytest.param("مراقب", "مراقبو", id="construct"),
        pytest.param("سابق", "السابقون", id="plural of an agent whose feminine is a noun"),
        pytest.param("سوداني", "السودانية", id="feminine of a nisba"),
        pytest.param("سوداني", "سودانيون", id="plural of a nisba"),
        pytest.param("هجوم", "هجوماً", id="accusative"),
        pytest.param("مسؤول", "المسئولين", id="seat of hamza"),
        pytest.param("أمير", "الامراء", id="no hamza written"),
        pytest.param("سافر", "وسيسافرون", id="verb"),
        pytest.param("تدهور", "وتدهورت", id="reflexive verb spelled like its verbal noun"),
        pytest.param("سارع", "ستسارع", id="verb that the lexicon does not list"),
        pytest.param("واكب", "ستواكب", id="future, not the sixth form"),
        pytest.param("أدلى", "أدليتم", id="fourth form of a defective verb"),
        pytest.param("فاجأ", "فوجئت", id="passive of a verb in hamza"),
        pytest.param("سفيرة", "السفيرات", id="plural of a feminine"),
        pytest.param("سفير", "السفيرة", id="feminine of a person"),
        pytest.param("تلميح", "تلميحات", id="plural of a verbal noun"),
        pytest.param("وادي", "الأودية", id="plural of a defective noun"),
        pytest.param("رامي", "الرماة", id="plural of a defective participle"),
        pytest.param("رداء", "أردية", id="plural of a noun in اء"),
        pytest.param("حظ", "الحظوظ", id="plural of a doubled noun"),
        pytest.param("ذروة", "ذرى", id="plural in ى"),
        pytest.param("بطيء", "البطيئة", id="hamza that gains a seat"),
        pytest.param("أصل", "الأصول", id="plural of a noun in hamza"),
        pytest.param("منشأة", "المنشآت", id="plural of a noun in أة"),
        pytest.param("أزرق", "الزرقاء", id="feminine of a color"),
        pytest.param("سوريا", "ولسورية", id="a country's second spelling"),
        pytest.param("سورية", "بسوريا", id="and its first"),
        pytest.param("NATO", "nato", id="Latin without case"),
        pytest.param("٢٠٢٤", "2024", id="digits of another script"),
    ],
)
def test_found(term: str, printed: str) -> None:
    """A term is found in every inflection and spelling."""
    assert found(term, f"قيل {printed} هنا") == [printed]


@pytest.mark.parametrize(
    ("term", "printed"),
    [
        pytest.param("كتاب", "كتابة", id="another noun in ة"),
        pytest.param("سفينة", "سفيه", id="another word"),
        pytest.param("خروج", "يخرج", id="verb of a verbal noun"),
        pytest.param("طلاق", "أطلقتها", id="fourth form that looks like a plural"),
        pytest.param("مطلب", "مطالبا", id="nunation, which plurals like مطالب do not take"),
        pytest.param("أليم", "الماء", id="article that looks like a plural"),
        pytest.param("عملي", "عملياتها", id="noun in ية"),
        pytest.param("جمالي", "الجمال", id="noun of a nisba"),
        pytest.param("NATO", "NATOs", id="part of a Latin word"),
        pytest.param(Term("صاروخ", "exact"), "صواريخ", id="exact: no plural"),
    ],
)
def test_not_found(term: str | Term, printed: str) -> None:
    """Nothing else is."""
    assert found(term, f"قيل {printed} هنا") == []


@pytest.mark.parametrize(
    ("term", "printed"),
    [
        pytest.param("عَيَّنَ", "العين", id="a verb takes no article"),
        pytest.param("عَيْن", "عينت", id="a noun is not conjugated"),
        pytest.param("وفد", "فد", id="و belongs to the word"),
        pytest.param("كمال", "مال", id="ك belongs to the word"),
        pytest.param("مال", "كمال", id="a name is not cut"),
        pytest.param("قمر", "قمري", id="a nisba"),
        pytest.param("عمر", "إعمار", id="hamza below the alef"),
        pytest.param("ليبيا", "الليبية", id="the nisba of a country"),
        pytest.param("سوريا", "السورية", id="a nisba like a country's second spelling"),
    ],
)
def test_other_words(term: str, printed: str) -> None:
    """Words that share letters with a term are told apart by lexicon, hamza and harakat."""
    assert found(term, f"قيل {printed} هنا") == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        pytest.param("عبد الرحمن", "عبدالرحمن", id="two words printed as one"),
        pytest.param("عبدالكريم", "عبد الكريم", id="one word printed as two"),
        pytest.param("قوات خاصة", "القوات الخاصة", id="article"),
        pytest.param("الطائرات المسيرة", "طائرة مسيرة", id="singular for a plural"),
        pytest.param("مسلحون مجهولون", "مسلحين مجهولين", id="case"),
        pytest.param("كوفيد-١٩", "كوفيد 19", id="a hyphen and digits"),
        pytest.param("مصر والأردن", "مصر والأردن", id="a conjunction of its own"),
    ],
)
def test_phrases(term: str, text: str) -> None:
    """Words of a phrase inflect and agree."""
    assert found(term, f"قيل {text} هنا") == [text]


def test_terms_travel_to_worker_processes() -> None:
    """A pickled copy finds the same."""
    terms = Terms(["هدنة", "وقف إطلاق النار", Term("غزة", "exact")])
    text = "أعلن وقف إطلاق النار في غزة بعد الهدنة"
    expected = terms.scan(text)
    assert len(expected) == 3
    assert pickle.loads(pickle.dumps(terms)).scan(text) == expected


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        pytest.param("قصف عين الأسد", True, id="bare"),
        pytest.param("قاعدة بعين الأسد", True, id="with ب"),
        pytest.param("لعين الأسد", True, id="with ل, which alone would be another word"),
        pytest.param("أفبعين الأسد", True, id="with three proclitics"),
        pytest.param("عينت الأسد", False, id="a verb, which the sukun excludes"),
        pytest.param("وعين الاسد", True, id="with و, without hamza"),
        pytest.param("عَيْن الأسد", True, id="vocalized alike"),
        pytest.param("عـيـن الأسـد", True, id="tatweel"),
        pytest.param("عي\u200dن الأسد", True, id="joiner"),
        pytest.param("عيّن الأسد حكومة", False, id="vocalized as another word"),
        pytest.param("عين. الأسد", False, id="a sentence end between"),
        pytest.param("عين والأسد", False, id="a conjunction between"),
    ],
)
def test_harakat_are_evidence(text: str, hit: bool) -> None:
    """Harakat of a term bind, harakat of the text count."""
    assert bool(found("عَيْن الأسد", text)) is hit


def test_scan_gives_places_of_words_and_letters() -> None:
    """A hit names its words and its code points."""
    text = "أعلنت القوات\u200f الأميركيـة أمس"
    assert Terms(["جيش", "قوات أميركية"]).scan(words_of(text)) == [Hit(1, 1, 2, 6, 24)]


def test_content_keys_leave_out_function_words() -> None:
    """Keys are folded, without clitics and function words."""
    assert content_keys("في بغداد والقاهرة إلى الآن") == ["بغداد", "قاهره", "الان"]


@given(st.text("وبالكفم أىة\u0651\u0640\u200f 1٣a\n.,"))
def test_words_of_a_text_are_worked_on_together(text: str) -> None:
    """What a word is filed under does not depend on the words beside it."""
    raw = words_of(text).raw
    assert content_keys(text) == [key for word in raw for key in content_keys(word)]
    assert printed_words(text) == set().union(*map(printed_words, raw))


TERMS = ["صاروخ", "انسحاب", "سفينة", "مسؤول", "هجوم", "بغداد"]


@given(st.sampled_from(TERMS), strategies.proclitics, st.data())
def test_what_is_invisible_loses_no_match(term: str, proclitic: str, data: st.DataObject) -> None:
    """Tatweel, joiners, harakat and proclitics leave a term found, and the span covers them."""
    inside = strategies.TATWEEL + strategies.JOINERS + strategies.HARAKAT
    printed = proclitic + data.draw(strategies.stretched(term, inside))
    assert found(term, f"قال {printed}، ثم") == [printed]


@given(strategies.texts)
def test_spans_lie_in_the_text(text: str) -> None:
    """Whatever the text, hits are ordered and inside it."""
    hits = Terms([*TERMS, "انسحاب سفينة"]).scan(text)
    assert hits == sorted(hits, key=lambda hit: hit.start)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


@given(strategies.words, st.sampled_from(["inflected", "exact"]))
def test_any_word_is_found_as_written(word: str, mode: Literal["inflected", "exact"]) -> None:
    """Whatever a person writes as a term, known or not, is found where it stands so."""
    assert word in found(Term(word, mode), f"قيل {word} هنا")


@given(st.text() | strategies.texts)
def test_any_text_is_a_term(text: str) -> None:
    """Compiling and finding never raise."""
    terms = Terms([text, Term(text, "exact")])
    assert terms.scan("") == []
    assert all(hit.end <= len(text) for hit in terms.scan(text))


def test_words_that_were_analyzed_before_are_found_as_if_they_were_not() -> None:
    """Analyses are plain values, kept for the next time."""
    terms: list[str | Term] = ["صاروخ", "القوات الأمريكية", "عيّن", Term("جسر", "exact"), "عبد الله"]
    text = "سقطت الصواريخ على قوات أمريكية عند الجسور والجسر، قال عبدالله وعبد الله"
    analyses: Analyses = {}
    first = Terms(terms, analyses=analyses)
    known = pickle.loads(pickle.dumps(analyses))
    again = Terms(terms, analyses=known)

    assert set(first.vocabulary) == set(analyses) == set(known)
    assert again.scan(text) == first.scan(text) == Terms(terms).scan(text)
    assert len(first.scan(text)) == 5
