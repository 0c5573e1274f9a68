"""Why a rule matches or not: what held, where, and what was missing or nearly there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.test_match_engine import (
    compiled,
    condition,
    filler,
    node,
    sentence,
    text,
    word,
    written,
)
from watcher.config.compose import compose
from watcher.document import Mapping
from watcher.errors import WatcherError
from watcher.match import explain, match, read_file, remark_age
from watcher.match.explained import passage_around
from watcher.model import Article, Span

FAR = "رمل " * 60


def file_of(condition, lists="", extra=""):
    document, problems = compose(
        "rules.yaml", f"lists: {{{lists}}}\nrules:\n  - id: r\n    match: {condition}\n{extra}"
    )
    assert problems == []
    assert isinstance(document, Mapping)
    file, problems = read_file(document)
    assert problems == []
    return file


def told(condition, title="", text="", *, lists="", extra="", **fields):
    article = Article(fields.pop("url", ""), title, text, **fields)
    return explain([file_of(condition, lists, extra)], "r", article)


def walk(explained):
    yield explained
    for child in explained.children:
        yield from walk(child)


def note_of(text, explanation):
    """Give the note of the first part of the tree that is called so."""
    return next(one.note for one in walk(explanation.tree) if one.text == text)


def marked(passage):
    assert passage is not None
    return [passage.text[start:end] for start, end in passage.hits]


# --- the same as the engine -------------------------------------------------------------------


@settings(deadline=None)
@given(
    conditions=st.lists(condition, min_size=1, max_size=4),
    title=sentence,
    before=filler,
    text=text,
    source=word,
)
def test_an_explanation_says_what_the_engine_does(conditions, title, before, text, source):
    """Same rules hold, in the same place, whatever the rules and the article; spans are real."""
    rules, sound = compiled(conditions)
    assume(sound)
    article = Article("", " ".join(title), written(before + text), source=source)
    file, _ = read_file(node({"rules": [{"id": f"r{n}", "match": m} for n, m in enumerate(sound)]}))

    found = {one.rule: one.where for one in match(rules, article)}

    for number in range(len(sound)):
        explanation = explain([file], f"r{number}", article)
        assert explanation.holds == (f"r{number}" in found)
        assert explanation.where == found.get(f"r{number}")
        assert explanation.tree.holds == explanation.holds
        for one in walk(explanation.tree):
            shown = {"title": article.title, "text": article.text, "source": article.source}
            assert all(0 <= span.start < span.end <= len(shown[span.field]) for span in one.spans)
            assert one.passage is None or all(marked(one.passage))


# --- what nearly held -------------------------------------------------------------------------

NOTES = {
    "a term that does not occur": ("نهر", {"text": "شمس"}, "نهر", "not found"),
    "harakat of the text": (
        "عَيْن الأسد",
        {"text": "عيّن الأسد حكومة"},
        "عَيْن الأسد",
        "not found, but «عيّن الأسد» stands in the text: its harakat say another word",
    ),
    "exact, and only inflected forms occur": (
        "{exact: قاعدة}",
        {"title": "قواعد جديدة"},
        "exact: قاعدة",
        "not found, but «قواعد» stands in the title: `exact` takes no inflection",
    ),
    "literal, and another spelling occurs": (
        "{literal: أمريكا}",
        {"text": "في امريكا"},
        "literal: أمريكا",
        "not found, but «امريكا» stands in the text: `literal` takes these characters only",
    ),
    "a sentence ends inside a phrase": (
        "عين الأسد",
        {"text": "هذه عين. الأسد نائم"},
        "عين الأسد",
        "not found, but «عين. الأسد» stands in the text: a sentence ends inside it",
    ),
    "words of a phrase apart": (
        "القوات الأمريكية",
        {"text": "القوات البرية الأمريكية"},
        "القوات الأمريكية",
        "its words stand in the text, with 1 more between them",
    ),
    "a word of a phrase is missing": (
        "قوات التحالف",
        {"text": "قوات كبيرة"},
        "قوات التحالف",
        "not found: «التحالف» does not occur",
    ),
    "near, too far": (
        "{near: {within: 12, of: [انسحاب, قوات]}}",
        {"text": f"قوات {'رمل ' * 31}الانسحاب"},
        "near: within 12 words",
        "«الانسحاب» stands 31 words away from «قوات», 12 allowed",
    ),
    "near enough": (
        "{near: {within: 12, of: [شمس, قمر]}}",
        {"text": "شمس رمل قمر"},
        "near: within 12 words",
        "1 word apart, 12 allowed",
    ),
    "near, not in order": (
        "{near: {within: 3, ordered: true, of: [شمس, قمر]}}",
        {"text": "قمر رمل شمس"},
        "near: within 3 words, in this order",
        "1 word apart, but not in this order",
    ),
    "near, in two fields": (
        "{near: {within: 3, of: [شمس, قمر]}}",
        {"title": "قمر", "text": "شمس"},
        "near: within 3 words",
        "all found, but not in one field",
    ),
    "near, beside what is excluded": (
        "{near: {within: 3, of: [شمس, قمر, {none: [نهر]}]}}",
        {"text": "شمس قمر نهر"},
        "near: within 3 words",
        "0 words apart, but what is excluded stands beside it",
    ),
    "sentence, in two sentences": (
        "{sentence: [شمس, قمر]}",
        {"text": "شمس. قمر"},
        "sentence",
        "all found, but never in one sentence",
    ),
    "in another field": (
        "{in: title, match: انسحاب}",
        {"title": "شمس", "text": f"{FAR} انسحاب"},
        "in: title",
        "found, but only in the text",
    ),
    "in the lead": (
        "{in: title, match: انسحاب}",
        {"title": "شمس", "text": "انسحاب"},
        "in: title",
        "found, but only in the lead",
    ),
    "in the source instead": (
        "{in: title, match: الفرات}",
        {"title": "شمس", "source": "الفرات"},
        "in: title",
        "found, but only in the source",
    ),
    "at least": (
        "{at_least: {count: 2, of: [شمس, قمر, نهر]}}",
        {"text": "قمر"},
        "at least 2",
        "1 of the 2 wanted found",
    ),
    "score": (
        "{score: {of: {شمس: 3, قمر: 1}, at_least: 5}}",
        {"text": "شمس"},
        "score: at least 5",
        "3 of 5",
    ),
    "weight in the title": (
        "{score: {of: {شمس: 3, قمر: 1}, at_least: 5}}",
        {"title": "شمس"},
        "شمس",
        "counts 6, double in the title",
    ),
    "excluded": (
        "{all: [شمس], none: [قمر]}",
        {"title": "شمس", "text": "القمر"},
        "none",
        "excluded by «قمر» in the text",
    ),
    "excluded by two words near each other": (
        "{all: [شمس], none: [{near: {within: 4, of: [قمر, نهر]}}]}",
        {"title": "شمس", "text": "قمر نهر"},
        "none",
        "excluded by «قمر» and «نهر» in the text",
    ),
    "not excluded": ("{all: [شمس], none: [قمر]}", {"text": "شمس"}, "none", "none of it found"),
}


@pytest.mark.parametrize("case", NOTES)
def test_a_note_says_what_was_missing_or_nearly_there(case):
    condition, article, text, note = NOTES[case]

    assert note_of(text, told(condition, **article)) == note


def test_what_nearly_stood_there_is_shown():
    found = told("{near: {within: 1, of: [شمس, قمر]}}", text="أول. شمس بعيدة عن القمر. آخر")

    assert not found.holds
    assert marked(found.tree.passage) == ["شمس", "القمر"]
    assert found.tree.spans == (Span("text", 5, 8, "شمس"), Span("text", 18, 23, "قمر"))


def test_evidence_of_near_is_the_tightest_window():
    found = told("{near: {within: 9, of: [شمس, قمر]}}", text="شمس رمل رمل رمل قمر رمل شمس")

    assert found.tree.note == "1 word apart, 9 allowed"
    assert [(span.start, span.end) for span in found.tree.spans] == [(16, 19), (24, 27)]


def test_what_is_nearly_excluded_is_told():
    found = told(
        "{all: [شمس], none: [{near: {within: 2, of: [قمر, نهر]}}, جبل]}",
        text="شمس. قمر رمل رمل رمل نهر",
    )

    assert found.holds
    none = next(one for one in walk(found.tree) if one.form == "none")
    assert [one.note for one in none.children] == [
        "«نهر» stands 3 words away from «قمر», 2 allowed"
    ]


def test_of_many_alternatives_only_the_found_or_nearest_are_told():
    names = [f"كلمة{letter}" for letter in "ابتثجح"]
    words = ", ".join(["شمس", "{near: {within: 1, of: [قمر, نهر]}}", *names])

    held, missed = told(f"{{any: [{words}]}}", "شمس"), told(f"{{any: [{words}]}}", "قمر")

    assert [child.text for child in held.tree.children] == ["شمس"]
    assert held.tree.note == "1 of 8 found"
    assert [child.form for child in missed.tree.children] == ["near"]
    assert missed.tree.note == "0 of 8 found, the nearest are"


def test_lists_of_other_files_are_looked_up():
    first, second = file_of("{list: sky}"), file_of("شمس", "sky: [قمر]")

    found = explain([first, second], "r", Article("", "قمر", ""))

    assert found.holds
    assert [one.text for one in walk(found.tree)] == ["list: sky", "قمر"]
    assert [(one.mark.line, one.mark.col) for one in walk(found.tree)] == [(4, 19), (1, 15)]


def test_a_query_is_explained_like_the_long_form():
    found = told("{query: 'شمس NEAR/2 قمر NOT نهر'}", text="شمس قمر")

    assert [one.text for one in walk(found.tree)] == [
        "all",
        "near: within 2 words",
        "شمس",
        "قمر",
        "none",
    ]


# --- the rule as a whole ----------------------------------------------------------------------


def test_where_decides_whether_a_rule_matches():
    extra = "    where: [title, lead]\n"

    found = told("شمس", text=f"{FAR} شمس", extra=extra)

    assert (found.holds, found.where, found.tree.holds) == (False, "text", True)
    assert found.notes == (
        "the condition is met in the text only, and `where` wants the title or lead",
    )


NOW = datetime(2024, 5, 10, tzinfo=UTC)
AGES = {
    "fresh": (timedelta(hours=1), "", 0),
    "older than the configured limit": (timedelta(days=3), "", 1),
    "the rule allows more": (timedelta(days=3), "    max_age: 7d\n", 0),
    "the rule allows less": (timedelta(hours=2), "    max_age: 1h\n", 1),
}


@pytest.mark.parametrize("case", AGES)
def test_age_is_remarked_on(case):
    age, extra, notes = AGES[case]
    article = Article("", "شمس", "", published=NOW - age)
    found = explain([file_of("شمس", extra=extra)], "r", article)

    remarked = remark_age(found, article, NOW, 48 * 3600.0)

    assert remarked.holds
    assert len(remarked.notes) == notes


@pytest.mark.parametrize(
    ("when", "title", "note"),
    [
        ("{stories: 3, within: 6h}", "شمس", "a match alone tells nobody: `when` waits for 3 stories within 6 h"),
        ("{outlets: 2, within: 12h}", "شمس", "a match alone tells nobody: `when` waits for 2 independent outlets of its story within 12 h"),
        ("{quiet_for: 24h}", "شمس", "a match tells nobody: people are told when nothing has matched for 24 h"),
        ("{stories: 3, within: 6h}", "قمر", None),
    ],
)  # fmt: skip
def test_what_when_waits_for_is_said(when, title, note):
    found = explain([file_of("شمس", extra=f"    when: {when}\n")], "r", Article("", title, ""))

    assert found.notes == ((note,) if note else ())


def test_an_unknown_rule_is_named_with_the_nearest_known():
    with pytest.raises(WatcherError, match=r"there is no rule 'x'\. Known here: r\."):
        explain([file_of("شمس")], "x", Article("", "", ""))


@given(
    st.text("شق \n", max_size=900),
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 9)), min_size=1, max_size=4),
)
def test_passages_show_whole_words_around_their_hits(text, spans):
    inside = [(start, start + size) for start, size in spans if start + size <= len(text)]

    passage = passage_around(text, inside)

    if not inside:
        assert passage is None
        return
    assert passage is not None
    assert passage.text in text
    first = min(inside)
    assert passage.text[slice(*passage.hits[0])].startswith(text[slice(*first)][:1])
    assert all(0 <= a < b <= len(passage.text) for a, b in passage.hits)
