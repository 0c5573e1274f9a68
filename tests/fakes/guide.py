"""Reads a guide: its headings, its code blocks, and what the comments above them say of each."""

from __future__ import annotations

import re
from typing import NamedTuple

_BLOCK = re.compile(
    r"(?:<!-- ([^\n]*?) -->\n)?(?:<div dir=\"ltr\">\n\n)?```(\w+)\n(.*?)```\n", re.DOTALL
)
_ISOLATES = re.compile("[\u2066-\u2069]")


class Block(NamedTuple):
    """A block of code: what is to be done with it (`run`, `file`, `append`, `yours`, `by hand` …)."""

    act: str
    path: str
    language: str
    text: str


class Step(NamedTuple):
    """A command and what the guide says it prints."""

    command: str
    shown: str


def blocks(guide: str) -> list[Block]:
    """Give the blocks in order; a console block without a comment is to be run."""
    found = []
    for said, language, text in _BLOCK.findall(guide):
        act, _, path = said.partition(": ")
        found.append(
            Block(act or ("run" if language == "console" else "look"), path, language, text)
        )
    return found


def steps(block: Block) -> list[Step]:
    """Part a console block into commands with their output."""
    parts = re.split(r"(?m)^\$ ", block.text)[1:]
    return [Step(*part.partition("\n")[::2]) for part in parts]


def headings(guide: str) -> list[str]:
    """Give the depth of each heading, in order."""
    without_code = re.sub(r"```.*?```", "", guide, flags=re.DOTALL)
    return re.findall(r"(?m)^(#+) ", without_code)


def fits(shown: str, printed: str) -> bool:
    """Say whether this was printed: `…` is any text, alone on a line any lines.

    What only the terminal sees, isolates and spaces and empty lines at the ends, is not compared.
    """
    pattern = ""
    for line in _tidy(shown).splitlines():
        if line == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(map(re.escape, line.split("…"))) + r"\n"
    return re.fullmatch(pattern, _tidy(printed)) is not None


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in _ISOLATES.sub("", text).splitlines()]
    return "\n".join(lines).strip("\n") + "\n"
