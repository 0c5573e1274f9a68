from __future__ import annotations

import marshal
from itertools import product

import pytest

from watcher.arabic.affixes import BARE, ENCLITIC, FEMININE, FEMININE_T
from watcher.arabic.evidence import NAME, VERB
from watcher.arabic.letters import plain
from watcher.arabic.nouns import OWN, PLURAL
from watcher.arabic.stems import Form, Place, Stems, forms_of

PLACES: tuple[Place, ...] = ("alone", "first", "later")


def under(stem: str, forms: tuple[Form, ...]) -> list[Form]:
    return [form for form in forms if form[0] == stem]


def test_a_noun_has_its_plural_and_no_imperfect() -> None:
    forms = forms_of("صاروخ", exact=False, place="alone")
    ((_, endings, kind, lemma, seat, imperfect),) = under("صواريخ", forms)
    assert (kind, lemma, seat, imperfect) == (PLURAL, "صاروخ", "", False)
    assert endings & (BARE | ENCLITIC)
    assert not any(form[-1] for form in forms)


def test_a_verb_has_stems_of_perfect_and_imperfect() -> None:
    forms = forms_of("أدلى", exact=False, place="alone")
    assert {(form[2], form[-1]) for form in forms} >= {(VERB, False), (VERB, True)}
    assert under("دلي", forms)[0][-1]


def test_an_exact_word_has_one_form() -> None:
    assert forms_of("هدنة", exact=True, place="alone") == (
        ("هدن", FEMININE | FEMININE_T, OWN, "هدنة", "", False),
    )


def test_the_article_is_no_part_of_a_form() -> None:
    assert forms_of("العراق", exact=True, place="alone") == forms_of(
        "عراق", exact=True, place="alone"
    )


def test_a_country_has_its_second_spelling() -> None:
    forms = forms_of("سوريا", exact=True, place="alone")
    assert [form[2] for form in forms] == [OWN, NAME]


def test_what_is_not_arabic_stands_for_itself() -> None:
    assert forms_of("NATO", exact=False, place="alone") == (("nato", BARE, OWN, "nato", "", False),)


def test_a_later_word_has_the_forms_of_its_masculine() -> None:
    alone, later = (forms_of("عراقية", exact=False, place=place) for place in ("alone", "later"))
    assert {form[3] for form in alone} == {"عراقية"}
    assert {form[3] for form in later} == {"عراقية", "عراقي"}


@pytest.mark.parametrize("word", ["صاروخ", "أدلى", "عَيَّنَ", "آخر", "NATO", "٢٠٢٤"])
def test_forms_are_plain_values(word: str) -> None:
    """They are kept on disk."""
    for exact, place in product((False, True), PLACES):
        forms = forms_of(word, exact=exact, place=place)
        assert marshal.loads(marshal.dumps(forms)) == forms


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("exact", [False, True])
def test_forms_that_were_kept_match_like_words_that_were_added(exact: bool, place: Place) -> None:
    terms = ["عين", "عَيَّنَ", "وزير", "وزراء", "أثر", "سوريا", "كتب", "كتاب", "أمريكا"]
    printed = "العين عيّن عَيْن وزيرة الوزراء وللوزير اثار إثر سورية كتبوا بالكتب سيكتب الامريكا"
    added, entered = Stems(), Stems()
    for atom, raw in enumerate(terms):
        added.add(atom, raw, exact=exact, place=place)
        entered.enter(atom, raw, place, forms_of(raw, exact=exact, place=place))
    for raw in printed.split():
        assert added.match(raw, plain(raw)) == entered.match(raw, plain(raw))


def test_words_that_share_a_stem_are_all_found() -> None:
    stems = Stems()
    for atom in range(3):
        stems.add(atom, "وزير", exact=False, place="alone")
    assert stems.match("والوزير", "والوزير") == (1, 3, 5)
    assert stems.match("الوزير", "الوزير") == (0, 2, 4)
    assert stems.match("الوزن", "الوزن") == ()


def test_many_words_are_matched_as_one_by_one() -> None:
    stems = Stems()
    for atom, raw in enumerate(("وزير", "أدلى", "عراقي", "NATO")):
        stems.add(atom, raw, exact=False, place="alone")
    printed = ["الوزراء", "سيدلي", "والوزن", "العراقيون", "و", "ولا", "nato", "ال"]
    plains = [plain(raw) for raw in printed]
    found = stems.match_all(printed, plains)
    assert found == {"الوزراء": (0,), "سيدلي": (2,), "العراقيون": (4,), "nato": (6,)}
    for raw, word in zip(printed, plains, strict=True):
        assert stems.match(raw, word) == found.get(raw, ())


@pytest.mark.parametrize("place", PLACES)
def test_a_single_letter_is_a_word_too(place: Place) -> None:
    for letter in "ةايوم":
        assert forms_of(letter, exact=False, place=place)


def test_a_stem_is_not_looked_for_beyond_the_end_of_a_word() -> None:
    """Stems that begin alike may be of several sizes, also longer than what is printed."""
    stems = Stems()
    for atom, raw in enumerate(("مدرسة", "مدر", "مد")):
        stems.add(atom, raw, exact=True, place="alone")
    assert stems.match("مدر", "مدر") == (2,)
    assert stems.match("ومد", "ومد") == (5,)
    assert stems.match("ومدرستهم", "ومدرستهم") == (1,)
