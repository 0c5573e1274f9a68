from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.config import compose as composing
from watcher.config import load_document
from watcher.config.compose import MAX_ALIASED, MAX_DEPTH
from watcher.config.text import decode
from watcher.document import Mapping, Mark, Node, Scalar, Sequence


def composed(text: str) -> Node:
    node, problems = load_document("f.yaml", text)
    assert problems == []
    assert node is not None
    return node


def inside(node: Node, step: str | int) -> Node:
    if isinstance(step, int):
        assert isinstance(node, Sequence)
        return node.items[step]
    assert isinstance(node, Mapping)
    return node.values[step]


def told(text: str) -> list[str]:
    return [str(problem) for problem in load_document("f.yaml", text)[1]]


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [" + ",".join("x" * 10) + "]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_nodes_remember_where_they_stand_and_what_their_place_is_called():
    node = composed("rules:\n  - id: one\n    match: {any: [قوات, 'x']}\n")

    inner = Mark("f.yaml", 3, 18)
    assert node == Mapping(
        Mark("f.yaml", 1, 1),
        "",
        {
            "rules": Sequence(
                Mark("f.yaml", 2, 3),
                "rules",
                (
                    Mapping(
                        Mark("f.yaml", 2, 5),
                        "rules[0]",
                        {
                            "id": Scalar(Mark("f.yaml", 2, 9), "rules[0].id", "one"),
                            "match": Mapping(
                                Mark("f.yaml", 3, 12),
                                "rules[0].match",
                                {
                                    "any": Sequence(
                                        inner,
                                        "rules[0].match.any",
                                        (
                                            Scalar(
                                                Mark("f.yaml", 3, 19),
                                                "rules[0].match.any[0]",
                                                "قوات",
                                            ),
                                            Scalar(
                                                Mark("f.yaml", 3, 25),
                                                "rules[0].match.any[1]",
                                                "x",
                                                quoted=True,
                                            ),
                                        ),
                                    )
                                },
                                {"any": Mark("f.yaml", 3, 13)},
                            ),
                        },
                        {"id": Mark("f.yaml", 2, 5), "match": Mark("f.yaml", 3, 5)},
                    ),
                ),
            )
        },
        {"rules": Mark("f.yaml", 1, 1)},
    )


@pytest.mark.parametrize("text", ["no", "12:30", "2026-07-27", "1e3", "0o17", "null", "~", "٣"])
def test_plain_values_stay_as_they_are_written(text):
    assert composed(text) == Scalar(Mark("f.yaml", 1, 1), "", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("'no'", "no", id="single quotes"),
        pytest.param('"\\u0646"', "ن", id="double quotes with an escape"),
        pytest.param("|\n  a\n  b\n", "a\nb\n", id="literal block"),
        pytest.param(">-\n  a\n  b\n", "a b", id="folded block"),
        pytest.param("!!str 12", "12", id="said to be text"),
    ],
)
def test_quoted_values_are_known_to_be_text(text, expected):
    node = composed(text)

    assert isinstance(node, Scalar)
    assert (node.text, node.quoted) == (expected, True)


def test_an_alias_stands_for_the_node_of_its_anchor():
    node = composed("a: &words [x, y]\nb: *words\n")

    assert isinstance(node, Mapping)
    assert node.get("b") is node.get("a")


def test_what_an_alias_repeats_keeps_the_place_of_its_anchor():
    node = composed("a: &words [x, {b: y}]\nc: [{d: *words}]\n")

    around = inside(inside(node, "c"), 0)
    inner = inside(inside(around, "d"), 1)
    assert (inner.mark, inner.path) == (Mark("f.yaml", 1, 15), "a[1]")
    assert inside(inner, "b") == Scalar(Mark("f.yaml", 1, 19), "a[1].b", "y")


def test_a_path_is_as_good_as_its_text():
    around = inside(inside(composed("a: [x, {'b\tc': y}]\n"), "a"), 1)

    path = inside(around, "b\tc").path
    assert (path, str(path), repr(path)) == ("a[1].b c", "a[1].b c", "'a[1].b c'")
    assert hash(path) == hash("a[1].b c")
    assert path != around.path
    assert pickle.loads(pickle.dumps(path)) == path


def test_the_same_anchor_may_be_given_anew():
    node = composed("a: &x 1\nb: &x 2\nc: *x\n")

    assert isinstance(node, Mapping)
    assert node.get("c") == node.get("b")


def test_a_byte_order_mark_and_windows_line_ends_are_no_content():
    node = composed("\ufeffa: 1\r\nb: 2\r\n")

    assert isinstance(node, Mapping)
    assert node.keys == {"a": Mark("f.yaml", 1, 1), "b": Mark("f.yaml", 2, 1)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("&a [*a]", "f.yaml:1:5: [0]: '*a' stands inside the very thing", id="itself"),
        pytest.param("*a : 1", "f.yaml:1:1: a key must be a text, not an alias", id="alias as key"),
        pytest.param("[a]: 1", "f.yaml:1:1: a key must be a text, not a list", id="list as key"),
        pytest.param("{{a: 1}: 2}", "f.yaml:1:2: a key must be a text", id="mapping as key"),
        pytest.param("a: }", "f.yaml:1:4: this '}' closes nothing", id="bracket never opened"),
        pytest.param("a: b: c", "f.yaml:1:5: a ':' stands where", id="second colon"),
        pytest.param("a: [b", "f.yaml:1:4: this '[' is never closed", id="bracket never closed"),
        pytest.param("a: {b", "f.yaml:1:4: this '{' is never closed", id="brace never closed"),
        pytest.param('a: "\\q"', "f.yaml:1:5: an unknown '\\' escape", id="unknown escape"),
        pytest.param("a: > b", "f.yaml:1:6: text stands behind '|' or '>'", id="block on its line"),
        pytest.param("a: - b", "f.yaml:1:4: a list starts here", id="list on the line of its key"),
        pytest.param("a: *", "f.yaml:1:5: '*' and '&' name anchors", id="star alone"),
        pytest.param("%YAML 9\n--- a", "f.yaml:1:", id="directive"),
        pytest.param("a: !<", "f.yaml:1:", id="unfinished tag"),
        pytest.param("a: \ud800", "f.yaml:1:4: the invisible character U+D800", id="surrogate"),
        pytest.param("a:\n b\u200b\ufeff", "f.yaml:2:4: the invisible", id="mark inside"),
        pytest.param("", "f.yaml: warning: the file is empty", id="nothing"),
        pytest.param("# only\n", "f.yaml: warning: the file is empty", id="a comment only"),
    ],
)
def test_mistakes_of_form_are_told_once(text, expected):
    messages = told(text)

    assert len(messages) == 1
    assert messages[0].startswith(expected)


def test_the_first_of_two_equal_keys_stands_and_the_second_is_told():
    node, problems = load_document("f.yaml", "a: 1\nb: 2\na: 3\n")

    assert isinstance(node, Mapping)
    assert [str(problem) for problem in problems] == [
        "f.yaml:3:1: the key 'a' is given twice, first in line 1. Remove one."
    ]
    assert node.get("a") == Scalar(Mark("f.yaml", 1, 4), "a", "1")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 20_000, id="lists never closed"),
        pytest.param("[" * 20_000 + "]" * 20_000, id="lists"),
        pytest.param("{a: " * 20_000 + "}" * 20_000, id="mappings"),
        pytest.param("- " * 20_000 + "a", id="lists by dashes"),
        pytest.param("? " * 20_000 + "a", id="keys of keys"),
        pytest.param(
            "a: &a [" + "[" * 60 + "]" * 60 + "]\nb: " + "[" * 60 + "*a" + "]" * 60, id="aliases"
        ),
    ],
)
def test_deep_nesting_is_refused_without_a_deep_stack(text):
    assert any(f"more than {MAX_DEPTH} deep" in message for message in told(text))


@pytest.mark.parametrize(
    ("text", "inside", "levels"),
    [
        pytest.param("{}", "", 0, id="lists"),
        pytest.param("a: &a [[]]\nb: {}", "*a", 3, id="an alias"),
        pytest.param("a: &a [&b [], *b, {{c: 1}}]\nb: {}", "*a", 3, id="an alias of aliases"),
        pytest.param("a: &a [x, &b [y]]\nc: *a\nb: {}", "*b", 2, id="an anchor inside an anchor"),
        pytest.param("[[[]]]: 1\na: &a []\nb: {}", "*a", 2, id="beside a key that is none"),
    ],
)
def test_nesting_is_refused_one_level_beyond_the_deepest(text, inside, levels):
    """`levels` are those around the brackets, and those that the alias stands for."""

    def too_deep(brackets: int) -> bool:
        nested = "[" * brackets + inside + "]" * brackets
        return any("deep" in message for message in told(text.format(nested)))

    assert not too_deep(MAX_DEPTH - levels)
    assert too_deep(MAX_DEPTH - levels + 1)


def test_a_bomb_of_aliases_is_told_once_and_costs_nothing():
    node, problems = load_document("f.yaml", bomb(12))

    assert [problem.what for problem in problems] == [
        f"aliases stand for more than {MAX_ALIASED:,} values in this file"
    ]
    assert count(node) < 2 * MAX_ALIASED


def test_real_reuse_is_no_bomb():
    assert told(bomb(4)) == []


def count(node: Node | None) -> int:
    if isinstance(node, Sequence):
        return 1 + sum(map(count, node.items))
    return 1 + sum(map(count, node.values.values())) if isinstance(node, Mapping) else 1


@given(st.text(alphabet=st.sampled_from("ab:- \n\t[]{}'\"&*!|>%@#,?\\\u0627\u064b"), max_size=80))
def test_any_text_gives_nodes_or_problems(text):
    node, problems = load_document("f.yaml", text)

    assert node is not None or problems
    assert all(problem.line >= 0 and "\n" not in problem.what for problem in problems)


@given(st.text(alphabet=st.sampled_from("ab:- \n[]{}'\"&*|,\u0627"), max_size=60))
def test_the_parser_in_python_gives_the_same_nodes(text):
    """Where libyaml is missing, files read the same."""
    import yaml

    fast = composing._Loader
    expected, _ = load_document("f.yaml", text)
    composing._Loader = yaml.SafeLoader
    try:
        actual, _ = load_document("f.yaml", text)
    finally:
        composing._Loader = fast

    if expected is not None and actual is not None:
        assert actual == expected


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_problem(body):
    text, problems = decode(body, "f.yaml")

    assert (text is None) == bool(problems)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "a: واع".encode("cp1256"), "f.yaml:1:4: the byte 0xe6 is not UTF-8", id="1256"
        ),
        pytest.param(b"a: 1\nb: \xff", "f.yaml:2:4: the byte 0xff is not UTF-8", id="second line"),
        pytest.param("a: 1".encode("utf-16"), "f.yaml: the file is UTF-16", id="UTF-16"),
    ],
)
def test_files_that_are_not_utf_8_are_told(body, expected):
    _, problems = decode(body, "f.yaml")

    assert str(problems[0]).startswith(expected)


def test_files_that_cannot_be_read_are_told_by_the_name_as_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.yaml").mkdir()

    messages = [str(load_document(name)[1][0]) for name in ("no.yaml", "folder.yaml", "a\0b")]

    assert messages[0] == f"no.yaml: there is no such file in {tmp_path}"
    assert messages[1] == "folder.yaml: this is a folder, a file was expected"
    assert messages[2].endswith("this is no file name: it holds a NUL character")


def test_a_file_too_large_to_be_meant_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("watcher.config.text.MAX_BYTES", 1024)
    (tmp_path / "film.yaml").write_bytes(b"a" * 1025)

    assert "larger than" in str(load_document(tmp_path / "film.yaml")[1][0])
