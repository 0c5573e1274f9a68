"""One engine with so many rules in a process of its own, so that its memory is its own.

`python -m tests.bench.trial KIND ARGUMENT…` prints what was measured as JSON.
"""

from __future__ import annotations

import gc
import json
import math
import os
import pickle
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measure import best_pass, resident_mb
from tests.bench.peers import PEERS, engine_matcher
from tests.bench.rulesets import Generated, as_document
from watcher.config import Cache
from watcher.match import compile_file, compile_rules, join_files, match, read_file
from watcher.model import Article
from watcher.rulefolder import read_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.peers import Matcher
    from watcher.arabic import Analyses
    from watcher.match import Rules

ROOT = Path(__file__).resolve().parents[2]
_A_FILE = 1_000
"""Rules."""
ENGINE, ENGINE_EXACT = "watcher", "watcher, exact terms"


@dataclass(frozen=True, slots=True)
class Trial:
    """What one engine showed."""

    compile_s: float
    """All of it, from what was read of the rules."""
    memory_mb: float
    """NaN for the engine: its rules are weighed in a process that took them over."""
    cold: float
    """Documents/s at first sight."""
    warm: float
    """Documents/s where every word was seen before."""
    found: list[list[int]]
    """The rules of each document, as far as the time reached."""
    joined_s: float = math.nan
    """The part of compiling that is left when each file is compiled: what one edit costs again."""
    evidence: float = math.nan
    """Documents/s where the evidence of each match is gathered, too; peers have none."""


def better(one: Trial, other: Trial) -> Trial:
    """Take the best of two tries of one engine; what was found is that of the one that got on."""
    found = max(one.found, other.found, key=len)
    least = {name: min(getattr(one, name), getattr(other, name)) for name in _LESS_IS_BETTER}
    most = {name: max(getattr(one, name), getattr(other, name)) for name in _MORE_IS_BETTER}
    return Trial(found=found, **least, **most)


_LESS_IS_BETTER = ("compile_s", "memory_mb", "joined_s")
_MORE_IS_BETTER = ("cold", "warm", "evidence")


def speed(name: str, rules: str, texts: str, seconds: str, pickled: str = "") -> Trial:
    """Compile, then match the texts for so many seconds, once cold and then warm."""
    made: list[Generated] = pickle.loads(Path(rules).read_bytes())
    documents: list[str] = json.loads(Path(texts).read_text(encoding="utf-8"))
    if name in PEERS:
        matcher, compile_s, memory_mb = _peer(name, made)
    else:
        return _engine_speed(made, documents, float(seconds), pickled, exact=name == ENGINE_EXACT)
    _settle()
    found, cold = _first(matcher, documents, float(seconds))
    warm = _again(matcher, documents[: len(found)], float(seconds))
    return Trial(compile_s, memory_mb, cold, warm, [sorted(rules) for rules in found])


def _engine_speed(
    made: list[Generated], documents: list[str], seconds: float, pickled: str, *, exact: bool
) -> Trial:
    rules, compile_s, joined_s = _compiled(made, exact=exact)
    if pickled:
        Path(pickled).write_bytes(pickle.dumps(rules))
    matcher = engine_matcher(rules)
    _settle()
    found, cold = _first(matcher, documents, seconds)
    seen = documents[: len(found)]
    warm = _again(matcher, seen, seconds)
    evidence = _again(lambda text: match(rules, Article("", "", text)), seen, seconds)
    hits = [sorted(rules) for rules in found]
    return Trial(compile_s, math.nan, cold, warm, hits, joined_s, evidence)


def _settle() -> None:
    """Keep the collector from what was compiled, as the daemon does."""
    gc.collect()
    gc.freeze()


def _again(matcher: Callable[[str], object], seen: list[str], seconds: float) -> float:
    return best_pass(lambda: [matcher(text) for text in seen], at_least_s=seconds) * len(seen)


def _peer(name: str, made: list[Generated]) -> tuple[Matcher, float, float]:
    """Compile; give the matcher, and the time and the memory that took."""
    before, started = resident_mb(), time.process_time()
    matcher = PEERS[name][1](made)
    return matcher, time.process_time() - started, resident_mb() - before


def _compiled(made: list[Generated], *, exact: bool) -> tuple[Rules, float, float]:
    """Compile what is read already, in files of a thousand rules, as the daemon does."""
    gc.disable()
    files = [
        read_file(as_document(made[first : first + _A_FILE], exact=exact, first=first))[0]
        for first in range(0, len(made), _A_FILE)
    ]
    warm_up()
    started = time.process_time()
    analyses: Analyses = {}
    compiled = [compile_file(file, {}, analyses) for file in files]
    between = time.process_time()
    rules, _ = join_files(compiled, analyses)
    ended = time.process_time()
    gc.enable()
    assert len(rules.rules) == len(made), "the generated rules have mistakes"
    return rules, ended - started, ended - between


def warm_up() -> None:
    """Load the lexicon, which is there with ten rules and with none."""
    file, _ = read_file(as_document([Generated((("مدرسة",),))], exact=False))
    rules, _ = compile_rules([file])
    match(rules, Article(url="", title="", text="وبالمدرسة"))


def _first(matcher: Matcher, documents: list[str], seconds: float) -> tuple[list[set[int]], float]:
    """Match documents once, as far as the time reaches; give what was found, and documents/s."""
    found: list[set[int]] = []
    started, spent = time.process_time(), 0.0
    for text in documents:
        found.append(matcher(text))
        spent = time.process_time() - started
        if spent > seconds:
            break
    return found, len(found) / spent


def read(folder: str, cache: str, pickled: str = "") -> dict[str, float]:
    """Read a folder of rule files as the daemon does; keep the compiled rules if asked to."""
    warm_up()
    before, started = resident_mb(), time.perf_counter()
    read = read_folder(Path(folder), None, Cache(Path(cache)))
    spent = time.perf_counter() - started
    assert read.is_usable, f"the generated files have mistakes: {read.problems[:3]}"
    memory = resident_mb() - before
    if pickled:
        Path(pickled).write_bytes(pickle.dumps(read.rules))
    return {"seconds": spent, "memory_mb": memory, "rules": len(read.rules.rules)}


def unpickle(pickled: str) -> dict[str, float]:
    """Take up compiled rules that another process made."""
    warm_up()
    before, started = resident_mb(), time.process_time()
    rules = pickle.loads(Path(pickled).read_bytes())
    spent = time.process_time() - started
    return {"seconds": spent, "memory_mb": resident_mb() - before, "rules": len(rules.rules)}


def edit(folder: str, cache: str, edited: str) -> dict[str, float]:
    """Edit a file while the daemon runs."""
    warm_up()
    kept = Cache(Path(cache))
    before = read_folder(Path(folder), None, kept)
    path = Path(edited)
    path.write_text(path.read_text().replace("القاعدة", "قاعدة", 1))
    started = time.perf_counter()
    after = read_folder(Path(folder), None, kept, before.files)
    spent = time.perf_counter() - started
    assert after.revision != before.revision
    return {"seconds": spent, "memory_mb": math.nan, "rules": len(after.rules.rules)}


_KINDS: dict[str, Callable[..., Any]] = {
    "speed": speed,
    "read": read,
    "edit": edit,
    "unpickle": unpickle,
}


def here(kind: str, *arguments: object) -> dict[str, Any]:
    """Run a trial in this process, where its memory does not matter."""
    told = _KINDS[kind](*(str(argument) for argument in arguments))
    return asdict(told) if isinstance(told, Trial) else told


def apart(kind: str, *arguments: object, **environment: str) -> dict[str, Any]:
    """Run a trial in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.trial", kind, *(str(a) for a in arguments)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    print(json.dumps(here(sys.argv[1], *sys.argv[2:])))
