"""What is not wrong in rule files and still not wise, each with its place and a proposal. Pure.

Only for people who ask: `watcher rules check`. The daemon takes rules up without it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from watcher.arabic import Term as Wanted
from watcher.arabic import Terms, fold, words_of
from watcher.document import at
from watcher.match.contain import implies, shape_of, terms_of
from watcher.match.written import (
    PLACES,
    AllOf,
    AnyOf,
    AtLeast,
    In,
    ListOf,
    Near,
    NoneOf,
    Same,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from watcher.document import Mark
    from watcher.errors import Problem
    from watcher.match.contain import Shape
    from watcher.match.written import Condition, RuleFile, WrittenList, WrittenRule
    from watcher.model import Article

FLOOD = 0.02
"""Share of all articles from which on a word alone is no topic."""
FEWEST = 200
"""Articles below which an archive says nothing about how frequent a word is."""
_MOST_CANDIDATES = 50
"""Rules that one rule is compared with."""
_HEADS = ("", "ال", "و", "ب")
_TAILS = ("", "ة", "ات", "ين", "ون", "ان", "ها", "ا", "ي", "ية")


def lint(files: Sequence[RuleFile]) -> list[Problem]:
    """Report terms that others make needless, and rules that are contained in others.

    The files must be free of errors.
    """
    lists = {one.name: one for file in files for one in file.lists}
    return sorted({*_needless_terms(files), *_contained_rules(files, lists)})


# --- terms ------------------------------------------------------------------------------------


class _Choice(NamedTuple):
    """Terms of which any will do."""

    terms: tuple[Term, ...]
    is_list: bool


def _needless_terms(files: Sequence[RuleFile]) -> Iterator[Problem]:
    choices = list(_choices(files))
    coverage = _Coverage(term for choice in choices for term in choice.terms)
    for choice in choices:
        seen: dict[tuple[str, str], Term] = {}
        for term in choice.terms:
            first = seen.setdefault(_key(term), term)
            if first is not term:
                if not choice.is_list:  # for lists, reading the rules says so already
                    what = f"'{term.text}' is already here, in {_place(first.mark, term.mark)}"
                    yield at(term.mark, term.path, f"{what}. Remove one.", warning=True)
                continue
            yield from _covered(term, choice.terms, coverage)


def _covered(term: Term, others: Sequence[Term], coverage: _Coverage) -> Iterator[Problem]:
    for other in others:
        if _key(other) == _key(term) or not coverage.holds(other, term):
            continue
        # Of two that find the same, the longer one goes, or the later.
        if coverage.holds(term, other) and _rank(term) < _rank(other):
            continue
        what = (
            f"'{term.text}' is found by '{other.text}' already, in "
            f"{_place(other.mark, term.mark)}. Remove it."
        )
        yield at(term.mark, term.path, what, warning=True)
        return


def _rank(term: Term) -> tuple[int, str, int, int]:
    return len(fold(term.text)), term.mark.file, term.mark.line, term.mark.col


def _key(term: Term) -> tuple[str, str]:
    return term.mode, term.text if term.mode in {"literal", "regex"} else fold(term.text)


def _choices(files: Sequence[RuleFile]) -> Iterator[_Choice]:
    for file in files:
        for one in file.lists:
            yield _Choice(tuple(_direct_terms(one.entries)), is_list=True)
            for entry in one.entries:
                yield from _any_below(entry)
        for rule in file.rules:
            yield from _any_below(rule.condition)


def _any_below(written: Condition) -> Iterator[_Choice]:
    if isinstance(written, AnyOf):
        yield _Choice(tuple(_direct_terms(written.members)), is_list=False)
    if isinstance(written, In):
        yield from _any_below(written.condition)
    elif isinstance(written, (AnyOf, AllOf, NoneOf, AtLeast, Near, Same)):
        for member in written.members:
            yield from _any_below(member)


def _direct_terms(members: Iterable[Condition]) -> Iterator[Term]:
    return (member for member in members if isinstance(member, Term))


class _Coverage:
    """Which terms find whatever another term finds, judged by forms of the other."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._wanted = sorted(
            {(term.text, term.mode) for term in terms if term.mode in {"inflected", "exact"}}
        )
        self._terms = Terms(
            [
                Wanted(text, "exact" if mode == "exact" else "inflected")
                for text, mode in self._wanted
            ]
        )
        self._found: dict[str, set[tuple[str, str]]] = {}

    def holds(self, one: Term, other: Term) -> bool:
        """Tell whether `one` finds what `other` finds."""
        keys = [(term.text, term.mode) for term in (one, other)]
        if one.mode != "inflected" or other.mode in {"literal", "regex"}:
            return False
        if keys[0] not in self._finders(other.text):
            return False
        if other.mode == "exact":
            return True
        forms = (self._finders(form) for form in _forms(other.text))
        return all(keys[0] in found for found in forms if keys[1] in found)

    def _finders(self, text: str) -> set[tuple[str, str]]:
        """Give the terms that occur in a text."""
        if text not in self._found:
            hits = self._terms.find(text)
            self._found[text] = {self._wanted[term] for term, _, _ in hits}
        return self._found[text]


def _forms(text: str) -> list[str]:
    """Give spellings that may or may not be forms of a term; the language decides."""
    words = words_of(text).raw
    if len(words) == 1:
        stem = words[0].removeprefix("ال") if len(words[0]) > 4 else words[0]
        stems = {words[0], stem, stem.removesuffix("ة")}
        return [head + one + tail for one in stems for head in _HEADS for tail in _TAILS]
    definite = [word if word.startswith("ال") else f"ال{word}" for word in words]
    bare = [word.removeprefix("ال") for word in words]
    return [" ".join(form) for form in (definite, bare, [words[0], *definite[1:]])]


def _place(mark: Mark, seen_from: Mark) -> str:
    return f"line {mark.line}" if mark.file == seen_from.file else f"{mark.file}:{mark.line}"


# --- rules ------------------------------------------------------------------------------------


class _Shaped(NamedTuple):
    number: int
    written: WrittenRule
    shape: Shape
    terms: frozenset[str]


def _contained_rules(
    files: Sequence[RuleFile], lists: Mapping[str, WrittenList]
) -> Iterator[Problem]:
    rules = []
    for number, written in enumerate(one for file in files for one in file.rules):
        shape = shape_of(written.condition, lists)
        rules.append(_Shaped(number, written, shape, frozenset(terms_of(shape))))
    by_term: dict[str, list[_Shaped]] = {}
    for rule in rules:
        for term in rule.terms:
            by_term.setdefault(term, []).append(rule)
    told: set[int] = set()
    for wider in rules:
        for rule in _candidates(wider, by_term):
            if rule.number not in told and _is_needless(rule, wider):
                told.add(rule.number)
                yield _contained(rule.written, wider.written)


def _candidates(wider: _Shaped, by_term: Mapping[str, list[_Shaped]]) -> list[_Shaped]:
    """Give rules that share a term, those first that share a rare one."""
    rarest_first = sorted(wider.terms, key=lambda term: (len(by_term[term]), term))
    found: dict[int, _Shaped] = {}
    for term in rarest_first:
        for rule in by_term[term]:
            found.setdefault(rule.number, rule)
            if len(found) >= _MOST_CANDIDATES:
                return list(found.values())
    return list(found.values())


def _is_needless(rule: _Shaped, wider: _Shaped) -> bool:
    """Tell whether nobody would miss the rule: a severer one, or one told to others, is no copy."""
    mine, its = rule.written.rule, wider.written.rule
    if rule.number == wider.number or mine.severity > its.severity:
        return False
    if its.notify and not (mine.notify and {*mine.notify} <= {*its.notify}):
        return False
    if its.where and not (mine.where and {*mine.where} <= {*its.where}):
        return False
    if (mine.when, mine.topic) != (its.when, its.topic):
        return False
    if mine.max_age_s != its.max_age_s or not implies(rule.shape, wider.shape):
        return False
    # Of two that say the same, the first one stays.
    return rule.number > wider.number or not _is_needless(wider, rule)


def _contained(written: WrittenRule, wider: WrittenRule) -> Problem:
    mark = wider.rule.mark
    what = (
        f"whatever it finds, the rule '{wider.rule.id}' in {mark.file}:{mark.line} finds too and "
        "tells the same targets. Remove it, or make one of them stricter."
    )
    return at(written.rule.mark, written.path, what, warning=True)


# --- frequency --------------------------------------------------------------------------------


def floods(files: Sequence[RuleFile], articles: Iterable[Article]) -> list[Problem]:
    """Report terms that alone make a rule match and stand in too many of an archive's articles."""
    lists = {one.name: one for file in files for one in file.lists}
    alone = [
        (written, term)
        for file in files
        for written in file.rules
        for term in _sufficient(written.condition, lists)
    ]
    wanted = list(dict.fromkeys(_key(term) for _, term in alone))
    terms = Terms(
        [Wanted(text, "exact" if mode == "exact" else "inflected") for mode, text in wanted]
    )
    counts, total = Counter[tuple[str, str]](), 0
    for article in articles:
        total += 1
        hits = (*terms.find(article.title), *terms.find(article.text))
        counts.update({wanted[term] for term, _, _ in hits})
    if total < FEWEST:
        return []
    return [
        _flooding(written, term, counts[_key(term)], total)
        for written, term in alone
        if counts[_key(term)] > FLOOD * total
    ]


def _sufficient(written: Condition, lists: Mapping[str, WrittenList]) -> Iterator[Term]:
    """Give the terms of which one hit, in the headline at the latest, makes the condition hold."""
    if isinstance(written, Term):
        if written.mode in {"inflected", "exact"}:
            yield written
    elif isinstance(written, (AnyOf, ListOf)):
        listed = lists[written.name].entries if isinstance(written, ListOf) else written.members
        for member in listed:
            yield from _sufficient(member, lists)
    elif isinstance(written, In) and {*written.fields} == {*PLACES}:
        yield from _sufficient(written.condition, lists)


def _flooding(written: WrittenRule, term: Term, count: int, total: int) -> Problem:
    what = (
        f"'{term.text}' alone makes the rule '{written.rule.id}' match, and stands in "
        f"{count / total:.0%} of the last {total:,} articles. Want another word beside it "
        "(`all`, `near`), or want it `in: title`."
    )
    return at(term.mark, term.path, what, warning=True)
