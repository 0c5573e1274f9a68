"""Why a rule matches an article, or what was missing: a tree that follows the condition. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from watcher.document import suggest
from watcher.errors import WatcherError
from watcher.match.definition import Bounds, Definition, is_in_article
from watcher.match.explained import Explained, Explanation, passage_around
from watcher.match.sightings import Sightings
from watcher.match.written import (
    FIELDS,
    AllOf,
    AnyOf,
    AtLeast,
    In,
    ListOf,
    Near,
    NoneOf,
    Same,
    Score,
    Term,
)
from watcher.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from watcher.match.definition import Window
    from watcher.match.rule import Rule
    from watcher.match.sightings import Spot
    from watcher.match.written import Condition, RuleFile, WrittenList, WrittenRule
    from watcher.model import Article, When, Where

_FEW = 6
"""Alternatives that are all shown where none occurs."""
_NEAREST = 3
"""Of more of them, those that nearly do."""


def explain(
    files: Iterable[RuleFile], rule_id: str, article: Article, source_name: str = ""
) -> Explanation:
    """Say why a rule of some files matches an article or does not.

    The files must be free of errors. Raises WatcherError where none of them has such a rule.
    """
    everything = tuple(files)
    written = _rule_of(everything, rule_id)
    lists: dict[str, WrittenList] = {}
    for one in (one for file in everything for one in file.lists):
        lists.setdefault(one.name, one)
    seen = Sightings(article, source_name, terms_below(written.condition, lists))
    definition = Definition(lists, seen)
    where = definition.where(written.condition)
    rule = written.rule
    tree = _Teller(definition).tell(written.condition, Bounds(is_in_article, is_in_article))
    holds = where is not None and (not rule.where or where in rule.where)
    notes = (*_place_note(rule, where), *_when_note(rule, holds=holds))
    return Explanation(rule, holds, where, notes, tree)


def remark_age(
    explanation: Explanation, article: Article, now: datetime, max_age_s: float
) -> Explanation:
    """Add that the article is too old to tell anybody; the rule's own limit comes first."""
    limit_s = explanation.rule.max_age_s or max_age_s
    if article.published is None or now - article.published <= timedelta(seconds=limit_s):
        return explanation
    announced = f"{article.old_news}; " if article.old_news else ""
    note = (
        f"{announced}published {(now - article.published).days} days ago, and the limit is "
        f"{limit_s / 3600:g} h: a match is put on record, and nobody is told"
    )
    return replace(explanation, notes=(*explanation.notes, note))


def remark_count(explanation: Explanation, count: int) -> Explanation:
    """Add how much of what `when` waits for there was by the article, and what lacked."""
    when = explanation.rule.when
    if when is None or when.kind == "quiet_for" or not explanation.holds:
        return explanation
    note = f"with this article {count} of {wanted(when)}"
    lacking = when.count - count
    note += f": {lacking} lacked" if lacking > 0 else ": enough to tell"
    return replace(explanation, notes=(*explanation.notes, note))


def terms_below(condition: Condition, lists: Mapping[str, WrittenList]) -> Iterator[Term]:
    """Give every term of a condition, those of its lists included."""
    if isinstance(condition, Term):
        yield condition
    elif isinstance(condition, Score):
        yield from (term for term, _ in condition.weights)
    else:
        members: Sequence[Condition]
        if isinstance(condition, ListOf):
            found = lists.get(condition.name)
            members = found.entries if found else ()
        else:
            members = (condition.condition,) if isinstance(condition, In) else condition.members
        for member in members:
            yield from terms_below(member, lists)


def _rule_of(files: Iterable[RuleFile], rule_id: str) -> WrittenRule:
    rules: dict[str, WrittenRule] = {}
    for one in (one for file in files for one in file.rules):
        rules.setdefault(one.rule.id, one)
    if rule_id not in rules:
        hint = suggest(rule_id, rules) if rules else "No file has one."
        raise WatcherError(f"there is no rule '{rule_id}'. {hint}")
    return rules[rule_id]


def _when_note(rule: Rule, *, holds: bool) -> Iterator[str]:
    if rule.when is None or not holds:
        return
    if rule.when.kind == "quiet_for":
        told = "a match tells nobody: people are told when nothing has matched"
        yield f"{told} for {_hours(rule.when.within_s)}"
        return
    yield f"a match alone tells nobody: `when` waits for {wanted(rule.when)}"


def wanted(when: When) -> str:
    """Say in words what a rule waits for: «3 stories within 6 h»."""
    if when.kind == "quiet_for":
        return f"{_hours(when.within_s)} without a match"
    of = "stories" if when.kind == "stories" else "independent outlets of its story"
    return f"{when.count} {of} within {_hours(when.within_s)}"


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:g} h"


def _place_note(rule: Rule, where: Where | None) -> Iterator[str]:
    if where and rule.where and where not in rule.where:
        wanted = " or ".join(rule.where)
        yield f"the condition is met in the {where} only, and `where` wants the {wanted}"


class _Teller:
    """Tells one condition after the other; the definition judges."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.seen = definition.seen

    def tell(self, condition: Condition, bounds: Bounds) -> Explained:
        """Explain a condition and what is below it."""
        if isinstance(condition, Term):
            return self._term(condition, bounds)
        if isinstance(condition, (ListOf, AnyOf)):
            return self._alternatives(condition, bounds)
        if isinstance(condition, AllOf):
            return self._node(condition, bounds, self._all(condition, bounds))
        if isinstance(condition, NoneOf):
            return self._none(condition, bounds)
        if isinstance(condition, AtLeast):
            return self._at_least(condition, bounds)
        if isinstance(condition, Score):
            return self._score(condition, bounds)
        if isinstance(condition, In):
            return self._in(condition, bounds)
        if isinstance(condition, Near):
            return self._near(condition, bounds)
        return self._same(condition, bounds)

    def _node(
        self,
        condition: Condition,
        bounds: Bounds,
        children: Iterable[Explained],
        note: str = "",
    ) -> Explained:
        form, text = _label(condition)
        holds = self.definition.holds(condition, bounds)
        return Explained(form, text, condition.mark, holds, note, children=tuple(children))

    def _all(self, condition: Condition, bounds: Bounds) -> list[Explained]:
        members: list[Condition] = []
        for member in self.definition.members(condition):
            # What a mapping with several keys joins needs no level of its own.
            joined = isinstance(condition, AllOf) and isinstance(member, AllOf)
            members.extend(self.definition.members(member) if joined else (member,))
        return [self.tell(member, bounds) for member in members]

    def _with_spots(self, explained: Explained, spots: Iterable[Spot]) -> Explained:
        """Add places of one stream, and the passage they stand in."""
        ordered = sorted(spots)
        if not ordered:
            return explained
        first = ordered[0].stream
        passage = passage_around(
            self.seen.texts[first], [(s.start, s.end) for s in ordered if s.stream == first]
        )
        spans = tuple(Span(self._field(s), s.start, s.end, s.term) for s in ordered)
        return replace(explained, spans=spans, passage=passage)

    def _field(self, spot: Spot) -> str:
        return self.seen.fields[spot.stream]

    # terms

    def _term(self, term: Term, bounds: Bounds) -> Explained:
        form, text = _label(term)
        spots = self.seen.spots(term)
        inside = [spot for spot in spots if bounds.inside(spot)]
        if inside:
            return self._with_spots(Explained(form, text, term.mark, holds=True), inside)
        if spots:
            fields = " and ".join(dict.fromkeys(self._field(spot) for spot in spots))
            note = f"stands in the {fields}, but not where it is wanted"
            return self._with_spots(Explained(form, text, term.mark, holds=False, note=note), spots)
        near = self.seen.near_miss(term)
        note = near.note if near else "not found"
        missing = Explained(form, text, term.mark, holds=False, note=note)
        return self._with_spots(missing, near.spots if near else ())

    # combinations

    def _alternatives(self, condition: ListOf | AnyOf, bounds: Bounds) -> Explained:
        children = self._all(condition, bounds)
        found = [child for child in children if child.holds]
        note = f"{len(found)} of {len(children)} found" if len(children) > 1 else ""
        if found:
            children = found
        elif len(children) > _FEW:
            nearest = sorted(children, key=_closeness, reverse=True)[:_NEAREST]
            children = [child for child in nearest if _closeness(child)]
            note += ", the nearest are" if children else ""
        return self._node(condition, bounds, children, note)

    def _none(self, condition: NoneOf, bounds: Bounds) -> Explained:
        children = self._all(condition, self.definition.excluded(bounds))
        refused = [child for child in children if child.holds]
        note = f"excluded by {_named(refused[0])}" if refused else "none of it found"
        close = [call for child in children if (call := _close_call(child)) is not None]
        return self._node(condition, bounds, refused or close, note)

    def _at_least(self, condition: AtLeast, bounds: Bounds) -> Explained:
        members = self.definition.counted(condition)
        found = self.definition.count(condition, bounds)
        note = f"{found} of the {condition.count} wanted found"
        children = [self.tell(member, bounds) for member in members]
        return self._node(condition, bounds, children, note)

    def _score(self, condition: Score, bounds: Bounds) -> Explained:
        found = self.definition.score(condition, bounds)
        children = []
        for term, weight in condition.weights:
            given = self.definition.weight(term, weight, bounds)
            told = self.tell(term, bounds)
            counts = f"counts {given:g}" if given else f"{told.note}; would count {weight:g}"
            counts += ", double in the title" if given > weight else ""
            children.append(replace(told, note=counts))
        note = f"{found:g} of {condition.at_least:g}"
        return self._node(condition, bounds, children, note)

    def _in(self, condition: In, bounds: Bounds) -> Explained:
        inner = self.tell(condition.condition, self.definition.narrowed(condition, bounds))
        note = ""
        if not self.definition.holds(condition, bounds):
            note = self._elsewhere(condition)
        return self._node(condition, bounds, (inner,), note)

    def _elsewhere(self, condition: In) -> str:
        """Say in which other fields the condition is met."""
        everywhere = Bounds(is_in_article, is_in_article)
        fields = [
            field
            for field in FIELDS
            if field not in condition.fields
            and self.definition.holds(
                In(condition.mark, condition.path, (field,), condition.condition), everywhere
            )
        ]
        if "lead" in fields and "text" in fields:
            fields.remove("text")
        return f"found, but only in the {' and '.join(fields)}" if fields else ""

    # near, sentence and paragraph

    def _near(self, condition: Near, bounds: Bounds) -> Explained:
        windows = self.definition.windows(condition, bounds)
        tightest = min(windows, key=lambda window: window.gap, default=None)
        if tightest is not None:
            children = self._all(condition, self.definition.around(condition, tightest))
            note = f"{_words(tightest.gap)} apart, {condition.within} allowed"
            told = self._node(condition, bounds, children, note)
            return self._with_spots(told, tightest.spots)
        note, nearest = self._nearly_near(condition, bounds)
        told = self._node(condition, bounds, self._all(condition, bounds), note)
        return self._with_spots(told, _ends(nearest) if nearest else ())

    def _nearly_near(self, condition: Near, bounds: Bounds) -> tuple[str, Window | None]:
        nearest = self.definition.nearest(condition, bounds, ordered=condition.ordered)
        if nearest is None and condition.ordered:
            nearest = self.definition.nearest(condition, bounds, ordered=False)
            if nearest is not None:
                return f"{_words(nearest.gap)} apart, but not in this order", nearest
        if nearest is None:
            apart = all(self.definition.holds(m, bounds) for m in condition.members)
            return "all found, but not in one field" if apart else "", None
        if nearest.gap <= condition.within:
            note = f"{_words(nearest.gap)} apart, but what is excluded stands beside it"
            return note, nearest
        first, last = (self._printed(spot) for spot in _ends(nearest))
        note = f"«{last}» stands {_words(nearest.gap)} away from «{first}», "
        return f"{note}{condition.within} allowed", nearest

    def _printed(self, spot: Spot) -> str:
        return self.seen.texts[spot.stream][spot.start : spot.end]

    def _same(self, condition: Same, bounds: Bounds) -> Explained:
        units = self.definition.units(condition, bounds)
        unit = next((u for u in units if self.definition.holds_together(condition, u)), None)
        if unit is not None:
            return self._held_together(condition, bounds, unit)
        children = self._all(condition, bounds)
        apart = all(child.holds for child in children)
        note = f"all found, but never in one {condition.unit}" if apart else ""
        return self._node(condition, bounds, children, note)

    def _held_together(self, condition: Same, bounds: Bounds, unit: Bounds) -> Explained:
        children = self._all(condition, unit)
        told = self._node(condition, bounds, children)
        spots = self.definition.evidence(condition.members)
        return self._with_spots(told, (spot for spot in spots if unit.inside(spot)))


def _label(condition: Condition) -> tuple[str, str]:
    """Give the form of a condition, and the condition as the rule writes it without members."""
    if isinstance(condition, Term):
        if condition.mode == "inflected":
            return "term", condition.text
        return condition.mode, f"{condition.mode}: {condition.text}"
    if isinstance(condition, ListOf):
        return "list", f"list: {condition.name}"
    if isinstance(condition, AtLeast):
        return "at_least", f"at least {condition.count}"
    if isinstance(condition, Score):
        return "score", f"score: at least {condition.at_least:g}"
    if isinstance(condition, In):
        return "in", f"in: {', '.join(condition.fields)}"
    if isinstance(condition, Near):
        order = ", in this order" if condition.ordered else ""
        return "near", f"near: within {_words(condition.within)}{order}"
    if isinstance(condition, Same):
        return condition.unit, condition.unit
    form = {AnyOf: "any", AllOf: "all", NoneOf: "none"}[type(condition)]
    return form, form


def _named(explained: Explained) -> str:
    """Name what is excluded by its words that were found."""
    if not explained.spans:
        inner = next((child for child in explained.children if child.holds), None)
        return _named(inner) if inner else explained.text
    terms = dict.fromkeys(f"«{span.term}»" for span in explained.spans)
    return f"{' and '.join(list(terms)[:3])} in the {explained.spans[0].field}"


def _closeness(explained: Explained) -> float:
    """Rank what does not hold by how much of it does, between 0 and 1."""
    if explained.holds:
        return 1.0
    below = [_closeness(child) for child in explained.children if child.form != "none"]
    if explained.form in {"any", "list"}:
        return max(below, default=0.0)
    if below:
        return sum(below) / (len(below) + 1)
    return 0.5 if explained.spans else 0.0


def _close_call(explained: Explained) -> Explained | None:
    """Cut what did not exclude anything down to what nearly did; None where nothing was near."""
    is_near = bool(explained.note and explained.spans)
    if is_near or (explained.form == "in" and explained.note):
        return replace(explained, children=())
    if explained.form not in {"any", "list", "in", "at_least"}:
        return None
    below = [call for child in explained.children if (call := _close_call(child)) is not None]
    return replace(explained, children=tuple(below)) if below else None


def _words(count: int) -> str:
    return "1 word" if count == 1 else f"{count} words"


def _ends(window: Window) -> tuple[Spot, Spot]:
    """Give the hit that ends first and the one that begins last."""
    first = min(window.spots, key=lambda spot: (spot.last, spot))
    last = max(window.spots, key=lambda spot: (spot.first, spot))
    return first, last
