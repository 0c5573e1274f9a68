"""Queries: what each operator means, where messages point, and that the long form says the same."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from watcher.config.compose import compose
from watcher.document import Mapping, Mark, Scalar, Sequence
from watcher.match import match, read_file, read_rules
from watcher.match.places import places_in
from watcher.match.query import read_query
from watcher.model import Article

LISTS = {"football": ["مباراة", "كأس"], "قوات": ["جيش"]}


def node(value: Any, path: str = "") -> Any:
    mark = Mark("made.yaml", 1, 1)
    if isinstance(value, dict):
        return Mapping(mark, path, {key: node(v, f"{path}.{key}") for key, v in value.items()})
    if isinstance(value, list):
        return Sequence(mark, path, tuple(node(v, f"{path}[{n}]") for n, v in enumerate(value)))
    return Scalar(mark, path, str(value).lower() if isinstance(value, bool) else str(value))


def plain(condition: Any) -> Any:
    """Give a condition as written without its places, so that two ways to write it compare."""
    if isinstance(condition, tuple):
        return tuple(plain(part) for part in condition)
    if not hasattr(condition, "mark"):
        return condition
    names = [name for name in condition.__slots__ if name not in {"mark", "path"}]
    return type(condition).__name__, *(plain(getattr(condition, name)) for name in names)


def written(match: Any) -> Any:
    document = node({"lists": LISTS, "rules": [{"id": "r", "match": match}]})
    file, problems = read_file(document)
    assert problems == []
    return plain(file.rules[0].condition)


SAME = {
    "a word": ("انسحاب", "انسحاب"),
    "words side by side are all wanted": ("قوات انسحاب", {"all": ["قوات", "انسحاب"]}),
    "AND": ("قوات AND انسحاب", {"all": ["قوات", "انسحاب"]}),
    "a phrase": ('"قوات التحالف"', "قوات التحالف"),
    "a phrase in Arabic quotes": ("«قوات التحالف»", "قوات التحالف"),
    "a phrase in mirrored quotes": ("»قوات التحالف«", "قوات التحالف"),
    "a phrase in curly quotes": ("“قوات التحالف”", "قوات التحالف"),
    "a phrase in single quotes": ("'قوات التحالف'", "قوات التحالف"),
    "an apostrophe is part of a word": ("O'Neil", "O'Neil"),
    "OR": ("بغداد OR أربيل", {"any": ["بغداد", "أربيل"]}),
    "AND before OR": ("a b OR c AND d", {"any": [{"all": ["a", "b"]}, {"all": ["c", "d"]}]}),
    "parentheses": ("a (b OR c)", {"all": ["a", {"any": ["b", "c"]}]}),
    "NOT": ("a NOT b", {"all": ["a", {"none": ["b"]}]}),
    "AND NOT": ("a AND NOT (b OR c)", {"all": ["a", {"none": [{"any": ["b", "c"]}]}]}),
    "NOT before the rest": ("NOT a b", {"all": [{"none": ["a"]}, "b"]}),
    "NEAR before NOT": (
        "a NOT b NEAR/3 c",
        {"all": ["a", {"none": [{"near": {"within": 3, "of": ["b", "c"]}}]}]},
    ),
    "NEAR before AND": (
        "a NEAR/3 b AND c",
        {"all": [{"near": {"within": 3, "of": ["a", "b"]}}, "c"]},
    ),
    "equal NEARs are one window": (
        "a NEAR/3 b NEAR/3 c",
        {"near": {"within": 3, "of": ["a", "b", "c"]}},
    ),
    "NEAR of a NEAR": (
        "(a NEAR/3 b) NEAR/9 c",
        {"near": {"within": 9, "of": [{"near": {"within": 3, "of": ["a", "b"]}}, "c"]}},
    ),
    "NEAR without something": (
        "a NEAR/3 (b NOT c)",
        {"near": {"within": 3, "of": ["a", {"all": ["b", {"none": ["c"]}]}]}},
    ),
    "ONEAR": ("a ONEAR/4 b", {"near": {"within": 4, "ordered": True, "of": ["a", "b"]}}),
    "a distance in Arabic digits": ("a NEAR/١٢ b", {"near": {"within": 12, "of": ["a", "b"]}}),
    "SENT": ("SENT(a b)", {"sentence": ["a", "b"]}),
    "SENT without something": ("SENT(a NOT b)", {"sentence": ["a", {"none": ["b"]}]}),
    "SENT of alternatives": ("SENT((a OR b) c)", {"sentence": [{"any": ["a", "b"]}, "c"]}),
    "PARA": ("PARA(a AND b)", {"paragraph": ["a", "b"]}),
    "a field": ("title:انسحاب", {"in": "title", "match": "انسحاب"}),
    "a field and a group": ("lead: (a OR b)", {"in": "lead", "match": {"any": ["a", "b"]}}),
    "a field and a phrase": ('text:"a b"', {"in": "text", "match": "a b"}),
    "an address": ("url:https://a.example/x", {"in": "url", "match": "https://a.example/x"}),
    "a field ends with its word": ("tags:a b", {"all": [{"in": "tags", "match": "a"}, "b"]}),
    "a list": ("@football", {"list": "football"}),
    "a list named in Arabic": ("@قوات", {"list": "قوات"}),
    "a list in quotes": ('@"football"', {"list": "football"}),
    "exact": ("=انسحاب", {"exact": "انسحاب"}),
    "an exact phrase": ("=«عين الأسد»", {"exact": "عين الأسد"}),
    "an exact word that looks like an operator": ("a =OR", {"all": ["a", {"exact": "OR"}]}),
    "commas mean nothing": ("a، (b, c)؛", {"all": ["a", {"all": ["b", "c"]}]}),
    "a comma inside a number": ("1,500", "1,500"),
    "direction marks mean nothing": (
        "\u200fa \u200fAND\u200f \u2067b\u2069",
        {"all": ["a", "b"]},
    ),
    "the example of the language": (
        '"قوات التحالف" NEAR/12 انسحاب AND (العراق OR بغداد) NOT @football',
        {
            "all": [
                {"near": {"within": 12, "of": ["قوات التحالف", "انسحاب"]}},
                {"any": ["العراق", "بغداد"]},
                {"none": [{"list": "football"}]},
            ]
        },
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_a_query_is_its_long_form(case):
    query, condition = SAME[case]

    assert written(condition) == written({"query": query})


def test_a_query_stands_wherever_a_condition_may():
    assert written({"all": [{"query": "a OR b"}, "c"]}) == written(
        {"all": [{"any": ["a", "b"]}, "c"]}
    )


# --- places -----------------------------------------------------------------------------------

PLACES = {
    "plain": "a: قوات AND x",
    "plain over lines": "a: قوات\n   AND\n   x",
    "single quotes": "a: '\"قوات\" x'",
    "single quotes doubled": "a: 'o''neil x'",
    "single quotes over lines": "a: 'قوات\n\n   x'",
    "double quotes": 'a: "قوات x"',
    "double quotes escaped": r'a: "\"قوات\" \u0628 \x41\t x"',
    "double quotes over lines": 'a: "قو\\\n  ات\n  x"',
    "folded": "a: >-\n   قوات\n   AND\n\n   x\n",
    "literal": "a: |\n   قوات\n     AND\n   x",
    "literal with indentation said": "a: |2-\n   قوات\n   x",
    "behind an emoji": "a: [\U0001f600, x]",
}


@pytest.mark.parametrize("case", PLACES)
def test_the_last_word_is_where_it_stands_in_the_file(case):
    """Whatever the style, the place of `x` is found, through quotes, escapes and folded lines."""
    text = PLACES[case]
    document, problems = compose("a.yaml", text)
    assert problems == []
    assert isinstance(document, Mapping)
    scalar = document.values["a"]
    if isinstance(scalar, Sequence):
        scalar = scalar.items[-1]
    assert isinstance(scalar, Scalar)

    marks = places_in(scalar)

    assert len(marks) == len(scalar.text) + 1
    mark = marks[scalar.text.index("x")]
    assert text.splitlines()[mark.line - 1][mark.col - 1] == "x"


# --- random queries ---------------------------------------------------------------------------

WORDS = ["كتاب", "شمس", "نهر", "جبل", "قمر"]


class Twin(NamedTuple):
    """The same condition twice; `binds` says how tightly the query holds together."""

    query: str
    condition: Any
    binds: int

    def inside(self, level: int) -> str:
        return self.query if self.binds >= level else f"({self.query})"


OR, AND, NOT, NEAR, ONE = range(5)
word = st.sampled_from(WORDS)
term = word.map(lambda w: Twin(w, w, ONE)) | st.tuples(word, word).map(
    lambda p: Twin(f"«{p[0]} {p[1]}»", f"{p[0]} {p[1]}", ONE)
)
leaf = (
    term
    | term.map(lambda t: Twin(f"={t.query}", {"exact": t.condition}, ONE))
    | st.just(Twin("@words", {"list": "words"}, ONE))
)


def nearby(parts):
    within, ordered, members = parts
    operator = f" {'O' * ordered}NEAR/{within} "
    near = {"within": within, "ordered": ordered, "of": [m.condition for m in members]}
    return Twin(operator.join(m.inside(ONE) for m in members), {"near": near}, NEAR)


def extend(inner):
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(
            lambda ms: Twin(
                " OR ".join(m.inside(AND) for m in ms), {"any": [m.condition for m in ms]}, OR
            )
        ),
        st.tuples(several, st.sampled_from([" AND ", " ", "، "])).map(
            lambda p: Twin(
                p[1].join(m.inside(NOT) for m in p[0]), {"all": [m.condition for m in p[0]]}, AND
            )
        ),
        st.tuples(inner, inner).map(
            lambda p: Twin(
                f"{p[0].inside(AND)} NOT {p[1].inside(NEAR)}",
                {"all": [p[0].condition, {"none": [p[1].condition]}]},
                AND,
            )
        ),
        st.tuples(st.integers(0, 4), st.booleans(), several).map(nearby),
        several.map(
            lambda ms: Twin(
                f"SENT({' '.join(m.inside(NEAR) for m in ms)})",
                {"sentence": [m.condition for m in ms]},
                ONE,
            )
        ),
        st.tuples(st.sampled_from(["title", "lead", "text", "source"]), inner).map(
            lambda p: Twin(f"{p[0]}:{p[1].inside(ONE)}", {"in": p[0], "match": p[1].condition}, ONE)
        ),
    )


twin = st.recursive(leaf, extend, max_leaves=6)
line = st.lists(word, max_size=12).map(" ".join)


@settings(deadline=None)
@given(twin=twin, title=line, text=line, source=word)
def test_a_query_and_its_twin_match_the_same(twin, title, text, source):
    """Same rules, same place, same evidence, however the condition is written."""
    forms = {"short": {"query": twin.query}, "long": twin.condition}
    listed = [{"id": name, "match": form} for name, form in forms.items()]
    rules, problems = read_rules([node({"lists": {"words": WORDS[:2]}, "rules": listed})])
    wrong = {one.path.split(".")[1] for one in problems if one.level == "error"}
    assert wrong in (set(), {"rules[0]", "rules[1]"})
    assume(not wrong)

    found = match(rules, Article("", title, text, source=source))

    assert len({(one.where, one.spans) for one in found}) <= 1
    assert len(found) in {0, 2}


PIECES = [
    "AND",
    "OR",
    "NOT",
    "NEAR/3",
    "NEAR",
    "SENT",
    "(",
    ")",
    "title:",
    "=",
    "@",
    "«",
    "»",
    '"',
    "x",
    "نفط",
    "-y",
    "|",
    "،",
    "[",
    "*",
    "@words",
    "a:",
    "1,5",
    "O'",
    "'",
    "\u200f",
]


@given(
    st.lists(
        st.sampled_from(PIECES) | st.text(max_size=3),
        max_size=12,
    ).map(" ".join)
)
def test_any_line_gives_a_condition_or_problems(text):
    """No mistake is met with a traceback, and none goes unreported."""
    problems: list[Any] = []

    condition = read_query(Scalar(Mark("a.yaml", 1, 1), "p", text), problems)

    assert condition is not None or any(problem.level == "error" for problem in problems)


@pytest.mark.parametrize("many", ["(" * 5000, "NOT " * 5000, "title:" * 5000, "a NEAR/1 " * 5000])
def test_no_nesting_exhausts_the_stack(many):
    problems: list[Any] = []

    read_query(Scalar(Mark("a.yaml", 1, 1), "p", f"{many} a"), problems)

    assert all(problem.level == "error" for problem in problems)
    assert len(problems) <= 42
