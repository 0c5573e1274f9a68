"""Single values of a rule file: texts, numbers, durations, choices; None where one is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.document import Mapping, Scalar, Sequence, problem, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.document import Node
    from watcher.errors import Problem

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_OPERATOR = re.compile(r"(?:^|\s)(AND|OR|NOT|O?NEAR/\d+)(?:\s|$)")
_WORD = re.compile(r"[^\W_]")
_YES = {"true", "yes", "on"}
_NO = {"false", "no", "off"}


def shape(node: Node) -> str:
    """Name what stands there, for messages."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    return f"'{node.text}'" if not is_empty(node) else "nothing"


def is_empty(node: Scalar) -> bool:
    """Tell whether nothing was written, in any of YAML's ways of writing nothing."""
    text = node.text.strip()
    return not text or (not node.quoted and text in {"~", "null"})


def not_a_term(text: str, remedy: str = "Operators are read behind `query:`.") -> str:
    """Say why a text cannot be a word or phrase to look for, or give an empty text.

    `remedy` is what to do about an operator in it.
    """
    if not _WORD.search(text):
        return f"'{text}' holds no letter or digit. Use `literal:` to look for signs."
    if "*" in text:
        return f"'{text}' has a '*': all inflections are found without one. Remove it."
    operator = None if text.isascii() else _OPERATOR.search(text)
    if operator:
        word = operator[1]
        return f"'{text}' would be looked for word by word, '{word}' included. {remedy}"
    return ""


def read_text(node: Node, wanted: str, problems: list[Problem]) -> str | None:
    """Give a text that says something."""
    if isinstance(node, Scalar) and not is_empty(node):
        return node.text
    problems.append(problem(node, f"expected {wanted}, got {shape(node)}"))
    return None


def read_texts(node: Node, wanted: str, problems: list[Problem]) -> list[Scalar]:
    """Give the texts of a list; a single one needs no list."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        problems.append(problem(node, f"expected {wanted}, got an empty list"))
    texts = ((item, read_text(item, wanted, problems)) for item in items)
    return [item for item, text in texts if text is not None and isinstance(item, Scalar)]


def read_count(node: Node, lowest: int, problems: list[Problem]) -> int | None:
    """Give a whole number that is not below `lowest`."""
    if isinstance(node, Scalar) and re.fullmatch(r"\d{1,9}", node.text.strip()):
        count = int(node.text)
        if count >= lowest:
            return count
    problems.append(
        problem(node, f"expected a whole number from {lowest} upwards, got {shape(node)}")
    )
    return None


def read_weight(node: Node, problems: list[Problem]) -> float | None:
    """Give a number above zero."""
    if isinstance(node, Scalar) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", node.text.strip()):
        weight = float(node.text)
        if weight > 0:
            return weight
    problems.append(
        problem(
            node,
            f"expected a number above 0, got {shape(node)}. What must not occur belongs in `none`.",
        )
    )
    return None


def read_flag(node: Node, problems: list[Problem]) -> bool:
    """Give true or false, false where neither is written."""
    word = node.text.strip().lower() if isinstance(node, Scalar) else ""
    if word not in _YES | _NO:
        problems.append(problem(node, f"expected true or false, got {shape(node)}"))
    return word in _YES


def read_duration(node: Node, problems: list[Problem]) -> float | None:
    """Give seconds for `90s`, `30m`, `48h`, `7d` or `2w`."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    found = _DURATION.fullmatch(text)
    if found and float(found[1]) > 0:
        return float(found[1]) * _SECONDS[found[2]]
    hint = " Write the unit behind the number." if re.fullmatch(r"[\d:.]+", text) else ""
    problems.append(
        problem(node, f"expected a duration such as 30m, 48h or 7d, got {shape(node)}.{hint}")
    )
    return None


def read_choice(
    node: Node, choices: Iterable[str], wanted: str, problems: list[Problem]
) -> str | None:
    """Give one of the words that are allowed here."""
    known = list(choices)
    if isinstance(node, Scalar) and node.text in known:
        return node.text
    if isinstance(node, Scalar) and not is_empty(node):
        what = f"unknown {wanted} '{node.text}'. {suggest(node.text, known)}"
    else:
        what = f"expected one of {', '.join(known)}, got {shape(node)}"
    problems.append(problem(node, what))
    return None


def read_choices(
    node: Node, choices: Iterable[str], wanted: str, problems: list[Problem]
) -> tuple[str, ...]:
    """Give several of the words that are allowed here, each once; a single one needs no list."""
    known = list(choices)
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        problems.append(problem(node, f"expected one of {', '.join(known)}, got an empty list"))
    found = (read_choice(item, known, wanted, problems) for item in items)
    return tuple(dict.fromkeys(word for word in found if word is not None))
