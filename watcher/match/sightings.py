"""Where the terms of one rule stand in one article, and what nearly stood there. Pure.

A stream is a text in which positions compare: 0 is the title, 1 the text, then what is said about
the article (source, author, url, each tag, language), one stream a value.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from watcher.arabic import Term as Wanted
from watcher.arabic import Terms, words_of
from watcher.match.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from watcher.arabic import Words
    from watcher.match.written import Field, Mode, Term, Unit
    from watcher.model import Article

TITLE, TEXT = 0, 1
LEAD_WORDS = 60


class Spot(NamedTuple):
    """A hit: words first to last of a stream, and the code points of its text."""

    stream: int
    first: int
    last: int
    start: int
    end: int
    term: str


class NearMiss(NamedTuple):
    """Why a term that does not occur nearly did; `spots` are where, if it is at a place."""

    note: str
    spots: tuple[Spot, ...] = ()


class Sightings:
    """An article, and where each of some terms stands in it."""

    def __init__(self, article: Article, source_name: str, terms: Iterable[Term]) -> None:
        about: dict[Field, Sequence[str]] = {
            "source": tuple(dict.fromkeys((article.source, source_name))),
            "author": (article.author,),
            "url": (article.url,),
            "tags": article.tags,
            "language": (article.language,),
        }
        named = [(field, value) for field, values in about.items() for value in values if value]
        self.fields: list[Field] = ["title", "text", *(field for field, _ in named)]
        self.texts = [article.title, article.text, *(value for _, value in named)]
        self.words = [words_of(text) for text in self.texts]
        self._terms: list[tuple[Mode, str]] = list(dict.fromkeys((t.mode, t.text) for t in terms))
        self._spots = self._look()
        self._near_misses: dict[str, NearMiss | None] = {}

    def spots(self, term: Term) -> tuple[Spot, ...]:
        """Give where a term stands, in every field."""
        return self._spots.get((term.mode, term.text), ())

    def units(self, spot: Spot, unit: Unit) -> range:
        """Number the sentences or paragraphs that a hit touches."""
        words = self.words[spot.stream]
        numbers = words.sentence if unit == "sentence" else words.paragraph
        return range(numbers[spot.first], numbers[spot.last] + 1) if numbers else range(1)

    def near_miss(self, term: Term) -> NearMiss | None:
        """Say what came nearest to a term that stands nowhere."""
        loose = self._loose.get((term.mode, term.text))
        if loose:
            return NearMiss(self._refused(term, loose[0]), loose)
        if term.mode in {"literal", "regex"}:
            return None
        if term.text not in self._near_misses:
            self._near_misses[term.text] = self._scattered(term.text)
        return self._near_misses[term.text]

    # looking

    def _look(self) -> dict[tuple[Mode, str], tuple[Spot, ...]]:
        terms = [term for term in self._terms if term[0] in {"inflected", "exact"}]
        others = [term for term in self._terms if term[0] in {"literal", "regex"}]
        found: dict[tuple[Mode, str], list[Spot]] = {}
        compiled = Terms([_wanted(*term) for term in terms])
        for stream, text in enumerate(self.texts):
            words = self.words[stream]
            for hit in compiled.scan(words):
                key = terms[hit.term]
                spot = Spot(stream, hit.first, hit.last, hit.start, hit.end, key[1])
                found.setdefault(key, []).append(spot)
            for key in others:
                for start, end in _places(*key, text):
                    spot = Spot(stream, *_placed(words, start, end), start, end, key[1])
                    found.setdefault(key, []).append(spot)
        return {key: tuple(sorted(spots)) for key, spots in found.items()}

    # near misses

    @cached_property
    def _loose(self) -> dict[tuple[Mode, str], tuple[Spot, ...]]:
        """Find what is missing once more, without harakat, differences of spelling, and modes."""
        missing = [t for t in self._terms if t not in self._spots and t[0] != "regex"]
        compiled = Terms([_unmarked(text) for _, text in missing])
        found: dict[tuple[Mode, str], list[Spot]] = {}
        for stream, words in enumerate(self.words[: TEXT + 1]):
            # Side by side whatever stands between: a sentence end is one of the reasons looked for.
            bare = words_of(" ".join(map(_unmarked, words.raw)))
            if len(bare) != len(words):
                continue
            for hit in compiled.scan(bare):
                key = missing[hit.term]
                start, end = words.starts[hit.first], words.ends[hit.last]
                found.setdefault(key, []).append(
                    Spot(stream, hit.first, hit.last, start, end, key[1])
                )
        return {key: tuple(spots) for key, spots in found.items()}

    def _refused(self, term: Term, spot: Spot) -> str:
        printed = self.texts[spot.stream][spot.start : spot.end]
        place = self.fields[spot.stream]
        head = f"not found, but «{printed}» stands in the {place}"
        if term.mode == "literal":
            return f"{head}: `literal` takes these characters only"
        sentences = self.words[spot.stream].sentence
        if sentences[spot.first] != sentences[spot.last]:
            return f"{head}: a sentence ends inside it"
        if _unmarked(printed) != printed or _unmarked(term.text) != term.text:
            return f"{head}: its harakat say another word"
        if term.mode == "exact":
            return f"{head}: `exact` takes no inflection"
        return f"{head}: it reads as another word"

    def _scattered(self, phrase: str) -> NearMiss | None:
        """Say how far apart the words of a phrase stand, or which of them is missing."""
        parts = words_of(phrase).raw
        if len(parts) < 2:
            return None
        compiled = Terms(parts)
        best: tuple[int, NearMiss] | None = None
        seen = set[int]()
        for stream, words in enumerate(self.words[: TEXT + 1]):
            hits = [(hit.first, hit.term) for hit in compiled.scan(words)]
            seen.update(term for _, term in hits)
            window = _smallest_window(hits, len(parts))
            if window and (best is None or window[1] - window[0] < best[0]):
                best = window[1] - window[0], self._apart(stream, *window, phrase)
        if best:
            return best[1]
        missing = [f"«{part}»" for n, part in enumerate(parts) if n not in seen]
        if len(missing) in {0, len(parts)}:
            return None
        verb = "does" if len(missing) == 1 else "do"
        return NearMiss(f"not found: {' and '.join(missing)} {verb} not occur")

    def _apart(self, stream: int, first: int, last: int, phrase: str) -> NearMiss:
        words, field = self.words[stream], self.fields[stream]
        between = last - first + 1 - len(words_of(phrase))
        how = f"with {between} more between them" if between > 0 else "in another order or form"
        spot = Spot(stream, first, last, words.starts[first], words.ends[last], phrase)
        return NearMiss(f"its words stand in the {field}, {how}", (spot,))


def _wanted(mode: Mode, text: str) -> Wanted:
    return Wanted(text, "exact" if mode == "exact" else "inflected")


def _unmarked(text: str) -> str:
    """Take harakat off."""
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _places(mode: Mode, pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Give where a literal or regular expression stands; places do not overlap."""
    if mode == "regex":
        yield from (found.span() for found in regex(pattern).finditer(text) if found.group())
        return
    start = text.find(pattern)
    while start >= 0:
        yield start, start + len(pattern)
        start = text.find(pattern, start + len(pattern))


def _placed(words: Words, start: int, end: int) -> tuple[int, int]:
    """Give the words that what a pattern found touches, or else stands before."""
    last_word = max(0, len(words) - 1)
    first = min(bisect_right(words.ends, start), last_word)
    return first, max(first, bisect_left(words.starts, end) - 1)


def _smallest_window(hits: Sequence[tuple[int, int]], wanted: int) -> tuple[int, int] | None:
    """Give the first and last word of the shortest stretch with all the wanted words."""
    latest: dict[int, int] = {}
    best: tuple[int, int] | None = None
    for place, term in sorted(hits):
        latest[term] = place
        if len(latest) == wanted:
            window = min(latest.values()), place
            if best is None or window[1] - window[0] < best[1] - best[0]:
                best = window
    return best
