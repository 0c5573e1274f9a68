"""What an article must hold for a rule to match it, in words that an index can be asked for. Pure.

What is needed is told in probes, which are answered by going through the words of an archive
(`Probes.holding`): what the language's own rules find counts, so that nothing is lost that `Terms`
would match.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from watcher.arabic import Term as ArabicTerm
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
from watcher.model import Each, Either, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from watcher.match.written import Condition, WrittenList

Place: TypeAlias = Literal["alone", "first", "later"]


class Probe(NamedTuple):
    """A word of a term, and where in the term it stands; several words are found written as one."""

    text: str
    place: Place
    exact: bool


Need: TypeAlias = Wanted[Probe]

EVERYTHING: Need = Each()
"""What nothing can be said about needs nothing."""
_BEFORE, _BEHIND = "zqxa", "zqxb"
"""Stand beside a word where a term goes on; being no Arabic words, they forbid no reading of it."""
_FOREIGN = re.compile(r"[A-Za-z\d]")
_LONGEST = 60
"""Code points. What is longer may not be in an index."""
_DEEPEST = 20
"""Conditions below this depth are not asked for; databases read nested questions only so far."""
_WORDS_AT_ONCE = 500
"""As many as a long article has; texts are not read as if they had no end."""
_SERVANT = "عبد"
"""Printed together with the word behind it, or apart."""


def needs(condition: Condition, lists: Mapping[str, WrittenList], depth: int = 0) -> Need:
    """Give what every article must hold that the condition matches.

    Literals, regular expressions and fields other than title and text need nothing.
    """
    if depth > _DEEPEST:
        return EVERYTHING
    if isinstance(condition, Term):
        is_word = condition.mode in {"inflected", "exact"}
        return need_of(condition.text, exact=condition.mode == "exact") if is_word else EVERYTHING
    if isinstance(condition, In):
        inside = {*condition.fields} <= {*PLACES}
        return needs(condition.condition, lists, depth + 1) if inside else EVERYTHING
    if isinstance(condition, (AllOf, Near, Same)):
        return _each(needs(one, lists, depth + 1) for one in condition.members)
    return _either(needs(one, lists, depth + 1) for one in _alternatives(condition, lists))


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


def _each(parts: Iterable[Need]) -> Need:
    needed = tuple(dict.fromkeys(part for part in parts if part != EVERYTHING))
    return needed[0] if len(needed) == 1 else Each(needed)


def _either(parts: Iterable[Need]) -> Need:
    """Unite alternatives; one that needs nothing spoils all."""
    needed = tuple(dict.fromkeys(parts))
    if not needed or EVERYTHING in needed:
        return EVERYTHING
    return needed[0] if len(needed) == 1 else Either(needed)


def need_of(text: str, *, exact: bool = False) -> Need:
    """Give what a term needs: for each of its words, one of several probes."""
    raw = words_of(text).raw
    if any(len(word) > _LONGEST for word in raw):
        return EVERYTHING
    return _each(_slot(raw, place, exact=exact) for place in range(len(raw)))


def _slot(raw: Sequence[str], place: int, *, exact: bool) -> frozenset[Probe]:
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


def probes_of(need: Need) -> set[Probe]:
    """Give every probe of a need."""
    if isinstance(need, frozenset):
        return set(need)
    return set[Probe]().union(*(probes_of(part) for part in need.parts))


def answered(need: Need, words: Mapping[Probe, Iterable[int]]) -> Wanted[int]:
    """Give a need in numbers of words, of which each probe is answered by some."""
    if isinstance(need, frozenset):
        return frozenset(number for probe in need for number in words.get(probe, ()))
    parts = tuple(answered(part, words) for part in need.parts)
    return Each(parts) if isinstance(need, Each) else Either(parts)


class Probes:
    """Probes of many terms, to be asked for words that answer them."""

    def __init__(self, probes: Iterable[Probe]) -> None:
        self._probes = sorted({*probes})
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
        for begin in range(0, len(asked), _WORDS_AT_ONCE):
            part = asked[begin : begin + _WORDS_AT_ONCE]
            for form, places in self._forms:
                lines = [form.format(words[number]) for number in part]
                starts = list(accumulate(map(len, lines), initial=0))
                for hit in self._terms.scan("".join(lines)):
                    probe = self._probes[hit.term]
                    if probe.place in places:
                        number = part[bisect_right(starts, hit.start) - 1]
                        found.setdefault(probe, []).append(number)
        return found


def _term(probe: Probe) -> ArabicTerm:
    text = probe.text
    if probe.place == "first":
        text = f"{text} {_BEHIND}"
    elif probe.place == "later":
        text = f"{_BEFORE} {text}"
    return ArabicTerm(text, "exact" if probe.exact else "inflected")
