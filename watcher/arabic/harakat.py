"""Whether the harakat of a term and of a printed word can belong to one word. Pure."""

from __future__ import annotations

import re

from watcher.arabic.letters import (
    DAMMA,
    FATHA,
    INVISIBLE,
    KASRA,
    MARKS,
    PLAIN,
    SHADDA,
    SUKUN,
    TATWEEL,
)

_MARK = re.compile(f"[{MARKS}]")
_CLUSTER = re.compile(f"([^{MARKS}{INVISIBLE}{TATWEEL}])([{MARKS}{INVISIBLE}{TATWEEL}]*)")
_LONG = {"ا": FATHA, "و": DAMMA, "ي": KASRA}


def has_marks(word: str) -> bool:
    """Tell whether any harakat are written."""
    return _MARK.search(word) is not None


def part_of_speech(word: str) -> str:
    """Tell from the harakat of a term whether it is a "noun" or a "verb"; empty when they do not.

    A word of three letters with a sukun in the middle is a noun, عَيْن; a word that ends in a
    fatha is the perfect of a verb, عَيَّنَ.
    """
    if not has_marks(word):
        return ""
    clusters = _clusters(word)
    if len(clusters) == 3 and SUKUN in clusters[1][1]:
        return "noun"
    if len(clusters) > 2 and FATHA in clusters[-1][1]:
        return "verb"
    return ""


def agree(term: str, printed: str) -> bool:
    """Tell whether `printed` may be read as `term`, as far as both say how they are read.

    Letters are compared where the term's letters stand in the printed word one after another; a
    stem of its own, such as a broken plural, is not compared. The last letter's vowel is the case.

    >>> agree("عَيْن", "عيّن")
    False
    """
    if not has_marks(printed):
        return True
    wanted, given = _clusters(term), _clusters(printed)
    letters = "".join(letter for letter, _ in wanted)
    place = "".join(letter for letter, _ in given).find(letters)
    if place < 0:
        return True
    pairs = list(zip(wanted, given[place:], strict=False))
    return all(
        _compatible(one, other, last=index == len(pairs) - 1)
        for index, ((_, one), (_, other)) in enumerate(pairs)
    )


def _clusters(word: str) -> list[tuple[str, str]]:
    """Split a word into (plain letter, its marks)."""
    return [(letter.translate(PLAIN), marks) for letter, marks in _CLUSTER.findall(word)]


def _compatible(one: str, other: str, *, last: bool) -> bool:
    """Tell whether the marks of one letter can stand together."""
    if last:
        return True
    if not _spoken(one) or not _spoken(other):
        return True
    if (SHADDA in one) != (SHADDA in other):
        return False
    vowels, others = _vowel(one), _vowel(other)
    return not vowels or not others or vowels == others


def _spoken(marks: str) -> bool:
    """Tell whether the marks say how the letter is read."""
    return any(mark in marks for mark in (SHADDA, SUKUN, FATHA, DAMMA, KASRA))


def _vowel(marks: str) -> str:
    """Give the short vowel or sukun among the marks."""
    return next((mark for mark in (FATHA, DAMMA, KASRA, SUKUN) if mark in marks), "")
