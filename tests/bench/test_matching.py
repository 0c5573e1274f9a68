"""How fast articles are matched, beside its limit and beside other ways to do the same.

The limit is what Python needs to take a text apart. Peers know the same clitics and nothing else:
with exact terms every engine must find the same rules in the same documents, and the measurement
fails where one does not. With inflected terms, as analysts write them, the engine finds more.
"""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tests.bench import rulesets, texts, trial, tsquery
from tests.bench.measure import Figure, Goal, best_pass, keep, show
from tests.bench.peers import PEERS, WORD, engine, engine_exact, is_installed
from tests.bench.trial import ENGINE, ENGINE_EXACT, Trial
from watcher.app.files import load_rules
from watcher.arabic import Terms
from watcher.match import match
from watcher.shipped import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.postgres import Postgres

SIZES = (10, 100, 1_000, 10_000, 100_000)
DOCUMENTS = 200
_LARGEST, _MIDDLE = 100_000, 1_000
_NAIVE = ("re", "re, no clitics")
_NAIVE_MOST = 1_000
"""Rules up to which `re` is measured; beyond, its time is taken to grow with the rules."""
_AUTOMATA = ("pyahocorasick", "ahocorasick-rs", "pyahocorasick, rule by rule")
_POSTGRES = "PostgreSQL tsquery"
_LIMIT = "re.findall"
FILES = 100
SECONDS = 1.0
ROUNDS = 2
"""A machine that others share has slow minutes: all engines have their turn, and then again."""
_PATIENCE_S = 100
"""A first reading of files that takes longer is not followed by others."""


Tried: TypeAlias = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Material:
    """What is matched with what; `texts` is where other processes find the documents."""

    folder: Path
    made: list[rulesets.Generated]
    documents: list[str]
    texts: Path

    def rules(self, size: int) -> Path:
        """Put so many rules where other processes find them."""
        path = self.folder / f"{size}.rules"
        path.write_bytes(pickle.dumps(self.made[:size]))
        return path


def material(folder: Path, rules: int, documents: int) -> Material:
    texts_file, written = folder / "texts.json", texts.documents(documents)
    texts_file.write_text(json.dumps(written), encoding="utf-8")
    return Material(folder, rulesets.rules(rules), written, texts_file)


# --- trials -----------------------------------------------------------------------------------


def trials(
    given: Material, size: int, seconds: float, postgres: tuple[Postgres, str] | None
) -> dict[str, Trial]:
    """Try every engine that is here with so many rules, one after the other."""
    names = [ENGINE, ENGINE_EXACT, *(name for name in PEERS if is_installed(name))]
    if size > _NAIVE_MOST:
        names = [name for name in names if name not in _NAIVE]
    rules, pickled = given.rules(size), given.folder / "compiled"
    found: dict[str, Trial] = {}
    for attempt in range(ROUNDS):
        for name in names:
            print(f"{size:,} rules, round {attempt + 1}: {name}", flush=True)
            kept = (pickled,) if name == ENGINE else ()
            tried = Trial(**trial.apart("speed", name, rules, given.texts, seconds, *kept))
            found[name] = trial.better(tried, found.get(name, tried))
    weight = trial.apart("unpickle", pickled)["memory_mb"]
    found[ENGINE] = replace(found[ENGINE], memory_mb=weight)
    if postgres is not None:
        print(f"{size:,} rules: {_POSTGRES}", flush=True)
        server, database = postgres
        made = given.made[:size]
        url = server.url(database)
        found[_POSTGRES] = tsquery.measured(url, made, given.documents, seconds)
    return found


def assert_equal_hits(tried: dict[str, Trial], size: int) -> None:
    """All engines find the same rules, as far as each got; only `re` without clitics cannot."""
    ours = tried[ENGINE_EXACT].found
    for name, peer in tried.items():
        if name in {ENGINE, ENGINE_EXACT, "re, no clitics"}:
            continue
        for place, (one, other) in enumerate(zip(ours, peer.found, strict=False)):
            assert one == other, (
                f"{size} rules, document {place}: only ours {sorted({*one} - {*other})[:5]}, "
                f"only {name} {sorted({*other} - {*one})[:5]}"
            )


def extrapolated(tried: dict[int, dict[str, Trial]]) -> None:
    """Add what `re` would do with more rules, from the most it was measured with."""
    measured = max(size for size in tried if size <= _NAIVE_MOST)
    for name in _NAIVE:
        most = tried[measured].get(name)
        for size, others in tried.items():
            if most is not None and size > measured:
                speed, times = most.warm * measured / size, size / measured
                compiled, memory = most.compile_s * times, most.memory_mb * times
                others[f"{name} (extrapolated)"] = Trial(compiled, memory, speed, speed, [])


# --- figures ----------------------------------------------------------------------------------


def speeds(size: int, tried: dict[str, Trial], limit: float) -> list[Figure]:
    """Set documents/s of the engine beside the limit and the peers."""
    best = max((tried[name].warm for name in _AUTOMATA if name in tried), default=0.0)
    found = []
    for name, terms in ((ENGINE, "inflected"), (ENGINE_EXACT, "exact")):
        ours, metric = tried[name], f"{size:,} rules, {terms} terms"
        beside = {_LIMIT: limit} | {
            peer: other.warm for peer, other in tried.items() if peer not in {ENGINE, ENGINE_EXACT}
        }
        for peer, other in beside.items():
            goal = _speed_goal(size, peer, is_best=other == best)
            found.append(Figure(metric, ours.warm, "documents/s", peer, other, goal))
        found.append(
            Figure(f"{metric}, with evidence", ours.evidence, "documents/s", _LIMIT, limit)
        )
        first = f"{metric}, first sight"
        found.append(Figure(first, ours.cold, "documents/s", _LIMIT, limit))
    return found


def _speed_goal(size: int, peer: str, *, is_best: bool) -> Goal | None:
    if peer == "re" and size == _MIDDLE:
        return Goal("ratio", "≥", 500)
    if peer in _AUTOMATA and is_best and size > _MIDDLE:
        return Goal("ratio", "≥", 3)
    if peer == _POSTGRES and size == _LARGEST:
        return Goal("ratio", "≥", 60)
    return None


def costs(size: int, tried: dict[str, Trial]) -> list[Figure]:
    """Set compile time and memory of the engine beside the peers'; the smaller the better."""
    compiling, memory = f"{size:,} rules, compile", f"{size:,} rules, memory"
    goals = (Goal("value", "≤", 2), Goal("value", "≤", 150)) if size == _LARGEST else (None, None)
    ours = tried[ENGINE]
    found = [
        Figure(compiling, ours.compile_s, "s"),
        Figure(f"{size:,} rules, put files together", ours.joined_s, "s", goal=goals[0]),
        Figure(memory, ours.memory_mb, "MB", goal=goals[1]),
    ]
    for peer, other in tried.items():
        if size >= _MIDDLE and peer not in {ENGINE, ENGINE_EXACT}:
            found.append(Figure(compiling, ours.compile_s, "s", peer, other.compile_s))
            found.append(Figure(memory, ours.memory_mb, "MB", peer, other.memory_mb))
    return found


def growth(tried: dict[int, dict[str, Trial]]) -> list[Figure]:
    """Set the most rules beside a hundredth of them."""
    many, few = max(tried), sorted(tried)[-3:][0]
    goal = Goal("ratio", "≥", 0.5) if (few, many) == (_MIDDLE, _LARGEST) else None
    return [
        Figure(
            f"{many:,} rules, {terms} terms",
            tried[many][name].warm,
            "documents/s",
            f"{few:,} rules",
            tried[few][name].warm,
            goal,
        )
        for name, terms in ((ENGINE, "inflected"), (ENGINE_EXACT, "exact"))
    ]


def side_by_side(
    given: Material,
    sizes: tuple[int, ...],
    seconds: float,
    postgres: tuple[Postgres, str] | None,
) -> list[Figure]:
    """Measure the engine beside its peers, with more and more rules."""
    tried = {}
    for size in sizes:
        tried[size] = trials(given, size, seconds, postgres)
        assert_equal_hits(tried[size], size)
    extrapolated(tried)
    limit = best_pass(lambda: tokenized(given.documents), at_least_s=seconds)
    limit *= len(given.documents)
    found = [figure for size in sizes for figure in speeds(size, tried[size], limit)]
    found += growth(tried)
    return found + [figure for size in sizes for figure in costs(size, tried[size])]


def tokenized(documents: list[str]) -> None:
    for text in documents:
        WORD.findall(text)


# --- from files -------------------------------------------------------------------------------


def from_files(
    folder: Path, made: list[rulesets.Generated], files: int, tried: Tried = trial.apart
) -> list[Figure]:
    """Read rule files: never seen, unchanged, one of them edited; each in a new process."""
    rules, cache, pickled = folder / "rules", folder / "cache-0", folder / "pickled"
    rules.mkdir()
    rulesets.write_files(rules, made, files)
    first = [
        tried("read", rules, folder / f"cache-{attempt}", pickled) for attempt in range(ROUNDS)
    ]
    cold = min(first, key=itemgetter("seconds"))
    handed = tried("unpickle", pickled)
    warm = after = {"seconds": math.nan, "memory_mb": math.nan, "rules": len(made)}
    if cold["seconds"] < _PATIENCE_S:
        again = [tried("read", rules, cache) for _ in range(ROUNDS)]
        warm = min(again, key=itemgetter("seconds"))
        after = tried("edit", rules, cache, sorted(rules.iterdir())[files // 2])
    assert cold["rules"] == warm["rules"] == after["rules"] == handed["rules"] == len(made)
    return _file_figures(f"{len(made):,} rules in {files} files", cold, warm, after, handed)


def _file_figures(
    what: str,
    cold: dict[str, Any],
    warm: dict[str, Any],
    after: dict[str, Any],
    handed: dict[str, Any],
) -> list[Figure]:
    in_time, again, less = (Goal("value", "≤", number) for number in (30, 3, 150))
    first = cold["seconds"]
    return [
        Figure(f"{what}, never seen", first, "s", goal=in_time),
        Figure(f"{what}, unchanged", warm["seconds"], "s", "never seen", first, again),
        Figure(f"{what}, one edited", after["seconds"], "s", "never seen", first),
        Figure(f"{what}, memory after the first reading", cold["memory_mb"], "MB"),
        Figure(f"{what}, memory after another", warm["memory_mb"], "MB", goal=less),
        Figure(f"{what}, memory where handed over", handed["memory_mb"], "MB", goal=less),
        Figure(f"{what}, time to take over", handed["seconds"], "s"),
    ]


# --- terms, and the shipped rules -------------------------------------------------------------


def of_terms(count: int, documents: list[str]) -> list[Figure]:
    """Look for terms in text not seen before; most of its words are in no lexicon."""
    text, terms = "\n".join(documents), Terms(texts.language().bases[:count])
    megabytes = len(text.encode()) / 1e6
    terms.scan("وبالمدرسة")
    # Once only: a second time nothing is new.
    speed = best_pass(lambda: terms.scan(text), at_least_s=0) * megabytes
    limit = best_pass(lambda: WORD.findall(text)) * megabytes
    goal = Goal("value", "≥", 5)
    return [Figure(f"{count} terms, first sight", speed, "MB/s", _LIMIT, limit, goal)]


def of_shipped_rules(seconds: float) -> list[Figure]:
    """Match the sample articles with the shipped rules."""
    articles, rules = texts.sample_articles(), load_rules(shipped("rules"))
    bodies = [article.text for article in articles]
    limit = best_pass(lambda: tokenized(bodies), at_least_s=seconds) * len(bodies)

    def matched() -> None:
        for article in articles:
            match(rules, article)

    ours = best_pass(matched, at_least_s=seconds) * len(articles)
    return [Figure("shipped rules, sample articles", ours, "documents/s", _LIMIT, limit)]


# --- runs -------------------------------------------------------------------------------------


def test_generated_rules_and_texts_are_what_is_asked_for() -> None:
    """2-6 terms, a third with near, texts of 3 KB, the same every time."""
    made, written = rulesets.rules(300), texts.documents(3)
    assert {len(rule.terms) for rule in made} == {2, 3, 4, 5, 6}
    assert sum(rule.within is not None for rule in made) == 100
    assert all(2_900 < len(text.encode()) <= 3_050 for text in written)
    assert (made, written) == (rulesets.rules(300), texts.documents(3))


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_finds_what_the_engine_finds(name: str) -> None:
    """A smoke run; `re` without clitics misses some words, so it finds less if nothing is none."""
    if not is_installed(name):
        pytest.skip(f"{name} is not installed; `make bench` installs it")
    made, written = rulesets.rules(400, topics=20), texts.documents(12, topics=20)
    if name == "re, no clitics":
        made = [rule for rule in made if not rule.none]
    ours, peer = engine_exact(made), PEERS[name][1](made)
    found = [(ours(text), peer(text)) for text in written]
    assert any(one for one, _ in found)
    for one, other in found:
        assert other <= one if name == "re, no clitics" else other == one


def test_inflected_terms_find_what_exact_ones_find() -> None:
    """Where nothing is excluded: more forms of a word that must not occur are found, too."""
    made = [rule for rule in rulesets.rules(400, topics=20) if not rule.none]
    exact, inflected = engine_exact(made), engine(made)
    assert all(exact(text) <= inflected(text) for text in texts.documents(12, topics=20))


@pytest.mark.postgres
def test_tsquery_finds_what_the_engine_finds(postgres: Postgres) -> None:
    made, written = rulesets.rules(400, topics=20), texts.documents(6, topics=20)
    database, ours = postgres.make(), engine_exact(made)
    tried = tsquery.measured(postgres.url(database), made, written, 5.0)
    postgres.drop(database)
    assert tried.found == [sorted(ours(text)) for text in written]


def test_the_measurement_of_speed_runs(tmp_path: Path) -> None:
    """A smoke run, so that it cannot rot; asserts nothing about time."""
    given = material(tmp_path, rules=30, documents=2)
    for name in (ENGINE, ENGINE_EXACT):
        tried = trial.speed(name, str(given.rules(30)), str(given.texts), "0.01")
        assert tried.warm > 0
    both = {ENGINE: tried, ENGINE_EXACT: tried, "re": tried}
    sizes = {10: both.copy(), 1_000: both.copy(), 10_000: both.copy()}
    extrapolated(sizes)
    assert "re (extrapolated)" in sizes[10_000]
    figures = [*speeds(1_000, both, 1.0), *growth(sizes), *costs(1_000, both)]
    show("smoke", [*figures, *of_terms(20, given.documents), *of_shipped_rules(0.01)])


def test_the_measurement_of_files_runs(tmp_path: Path) -> None:
    """A smoke run, all in one process but the last."""
    assert len(from_files(tmp_path, rulesets.rules(20), 2, trial.here)) == 7
    assert trial.apart("read", tmp_path / "rules", tmp_path / "cache")["rules"] == 20


@pytest.mark.bench
@pytest.mark.timeout(1_500)
def test_matching_side_by_side(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Measure everything; print the table and append it to the results."""
    given = material(tmp_path, max(SIZES), DOCUMENTS)
    found = [
        *side_by_side(given, SIZES, SECONDS, _database(request)),
        *from_files(tmp_path, given.made, FILES),
        *of_terms(300, given.documents),
        *of_shipped_rules(SECONDS),
    ]
    show(f"matching: {DOCUMENTS} texts of 3 KB", found)
    keep(found)


def _database(request: pytest.FixtureRequest) -> tuple[Postgres, str] | None:
    try:
        server: Postgres = request.getfixturevalue("postgres")
    except pytest.skip.Exception as absent:
        print(f"without PostgreSQL: {absent}")
        return None
    return server, server.make()
