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
from watcher.match import compile_rules, match, read_file
from watcher.model import Article
from watcher.rulefolder import read_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.peers import Matcher

ROOT = Path(__file__).resolve().parents[2]
ENGINE, ENGINE_EXACT = "watcher", "watcher, exact terms"


@dataclass(frozen=True, slots=True)
class Trial:
    """What one engine showed."""

    compile_s: float
    memory_mb: float
    """NaN for the engine: its rules are weighed in a process that took them over."""
    cold: float
    """Documents/s at first sight."""
    warm: float
    """Documents/s where every word was seen before."""
    found: list[list[int]]
    """The rules of each document, as far as the time reached."""


def speed(name: str, rules: str, texts: str, seconds: str, pickled: str = "") -> Trial:
    """Compile, then match the texts for so many seconds, once cold and then warm."""
    made: list[Generated] = pickle.loads(Path(rules).read_bytes())
    documents: list[str] = json.loads(Path(texts).read_text(encoding="utf-8"))
    if name in PEERS:
        matcher, compile_s, memory_mb = _peer(name, made)
    else:
        matcher, compile_s = _engine(made, pickled, exact=name == ENGINE_EXACT)
        memory_mb = math.nan
    found, cold = _first(matcher, documents, float(seconds))
    seen = documents[: len(found)]
    warm = best_pass(lambda: [matcher(text) for text in seen], at_least_s=float(seconds))
    return Trial(compile_s, memory_mb, cold, warm * len(seen), [sorted(rules) for rules in found])


def _peer(name: str, made: list[Generated]) -> tuple[Matcher, float, float]:
    """Compile; give the matcher, and the time and the memory that took."""
    before, started = resident_mb(), time.process_time()
    matcher = PEERS[name][1](made)
    return matcher, time.process_time() - started, resident_mb() - before


def _engine(made: list[Generated], pickled: str, *, exact: bool) -> tuple[Matcher, float]:
    """Compile what is read already; hand the rules over if asked to, where they are weighed."""
    gc.disable()  # a million values that stay; it comes back before anything is measured
    file, _ = read_file(as_document(made, exact=exact))
    gc.enable()
    warm_up()
    gc.collect()
    started = time.process_time()
    rules, _ = compile_rules([file])
    spent = time.process_time() - started
    assert len(rules.rules) == len(made), "the generated rules have mistakes"
    if pickled:
        Path(pickled).write_bytes(pickle.dumps(rules))
    return engine_matcher(rules), spent


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


def read(folder: str, pickled: str = "") -> dict[str, float]:
    """Read a folder of rule files as the daemon does; keep the compiled rules if asked to."""
    warm_up()
    before, started = resident_mb(), time.perf_counter()
    read = read_folder(Path(folder))
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


_KINDS: dict[str, Callable[..., Any]] = {"speed": speed, "read": read, "unpickle": unpickle}


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
