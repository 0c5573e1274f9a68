"""Rules as people wrote them: conditions with their places, lists not looked up. Pure values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from watcher.document import value

if TYPE_CHECKING:
    from watcher.document import Mark, Way
    from watcher.match.rule import Rule

Mode: TypeAlias = Literal["inflected", "exact", "literal", "regex"]
Unit: TypeAlias = Literal["sentence", "paragraph"]
Field: TypeAlias = Literal["title", "lead", "text", "source", "author", "url", "tags", "language"]

PLACES: tuple[Field, ...] = ("title", "lead", "text")
ABOUT: tuple[Field, ...] = ("source", "author", "url", "tags", "language")
"""Fields that say something about the article; terms look there only inside an `in`."""
FIELDS: tuple[Field, ...] = (*PLACES, *ABOUT)
MAX_WITHIN = 1000
"""Words; what stands farther apart is the same article, which `all` says."""


@value
class Term:
    """A word, phrase, literal or regular expression, as written."""

    mark: Mark
    path: str | Way
    text: str
    mode: Mode = "inflected"


@value
class ListOf:
    """Any entry of the list of that name."""

    mark: Mark
    path: str | Way
    name: str


@value
class AnyOf:
    """Or."""

    mark: Mark
    path: str | Way
    members: tuple[Condition, ...]


@value
class AllOf:
    """And."""

    mark: Mark
    path: str | Way
    members: tuple[Condition, ...]


@value
class NoneOf:
    """Nor."""

    mark: Mark
    path: str | Way
    members: tuple[Condition, ...]


@value
class AtLeast:
    """That many different members."""

    mark: Mark
    path: str | Way
    count: int
    members: tuple[Condition, ...]


@value
class Near:
    """One hit of each member, at most `within` words between the first and the last."""

    mark: Mark
    path: str | Way
    within: int
    ordered: bool
    members: tuple[Condition, ...]


@value
class Same:
    """One hit of each member in the same sentence or paragraph."""

    mark: Mark
    path: str | Way
    unit: Unit
    members: tuple[Condition, ...]


@value
class In:
    """The condition, in one of these fields only."""

    mark: Mark
    path: str | Way
    fields: tuple[Field, ...]
    condition: Condition


@value
class Score:
    """The weights of the different terms that occur add up to `at_least`."""

    mark: Mark
    path: str | Way
    weights: tuple[tuple[Term, float], ...]
    at_least: float


Condition: TypeAlias = Term | ListOf | AnyOf | AllOf | NoneOf | AtLeast | Near | Same | In | Score


@value
class WrittenList:
    """A named list as one file defines it."""

    name: str
    mark: Mark
    path: str | Way
    entries: tuple[Condition, ...]


@value
class WrittenRule:
    """A rule whose condition is not compiled yet."""

    rule: Rule
    path: str | Way
    marks: dict[str, Mark]
    """Where the value of each key stands."""
    condition: Condition
    targets: tuple[tuple[str, Mark], ...]


@value
class RuleFile:
    """What one file holds. Depends on no other file, so that it can be kept while others change."""

    lists: tuple[WrittenList, ...]
    rules: tuple[WrittenRule, ...]
