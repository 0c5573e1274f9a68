"""The definition that `explain` tells must be what the engine does, rule by rule."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.test_match_engine import (
    compiled,
    condition,
    filler,
    node,
    sentence,
    text,
    word,
    written,
)
from watcher.match import match, read_file
from watcher.match.definition import Definition
from watcher.match.explain import terms_below
from watcher.match.sightings import Sightings
from watcher.model import Article


@settings(deadline=None)
@given(
    conditions=st.lists(condition, min_size=1, max_size=4),
    title=sentence,
    before=filler,
    text=text,
    source=word,
)
def test_the_definition_equals_the_engine(conditions, title, before, text, source):
    """Same rules match, in the same place, whatever the rules and the article."""
    rules, sound = compiled(conditions)
    assume(sound)
    article = Article("", " ".join(title), written(before + text), source=source)
    listed = [{"id": f"r{n}", "match": one} for n, one in enumerate(sound)]
    file, _ = read_file(node({"rules": listed}))

    expected = {}
    for one in file.rules:
        seen = Sightings(article, "", terms_below(one.condition, {}))
        expected[one.rule.id] = Definition({}, seen).where(one.condition)

    found = {one.rule: one.where for one in match(rules, article)}
    assert {rule: place for rule, place in expected.items() if place} == found
