"""Long text in parts that a service takes, cut where a reader would pause. Pure.

A part ends after a paragraph if it can, else after a sentence, else between two words. It never
ends inside a word, a tag, an escape, an emphasized run, a link or an isolate, except where one of
these alone is longer than a part may be; and even then a letter keeps its marks.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Markup: TypeAlias = Literal["text", "markdown", "html"]

NUMBER_ROOM: Final = 16
"""Kept free in each part for its number."""
_LEAST_FILLED: Final = 0.5
"""A part is not cut after a paragraph or sentence that would leave more than half of it empty."""
_ISOLATES = re.compile(
    "[\u2066-\u2068][^\u2066-\u2069]*(?:[\u2066-\u2068][^\u2066-\u2069]*\u2069[^\u2066-\u2069]*)*\u2069"
)
_ENTITIES = re.compile(r"&#?\w{1,10};")
_ESCAPES = re.compile(r"\\.")
_TAGS = re.compile(r"<[^<>]*>")
_UNBREAKABLE: dict[Markup, tuple[re.Pattern[str], ...]] = {
    "text": (),
    "markdown": (_ESCAPES,),
    "html": (_ENTITIES, _TAGS),
}
_WHOLE: dict[Markup, tuple[re.Pattern[str], ...]] = {
    "text": (_ISOLATES,),
    "markdown": (
        _ISOLATES,
        re.compile(r"(?<!\\)\*\*(?:\\.|[^\\*])+\*\*"),
        re.compile(r"(?<!\\)\[(?:\\.|[^\\\]])*\]\(<[^>\n]*>\)"),
    ),
    "html": (_ISOLATES, re.compile(r"<(\w+)[^<>]*>(?:(?!<\1\b)[\s\S])*?</\1>")),
}
_SENTENCE_END = re.compile("[.!?\u061f\u06d4\u2026][\"'\u00bb\u201d)\\]\u2069]*$")
_LOOK_BACK = 12


def size_of(text: str) -> int:
    """Count as most services do, in UTF-16 units: an emoji is two."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, limit: int, markup: Markup = "text") -> list[str]:
    """Give the text in parts of at most `limit` UTF-16 units, numbered where there are several.

    White space at the cuts is dropped; otherwise the parts, without their numbers, are the text.
    """
    if size_of(text) <= limit:
        return [text]
    cuts = list(_parts(text, max(1, limit - NUMBER_ROOM), markup))
    if len(cuts) == 1:
        return cuts
    brackets = r"\({}/{}\)" if markup == "markdown" else "({}/{})"
    return [
        f"{part}\n\n{brackets.format(number, len(cuts))}" for number, part in enumerate(cuts, 1)
    ]


def _parts(text: str, room: int, markup: Markup) -> Iterator[str]:
    inside = _insides(text, markup)
    start, end = 0, len(text)
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        reach = _reach(text, start, room)
        cut = end if reach >= end else _cut(text, start, reach, inside)
        if part := text[start:cut].rstrip():
            yield part
        start = cut


def _reach(text: str, start: int, room: int) -> int:
    """Say up to where `room` units go from `start`; one character at least."""
    at = start
    while at < len(text):
        room -= 2 if text[at] > "\uffff" else 1
        if room < 0:
            break
        at += 1
    return max(at, min(start + 1, len(text)))


def _insides(text: str, markup: Markup) -> bytearray:
    """Mark the places between two characters that belong together: 1, and 2 in a tag or escape."""
    inside = bytearray(len(text) + 1)
    for strength, patterns in ((1, _WHOLE[markup]), (2, _UNBREAKABLE[markup])):
        for pattern in patterns:
            for found in pattern.finditer(text):
                first, last = found.span()
                inside[first + 1 : last] = bytes([strength]) * (last - first - 1)
    return inside


def _cut(text: str, start: int, reach: int, inside: bytearray) -> int:
    """Choose where the part from `start` ends, at `reach` at the latest."""
    words = [at for at in range(reach, start, -1) if text[at].isspace() and not inside[at]]
    least = start + (reach - start) * _LEAST_FILLED
    full = [at for at in words if at >= least]
    for ends in (_ends_paragraph, _ends_sentence):
        for at in full:
            if ends(text, at):
                return at
    if words:
        return words[0]
    return _last_resort(text, start, reach, inside)


def _ends_paragraph(text: str, at: int) -> bool:
    return text[at] == "\n"


def _ends_sentence(text: str, at: int) -> bool:
    return _SENTENCE_END.search(text[max(0, at - _LOOK_BACK) : at]) is not None


def _last_resort(text: str, start: int, reach: int, inside: bytearray) -> int:
    """Cut what is longer than a part: between words of it, else between letters."""
    breakable = [at for at in range(reach, start, -1) if inside[at] < 2]
    for at in breakable:
        if text[at].isspace():
            return at
    for at in breakable:
        if not _clings(text[at]) and text[at - 1] != "\u200d":
            return at
    return reach


def _clings(char: str) -> bool:
    """Tell a mark that belongs to the letter before it, or a joiner."""
    return unicodedata.category(char)[0] == "M" or char in "\u200d\u200c"
