"""Whether a sentence denies what a rule found in it. Pure.

«نفت الوزارة انسحاب القوات» denies what stands behind the verb; «أنباء الانسحاب غير صحيحة» what
stands before it. «لم ينف» denies nothing, and who denies his part in an attack does not deny it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from watcher.arabic import fold, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def _folded(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


class _Denial(NamedTuple):
    """Words `first` up to, without, `last` that deny; what they are about stands on which side."""

    first: int
    last: int
    before: bool
    behind: bool


_VERBS: Final = _folded("""
    نفى نفت نفوا ينفي تنفي ينفون نافيا نافية نافين تنفيان ينفيان نفيا نفي نفيه نفيها نفيهم
    كذب كذبت يكذب تكذب مكذبا مكذبة فند فندت يفند تفند مفندا مفندة دحض دحضت يدحض تدحض
""")
"""What stands behind them is denied."""
_OF_WHAT_WAS_SAID: Final = _folded("نفاه نفاها نفته نفتها نفوه نفوها ينفيه تنفيه ينفيها تنفيها")
"""With a pronoun: what it is about stands before."""
_PHRASES: Final = tuple(
    (tuple(fold(phrase).split()), before, behind)
    for phrase, before, behind in (
        ("لا صحة", True, True),
        ("لا أساس", True, True),
        ("غير صحيح", True, True),
        ("غير صحيحة", True, True),
        ("ليس صحيحا", True, True),
        ("ليست صحيحة", True, True),
        ("غير دقيقة", True, False),
        ("عار عن الصحة", True, True),
        ("عارية عن الصحة", True, True),
        ("عار من الصحة", True, True),
        ("عارية من الصحة", True, True),
        ("محض افتراء", True, False),
        ("تراجع عن", False, True),
        ("تراجعت عن", False, True),
        ("يتراجع عن", False, True),
        ("تتراجع عن", False, True),
    )
)
_NEGATIONS: Final = _folded("لم لا لن ولم ولا ولن دون بدون أو ليس")
_THAT: Final = fold("أن")
_HALF: Final = _folded("يؤكد تؤكد تأكيد يثبت")
"""«لم يؤكد أو ينف»: neither of both."""
_PART: Final = _folded("""
    علاقة علاقته علاقتها علاقتهم صلة صلته صلتها صلتهم تورط تورطه تورطها تورطهم ضلوع ضلوعه ضلوعها
    مسؤولية مسؤوليته مسؤوليتها مسؤوليتهم علمه علمها علمهم مشاركته مشاركتها وقوفه وقوفها
""")
"""What somebody denies who does not deny that it happened."""
_TURNS: Final = _folded("""
    وقال قال وقالت قالت وأضاف أضاف وأضافت وأكد وأكدت مؤكدا مؤكدة لكن ولكن فيما بينما
""")
"""Where what is denied ends."""


def denial_in(text: str, hits: Iterable[tuple[int, int]]) -> str:
    """Give the first sentence that denies something found at `hits`, spans of the text.

    Empty where none does.
    """
    words = words_of(text)
    spans = sorted(hits)
    for first, last in _sentences(words.sentence):
        start, end = words.starts[first], words.ends[last - 1]
        inside = [span for span in spans if start <= span[0] < end]
        if not inside:
            continue
        folded = [fold(word) for word in words.raw[first:last]]
        places = {_word_at(words.starts[first:last], span[0]) for span in inside}
        if any(_is_about(denial, places, folded) for denial in _denials(folded)):
            return _whole(text, start, end)
    return ""


def _denials(folded: Sequence[str]) -> Iterator[_Denial]:
    for place, word in enumerate(folded):
        verb = word.removeprefix("و") if word not in _VERBS else word
        before = set(folded[max(place - 3, 0) : place])
        if verb in _VERBS and not _is_negated(folded, place) and not before & _HALF:
            yield _Denial(place, place + 1, before=False, behind=True)
        elif verb in _OF_WHAT_WAS_SAID and not _is_negated(folded, place):
            yield _Denial(place, place + 1, before=True, behind=False)
        for phrase, is_before, is_behind in _PHRASES:
            if (verb, *folded[place + 1 : place + len(phrase)]) == phrase:
                yield _Denial(place, place + len(phrase), is_before, is_behind)


def _is_negated(folded: Sequence[str], place: int) -> bool:
    before = place - 1 - (place > 1 and folded[place - 1] == _THAT)
    return bool(place) and folded[before] in _NEGATIONS


def _is_about(denial: _Denial, places: set[int], folded: Sequence[str]) -> bool:
    """Tell whether one of the places is what is denied."""
    stop = next((p for p in range(denial.last, len(folded)) if folded[p] in _TURNS), None)
    end = len(folded) if stop is None else stop
    behind = [place for place in places if denial.last <= place < end]
    if denial.behind and behind:
        return not _PART & set(folded[denial.last : min(behind)])
    return denial.before and any(place < denial.first for place in places)


def _word_at(starts: Sequence[int], at: int) -> int:
    return max((place for place, start in enumerate(starts) if start <= at), default=0)


def _sentences(numbered: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = 0
    for place in range(1, len(numbered) + 1):
        if place == len(numbered) or numbered[place] != numbered[first]:
            yield first, place
            first = place


def _whole(text: str, start: int, end: int) -> str:
    """Give a sentence with the mark that ends it."""
    return text[start : end + (text[end : end + 1] in {".", "!", "؟", "»"})].strip()
