"""The engine and those it is measured beside, each as: compile rules, then a text -> its rules.

Peers get what makes them fast: they compile once, share words among rules, and look only at rules
filed under a word that occurs, but for `re`, which is the naive way on purpose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from tests.bench.rulesets import as_document
from tests.bench.texts import ENCLITICS, PROCLITICS
from watcher.match import Findings, Rules, read_rules
from watcher.model import Article

if TYPE_CHECKING:
    from tests.bench.rulesets import Generated

Found: TypeAlias = set[int]
Matcher: TypeAlias = Callable[[str], Found]
Places: TypeAlias = Mapping[str, list[int]]
"""Word -> where it stands in the text, in code points."""

WORD = re.compile(r"\w+")


def engine_rules(made: list[Generated], *, exact: bool) -> Rules:
    """Compile rules as the daemon does."""
    rules, problems = read_rules([as_document(made, exact=exact)])
    errors = [problem for problem in problems if problem.level == "error"]
    assert not errors, f"the generated rules have mistakes: {errors[:3]}"
    return rules


def engine_matcher(rules: Rules) -> Matcher:
    """Match with compiled rules; give the numbers of those that hold."""
    number = {rule.id: int(rule.id.removeprefix("rule-")) for rule in rules.rules}

    def found(text: str) -> Found:
        article = Article(url="", title="", text=text)
        return {number[rule] for rule in Findings(rules, article).rules()}

    return found


def engine(made: list[Generated]) -> Matcher:
    """Ours, every term in any inflection."""
    return engine_matcher(engine_rules(made, exact=False))


def engine_exact(made: list[Generated]) -> Matcher:
    """Ours, terms that take clitics and nothing else, as the peers' do."""
    return engine_matcher(engine_rules(made, exact=True))


# --- what all peers share ---------------------------------------------------------------------


def holds(rule: Generated, text: str, places: Places) -> bool:
    """Evaluate a rule on the words that occur."""
    if any(word in places for word in rule.none):
        return False
    if not all(any(word in places for word in group) for group in rule.groups):
        return False
    return rule.within is None or _is_near(rule, rule.within, text, places)


def _is_near(rule: Generated, within: int, text: str, places: Places) -> bool:
    """Tell whether words of the first two groups stand `within` words of each other."""
    one, other = (
        [text.count(" ", 0, place) for word in group for place in places.get(word, ())]
        for group in rule.groups[:2]
    )
    return any(abs(left - right) - 1 <= within for left in one for right in other)


def spaced(text: str) -> str:
    """Give the words of a text, with one space around each."""
    return f" {' '.join(WORD.findall(text))} "


class Filed:
    """Rules filed under the words of their rarest group: others need not be looked at."""

    def __init__(self, made: list[Generated]) -> None:
        self._made = made
        uses = Counter(word for rule in made for group in rule.groups for word in group)
        self._under: dict[str, list[int]] = {}
        for number, rule in enumerate(made):
            for word in min(rule.groups, key=lambda group: sum(uses[word] for word in group)):
                self._under.setdefault(word, []).append(number)

    def matching(self, text: str, places: Places) -> Found:
        """Give the rules that hold."""
        under, made = self._under, self._made
        candidates = {number for word in places for number in under.get(word, ())}
        return {number for number in candidates if holds(made[number], text, places)}


def all_words(made: list[Generated]) -> list[str]:
    """Give every word of the rules once."""
    return list(dict.fromkeys(word for rule in made for word in rule.terms))


def occurring(text: str, hits: list[tuple[str, int, int]]) -> dict[str, list[int]]:
    """Keep the hits that are whole words but for clitics."""
    places: dict[str, list[int]] = {}
    for word, start, end in hits:
        before = text[text.rfind(" ", 0, start) + 1 : start]
        if before in _PROCLITICS and text[end : text.find(" ", end)] in _ENCLITICS:
            places.setdefault(word, []).append(start)
    return places


_PROCLITICS, _ENCLITICS = frozenset(PROCLITICS), frozenset(ENCLITICS)


# --- the peers --------------------------------------------------------------------------------


def naive_re(made: list[Generated]) -> Matcher:
    """Rule by rule, one compiled expression for each word, clitics allowed around it."""
    before = "|".join(filter(None, PROCLITICS))
    after = "|".join(filter(None, ENCLITICS))
    return _naive(made, rf"\b(?:{before})?{{}}(?:{after})?\b")


def naive_re_bare(made: list[Generated]) -> Matcher:
    """Rule by rule, one compiled expression for each word, which must stand without clitics."""
    return _naive(made, r"\b{}\b")


def _naive(made: list[Generated], pattern: str) -> Matcher:
    compiled = {word: re.compile(pattern.format(word)) for word in all_words(made)}

    def near(rule: Generated, within: int, text: str) -> bool:
        one, other = (
            [
                len(WORD.findall(text, 0, hit.start()))
                for word in group
                for hit in compiled[word].finditer(text)
            ]
            for group in rule.groups[:2]
        )
        return any(abs(left - right) - 1 <= within for left in one for right in other)

    def matches(rule: Generated, text: str) -> bool:
        return (
            all(any(compiled[word].search(text) for word in group) for group in rule.groups)
            and not any(compiled[word].search(text) for word in rule.none)
            and (rule.within is None or near(rule, rule.within, text))
        )

    return lambda text: {number for number, rule in enumerate(made) if matches(rule, text)}


def pyahocorasick(made: list[Generated]) -> Matcher:
    """Look for all words at once, then for boundaries and clitics; look at rules that are filed."""
    places, filed = _automaton(made), Filed(made)

    def found(printed: str) -> Found:
        text = spaced(printed)
        return filed.matching(text, places(text))

    return found


def pyahocorasick_by_rule(made: list[Generated]) -> Matcher:
    """Look for all words at once, then for boundaries and clitics; look at every rule."""
    places = _automaton(made)

    def found(printed: str) -> Found:
        text = spaced(printed)
        occur = places(text)
        return {number for number, rule in enumerate(made) if holds(rule, text, occur)}

    return found


def _automaton(made: list[Generated]) -> Callable[[str], Places]:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for word in all_words(made):
        automaton.add_word(word, (word, len(word) - 1))
    automaton.make_automaton()

    def places(text: str) -> Places:
        hits = [(word, end - less, end + 1) for end, (word, less) in automaton.iter(text)]
        return occurring(text, hits)

    return places


def ahocorasick_rs(made: list[Generated]) -> Matcher:
    """Look for all words at once, then for boundaries and clitics."""
    from ahocorasick_rs import AhoCorasick, Implementation

    words = all_words(made)
    automaton = AhoCorasick(words, implementation=Implementation.DFA, store_patterns=False)
    filed = Filed(made)

    def found(printed: str) -> Found:
        text = spaced(printed)
        located = automaton.find_matches_as_indexes(text, overlapping=True)
        hits = [(words[index], start, end) for index, start, end in located]
        return filed.matching(text, occurring(text, hits))

    return found


PEERS: dict[str, tuple[str, Callable[[list[Generated]], Matcher]]] = {
    "re": ("re", naive_re),
    "re, no clitics": ("re", naive_re_bare),
    "pyahocorasick": ("ahocorasick", pyahocorasick),
    "pyahocorasick, rule by rule": ("ahocorasick", pyahocorasick_by_rule),
    "ahocorasick-rs": ("ahocorasick_rs", ahocorasick_rs),
}
"""Name -> module it needs, how it compiles."""


def is_installed(peer: str) -> bool:
    """Tell whether the module that a peer needs is here."""
    return find_spec(PEERS[peer][0]) is not None
