"""The engine against an evaluator that follows the definition word by word and knows no shortcuts."""

from __future__ import annotations

import pickle
from itertools import chain
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from watcher.document import Mapping, Mark, Scalar, Sequence
from watcher.match import Findings, match, read_rules
from watcher.model import Article

WORDS = ["كتاب", "شمس", "نهر", "جبل", "قمر"]
LEAD = 60


def node(value: Any, path: str = "") -> Any:
    mark = Mark("random.yaml", 1, 1)
    if isinstance(value, dict):
        return Mapping(mark, path, {key: node(v, f"{path}.{key}") for key, v in value.items()})
    if isinstance(value, list):
        return Sequence(mark, path, tuple(node(v, f"{path}[{n}]") for n, v in enumerate(value)))
    return Scalar(mark, path, str(value).lower() if isinstance(value, bool) else str(value))


# --- the definition ---------------------------------------------------------------------------
# A text is a list of paragraphs, a paragraph a list of sentences, a sentence a list of words. A hit
# is (stream, first word, last word); a region is a set of hits given by a predicate.


class Naive:
    def __init__(self, title, text, source):
        self.enclosing = 0
        self.streams = {0: [[title]], 1: text, 2: [[[source]]]}
        self.words, self.sentence, self.paragraph = {}, {}, {}
        for stream, paragraphs in self.streams.items():
            sentences = list(chain.from_iterable(paragraphs))
            self.words[stream] = list(chain.from_iterable(sentences))
            self.sentence[stream] = [n for n, s in enumerate(sentences) for _ in s]
            self.paragraph[stream] = [
                n for n, p in enumerate(paragraphs) for _ in chain.from_iterable(p)
            ]

    def hits(self, term):
        wanted = term.split()
        return {
            (stream, at, at + len(wanted) - 1)
            for stream, words in self.words.items()
            for at in range(len(words))
            if words[at : at + len(wanted)] == wanted
            and self.sentence[stream][at] == self.sentence[stream][at + len(wanted) - 1]
        }

    def positive(self, condition):
        if isinstance(condition, str):
            return self.hits(condition)
        found = set()
        for key, value in condition.items():
            if key in {"exact", "literal"}:
                found |= self.hits(value)
            elif key in {"at_least", "near", "score"}:
                found = found.union(*map(self.positive, value["of"]))
            elif key in {"any", "all", "sentence", "paragraph"}:
                found = found.union(*map(self.positive, value))
            elif key == "match":
                found |= self.positive(value)
        return found

    def holds(self, condition, inside, reach):
        if isinstance(condition, str):
            return any(inside(hit) for hit in self.hits(condition))
        return all(
            getattr(self, f"_{key}")(condition, value, inside, reach)
            for key, value in condition.items()
            if key != "match"
        )

    def _exact(self, _, value, inside, reach):
        return self.holds(value, inside, reach)

    _literal = _exact

    def _any(self, _, members, inside, reach):
        return any(self.holds(member, inside, reach) for member in members)

    def _all(self, _, members, inside, reach):
        return all(self.holds(member, inside, reach) for member in members)

    def _none(self, _, members, inside, reach):
        return not any(self.holds(member, reach, reach) for member in members)

    def _at_least(self, _, value, inside, reach):
        return sum(self.holds(m, inside, reach) for m in value["of"]) >= value["count"]

    def _score(self, _, value, inside, reach):
        total = 0
        for term, weight in value["of"].items():
            hits = [hit for hit in self.hits(term) if inside(hit)]
            total += weight * bool(hits) * (2 if any(hit[0] == 0 for hit in hits) else 1)
        return total >= value["at_least"]

    def _in(self, condition, fields, inside, reach):
        def there(hit):
            stream, first, _ = hit
            named = {0: {"title"}, 1: {"text"}, 2: {"source"}}[stream] & set(fields)
            return named or (stream == 1 and "lead" in fields and first < LEAD)

        # a field about the article is only seen where the outermost `in` names it
        about = {2} if not self.enclosing else set()
        self.enclosing += 1
        held = self.holds(
            condition["match"],
            lambda hit: there(hit) and (hit[0] in about or inside(hit)),
            lambda hit: there(hit) and (hit[0] in about or reach(hit)),
        )
        self.enclosing -= 1
        return held

    def _near(self, _, value, inside, reach):
        within, members = value["within"], value["of"]
        ground = set().union(*map(self.positive, members))
        for stream, words in self.words.items():
            for low in range(len(words)):
                for high in range(low + within + 2):
                    window = {
                        hit
                        for hit in ground
                        if hit[0] == stream and hit[2] >= low and hit[1] <= high and inside(hit)
                    }
                    if window and self._window(value, members, window):
                        return True
        return False

    def _window(self, value, members, window):
        begin, end = min(hit[1] for hit in window), max(hit[2] for hit in window)
        stream, within = next(iter(window))[0], value["within"]

        def around(hit):
            return hit[0] == stream and hit[2] >= begin - within - 1 and hit[1] <= end + within + 1

        if value.get("ordered"):
            return self._follow(members, window, around, 0)
        return all(self.holds(m, window.__contains__, around) for m in members)

    def _follow(self, members, window, reach, after):
        if not members:
            return True
        if set(members[0]) == {"none"}:
            return self.holds(members[0], bool, reach) and self._follow(
                members[1:], window, reach, after
            )
        ends = {hit[2] for hit in window}
        return any(
            self.holds(
                members[0],
                {hit for hit in window if hit[1] >= after and hit[2] <= end}.__contains__,
                reach,
            )
            and self._follow(members[1:], window, reach, max(after, end + 1))
            for end in ends
        )

    def _unit(self, numbers, members, inside):
        units = {(stream, n) for stream, ns in numbers.items() for n in ns}

        def within(unit):
            return lambda hit: hit[0] == unit[0] and numbers[hit[0]][hit[1]] == unit[1]

        return any(
            all(
                self.holds(m, lambda hit, u=unit: inside(hit) and within(u)(hit), within(unit))
                for m in members
            )
            for unit in units
        )

    def _sentence(self, _, members, inside, reach):
        return self._unit(self.sentence, members, inside)

    def _paragraph(self, _, members, inside, reach):
        return self._unit(self.paragraph, members, inside)

    def where(self, condition):
        def everywhere(hit):
            return hit[0] < 2

        scopes = {
            "title": lambda hit: hit[0] == 0,
            "lead": lambda hit: hit[0] == 0 or (hit[0] == 1 and hit[1] < LEAD),
            "text": everywhere,
        }
        if not self.holds(condition, everywhere, everywhere):
            return None
        return next(
            place for place, scope in scopes.items() if self.holds(condition, scope, everywhere)
        )


def compiled(conditions):
    """Compile the conditions that make sense, as rules r0, r1, …; give them beside the rules."""
    while True:
        listed = [{"id": f"r{n}", "match": one} for n, one in enumerate(conditions)]
        rules, problems = read_rules([node({"rules": listed})])
        wrong = {problem.path.split(".")[1] for problem in problems if problem.level == "error"}
        if not wrong:
            return rules, conditions
        kept = enumerate(conditions)
        conditions = [one for n, one in kept if f"rules[{n}]" not in wrong]


# --- random rules and articles ----------------------------------------------------------------

word = st.sampled_from(WORDS)
phrase = st.lists(word, min_size=2, max_size=2).map(" ".join)
term = word | word | phrase
leaf = term | term.map(lambda t: {"exact": t}) | word.map(lambda t: {"literal": t})


def extend(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    pair = st.lists(inner, min_size=2, max_size=3)
    near = st.fixed_dictionaries(
        {"within": st.integers(0, 4), "of": pair}, optional={"ordered": st.booleans()}
    )
    fields = st.lists(
        st.sampled_from(["title", "lead", "text", "source"]), min_size=1, max_size=2, unique=True
    )
    score = st.fixed_dictionaries(
        {
            "of": st.dictionaries(term, st.integers(1, 3), min_size=1, max_size=3),
            "at_least": st.integers(1, 6),
        }
    )
    different = st.lists(leaf, min_size=1, max_size=3, unique_by=repr)
    one = st.one_of(
        several.map(lambda m: {"any": m}),
        several.map(lambda m: {"all": m}),
        several.map(lambda m: {"none": m}),
        near.map(lambda m: {"near": m}),
        near.map(lambda m: {"near": m}),
        several.map(lambda m: {"sentence": m}),
        several.map(lambda m: {"paragraph": m}),
        st.tuples(fields, inner).map(lambda p: {"in": p[0], "match": p[1]}),
        score.map(lambda m: {"score": m}),
        st.tuples(st.integers(1, 3), different, near).map(
            lambda p: {"at_least": {"count": p[0], "of": [*p[1], {"near": p[2]}]}}
        ),
    )
    return one | st.tuples(one, several).map(lambda p: {**p[0], "none": p[1]})


condition = st.recursive(leaf, extend, max_leaves=8)
sentence = st.lists(word, min_size=1, max_size=6)
text = st.lists(st.lists(sentence, min_size=1, max_size=3), max_size=3)
filler = st.integers(0, 1).map(lambda n: [[["رمل"] * 57]] * n)


def written(text):
    return "\n".join(" ".join(" ".join(s) + "." for s in paragraph) for paragraph in text)


@settings(deadline=None)
@given(
    conditions=st.lists(condition, min_size=1, max_size=5),
    title=st.lists(word, max_size=5),
    before=filler,
    text=text,
    source=word,
)
def test_engine_equals_the_definition_rule_by_rule(conditions, title, before, text, source):
    """Same rules match, in the same place, whatever the rules and the article."""
    rules, sound = compiled(conditions)
    assume(sound)
    body = before + text
    article = Article(url="", title=" ".join(title), text=written(body), source=source)

    naive = Naive(title, body, source)
    places = {f"r{n}": naive.where(one) for n, one in enumerate(sound)}
    expected = {rule: place for rule, place in places.items() if place}

    found = match(rules, article)

    assert expected == {one.rule: one.where for one in found}
    for one in found:
        for span in one.spans:
            field = article.title if span.field == "title" else article.text
            assert span.term.split() == field[span.start : span.end].split()


@settings(deadline=None)
@given(
    conditions=st.lists(condition, min_size=2, max_size=6),
    titles=st.lists(st.lists(word, min_size=1, max_size=4), min_size=20, max_size=20),
)
def test_what_articles_teach_changes_no_match(conditions, titles):
    """Rules move to rarer words after some articles; each is found all the same."""
    taught, sound = compiled(conditions)
    assume(sound)
    articles = [Article("", " ".join(title), "") for title in titles]
    for article in articles:
        match(taught, article)
    untaught = compiled(sound)[0]

    for article in articles[:8]:
        found = match(taught, article)
        findings = Findings(taught, article)
        assert found == match(untaught, article)
        assert findings.rules() == [one.rule for one in found]
        assert [findings.match(one.rule) for one in reversed(found)] == list(reversed(found))


def test_rules_can_be_handed_to_another_process():
    """Pickled rules match as before, patterns included."""
    conditions = [{"near": {"within": 2, "of": ["نهر", {"regex": r"\d+ جبل"}]}}, {"literal": "شم"}]
    rules, sound = compiled(conditions)
    article = Article("", "شمس", "نهر طويل 12 جبل")

    found = match(pickle.loads(pickle.dumps(rules)), article)

    assert len(sound) == len(found) == 2
    assert found == match(rules, article)


@pytest.mark.parametrize("size", [1, 40])
def test_rules_that_share_words_are_all_found(size):
    """Filing rules under their rarest words loses none of them, however many share a word."""
    terms = [f"{'ابتثج'[n % 5]}{'حخدذر'[n // 5 % 5]}{'زسشصض'[n // 25]}" for n in range(size)]
    rules, problems = read_rules(
        [
            node(
                {
                    "rules": [
                        {"id": f"r{n}", "match": {"all": ["نهر", {"any": ["جبل", term]}]}}
                        for n, term in enumerate(terms)
                    ]
                }
            )
        ]
    )
    assert all(problem.level == "warning" for problem in problems)

    for n, term in enumerate(terms):
        found = {one.rule for one in match(rules, Article("", "", f"نهر {term}"))}
        assert f"r{n}" in found
    assert len(match(rules, Article("", "", "نهر جبل"))) == size
    assert match(rules, Article("", "", "جبل")) == ()
