"""How much a word tells: little where many stories have it, much where few do. Pure.

Inverse document frequency (Spärck Jones 1972), with counts from the archive itself, so that what is
told every day in this language, of this country and in this month's great affair weighs little.
Counted are stories, not articles: a report that forty outlets copy makes no name common.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from watcher.arabic import light_stem
from watcher.story.fingerprint import hashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from watcher.model import Fingerprint, Neighbor, WordCounts

LEAD = 30
"""Content words: about the first two sentences, which say what a report is about."""
OPENING = 100
WORD_KEYS = 16
"""Words under which an article is filed beside its sketch."""
COMMON_STORIES, COMMON_SHARE = 25, 0.02
"""A word that more stories than both have is not followed: it would lead everywhere."""
_PRIOR = 50
"""Stories that count as told before the first one: of a few articles no word is frequent yet."""
_TITLE = 2
"""Words of a headline count twice."""


class Weights(dict[str, float]):
    """How much a stem tells, between 0 and 1; 1 for words never met. Worked out when asked for."""

    def __init__(self, counts: WordCounts) -> None:
        super().__init__()
        self.stories = counts.stories
        self._counts = counts.of
        self._known = counts.stories + _PRIOR
        self._most = math.log(1 + self._known)

    def __missing__(self, word: str) -> float:
        """Weigh a stem for the first time."""
        held = self._counts.get(word, 0)
        found = self[word] = math.log(1 + self._known / (held + 1)) / self._most
        return found


def words_of_note(fingerprint: Fingerprint) -> list[str]:
    """List the stems of the headline and of the opening, which are weighed, with repetitions."""
    return list(map(light_stem, chain(fingerprint.title, fingerprint.words[:OPENING])))


def words_to_count(fingerprint: Fingerprint) -> set[str]:
    """Give the stems by which a new story is counted."""
    return set(words_of_note(fingerprint))


def words_to_weigh(fingerprint: Fingerprint, neighbors: Iterable[Neighbor] = ()) -> set[str]:
    """Give the stems whose counts `relate` wants to know."""
    others = (words_of_note(neighbor.fingerprint) for neighbor in neighbors)
    return set(words_of_note(fingerprint)).union(*others)


def profile(fingerprint: Fingerprint, most: int, weights: Weights) -> dict[str, float]:
    """Weigh the stems of the headline and the first words: stem -> tf-idf, of length 1."""
    found = Counter(map(light_stem, fingerprint.words[:most]))
    for word in fingerprint.title:
        found[light_stem(word)] += _TITLE
    told = {word: (1 + math.log(n)) * weights[word] for word, n in found.items()}
    length = math.hypot(*told.values())
    return {word: value / length for word, value in told.items()}


def word_keys(fingerprint: Fingerprint, counts: WordCounts) -> tuple[int, ...]:
    """Give the index keys of the words that tell most of the article; none of very common ones."""
    limit = max(COMMON_STORIES, COMMON_SHARE * counts.stories)
    weighed = profile(fingerprint, OPENING, Weights(counts))
    some = [word for word in weighed if counts.of.get(word, 0) <= limit]
    some.sort(key=lambda word: (-weighed[word], word))
    return tuple(hashed(f"word {word}") for word in some[:WORD_KEYS])


def likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Give the cosine of two profiles."""
    return sum(value * other[word] for word, value in one.items() if word in other)
