"""What each form of condition means, case by case."""

from __future__ import annotations

import pytest

from watcher.config.compose import compose
from watcher.document import Mapping
from watcher.match import match, read_rules, run_tests
from watcher.model import Article, Match, Severity, Span, When


def rules_of(text):
    document, problems = compose("rules.yaml", text)
    assert problems == []
    assert isinstance(document, Mapping)
    rules, problems = read_rules([document])
    assert [problem for problem in problems if problem.level == "error"] == []
    return rules


def one_rule(condition, **keys):
    extra = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return rules_of(f"rules:\n  - id: r\n    match: {condition}\n{extra}")


def where(condition, title="", text="", source_name="", **fields):
    article = Article(url=fields.pop("url", ""), title=title, text=text, **fields)
    found = match(one_rule(condition), article, source_name)
    return found[0].where if found else None


FAR = "رمل " * 60

MATCHES = {
    "a term in any inflection": ("هجوم", "وقع الهجوم ليلا", ""),
    "a phrase": ("القوات الأمريكية", "", "غادرت القوات الامريكية"),
    "exact allows clitics": ("{exact: هجوم}", "وبالهجوم", ""),
    "literal inside a word": ("{literal: جوم}", "الهجوم", ""),
    "regex": (r'{regex: "\\d+ قتيلا"}', "سقط 12 قتيلا", ""),
    "any": ("{any: [هجوم, قصف]}", "قصف مدفعي", ""),
    "all, one in the title, one in the text": ("{all: [هجوم, قاعدة]}", "هجوم", "على قاعدة"),
    "none that does not occur": ("{all: [هجوم], none: [مباراة]}", "هجوم", "على قاعدة"),
    "at least two of three": ("{at_least: {count: 2, of: [شمس, قمر, نهر]}}", "قمر", "نهر"),
    "at least two of a list in one `any`": (
        "{at_least: {count: 2, of: {any: [شمس, قمر, نهر]}}}",
        "قمر نهر",
        "",
    ),
    "near, with as many words between as allowed": (
        "{near: {within: 2, of: [شمس, قمر]}}",
        "",
        "قمر رمل رمل شمس",
    ),
    "near counts words between phrases, not in them": (
        "{near: {within: 1, of: [شمس كبيرة, قمر صغير]}}",
        "",
        "شمس كبيرة رمل قمر صغير",
    ),
    "near in order": ("{near: {within: 3, ordered: true, of: [شمس, قمر]}}", "شمس رمل قمر", ""),
    "near over a sentence end": ("{near: {within: 3, of: [شمس, قمر]}}", "", "شمس. قمر"),
    "near with something excluded that is far": (
        "{near: {within: 1, of: [شمس, قمر, {none: [نهر]}]}}",
        "",
        "شمس قمر رمل رمل نهر",
    ),
    "near with something excluded at another place": (
        "{near: {within: 1, of: [شمس, قمر, {none: [نهر]}]}}",
        "",
        "شمس قمر نهر رمل رمل رمل شمس قمر",
    ),
    "near with one of several combinations": (
        "{near: {within: 2, of: [{any: [شمس, {all: [نهر, جبل]}]}, قمر]}}",
        "",
        "جبل نهر قمر",
    ),
    "sentence": ("{sentence: [شمس, قمر]}", "", "رمل. شمس رمل رمل رمل قمر. رمل"),
    "sentence with something excluded in the next one": (
        "{sentence: [شمس, {none: [قمر]}]}",
        "",
        "شمس. قمر",
    ),
    "paragraph": ("{paragraph: [شمس, قمر]}", "", "شمس. قمر\nرمل"),
    "in title": ("{in: title, match: شمس}", "شمس", ""),
    "in title or lead": ("{in: [title, lead], match: شمس}", "", "شمس"),
    "none in the title alone": ("{all: [شمس], none: [{in: title, match: قمر}]}", "شمس", "قمر"),
    "score": ("{score: {of: {شمس: 2, قمر: 1}, at_least: 3}}", "", "شمس قمر"),
    "score, double in the title": ("{score: {of: {شمس: 2, قمر: 1}, at_least: 4}}", "شمس", ""),
}

SILENT = {
    "part of a word is no term": ("هجوم", "تهجم", ""),
    "words of a phrase apart": ("القوات الأمريكية", "", "القوات العراقية الأمريكية"),
    "exact allows no plural": ("{exact: صاروخ}", "صواريخ", ""),
    "literal is not folded": ("{literal: أمريكا}", "امريكا", ""),
    "all with one missing": ("{all: [هجوم, قاعدة]}", "هجوم", "رمل"),
    "none that occurs anywhere": ("{all: [هجوم], none: [مباراة]}", "هجوم", FAR + "مباراة"),
    "at least two, one twice": ("{at_least: {count: 2, of: [شمس, قمر, نهر]}}", "قمر", "قمر"),
    "near, one word too far": ("{near: {within: 2, of: [شمس, قمر]}}", "", "قمر رمل رمل رمل شمس"),
    "near across title and text": ("{near: {within: 9, of: [شمس, قمر]}}", "شمس", "قمر"),
    "near in the wrong order": (
        "{near: {within: 3, ordered: true, of: [شمس, قمر]}}",
        "قمر رمل شمس",
        "",
    ),
    "near with something excluded in the window": (
        "{near: {within: 2, of: [شمس, قمر, {none: [نهر]}]}}",
        "",
        "شمس نهر قمر",
    ),
    "near with something excluded just before it": (
        "{near: {within: 2, of: [شمس, قمر, {none: [نهر]}]}}",
        "",
        "نهر رمل شمس قمر",
    ),
    "sentence over a sentence end": ("{sentence: [شمس, قمر]}", "", "شمس. قمر"),
    "sentence with something excluded in it": (
        "{sentence: [شمس, {none: [قمر]}]}",
        "",
        "شمس رمل رمل قمر.",
    ),
    "paragraph over a paragraph end": ("{paragraph: [شمس, قمر]}", "", "شمس.\nقمر"),
    "in lead, found after 60 words": ("{in: lead, match: شمس}", "شمس", FAR + "شمس"),
    "in title, found in the text": ("{in: title, match: شمس}", "", "شمس"),
    "score not reached": ("{score: {of: {شمس: 2, قمر: 1}, at_least: 3}}", "", "شمس شمس"),
}


@pytest.mark.parametrize(("condition", "title", "text"), MATCHES.values(), ids=MATCHES.keys())
def test_matches(condition, title, text):
    assert where(condition, title, text) is not None


@pytest.mark.parametrize(("condition", "title", "text"), SILENT.values(), ids=SILENT.keys())
def test_is_silent(condition, title, text):
    assert where(condition, title, text) is None


PLACES = {
    "all of it in the title": ("{all: [شمس, قمر]}", "شمس قمر", "شمس", "title"),
    "title and lead together": ("{all: [شمس, قمر]}", "شمس", "قمر", "lead"),
    "part of it late in the text": ("{all: [شمس, قمر]}", "شمس", FAR + "قمر", "text"),
    "the lead ends after 60 words": ("شمس", "", "رمل " * 59 + "شمس", "lead"),
    "what comes after the lead": ("شمس", "", FAR + "شمس", "text"),
    "a window that leaves the lead": (
        "{near: {within: 3, of: [شمس, قمر]}}",
        "",
        "رمل " * 59 + "شمس قمر",
        "text",
    ),
    "what is excluded later does not count as proof": (
        "{all: [شمس], none: [{all: [قمر, نهر]}]}",
        "شمس",
        "قمر",
        "title",
    ),
}


@pytest.mark.parametrize(("condition", "title", "text", "place"), PLACES.values(), ids=PLACES)
def test_where_is_the_most_prominent_place_with_a_full_proof(condition, title, text, place):
    assert place == where(condition, title, text)


ABOUT = {
    "the source by id": ("{in: source, match: aljazeera}", {"source": "aljazeera"}),
    "the author": ("{in: author, match: خليل}", {"author": "بقلم خليل"}),
    "the address": ('{in: url, match: {literal: "/sport/"}}', {"url": "https://a.example/sport/1"}),
    "one of the tags": ("{in: tags, match: نفط}", {"tags": ("رياضة", "نفط")}),
    "the language": ("{in: language, match: {exact: ar}}", {"language": "ar"}),
}


@pytest.mark.parametrize(("condition", "fields"), ABOUT.values(), ids=ABOUT)
def test_fields_about_the_article_are_seen_inside_an_in_only(condition, fields):
    assert where(f"{{all: [شمس, {condition}]}}", title="شمس", **fields) == "title"
    assert where(f"{{all: [شمس, {condition}]}}", title="شمس") is None
    assert where("{any: [aljazeera, خليل, نفط]}", title="شمس", **fields) is None


def test_the_name_of_a_source_is_seen_beside_its_id():
    condition = "{all: [شمس, {in: source, match: الجزيرة}]}"

    assert where(condition, title="شمس", source="ajz", source_name="الجزيرة نت") == "title"


def test_words_of_two_tags_are_not_one_phrase():
    assert where("{in: tags, match: نفط خام}", tags=("نفط", "خام")) is None


def test_spans_are_the_evidence_sorted_and_each_once():
    rules = one_rule("{near: {within: 3, of: [قوات, {any: [انسحاب, رحيل]}]}, none: [كرة]}")
    article = Article("", "انسحاب القوات", "قوات بعيدة جدا جدا جدا جدا جدا عن رحيل القوات")

    assert match(rules, article) == (
        Match(
            "r",
            Severity.MEDIUM,
            "title",
            (
                Span("title", 0, 6, "انسحاب"),
                Span("title", 7, 13, "قوات"),
                Span("text", 34, 38, "رحيل"),
                Span("text", 39, 45, "قوات"),
            ),
        ),
    )


def test_evidence_in_order_leaves_out_what_stands_the_other_way_round():
    rules = one_rule("{near: {within: 5, ordered: true, of: [شمس, قمر]}}")

    found = match(rules, Article("", "", "قمر شمس رمل قمر"))

    assert [(span.start, span.end) for span in found[0].spans] == [(4, 7), (12, 15)]


WHERES = {
    "wanted in the title, found there": ("title", "شمس", "", True),
    "wanted in title or lead, found in the lead": ("[title, lead]", "", "شمس", True),
    "wanted in title or lead, found later": ("[title, lead]", "", FAR + "شمس", False),
    "wanted in the title, found in the lead": ("title", "", "شمس", False),
}


@pytest.mark.parametrize(("wanted", "title", "text", "matches"), WHERES.values(), ids=WHERES)
def test_where_on_a_rule_wants_the_match_there(wanted, title, text, matches):
    found = match(one_rule("شمس", where=wanted), Article("", title, text))

    assert matches == bool(found)


RULES = """
lists:
  sky: [شمس, {any: [قمر, نجم]}]
rules:
  - id: sky
    title: السماء
    severity: high
    notify: [desk, slack]
    max_age: 48h
    match: {list: sky}
    tests:
      - {name: the moon, title: قمر جديد, expect: match, where: title}
      - {name: sand, title: رمل, expect: silent}
  - id: river
    notify: slack
    match: نهر
    tests:
      - {name: wrong place, text: نهر, expect: match, where: title}
      - {name: not silent, title: نهر, expect: silent}
      - {name: not there, title: بحر, expect: match}
"""


def test_rules_carry_what_the_file_says():
    sky, river = rules_of(RULES).rules

    assert (sky.title, sky.severity, sky.notify) == ("السماء", Severity.HIGH, ("desk", "slack"))
    assert (sky.max_age_s, sky.mark.line, len(sky.tests)) == (48 * 3600, 5, 2)
    assert (river.title, river.severity, river.max_age_s) == ("river", Severity.MEDIUM, None)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("{stories: 3, within: 6h}", When("stories", 6 * 3600.0, 3)),
        ("{outlets: 2, within: 12h}", When("outlets", 12 * 3600.0, 2)),
        ("{quiet_for: 30d}", When("quiet_for", 30 * 86400.0)),
    ],
)
def test_a_rule_may_wait(written, when):
    [rule] = rules_of(f"rules: [{{id: oil, match: نفط, when: {written}}}]").rules

    assert rule.when == when


def test_a_topic_holds_for_a_rule_or_a_file():
    rules = rules_of(
        "topic: طاقة\nrules: [{id: oil, match: نفط}, {id: sea, match: بحر, topic: بحار}]"
    )

    assert [rule.topic for rule in rules.rules] == ["طاقة", "بحار"]


def test_targets_are_given_with_the_place_that_names_them_first():
    targets = rules_of(RULES).targets()

    assert {name: mark.line for name, mark in targets.items()} == {"desk": 8, "slack": 8}


def test_the_credit_counts_as_part_of_the_lead():
    """A dateline that the cleaner lifted off the text is evidence still, in a field of its own."""
    rules = rules_of(
        """
rules:
  - {id: lead, match: {in: lead, match: بغداد}}
  - {id: text, match: {in: text, match: بغداد}}
  - {id: title, match: {in: title, match: بغداد}}
  - {id: anywhere, match: {all: [بغداد, جسر]}}
"""
    )
    article = Article("", "افتتاح طريق", "افتتح الجسر الجديد.", credit="بغداد/ الوكالة:")

    found = {one.rule: one for one in match(rules, article)}

    assert {rule: one.where for rule, one in found.items()} == {
        "lead": "lead",
        "text": "lead",
        "anywhere": "lead",
    }
    assert [(s.field, s.start, s.end) for s in found["anywhere"].spans] == [
        ("text", 6, 11),
        ("credit", 0, 5),
    ]


def test_tests_in_rule_files_run_through_the_engine():
    results = run_tests(rules_of(RULES))

    assert [result.passed for result in results] == [True, True, False, False, False]
    assert [str(result) for result in results[2:]] == [
        (
            "rules.yaml:18:9: rule 'river', test 'wrong place': "
            "expected a match in the title, got a match in the lead. Found: نهر."
        ),
        "rules.yaml:19:9: rule 'river', test 'not silent': expected silent, got a match. Found: نهر.",
        "rules.yaml:20:9: rule 'river', test 'not there': expected a match, got silent.",
    ]


def test_null_is_a_word_in_quotes_only():
    assert match(one_rule('"null"'), Article("", "a null pointer", ""))
    with pytest.raises(AssertionError, match="got nothing"):
        one_rule("null")
