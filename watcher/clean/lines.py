"""A line of scraped text and what its form alone says. Pure. Knows no vocabulary of news pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from watcher.arabic import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_WORD = re.compile(r"[^\W_]+")
_BULLET = re.compile(r"^[\s\-\u2013\u2014\u2022\u25cf\u25aa\u25ba\u25c4\u00b7*|\u00bb\u00ab>]+")
_STOP = re.compile(r"[.!?\u061f\u2026\u06d4][\s\"'\u201c\u201d\u2019\u00bb)\]\u200e\u200f]*$")
_FULL_STOP = re.compile(r"[.\u06d4][\s\"'\u201c\u201d\u2019\u00bb)\]\u200e\u200f]*$")
_CLOSED = re.compile(r"[:\u061b;\"\u201c\u201d\u00bb)\]]\s*$")
_PROCLITICS = re.compile(r"^[وف]?(?:ال|لل|[بكل]ال|[بكل](?=\w{3}))?(?=\w{2})")

LONG_WORDS = 12
"""A line of so many words that ends like a sentence is the article's, whatever it looks like."""
UNSTOPPED_WORDS = 25
"""A paragraph whose full stop was forgotten is still longer than headlines are."""


@dataclass(frozen=True)
class Line:
    """A line as it stands, and folded: `words` without marks, bullets, punctuation."""

    text: str
    folded: str
    words: tuple[str, ...]

    def __len__(self) -> int:
        """Count the words."""
        return len(self.words)

    @cached_property
    def is_stopped(self) -> bool:
        """Whether it ends with a full stop, question mark, exclamation mark or ellipsis."""
        return bool(_STOP.search(self.text))

    @cached_property
    def has_full_stop(self) -> bool:
        """Whether it ends with a full stop, as sentences do and headlines do not."""
        return bool(_FULL_STOP.search(self.text)) and not self.text.rstrip().endswith("..")

    @property
    def is_open(self) -> bool:
        """Whether it ends without any mark that closes a sentence, a quotation or a label."""
        return not self.is_stopped and not _CLOSED.search(self.text)

    @property
    def is_sentence(self) -> bool:
        """Whether it is long and ends like a sentence."""
        return len(self) >= LONG_WORDS and self.is_stopped

    @property
    def is_paragraph(self) -> bool:
        """Whether its form says: running text, not headline, label or widget."""
        return (len(self) >= 5 and self.has_full_stop) or len(self) >= UNSTOPPED_WORDS

    @property
    def is_bulleted(self) -> bool:
        """Whether it opens with a bullet or dash."""
        return bool(_BULLET.match(self.text))


@dataclass(slots=True)
class Draft:
    """The article being cleaned: its lines, and why some of them are no part of it.

    `why` maps the index of a removed line to the reason; `lifted` maps the index of a line to what
    is left of it after its front was moved into another field.
    """

    lines: Sequence[Line]
    title: str = ""
    author: str = ""
    credit: str = ""
    why: dict[int, str] = field(default_factory=dict)
    lifted: dict[int, str] = field(default_factory=dict)

    def kept(self) -> list[int]:
        """Give the indexes of the lines that nothing has spoken against."""
        return [at for at in range(len(self.lines)) if at not in self.why]

    def drop(self, at: int, why: str) -> None:
        """Say why a line is no part of the article; the first reason stands."""
        self.why.setdefault(at, why)

    def body(self) -> tuple[int, int]:
        """Give the first and one past the last line of running text; (n, n) where there is none."""
        running = [at for at in self.kept() if self.lines[at].is_paragraph]
        return (running[0], running[-1] + 1) if running else (len(self.lines), len(self.lines))


def read_line(text: str) -> Line:
    """Read one line; bullets are no part of its words."""
    bare = fold(_BULLET.sub("", text)).strip()
    return Line(text.strip(), bare, tuple(_WORD.findall(bare)))


def same_words(one: Line, other: Line) -> bool:
    """Tell whether two lines say the same but for spelling and punctuation."""
    return bool(one.words) and one.words == other.words


def is_cut_of(short: Line, whole: Line) -> bool:
    """Tell whether `short` is `whole` cut off after at least four words."""
    size = len(short)
    return 4 <= size < len(whole) and whole.words[:size] == short.words and size * 2 > len(whole)


@lru_cache(maxsize=8192)
def stems(word: str) -> tuple[str, ...]:
    """Give a folded word with and without what is written onto its front (و ف ب ك ل ال).

    >>> stems("والتعليقات")
    ('والتعليقات', 'تعليقات')
    """
    found = _PROCLITICS.match(word)
    bare = word[found.end() :] if found else word
    once = word[1:] if word[:1] in "وف" and len(word) > 3 else word
    return tuple(dict.fromkeys((word, once, bare)))


def is_among(word: str, vocabulary: Collection[str]) -> bool:
    """Tell whether a folded word, or what is left of it without proclitics, is in a vocabulary."""
    return any(stem in vocabulary for stem in stems(word))
