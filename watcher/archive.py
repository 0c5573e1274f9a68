"""Rules and terms against the recorded archive: the index narrows first, then articles are read.

What rules do with the articles is judged by `backtest`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watcher.arabic import Terms
from watcher.document import at, suggest
from watcher.errors import Invalid, WatcherError
from watcher.match import compile_rules
from watcher.match.lint import floods, lint
from watcher.match.narrow import Probes, answered, need_of, needs, probes_of
from watcher.model import Each, Match, Severity, Span
from watcher.notify import alert_of, route
from watcher.rulefolder import written_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from watcher.errors import Problem
    from watcher.match import Rules
    from watcher.match.narrow import Need, Probe
    from watcher.match.written import RuleFile
    from watcher.model import Alert, Where
    from watcher.notify import Target
    from watcher.record import Archived, Record

_WORDS_AT_ONCE = 50_000
_ARTICLES_AT_ONCE = 250
_NEWEST = 5_000
"""Articles by which words are called frequent; some days of a desk's sources."""
_TITLE = "بحث"
"""Stands where alerts have their rule."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Compiled rules, with what each needs an article to hold."""

    rules: Rules
    needs: Mapping[str, Need]


def load_rule_set(folder: Path, only: str | None = None) -> RuleSet:
    """Compile the rules of a folder, or one of them. Raises Invalid with every problem."""
    return _compiled(_one_rule(_read(folder), only, folder))


def load_older_rule_set(old: Path, folder: Path, only: str | None = None) -> RuleSet:
    """Compile an older version of some rules; lists that it lacks are taken from the folder."""
    files = _one_rule(_read(old), only, old)
    own = {one.name for file in files for one in file.lists}
    for file in _read(folder):
        lists = tuple(one for one in file.lists if one.name not in own)
        files.append(replace(file, lists=lists, rules=()))
    return _compiled(files)


def _read(folder: Path) -> list[RuleFile]:
    files, problems = written_files(folder)
    _raise(problems)
    return files


def _one_rule(files: list[RuleFile], only: str | None, where: Path) -> list[RuleFile]:
    if only is None:
        return files
    known = [one.rule.id for file in files for one in file.rules]
    if only not in known:
        raise WatcherError(f"there is no rule '{only}' in {where}. {suggest(only, known)}")
    return [
        replace(file, rules=tuple(one for one in file.rules if one.rule.id == only))
        for file in files
    ]


def _compiled(files: Sequence[RuleFile]) -> RuleSet:
    rules, problems = compile_rules(files)
    _raise(problems)
    lists = {one.name: one for file in files for one in file.lists}
    written = (one for file in files for one in file.rules)
    return RuleSet(rules, {one.rule.id: needs(one.condition, lists) for one in written})


def _raise(problems: Sequence[Problem]) -> None:
    if any(problem.level == "error" for problem in problems):
        raise Invalid(problems)


# --- advice -----------------------------------------------------------------------------------


def advise(folder: Path, targets: Sequence[Target] = ()) -> list[Problem]:
    """Give what is not wrong in rule files and still not wise; they must be free of errors."""
    files = _read(folder)
    return sorted([*lint(files), *_told_nobody(files, targets)])


def _told_nobody(files: Sequence[RuleFile], targets: Sequence[Target]) -> Iterator[Problem]:
    for written in (one for file in files for one in file.rules):
        rule = written.rule
        if targets and not route(rule.notify, rule.severity, targets):
            what = (
                f"its matches tell nobody: severity {rule.severity.word} is below the "
                "`min_severity` of all its targets. Raise it, or name another target."
            )
            mark = written.marks.get("severity", rule.mark)
            yield at(mark, written.path, what, warning=True)


async def advise_by_archive(record: Record, folder: Path) -> list[Problem]:
    """Give the words that would flood people, by the newest articles on record."""
    newest = await record.archive.search(Each(), limit=_NEWEST)
    texts = [one.article async for one in read_articles(record, newest)]
    return sorted(floods(_read(folder), texts))


# --- the archive ------------------------------------------------------------------------------


async def make_searchable(record: Record, told: Callable[[int], object]) -> None:
    """Enter what an earlier version recorded into the index; `told` hears of each part's size."""
    last: int | None = 0
    while last is not None:
        last = await record.archive.make_searchable(last, _ARTICLES_AT_ONCE)
        told(_ARTICLES_AT_ONCE)


async def candidates(
    record: Record, needs: Iterable[Need], since: datetime | None = None
) -> list[int]:
    """Give the ids, newest first, of articles that hold what any of the needs wants.

    None that the terms occur in is missing; some are there in which they do not.
    """
    wanted = list(needs)
    words = await _answers(record, {probe for need in wanted for probe in probes_of(need)})
    found: set[int] = set()
    for need in wanted:
        found.update(await record.archive.search(answered(need, words), since))
    return sorted(found, reverse=True)


async def _answers(record: Record, probes: set[Probe]) -> dict[Probe, list[int]]:
    """Go through the archive's vocabulary; give the numbers of the words that answer each probe."""
    asked, after = Probes(probes), 0
    words: dict[Probe, list[int]] = {}
    while probes and (part := await record.archive.vocabulary(after, _WORDS_AT_ONCE)):
        for probe, places in asked.holding([word for _, word in part]).items():
            words.setdefault(probe, []).extend(part[place][0] for place in places)
        after = part[-1][0]
    return words


async def read_articles(record: Record, ids: Sequence[int]) -> AsyncIterator[Archived]:
    """Give the articles part by part, in parts that are ordered by id."""
    for begin in range(0, len(ids), _ARTICLES_AT_ONCE):
        for one in await record.archive.archived(ids[begin : begin + _ARTICLES_AT_ONCE]):
            yield one


# --- terms ------------------------------------------------------------------------------------


async def find(
    record: Record, terms: Sequence[str], since: datetime | None, limit: int
) -> list[Alert]:
    """Give the newest articles in which all the terms occur, worded like alerts."""
    wanted = Terms(terms)
    need: Need = Each(tuple(map(need_of, terms)))
    found: list[Alert] = []
    ids = await candidates(record, [need], since)
    for begin in range(0, len(ids), _ARTICLES_AT_ONCE):
        for one in reversed(await record.archive.archived(ids[begin : begin + _ARTICLES_AT_ONCE])):
            alert = _found(wanted, one)
            if alert is not None:
                found.append(alert)
            if len(found) >= limit:
                return found
    return found


def _found(wanted: Terms, one: Archived) -> Alert | None:
    spans = [
        Span(place, start, end, wanted.texts[term].text)
        for place in ("title", "text")
        for term, start, end in wanted.find(getattr(one.article, place))
    ]
    if {span.term for span in spans} != {term.text for term in wanted.texts}:
        return None
    where: Where = "title" if all(span.field == "title" for span in spans) else "text"
    match = Match("search", Severity.LOW, where, tuple(spans))
    assert one.seen is not None, "the record knows when it saw an article"
    return alert_of(
        one.article, match, rule_title=_TITLE, source_name=one.source_name, seen=one.seen
    )
