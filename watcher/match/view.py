"""What of the rules' atoms stands in one article, and where. Pure.

An atom is a term, literal or regular expression that rules share; it is looked for once an article.
A stream is a text in which positions compare: the title, the text, the credit that was lifted off
the head of the text, then what is said about the article (source, author, url, each tag, language),
one stream a value.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from watcher.arabic import words_of
from watcher.match.atoms import atom_of, text_of
from watcher.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from watcher.arabic import Terms, Words
    from watcher.match.nodes import Leaf
    from watcher.match.patterns import Patterns
    from watcher.match.written import Unit
    from watcher.model import Article

TITLE, TEXT, CREDIT = 0, 1, 2
FIELD_OF = {TITLE: "title", TEXT: "text", CREDIT: "credit"}
LEAD_WORDS = 60
ENDLESS = 1 << 60

Place: TypeAlias = tuple[int, int, str]
"""First word, last word, atom."""
SpanKey: TypeAlias = tuple[int, int, int, str]


class Range(NamedTuple):
    """Part of a stream, in words.

    A hit is inside if it ends at `lo` or later, begins at `hi` or before, and not before `after`.
    """

    stream: int
    lo: int = 0
    hi: int = ENDLESS
    after: int = 0


Region: TypeAlias = tuple[Range, ...]

WHOLE: Region = (Range(TITLE), Range(CREDIT), Range(TEXT))
TITLE_ONLY: Region = (Range(TITLE),)
TITLE_AND_LEAD: Region = (Range(TITLE), Range(CREDIT), Range(TEXT, hi=LEAD_WORDS - 1))


class Track:
    """The places of some atoms in one stream, in the order in which they begin."""

    __slots__ = ("_firsts", "_longest", "places")

    def __init__(self, places: list[Place]) -> None:
        self.places = places
        self._firsts = [first for first, _, _ in places]
        self._longest = max(last - first for first, last, _ in places)

    def inside(self, part: Range) -> Sequence[Place]:
        """Give the places in a range."""
        _, lo, hi, after = part
        if hi == ENDLESS and not lo and not after:
            return self.places
        firsts = self._firsts
        begin = bisect_left(firsts, max(after, lo - self._longest))
        places = self.places[begin : bisect_right(firsts, hi, begin)]
        if self._longest and lo:
            return [place for place in places if place[1] >= lo]
        return places

    def begins(self, part: Range) -> list[int]:
        """Give the first word of each place in a range, in order."""
        return [first for first, _, _ in self.inside(part)]

    def extent(self, part: Range) -> tuple[int, int]:
        """Give the first and the last word of what stands in a range, which is not empty."""
        begin = bisect_left(self._firsts, max(part.after, part.lo - self._longest))
        while self.places[begin][1] < part.lo:
            begin += 1
        near_the_end = self.inside(part._replace(lo=max(part.lo, part.hi - self._longest)))
        return self._firsts[begin], max(last for _, last, _ in near_the_end)

    def occurs(self, part: Range) -> bool:
        """Tell whether a place is in a range."""
        _, lo, hi, after = part
        firsts = self._firsts
        begin = bisect_left(firsts, max(after, lo - self._longest))
        while begin < len(firsts) and firsts[begin] <= hi:
            if self.places[begin][1] >= lo:
                return True
            begin += 1
        return False

    def end(self, part: Range) -> int | None:
        """Give the word at which the first place to end in a range ends."""
        _, lo, hi, after = part
        best: int | None = None
        begin = bisect_left(self._firsts, max(after, lo - self._longest))
        for index in range(begin, len(self.places)):
            first, last, _ = self.places[index]
            if first > hi or (best is not None and first > best):
                break
            if last >= lo:
                best = last if best is None else min(best, last)
        return best


class Stream:
    """One text of an article: the atoms that occur, and where, once somebody asks."""

    __slots__ = ("_places", "_survey", "atoms", "exact", "words")

    def __init__(self, text: str, terms: Terms, patterns: Patterns) -> None:
        self.words: Words = words_of(text)
        self.exact: dict[Place, list[tuple[int, int]]] = {}
        """Code points of what patterns found, which need not be whole words."""
        self._places: dict[str, list[tuple[int, int]]] | None = None
        self._survey = terms.survey(self.words)
        self.atoms: set[str] = self._survey.labels
        if len(patterns):
            self._look_for(patterns)

    def _look_for(self, patterns: Patterns) -> None:
        """Place what patterns find on the words that it touches or else stands before."""
        words = self.words
        for number, start, end in patterns.find(words.text):
            atom = atom_of(*patterns.texts[number])
            last_word = max(0, len(words) - 1)
            first = min(bisect_right(words.ends, start), last_word)
            last = max(first, bisect_left(words.starts, end) - 1)
            self.atoms.add(atom)
            self.exact.setdefault((first, last, atom), []).append((start, end))

    def places(self, atom: str) -> list[tuple[int, int]]:
        """Give first and last word of each hit of an atom, in the order of the text."""
        if self._places is None:
            self._places = self._survey.places()
            for first, last, found in sorted(self.exact):
                self._places.setdefault(found, []).append((first, last))
        return self._places.get(atom, [])

    def spans(self, place: Place) -> list[tuple[int, int]]:
        """Give the code points of a hit."""
        found = self.exact.get(place)
        if found is not None:
            return found
        return [self._survey.span(place[0], place[1])]


class View:
    """An article as the rules see it."""

    __slots__ = ("_about", "_spans", "_tracks", "atoms", "streams")

    def __init__(self, streams: list[Stream], about: Mapping[str, range]) -> None:
        self.streams = streams
        self.atoms: set[str] = set().union(*(stream.atoms for stream in streams))
        """Every atom that occurs."""
        self._about = about
        self._tracks: dict[frozenset[str], dict[int, Track]] = {}
        self._spans: dict[tuple[int, Place], list[tuple[SpanKey, Span]]] = {}

    def tracks(self, leaf: Leaf) -> dict[int, Track]:
        """Give the places of a leaf by stream; asked for by many rules, put together once."""
        tracks = self._tracks.get(leaf.atoms)
        if tracks is None:
            tracks = self._tracks[leaf.atoms] = self._merged(leaf.atoms)
        return tracks

    def _merged(self, atoms: frozenset[str]) -> dict[int, Track]:
        merged: dict[int, Track] = {}
        for number, stream in enumerate(self.streams):
            present = atoms & stream.atoms
            if present:
                places = [(*place, atom) for atom in present for place in stream.places(atom)]
                if len(present) > 1:
                    places.sort()
                merged[number] = Track(places)
        return merged

    def spans(self, stream: int, place: Place) -> list[tuple[SpanKey, Span]]:
        """Give the evidence that a hit is, with what it is sorted by; rules share it."""
        spans = self._spans.get((stream, place))
        if spans is None:
            field, term = FIELD_OF[stream], text_of(place[2])
            spans = self._spans[stream, place] = [
                ((stream, start, end, term), Span(field, start, end, term))
                for start, end in self.streams[stream].spans(place)
            ]
        return spans

    def unit(self, stream: int, unit: Unit, place: Place) -> Iterator[Range]:
        """Give the sentences or paragraphs that a hit touches, as ranges."""
        words = self.streams[stream].words
        numbers = words.sentence if unit == "sentence" else words.paragraph
        if not numbers:
            yield Range(stream)
            return
        for number in range(numbers[place[0]], numbers[place[1]] + 1):
            yield Range(stream, bisect_left(numbers, number), bisect_right(numbers, number) - 1)

    def about(self, field: str) -> range:
        """Give the streams of a field that says something about the article."""
        return self._about.get(field, range(0))


def look(
    article: Article,
    source_name: str,
    terms: Terms,
    patterns: Patterns,
    fields: frozenset[str] | None = None,
) -> View:
    """Look for every atom in every field of an article.

    `fields` are those about the article that any rule looks into; None for all of them.
    """
    values = {
        "source": (article.source, source_name),
        "author": (article.author,),
        "url": (article.url,),
        "tags": article.tags,
        "language": (article.language,),
    }
    texts, about = [article.title, article.text, article.credit], {}
    for field in values if fields is None else fields:
        begin = len(texts)
        texts.extend(filter(None, dict.fromkeys(values[field])))
        about[field] = range(begin, len(texts))
    return View([Stream(text, terms, patterns) for text in texts], about)


def merged(parts: list[Range]) -> list[Range]:
    """Join ranges of one stream that touch each other: what is in one of them is in the whole."""
    joined: list[Range] = []
    for part in sorted(parts):
        if joined and part.lo <= joined[-1].hi + 1 and part.after == joined[-1].after:
            joined[-1] = joined[-1]._replace(hi=max(part.hi, joined[-1].hi))
        else:
            joined.append(part)
    return joined
