"""What an article must hold for a rule to match it, in words that an index can be asked for. Pure.

A rule needs every group; a group is fulfilled by one of its phrases; a phrase by all of its slots.
A slot is answered by going through the words of an archive (`Probes.holding`): what the language's
own rules find counts, so that nothing is lost that `Terms` would match.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from watcher.arabic import Term as Wanted
from watcher.arabic import Terms, fold, words_of
from watcher.match.written import (
    PLACES,
    AllOf,
    AnyOf,
    AtLeast,
    In,
    ListOf,
    Near,
    Same,
    Score,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watcher.match.written import Condition, WrittenList

Place: TypeAlias = Literal["alone", "first", "later"]


class Probe(NamedTuple):
    """A word of a term, and where in the term it stands; several words are found written as one."""

    text: str
    place: Place
    exact: bool


Slot: TypeAlias = frozenset[Probe]
Phrase: TypeAlias = tuple[Slot, ...]
Group: TypeAlias = frozenset[Phrase]
Groups: TypeAlias = tuple[Group, ...]

_BEFORE, _BEHIND = "zqxa", "zqxb"
"""Stand beside a word where a term goes on; being no Arabic words, they forbid no reading of it."""
_FOREIGN = re.compile(r"[A-Za-z\d]")
_LONGEST = 60
"""Code points. What is longer may not be in an index."""
_SERVANT = "عبد"
"""Printed together with the word behind it, or apart."""


def needs(condition: Condition, lists: Mapping[str, WrittenList]) -> Groups:
    """Give what every article must hold that the condition matches; () where nothing can be said.

    Literals, regular expressions and fields other than title and text say nothing.
    """
    if isinstance(condition, Term):
        phrase = phrase_of(condition.text, exact=condition.mode == "exact")
        return (frozenset({phrase}),) if condition.mode in {"inflected", "exact"} and phrase else ()
    if isinstance(condition, In):
        return needs(condition.condition, lists) if set(condition.fields) <= {*PLACES} else ()
    if isinstance(condition, (AllOf, Near, Same)):
        groups = (group for one in condition.members for group in needs(one, lists))
        return tuple(dict.fromkeys(groups))
    return _one_of(_alternatives(condition, lists), lists)


def _alternatives(condition: Condition, lists: Mapping[str, WrittenList]) -> tuple[Condition, ...]:
    """Give conditions of which one must hold; () where there are none."""
    if isinstance(condition, AnyOf):
        return condition.members
    if isinstance(condition, ListOf):
        return lists[condition.name].entries if condition.name in lists else ()
    if isinstance(condition, AtLeast):
        only = condition.members[0] if len(condition.members) == 1 else None
        counted = isinstance(only, (AnyOf, ListOf))
        return _alternatives(only, lists) if only and counted else condition.members
    if isinstance(condition, Score):
        return tuple(term for term, _ in condition.weights)
    return ()


def _one_of(alternatives: tuple[Condition, ...], lists: Mapping[str, WrittenList]) -> Groups:
    """Take of each alternative the group that says most; one that says nothing spoils all."""
    smallest = [min(needs(one, lists), key=len, default=None) for one in alternatives]
    found = [group for group in smallest if group is not None]
    return (frozenset().union(*found),) if found and len(found) == len(smallest) else ()


def phrase_of(text: str, *, exact: bool = False) -> Phrase:
    """Give the slots of a term; () where an index could not be asked for it."""
    raw = words_of(text).raw
    if not raw or any(len(word) > _LONGEST for word in raw):
        return ()
    return tuple(_slot(raw, place, exact=exact) for place in range(len(raw)))


def _slot(raw: Sequence[str], place: int, *, exact: bool) -> Slot:
    """Look for a word, and for it and each neighbor printed as one, or for its first part."""
    where: Place = "alone" if len(raw) == 1 else "later" if place else "first"
    probes = {Probe(raw[place], where, exact)}
    for first in (place - 1, place):
        pair = raw[max(first, 0) : first + 2]
        if len(pair) == 2 and first >= 0:
            probes.add(Probe(" ".join(pair), "alone", exact))
    if fold(raw[place]).startswith(_SERVANT):
        probes.add(Probe(_SERVANT, "later" if place else "first", exact))
    return frozenset(probes)


class Probes:
    """Slots of many terms, to be asked for words that answer them."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self._probes = sorted({probe for slot in slots for probe in slot})
        self._terms = Terms([_term(probe) for probe in self._probes])
        self._forms: tuple[tuple[str, frozenset[Place]], ...] = (("{}\n", frozenset({"alone"})),)
        if any(probe.place != "alone" for probe in self._probes):
            self._forms = (
                (f"{{}} {_BEHIND}\n", frozenset({"alone", "first"})),
                (f"{_BEFORE} {{}}\n", frozenset({"later"})),
            )
        self._letters_only = not any(_FOREIGN.search(probe.text) for probe in self._probes)

    def holding(self, words: Sequence[str]) -> dict[Probe, list[int]]:
        """Give for each probe the places in `words` of those that answer it.

        Each word is looked at as the beginning of a phrase and as its continuation.
        """
        found: dict[Probe, list[int]] = {}
        # Numbers and Latin words are a good part of a vocabulary, and seldom asked for.
        asked = [n for n, word in enumerate(words) if not (self._letters_only and word.isascii())]
        for form, places in self._forms:
            lines = [form.format(words[number]) for number in asked]
            starts = list(accumulate(map(len, lines), initial=0))
            for hit in self._terms.scan("".join(lines)):
                probe = self._probes[hit.term]
                if probe.place in places:
                    number = asked[bisect_right(starts, hit.start) - 1]
                    found.setdefault(probe, []).append(number)
        return found


def _term(probe: Probe) -> Wanted:
    text = probe.text
    if probe.place == "first":
        text = f"{text} {_BEHIND}"
    elif probe.place == "later":
        text = f"{_BEFORE} {text}"
    return Wanted(text, "exact" if probe.exact else "inflected")
