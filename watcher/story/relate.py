"""Judge whether an article is new, or tells a story that is already on record. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from watcher.model import Fingerprint, Neighbor, Relation, WordCounts
from watcher.story.compare import (
    Evidence,
    Text,
    lead_likeness,
    new_numbers,
    opening_likeness,
    overlap,
    shared_words,
)
from watcher.story.exchange import exchanged
from watcher.story.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from watcher.story.compare import Shingle

COPY_SEQUENCES = 0.58
"""Share of the shorter text's three-word sequences that a copy has at least."""
COPY_EVIDENCE = 1.03
"""Sequences and half the share of the leads: copies that were cut much keep their lead, those with
another lead keep their sequences; shared background under two leads has neither."""
COPY_AFTER_DAYS = 0.75
"""Sequences of a copy that comes days later: formulas return, copies hurry."""
DAYS_H = 48
FORM_SEQUENCES = 0.85
"""Up to here a form that was filled in with other names reaches; a copy may rename more."""
SAME_OUTLET_LEAD = 0.85
"""Of one outlet: its pages share background and furniture, its newer version has the same lead."""
REVISED_H = 72
SHORT = 25
"""Below this many words, sequences are too few to say anything but "identical"."""
SHORT_RESEMBLANCE = 0.8
EVENT_LEAD, EVENT_OPENING = 0.55, 0.5
"""How alike, by rare words, headline with lead and headline with opening of one event are."""
EVENT_WORDS = 6
"""Stems that both tell at least: of two flashes of four words nothing can be said."""
EVENT_H, EVENT_OWN_H = 16, 6
"""Morning papers retell the evening; an outlet's own next report is soon about something else."""
EVENT_MARGIN = 0.15
"""By how much more it is like this event than like stories of other days: a kind of report, such as
forecasts or market closings, is told in the same words every day."""
FEW_STORIES, FEW_STORIES_LEAD = 300, 0.6
"""What words are rare is not known yet of so few."""
FORMULA_STORIES = 3
"""Stories of other days in which a sequence stands that is a formula."""
DAY_H = 24
"""What is further apart is of another day."""
LEAST_SHARED = 5
"""Hashes of the sketches; of articles with fewer, sequences need not be looked at."""
LEAST_CONTAINED = 0.25
"""By the sketches, which estimate it within 9 points (standard error) for a text cut to a quarter:
what shares less is no copy, and its sequences need not be looked at either."""

OLD_RESEMBLANCE, OLD_CONTAINMENT = 0.55, 0.70
"""For articles that older versions recorded with a sketch only."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A neighbor of one story with the article, how strongly that is so, and why."""

    neighbor: Neighbor
    strength: tuple[float, float]
    why: str
    kind: Literal["copy", "revision", "same-event"] = "copy"


def relate(
    fingerprint: Fingerprint,
    neighbors: Iterable[Neighbor],
    *,
    source: str = "",
    at: datetime | None = None,
    counts: WordCounts = WordCounts(),  # noqa: B008 - frozen
) -> Relation:
    """Decide which story the article belongs to.

    1. The same address is a revision of the same article.
    2. The same words are a copy.
    3. Enough shared word sequences under like leads are a copy, or a revision by its own outlet,
       unless weekdays or the figures of the opening contradict.
    4. Much the same rare words in headline and lead, within a day, are the same event, unless
       one has other names wherever the other has its own.
    5. Otherwise the story is new. Of several candidates the closest decides, the earliest on a tie.

    `at` is when the article was published, `counts` are those of `words_to_weigh`.
    """
    known = sorted(neighbors, key=lambda neighbor: neighbor.article_id)
    for neighbor in known:
        if fingerprint.url and neighbor.fingerprint.url == fingerprint.url:
            return _same("revision", neighbor, "the same address")
    for neighbor in known:
        if neighbor.fingerprint.text_hash == fingerprint.text_hash:
            return _same("copy", neighbor, f"the same text as article {neighbor.article_id}")
    return _Judge(fingerprint, source, at, counts, known).judge()


class _Judge:
    """One article, to be compared with others."""

    def __init__(
        self,
        fingerprint: Fingerprint,
        source: str,
        at: datetime | None,
        counts: WordCounts,
        known: Sequence[Neighbor],
    ) -> None:
        self._weights = Weights(counts)
        self._own = Text(fingerprint, self._weights)
        self._source = source
        self._at = at
        self._known = [(neighbor, Text(neighbor.fingerprint, self._weights)) for neighbor in known]
        self._nearest = (-1.0, "nothing on record shares enough of its words")

    def judge(self) -> Relation:
        copies = [
            found for neighbor, text in self._known if (found := self._as_copy(neighbor, text))
        ]
        if best := _strongest(copies) or self._event():
            return _same(best.kind, best.neighbor, best.why)
        return Relation(kind="new", story_id=None, article_id=None, why=self._nearest[1])

    @cached_property
    def _formulas(self) -> frozenset[Shingle]:
        """The sequences that stand in several stories of other days.

        Of other days only: a report that many outlets print at once is no formula yet.
        """
        stories: defaultdict[int, set[Shingle]] = defaultdict(set)
        for neighbor, text in self._known:
            if (self._hours(neighbor) or 0) > DAY_H and self._shares(text):
                stories[neighbor.story_id] |= self._own.shingles & text.shingles
        if len(stories) < FORMULA_STORIES:
            return frozenset()
        times = Counter(shingle for held in stories.values() for shingle in held)
        return frozenset(shingle for shingle, n in times.items() if n >= FORMULA_STORIES)

    def _as_copy(self, neighbor: Neighbor, text: Text) -> _Found | None:
        if not (neighbor.fingerprint.words and self._own.fingerprint.words):
            return self._by_sketch(neighbor)
        if not self._shares(text):
            return None
        about = overlap(self._own.fingerprint, neighbor.fingerprint).containment
        if about < LEAST_CONTAINED:
            share = f"about {about:.0%} of its word sequences are shared"
            self._note(about, f"{share} (article {neighbor.article_id})")
            return None
        seen = Evidence(self._own, text)
        # Without its formulas a text never shares more: where that is too little, they can stay.
        if seen.sequences >= COPY_SEQUENCES and self._formulas:
            seen = Evidence(self._own, text, self._formulas)
        if why_not := self._why_no_copy(neighbor, text, seen):
            self._note(seen.sequences, f"{why_not} (article {neighbor.article_id})")
            return None
        hours = self._hours(neighbor)
        is_revision = self._is_own(neighbor) and hours is not None and hours <= REVISED_H
        return _Found(
            neighbor,
            (seen.sequences, seen.lead),
            _why_copy(neighbor, self._own.fingerprint, seen),
            "revision" if is_revision else "copy",
        )

    def _shares(self, text: Text) -> bool:
        shared = self._own.sketch.intersection(text.fingerprint.sketch)
        return len(shared) >= max(1, min(LEAST_SHARED, len(self._own.sketch)))

    def _why_no_copy(self, neighbor: Neighbor, text: Text, seen: Evidence) -> str:
        """Say what speaks against a copy; empty where nothing does."""
        size = min(neighbor.fingerprint.size, self._own.fingerprint.size)
        share = f"{seen.sequences:.0%} of its word sequences are shared"
        if seen.is_formula:
            return "what is shared are formulas that articles of other days have, too"
        if size < SHORT and seen.resemblance < SHORT_RESEMBLANCE:
            return f"{share}, too little for so short a text"
        if seen.sequences < COPY_SEQUENCES:
            return share
        if seen.days_differ:
            return f"{share}, but it tells of another weekday"
        if any(seen.numbers):
            ours, theirs = (" ".join(some[:4]) for some in seen.numbers)
            return f"{share}, but its figures are others: {ours}, not {theirs}"
        if seen.sequences + seen.lead / 2 < COPY_EVIDENCE:
            return f"{share}, but they open with different news"
        if self._is_own(neighbor) and seen.lead < SAME_OUTLET_LEAD:
            return f"{share}, but this outlet's two reports open with different news"
        if (self._hours(neighbor) or 0) > DAYS_H and seen.sequences < COPY_AFTER_DAYS:
            return f"{share}, too little after several days"
        if seen.sequences < FORM_SEQUENCES and (names := exchanged(self._own.words, text.words)):
            return f"{share}, but other names stand in the same places: {names[0]}, not {names[1]}"
        return ""

    def _by_sketch(self, neighbor: Neighbor) -> _Found | None:
        one, other = self._own.fingerprint, neighbor.fingerprint
        shared = overlap(one, other)
        if not shared.containment:
            return None
        share = f"{shared.containment:.0%} of the shorter text's word sequences are shared"
        if min(one.size, other.size) < SHORT:
            is_copy = shared.resemblance >= SHORT_RESEMBLANCE
        else:
            is_copy = shared.resemblance >= OLD_RESEMBLANCE or shared.containment >= OLD_CONTAINMENT
        if not is_copy:
            self._note(shared.containment, f"{share} (article {neighbor.article_id})")
            return None
        strength = (shared.containment, shared.resemblance)
        return _Found(neighbor, strength, f"{share} (article {neighbor.article_id})")

    def _event(self) -> _Found | None:
        """Find the event of the last day that is told alike, if stories of other days are not."""
        found = []
        for neighbor, text in self._known:
            if not self._may_be_event(neighbor):
                continue
            lead, opening = lead_likeness(self._own, text), opening_likeness(self._own, text)
            if lead < self._least_lead or opening < EVENT_OPENING or not self._says_enough(text):
                continue
            if names := exchanged(self._own.words, text.words):
                why = f"other names stand in the same places: {names[0]}, not {names[1]}"
                self._note(lead, f"{why} (article {neighbor.article_id})")
                continue
            words = "، ".join(shared_words(self._own, text, 5))
            why = f"told otherwise than article {neighbor.article_id}, on one day: {words}"
            found.append(_Found(neighbor, (lead, opening), why, "same-event"))
        best = _strongest(found)
        if best and best.strength[0] < self._usual() + EVENT_MARGIN:
            why = "as like stories of other days as it is to"
            self._note(best.strength[0], f"{why} article {best.neighbor.article_id}")
            return None
        return best

    def _may_be_event(self, neighbor: Neighbor) -> bool:
        hours = self._hours(neighbor)
        within = EVENT_OWN_H if self._is_own(neighbor) else EVENT_H
        return hours is not None and hours <= within and not self._days_differ(neighbor)

    @property
    def _least_lead(self) -> float:
        return EVENT_LEAD if self._weights.stories >= FEW_STORIES else FEW_STORIES_LEAD

    def _usual(self) -> float:
        """Give how alike the lead is to those of other days."""
        return max(
            (
                lead_likeness(self._own, text)
                for neighbor, text in self._known
                if (self._hours(neighbor) or 0) > DAY_H
            ),
            default=0.0,
        )

    def _says_enough(self, text: Text) -> bool:
        """Tell whether both are long enough; of flashes the figures must agree, too."""
        if len(self._own.opening.keys() & text.opening.keys()) < EVENT_WORDS:
            return False
        is_flash = min(len(self._own.words), len(text.words)) < SHORT
        return not (is_flash and any(new_numbers(self._own, text)))

    def _is_own(self, neighbor: Neighbor) -> bool:
        return bool(self._source) and neighbor.source == self._source

    def _days_differ(self, neighbor: Neighbor) -> bool:
        ours, theirs = set(self._own.fingerprint.weekdays), set(neighbor.fingerprint.weekdays)
        return bool(ours and theirs) and ours.isdisjoint(theirs)

    def _hours(self, neighbor: Neighbor) -> float | None:
        if self._at is None or neighbor.at is None:
            return None
        return abs((self._at - neighbor.at).total_seconds()) / 3600

    def _note(self, near: float, why: str) -> None:
        """Keep why the nearest one is another story."""
        if near > self._nearest[0]:
            self._nearest = (near, why)


def _strongest(some: Sequence[_Found]) -> _Found | None:
    """Give the strongest, the first of equal ones; None of none."""
    return max(some, key=lambda found: found.strength, default=None)


def _why_copy(neighbor: Neighbor, own: Fingerprint, seen: Evidence) -> str:
    is_shorter = own.size <= neighbor.fingerprint.size
    whose, where = ("its", f"article {neighbor.article_id}") if is_shorter else ("", "it")
    whose = whose or f"article {neighbor.article_id}'s"
    told = f"{seen.sequences:.0%} of {whose} word sequences stand in {where}"
    sizes = sorted((own.size, neighbor.fingerprint.size))
    if sizes[0] < 0.7 * sizes[1]:
        told += f"; the shorter text has {sizes[0] / sizes[1]:.0%} of the words"
    return f"{told}; the leads differ" if seen.lead < 0.7 else told


def _same(
    kind: Literal["copy", "revision", "same-event"], neighbor: Neighbor, why: str
) -> Relation:
    return Relation(kind=kind, story_id=neighbor.story_id, article_id=neighbor.article_id, why=why)
