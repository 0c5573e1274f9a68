"""Rules to measure with: 2-6 terms, and/or/not, a third with near; and how each engine takes them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.texts import TOPICS, language
from watcher.document import Mapping, Mark, Scalar, Sequence

if TYPE_CHECKING:
    from pathlib import Path

    from watcher.document import Node

Group = tuple[str, ...]
_OF_ITS_TOPIC = 0.7
_SHAPES: tuple[tuple[tuple[int, ...], int], ...] = (
    ((1, 1), 0),
    ((1, 1, 1), 0),
    ((1, 2), 0),
    ((2, 2), 0),
    ((1, 3), 0),
    ((1, 1), 1),
    ((1, 2), 1),
    ((2, 3), 1),
    ((1, 2, 2), 0),
    ((1, 1, 2), 2),
    ((2, 2, 2), 0),
)
"""Sizes of the groups of alternatives that must all occur, and how many words must not."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A rule: one word of each group, none of `none`; the first two groups `within` words."""

    groups: tuple[Group, ...]
    none: Group = ()
    within: int | None = None

    @property
    def terms(self) -> Group:
        """Every word of it."""
        return tuple(word for group in (*self.groups, self.none) for word in group)


def rules(count: int, topics: int = TOPICS, seed: int = 3) -> list[Generated]:
    """Make rules; most words of a rule come from one topic, as an analyst's do."""
    chance, words = random.Random(seed), language()
    made = []
    for number in range(count):
        sizes, refused = chance.choice(_SHAPES)
        wanted = sum(sizes) + refused
        topic, chosen = chance.choice(words.topics[:topics]), dict[str, None]()
        while len(chosen) < wanted:
            pool = topic if chance.random() < _OF_ITS_TOPIC else words.bases
            chosen[chance.choice(pool)] = None
        drawn = iter(chosen)
        groups = tuple(tuple(next(drawn) for _ in range(size)) for size in sizes)
        within = chance.randint(3, 12) if number % 3 == 0 else None
        made.append(Generated(groups, tuple(drawn), within))
    return made


# --- for the engine ---------------------------------------------------------------------------


def as_values(number: int, rule: Generated, *, exact: bool) -> dict[str, object]:
    """Give a rule as the rule language has it."""

    def term(word: str) -> object:
        return {"exact": word} if exact else word

    members: list[object] = [
        term(group[0]) if len(group) == 1 else {"any": [term(word) for word in group]}
        for group in rule.groups
    ]
    if rule.within is not None:
        members[:2] = [{"near": {"within": rule.within, "of": members[:2]}}]
    match: dict[str, object] = {"all": members}
    if rule.none:
        match["none"] = [term(word) for word in rule.none]
    return {"id": f"rule-{number}", "title": f"القاعدة {number}", "match": match}


def as_document(made: list[Generated], *, exact: bool, first: int = 0) -> Mapping:
    """Give rules as one rule file that is read already, numbered from `first`."""
    mark = Mark("bench.yaml", 1, 1)

    def node(value: object, path: str) -> Node:
        if isinstance(value, dict):
            values = {key: node(inner, f"{path}.{key}") for key, inner in value.items()}
            return Mapping(mark, path, values, dict.fromkeys(values, mark))
        if isinstance(value, list):
            items = (node(inner, f"{path}[{place}]") for place, inner in enumerate(value))
            return Sequence(mark, path, tuple(items))
        return Scalar(mark, path, str(value))

    written = [as_values(n, rule, exact=exact) for n, rule in enumerate(made, first)]
    document = node({"rules": written}, "")
    assert isinstance(document, Mapping)
    return document


def write_files(folder: Path, made: list[Generated], files: int) -> None:
    """Write rules as people do, block style, into so many files."""
    each = -(-len(made) // files)
    for file in range(files):
        lines = ["rules:"]
        for number, rule in list(enumerate(made))[file * each : (file + 1) * each]:
            lines += _block(as_values(number, rule, exact=False))
        (folder / f"desk-{file:03}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _block(rule: dict[str, object]) -> list[str]:
    match = rule["match"]
    assert isinstance(match, dict)
    lines = [f"  - id: {rule['id']}", f"    title: {rule['title']}", "    match:"]
    for key, members in match.items():
        lines.append(f"      {key}:")
        lines += [f"        - {_flow(member)}" for member in members]
    return lines


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return str(value)
