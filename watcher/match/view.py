"""What of the rules' atoms stands in one article, and where. Pure.

An atom is a term, literal or regular expression that rules share; it is looked for once an article.
Terms are numbered from 0 upwards, patterns from -1 downwards.
A stream is a text in which positions compare: 0 is the title, 1 the text, then what is said about
the article (source, author, url, each tag, language), one stream a value.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from watcher.arabic import Hit, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from watcher.arabic import Terms, Words
    from watcher.match.nodes import Leaf
    from watcher.match.patterns import Patterns
    from watcher.match.written import Unit
    from watcher.model import Article

TITLE, TEXT = 0, 1
LEAD_WORDS = 60
ENDLESS = 1 << 60


class Range(NamedTuple):
    """Part of a stream, in words.

    A hit is inside if it ends at `lo` or later, begins at `hi` or before, and not before `after`.
    """

    stream: int
    lo: int = 0
    hi: int = ENDLESS
    after: int = 0


Region: TypeAlias = tuple[Range, ...]

WHOLE: Region = (Range(TITLE), Range(TEXT))
TITLE_ONLY: Region = (Range(TITLE),)
TITLE_AND_LEAD: Region = (Range(TITLE), Range(TEXT, hi=LEAD_WORDS - 1))


class Track:
    """The hits of some atoms in one stream, in the order in which they begin."""

    __slots__ = ("_firsts", "_longest", "hits")

    def __init__(self, hits: list[Hit]) -> None:
        self.hits = sorted(hits, key=lambda hit: (hit.first, hit.last, hit.term))
        self._firsts = [hit.first for hit in self.hits]
        self._longest = max(hit.last - hit.first for hit in hits)

    def inside(self, part: Range) -> Iterator[Hit]:
        """Give the hits in a range."""
        begin = bisect_left(self._firsts, max(part.after, part.lo - self._longest))
        for index in range(begin, bisect_right(self._firsts, part.hi, begin)):
            hit = self.hits[index]
            if hit.last >= part.lo:
                yield hit

    def occurs(self, part: Range) -> bool:
        """Tell whether a hit stands in a range."""
        return any(True for _ in self.inside(part))

    def end(self, part: Range) -> int | None:
        """Give the word at which the first hit to end in a range ends."""
        best: int | None = None
        for hit in self.inside(part):
            if best is not None and hit.first > best:
                break
            best = hit.last if best is None else min(best, hit.last)
        return best


class View:
    """An article as the rules see it."""

    __slots__ = ("_about", "_tracks", "_words", "hits")

    def __init__(self, words: list[Words], about: Mapping[str, range]) -> None:
        self.hits: dict[int, dict[int, list[Hit]]] = {}
        """Atom to stream to hits; an atom that does not occur is not there."""
        self._words = words
        self._about = about
        self._tracks: dict[int, dict[int, Track]] = {}

    def add(self, stream: int, hit: Hit) -> None:
        """Note a hit."""
        self.hits.setdefault(hit.term, {}).setdefault(stream, []).append(hit)

    def tracks(self, leaf: Leaf) -> dict[int, Track]:
        """Give the hits of a leaf by stream; asked for by many rules, put together once."""
        tracks = self._tracks.get(leaf.number)
        if tracks is None:
            tracks = self._tracks[leaf.number] = self._merged(leaf)
        return tracks

    def _merged(self, leaf: Leaf) -> dict[int, Track]:
        present = leaf.atoms & self.hits.keys() if len(leaf.atoms) > 1 else leaf.atoms
        merged: dict[int, list[Hit]] = {}
        for atom in present:
            for stream, hits in self.hits.get(atom, {}).items():
                merged.setdefault(stream, []).extend(hits)
        return {stream: Track(hits) for stream, hits in merged.items()}

    def unit(self, stream: int, unit: Unit, hit: Hit) -> Iterator[Range]:
        """Give the sentences or paragraphs that a hit touches, as ranges."""
        words = self._words[stream]
        numbers = words.sentence if unit == "sentence" else words.paragraph
        if not numbers:
            yield Range(stream)
            return
        for number in range(numbers[hit.first], numbers[hit.last] + 1):
            yield Range(stream, bisect_left(numbers, number), bisect_right(numbers, number) - 1)

    def about(self, field: str) -> range:
        """Give the streams of a field that says something about the article."""
        return self._about.get(field, range(0))


def look(article: Article, source_name: str, terms: Terms, patterns: Patterns) -> View:
    """Look for every atom in every field of an article."""
    fields = {
        "source": dict.fromkeys((article.source, source_name)),
        "author": (article.author,),
        "url": (article.url,),
        "tags": article.tags,
        "language": (article.language,),
    }
    texts, about = [article.title, article.text], {}
    for field, values in fields.items():
        begin = len(texts)
        texts.extend(value for value in values if value)
        about[field] = range(begin, len(texts))
    words = [words_of(text) for text in texts]
    seen = View(words, about)
    for stream, text in enumerate(texts):
        for hit in terms.scan(words[stream]):
            seen.add(stream, hit)
        for hit in _pattern_hits(patterns, text, words[stream]):
            seen.add(stream, hit)
    return seen


def _pattern_hits(patterns: Patterns, text: str, words: Words) -> Iterator[Hit]:
    """Give what patterns find, placed on the words that it touches or else stands before."""
    if not len(patterns):
        return
    for number, start, end in patterns.find(text):
        last_word = max(0, len(words) - 1)
        first = min(bisect_right(words.ends, start), last_word)
        last = max(first, bisect_left(words.starts, end) - 1)
        yield Hit(~number, first, last, start, end)
