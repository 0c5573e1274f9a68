"""PostgreSQL's own matching: rules as rows of `tsquery`, each document held against all of them.

Near is `&` in the query and looked at again where that holds, which is faster than to spell out all
distances. Documents come as finished `tsvector`s: what a word may be without its clitics stands
beside it. Counted is the processor time of the one server process, with everything compiled,
prepared and in memory; what this side does is free.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests.bench.peers import WORD, holds
from tests.bench.texts import ENCLITICS, PROCLITICS
from tests.bench.trial import Trial
from watcher.arabic import fold

if TYPE_CHECKING:
    from tests.bench.rulesets import Generated

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_SETTINGS = ("jit = off", "max_parallel_workers_per_gather = 0", "work_mem = '256MB'")
_MATCHING = "SELECT id FROM rule WHERE %s::tsvector @@ query"


def measured(url: str, made: list[Generated], texts: list[str], seconds: float) -> Trial:
    """Store rules, then match texts for so many seconds."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
        for setting in _SETTINGS:
            connection.execute(f"SET {setting}")
        pid = connection.info.backend_pid
        started = _busy_s(pid)
        memory_mb = _store(connection, made)
        compile_s = _busy_s(pid) - started
        connection.execute(_MATCHING, [_vector(_words(texts[0])[0])])
        found, speed = _matched(connection, pid, made, texts, seconds)
    return Trial(compile_s, memory_mb, speed, speed, found)


def _store(connection: psycopg.Connection, made: list[Generated]) -> float:
    connection.execute("DROP TABLE IF EXISTS rule")
    connection.execute("CREATE TABLE rule (id integer PRIMARY KEY, query tsquery NOT NULL)")
    with connection.cursor() as cursor, cursor.copy("COPY rule FROM STDIN") as copy:
        for number, rule in enumerate(made):
            copy.write_row((number, _query(rule)))
    connection.execute("VACUUM ANALYZE rule")
    row = connection.execute("SELECT pg_total_relation_size('rule')").fetchone()
    assert row
    return float(row[0]) / 1e6


def _matched(
    connection: psycopg.Connection,
    pid: int,
    made: list[Generated],
    texts: list[str],
    seconds: float,
) -> tuple[list[list[int]], float]:
    found: list[list[int]] = []
    started, deadline = _busy_s(pid), time.monotonic() + 3 * seconds
    for text in texts:
        lexemes, places = _words(text)
        rows = connection.execute(_MATCHING, [_vector(lexemes)]).fetchall()
        holding = (number for (number,) in rows if holds(made[number], places[0], places[1]))
        found.append(sorted(holding))
        if _busy_s(pid) - started > seconds or time.monotonic() > deadline:
            break
    return found, len(found) / max(_busy_s(pid) - started, _TICK_S)


def _busy_s(pid: int) -> float:
    """Give the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def _query(rule: Generated) -> str:
    parts = [f"({' | '.join(_quoted(word) for word in group)})" for group in rule.groups]
    return " & ".join([*parts, *(f"!{_quoted(word)}" for word in rule.none)])


def _quoted(word: str) -> str:
    return f"'{fold(word)}'"


def _words(text: str) -> tuple[dict[str, list[int]], tuple[str, dict[str, list[int]]]]:
    """Give the readings of each word with its places, and the same as `holds` takes it."""
    words = WORD.findall(text)
    lexemes: dict[str, list[int]] = {}
    places: dict[str, list[int]] = {}
    start = 1
    for place, word in enumerate(words, 1):
        for reading in _readings(word):
            lexemes.setdefault(fold(reading), []).append(place)
            places.setdefault(reading, []).append(start)
        start += len(word) + 1
    return lexemes, (f" {' '.join(words)} ", places)


def _readings(word: str) -> set[str]:
    return {
        word[len(before) : len(word) - len(after)]
        for before in PROCLITICS
        if word.startswith(before)
        for after in ENCLITICS
        if word.endswith(after) and len(word) > len(before) + len(after)
    }


def _vector(lexemes: dict[str, list[int]]) -> str:
    return " ".join(
        f"'{lexeme}':{','.join(map(str, places))}" for lexeme, places in lexemes.items()
    )
