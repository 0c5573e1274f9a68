"""What a source prints on pages of different stories, learned from the pages themselves. Pure.

The state is a window over the last pages, so what no longer recurs is forgotten by itself. Four
things tell furniture from reporting:

1. Stories: the pages of one story, its copies and revisions, count once.
2. Place: furniture stands outside the text. From either end of a page, lines are peeled off that
   recur, and labels; what is reached that way is at the edge. A sentence inside never counts.
3. Share: since it was first seen, furniture stands on most pages, background only on those about
   its subject.
4. Subject: where one word of a sentence stands in the title or the first paragraphs of most pages
   that print it, the pages are about it, and the sentence is part of what they say.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from watcher.clean import vocabulary as words
from watcher.clean.credit import is_agency
from watcher.clean.lines import Line, read_line, stems
from watcher.model import Lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from watcher.clean.lines import Draft
    from watcher.model import Article

REPEATED = "this source repeats it"

WINDOW = 20
"""Stories that are remembered."""
LABEL_STORIES, LABEL_SHARE = 4, 0.4
"""A label at the edge: its share leaves room for pages of another make."""
INSIDE_STORIES, INSIDE_SHARE = 6, 0.8
"""A label between paragraphs: sub-headings recur too, but hardly on most pages."""
SENTENCE_STORIES, SENTENCE_SHARE = 8, 0.8
SUBJECT_SHARE = 0.6
_TOP, _BOTTOM, _LABELS = 12, 24, 40
_LONGEST = 400
_SUBJECTS = 20
_OPENING = 3
_SENTENCE = 1
"""The bit of a mark that says so."""
_REFRAIN_WORDS = 4
_GENERAL = words.PADDING | words.PROMPTS | words.NETWORKS | words.CONNECTIVES | words.UNITS


@dataclass(frozen=True, slots=True)
class Page:
    """What is remembered of one story's page: lines under their keys, seen from either end."""

    story: int
    marks: Mapping[int, int]
    """As `Lines` has them."""
    above: tuple[int, ...]
    """Keys from the top downwards."""
    below: tuple[int, ...]
    """Keys from the bottom upwards."""


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is remembered of one source. `lines` has those printed by two pages or more."""

    pages: tuple[Page, ...] = ()
    lines: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learned:
    """A line in force, on how many of how many stories it stands."""

    line: str
    stories: int
    of: int


def learn(known: Furniture, lines: Lines, story: int) -> Furniture:
    """Remember the lines of an article; a page of a story that is remembered is added to it."""
    if not any(mark & _SENTENCE for mark in lines.marks.values()):
        return known
    page = Page(story, lines.marks, lines.above, lines.below)
    before = next((one for one in known.pages if one.story == story), None)
    if before is not None:
        page = _united(before, page)
        pages = tuple(page if one is before else one for one in known.pages)
    else:
        pages = (*known.pages, page)[-WINDOW:]
    counts = Counter(chain.from_iterable(one.marks for one in pages))
    texts = {**known.lines, **lines.texts}
    return Furniture(pages, {key: text for key, text in texts.items() if counts[key] > 1})


def in_force(known: Furniture) -> frozenset[str]:
    """Give the lines that the source repeats now, as it prints them."""
    return frozenset(one.line for one in learned(known))


def learned(known: Furniture) -> tuple[Learned, ...]:
    """List the lines in force, those on most stories first."""
    counts = Counter(key for page in known.pages for key in page.marks if key in known.lines)
    recurring = {key for key, count in counts.items() if _recurs(known, key, count)}
    at_edge = Counter(key for page in known.pages for key in _edge(page, recurring))
    found = [
        Learned(known.lines[key], counts[key], len(known.pages))
        for key in recurring
        if _enough(known, key, at_edge[key], *_wanted(known, key))
        or (not _is_sentence(known, key) and _fills_pages(known, key, counts[key]))
    ]
    return tuple(sorted(found, key=lambda one: (-one.stories, one.line)))


def drop_learned(draft: Draft, repeated: Collection[str]) -> None:
    """Take out of a draft the lines that its source repeats.

    A sentence must stand at the edge, and must not be the article's own: the teaser that all other
    pages print is the lead of one.
    """
    known = {read_line(line).words for line in repeated}
    found = [at for at, line in enumerate(draft.lines) if line.words and line.words in known]
    for at in found:
        if not draft.lines[at].is_paragraph:
            draft.drop(at, REPEATED)
    title = set(_subjects(read_line(draft.title)))
    reachable = {*_reachable(draft, found, 1), *_reachable(draft, found, -1)}
    for at in reachable.intersection(found):
        if not _is_about(draft.lines[at], title):
            draft.drop(at, REPEATED)


# --- one page ---------------------------------------------------------------------------------


def lines_of(article: Article) -> Lines:
    """Read the lines of an article as cleaned, and those taken out because the source repeats them.

    The latter stood at its edge; where exactly is not known any more.
    """
    text = [read_line(line) for line in article.text.split("\n")]
    gone = [read_line(one.line) for one in article.removed if one.why == REPEATED]
    often = Counter(line.words for line in text)
    lines = [line for line in text if often[line.words] == 1 or len(line) < _REFRAIN_WORDS]
    kept = [line for line in (*lines, *gone) if line.words and not _names_agency(line)]
    order = [_key(line) for line in kept]
    outer = {*order[:_TOP], *order[-_BOTTOM:]}
    opening = [line for line in text if line.is_paragraph][:_OPENING]
    found = Counter(
        word for line in (*opening, read_line(article.title)) for word in _subjects(line)
    )
    marks: dict[int, int] = {}
    texts: dict[int, str] = {}
    for key, line in zip(order, kept, strict=True):
        is_wanted = key in outer or (not line.is_paragraph and len(marks) < _LABELS)
        if is_wanted and len(line.text) <= _LONGEST:
            texts[key] = line.text
            subjects = _about(line, found, is_own=line in opening)
            marks[key] = subjects << 1 | line.is_paragraph
    below = tuple(dict.fromkeys(reversed(order)))[:_BOTTOM]
    return Lines(texts, marks, tuple(dict.fromkeys(order))[:_TOP], below)


def _names_agency(line: Line) -> bool:
    return len(line) <= 6 and is_agency(line.text, beside_outlet=True)


def _key(line: Line) -> int:
    digest = hashlib.blake2b(" ".join(line.words).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big")


def _subjects(line: Line) -> tuple[str, ...]:
    """Give the words of a line that may be what a page is about, without their proclitics."""
    return tuple(dict.fromkeys(filter(None, map(_subject, line.words))))[:_SUBJECTS]


@lru_cache(maxsize=8192)
def _subject(word: str) -> str:
    """Give a word without its proclitics; nothing for one that no page is about."""
    if len(word) <= 3 or word.isdigit():
        return ""
    bare = stems(word)[-1]
    return bare if _GENERAL.isdisjoint(stems(bare)) else ""


def _about(line: Line, found: Mapping[str, int], *, is_own: bool) -> int:
    """Say which words of a line a page is about; those of the line itself do not count."""
    subjects = enumerate(_subjects(line))
    return sum(1 << at for at, word in subjects if found.get(word, 0) > is_own)


def _united(one: Page, other: Page) -> Page:
    """Put two pages of one story together; for a line of both, the subjects of both hold."""
    marks = dict(one.marks)
    for key, mark in other.marks.items():
        marks[key] = marks.get(key, 0) & ~_SENTENCE | mark
    longest = max((one, other), key=lambda page: (len(page.below), page.below))
    return Page(one.story, marks, longest.above, longest.below)


# --- all pages --------------------------------------------------------------------------------


def _recurs(known: Furniture, key: int, count: int) -> bool:
    return _enough(known, key, count, *_wanted(known, key)) and not (
        _is_sentence(known, key) and _is_subject(known, key)
    )


def _wanted(known: Furniture, key: int) -> tuple[int, float]:
    is_sentence = _is_sentence(known, key)
    return (SENTENCE_STORIES, SENTENCE_SHARE) if is_sentence else (LABEL_STORIES, LABEL_SHARE)


def _enough(known: Furniture, key: int, count: int, least: int, share: float) -> bool:
    """Tell whether so many stories are enough, of those since the first that prints the line."""
    first = next(at for at, page in enumerate(known.pages) if key in page.marks)
    return count >= max(least, math.ceil(share * (len(known.pages) - first)))


def _fills_pages(known: Furniture, key: int, count: int) -> bool:
    """Tell an insertion that stands inside most texts from a sub-heading."""
    is_on_most = _enough(known, key, count, INSIDE_STORIES, INSIDE_SHARE)
    return is_on_most and not _is_subject(known, key)


def _marks(known: Furniture, key: int) -> list[int]:
    return [page.marks[key] for page in known.pages if key in page.marks]


def _is_sentence(known: Furniture, key: int) -> bool:
    return any(mark & _SENTENCE for mark in _marks(known, key))


def _is_subject(known: Furniture, key: int) -> bool:
    """Tell whether most pages that print a line are about one of its words."""
    masks = [mark >> 1 for mark in _marks(known, key)]
    most = max(sum(mask >> at & 1 for mask in masks) for at in range(_SUBJECTS))
    return most >= SUBJECT_SHARE * len(masks)


def _edge(page: Page, recurring: Collection[int]) -> set[int]:
    """Peel a page from both ends: give the lines reached before the first sentence of its own."""
    return {*_peeled(page, page.above, recurring), *_peeled(page, page.below, recurring)}


def _peeled(page: Page, order: Iterable[int], recurring: Collection[int]) -> Iterator[int]:
    for key in order:
        if key not in recurring and page.marks.get(key, _SENTENCE) & _SENTENCE:
            return
        yield key


def _reachable(draft: Draft, found: Sequence[int], step: int) -> Iterator[int]:
    """Give the lines of a draft that are reached from one end, going past labels and furniture."""
    repeated = set(found)
    for at in range(len(draft.lines))[::step]:
        if at not in repeated and draft.lines[at].is_paragraph:
            return
        yield at


def _is_about(line: Line, title: Collection[str]) -> bool:
    own = sum(word in title for word in _subjects(line))
    return bool(title) and own >= max(2, len(title) / 2)
