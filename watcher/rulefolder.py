"""A folder of rule files -> rules, working out again only what changed."""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from watcher.config import Cache, read_rule_documents, read_rule_texts, rule_document
from watcher.config.cache import digest
from watcher.document import at
from watcher.errors import Invalid, Problem
from watcher.keptlexicon import keep_lexicon
from watcher.match import (
    CompiledFile,
    Rules,
    compile_file,
    compile_rules,
    join_files,
    read_file,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from watcher.arabic import Analyses
    from watcher.arabic.terms import Word
    from watcher.config import RuleText
    from watcher.match.written import RuleFile, WrittenList

WORTH_KEEPING = 200_000
"""Bytes of rule files; fewer are compiled sooner than looked for in a cache."""
WORTH_A_PROCESS = 5_000_000
"""Bytes of files never seen; to read them takes several times the memory of what comes of them."""
_WORDS = "words"
"""What the analyses of words are kept under."""


class KeptFile(NamedTuple):
    """What is known of a file as it is, and of the lists it uses as they are."""

    compiled: CompiledFile | None
    """None where nothing could be read."""
    problems: tuple[Problem, ...]
    """What is wrong with its form."""
    lists: str
    """Hash of where the lists that it uses come from."""


@dataclass(frozen=True, slots=True)
class RulesRead:
    """One reading of a folder: usable when no problem is an error."""

    rules: Rules
    problems: tuple[Problem, ...]
    revision: str
    """Hash of the text of all files."""
    files: Mapping[str, KeptFile] = field(default_factory=dict)
    """By name and hash, for the next reading."""
    texts: tuple[RuleText, ...] = ()

    @property
    def is_usable(self) -> bool:
        """True when nothing but warnings was found."""
        return all(problem.level != "error" for problem in self.problems)

    @property
    def text(self) -> str:
        """All files as they were written, each under its name."""
        pages = (f"# {Path(one.name).name}\n".encode() + one.body for one in self.texts)
        return b"\n".join(pages).decode(errors="replace")


def read_folder(
    folder: Path,
    targets: Collection[str] | None = None,
    cache: Cache | None = None,
    before: Mapping[str, KeptFile] | None = None,
) -> RulesRead:
    """Read every rule file of a folder; with `targets`, names in `notify` must be among them.

    Files that are as they were `before`, or when they were put into the `cache`, are not read
    again; nor are they compiled again, unless a list that they use has changed.
    """
    texts, problems, revision = read_rule_texts(folder)
    large = sum(text.size for text in texts) >= WORTH_KEEPING
    if not large:
        cache = None
    unseen = 0 if cache is None else _never_seen(texts, before or {}, cache)
    if cache is not None and unseen >= WORTH_A_PROCESS and cache.can_keep():
        _read_apart(folder, cache, len(texts))
    with _without_collector(large=large):
        analyses: Analyses = (cache.get(_WORDS) if cache else None) or {}
        known = set(analyses)
        files = _read_files(texts, before or {}, cache, analyses)
        compiled = [kept.compiled for kept in files.values() if kept.compiled is not None]
        rules, mistakes = join_files(compiled, analyses)
    if cache is not None:
        _keep_words(cache, known, analyses, rules.terms.vocabulary)
        for key in files:
            cache.is_in_use(key)
        cache.is_in_use(_WORDS)
        cache.drop_unused()
    for kept in files.values():
        mistakes.extend(kept.problems)
    unknown = [] if targets is None else _unknown_targets(rules, targets)
    if not rules.rules and all(one.level != "error" for one in (*problems, *mistakes)):
        what = "there is no rule in these files: nothing can match"
        mistakes.append(Problem(str(folder), 0, 0, "", what))
    everything = tuple(sorted({*problems, *mistakes, *unknown}))
    return RulesRead(rules, everything, revision, files, tuple(texts))


def read_written(folder: Path) -> tuple[RuleFile, ...]:
    """Read the rules of a folder as they were written; raise Invalid with every problem."""
    files, problems = written_files(folder)
    problems.extend(compile_rules(files)[1])
    if any(problem.level == "error" for problem in problems):
        raise Invalid(sorted(set(problems)))
    return tuple(files)


def written_files(folder: Path) -> tuple[list[RuleFile], list[Problem]]:
    """Read the files of a folder one by one, with what is wrong with each by itself."""
    documents, problems, _ = read_rule_documents(folder)
    files = []
    for document in documents:
        file, mistakes = read_file(document)
        files.append(file)
        problems.extend(mistakes)
    return files, problems


# --- in a process of its own ------------------------------------------------------------------


def _never_seen(texts: Iterable[RuleText], before: Mapping[str, KeptFile], cache: Cache) -> int:
    """Count the bytes that have to be read as YAML."""
    keys = ((_key(text), text.size) for text in texts)
    return sum(size for key, size in keys if key not in before and not cache.has(key))


def _read_apart(folder: Path, cache: Cache, files: int) -> None:
    """Have other processes, one a core, put a folder into the cache, and end with their memory.

    Whatever they do not manage is not in the cache, and read here.
    """
    spawning = get_context("spawn")
    shares = min(len(os.sched_getaffinity(0)), files)
    each = [(folder, cache.folder, share, shares) for share in range(shares)]
    for work in ([(_fill, args) for args in each], [(_gather_words, (cache.folder, shares))]):
        processes = [spawning.Process(target=do, args=args, daemon=True) for do, args in work]
        for process in processes:
            process.start()
        for process in processes:
            process.join()


def _fill(folder: Path, kept: Path, share: int, shares: int) -> None:
    """Keep what every so many-th file gives, and what is written in it where others matter."""
    cache = Cache(kept)
    keep_lexicon()
    with _without_collector(large=False):
        analyses: Analyses = {}
        texts = read_rule_texts(folder)[0][share::shares]
        for key, alone, file in _read_each(texts, {}, cache, analyses):
            if file is not None:
                cache.put(key, alone)
                cache.put(_written(key), file)
        cache.put(f"{_WORDS} {share}", analyses)


def _gather_words(kept: Path, shares: int) -> None:
    """Put together what was found out about words, each of them once."""
    cache = Cache(kept)
    analyses: Analyses = cache.get(_WORDS) or {}
    for share in range(shares):
        analyses.update(cache.get(f"{_WORDS} {share}") or {})
    cache.put(_WORDS, analyses)


# --- file by file -----------------------------------------------------------------------------


def _read_files(
    texts: Iterable[RuleText],
    before: Mapping[str, KeptFile],
    cache: Cache | None,
    analyses: Analyses,
) -> dict[str, KeptFile]:
    """Give what each file gives, by its name and hash."""
    by_key = {_key(text): text for text in texts}
    files: dict[str, KeptFile] = {}
    waiting: dict[str, RuleFile] = {}
    for key, alone, written in _read_each(by_key.values(), before, cache, analyses):
        files[key] = alone
        if written is not None:
            waiting[key] = written
    lists, origins = _lists(files)
    for key, kept in files.items():
        if kept.compiled is not None and kept.lists != _fingerprint(kept.compiled.used, origins):
            file = waiting.get(key) or _parsed_before(cache, key) or _parsed(by_key[key])[0]
            assert file is not None, "it was read before"
            compiled = compile_file(file, lists, analyses)
            used = _fingerprint(compiled.used, origins)
            files[key] = KeptFile(compiled, kept.problems, used)
            _keep(cache, key, files[key])
    return files


def _read_each(
    texts: Iterable[RuleText],
    before: Mapping[str, KeptFile],
    cache: Cache | None,
    analyses: Analyses,
) -> Iterator[tuple[str, KeptFile, RuleFile | None]]:
    """Give what each file gives by itself, and what is written in it if it needs others' lists.

    A file is compiled as soon as it is read: if it uses no lists but its own, what was read can go.
    """
    for text in texts:
        key, file = _key(text), None
        kept = before.get(key) or (cache.get(key) if cache else None)
        if kept is None:
            kept, file = _read_alone(key, text, analyses)
            if file is None:
                _keep(cache, key, kept)
        yield key, kept, file


def _read_alone(key: str, text: RuleText, analyses: Analyses) -> tuple[KeptFile, RuleFile | None]:
    """Read and compile a file with its own lists; give what was read if it needs others."""
    file, problems = _parsed(text)
    if file is None:
        return KeptFile(None, problems, ""), None
    own = {one.name: one for one in file.lists}
    compiled = compile_file(file, own, analyses)
    kept = KeptFile(compiled, problems, _fingerprint(compiled.used, dict.fromkeys(own, key)))
    return kept, None if compiled.used <= own.keys() else file


def _key(text: RuleText) -> str:
    return f"{text.name}:{text.hash}"


def _written(key: str) -> str:
    return f"{key} as written"


def _parsed_before(cache: Cache | None, key: str) -> RuleFile | None:
    """Give what another process read in a file that waits for lists of others."""
    file: RuleFile | None = cache.get(_written(key)) if cache else None
    return file


def _parsed(text: RuleText) -> tuple[RuleFile | None, tuple[Problem, ...]]:
    document, problems = rule_document(text)
    if document is None:
        return None, tuple(problems)
    file, mistakes = read_file(document)
    return file, (*problems, *mistakes)


def _lists(files: Mapping[str, KeptFile]) -> tuple[dict[str, WrittenList], dict[str, str]]:
    """Give the lists of all files by name, and the file that each comes from."""
    lists: dict[str, WrittenList] = {}
    origins: dict[str, str] = {}
    for key, kept in files.items():
        for written in kept.compiled.lists if kept.compiled else ():
            lists.setdefault(written.name, written)
            origins.setdefault(written.name, key)
    return lists, origins


def _fingerprint(used: Iterable[str], origins: Mapping[str, str]) -> str:
    """Hash where lists come from; a list that is nowhere comes from nowhere."""
    return digest(*(f"{name}={origins.get(name, '')}".encode() for name in sorted(used)))


def _keep(cache: Cache | None, key: str, kept: KeptFile) -> None:
    if cache is not None:
        cache.put(key, kept)


# --- together ---------------------------------------------------------------------------------


def _keep_words(
    cache: Cache, known: AbstractSet[Word], analyses: Analyses, in_use: AbstractSet[Word]
) -> None:
    """Keep what was found out about the words in use, if it is not what was kept."""
    if in_use and in_use != known:
        cache.put(_WORDS, {word: analyses[word] for word in in_use})


@contextmanager
def _without_collector(*, large: bool) -> Iterator[None]:
    """Put off the garbage collector: it would walk all rules again and again, for nothing.

    A large set stays out of its sight for good, so that no later collection walks it.
    """
    was_on = gc.isenabled()
    gc.disable()
    gc.unfreeze()
    try:
        yield
    finally:
        if large:
            gc.freeze()
        if was_on:
            gc.enable()


def _unknown_targets(rules: Rules, targets: Collection[str]) -> list[Problem]:
    known = ", ".join(sorted(targets)) or "none"
    return [
        at(mark, "notify", f"there is no target '{name}' in the configuration. Known: {known}.")
        for name, mark in rules.targets().items()
        if name not in targets
    ]
