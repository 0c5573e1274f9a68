"""What follows from what, and that it follows on every article tried."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config import load_document
from watcher.document import Mapping
from watcher.match import match, read_file, read_rules
from watcher.match.contain import implies, shape_of
from watcher.model import Article


def follows(one: str, other: str) -> bool:
    shapes = []
    for condition in (one, other):
        document, _ = load_document(
            "x.yaml", f"lists: {{w: [نهر, بحر]}}\nrules: [{{id: x, match: {condition}}}]"
        )
        assert isinstance(document, Mapping)
        file, problems = read_file(document)
        assert problems == []
        shapes.append(shape_of(file.rules[0].condition, {x.name: x for x in file.lists}))
    return implies(*shapes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("مدرسة", "مدرسه", id="another spelling"),
        pytest.param("{exact: نهر}", "نهر", id="exact is stricter"),
        pytest.param("{all: [نهر, جسر]}", "نهر", id="one more is wanted"),
        pytest.param("نهر", "{any: [جسر, نهر]}", id="one more will do"),
        pytest.param("{any: [بحر, نهر]}", "{list: w}", id="a list is its entries"),
        pytest.param("{list: w}", "{any: [جسر, {list: w}]}", id="a list inside any"),
        pytest.param("{all: [نهر, {none: [جسر]}]}", "نهر", id="less is excluded"),
        pytest.param("{none: [جسر, نهر]}", "{none: [جسر]}", id="more is excluded"),
        pytest.param(
            "{near: {within: 3, of: [نهر, جسر]}}",
            "{near: {within: 5, of: [جسر, نهر]}}",
            id="a narrower window",
        ),
        pytest.param(
            "{near: {within: 3, ordered: true, of: [نهر, جسر]}}",
            "{near: {within: 3, of: [جسر, نهر]}}",
            id="in order",
        ),
        pytest.param("{near: {within: 3, of: [نهر, جسر]}}", "{all: [نهر, جسر]}", id="no window"),
        pytest.param("{sentence: [نهر, جسر]}", "{all: [نهر, جسر]}", id="no sentence"),
        pytest.param("{in: title, match: نهر}", "نهر", id="no field"),
        pytest.param("{in: lead, match: نهر}", "{in: text, match: نهر}", id="lead is text"),
        pytest.param(
            "{at_least: {count: 2, of: [نهر, جسر]}}",
            "{at_least: {count: 1, of: [نهر, جسر, بحر]}}",
            id="a lower count",
        ),
    ],
)
def test_what_follows(one: str, other: str) -> None:
    assert follows(one, other)
    assert not follows(other, one) or one == "مدرسة" or "list: w" in other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("عَيْن", "عين", id="harakat are constraints"),
        pytest.param("{in: source, match: نهر}", "نهر", id="the source is not the text"),
        pytest.param("{in: title, match: {none: [نهر]}}", "{none: [نهر]}", id="nor in the title"),
        pytest.param("{all: [نهر, جسر]}", "{sentence: [نهر, جسر]}", id="not in one sentence"),
        pytest.param(
            "{near: {within: 3, of: [نهر, {none: [جسر]}]}}", "{none: [جسر]}", id="nor nearby"
        ),
        pytest.param("{sentence: [نهر, جسر]}", "{paragraph: [نهر, جسر]}", id="left unsaid"),
    ],
)
def test_what_does_not(one: str, other: str) -> None:
    assert not follows(one, other)


WORDS = ("نهر", "جسر", "سد")
term = st.sampled_from((*WORDS, "{exact: نهر}"))
leaf = term | st.tuples(term, term).map(lambda pair: f"{{any: [{pair[0]}, {pair[1]}]}}")
positive = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"{{any: [{pair[0]}, {pair[1]}]}}"),
        st.tuples(inner, inner).map(lambda pair: f"{{all: [{pair[0]}, {pair[1]}]}}"),
        st.tuples(inner, term).map(lambda pair: f"{{all: [{pair[0]}, {{none: [{pair[1]}]}}]}}"),
        st.tuples(st.sampled_from(("title", "text", "[title, text]")), inner).map(
            lambda pair: f"{{in: {pair[0]}, match: {pair[1]}}}"
        ),
        st.tuples(st.integers(0, 3), st.sampled_from(("true", "false")), leaf, leaf).map(
            lambda x: f"{{near: {{within: {x[0]}, ordered: {x[1]}, of: [{x[2]}, {x[3]}]}}}}"
        ),
        st.tuples(leaf, leaf).map(lambda pair: f"{{sentence: [{pair[0]}, {pair[1]}]}}"),
    ),
    max_leaves=4,
)
text = st.lists(st.sampled_from((*WORDS, "الأنهار", "وجسور", "في", "قرب", ".")), max_size=6)


@given(positive, positive, st.lists(st.tuples(text, text), min_size=1, max_size=8))
def test_what_follows_follows_on_every_article(
    one: str, other: str, articles: list[tuple[list[str], list[str]]]
) -> None:
    document, _ = load_document(
        "x.yaml", f"rules: [{{id: one, match: {one}}}, {{id: other, match: {other}}}]"
    )
    assert isinstance(document, Mapping)
    rules, problems = read_rules([document])
    if any(problem.level == "error" for problem in problems):
        return
    shapes = [shape_of(rule.condition, {}) for rule in read_file(document)[0].rules]
    for title, body in articles:
        found = {m.rule for m in match(rules, Article("", " ".join(title), " ".join(body)))}
        assert not implies(*shapes) or "one" not in found or "other" in found
