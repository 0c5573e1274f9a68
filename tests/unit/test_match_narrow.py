"""Narrowing never loses an article: what a term is found in, its slots are answered by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.arabic import Terms, printed_words
from watcher.config import load_document, read_rule_documents
from watcher.document import Mapping
from watcher.match import match, read_file, read_rules
from watcher.match.narrow import EVERYTHING, Need, Probes, answered, need_of, needs, probes_of
from watcher.model import Each, Wanted
from watcher.shipped import shipped


def needed(condition: str, lists: str = "") -> Need:
    source = f"lists: {{{lists}}}\nrules: [{{id: x, match: {condition}}}]"
    document, _ = load_document("x.yaml", source)
    assert isinstance(document, Mapping)
    file, problems = read_file(document)
    assert problems == []
    return needs(file.rules[0].condition, {one.name: one for one in file.lists})


def fulfills(need: Need, *texts: str) -> bool:
    """Do by hand what the record's index does."""
    words = sorted(set().union(*map(printed_words, texts)))
    return holds(answered(need, Probes(probes_of(need)).holding(words)))


def holds(wanted: Wanted[int]) -> bool:
    if isinstance(wanted, frozenset):
        return bool(wanted)
    return (all if isinstance(wanted, Each) else any)(map(holds, wanted.parts))


@pytest.mark.parametrize(
    ("condition", "text", "expected"),
    [
        pytest.param("انسحاب", "وبانسحابهم فجرا", True, id="clitics"),
        pytest.param("صاروخ", "سقطت الصواريخ", True, id="broken plural"),
        pytest.param("قوات أمريكية", "القوات الأميركية", True, id="a phrase"),
        pytest.param("قوات أمريكية", "القوات العراقية", False, id="half a phrase"),
        pytest.param("عبد الله", "قال عبدالله", True, id="printed as one word"),
        pytest.param("عبدالله صالح", "قال عبد الله صالح", True, id="printed as two words"),
        pytest.param("{all: [جسر, نهر]}", "جسر على دجلة", False, id="half of all"),
        pytest.param("{any: [جسر, نهر]}", "جسر على دجلة", True, id="one of any"),
        pytest.param("{near: {within: 1, of: [جسر, نهر]}}", "النهر والجسر", True, id="near"),
        pytest.param("{all: [جسر, {none: [نهر]}]}", "الجسر والنهر", True, id="none is no need"),
        pytest.param("{at_least: {count: 2, of: [جسر, نهر, سد]}}", "الجسر", True, id="at least"),
        pytest.param("{score: {of: {جسر: 1, نهر: 2}, at_least: 2}}", "النهر", True, id="score"),
        pytest.param("{exact: جسر}", "جسور", False, id="exact"),
        pytest.param("{in: title, match: جسر}", "سد", False, id="in the title"),
        pytest.param("{in: source, match: جسر}", "سد", True, id="elsewhere says nothing"),
        pytest.param("{any: [جسر, {regex: سد+}]}", "قصر", True, id="a pattern says nothing"),
    ],
)
def test_what_is_needed(condition: str, text: str, expected: bool) -> None:
    assert fulfills(needed(condition), text) is expected


def test_lists_are_looked_up() -> None:
    need = needed("{list: water}", "water: [نهر, {any: [سد, جسر]}]")
    assert {probe.text for probe in probes_of(need)} == {"نهر", "سد", "جسر"}


def test_very_deep_conditions_say_nothing() -> None:
    assert needed("{all: [" * 30 + "جسر" + "]}" * 30) == EVERYTHING


def test_a_term_too_long_for_an_index_says_nothing() -> None:
    assert need_of("ا" * 200) == EVERYTHING


RULES = [read_file(document)[0] for document in read_rule_documents(shipped("rules"))[0]]
COMPILED = read_rules(read_rule_documents(shipped("rules"))[0])[0]
LISTS = {one.name: one for file in RULES for one in file.lists}
NEEDS = {one.rule.id: needs(one.condition, LISTS) for file in RULES for one in file.rules}
CASES = [(rule.id, test) for rule in COMPILED.rules for test in rule.tests]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_no_match_of_a_shipped_rule_is_lost(number: int) -> None:
    article = CASES[number][1].article
    for found in match(COMPILED, article):
        assert fulfills(NEEDS[found.rule], article.title, article.text)


TERMS = [term.text for term in COMPILED.terms.texts]
_MARKS = st.text("\u064e\u064f\u0650\u0651\u0652\u0640\u200d", max_size=2)
_STACKS = ("", "و", "ف", "ب", "ل", "ال", "وال", "بال", "لل", "فلل", "ك")
_ENDS = ("", "ها", "هم", "ات", "ين", "ان", "ون", "ة", "ا", "ي")


@st.composite
def printed(draw: st.DrawFn) -> tuple[str, str]:
    """Give a term, and it printed with clitics, endings, marks and other terms around it."""
    term = draw(st.sampled_from(TERMS))
    words = []
    for word in term.split():
        whole = draw(st.sampled_from(_STACKS)) + word + draw(st.sampled_from(_ENDS))
        words.append("".join(letter + draw(_MARKS) for letter in whole))
    return term, " ".join((draw(st.sampled_from(TERMS)), *words, draw(st.sampled_from(TERMS))))


@given(printed())
def test_narrowing_loses_no_hit(case: tuple[str, str]) -> None:
    term, text = case
    if list(Terms([term]).find(text)):
        assert fulfills(need_of(term), text)
