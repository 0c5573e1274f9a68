"""What speaks for and against two articles being one text. Pure; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from watcher.arabic import is_number, light_stem
from watcher.story.fingerprint import MOST_WORDS
from watcher.story.weights import LEAD, OPENING, likeness, profile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from watcher.model import Fingerprint
    from watcher.story.weights import Weights

    Shingle = tuple[str, str, str]

NUMBERS_WITHIN = 40
"""Content words: the figures that a report is about stand here, others further down."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two texts share, each between 0 and 1."""

    resemblance: float
    containment: float


class Text:
    """A fingerprint made ready for comparisons, as far as they ask."""

    def __init__(self, fingerprint: Fingerprint, weights: Weights) -> None:
        self.fingerprint = fingerprint
        self._weights = weights

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The stems, in order."""
        return tuple(map(light_stem, self.fingerprint.words))

    @cached_property
    def _numbers(self) -> tuple[str, ...]:
        """The different numbers of the opening."""
        return tuple(filter(is_number, dict.fromkeys(self.words[:NUMBERS_WITHIN])))

    @cached_property
    def held(self) -> frozenset[str]:
        """The different stems."""
        return frozenset(self.words)

    @cached_property
    def sketch(self) -> frozenset[int]:
        """The hashes of its sketch."""
        return frozenset(self.fingerprint.sketch)

    @cached_property
    def shingles(self) -> frozenset[Shingle]:
        """The three-word sequences."""
        return frozenset(zip(self.words, self.words[1:], self.words[2:], strict=False))

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The two-word sequences."""
        return frozenset(pairwise(self.words))

    @cached_property
    def lead(self) -> dict[str, float]:
        """The profile of headline and lead."""
        return profile(self.fingerprint, LEAD, self._weights)

    @cached_property
    def opening(self) -> dict[str, float]:
        """The profile of headline and opening."""
        return profile(self.fingerprint, OPENING, self._weights)

    def lead_in(self, held: Collection[str]) -> float:
        """Give the share of the lead's words, by weight, that are held there."""
        lead, weights = self.words[:LEAD], self._weights
        found = sum(weights[word] for word in lead if word in held)
        return found / (sum(weights[word] for word in lead) or 1.0)

    def share_in(self, pairs: Collection[tuple[str, str]]) -> float:
        """Give the share of the words that stand in one of these two-word sequences."""
        inside = [pair in pairs for pair in pairwise(self.words)]
        covered = sum(a or b for a, b in zip([False, *inside], [*inside, False], strict=True))
        return covered / max(1, len(self.words))

    def numbers_but(self, held: Collection[str]) -> tuple[str, ...]:
        """Give the numbers of the opening that are not held there."""
        return tuple(number for number in self._numbers if number not in held)


ALL_BUT = 0.9
"""A text of which so much stands in the longer one is a cut of it, however that one begins."""
FORMULA_REST = 8
"""Sequences of its own, besides formulas, below which a text says nothing by its sequences."""


class Evidence:
    """How two articles stand to each other, worked out as far as it is asked for.

    Shares are between 0 and 1; `formulas` are sequences that weigh nothing.
    """

    def __init__(self, one: Text, other: Text, formulas: Collection[Shingle] = ()) -> None:
        self._one, self._other = one, other
        self._short, self._long = sorted(
            (one, other), key=lambda text: (len(text.words), text.words)
        )
        self._shared = _sequences(self._short, self._long, formulas)

    @property
    def sequences(self) -> float:
        """Of the shorter text's three-word sequences, that stand in the longer; formulas aside."""
        return self._shared[0]

    @property
    def resemblance(self) -> float:
        """Of all three-word sequences of both."""
        return self._shared[1]

    @property
    def is_formula(self) -> bool:
        """What they share stands in the articles of other days, too."""
        return self._shared[2]

    @cached_property
    def lead(self) -> float:
        """Of the words of either lead, by weight, that stand in the other text: the lesser share.

        Of a cut only its own lead counts: the longer text may begin otherwise.
        """
        own = self._short.lead_in(self._long.held)
        if self._short.share_in(self._long.pairs) >= ALL_BUT:
            return own
        return min(own, self._long.lead_in(self._short.held))

    @cached_property
    def numbers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The figures of each opening that the other text lacks, where that has others."""
        return new_numbers(self._one, self._other)

    @property
    def days_differ(self) -> bool:
        """Both name weekdays, and no common one."""
        ours, theirs = (set(text.fingerprint.weekdays) for text in (self._one, self._other))
        return bool(ours and theirs) and ours.isdisjoint(theirs)


def new_numbers(one: Text, other: Text) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the numbers of each opening that the other text lacks; none unless both have some.

    A copy that was cut lacks figures, and one that was updated adds some: only both is a conflict.
    """
    ours, theirs = one.numbers_but(other.held), other.numbers_but(one.held)
    return (ours, theirs) if ours and theirs else ((), ())


def _sequences(short: Text, long: Text, formulas: Collection[Shingle]) -> tuple[float, float, bool]:
    """Give the share of the shorter text, of both, and whether formulas are all they share."""
    own, others = short.shingles, long.shingles
    if formulas:
        own, others = own.difference(formulas), others.difference(formulas)
        if len(own) < FORMULA_REST <= len(short.shingles):
            return 0.0, 0.0, True
    common = len(own & others)
    contained = common / max(1, min(len(own), len(others)))
    alike = common / max(1, len(own | others))
    if not formulas and MOST_WORDS in {len(short.words), len(long.words)}:
        whole = overlap(short.fingerprint, long.fingerprint)
        contained, alike = max(contained, whole.containment), max(alike, whole.resemblance)
    return contained, alike, False


def lead_likeness(one: Text, other: Text) -> float:
    """Give how alike headline with lead are: the cosine of tf-idf."""
    return likeness(one.lead, other.lead)


def opening_likeness(one: Text, other: Text) -> float:
    """Give how alike headline with opening are."""
    return likeness(one.opening, other.opening)


def shared_words(one: Text, other: Text, most: int) -> list[str]:
    """Give the words that both are about and that tell most, as the first one writes them."""
    values = {
        word: value * other.opening[word]
        for word, value in one.opening.items()
        if word in other.opening
    }
    best = sorted(values, key=lambda word: (-values[word], word))[:most]
    return [_written(one.fingerprint, word) for word in best]


def _written(fingerprint: Fingerprint, stem: str) -> str:
    words: Iterable[str] = (*fingerprint.title, *fingerprint.words)
    return next((word for word in words if light_stem(word) == stem), stem)


def overlap(one: Fingerprint, other: Fingerprint) -> Overlap:
    """Estimate resemblance and containment from two bottom-k sketches.

    The smallest hashes of the union are a uniform sample of it; the share of the sample that stands
    in both texts estimates the Jaccard resemblance (Broder 1997), and with the sizes, the
    containment.
    """
    if not one.sketch or not other.sketch:
        return Overlap(0.0, 0.0)
    a, b = set(one.sketch), set(other.sketch)
    size = min(len(a | b), max(len(one.sketch), len(other.sketch)))
    sample = sorted(a | b)[:size]
    common = sum(value in a and value in b for value in sample)
    resemblance = common / size
    shared_words = resemblance * (one.size + other.size) / (1 + resemblance)
    return Overlap(resemblance, min(1.0, shared_words / max(1, min(one.size, other.size))))
