"""What an article counts: killed, wounded, detained, rockets … Pure.

A figure is a number with what it counts, told by the noun behind it («7 قتلى»), by the event
before it («مقتل سبعة من رجال الشرطة»), by the heading before it («حصيلة القتلى إلى 7»), or a dual
(«جنديين»). A number whose noun is something else (hours, kilometers) is none.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, TypeVar

from watcher.arabic import Term, Terms, fold, folded, numbers, words_of
from watcher.model import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from watcher.arabic import Number, Words

Role: TypeAlias = Literal["noun", "event", "person"]
Field: TypeAlias = Literal["title", "text"]


def _folded(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


NAMES: Final = {
    "killed": "القتلى",
    "wounded": "الجرحى",
    "casualties": "القتلى والجرحى",
    "missing": "المفقودون",
    "detained": "المعتقلون",
    "hostages": "الرهائن والمخطوفون",
    "prisoners": "الأسرى",
    "displaced": "النازحون",
    "soldiers": "الجنود",
    "rockets": "الصواريخ",
    "shells": "القذائف",
    "drones": "الطائرات المسيرة",
    "aircraft": "الطائرات",
    "vehicles": "الآليات",
    "strikes": "الغارات والهجمات",
}
"""Kind -> what messages call it."""

_NOUNS: Final = {
    "killed": "قتيل قتلى شهيد شهداء ضحية",
    "wounded": "جريح جرحى مصاب مصابا",
    "missing": "مفقود مفقودا",
    "detained": "معتقل موقوف محتجز",
    "hostages": "رهينة مخطوف مختطف",
    "prisoners": "أسير أسرى",
    "displaced": "نازح لاجئ مهجر",
    "soldiers": "جندي",
    "rockets": "صاروخ",
    "shells": "قذيفة",
    "drones": "طائرة مسيرة|طائرة بدون طيار|طائرة بلا طيار",
    "aircraft": "طائرة مروحية مقاتلة",
    "vehicles": "آلية دبابة مدرعة عربة",
    "strikes": "غارة ضربة",
}
_EVENTS: Final = {
    "killed": "مقتل|قتل|استشهاد|استشهد|مصرع|وفاة|توفي|اغتيال|إعدام",
    "wounded": "إصابة|أصيب|جرح",
    "missing": "فقدان",
    "detained": "اعتقال|اعتقل|توقيف|احتجاز|القبض على|ضبط",
    "hostages": "خطف|اختطاف|اختطف",
    "displaced": "نزوح|نزح|تهجير|تشريد",
}
_PERSONS: Final = (
    "شخص مدني عسكري عنصر مسلح مقاتل رجل امرأة طفل شرطي ضابط صحفي عامل مهاجر مواطن إرهابي متظاهر"
    " نفر إنسان راكب مسافر فرد طالب مسعف سائح فلسطيني عراقي سوري يمني لبناني أمريكي إسرائيلي"
)
"""Whom an event may befall; soldiers, too, are killed before they are soldiers."""
_BRIDGES: Final = _folded("""
    نحو حوالي قرابة زهاء أكثر من أزيد ما لا يقل عن على الأقل ال إلى حتى بلغ بلغت وصل وصلت ارتفع
    ارتفعت عددهم عدد هو هم بلغوا يبلغ لنحو لأكثر بنحو ب ل الآن أكبر تجاوز تجاوزت
""")
"""What may stand between an event and its number."""
_OTHERS: Final = _folded("آخرين آخرون أخرى بينهم بينهما منهم من في على إثر جراء نتيجة")
"""What may follow a number of people that are not named."""
_ATTACHED: Final = "وبلف"
"""What a word begins with that a number stands before without counting it."""
_BETWEEN: Final = fold("بين")
_REACH = 6
"""Words between an event and its number that are looked at."""
_PERCENT: Final = _folded("المئة المائة بالمئة بالمائة")
_BACKGROUND: Final = _folded("وكان وكانت يذكر ويذكر يشار ويشار وسبق سبق وتجدر تجدر")
"""What opens a sentence about the past."""
_MOST_CHARS = 20_000
"""Figures further down belong to no matched passage worth telling."""


Placed = TypeVar("Placed", "Number", "_Sight")


class _Sight(NamedTuple):
    """A word that says what is counted."""

    kind: str
    role: Role
    first: int
    last: int


def figures(title: str, text: str) -> tuple[Figure, ...]:
    """Give the figures of an article: those of the headline first, then by their place."""
    return (
        *_of("title", title),
        *_of("text", text[:_MOST_CHARS]),
    )


def _of(field: Field, text: str) -> Iterator[Figure]:
    words = words_of(text)
    plain = folded(words)
    found = [one for one in numbers(plain) if not _is_rate(words, plain, one)]
    sights = _sights(words)
    if not sights:
        return
    for first, last in _sentences(words.sentence):
        if plain[first] in _BACKGROUND:
            continue
        sentence = _Sentence(
            plain[:last], _within(found, first, last), _within(sights, first, last)
        )
        for place, (kind, low, high, end) in sorted(sentence.told().items()):
            yield Figure(kind, low, high, field, words.starts[place], words.ends[end - 1])


def _within(found: Sequence[Placed], first: int, last: int) -> list[Placed]:
    return [one for one in found if first <= one.first < last]


class _Sentence:
    """One sentence: its numbers, and the words that say what is counted."""

    def __init__(
        self, folded: Sequence[str], found: Sequence[Number], sights: Sequence[_Sight]
    ) -> None:
        self._folded = folded
        """The words up to its end; places count from the beginning of the text."""
        self._found = found
        self._sights = sights
        self._events = {sight.last: sight for sight in sights if sight.role == "event"}
        self._heads = {sight.last: sight for sight in sights if sight.role != "person"}
        self._numbers = {place for one in found for place in range(one.first, one.last)}
        self._old = {
            place for one in found if self._is_old(one) for place in range(one.first - 1, one.last)
        }

    def told(self) -> dict[int, tuple[str, int, int, int]]:
        """Give the figures by their place: kind, from, to, and the word behind."""
        told = {}
        for one in self._found:
            if not self._is_old(one) and not self._is_article(one) and (kind := self._counted(one)):
                told[one.first] = (kind, one.low, one.high, one.last)
        taken = {place for one in self._found for place in range(one.first, one.last + 2)}
        for sight in self._sights:
            kind, value = self._by_itself(sight)
            if kind and sight.first not in taken:
                told[sight.first] = (kind, value, value, sight.last)
        return told

    def _is_old(self, one: Number) -> bool:
        """Tell the first number of «من 3 إلى 7»."""
        before = self._folded[one.first - 1 : one.first] if one.first else []
        return before == ["من"] and fold("إلى") in self._folded[one.last : one.last + 3]

    def _is_article(self, one: Number) -> bool:
        """Tell «واحدة», which counts nothing: one of them is told by its noun."""
        return one.high == 1 and not self._folded[one.first][-1].isdigit()

    def _counted(self, one: Number) -> str:
        """Say what a number counts; empty where nothing that is known."""
        behind = self._behind(one)
        if behind and behind.role == "noun" and behind.kind != "soldiers":
            return behind.kind
        if behind is None and not self._is_open(one.last):
            return ""
        if kind := self._before(one.first, self._heads) or self._of_verb(one.first, behind):
            return kind
        kind = self._after(behind.last if behind else one.last)
        return kind or (behind.kind if behind else "")

    def _by_itself(self, sight: _Sight) -> tuple[str, int]:
        """Read a dual, or the one whom an event befell: «مقتل جندي», «قتيل وجريحان»."""
        word = self._folded[sight.first]
        if sight.role == "event" or _BETWEEN in self._folded[max(sight.first - 3, 0) : sight.first]:
            return "", 0
        value = 2 if _is_dual(word) else 1 if _is_one(word) else 0
        if value and (sight.role == "person" or sight.kind == "soldiers"):
            kind = self._before(sight.first, self._events)
            return kind or (sight.kind if value == 2 else ""), value
        is_told = value == 2 or (value == 1 and sight.kind in {"killed", "wounded"})
        return (sight.kind, value) if is_told else ("", 0)

    def _behind(self, one: Number) -> _Sight | None:
        """Give the noun that a number counts: right behind it, or behind «من»."""
        place = one.last + (self._folded[one.last : one.last + 1] == ["من"])
        return next((s for s in self._sights if s.first == place and s.role != "event"), None)

    def _is_open(self, place: int) -> bool:
        """Tell whether a number stands for people without naming them: «مقتل 7 في غارة»."""
        if place >= len(self._folded):
            return True
        word = self._folded[place]
        return word in _OTHERS or (word[0] in _ATTACHED and len(word) > 3)

    def _before(self, place: int, heads: Mapping[int, _Sight]) -> str:
        """Give the event, or the heading, behind which a number stands."""
        for back in range(place, max(place - _REACH, -1), -1):
            if (sight := heads.get(back)) is not None:
                return self._of_two(sight)
            if back == 0 or not (self._folded[back - 1] in _BRIDGES or back - 1 in self._old):
                return ""
        return ""

    def _of_verb(self, place: int, behind: _Sight | None) -> str:
        """Give the event whose doer stands before the number: «قتل الجيش 5 مسلحين»."""
        if behind is None:
            return ""
        for back in range(place, max(place - _REACH, 0), -1):
            if (sight := self._events.get(back)) is not None:
                return self._of_two(sight)
            if back - 1 in self._numbers:
                return ""
        return ""

    def _of_two(self, sight: _Sight) -> str:
        """Give the kind of an event; of «مقتل وإصابة 7» both."""
        other = self._heads.get(sight.first)
        both = other is not None and {other.kind, sight.kind} == {"killed", "wounded"}
        return "casualties" if both else sight.kind

    def _after(self, place: int) -> str:
        """Give what is said behind what is counted: «7 أشخاص قتلوا», «20 بين قتيل وجريح»."""
        behind = [sight for sight in self._sights if place <= sight.first <= place + 2]
        if self._folded[place : place + 1] == [_BETWEEN]:
            kinds = {sight.kind for sight in behind if sight.role == "noun"}
            return "casualties" if len(kinds) > 1 else next(iter(kinds), "")
        return next((s.kind for s in behind if s.role == "event" and s.first <= place + 1), "")


def _is_dual(word: str) -> bool:
    stem = word[:-2]
    if word.endswith("ان"):
        return len(stem) >= 3 and stem.removeprefix("و").removesuffix("ت") in _singulars()
    if word.endswith("ين"):
        bare = stem.removeprefix("و")
        if bare.endswith("ت"):
            return f"{bare[:-1]}ه" in _singulars()
        return bare in _singulars() and bare not in _SOUND_PLURALS
    return False


def _is_one(word: str) -> bool:
    bare = word.removeprefix("و") if word not in _singulars() else word
    return bare in _singulars() or bare.removesuffix("ا") in _singulars()


def _is_rate(words: Words, folded: Sequence[str], one: Number) -> bool:
    """Tell a percentage."""
    end = words.ends[one.last - 1]
    if words.text[end : end + 2].lstrip()[:1] in {"%", "٪"}:
        return True
    following = folded[one.last : one.last + 2]
    return bool(following) and (following[0] in _PERCENT or _PERCENT & set(following[1:]) != set())


def _sentences(numbered: Sequence[int]) -> Iterator[tuple[int, int]]:
    starts = [0, *(at + 1 for at, (a, b) in enumerate(pairwise(numbered)) if a != b)]
    return pairwise([*starts, len(numbered)])


def _sights(words: Words) -> list[_Sight]:
    """Find every word that says what is counted; of two in one place the longer one."""
    terms, told = _vocabulary()
    places = {start: at for at, start in enumerate(words.starts)}
    ends = {end: at + 1 for at, end in enumerate(words.ends)}
    best: dict[int, _Sight] = {}
    for term, _, _, start, end in terms.survey(words).hits():
        if start not in places or end not in ends:
            continue
        kind, role = told[term]
        sight = _Sight(kind, role, places[start], ends[end])
        known = best.get(sight.first)
        if known is None or (sight.last, _RANK[role]) > (known.last, _RANK[known.role]):
            best[sight.first] = sight
    return [best[place] for place in sorted(best)]


_RANK: Final = {"person": 0, "event": 1, "noun": 2}


@cache
def _vocabulary() -> tuple[Terms, list[tuple[str, Role]]]:
    """Give the terms, built when first asked for: they need the lexicon."""
    listed = [
        *((word, kind, "noun") for kind, words in _NOUNS.items() for word in _split(words)),
        *((word, kind, "event") for kind, words in _EVENTS.items() for word in words.split("|")),
        *((word, "", "person") for word in _PERSONS.split()),
    ]
    # Only what rules match is asked for figures.
    terms = Terms([Term(word, "inflected") for word, _, _ in listed], remembered=16_384)
    return terms, [(kind, role) for _, kind, role in listed]  # type: ignore[misc]


def _split(words: str) -> Iterable[str]:
    return words.split("|") if "|" in words else words.split()


@cache
def _singulars() -> frozenset[str]:
    words = [word for words in _NOUNS.values() for word in _split(words) if " " not in word]
    return frozenset(map(fold, (*words, *_PERSONS.split()))) - {"قتلي", "جرحي", "اسري", "شهداء"}


_SOUND_PLURALS: Final = _folded("""
    مصاب مفقود معتقل موقوف محتجز مخطوف مختطف نازح لاجئ مهجر مدني عسكري مسلح مقاتل مهاجر مواطن إرهابي
    متظاهر مسافر مسعف صحفي فلسطيني عراقي سوري يمني لبناني أمريكي إسرائيلي
""")
"""Whose plural looks like their dual: «مدنيين»."""
