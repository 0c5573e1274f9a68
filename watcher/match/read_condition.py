"""Nodes -> conditions as written, with every problem. Pure; lists are looked up later."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from watcher.document import Mapping, Scalar, Sequence, at, problem, suggest, unknown_keys
from watcher.match import patterns
from watcher.match.query import read_query
from watcher.match.values import (
    is_empty,
    not_a_term,
    read_choices,
    read_count,
    read_flag,
    read_text,
    read_weight,
    shape,
)
from watcher.match.written import (
    FIELDS,
    MAX_WITHIN,
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    In,
    ListOf,
    Near,
    NoneOf,
    Same,
    Score,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.document import Node
    from watcher.errors import Problem
    from watcher.match.written import Field, Mode, Unit

    Read: TypeAlias = Callable[[Node, list[Problem]], Condition | None]

_REFUSALS: dict[Mode, Callable[[str], str]] = {
    "inflected": not_a_term,
    "exact": not_a_term,
    "regex": patterns.refusal,
}
"""What says why a text cannot be looked for; a literal may be any text."""


def read_condition(node: Node, problems: list[Problem]) -> Condition | None:
    """Read one condition of any form; None, with a problem, where it is none."""
    if isinstance(node, Scalar):
        if node.text.isalpha() and node.text != "null":  # one word, as most terms are: it is right
            return Term(node.mark, node.path, node.text)
        return _term(node, "inflected", problems)
    if isinstance(node, Sequence):
        what = (
            "a list alone does not say whether any or all of it is wanted. "
            "Write `any: […]` or `all: […]`."
        )
        problems.append(problem(node, what))
        return None
    return _read_mapping(node, problems)


def read_conditions(node: Node, problems: list[Problem]) -> tuple[Condition, ...]:
    """Read the members of a form; a single condition needs no list."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        what = "expected at least one condition, got an empty list. Remove the line or fill it."
        problems.append(problem(node, what))
    return tuple(filter(None, [read_condition(item, problems) for item in items]))


def _read_mapping(node: Mapping, problems: list[Problem]) -> Condition | None:
    if not node.values:
        problems.append(problem(node, f"expected a condition, got nothing. Forms: {_forms()}."))
        return None
    parts = [
        FORMS[key](value, problems) if key in FORMS else _read_in(node, key, problems)
        for key, value in node.values.items()
    ]
    whole = tuple([part for part in parts if part is not None])
    if len(whole) < 2:
        return whole[0] if whole else None
    return AllOf(node.mark, node.path, whole)


def _read_in(node: Mapping, key: str, problems: list[Problem]) -> In | None:
    """Read the one form that takes two keys, `in` and `match`; no other is left."""
    if key == "in":
        return _in(node, node.values[key], problems)
    if key != "match" or "in" not in node.values:
        problems.append(at(node.keys.get(key, node.mark), node.path, _unknown(key)))
    return None


def _unknown(key: str) -> str:
    if key == "match":
        return "`match` stands here without `in`. Write `in: title` beside it, or remove it."
    if not key.isascii():
        return f"unknown key '{key}'. If the colon belongs to the text, write it in quotes."
    return f"unknown key '{key}'. {suggest(key, [*FORMS, 'in', 'match'])}"


def _forms() -> str:
    return ", ".join([*FORMS, "in"])


# --- terms ------------------------------------------------------------------------------------


def _term(node: Node, mode: Mode, problems: list[Problem]) -> Term | None:
    if not isinstance(node, Scalar) or is_empty(node):
        wanted = "a word or phrase" if mode in {"inflected", "exact"} else f"the text of a {mode}"
        hint = "Remove the line or write the phrase in quotes."
        problems.append(problem(node, f"expected {wanted}, got {shape(node)}. {hint}"))
        return None
    refusal = _REFUSALS.get(mode)
    what = refusal(node.text) if refusal else ""
    if what:
        problems.append(problem(node, what))
        return None
    return Term(node.mark, node.path, node.text, mode)


def _list(node: Node, problems: list[Problem]) -> ListOf | None:
    name = read_text(node, "the name of a list", problems)
    return ListOf(node.mark, node.path, name) if name is not None else None


# --- combinations -----------------------------------------------------------------------------


def _any(node: Node, problems: list[Problem]) -> AnyOf:
    return AnyOf(node.mark, node.path, read_conditions(node, problems))


def _all(node: Node, problems: list[Problem]) -> AllOf:
    return AllOf(node.mark, node.path, read_conditions(node, problems))


def _none(node: Node, problems: list[Problem]) -> NoneOf:
    return NoneOf(node.mark, node.path, read_conditions(node, problems))


def _at_least(node: Node, problems: list[Problem]) -> AtLeast | None:
    parts = _parts(node, "at_least", ("count", "of"), (), problems)
    if parts is None:
        return None
    count = read_count(parts.values["count"], 1, problems)
    members = read_conditions(parts.values["of"], problems)
    return AtLeast(node.mark, node.path, count, members) if count is not None else None


def _near(node: Node, problems: list[Problem]) -> Near | None:
    parts = _parts(node, "near", ("within", "of"), ("ordered",), problems)
    if parts is None:
        return None
    within = read_count(parts.values["within"], 0, problems)
    members = read_conditions(parts.values["of"], problems)
    flag = parts.get("ordered")
    ordered = read_flag(flag, problems) if flag is not None else False
    if within is not None and within > MAX_WITHIN:
        what = f"expected at most {MAX_WITHIN} words, got {within}. Use `all` for the whole text."
        problems.append(problem(parts.values["within"], what))
    if within is None or not members:
        return None
    return Near(node.mark, node.path, within, ordered, members)


def _same(unit: Unit) -> Read:
    def read(node: Node, problems: list[Problem]) -> Same:
        return Same(node.mark, node.path, unit, read_conditions(node, problems))

    return read


def _in(node: Mapping, where: Node, problems: list[Problem]) -> In | None:
    names = read_choices(where, FIELDS, "field", problems)
    inner = node.get("match")
    if inner is None:
        if all(key in FORMS or key == "in" for key in node.values):  # else that key is reported
            what = "`in` names a field and nothing to look for there. Write `match: …` beside it."
            problems.append(at(node.keys.get("in", node.mark), node.path, what))
        return None
    condition = read_condition(inner, problems)
    if condition is None or not names:
        return None
    fields: tuple[Field, ...] = tuple(field for field in FIELDS if field in names)
    return In(node.mark, node.path, fields, condition)


def _score(node: Node, problems: list[Problem]) -> Score | None:
    parts = _parts(node, "score", ("of", "at_least"), (), problems)
    if parts is None:
        return None
    goal = read_weight(parts.values["at_least"], problems)
    weighted = parts.values["of"]
    if not isinstance(weighted, Mapping) or not weighted.values:
        what = f"expected terms with their weights, `{{term: 2, …}}`, got {shape(weighted)}"
        problems.append(problem(weighted, what))
        return None
    pairs = (_weighted(weighted, key, problems) for key in weighted.values)
    weights = tuple(pair for pair in pairs if pair is not None)
    return Score(node.mark, node.path, weights, goal) if goal is not None and weights else None


def _weighted(node: Mapping, key: str, problems: list[Problem]) -> tuple[Term, float] | None:
    value = node.values[key]
    name = Scalar(node.keys.get(key, node.mark), value.path, key, quoted=True)
    term = _term(name, "inflected", problems)
    weight = read_weight(value, problems)
    return (term, weight) if isinstance(term, Term) and weight is not None else None


def _parts(
    node: Node,
    form: str,
    needed: tuple[str, ...],
    optional: tuple[str, ...],
    problems: list[Problem],
) -> Mapping | None:
    """Give the mapping below a form if it has all it needs."""
    example = ", ".join(f"{key}: …" for key in needed)
    if not isinstance(node, Mapping):
        problems.append(problem(node, f"expected `{form}: {{{example}}}`, got {shape(node)}"))
        return None
    unknown = unknown_keys(node, (*needed, *optional))
    problems.extend(unknown)
    missing = [key for key in needed if key not in node.values]
    if missing and not unknown:
        what = f"`{form}` lacks `{'`, `'.join(missing)}`. Write `{form}: {{{example}}}`."
        problems.append(problem(node, what))
    return None if missing else node


def _mode(mode: Mode) -> Read:
    def read(node: Node, problems: list[Problem]) -> Term | None:
        return _term(node, mode, problems)

    return read


FORMS: dict[str, Read] = {
    "any": _any,
    "all": _all,
    "none": _none,
    "list": _list,
    "exact": _mode("exact"),
    "literal": _mode("literal"),
    "regex": _mode("regex"),
    "at_least": _at_least,
    "near": _near,
    "sentence": _same("sentence"),
    "paragraph": _same("paragraph"),
    "score": _score,
    "query": read_query,
}
