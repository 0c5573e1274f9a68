"""What of the rules' atoms stands in one article, and where. Pure.

An atom is a term, literal or regular expression that rules share; it is looked for once an article.
A stream is a text in which positions compare: the title, the text, the credit that was lifted off
the head of the text, then what is said about the article (source, author, url, each tag, language),
one stream a value.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from watcher.arabic import words_of
from watcher.match.atoms import atom_of, text_of
from watcher.model import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from watcher.arabic import Terms, Words
    from watcher.arabic.survey import Columns
    from watcher.match.patterns import Patterns
    from watcher.match.written import Unit
    from watcher.model import Article

TITLE, TEXT, CREDIT = 0, 1, 2
FIELD_OF = {TITLE: "title", TEXT: "text", CREDIT: "credit"}
LEAD_WORDS = 60
ENDLESS = 1 << 60

Atoms: TypeAlias = tuple[str, ...]
"""Any of these."""
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

    __slots__ = ("_longest", "firsts", "lasts")

    def __init__(self, firsts: list[int], lasts: list[int]) -> None:
        """Take first and last words; one list where every place is one word."""
        self.firsts, self.lasts = firsts, lasts
        pairs = () if firsts is lasts else zip(firsts, lasts, strict=True)
        self._longest = max((last - first for first, last in pairs), default=0)

    def inside(self, part: Range) -> list[tuple[int, int]]:
        """Give first and last word of the places in a range."""
        return [(self.firsts[index], self.lasts[index]) for index in self._inside(part)]

    def begins(self, part: Range) -> list[int]:
        """Give the first word of each place in a range, in order."""
        return [self.firsts[index] for index in self._inside(part)]

    def extent(self, part: Range) -> tuple[int, int]:
        """Give the first and the last word of what stands in a range, which is not empty."""
        begin = next(self._inside(part))
        near_the_end = self._inside(part._replace(lo=max(part.lo, part.hi - self._longest)))
        return self.firsts[begin], max(self.lasts[index] for index in near_the_end)

    def occurs(self, lo: int, hi: int, after: int = 0) -> bool:
        """Tell whether a place is in a range."""
        firsts = self.firsts
        begin = bisect_left(firsts, max(after, lo - self._longest))
        if not self._longest:
            return begin < len(firsts) and firsts[begin] <= hi
        end = bisect_right(firsts, hi, begin)
        return any(self.lasts[index] >= lo for index in range(begin, end))

    def end(self, part: Range) -> int | None:
        """Give the word at which the first place to end in a range ends."""
        return min((self.lasts[index] for index in self._inside(part)), default=None)

    def _inside(self, part: Range) -> Iterator[int]:
        _, lo, hi, after = part
        begin = bisect_left(self.firsts, max(after, lo - self._longest))
        indexes = range(begin, bisect_right(self.firsts, hi, begin))
        return (index for index in indexes if self.lasts[index] >= lo)


class Stream:
    """One text of an article: the atoms that occur, and where, once somebody asks."""

    __slots__ = ("_patterned", "_survey", "atoms", "exact", "words")

    def __init__(self, text: str, terms: Terms, patterns: Patterns) -> None:
        self.words: Words = words_of(text)
        self.exact: dict[Place, list[tuple[int, int]]] = {}
        """Code points of what patterns found, which need not be whole words."""
        self._patterned: dict[str, list[tuple[int, int]]] = {}
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
            self.exact.setdefault((first, last, atom), []).append((start, end))
        for first, last, atom in sorted(self.exact):
            self._patterned.setdefault(atom, []).append((first, last))
        self.atoms.update(self._patterned)

    def columns(self, atom: str) -> Columns:
        """Give the first and the last words of the hits of an atom."""
        patterned = self._patterned.get(atom)
        if patterned is None:
            return self._survey.columns(atom)
        return [first for first, _ in patterned], [last for _, last in patterned]

    def spans(self, place: Place) -> list[tuple[int, int]]:
        """Give the code points of a hit."""
        found = self.exact.get(place)
        if found is not None:
            return found
        return [self._survey.span(place[0], place[1])]


class View:
    """An article as the rules see it."""

    __slots__ = ("_about", "_spans", "_tracks", "atoms", "core", "streams")

    def __init__(self, streams: dict[int, Stream], about: Mapping[str, range]) -> None:
        """Take the streams that have a text."""
        self.streams = streams
        core = [stream.atoms for number, stream in streams.items() if number in FIELD_OF]
        others = [stream.atoms for number, stream in streams.items() if number not in FIELD_OF]
        self.core: set[str] = core[0] if len(core) == 1 else set().union(*core)
        """Every atom that occurs in title, text and credit."""
        self.atoms = self.core.union(*others) if others else self.core
        """Every atom that occurs."""
        self._about = about
        self._tracks: dict[Atoms, dict[int, Track]] = {}
        self._spans: dict[tuple[int, Place], list[tuple[SpanKey, Span]]] = {}

    def tracks(self, atoms: Atoms) -> dict[int, Track]:
        """Give the places of any of some atoms by stream; asked for by many, put together once."""
        tracks = self._tracks.get(atoms)
        if tracks is None:
            tracks = self._tracks[atoms] = {
                number: _joined([stream.columns(atom) for atom in present])
                for number, stream in self.streams.items()
                if (present := [atom for atom in atoms if atom in stream.atoms])
            }
        return tracks

    def places(self, atoms: Atoms, part: Range) -> Iterator[Place]:
        """Give the places of each atom in a range."""
        for atom in atoms:
            track = self.tracks((atom,)).get(part.stream)
            if track is not None:
                yield from ((first, last, atom) for first, last in track.inside(part))

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

    def unit(self, stream: int, unit: Unit, first: int, last: int) -> Iterator[Range]:
        """Give the sentences or paragraphs that a hit touches, as ranges."""
        words = self.streams[stream].words
        numbers = words.sentence if unit == "sentence" else words.paragraph
        if not numbers:
            yield Range(stream)
            return
        for number in range(numbers[first], numbers[last] + 1):
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
    texts, about = [article.title, article.text, article.credit], {}
    for field in _ABOUT if fields is None else fields:
        begin = len(texts)
        texts.extend(filter(None, dict.fromkeys(_ABOUT[field](article, source_name))))
        about[field] = range(begin, len(texts))
    streams = {n: Stream(text, terms, patterns) for n, text in enumerate(texts) if text}
    return View(streams, about)


_ABOUT: dict[str, Callable[[Article, str], tuple[str, ...]]] = {
    "source": lambda article, source_name: (article.source, source_name),
    "author": lambda article, _: (article.author,),
    "url": lambda article, _: (article.url,),
    "tags": lambda article, _: article.tags,
    "language": lambda article, _: (article.language,),
}


def _joined(columns: list[Columns]) -> Track:
    """Put the hits of several atoms in order."""
    if len(columns) == 1:
        return Track(*columns[0])
    if all(firsts is lasts for firsts, lasts in columns):
        words = sorted(chain.from_iterable(firsts for firsts, _ in columns))
        return Track(words, words)
    pairs = sorted(chain.from_iterable(zip(*column, strict=True) for column in columns))
    return Track([first for first, _ in pairs], [last for _, last in pairs])


def merged(parts: list[Range]) -> list[Range]:
    """Join ranges of one stream that touch each other: what is in one of them is in the whole."""
    joined: list[Range] = []
    for part in sorted(parts):
        if joined and part.lo <= joined[-1].hi + 1 and part.after == joined[-1].after:
            joined[-1] = joined[-1]._replace(hi=max(part.hi, joined[-1].hi))
        else:
            joined.append(part)
    return joined
