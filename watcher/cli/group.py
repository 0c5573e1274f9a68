"""`watcher group`: which articles tell one story."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from watcher.cli import app
from watcher.cli.backtest import progress_bar
from watcher.cli.given import article_of, given
from watcher.cli.show import err
from watcher.errors import Invalid, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.grouping import Identity

Numbered = tuple[int, bytes]


@app.command()
def group(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-",
            help="Articles in the order of their arrival, one JSON object a line: id, title, text, "
            "source, published, url.",
        ),
    ] = "-",
) -> None:
    """Group articles into stories: JSON lines in, JSON lines out, in the same order.

    A line that is no article is left out and named at the end; the exit status is then 2.
    """
    from watcher.grouping import Grouping

    grouping, problems = Grouping(), list[Problem]()
    with contextlib.ExitStack() as stack:
        stream = sys.stdin.buffer if file == "-" else stack.enter_context(Path(file).open("rb"))
        for number, line in _watched(stream, stack):
            if not line.strip():
                continue
            read, what = _read(line, number)
            if what:
                name = "standard input" if file == "-" else file
                problems.append(Problem(name, number, 1, "", what))
                continue
            identity: Identity = read["id"]
            placed = grouping.place(identity, article_of(read))
            sys.stdout.write(json.dumps(dataclasses.asdict(placed), ensure_ascii=False) + "\n")
            sys.stdout.flush()
    if problems:
        raise Invalid(problems)


def _watched(stream: BinaryIO, stack: contextlib.ExitStack) -> Iterator[Numbered]:
    """Number the lines, with a bar where somebody waits before it and the lines go elsewhere."""
    lines: Iterable[Numbered] = enumerate(stream, 1)
    if not err.is_terminal or sys.stdout.isatty():
        yield from lines
        return
    progress = stack.enter_context(progress_bar())
    task = progress.add_task("grouping", total=None)
    for numbered in lines:
        yield numbered
        progress.advance(task)


def _read(line: bytes, number: int) -> tuple[dict[str, Any], str]:
    """Give the object of a line, and what is wrong with it."""
    read, error = given(line, number)
    if error:
        return read, error.removeprefix(f"line {number}: ")
    if not isinstance(read.get("id"), str | int):
        return read, "expected an id, a string or a whole number. Give every article one."
    if not (isinstance(read.get("text"), str) or isinstance(read.get("title"), str)):
        return read, "expected a text or at least a title, as strings."
    return read, ""
