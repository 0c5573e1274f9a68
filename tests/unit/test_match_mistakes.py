"""Mistakes in rule files: one file each, named after the mistake, the message beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config.compose import compose
from watcher.document import Mapping, Mark, Scalar, Sequence
from watcher.match import read_rules
from watcher.match.compile import MAX_DEPTH

FOLDER = Path(__file__).parents[1] / "config" / "rules"
FILES = sorted(FOLDER.glob("*.yaml"))


def problems_of(*texts):
    documents = []
    for number, text in enumerate(texts):
        document, problems = compose(f"{number}.yaml", text)
        assert problems == []
        assert isinstance(document, Mapping)
        documents.append(document)
    return [str(problem) for problem in read_rules(documents)[1]]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_each_mistake_gives_the_message_a_person_needs(file):
    document, problems = compose(file.name, file.read_text(encoding="utf-8"))
    assert problems == []
    assert isinstance(document, Mapping)

    _, problems = read_rules([document])

    expected = (FOLDER / f"{file.stem}.expected").read_text(encoding="utf-8")
    assert expected.splitlines() == [str(problem) for problem in problems]


def test_there_are_files_with_mistakes():
    assert len(FILES) >= 60


def test_every_expected_message_belongs_to_a_file():
    assert {file.stem for file in FILES} == {file.stem for file in FOLDER.glob("*.expected")}


TESTS = "[{title: نفط, expect: match}, {title: شمس, expect: silent}]"


def test_ids_are_unique_over_all_files():
    rule = f"rules:\n  - id: oil\n    match: نفط\n    tests: {TESTS}\n"

    assert problems_of(rule, rule) == [
        "1.yaml:2:9: rules[0].id: the id 'oil' is taken by the rule in 0.yaml:2:5"
    ]


def test_lists_are_unique_over_all_files():
    rule = f"rules:\n  - id: oil\n    match: {{list: oil}}\n    tests: {TESTS}\n"
    lists = "lists:\n  oil: [نفط]\n"

    assert problems_of(rule, lists, lists) == [
        "2.yaml:2:3: lists.oil: the list 'oil' already stands in 1.yaml:2:3"
    ]


def test_a_list_of_another_file_is_used():
    rule = f"rules:\n  - id: oil\n    match: {{list: oil}}\n    tests: {TESTS}\n"

    assert problems_of(rule, "lists:\n  oil: [نفط]\n") == []


def test_rules_are_empty_where_a_problem_is_an_error():
    document, _ = compose("a.yaml", "rules:\n  - {id: oil, match: نفط}\n  - {id: gas, match: []}\n")
    assert isinstance(document, Mapping)

    assert read_rules([document])[0].rules == ()


def test_a_chain_of_many_lists_is_refused_where_it_gets_too_deep():
    chain = "".join(f"  l{n}: [{{list: l{n + 1}}}]\n" for n in range(5000))
    rule = f"rules:\n  - id: oil\n    match: {{list: l0}}\n    tests: {TESTS}\n"

    found = problems_of(f"lists:\n{chain}  l5000: [نفط]\n{rule}")

    assert any(f"nest more than {MAX_DEPTH} deep" in problem for problem in found)


words = st.sampled_from(
    [
        "any",
        "all",
        "none",
        "near",
        "sentence",
        "paragraph",
        "in",
        "match",
        "list",
        "exact",
        "literal",
        "regex",
        "score",
        "of",
        "within",
        "count",
        "at_least",
        "ordered",
        "title",
        "lead",
        "text",
        "lists",
        "rules",
        "id",
        "tests",
        "expect",
        "where",
        "notify",
        "max_age",
        "severity",
        "نفط",
        "خام",
        "3",
        "-1",
        "12:30",
        "48h",
        "no",
        "silent",
        "[",
        "(",
    ]
) | st.text(max_size=4)
MARK = Mark("fuzz.yaml", 1, 1)
nodes = st.recursive(
    st.builds(Scalar, st.just(MARK), st.just("p"), words, st.booleans()),
    lambda inner: (
        st.builds(Sequence, st.just(MARK), st.just("p"), st.lists(inner, max_size=3).map(tuple))
        | st.builds(Mapping, st.just(MARK), st.just("p"), st.dictionaries(words, inner, max_size=4))
    ),
    max_leaves=20,
)
rule = st.fixed_dictionaries(
    {"match": nodes}, optional={"id": nodes, "tests": nodes, "where": nodes}
)
rule_nodes = st.builds(Mapping, st.just(MARK), st.just("p"), rule)
documents = st.builds(
    Mapping,
    st.just(MARK),
    st.just(""),
    st.fixed_dictionaries(
        {"rules": st.builds(Sequence, st.just(MARK), st.just("p"), st.tuples(rule_nodes))},
        optional={"lists": nodes},
    ),
)


@given(documents | st.builds(Mapping, st.just(MARK), st.just(""), st.dictionaries(words, nodes)))
def test_any_document_gives_rules_or_problems(document):
    """No mistake is met with a traceback, and none goes unreported."""
    rules, problems = read_rules([document])

    assert rules.rules or problems or not document.get("rules")
