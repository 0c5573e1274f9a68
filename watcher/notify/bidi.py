"""Text of mixed directions, made safe for a message. Pure.

Scraped text may carry controls that reverse what follows; they are dropped. Latin names, dates,
telephone numbers and addresses inside Arabic are found, so that every form can isolate them
(Unicode Standard Annex 9, section 2.4): otherwise punctuation beside them jumps to the wrong end.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Direction: TypeAlias = Literal["rtl", "ltr"]
Hits: TypeAlias = "Sequence[tuple[int, int]]"

RIGHT_TO_LEFT_ISOLATE = "\u2067"
FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"

_UNBROKEN_CHARS = 20
_DROPPED = {"Cc", "Cs"}
_JOINER = "\u200d"
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
# Embeddings and overrides, isolates, and the interlinear controls no renderer agrees about.
_CONTROLS = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffa\ufffb"
)

_L = "A-Za-z\u00c0-\u02b8\u0370-\u0588\u0900-\u1fff\u2c00-\u2dff\u3040-\ud7ff"
_ATOM = rf"[0-9{_L}\u0300-\u036f]+"
_WORD = rf"(?=[0-9]*[{_L}]){_ATOM}"
_JOIN = r"[-\u2010\u2011\u2013_./:@&+'\u2019#=~]{1,3}"
_NEXT = rf"(?:{_JOIN}| (?:[&+\u2013-] )?[@#]?){_ATOM}"
_IN_BRACKETS = rf" \({_ATOM}(?:{_NEXT})*\)"
_LATIN = rf"[@#$]?(?:[0-9]+{_JOIN})*{_WORD}(?:{_NEXT}|{_IN_BRACKETS})*\+{{0,2}}"
_NO_ADDRESS = r"\s<>\"\u00ab\u00bb\u201c\u201d\u060c\u061b\u061f"
_ADDRESS = rf"(?:https?://|www\.)[^{_NO_ADDRESS}]*[^{_NO_ADDRESS}.,;:!?)\]]"
# A range such as 10-15 or a score is left alone: Arabic readers read it from the right.
_COMPOUND = r"\+?[0-9]+(?:[-./:][0-9]+){2,}|\+[0-9]{1,3}(?:[ -]?[0-9]{2,}){2,}"
_ADDRESSES = re.compile(_ADDRESS)
_LTR_RUN = re.compile(f"{_ADDRESS}|{_LATIN}|{_COMPOUND}")
_R = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RTL_RUN = re.compile(f"[{_R}]+(?:[ -][{_R}]+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is a hit, or is none."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces that read in one direction; an empty `direction` is that of the paragraph."""

    pieces: tuple[Piece, ...]
    direction: Direction | Literal[""] = ""

    @property
    def is_short(self) -> bool:
        """Whether the run is better not broken over two lines."""
        return sum(len(piece.text) for piece in self.pieces) <= _UNBROKEN_CHARS


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs in the order of reading, and the direction of the whole."""

    runs: tuple[Run, ...]
    direction: Direction = "rtl"

    @property
    def text(self) -> str:
        """The words without any marking."""
        return "".join(piece.text for run in self.runs for piece in run.pieces)


def clean(text: str) -> str:
    """Drop what could steer a screen or forge a line, and make all white space single spaces."""
    return _clean(text, ())[0]


def isolate(text: str, direction: Direction = "ltr") -> str:
    """Wrap text so that its direction cannot leak into what stands around it.

    The first strong letter tells the direction of what is Latin, and nothing else has to. Text that
    is to read from the right is told so: figures such as `3 ← 7` have no strong letter.
    """
    begin, end = isolates(direction)
    return f"{begin}{text}{end}"


def isolates(direction: Direction | Literal[""]) -> tuple[str, str]:
    """Give what stands before and behind a run of a direction; nothing for none."""
    if not direction:
        return "", ""
    begin = FIRST_STRONG_ISOLATE if direction == "ltr" else RIGHT_TO_LEFT_ISOLATE
    return begin, POP_DIRECTIONAL_ISOLATE


def direction_of(text: str) -> Direction:
    """Tell the direction of a paragraph: left-to-right only where Latin clearly prevails.

    The first strong letter would be the usual test, and is wrong for every Arabic headline that
    begins with CNN.
    """
    kinds = [unicodedata.bidirectional(char) for char in _ADDRESSES.sub("", text)]
    rtl = sum(kind in {"R", "AL"} for kind in kinds)
    return "ltr" if kinds.count("L") > 2 * rtl else "rtl"


def paragraph(text: str, hits: Hits = (), *, direction: Direction | None = None) -> Paragraph:
    """Clean a text and cut it into runs; hits are widened to whole words.

    Half a marked word would break the joining of Arabic letters in many renderers.
    """
    words, marked = _clean(text, hits)
    marked = _widen(words, marked)
    base = direction or direction_of(words)
    pattern = _LTR_RUN if base == "rtl" else _RTL_RUN
    foreign: Direction = "ltr" if base == "rtl" else "rtl"
    return Paragraph(tuple(_runs(words, marked, pattern, foreign)), base)


def name(text: str) -> Paragraph:
    """Give a name or term for a line of Arabic; one that is all Latin is isolated as a whole."""
    words = clean(text)
    if direction_of(words) == "rtl":
        return paragraph(words, direction="rtl")
    return Paragraph((Run((Piece(words),), "ltr"),))


def join(parts: Iterable[Paragraph | str], direction: Direction = "rtl") -> Paragraph:
    """Set paragraphs and literal words one after the other in one line."""
    runs: list[Run] = []
    for part in parts:
        runs += (Run((Piece(part),)),) if isinstance(part, str) else part.runs
    return Paragraph(tuple(runs), direction)


def line(text: str) -> Paragraph:
    """Give words of our own, which need no cleaning, as a line."""
    return Paragraph((Run((Piece(text),)),))


def flat(para: Paragraph, *, mark: tuple[str, str] = ("", "")) -> str:
    """Give plain text with isolates around foreign runs and `mark` around hits."""
    return "".join(
        isolate(_flat_run(run, mark), run.direction) if run.direction else _flat_run(run, mark)
        for run in para.runs
    )


def shorten(text: str, limit: int) -> str:
    """Cut cleaned text after a word, to at most `limit` code points with the ellipsis.

    A word longer than half of that is cut, but not inside what is seen as one letter or picture.
    """
    if len(text) <= limit:
        return text
    space = text.rfind(" ", 0, limit - 1)
    at = space if space >= limit // 2 else _between_letters(text, limit - 1)
    return f"{text[:at].rstrip()}…"


def is_word_char(char: str) -> bool:
    """Tell whether a code point belongs to a word: letters, digits, marks, joiners."""
    return char.isalnum() or char in "_\u200c\u200d" or unicodedata.category(char)[0] == "M"


def _between_letters(text: str, at: int) -> int:
    """Go back from a place to one where a cut parts no mark, joiner or flag from its letter."""
    while at > 0 and (_clings(text[at]) or text[at - 1] == _JOINER or _is_half_flag(text, at)):
        at -= 1
    return at


def _clings(char: str) -> bool:
    """Tell whether a code point changes the one before: marks, selectors, skin tones, tags."""
    return (
        unicodedata.category(char)[0] == "M"
        or char == _JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_half_flag(text: str, at: int) -> bool:
    """Tell whether a place is inside one of the pairs of letters that make a flag."""
    before = len(text[:at]) - len(text[:at].rstrip(_FLAG_LETTERS))
    return text[at] in _FLAG_LETTERS and before % 2 == 1


def _flat_run(run: Run, mark: tuple[str, str]) -> str:
    return "".join(_marked(p.text, mark) if p.is_hit else p.text for p in run.pieces)


def _marked(text: str, mark: tuple[str, str]) -> str:
    """Mark the words but not the spaces at their ends: `*a *` is bold nowhere."""
    core = text.strip(" ")
    if not core:
        return text
    return text.replace(core, f"{mark[0]}{core}{mark[1]}", 1)


def _clean(text: str, hits: Hits) -> tuple[str, list[tuple[int, int]]]:
    """Clean a text and carry the hits along."""
    out: list[str] = []
    moved = [0] * (len(text) + 1)
    for at, char in enumerate(text):
        moved[at] = len(out)
        if char.isspace():
            if out and out[-1] != " ":
                out.append(" ")
        elif char not in _CONTROLS and unicodedata.category(char) not in _DROPPED:
            out.append(char)
    moved[len(text)] = len(out)
    if out and out[-1] == " ":
        out.pop()
    size, end = len(out), len(text)
    spans = [(min(moved[min(a, end)], size), min(moved[min(b, end)], size)) for a, b in hits]
    return "".join(out), [(a, b) for a, b in spans if a < b]


def _widen(text: str, hits: Hits) -> list[tuple[int, int]]:
    """Extend hits to whole words and merge those that touch or have only a space between them."""
    wide: list[tuple[int, int]] = []
    for start, end in sorted(hits):
        while start > 0 and is_word_char(text[start]) and is_word_char(text[start - 1]):
            start -= 1  # noqa: PLW2901 - grows in place
        while end < len(text) and is_word_char(text[end - 1]) and is_word_char(text[end]):
            end += 1  # noqa: PLW2901 - grows in place
        if wide and not text[wide[-1][1] : start].strip(" "):
            wide[-1] = (wide[-1][0], max(end, wide[-1][1]))
        else:
            wide.append((start, end))
    return wide


def _runs(text: str, hits: Hits, pattern: re.Pattern[str], foreign: Direction) -> Iterator[Run]:
    done = 0
    for found in pattern.finditer(text):
        start, end = found.span()
        if done < start:
            yield Run(tuple(_pieces(text, done, start, hits)))
        yield Run(tuple(_pieces(text, start, end, hits)), foreign)
        done = end
    if done < len(text):
        yield Run(tuple(_pieces(text, done, len(text), hits)))


def _pieces(text: str, start: int, end: int, hits: Hits) -> Iterator[Piece]:
    at = start
    for hit_start, hit_end in hits:
        first, last = max(hit_start, at), min(hit_end, end)
        if first >= last:
            continue
        if at < first:
            yield Piece(text[at:first])
        yield Piece(text[first:last], is_hit=True)
        at = last
    if at < end:
        yield Piece(text[at:end])
